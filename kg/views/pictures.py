"""What each view shows: of a graph as `networkx.MultiDiGraph` the nodes and edges to draw, where they lie, and by which rule others are left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Any

import networkx as nx

from kg.analysis.communities import communities, said_of, words_for
from kg.analysis.study import NAMING, Study, edges_by_id
from kg.errors import QueryError, WrongUse
from kg.model import DERIVED, Kind, Relation
from kg.views.layout import SPACE, layout
from kg.why import find_nodes, unknown_name

Place = tuple[int, int]
PATHS = 25  # so many shortest paths are shown of those between two nodes
STEPS = 7  # steps of a path in a row
LANES = 8  # communities that have a lane of their own in a timeline
_PAPER = Kind.PAPER.value
_DERIVED = frozenset(r.value for r in DERIVED)


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge to draw."""

    id: str
    source: str
    target: str
    row: dict[str, Any]

    @property
    def kind(self) -> str:
        return self.row["kind"]


@dataclass(frozen=True)
class Picture:
    """Nodes in a fixed order with their places, edges, communities with words for them; how many nodes there were, and what became of the others."""

    title: str
    nodes: Sequence[str]
    edges: Sequence[Edge]
    total: int
    rule: str
    places: dict[str, Place]
    groups: Sequence[Sequence[str]] = ()
    words: Sequence[Sequence[str]] = ()
    axis: Sequence[tuple[int, str]] = ()  # vertical lines with their captions
    centre: Sequence[str] = ()  # nodes that the view is about
    quiet: frozenset[str] = frozenset()  # kinds of edge that are off until asked for
    colour: str = "type"  # what colours mean at first


def edges_of(g: nx.MultiDiGraph, kinds: Iterable[str] | None = None) -> list[Edge]:
    """Edges of these kinds (None: of all), by id."""
    return [Edge(*e) for e in edges_by_id(g, kinds)]


def among(edges: Sequence[Edge], kept: set[str]) -> list[Edge]:
    """The edges both of whose ends are kept."""
    return [e for e in edges if e.source in kept and e.target in kept]


def _joined(title: str, kind: Kind, relation: Relation, groups_of: Callable[[Study], Sequence[Sequence[str]]], why: str) -> Callable[..., Picture]:
    """A view of nodes of one kind that edges of one kind join, coloured by the communities of the whole of them."""

    def picture(g: nx.MultiDiGraph, most: int) -> Picture:
        ids = [n for n, row in g.nodes(data=True) if row["kind"] == kind.value]
        edges = edges_of(g, [relation.value])
        joined = {x for e in edges for x in (e.source, e.target)}
        if not joined:
            raise QueryError(f"nothing to show: no {kind.value} of the graph is joined to another by {relation.value}; {why}")
        kept, rule = most_of(g, joined, edges, most)
        alone = len(ids) - len(joined)
        rule += f"; {alone} without such an edge left out" if alone else ""
        if len(kept) < len(joined):
            tied = {x for e in among(edges, kept) for x in (e.source, e.target)}
            rule += f"; {len(kept - tied)} that are joined to none of these left out" if kept - tied else ""
            kept = tied
        groups = groups_of(Study(g))
        return replace(picture_of(g, title, kept, edges, len(ids), rule, groups), colour="community")

    return picture


def everything(g: nx.MultiDiGraph, most: int) -> Picture:
    """All kinds of node and edge; derived edges are there but not drawn at first, since the asserted ones say the same by way of papers."""
    if not len(g):
        raise QueryError("nothing to show: the graph is empty")
    stubs = {n for n, row in g.nodes(data=True) if row.get("stub")}
    edges = among(edges_of(g), set(g) - stubs)
    kept, rule = _whole_papers(g, stubs, [e for e in edges if e.kind not in _DERIVED], most)
    rule += f"; {len(stubs)} papers that are only cited left out" if stubs else ""
    return picture_of(g, "Knowledge graph", kept, edges, len(g), rule, quiet=_DERIVED)


def ego(g: nx.MultiDiGraph, most: int, name: str, radius: int = 1) -> Picture:
    """What lies within `radius` steps of a node."""
    centre, others = _named(g, name)
    near = nx.single_source_shortest_path_length(g.to_undirected(as_view=True), centre, cutoff=radius)
    edges = among(edges_of(g), set(near))
    # The nearer go before the better known.
    kept, rule = most_of(g, set(near), edges, most, "edges", lambda n: near[n])
    label = g.nodes[centre]["label"]
    rule = f"within {radius} step{'s' * (radius > 1)} of {label}{others}, {rule}"
    return picture_of(g, f"Around {label}", kept, edges, len(near), rule, centre=[centre])


