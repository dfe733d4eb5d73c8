"""What a page reads: nodes with places, edges, and what papers say of both, each sentence once."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import networkx as nx

from kg.model import DERIVED, UNDIRECTED, Kind, Relation
from kg.views.pictures import Edge, Picture

# Okabe and Ito's colours, which people with any colour vision can tell apart; with a shape no two kinds look alike.
LOOK = {
    "Paper": ("#7d828c", "square"), "Author": ("#0072b2", "dot"), "Method": ("#d55e00", "diamond"), "Dataset": ("#009e73", "triangle"), "Benchmark": ("#56b4e9", "triangleDown"),
    "Task": ("#cc79a7", "star"), "Metric": ("#b59f00", "dot"), "Repository": ("#4d6a9a", "hexagon"), "Category": ("#a6761d", "square"), "Organization": ("#7f5fa8", "diamond"),
    "Venue": ("#8c6d5a", "triangle"),     "Community": ("#0072b2", "dot"),
}  # fmt: skip
SENTENCES = 900_000  # characters of evidence that a page holds; each claim has its best sentence before one has its second
EACH = 4  # sentences of a claim
CLAIMS = 30  # papers that a node tells of; the number of the others is told
TOLD = 12  # papers that a derived edge tells of
LONGEST = 420  # characters of a sentence; more are cut off, far from the name
_DERIVED = frozenset(r.value for r in DERIVED)
_UNDIRECTED = {r.value for r in UNDIRECTED}
_ORDER = {r.value: k for k, r in enumerate(Relation)}
_PAPER = Kind.PAPER.value
Said = Callable[[set[str]], Mapping[str, Sequence[Mapping[str, Any]]]]


def page_data(g: nx.MultiDiGraph, picture: Picture, said: Said) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]:
    """Nodes and edges for pyvis, and what else the page reads.

    Nodes and edges are numbered; `papers` are titles, years and links; `claims` are asserted edges between a paper and something else, by which the page
    explains nodes, asserted edges (their claim) and derived ones (the claims of both ends in their papers).
    """
    index = {n: i for i, n in enumerate(picture.nodes)}
    papers = _Numbered()
    claims = _claims(g, picture, index, papers)
    claim_of = {key: k for k, (_, _, key, _) in enumerate(claims)}
    kinds = [k for k in LOOK if any(g.nodes[n]["kind"] == k for n in picture.nodes)]
    # In the model's order: what papers say, then what follows from it.
    drawn = {e.kind for e in picture.edges}
    met = drawn | {row["kind"] for *_, row in claims}
    relations = sorted(met, key=lambda r: _ORDER.get(r, 0))
    group = {n: k for k, members in enumerate(picture.groups) for n in members}
    best: dict[int, float] = {}
    for _, node, _, row in claims:
        if row.get("confidence") is not None:
            best[node] = max(best.get(node, 0.0), row["confidence"])
    edges = [_edge(g, e, index, papers, claim_of, relations) for e in picture.edges]
    nodes = [_node(g, n, i, picture.places[n], kinds, group.get(n), best.get(i)) for n, i in index.items()]
    sentences = _sentences(said({key for _, _, key, _ in claims}), [key for _, _, key, _ in claims])
    data = {
        "kinds": [[k, *LOOK[k]] for k in kinds],
        "relations": [[r, int(r not in _UNDIRECTED and r in drawn), int(r in picture.quiet)] for r in relations],
        "groups": [[", ".join(w) or f"community {k}", len(m)] for k, (m, w) in enumerate(zip(picture.groups, picture.words), 1)],
        "colour": picture.colour, "axis": [list(a) for a in picture.axis], "centre": [index[n] for n in picture.centre],
        "papers": [_paper(g, p) for p in papers.all],
        "claims": [[paper, node, relations.index(row["kind"]), row.get("confidence"), int(bool(row.get("inferred"))), sentences.of.get(key, [])] for paper, node, key, row in claims],
        "sentences": sentences.texts, "sources": sentences.sources,
    }  # fmt: skip
    return nodes, edges, data


class _Numbered:
    """Things in the order in which they are first asked for."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._at: dict[str, int] = {}

    def __call__(self, thing: str) -> int:
        if thing not in self._at:
            self._at[thing] = len(self.all)
            self.all.append(thing)
        return self._at[thing]


