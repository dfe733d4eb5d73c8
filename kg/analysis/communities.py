"""Communities of a graph, in a fixed order, and words for them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import networkx as nx

from kg.model import Kind

SEED = 7


def communities(ids: Iterable[str], links: Iterable[tuple[str, str, float]]) -> list[list[str]]:
    """Louvain's communities (Blondel et al. 2008, modularity, NetworkX) of an undirected graph; the largest first, members by id.

    Several links of one pair add up. The same graph gives the same communities, whatever the order of its parts.
    """
    weights: dict[tuple[str, str], float] = defaultdict(float)
    for a, b, weight in sorted(links):
        if a != b:
            weights[min(a, b), max(a, b)] += weight
    graph = nx.Graph()
    graph.add_nodes_from(sorted(ids))
    graph.add_weighted_edges_from((a, b, w) for (a, b), w in sorted(weights.items()))
    found = nx.community.louvain_communities(graph, weight="weight", seed=SEED) if graph else []
    return sorted((sorted(c) for c in found), key=lambda c: (-len(c), c[0]))


def words_for(groups: Sequence[Sequence[str]], words: Mapping[str, Mapping[str, float]], most: int = 3) -> list[list[str]]:
    """For each group the words that are said of its members most often and of other groups seldom.

    `words` gives for a member how often each word is said of it. A word's score in a group is the number of times times the logarithm of
    (1 + groups / groups that have it): Spärck Jones' tf·idf with groups as documents.
    """
    counted: list[Counter[str]] = []
    for group in groups:
        said: Counter[str] = Counter()
        for member in group:
            said.update(words.get(member, {}))
        counted.append(said)
    having = Counter(w for said in counted for w in said)
    rank = lambda said: sorted(said, key=lambda w: (-said[w] * math.log(1 + len(groups) / having[w]), w))
    return [rank(said)[:most] for said in counted]


def said_of(g: nx.MultiDiGraph, ids: Iterable[str]) -> dict[str, Counter[str]]:
    """For each of these nodes the methods and tasks by which it can be described, with the number of papers: its own name if it is one, else those of its papers."""
    things = (Kind.METHOD.value, Kind.TASK.value)
    found: dict[str, Counter[str]] = {}
    for n in ids:
        row = g.nodes[n]
        if row["kind"] in things:
            found[n] = Counter({row["name"]: row.get("papers") or 1})
            continue
        papers = {n} if row["kind"] == Kind.PAPER.value else {x for x in (*g.successors(n), *g.predecessors(n)) if g.nodes[x]["kind"] == Kind.PAPER.value}
        found[n] = Counter(g.nodes[x]["name"] for p in sorted(papers) for x in dict.fromkeys(g.successors(p)) if g.nodes[x]["kind"] in things)
    return found
