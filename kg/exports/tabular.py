"""Nodes, edges and evidence as tables: CSV, Parquet."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from kg import tables
from kg.text import spreadsheet


def write_csv(folder: Path, out: Path, final: Path) -> None:
    """`nodes.csv`, `edges.csv` and `evidence.csv`: UTF-8, a header, nothing for null, lists as JSON text; no cell is a formula (`kg.text.spreadsheet`)."""
    for name in ("nodes", "edges", "evidence"):
        table = tables.read(folder, name)
        with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as f:
            writer = csv.writer(f, lineterminator="\n")
            writer.writerow(table.column_names)
            for batch in table.to_batches(10_000):
                writer.writerows([_field(v) for v in row.values()] for row in batch.to_pylist())


def _field(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False) if isinstance(value, list) else spreadsheet(value)


def write_parquet(folder: Path, out: Path, final: Path) -> None:
    """`nodes`, `edges`, `evidence` and `merges` as a Parquet file each, also of a folder that has them in parts; they stay whole while the folder is built again."""
    with tables.Writer(out) as file:
        for name in ("nodes", "edges", "evidence", "merges"):
            file.add(name, tables.read(folder, name))