def _claims(g: nx.MultiDiGraph, picture: Picture, index: Mapping[str, int], papers: _Numbered) -> list[tuple[int | None, int, str, dict[str, Any]]]:
    """Asserted edges between a paper and a node that is shown: (paper's number, node's number, id, row); of a node with many the surest and latest.

    An affiliation joins no paper: its claim has the paper whose entry says so, and the organization.
    """
    drawn = {e.id for e in picture.edges}
    # Derived edges are explained by what their papers say of both ends.
    wanted = {(n, p) for e in picture.edges for p in _latest(g, e.row.get("papers"))[:TOLD] for n in (e.source, e.target)}
    found: dict[str, tuple[str | None, str, dict[str, Any]]] = {}
    for n in picture.nodes:
        if g.nodes[n]["kind"] == _PAPER:
            continue
        own: list[tuple[str | None, str, dict[str, Any]]] = []
        for a, b, key, row in (*g.in_edges(n, keys=True, data=True), *g.out_edges(n, keys=True, data=True)):
            other = b if a == n else a
            if row["kind"] not in _DERIVED and g.nodes[other]["kind"] == _PAPER:
                own.append((other, key, row))
            elif row["kind"] == Relation.AFFILIATED_WITH.value and b == n:
                said_in = (p for p in g.successors(a) if row.get("entry") in g.nodes[p].get("entries", ()))
                own.append((next(said_in, None), key, row))
        year = lambda p: (g.nodes[p].get("year") or 0) if p else 0
        own.sort(key=lambda x: (x[1] not in drawn, -(x[2].get("confidence") or 0), -year(x[0]), x[1]))
        for k, (p, key, row) in enumerate(own):
            if k < CLAIMS or key in drawn or (n, p) in wanted:
                found[key] = (p, n, row)
    return [(papers(p) if p else None, index[n], key, row) for key, (p, n, row) in found.items()]


def _latest(g: nx.MultiDiGraph, papers: Iterable[str] | None) -> list[str]:
    """The papers that the graph has, the latest first."""
    return sorted((p for p in papers or () if p in g), key=lambda p: (-(g.nodes[p].get("year") or 0), p))


def _edge(g: nx.MultiDiGraph, e: Edge, index: Mapping[str, int], papers: _Numbered, claim_of: Mapping[str, int], relations: Sequence[str]) -> dict[str, Any]:
    """Number of the relation `k`; of a derived edge the latest papers `p`, the number of all `n`, weight `w` (else `n`), years `y` (else those of `p`); claim `c` of an asserted one, its confidence `s`."""
    out: dict[str, Any] = {"from": index[e.source], "to": index[e.target], "k": relations.index(e.kind)}
    if e.row.get("papers"):
        known = e.row["papers"]
        out |= {
            "n": len(known),
            "p": [papers(p) for p in _latest(g, known)[:TOLD]],
        }
        # What the page can work out of the papers is left out.
        if round(e.row.get("weight") or 1.0, 2) != len(known):
            out["w"] = round(e.row.get("weight") or 1.0, 2)
        if e.row.get("first_year") and len(out["p"]) < len(known):
            out["y"] = [e.row["first_year"], e.row["last_year"]]
    else:
        out["s"] = e.row.get("confidence")
        if e.id in claim_of:
            out["c"] = claim_of[e.id]
    if e.row.get("inferred"):
        out["inferred"] = 1
    return out


