"""Tables about methods: which are used together, which rise or fade, which were not yet tried together, and on what data and code they rest."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from kg.analysis.communities import words_for
from kg.analysis.study import Study
from kg.model import Kind, Relation

Row = dict[str, Any]
LEAST_PAPERS = 5  # papers that a method needs for its trend to be tested; the test's normal approximation is poor below
LEAST_YEARS = 3
RISK = 0.05  # share of false ones among the trends that are stated
CROWD = 150  # methods of one dataset of which pairs are looked at, those with the most papers


def methods(s: Study) -> tuple[list[Row], str]:
    """One row a method: papers, how many methods it is used with, how often, on what data it is evaluated, and its community of joint use."""
    on: dict[str, Counter[str]] = defaultdict(Counter)
    for d, tested in s.tested_on.items():
        for m, n in tested.items():
            on[m][d] = n
    graph, found = s.joint_use, s.method_groups
    words = words_for(found, {n: {s.row(n)["name"]: s.row(n).get("papers") or 1} for c in found for n in c})
    group = {n: ", ".join(w) for c, w in zip(found, words) for n in c}
    rows = []
    for n in graph:
        near = sorted(graph[n], key=lambda o: (-graph[n][o]["papers"], s.label(o), o))
        rows.append({
            "method": s.label(n), "papers": s.row(n).get("papers") or 0, "degree": len(near), "joint_papers": sum(graph[n][o]["papers"] for o in near), "most_with": [s.label(o) for o in near[:5]],
            "data": [s.label(d) for d in sorted(on[n], key=lambda d: (-on[n][d], s.label(d), d))[:5]], "community": group.get(n), "first_year": s.row(n).get("first_year"), "id": n,
        })  # fmt: skip
    return sorted(rows, key=lambda r: (-r["papers"], -r["degree"], r["method"], r["id"])), f"{len(found)} communities of joint use"


def trend_of(named: Mapping[int, int], papers: Mapping[int, int]) -> tuple[float, float]:
    """z and two-sided p of the Cochran–Armitage test (Cochran 1954, Armitage 1955): does the share of papers that name a method change with the year?

    `named` and `papers` count papers by year. z > 0 where the share rises. Where all papers name it, or none, or there is one year: (0, 1).
    """
    total = sum(papers.values())
    share = sum(named.values()) / total if total else 0.0
    middle = sum(y * n for y, n in papers.items()) / total if total else 0.0
    variance = share * (1 - share) * sum(n * (y - middle) ** 2 for y, n in papers.items())
    if variance <= 0:
        return 0.0, 1.0
    z = sum((y - middle) * (named.get(y, 0) - n * share) for y, n in papers.items()) / math.sqrt(variance)
    return z, math.erfc(abs(z) / math.sqrt(2))


def adjusted(p: Sequence[float]) -> list[float]:
    """q of each p: the least false discovery rate at which it would be stated (Benjamini and Hochberg 1995)."""
    order = sorted(range(len(p)), key=lambda i: -p[i])
    out, least = [1.0] * len(p), 1.0
    for rank, i in zip(range(len(p), 0, -1), order):
        least = min(least, p[i] * len(p) / rank)
        out[i] = least
    return out


def trends(s: Study) -> tuple[list[Row], str]:
    """One row a method with enough papers: papers by year, the test of a trend in their share, and what it says."""
    papers = {y: len(p) for y, p in s.dated.items()}
    tested = []
    for m, naming in s.naming.items():
        named = Counter(y for p in naming if (y := s.row(p).get("year")))
        if sum(named.values()) >= LEAST_PAPERS and len(papers) >= LEAST_YEARS:
            tested.append((m, named, *trend_of(named, papers)))
    rows = []
    for (m, named, z, p), q in zip(tested, adjusted([p for *_, p in tested])):
        rows.append({
            "method": s.label(m), "trend": "none shown" if q > RISK else "rising" if z > 0 else "fading", "papers": sum(named.values()), "z": round(z, 3), "p": float(f"{p:.3g}"),
            "q": float(f"{q:.3g}"), "by_year": [f"{y}: {named[y]} of {n}" for y, n in papers.items()], "id": m,
        })  # fmt: skip
    note = (
        f"Cochran–Armitage test of the share of each year's papers, two-sided; stated at a false discovery rate of {RISK} (Benjamini–Hochberg) over the {len(rows)} methods "
        f"with {LEAST_PAPERS} dated papers or more"
        + ("" if len(papers) >= LEAST_YEARS else f"; nothing is tested: papers of {LEAST_YEARS} years or more are needed")
    )
    return sorted(rows, key=lambda r: (r["q"], r["p"], -abs(r["z"]), r["method"], r["id"])), note


def untried(s: Study) -> tuple[list[Row], str]:
    """Pairs of methods that are each evaluated on the same data, and that no paper names together; those with the most data in common first."""
    on = s.tested_on
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    crowded = 0
    for d in sorted(on):
        best = sorted(on[d], key=lambda m: (-on[d][m], m))
        crowded += len(best) > CROWD
        for a, b in combinations(sorted(best[:CROWD]), 2):
            if not s.joint_use.has_edge(a, b):
                shared[a, b].append(d)
    rows = []
    for (a, b), data in shared.items():
        weight = sum(min(on[d][a], on[d][b]) for d in data)
        order = sorted(data, key=lambda d: (-min(on[d][a], on[d][b]), s.label(d)))
        rows.append(
            {"method": s.label(a), "other": s.label(b), "data": [s.label(d) for d in order[:5]], "shared_data": len(data), "papers": weight, "ids": [a, b]}
        )
    note = "papers: on each piece of data the smaller number of papers of the two" + (
        f"; of {crowded} datasets only the {CROWD} methods with the most papers" if crowded else ""
    )
    return sorted(rows, key=lambda r: (-r["shared_data"], -r["papers"], r["method"], r["other"], r["ids"])), note


def data(s: Study) -> tuple[list[Row], str]:
    """One row a dataset or benchmark: papers, and the methods that are evaluated on it, those of most papers first."""
    on = s.tested_on
    rows = []
    for d in s.of_kind(Kind.DATASET, Kind.BENCHMARK):
        best = sorted(on[d], key=lambda m: (-on[d][m], s.label(m), m))
        rows.append({
            "name": s.label(d), "kind": s.row(d)["kind"], "papers": s.row(d).get("papers") or 0, "methods": len(best), "most": [f"{s.label(m)} ({on[d][m]})" for m in best[:5]],
            "first_year": s.row(d).get("first_year"), "id": d,
        })  # fmt: skip
    note = "methods: what a paper that evaluates on it proposes or compares with, or where it proposes nothing, uses"
    return sorted(rows, key=lambda r: (-r["papers"], -r["methods"], r["name"], r["id"])), note


def repositories(s: Study) -> tuple[list[Row], str]:
    """One row a code repository: whose papers it belongs to, who else uses it, and which methods it implements."""
    role: dict[str, Counter[str]] = defaultdict(Counter)
    papers: dict[str, list[str]] = defaultdict(list)
    for p, r, row in s.edges(Relation.HAS_CODE):
        role[r][row.get("role") or "own"] += 1
        papers[r].append(s.label(p))
    code: dict[str, list[str]] = defaultdict(list)
    for r, m, _ in s.edges(Relation.IMPLEMENTS):
        code[r].append(s.label(m))
    rows = [
        {"repository": s.label(r), "url": s.row(r).get("url"), "implements": sorted(code[r]), "own_papers": role[r]["own"], "used_by": role[r]["used"], "papers": sorted(papers[r])[:5], "id": r}
        for r in s.of_kind(Kind.REPOSITORY)
    ]  # fmt: skip
    with_code = len({p for p, _, row in s.edges(Relation.HAS_CODE) if (row.get("role") or "own") == "own"})
    return sorted(
        rows, key=lambda r: (-r["own_papers"] - r["used_by"], r["repository"], r["id"])
    ), f"{with_code} of {len(s.of_kind(Kind.PAPER))} papers name code of their own"
