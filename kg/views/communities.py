"""The map of communities of co-authors, and a page of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import networkx as nx

from kg.analysis.study import Study
from kg.errors import QueryError
from kg.model import Kind, Relation
from kg.views.layout import layout
from kg.views.pictures import Edge, Picture, edges_of, most_of, picture_of

LEAST = 3  # people that a community with a page has
MANY = 60  # communities that have a page
PAGES = r"index\.html|community-\d+\.html"  # the names of these files
_CO_AUTHORED = Relation.CO_AUTHORED_WITH.value


def community_pages(g: nx.MultiDiGraph, most: int) -> Iterator[tuple[str, nx.MultiDiGraph, Picture, str | None]]:
    """Name of the file, graph, picture and the page that it links back to; the map first. QueryError if nobody writes with anybody."""
    s = Study(g)
    edges = edges_of(g, [_CO_AUTHORED])
    enough = sum(len(c) >= LEAST for c in s.groups)
    groups = [c for c in s.groups if len(c) >= LEAST][:MANY]
    if not groups:
        raise QueryError(f"nothing to show: no {LEAST} authors of the graph write together")
    words, names = s.group_words[: len(groups)], [s.group_label(k) for k in range(1, len(groups) + 1)]
    files = [f"community-{k:02d}.html" for k in range(1, len(groups) + 1)]
    group_of = {n: k for k, c in enumerate(groups) for n in c}
    yield "index.html", *_map(g, groups, words, names, files, edges, group_of, len(s.groups), enough), None
    inside: dict[int, list[Edge]] = defaultdict(list)
    for e in edges:
        if group_of.get(e.source, -1) == group_of.get(e.target, -2):
            inside[group_of[e.source]].append(e)
    for k, members in enumerate(groups):
        kept, rule = most_of(g, set(members), inside[k], most)
        rule = f"community {k + 1} of {len(groups)}, {rule}"
        yield files[k], g, replace(picture_of(g, f"Community {names[k]}", kept, inside[k], len(members), rule), colour="community"), "index.html"


def _map(
    g: nx.MultiDiGraph, groups: Sequence[Sequence[str]], words: Sequence[Sequence[str]], names: Sequence[str], files: Sequence[str], edges: Sequence[Edge],
    group_of: dict[str, int], found: int, enough: int,
) -> tuple[nx.MultiDiGraph, Picture]:  # fmt: skip
    """A graph whose nodes are communities and whose edges are papers that people of both wrote together."""
    bubbles = nx.MultiDiGraph(about=g.graph.get("about"))
    joint: dict[tuple[int, int], set[str]] = defaultdict(set)
    for e in edges:
        left, right = sorted((group_of.get(e.source, -1), group_of.get(e.target, -1)))
        pair = (left, right)
        if pair[0] != pair[1] and -1 not in pair:
            joint[pair] |= set(e.row["papers"])
    ids = [f"community:{k:03d}" for k in range(1, len(groups) + 1)]
    for k, members in enumerate(groups):
        papers = {p for n in members for p in g.successors(n) if g.nodes[p]["kind"] == Kind.PAPER.value}
        years = sorted(y for p in papers if (y := g.nodes[p].get("year")))
        best = sorted(members, key=lambda n: (-(g.nodes[n].get("papers") or 0), g.nodes[n]["label"]))
        said: Counter[str] = Counter(g.nodes[x]["name"] for p in papers for x in g.successors(p) if g.nodes[x]["kind"] == Kind.METHOD.value)
        facts = [
            ("size", [f"{len(members)} people", f"{len(papers)} papers", *([f"{years[0]}–{years[-1]}"] if years else [])]),
            ("most papers", [g.nodes[n]["label"] for n in best[:8]]), ("methods", sorted(said, key=lambda m: (-said[m], m))[:8]), ("told apart by", list(words[k])),
        ]  # fmt: skip
        bubbles.add_node(ids[k], kind="Community", name=names[k], label=names[k], papers=len(members), page=files[k], facts=[[h, x] for h, x in facts if x])
        if years:
            bubbles.nodes[ids[k]].update(first_year=years[0], last_year=years[-1])
    for (a, b), papers in sorted(joint.items()):
        known = sorted(papers)
        for p in known:
            bubbles.add_node(p, **g.nodes[p])
        bubbles.add_edge(ids[a], ids[b], key=f"{ids[a]} {ids[b]}", kind="JOINT_PAPERS", papers=known, weight=float(len(known)))
    drawn = edges_of(bubbles, ["JOINT_PAPERS"])
    rule = f"the {len(groups)} largest of {enough} with {LEAST} people or more" if enough > len(groups) else f"those with {LEAST} people or more"
    rule += (f"; {found - enough} smaller left out" if found > enough else "") + "; by Louvain's method over joint papers"
    # Room for the largest bubble and its name.
    return bubbles, Picture("Communities of co-authors", ids, drawn, found, rule, layout(ids, [(e.source, e.target) for e in drawn], 190.0))
