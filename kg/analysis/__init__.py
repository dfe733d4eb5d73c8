"""Analysis: NetworkX in, tables out. What the graph already holds (joint papers, Newman's weights, who is evaluated on what) is read, not made again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import networkx as nx

from kg.analysis import methods, people
from kg.analysis.counts import refused, statistics
from kg.analysis.study import Study
from kg.errors import WrongUse

__all__ = ["TABLES", "Table", "analyze", "refused", "statistics"]


@dataclass(frozen=True)
class Table:
    """Rows with the same columns, all or the first of `total`, and what a reader must know of them."""

    name: str
    about: str
    rows: list[dict[str, Any]]
    total: int
    note: str

    def _repr_html_(self) -> str:
        """The table as a notebook shows it."""
        text = lambda v: escape("; ".join(map(str, v)) if isinstance(v, list) else "" if v is None else str(v))
        line = lambda cells, tag: "<tr>" + "".join(f"<{tag} style='text-align:left'>{text(c)}</{tag}>" for c in cells) + "</tr>"
        head = line(self.rows[0], "th") if self.rows else ""
        said = escape(f"{self.name}: {len(self.rows)} of {self.total}; {self.note}")
        return f"<table><caption style='text-align:left'>{said}</caption>{head}{''.join(line(r.values(), 'td') for r in self.rows)}</table>"


TABLES: dict[str, Callable[[Study], tuple[list[dict[str, Any]], str]]] = {
    "authors": people.authors, "components": people.components, "communities": people.communities, "bridges": people.bridges, "collaboration": people.collaboration,
    "methods": methods.methods, "trends": methods.trends, "untried": methods.untried, "data": methods.data, "repositories": methods.repositories,
}  # fmt: skip


def analyze(g: nx.MultiDiGraph, names: Sequence[str] = (), top: int | None = None) -> list[Table]:
    """The tables of these names (none: all of TABLES) of a graph as `kg.read_graph` gives it; of each the first `top` rows. WrongUse for an unknown name."""
    unknown = [n for n in names if n not in TABLES]
    if unknown:
        raise WrongUse(f"no table {unknown[0]!r}: choose among {', '.join(TABLES)}")
    s = Study(g)
    out = []
    for name in names or TABLES:
        rows, note = TABLES[name](s)
        about = " ".join((TABLES[name].__doc__ or "").strip().split("\n\n")[0].split())
        out.append(Table(name, about, rows[:top], len(rows), note))
    return out
