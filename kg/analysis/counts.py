"""Figures about a graph folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kg import tables
from kg.manifest import read_manifest


def statistics(folder: Path) -> dict[str, Any]:
    """Counts of what the graph holds, and which share of the entries has each field (0..1)."""
    manifest = read_manifest(folder)
    entries = tables.read(folder, "entries").to_pylist()
    naming = set(tables.read(folder, "mentions")["entry"].to_pylist())

    def share(test: Callable[[dict], bool]) -> float:
        return round(sum(map(test, entries)) / (len(entries) or 1), 4)

    only_cited = tables.read(folder, "nodes").column("stub").to_pylist().count(True)
    nodes = manifest["nodes"] | ({"Paper": manifest["nodes"]["Paper"] - only_cited} if only_cited else {})
    return {
        "entries": len(entries), "nodes": nodes, "edges": manifest["edges"], "evidence": manifest["evidence"], "rejected": manifest["rejected"],
        "only cited": only_cited,
        "coverage": {
            "title": share(lambda e: e["title"] is not None), "abstract": share(lambda e: e["abstract"] is not None), "authors": share(lambda e: bool(e["authors"])),
            "date": share(lambda e: e["date"] is not None), "category": share(lambda e: bool(e["categories"])), "named things": share(lambda e: e["id"] in naming),
        },
        "sources": manifest["sources"],
    }  # fmt: skip


def refused(folder: Path) -> list[dict[str, Any]]:
    """The rows of the table of refused input: file, line, reason and text."""
    return [{"source": r["source"], "line": r["line"], "reason": r["reason"], "text": r["text"]} for r in tables.read(folder, "rejected").to_pylist()]
