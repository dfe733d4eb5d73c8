"""Figures about a graph folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from kg import tables
from kg.manifest import read_manifest


def statistics(folder: Path) -> dict[str, Any]:
    """Counts of what the graph holds, and which share of the entries has each field (0..1)."""
    manifest = read_manifest(folder)
    entries = tables.read(folder, "entries", columns=["id", "title", "abstract", "date", "authors", "categories"])
    naming = tables.read(folder, "mentions", columns=["entry"])["entry"].unique()
    there = pc.is_valid
    some = lambda lists: pc.greater(pc.list_value_length(lists), 0)
    share = lambda found: round((pc.sum(found).as_py() or 0) / (len(entries) or 1), 4)
    only_cited = pc.sum(tables.read(folder, "nodes", columns=["stub"])["stub"]).as_py() or 0
    nodes = manifest["nodes"] | ({"Paper": manifest["nodes"]["Paper"] - only_cited} if only_cited else {})
    return {
        "entries": len(entries), "nodes": nodes, "edges": manifest["edges"], "evidence": manifest["evidence"], "rejected": manifest["rejected"],
        "only cited": only_cited,
        "coverage": {
            "title": share(there(entries["title"])), "abstract": share(there(entries["abstract"])), "authors": share(some(entries["authors"])), "date": share(there(entries["date"])),
            "category": share(some(entries["categories"])), "named things": share(pc.is_in(entries["id"], naming)),
        },
        "sources": manifest["sources"],
    }  # fmt: skip


def refused(folder: Path) -> list[dict[str, Any]]:
    """The rows of the table of refused input: file, line, reason and text."""
    return [{"source": r["source"], "line": r["line"], "reason": r["reason"], "text": r["text"]} for r in tables.read(folder, "rejected").to_pylist()]
