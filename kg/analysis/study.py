"""What several tables need of a graph: papers, years, who writes with whom, communities; each made once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import networkx as nx

from kg.analysis.communities import SEED, communities, said_of, words_for
from kg.model import Kind, Relation

EXACT = 1000  # authors up to which betweenness is exact
SAMPLE = 200  # authors from which shortest paths are counted above that
NAMING = (Relation.PROPOSES, Relation.USES, Relation.COMPARES_WITH)  # what a paper says of a method


def edges_by_id(g: nx.MultiDiGraph, kinds: Iterable[str] | None = None) -> list[tuple[str, str, str, dict[str, Any]]]:
    """(id, source, target, attributes) of the edges of these kinds (None: of all), in the order of their ids."""
    wanted = None if kinds is None else set(kinds)
    found = ((key, a, b, row) for a, b, key, row in g.edges(keys=True, data=True) if wanted is None or row["kind"] in wanted)
    return sorted(found, key=lambda x: x[0])


class Study:
    """A graph as `kg.read_graph` gives it, and views of it that are made when they are first asked for. The graph is not changed."""

    def __init__(self, g: nx.MultiDiGraph) -> None:
        self.g = g

    def label(self, n: str) -> str:
        return self.g.nodes[n]["label"]

    def row(self, n: str) -> dict[str, Any]:
        return self.g.nodes[n]

    def of_kind(self, *kinds: Kind) -> list[str]:
        """Ids of the nodes of these kinds, in order; papers that are only cited are left out."""
        values = {k.value for k in kinds}
        return sorted(n for n, row in self.g.nodes(data=True) if row["kind"] in values and not row.get("stub"))

    def edges(self, *kinds: Relation) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """(source, target, attributes) of the edges of these kinds, by id."""
        yield from ((a, b, row) for _, a, b, row in edges_by_id(self.g, (k.value for k in kinds)))

    @cached_property
    def authors_of(self) -> dict[str, list[str]]:
        """Papers and their printed authors, in the order of their ids; a page's own author behind "et al." is not counted."""
        found: dict[str, list[str]] = defaultdict(list)
        for a, p, row in self.edges(Relation.AUTHORED):
            if not row.get("inferred"):
                found[p].append(a)
        return {p: sorted(set(found[p])) for p in sorted(found)}

    @cached_property
    def papers_of(self) -> dict[str, list[str]]:
        """Authors and the papers that print them."""
        found: dict[str, list[str]] = defaultdict(list)
        for p, authors in self.authors_of.items():
            for a in authors:
                found[a].append(p)
        return dict(found)

    @cached_property
    def naming(self) -> dict[str, list[str]]:
        """Methods and the papers that propose, use or compare with them."""
        found: dict[str, set[str]] = defaultdict(set)
        for p, m, _ in self.edges(*NAMING):
            found[m].add(p)
        return {m: sorted(found[m]) for m in sorted(found)}

    @cached_property
    def dated(self) -> dict[int, list[str]]:
        """Years and their papers."""
        found: dict[int, list[str]] = defaultdict(list)
        for p in self.of_kind(Kind.PAPER):
            if self.row(p).get("year"):
                found[self.row(p)["year"]].append(p)
        return dict(sorted(found.items()))

    def _simple(self, kind: Kind, relation: Relation) -> nx.Graph:
        graph = nx.Graph()
        graph.add_nodes_from(self.of_kind(kind))
        for a, b, row in self.edges(relation):
            graph.add_edge(a, b, weight=row.get("weight") or 1.0, papers=len(row.get("papers") or ()))
        return graph

    @cached_property
    def co_authors(self) -> nx.Graph:
        """All authors; edges with Newman's weight and the number of joint papers, as the graph has them."""
        return self._simple(Kind.AUTHOR, Relation.CO_AUTHORED_WITH)

    @cached_property
    def joint_use(self) -> nx.Graph:
        """All methods; edges between those that papers name together."""
        return self._simple(Kind.METHOD, Relation.USED_WITH)

    @cached_property
    def tested_on(self) -> dict[str, Counter[str]]:
        """Datasets and benchmarks, and how many papers evaluate each method on them."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for m, d, row in self.edges(Relation.EVALUATED_ON):
            found[d][m] = len(row.get("papers") or ())
        return found

    def leading(self, members: Sequence[str], most: int = 5) -> list[str]:
        """The labels of those with the most papers."""
        return [self.label(n) for n in sorted(members, key=lambda n: (-(self.row(n).get("papers") or 0), self.label(n)))[:most]]

    @cached_property
    def components(self) -> list[list[str]]:
        """Connected components of the co-authors, the largest first."""
        return sorted((sorted(c) for c in nx.connected_components(self.co_authors)), key=lambda c: (-len(c), c[0]))

    @cached_property
    def groups(self) -> list[list[str]]:
        """Communities of authors of two people or more, the largest first."""
        links = ((a, b, row["weight"]) for a, b, row in self.co_authors.edges(data=True))
        return [c for c in communities(self.co_authors, links) if len(c) > 1]

    @cached_property
    def method_groups(self) -> list[list[str]]:
        """Communities of methods by joint use, of two methods or more, the largest first."""
        links = ((a, b, float(row["papers"])) for a, b, row in self.joint_use.edges(data=True))
        return [c for c in communities(self.joint_use, links) if len(c) > 1]

    @cached_property
    def group_of(self) -> dict[str, int]:
        """Authors and the number of their community, from 1."""
        return {n: k for k, members in enumerate(self.groups, 1) for n in members}

    @cached_property
    def group_words(self) -> list[list[str]]:
        """For each community the methods and tasks that tell it from others."""
        return words_for(self.groups, said_of(self.g, (n for c in self.groups for n in c)))

    def group_label(self, k: int) -> str:
        """A community's number and words; where its papers name nothing, its best known author."""
        return f"{k} · {', '.join(self.group_words[k - 1] or self.leading(self.groups[k - 1], 1))}"

    @cached_property
    def betweenness(self) -> dict[str, float]:
        """Freeman's betweenness of authors (1977), normalised, unweighted; above EXACT authors an estimate from SAMPLE of them (Brandes and Pich 2007)."""
        graph = self.co_authors
        k = SAMPLE if len(graph) > EXACT else None
        return nx.betweenness_centrality(graph, k=k, seed=SEED) if len(graph) > 2 else dict.fromkeys(graph, 0.0)

    @property
    def betweenness_note(self) -> str:
        n = len(self.co_authors)
        return f"betweenness is estimated from {SAMPLE} of the {n} authors, drawn with a fixed seed" if n > EXACT else "betweenness is exact"


def participation(shares: Counter[Any]) -> float:
    """How evenly links are spread over communities: Guimerà and Amaral's participation coefficient (2005), 0 for one community, near 1 for many."""
    total = sum(shares.values())
    return round(1 - sum((n / total) ** 2 for n in shares.values()), 4) if total else 0.0