def path(g: nx.MultiDiGraph, most: int, name: str, to: str) -> Picture:
    """The shortest ways between two nodes: by joint papers if both are authors and there is one, else by all that papers say but categories and metrics, else by anything."""
    (a, first), (b, second) = _named(g, name), _named(g, to)
    labels = [g.nodes[n]["label"] for n in (a, b)]
    if a == b:
        raise WrongUse(f"the view 'path' needs two nodes: {name!r} and {to!r} are both {labels[0]}")
    asserted = {r.value for r in Relation} - _DERIVED
    ways = (
        ("by joint papers", {Relation.AUTHORED.value}),
        ("by what papers say, but for categories and metrics", asserted - {Relation.IN_CATEGORY.value, Relation.REPORTS.value}),
        ("by what papers say", asserted),
    )
    found = next(((how, kinds, walk) for how, kinds in ways if nx.has_path(walk := _walk(g, kinds, a, b), a, b)), None)
    if not found:
        raise QueryError(f"no path between {labels[0]} and {labels[1]}")
    how, kinds, walk = found
    paths = list(islice(nx.all_shortest_paths(walk, a, b), PATHS + 1))
    steps = {tuple(sorted(pair)) for p in paths[:PATHS] for pair in pairwise(p)}
    kept = {n for p in paths[:PATHS] for n in p}
    edges = [e for e in edges_of(g, kinds) if tuple(sorted((e.source, e.target))) in steps]
    more = f"{PATHS} of the" if len(paths) > PATHS else f"{len(paths)}"
    rule = f"{more} shortest path{'s' * (len(paths) != 1)} {how}, of {len(paths[0]) - 1} steps{first}{second}"
    # Steps from left to right, the ways below each other; long ways go on in the next row.
    columns: dict[int, list[str]] = defaultdict(list)
    for n in sorted(kept, key=lambda n: (g.nodes[n]["label"], n)):
        columns[next(p.index(n) for p in paths if n in p)].append(n)
    high = max(map(len, columns.values())) * 2.2 + 2
    places = {}
    for step, c in columns.items():
        row, x = divmod(step, STEPS)
        for k, n in enumerate(c):
            places[n] = (round((STEPS - 1 - x if row % 2 else x) * 5 * SPACE), round((row * high + (k - (len(c) - 1) / 2) * 2.2) * SPACE))
    return picture_of(g, f"From {labels[0]} to {labels[1]}", kept, edges, len(kept), rule, centre=[a, b], places=places)


def _walk(g: nx.MultiDiGraph, kinds: set[str], *ends: str) -> nx.Graph:
    """Edges of these kinds without their direction; the ends are there even where they have none."""
    walk = nx.Graph()
    walk.add_nodes_from(ends)
    walk.add_edges_from((e.source, e.target) for e in edges_of(g, kinds))
    return walk


def timeline(g: nx.MultiDiGraph, most: int) -> Picture:
    """Papers by their year and methods by the year of their first paper, from left to right; communities of methods and papers in lanes below each other."""
    year = {
        n: row.get("year", row.get("first_year"))
        for n, row in g.nodes(data=True)
        if row["kind"] in (Kind.PAPER.value, Kind.METHOD.value) and not row.get("stub")
    }
    dated = {n for n, y in year.items() if y is not None}
    if not dated:
        raise QueryError("nothing to show: no paper of the graph has a year")
    edges = among(edges_of(g, [r.value for r in NAMING]), dated)
    kept, rule = most_of(g, dated, edges, most, "edges")
    edges = among(edges, kept)
    rule += f"; {len(year) - len(dated)} without a year left out" if len(dated) < len(year) else ""
    groups = communities(kept, ((e.source, e.target, 1.0) for e in edges))
    places, axis = _by_year(g, {n: year[n] for n in kept}, {n: k for k, group in enumerate(groups) for n in group})
    return picture_of(g, "Methods and papers by year", kept, edges, len(year), rule, groups, places=places, axis=axis)


