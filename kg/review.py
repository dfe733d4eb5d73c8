"""`kg review`: the merges that a person should look at, as a table that becomes a corrections file once its column `action` is filled in."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kg import tables
from kg.files import whole_file
from kg.model import NAMED_FIELDS
from kg.text import fold

SURE = 0.9  # merges from this score on are not asked about
COLUMNS = ("action", "name", "to", "kind", "now", "rule", "score", "papers", "papers of to")


def doubtful(folder: Path) -> list[dict[str, Any]]:
    """A row for each two names that were joined with some doubt, or kept apart although something spoke for joining; the most doubtful first.

    `action` is empty, for `same` or `apart`; `now` says what the graph does; `papers` are how many entries have each name.
    """
    kinds = {kind.value for kind in NAMED_FIELDS.values()}
    entries: dict[str, set[str]] = defaultdict(set)
    for m in tables.read(folder, "mentions").select(["entry", "name", "aliases"]).to_pylist():
        for name in (m["name"], *m["aliases"]):
            entries[fold(name)].add(m["entry"])
    count = lambda name: len(entries.get(fold(name), ()))
    rows = [
        {
            "action": "", "name": m["left"], "to": m["right"], "kind": m["kind"].lower(), "now": "same" if m["joined"] else "apart", "rule": m["rule"], "score": m["score"],
            "papers": count(m["left"]), "papers of to": count(m["right"]),
        }
        for m in tables.read(folder, "merges").to_pylist() if m["kind"] in kinds and (m["score"] < SURE or not m["joined"]) and fold(m["left"]) != fold(m["right"])
    ]  # fmt: skip
    return sorted(rows, key=lambda r: (r["score"], r["kind"], r["name"], r["to"], r["rule"]))


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """The table as CSV that a spreadsheet opens."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def review(folder: Path, out: Path) -> int:
    """Write the table to the file `out`; returns the number of its rows."""
    rows = doubtful(folder)
    with whole_file(out) as aside:
        aside.write_text(as_csv(rows), encoding="utf-8", newline="\n")
    return len(rows)
