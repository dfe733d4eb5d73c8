"""The report: one page with plots and tables that opens without a network and holds no script."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from kg.analysis import TABLES, Table, analyze, refused, statistics
from kg.files import whole_file
from kg.graph import read_graph
from kg.text import clipped

YEARS = 40  # years of the table of years, the last ones
ROWS = 12  # rows of a table
LONGEST = 160  # characters of a name in a table
SPAN = 60  # years up to which those without a paper have a place in a plot
TITLES = {
    "authors": "People", "components": "Connected groups of co-authors", "communities": "Communities of co-authors", "bridges": "Bridges between communities",
    "collaboration": "Collaboration over the years", "methods": "Methods", "trends": "Rising and fading methods", "untried": "Methods not yet tried together",
    "data": "Datasets and benchmarks", "repositories": "Code",
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A plot and what it shows."""

    svg: Markup
    caption: str


@dataclass(frozen=True)
class Section:
    """A heading, plots, a table and what must be known of it."""

    id: str
    title: str
    about: str = ""
    figures: Sequence[Figure] = ()
    rows: Sequence[Mapping[str, Any]] = ()
    note: str = ""
    columns: Sequence[str] = ()
    numbers: frozenset[str] = frozenset()


def write_report(folder: Path, out: Path) -> int:
    """Write the report of a graph folder to the file `out`; returns the number of its tables. StoreError if the folder is none or `out` cannot be written."""
    found = statistics(folder)
    g = read_graph(folder)
    tables = {t.name: t for t in analyze(g)}
    not_read = refused(folder)
    sections = [_overview(found), *(_section(tables[name]) for name in TABLES), _unread(found, not_read)]
    nodes, years = found["nodes"], [int(r["year"]) for r in tables["collaboration"].rows]
    span = f", from {years[0]} to {years[-1]}" if years else ""
    lead = (
        f"{_many(nodes.get('Paper', 0), 'paper')} by {_many(nodes.get('Author', 0), 'author')}{span}: {_many(nodes.get('Method', 0), 'method')}, "
        f"{_many(nodes.get('Dataset', 0) + nodes.get('Benchmark', 0), 'dataset and benchmark', 'datasets and benchmarks')}, {_many(nodes.get('Task', 0), 'task')}, "
        f"{_many(nodes.get('Repository', 0), 'code repository', 'code repositories')}."
    )
    return write_page(out, "What the papers say", lead, sections, f"From {g.graph['about']}.")


