"""The graph in other formats, each whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from kg import tables
from kg.errors import WrongUse
from kg.files import whole_file
from kg.graph import node_link, to_networkx


def write_node_link(folder: Path, out: Path) -> None:
    """NetworkX node-link JSON with `nodes` and `edges`."""
    data = node_link(to_networkx(tables.read(folder, "nodes"), tables.read(folder, "edges")))
    out.write_text(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n", encoding="utf-8", newline="\n")


EXPORTS: dict[str, Callable[[Path, Path], None]] = {"node-link": write_node_link}


def export(format: str, folder: Path, out: Path) -> None:
    """Write a graph folder in one of EXPORTS. WrongUse for an unknown format, StoreError for no graph folder or a place that cannot be written."""
    if format not in EXPORTS:
        raise WrongUse(f"no export format {format!r}: choose one of {', '.join(EXPORTS)}")
    tables.read_manifest(folder)
    with whole_file(out) as aside:
        EXPORTS[format](folder, aside)
