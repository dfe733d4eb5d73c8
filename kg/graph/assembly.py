"""Assemble resolved entities into nodes, edges and evidence, table by table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kg import tables
from kg.graph.claims import Sayings
from kg.graph.edges import CLAIMS, FOLLOWS, asserted, claims_table, derived, follows_table, joined
from kg.graph.papers import Stub, stub_row
from kg.model import DERIVED, Kind, Rejected, Relation
from kg.tables import Packed, pack, unpack


class Graph(NamedTuple):
    """How many nodes and edges of each kind, and how much evidence, was made; and what was refused."""

    nodes: dict[str, int]
    edges: dict[str, int]
    evidence: int
    rejected: list[Rejected]


@dataclass
class Columns:
    """What papers say, as packed columns, in parts: claims and what follows from them by relation, rows of papers, and of nodes that go by their name alone."""

    claims: dict[Relation, list[Packed]] = field(default_factory=lambda: defaultdict(list))
    follows: dict[Relation, list[Packed]] = field(default_factory=lambda: defaultdict(list))
    nodes: list[Packed] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    @classmethod
    def of(cls, s: Sayings) -> Columns:
        """What was gathered."""
        return cls(
            {kind: [pack(claims_table(claims))] for kind, claims in s.claims.items()},
            {kind: [pack(follows_table(follows))] for kind, follows in s.follows.items()},
            [pack(tables.table(s.papers, tables.NODES)), pack(tables.table(s.nodes.values(), tables.NODES))],
            s.rejected,
        )

    def take(self, more: Columns) -> None:
        """Take over more."""
        self.nodes += more.nodes
        self.rejected += more.rejected
        for mine, theirs in ((self.claims, more.claims), (self.follows, more.follows)):
            for kind, parts in theirs.items():
                mine[kind] += parts


def assemble(said: Columns, things: list[pa.Table], stubs: Sequence[Stub], done: Callable[[str, pa.Table], None]) -> Graph:
    """The graph of what papers say. `things` are the nodes that resolution found, with the columns of tables.NODES. `done` takes pieces of the tables of nodes,
    edges and evidence, each table in the order of its ids, so that the same input gives the same bytes.

    Takes the parts of `said` and `things` out of them, one relation after the other, so that never all are there twice.
    """
    edges: dict[str, int] = {}
    evidence, ends = 0, []
    for kind in sorted(Relation, key=lambda r: r.value.lower() + ":"):
        if kind in DERIVED:
            found = derived(kind, joined(map(unpack, said.follows.pop(kind, ())), FOLLOWS))
        else:
            found, why = asserted(kind, joined(map(unpack, said.claims.pop(kind, ())), CLAIMS))
            evidence += len(why)
            done("evidence", why)
            if kind is not Relation.AFFILIATED_WITH:
                ends.append(found.select(["target", "source"] if kind is Relation.AUTHORED else ["source", "target"]).rename_columns(["paper", "node"]))
        if len(found):
            edges[kind.value] = len(found)
        done("edges", found)
        del found
    nodes = pa.concat_tables([_named(said.nodes), *things, tables.table(map(stub_row, stubs), tables.NODES)])
    said.nodes.clear()
    things.clear()
    counted = _counted(nodes.filter(pc.equal(nodes["kind"], Kind.PAPER.value)).select(["id", "year"]), ends)
    kinds = counts(nodes)
    done("nodes", tables.NODES.empty_table())
    for name in sorted(kinds, key=lambda k: k.lower() + ":"):
        t = _sorted(nodes.filter(pc.equal(nodes["kind"], name)))
        done("nodes", t if name == Kind.PAPER.value else _with_counts(t, counted))
    return Graph(kinds, dict(sorted(edges.items())), evidence, said.rejected)


def _named(parts: Sequence[Packed]) -> pa.Table:
    """Nodes once each; of several names the longest stands."""
    t = pa.concat_tables([tables.NODES.empty_table(), *map(unpack, parts)])
    by = pa.table({"id": t["id"], "length": pc.utf8_length(t["name"]), "name": t["name"]})
    order = pc.sort_indices(by, [("id", "ascending"), ("length", "descending"), ("name", "ascending")])
    ids = by["id"].take(order).combine_chunks()
    first = np.append(np.ones(min(1, len(ids)), bool), pc.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False))
    return t.take(order.filter(pa.array(first)))


def _sorted(t: pa.Table) -> pa.Table:
    return t.take(pc.sort_indices(t["id"]))


def _counted(papers: pa.Table, ends: Sequence[pa.Table]) -> pa.Table:
    """For each node the papers that speak of it, and the year of the first (`node`, `papers`, `first_year`); `ends` are the edges' papers and nodes."""
    pairs = pa.concat_tables([t.cast(pa.schema([("paper", pa.string()), ("node", pa.string())])) for t in ends])
    years = papers["year"].combine_chunks().take(pc.index_in(pairs["paper"].combine_chunks(), papers["id"].combine_chunks()))
    found = pa.table({"node": pairs["node"], "year": years}).group_by("node").aggregate([([], "count_all"), ("year", "min")])
    return found.select(["node", "count_all", "year_min"]).rename_columns(["node", "papers", "first_year"])


def _with_counts(t: pa.Table, counted: pa.Table) -> pa.Table:
    """Nodes of one kind, in order, with papers, first year and label."""
    at = pc.index_in(t["id"].combine_chunks(), counted["node"].combine_chunks())
    papers = pc.fill_null(counted["papers"].combine_chunks().take(at), 0)
    label = t["name"]
    if t["kind"][0].as_py() == Kind.AUTHOR.value:
        label = pa.chunked_array([_labels(t["id"].to_pylist(), t["name"].to_pylist(), papers.to_pylist())])
    for name, column in (("papers", papers), ("first_year", counted["first_year"].combine_chunks().take(at)), ("label", label)):
        at_column = t.schema.get_field_index(name)
        t = t.set_column(at_column, tables.NODES.field(name), pc.cast(column, tables.NODES.field(name).type))
    return t


def _labels(ids: Sequence[str], names: Sequence[str], papers: Sequence[int]) -> pa.Array:
    """Labels that tell people of one name apart: a number, in the order of their papers."""
    labels = list(names)
    named: dict[str, list[int]] = defaultdict(list)
    for i, name in enumerate(names):
        named[name.lower()].append(i)
    for rows in named.values():
        for n, i in enumerate(sorted(rows, key=lambda i: (-papers[i], ids[i])) if len(rows) > 1 else [], 1):
            labels[i] = f"{names[i]} ({n})"
    return pa.array(labels, pa.string())


def counts(t: pa.Table) -> dict[str, int]:
    """How many rows of each kind, in the order of the names."""
    return dict(sorted((row["values"], row["counts"]) for row in pc.value_counts(pc.cast(t["kind"], pa.string())).to_pylist()))