def _node(g: nx.MultiDiGraph, n: str, i: int, at: tuple[int, int], kinds: Sequence[str], group: int | None, best: float | None) -> dict[str, Any]:
    """Key `key`, number of the kind `k`, papers `n`, years `y`, community `g`, confidence `s`, and what the panel tells."""
    row = g.nodes[n]
    near = [g.nodes[x] for x in {*g.successors(n), *g.predecessors(n)}]
    years = [row["year"]] if row.get("year") else sorted({x["year"] for x in near if x["kind"] == _PAPER and x.get("year")})
    if "last_year" in row or not years:
        years = [y for y in (row.get("first_year"), row.get("last_year")) if y]
    number = row.get("papers") or (1 if row["kind"] == _PAPER else 0)
    out = {"id": i, "key": n, "label": row["label"], "x": at[0], "y": at[1], "k": kinds.index(row["kind"]), "n": number}
    if years:
        out["y0"], out["y1"] = years[0], years[-1]
    also = [a for a in dict.fromkeys((*row.get("aliases", ()), *row.get("variants", ()))) if a != row["name"]][:8]
    optional = {
        "g": group, "s": best if row["kind"] not in (_PAPER, Kind.AUTHOR.value) else None, "also": also or None,
        "long": row.get("long_form") if row.get("long_form") != row["name"] else None, "links": links_of(row) or None, "venue": row.get("venue"), "facts": row.get("facts"),
        "page": row.get("page"),
    }  # fmt: skip
    return out | {k: v for k, v in optional.items() if v is not None}


def links_of(row: Mapping[str, Any]) -> list[str]:
    """Where a node can be read about: its own address, its DOI's, arXiv's, ORCID's. Each once; the page lets only http and https pass."""
    of = (
        row.get("url"), f"https://doi.org/{row['doi']}" if row.get("doi") else None, f"https://arxiv.org/abs/{row['arxiv_id']}" if row.get("arxiv_id") else None,
        f"https://orcid.org/{row['orcid']}" if row.get("orcid") else None,
    )  # fmt: skip
    return list(dict.fromkeys(u for u in of if u))


def _paper(g: nx.MultiDiGraph, p: str) -> list[Any]:
    row = g.nodes[p]
    return [row["label"], row.get("year"), next(iter(links_of(row)), None)]


class _Sentences:
    """Sentences and sources, each once, and for each claim [sentence, start and length of the name in it, source, first and last byte, confidence]."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.sources: list[str] = []
        self.of: dict[str, list[list[Any]]] = defaultdict(list)


def _sentences(said: Mapping[str, Sequence[Mapping[str, Any]]], keys: Iterable[str]) -> _Sentences:
    out, texts, sources, spent = _Sentences(), _Numbered(), _Numbered(), 0
    out.texts, out.sources = texts.all, sources.all
    ranked = {key: sorted(said.get(key, ()), key=lambda x: (-x["confidence"], not x["sentence"], x["source"], x["byte_start"], x["surface"])) for key in keys}
    for turn in range(EACH):
        for key, rows in ranked.items():
            if turn < len(rows) and spent < SENTENCES:
                x = rows[turn]
                text, start, length = _cut(" ".join(x["sentence"].split()), " ".join(x["surface"].split()))
                before = len(texts.all)
                number = texts(text)
                spent += len(text) if len(texts.all) > before else 0
                out.of[key].append(
                    [
                        number,
                        start,
                        length,
                        sources(" · ".join(filter(None, (x["source"].rsplit("/", 1)[-1], x["extractor"])))),
                        x["byte_start"],
                        x["byte_end"],
                        x["confidence"],
                    ]
                )
    return out


def _cut(sentence: str, surface: str) -> tuple[str, int, int]:
    """The sentence, short enough to show, and where in it the name stands; the name alone where there is no sentence."""
    sentence = sentence or surface
    at = sentence.find(surface)
    if len(sentence) > LONGEST:
        low = max(0, min(at - LONGEST // 2, len(sentence) - LONGEST)) if at >= 0 else 0
        head, tail = "… " * (low > 0), " …" * (low + LONGEST < len(sentence))
        sentence, at = head + sentence[low : low + LONGEST] + tail, at - low + len(head) if at >= 0 else -1
    return (sentence, at, min(len(surface), LONGEST)) if at >= 0 and surface else (sentence, 0, 0)


def finite(value: Any) -> Any:
    """A value that JSON can hold: what is no number is null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {k: finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(v) for v in value]
    return value