def write_page(out: Path, title: str, lead: str, sections: Sequence[Section], about: str) -> int:
    """Write a page of sections; returns the number of its tables."""
    style = (files("kg.views") / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    page = environment.from_string((files("kg.views") / "report.html.j2").read_text(encoding="utf-8")).render(
        title=title, policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'", style=style, sections=sections, lead=lead, about=about
    )  # fmt: skip
    with whole_file(out) as aside:
        aside.write_text(page, encoding="utf-8", newline="\n")
    return sum(bool(s.rows) for s in sections)


def _many(n: int, one: str, more: str | None = None) -> str:
    return f"{n:,} {one if n == 1 else more or one + 's'}"


def _overview(found: Mapping[str, Any]) -> Section:
    coverage = [(name, share, f"{share:.0%}") for name, share in found["coverage"].items()]
    counts = [{"what": kind, "count": n} for kind, n in found["nodes"].items()]
    return Section(
        "overview", "What is in the graph", f"{_many(found['entries'], 'entry', 'entries')} were read; {_many(found['evidence'], 'piece')} of evidence stand behind the edges.",
        [Figure(shares(coverage, "Share of the entries that have each field"), "Share of the entries that have each field.")], counts, columns=("what", "count"), numbers=frozenset({"count"}),
    )  # fmt: skip


def _section(t: Table) -> Section:
    """A table of the analysis, without its ids; lists as text, and for years a plot."""
    plots: list[Figure] = []
    rows = [{k: v for k, v in r.items() if k not in ("id", "ids", "url")} for r in t.rows[:ROWS]]
    if t.name == "collaboration" and t.rows:
        plots = [
            Figure(bars([(r["year"], r["papers"]) for r in t.rows], "Papers by year", "a"), "Papers by year."),
            Figure(bars([(r["year"], r["authors"]) for r in t.rows], "Authors by year", "b"), "Authors by year."),
        ]
        rows = list(t.rows[-YEARS:])
    if t.name == "trends":
        rows = [
            {"method": r["method"], "trend": r["trend"], "share_by_year": spark(r["by_year"]), "papers": r["papers"], "z": r["z"], "q": r["q"]} for r in rows
        ]
    columns = tuple(rows[0]) if rows else ()
    numbers = frozenset(c for c in columns if all(isinstance(r[c], (int, float)) or r[c] is None for r in rows))
    more = f"The {'last' if t.name == 'collaboration' else 'first'} {len(rows)} of {t.total}; kg analyze {t.name} has all. " if t.total > len(rows) else ""
    note = more + t.note[:1].upper() + t.note[1:] + "."
    return Section(t.name, TITLES[t.name], t.about, plots, [{k: _text(v) for k, v in r.items()} for r in rows], note, columns, numbers)


def _text(value: Any) -> Any:
    """A value as a reader wants it: lists as text, fractions with two figures that count."""
    if isinstance(value, float):
        return "0" if not value else "< 0.001" if 0 < value < 0.001 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.2g}"
    if isinstance(value, (list, tuple)):
        return "; ".join(clipped(str(v), LONGEST) for v in value)
    return "" if value is None else clipped(value, LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value


def _unread(found: Mapping[str, Any], not_read: Sequence[Mapping[str, Any]]) -> Section:
    reasons = Counter(r["reason"] for r in not_read)
    first = {r["reason"]: r for r in reversed(not_read)}
    rows = [
        {"reason": reason, "times": n, "for_example": f"{first[reason]['source']}, line {first[reason]['line']}: {first[reason]['text']}"}
        for reason, n in sorted(reasons.items(), key=lambda x: (-x[1], x[0]))
    ]
    note = "kg stats --rejected lists every place." if rows else "Every line of the input became part of an entry, or is blank."
    return Section("unread", "What could not be read", "", (), rows, note, ("reason", "times", "for_example"), frozenset({"times"}))


# ---- plots


def _svg(wide: int, high: int, label: str, body: Sequence[str]) -> Markup:
    return Markup(f'<svg viewBox="0 0 {wide} {high}" role="img" aria-label="{escape(label)}"><title>{escape(label)}</title>{"".join(body)}</svg>')


def bars(values: Sequence[tuple[int, int]], label: str, colour: str) -> Markup:
    """A bar for each year from the first to the last; years without a value have none, and no place where they are very many."""
    wide, high, foot, head = 480, 140, 20, 16
    by_year = dict(values)
    years = range(min(by_year), max(by_year) + 1) if max(by_year) - min(by_year) < SPAN else sorted(by_year)
    most, step = max(by_year.values()) or 1, wide / len(years)
    every = max(1, -(-len(years) * 40 // wide))
    body = [f'<line class="axis" x1="0" x2="{wide}" y1="{high - foot}" y2="{high - foot}"/>']
    for i, y in enumerate(years):
        n, x = by_year.get(y, 0), i * step
        tall = (high - foot - head) * n / most
        middle = x + step / 2
        body.append(
            f'<rect class="{colour}" x="{x + step * 0.15:.1f}" y="{high - foot - tall:.1f}" width="{step * 0.7:.1f}" height="{tall:.1f}"><title>{y}: {n}</title></rect>'
        )
        if n and step > 24:
            body.append(f'<text x="{middle:.1f}" y="{high - foot - tall - 3:.1f}" text-anchor="middle">{n}</text>')
        if i % every == 0:
            body.append(f'<text class="quiet" x="{middle:.1f}" y="{high - 6}" text-anchor="middle">{y}</text>')
    return _svg(wide, high, f"{label}: " + ", ".join(f"{y} {n}" for y, n in values), body)


def shares(values: Sequence[tuple[str, float, str]], label: str) -> Markup:
    """A bar from 0 to 1 for each name."""
    wide, row, left, right = 480, 20, 90, 40
    body = []
    for i, (name, share, said) in enumerate(values):
        y, full = i * row, wide - left - right
        body.append(f'<text x="0" y="{y + 14}">{escape(name)}</text><rect class="rest" x="{left}" y="{y + 4}" width="{full}" height="13"/>')
        body.append(
            f'<rect class="a" x="{left}" y="{y + 4}" width="{full * share:.1f}" height="13"/><text x="{wide - right + 6}" y="{y + 14}">{escape(said)}</text>'
        )
    return _svg(wide, row * len(values), f"{label}: " + ", ".join(f"{n} {s}" for n, _, s in values), body)


def spark(by_year: Sequence[str]) -> Markup:
    """A small row of bars out of texts such as "2021: 3 of 40": the share of each year."""
    values = [(year, int(n), int(of)) for year, said in (x.split(": ") for x in by_year) for n, of in [said.split(" of ")]]
    most = max((n / of for _, n, of in values if of), default=0) or 1
    step = 90 / max(1, len(values))
    body = [
        f'<rect class="a" x="{i * step:.1f}" y="{22 - 20 * n / of / most:.1f}" width="{step * 0.75:.1f}" height="{20 * n / of / most:.1f}"/>'
        for i, (_, n, of) in enumerate(values)
    ]
    return _svg(90, 22, "; ".join(by_year), body)
