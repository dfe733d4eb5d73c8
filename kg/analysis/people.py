"""Tables about people: who is central, which communities there are, who and what joins them, how collaboration grew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import networkx as nx

from kg.analysis.study import Study, participation
from kg.model import Kind, Relation

Row = dict[str, Any]


def authors(s: Study) -> tuple[list[Row], str]:
    """One row an author: papers, co-authors (degree), weighted degree (Newman 2001: each paper gives 1/(n-1) for each of its n-1 co-authors), betweenness, component, community."""
    graph, between = s.co_authors, s.betweenness
    component = {n: k for k, members in enumerate(s.components, 1) for n in members}
    rows = [
        {
            "author": s.label(n), "papers": s.row(n).get("papers") or 0, "degree": graph.degree[n], "weighted_degree": round(graph.degree(n, weight="weight"), 4),
            "betweenness": round(between[n], 6), "component": component[n], "community": s.group_of.get(n), "first_year": s.row(n).get("first_year"), "id": n,
        }
        for n in graph
    ]  # fmt: skip
    return sorted(rows, key=lambda r: (-r["papers"], -r["degree"], r["author"], r["id"])), s.betweenness_note


def components(s: Study) -> tuple[list[Row], str]:
    """One row a connected component of two authors or more."""
    rows = []
    for k, members in enumerate(s.components, 1):
        if len(members) > 1:
            papers = {p for n in members for p in s.papers_of.get(n, ())}
            share = round(len(members) / len(s.co_authors), 4)
            rows.append({"component": k, "authors": len(members), "share": share, "papers": len(papers), "leading": s.leading(members)})
    return rows, f"{sum(len(c) == 1 for c in s.components)} authors have no co-author here"


def communities(s: Study) -> tuple[list[Row], str]:
    """One row a community of co-authors (Louvain, weighted by Newman's weight), with the methods and tasks that tell it from others."""
    rows = []
    for k, members in enumerate(s.groups, 1):
        papers = {p for n in members for p in s.papers_of.get(n, ())}
        years = sorted(y for p in papers if (y := s.row(p).get("year")))
        inside = s.co_authors.subgraph(members)
        rows.append({
            "community": k, "told_apart_by": s.group_words[k - 1], "authors": len(members), "papers": len(papers), "first_year": years[0] if years else None,
            "last_year": years[-1] if years else None, "density": round(nx.density(inside), 4), "leading": s.leading(members),
        })  # fmt: skip
    alone = [{n} for n in s.co_authors if n not in s.group_of]
    if s.co_authors.number_of_edges():
        score = nx.community.modularity(s.co_authors, [*map(set, s.groups), *alone], weight="weight")
        return rows, f"modularity {score:.3f}; {len(alone)} authors without co-authors are in none"
    return rows, "no two authors write together here"


def bridges(s: Study) -> tuple[list[Row], str]:
    """People, papers and methods that join communities: the number of communities, and how evenly their links are spread over them (participation coefficient).

    Links of a person are its joint papers by the other's community, of a paper its authors by theirs, of a method the authors of the papers that name it.
    """
    order = lambda r: (-r["communities"], -r["participation"], -r["papers"], r["name"], r["id"])
    ranked = [sorted(rows, key=order) for rows in (_people_between(s), _papers_between(s), _methods_between(s))]
    # The first of each kind, then the second of each, so that the head of the table shows all three.
    rows = [{"rank": k, **r} for k, same in enumerate(zip_longest(*ranked), 1) for r in same if r]
    return rows, "ranked by kind; communities as in the table communities"


def _bridge(s: Study, kind: Kind, n: str, shares: Counter[Any], papers: int) -> Row:
    joined = sorted(shares, key=lambda k: (-shares[k], k))
    return {
        "kind": kind.value, "name": s.label(n), "communities": len(shares), "participation": participation(shares), "papers": papers,
        "joins": [s.group_label(k) for k in joined[:5]], "id": n,
    }  # fmt: skip


def _people_between(s: Study) -> Iterator[Row]:
    for n in s.co_authors:
        shares: Counter[Any] = Counter()
        for other, row in s.co_authors[n].items():
            shares[s.group_of[other]] += row["papers"]
        if len(shares) > 1:
            yield _bridge(s, Kind.AUTHOR, n, shares, s.row(n).get("papers") or 0)


def _papers_between(s: Study) -> Iterator[Row]:
    for p, people in s.authors_of.items():
        shares = Counter(s.group_of[a] for a in people if a in s.group_of)
        if len(shares) > 1:
            yield _bridge(s, Kind.PAPER, p, shares, 1)


def _methods_between(s: Study) -> Iterator[Row]:
    for m, papers in s.naming.items():
        shares = Counter(s.group_of[a] for p in papers for a in s.authors_of.get(p, ()) if a in s.group_of)
        if len(shares) > 1:
            yield _bridge(s, Kind.METHOD, m, shares, len(papers))


def collaboration(s: Study) -> tuple[list[Row], str]:
    """One row a year: papers, authors and pairs of co-authors, new ones among them, and how many write a paper."""
    met: set[str] = set()
    known: set[tuple[str, str]] = set()
    pairs: dict[int, set[tuple[str, str]]] = defaultdict(set)
    of_paper = {p: year for year, papers in s.dated.items() for p in papers}
    for a, b, row in s.edges(Relation.CO_AUTHORED_WITH):
        for p in row.get("papers") or ():
            if p in of_paper:
                pairs[of_paper[p]].add((a, b))
    rows = []
    for year, papers in s.dated.items():
        lists = [s.authors_of[p] for p in papers if p in s.authors_of]
        people = {a for x in lists for a in x}
        rows.append({
            "year": year, "papers": len(papers), "authors": len(people), "new_authors": len(people - met), "pairs": len(pairs[year]), "new_pairs": len(pairs[year] - known),
            "authors_a_paper": round(sum(map(len, lists)) / len(lists), 2) if lists else None, "alone": sum(len(x) == 1 for x in lists),
        })  # fmt: skip
        met |= people
        known |= pairs[year]
    undated = len(s.of_kind(Kind.PAPER)) - sum(map(len, s.dated.values()))
    return rows, f"{undated} papers have no year; of lists that are cut short the authors that are printed count"