def _by_year(g: nx.MultiDiGraph, year: dict[str, int], group: dict[str, int]) -> tuple[dict[str, Place], list[tuple[int, str]]]:
    """Places in columns of years and lanes of communities, the smaller ones together in the last; in a cell methods lie above papers. A year is as wide as its fullest cell."""
    order = lambda n: (group[n], -(g.nodes[n].get("papers") or 1), g.nodes[n].get("date") or "", g.nodes[n]["label"], n)
    cells: dict[tuple[int, int, bool], list[str]] = defaultdict(list)
    for n in sorted(year, key=order):
        cells[min(group[n], LANES), year[n], g.nodes[n]["kind"] == _PAPER].append(n)
    fullest: Counter[int] = Counter()
    for (_, y, _), members in cells.items():
        fullest[y] = max(fullest[y], len(members))
    # Empty years have a column where they are few; a longer gap is a narrow one.
    years = (
        [y for y in range(min(fullest), max(fullest) + 1) if y in fullest]
        if max(fullest) - min(fullest) > 4 * len(fullest) + 8
        else range(min(fullest), max(fullest) + 1)
    )
    across = {y: max(3, round((fullest[y] * 1.6) ** 0.5)) for y in years}
    start, x, before = {}, 0.0, min(fullest)
    for y in years:
        x += 1.5 * (y > before + 1)
        start[y], x, before = x, x + across[y] + 1, y
    places: dict[str, Place] = {}
    low = 0.0
    for lane in sorted({k for k, *_ in cells}):
        for paper in (False, True):
            here = {y: members for (k, y, p), members in cells.items() if (k, p) == (lane, paper)}
            for y, members in here.items():
                for i, n in enumerate(members):
                    row, column = divmod(i, across[y])
                    # Every other one a little lower, so that edges do not run along rows.
                    places[n] = (round((start[y] + 0.7 + column) * SPACE), round((low + row + 0.35 * (column % 2)) * SPACE))
            low += max((-(-len(m) // across[y]) for y, m in here.items()), default=0) + (0.4 if here else 0)
        low += 1
    return places, [(round(start[y] * SPACE), str(y)) for y in years]


PICTURES: dict[str, Callable[..., Picture]] = {
    "co-authors": _joined("Co-authors", Kind.AUTHOR, Relation.CO_AUTHORED_WITH, lambda s: s.groups, "only papers that name two authors or more join any"),
    "methods": _joined("Methods by joint use", Kind.METHOD, Relation.USED_WITH, lambda s: s.method_groups, "only papers that name two methods or more join any"),
    "all": everything, "ego": ego, "timeline": timeline, "path": path,
}  # fmt: skip


def picture_of(
    g: nx.MultiDiGraph, title: str, kept: set[str], edges: Sequence[Edge], total: int, rule: str, groups: Sequence[Sequence[str]] | None = None, *,
    quiet: frozenset[str] = frozenset(), centre: Sequence[str] = (), places: dict[str, Place] | None = None, axis: Sequence[tuple[int, str]] = (),
) -> Picture:  # fmt: skip
    """A picture of these nodes and the edges among them, with its communities in words and, where no places are given, laid out by the edges that are drawn at first."""
    edges = among(edges, kept)
    drawn = [(e.source, e.target) for e in edges if e.kind not in quiet]
    groups = communities(kept, ((a, b, 1.0) for a, b in drawn)) if groups is None else groups
    words = words_for(groups, said_of(g, (n for group in groups for n in group)))
    shown = [(members, w or Study(g).leading(members, 1)) for group, w in zip(groups, words) if len(members := [n for n in group if n in kept]) > 1]
    shown.sort(key=lambda x: (-len(x[0]), x[0][0]))
    places = places or layout(kept, drawn)
    return Picture(title, sorted(kept), edges, total, rule, places, [m for m, _ in shown], [w for _, w in shown], axis, centre, quiet)


def most_of(
    g: nx.MultiDiGraph, ids: set[str], edges: Sequence[Edge], most: int, by: str = "papers", first: Callable[[str], int] = lambda n: 0
) -> tuple[set[str], str]:
    """At most so many nodes, those with the most papers, then edges, or (`by` edges) with the most edges; and that rule in words."""
    if len(ids) <= most:
        return set(ids), "all"
    degree = Counter(x for e in edges for x in (e.source, e.target))
    papers = lambda i: (g.nodes[i].get("papers") or 0) if by == "papers" else 0
    ranked = sorted(ids, key=lambda i: (first(i), -papers(i), -degree[i], i))
    return set(ranked[:most]), f"the {most} with the most {'papers, then edges' if by == 'papers' else 'edges'}, and what joins them"


def _whole_papers(g: nx.MultiDiGraph, left_out: set[str], edges: Sequence[Edge], most: int) -> tuple[set[str], str]:
    """All, or as many papers as have room with everything that they are joined to, those that name the most first: so each paper that is shown is shown whole."""
    if len(g) - len(left_out) <= most:
        return set(g) - left_out, "all"
    near: dict[str, set[str]] = defaultdict(set)
    for e in edges:
        for a, b in ((e.source, e.target), (e.target, e.source)):
            if g.nodes[a]["kind"] == _PAPER:
                near[a].add(b)
    kept: set[str] = set()
    papers = 0
    names = {p: sum(g.nodes[n]["kind"] not in (Kind.AUTHOR.value, Kind.CATEGORY.value) for n in near[p]) for p in near}
    for paper in sorted(near, key=lambda p: (-names[p], len(near[p]), p)):
        wanted = kept | {paper} | near[paper]
        if len(wanted) <= most:
            kept, papers = wanted, papers + 1
    if not kept:
        return most_of(g, set(g) - left_out, edges, most, "edges")
    return kept, f"{papers} papers with everything they are joined to, those that name the most first"


def _named(g: nx.MultiDiGraph, name: str) -> tuple[str, str]:
    """The node of that name, and in words who else has it. An id goes before a label, a label before a name, a name before another form; of several, that with the most papers."""
    keys = ("id", "name", "label", "title", "aliases", "variants", "long_form", "papers")
    found = find_nodes([{k: row.get(k) for k in keys} | {"id": n} for n, row in g.nodes(data=True)], name)
    if not found:
        raise unknown_name("the graph", name, (row["name"] for _, row in g.nodes(data=True)))
    rank = lambda n: next((k for k, field in enumerate(("id", "label", "name")) if n[field] == name), 3)
    best, *others = sorted(found, key=lambda n: (rank(n), -(n["papers"] or 0), n["id"]))
    return best["id"], f" (the one with the most papers of {len(others) + 1} that are called {name!r})" if others and rank(best) else ""
