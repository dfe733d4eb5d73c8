"""`kg review`: the merges that a person should look at, as a table that becomes a corrections file once its column `action` is filled in."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kg import tables
from kg.files import whole_file
from kg.model import NAMED_FIELDS, Kind, Relation
from kg.text import fold, spreadsheet

SURE = 0.9  # merges from this score on are not asked about
COLUMNS = ("action", "name", "paper", "to", "to paper", "kind", "now", "rule", "score", "evidence", "papers", "papers of to")


def doubtful(folder: Path) -> list[dict[str, Any]]:
    """A row for each two names that were joined with some doubt, or kept apart although something spoke for joining; the most doubtful first.

    `action` is empty, for `same` or `apart`; `now` says what the graph does; `papers` are how many entries have each name, of people how many papers the person has. Of people
    `paper` and `to paper` say which bearer of the name is meant.
    """
    kinds = {kind.value for kind in NAMED_FIELDS.values()}
    entries: dict[str, set[str]] = defaultdict(set)
    for m in tables.read(folder, "mentions").select(["entry", "name", "aliases"]).to_pylist():
        for name in (m["name"], *m["aliases"]):
            entries[fold(name)].add(m["entry"])
    count = lambda name: len(entries.get(fold(name), ()))
    merges = tables.read(folder, "merges").to_pylist()
    rows = [
        {"action": "", "name": m["left"], "paper": "", "to": m["right"], "to paper": "", **_said(m), "papers": count(m["left"]), "papers of to": count(m["right"])}
        for m in merges if m["kind"] in kinds and (m["score"] < SURE or not m["joined"]) and fold(m["left"]) != fold(m["right"])
    ]  # fmt: skip
    rows += _people(folder, merges)
    return sorted(rows, key=lambda r: (r["score"], r["kind"], r["name"], r["to"], r["rule"], r["paper"], r["to paper"]))


def _said(m: dict[str, Any]) -> dict[str, Any]:
    return {"kind": m["kind"].lower(), "now": "same" if m["joined"] else "apart", "rule": m["rule"], "score": m["score"], "evidence": m["evidence"]}


def _people(folder: Path, merges: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows on people; what was kept apart stands in the table of merges once for each of the two, and once here."""
    nodes = {n["id"]: n for n in tables.read(folder, "nodes").select(["id", "name", "variants", "title", "entries", "papers"]).to_pylist()}
    edges = tables.read(folder, "edges").select(["kind", "source", "target"]).to_pylist()
    authored = [(nodes[e["source"]], e["target"]) for e in edges if e["kind"] == Relation.AUTHORED.value]
    papers = {(name, paper): person["papers"] for person, paper in authored for name in (person["name"], *person["variants"])}
    titles = Counter(fold(n["title"]) for n in nodes.values() if n["title"])
    title = lambda paper: nodes[paper]["title"] if titles[fold(nodes[paper]["title"] or "")] == 1 else nodes[paper]["entries"][0]
    told = set()
    for m in merges:
        left, right = (m["left"], m["left_paper"]), (m["right"], m["right_paper"])
        if m["kind"] == Kind.AUTHOR.value and m["score"] < SURE and m["left_paper"] != m["right_paper"] and (left, right) not in told:
            told.add((left, right))
            yield {
                "action": "", "name": m["left"], "paper": title(m["left_paper"]), "to": m["right"], "to paper": title(m["right_paper"]), **_said(m),
                "papers": papers.get(left), "papers of to": papers.get(right),
            }  # fmt: skip


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """The table as CSV that a spreadsheet opens, and of which it runs nothing."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: spreadsheet(v) for k, v in row.items() if v is not None} for row in rows)
    return out.getvalue()


def review(folder: Path, out: Path) -> int:
    """Write the table to the file `out`; returns the number of its rows."""
    rows = doubtful(folder)
    with whole_file(out) as aside:
        aside.write_text(as_csv(rows), encoding="utf-8", newline="\n")
    return len(rows)
