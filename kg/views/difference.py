"""The page of kg diff: what is new, gone and changed, a table a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kg.diff import CHANGES, WHAT, changes, summary
from kg.views.report import Section, write_page

ROWS = 500  # of a kind


def write_difference(before: Path, after: Path, rows: Sequence[Mapping[str, Any]], out: Path) -> int:
    """Write the rows of kg.diff.diff as one HTML page that opens without a network; returns the number of its tables. StoreError if it cannot be written."""
    counted = summary(rows)
    numbers = frozenset(CHANGES)
    sections = [Section("summary", "How much", rows=counted, columns=("what", *CHANGES), numbers=numbers, note="" if counted else "Nothing differs.")]
    for what in WHAT:
        found = [r for r in rows if r["what"] == what]
        if found:
            note = f"The first {ROWS} of {len(found)}; kg diff --json has all." if len(found) > ROWS else ""
            shown = [{"change": r["change"], "name": r["name"], "what_changed": "; ".join(changes(r))} for r in found[:ROWS]]
            sections.append(Section(what, what, rows=shown, columns=("change", "name", "what_changed"), note=note))
    total = {c: sum(r[c] for r in counted) for c in CHANGES}
    lead = ", ".join(f"{n:,} {c}" for c, n in total.items()) + "."
    return write_page(out, "What has changed", lead, sections, f"From {before.name or before} to {after.name or after}.")
