"""Assemble resolved entities into nodes, edges, evidence; refuse what the model forbids; NetworkX out of the tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import tables
from kg.errors import StoreError
from kg.manifest import read_manifest
from kg.model import DERIVED, ENDS, UNDIRECTED, Entry, Evidence, Kind, Mention, Person, Rejected, Relation, Span, edge_id, node_id
from kg.text import beginning, fold, plain

if TYPE_CHECKING:
    import networkx as nx
    import pyarrow as pa

# Of a collaboration larger than this nobody can be said to write with everybody else, and the pairs grow with the square.
TEAM = 100
_METHOD_EDGES = {"proposed": Relation.PROPOSES, "used": Relation.USES, "compared": Relation.COMPARES_WITH}
_DATA_EDGES = {"introduced": Relation.INTRODUCES, "used": Relation.EVALUATES_ON}
# If several fit, the first one stands: the paper's own word weighs most.
_RANK = {"proposed": 0, "introduced": 0, "own": 0, "used": 1, "compared": 2, None: 3}


@dataclass(slots=True)
class Draft:
    """An edge that is being put together: its properties, its evidence and, if derived, its papers."""

    kind: Relation
    source: str
    target: str
    properties: dict[str, Any] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)

    @property
    def id(self) -> str:
        return edge_id(self.kind, self.source, self.target)


@dataclass(frozen=True)
class Graph:
    """Rows for the tables, each sorted so that the same input gives the same bytes."""

    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    evidence: list[Evidence]
    rejected: list[Rejected]


@dataclass(frozen=True, slots=True)
class Pieces:
    """What resolution gives, by plain keys: ids of papers by entry id, things (id, row) by mention index, persons by (paper, position)."""

    entries: Sequence[Entry]
    mentions: Sequence[Mention]
    paper_of: Mapping[str, str]
    node_of: Mapping[int, str]
    things: Sequence[dict[str, Any]]
    author_of: Mapping[tuple[str, int], str]
    page_author_of: Mapping[str, str]
    people: Sequence[dict[str, Any]]


def assemble(p: Pieces) -> Graph:
    """Nodes, edges and evidence of a resolved pile. Every asserted edge has evidence; derived ones name their papers."""
    nodes: dict[str, dict[str, Any]] = {row["id"]: dict(row) for row in (*p.things, *p.people)}
    drafts: dict[str, Draft] = {}
    rejected: list[Rejected] = []

    def link(kind: Relation, source: str, target: str, evidence: Evidence | None, **properties: Any) -> None:
        if kind in UNDIRECTED:
            source, target = sorted((source, target))
        draft = Draft(kind, source, target, properties)
        draft = drafts.setdefault(draft.id, draft)
        if evidence:
            draft.evidence.append(evidence)

    entries_of: dict[str, list[Entry]] = defaultdict(list)
    for e in p.entries:
        entries_of[p.paper_of[e.id]].append(e)
    for paper, entries in entries_of.items():
        nodes[paper] = paper_row(paper, entries)
        _authors(p, entries, paper, link)
        for e in entries:
            for category in e.categories:
                key = _category_key(category)
                row = nodes.setdefault(node_id(Kind.CATEGORY, key), {"id": node_id(Kind.CATEGORY, key), "kind": Kind.CATEGORY.value, "name": category})
                row["name"] = min(row["name"], category, key=lambda c: (-len(c), c))
                link(Relation.IN_CATEGORY, paper, row["id"], _printed(e, category, "category"))
            _affiliations(p, e, paper, nodes, link)
    _named(p, link)
    _repositories(p, nodes, link, rejected)
    _derive(p, nodes, drafts, link)
    edges = [_edge_row(d, nodes, rejected, p) for d in drafts.values()]
    kept = sorted((e for e in edges if e), key=lambda e: e["id"])
    _count(nodes, kept)
    evidence = sorted(
        (x for d in drafts.values() for x in _with_edge(d)), key=lambda x: (x.edge, x.entry, -1 if x.start is None else x.start, x.surface, x.extractor)
    )
    return Graph(sorted(nodes.values(), key=lambda n: n["id"]), kept, evidence, rejected)


def paper_row(paper: str, entries: Sequence[Entry]) -> dict[str, Any]:
    """One row of a paper out of all entries that describe it: of each field the fullest, of dates the most exact and earliest."""

    def best(values: Iterable[str | None]) -> str | None:
        return max((v for v in values if v), key=lambda v: (len(v), v), default=None)

    title, abstract = best(_plain(e, e.title) for e in entries), best(_plain(e, e.abstract) for e in entries)
    date = min((e.date for e in entries if e.date), key=lambda d: (-len(d), d), default=None)
    shown = title or f"“{beginning(abstract or '')}”"
    return {
        "id": paper, "kind": Kind.PAPER.value, "name": shown, "label": shown, "title": title, "abstract": abstract, "date": date,
        "year": int(date[:4]) if date else None, "venue": best(e.venue for e in entries), "url": best(e.url for e in entries), "doi": best(e.doi for e in entries),
        "arxiv_id": best(e.arxiv_id for e in entries), "entries": sorted(e.id for e in entries), **_values(entries),
    }  # fmt: skip


def _plain(e: Entry, field: Span | None) -> str | None:
    return plain(e.text[field.start : field.end]) if field else None


def _values(entries: Sequence[Entry]) -> dict[str, list[str]]:
    """What each of several entries says of their paper, as lists of one length: field, value (of an abstract the beginning), entry."""
    said = [
        (field, value, e.id)
        for e in sorted(entries, key=lambda e: e.id) if len(entries) > 1
        for field, value in (
            ("title", _plain(e, e.title)), ("abstract", e.abstract and beginning(_plain(e, e.abstract) or "")),
            ("date", e.date), ("venue", e.venue), ("url", e.url), ("doi", e.doi), ("arxiv_id", e.arxiv_id),
        )
        if value
    ]  # fmt: skip
    return {name: [x[i] for x in said] for i, name in enumerate(("value_field", "value_text", "value_entry"))}


def _evidence(e: Entry, span: tuple[int, int] | None, surface: str, sentence: str, extractor: str, confidence: float) -> Evidence:
    """Evidence in an entry; where a span is given the bytes are those of the span for pasted text, else those of the record."""
    start, end = span or (None, None)
    a, b = e.byte_start, e.byte_end
    if span and e.format != "jsonl":
        a = e.byte_start + len(e.text[: span[0]].encode())
        b = a + len(e.text[span[0] : span[1]].encode())
    return Evidence("", e.id, e.source, a, b, start, end, surface, sentence, extractor, confidence)


def _line_of(text: str, start: int) -> str:
    a = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    ends = [i for i in (text.find("\n", start), text.find("\r", start)) if i >= 0]
    return text[a : min(ends, default=len(text))]


def _printed(e: Entry, value: str, what: str, confidence: float = 1.0) -> Evidence:
    """Evidence for a field that is printed in the entry's head lines, or that its record holds."""
    stop = e.abstract.start if e.abstract else len(e.text)
    at = e.text.find(value, 0, stop) if e.format != "jsonl" else -1
    if at < 0:
        return _evidence(e, None, value, "", f"reader/{what}", confidence)
    return _evidence(e, (at, at + len(value)), value, _line_of(e.text, at), f"reader/{what}", confidence)


def _person_evidence(e: Entry, person: Person) -> Evidence:
    if person.span is None:
        return _evidence(e, None, person.name, "", "reader/authors", 1.0)
    span = (person.span.start, person.span.end)
    return _evidence(e, span, e.text[slice(*span)], _line_of(e.text, span[0]), "reader/authors", 1.0)


def _authors(p: Pieces, entries: Sequence[Entry], paper: str, link) -> None:
    """The printed authors of all entries of a paper; then a page's own author, where no entry prints that person."""
    printed = set()
    for e in entries:
        for position, person in enumerate(e.authors, 1):
            printed.add(p.author_of[e.id, position])
            link(Relation.AUTHORED, p.author_of[e.id, position], paper, _person_evidence(e, person), position=position, inferred=False)
    for e in entries:
        author = p.page_author_of.get(e.id)
        if author and author not in printed:
            cut = e.text.find("et al", e.authors[-1].span.end if e.authors and e.authors[-1].span else 0)
            span = (cut, cut + 5) if cut >= 0 else None
            sentence = _line_of(e.text, cut) if span else ""
            why = _evidence(e, span, e.text[slice(*span)] if span else "", sentence, "reader/page author", e.page_author_confidence or 0.5)
            link(Relation.AUTHORED, author, paper, why, position=None, inferred=True)


def _affiliations(p: Pieces, e: Entry, paper: str, nodes: dict, link) -> None:
    """Affiliations of a person are facts of the record; one printed after all names may be anybody's, so each author gets half a chance."""
    for position, person in enumerate(e.authors, 1):
        for name, confidence in [(a, 1.0) for a in person.affiliations] + [(a, 0.5) for a in e.affiliations]:
            target = node_id(Kind.ORGANIZATION, fold(name) or name)
            nodes.setdefault(target, {"id": target, "kind": Kind.ORGANIZATION.value, "name": name})
            link(Relation.AFFILIATED_WITH, p.author_of[e.id, position], target, _printed(e, name, "affiliation", confidence))


def _category_key(code: str) -> str:
    """LG and cs.LG are one category: listings leave the archive out where it is computer science."""
    return code.removeprefix("cs.").casefold()


def _named(p: Pieces, link) -> None:
    """PROPOSES, USES, … from each paper to its things; of several roles the strongest gives the edge, all mentions give evidence."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_entry = {e.id: e for e in p.entries}
    for i, node in p.node_of.items():
        found[p.paper_of[p.mentions[i].entry], node].append(i)
    kinds = {row["id"]: Kind(row["kind"]) for row in p.things}
    for (paper, node), indices in found.items():
        role = min((p.mentions[i].role for i in indices), key=lambda r: _RANK[r])
        kind = kinds[node]
        if kind is Kind.METHOD:
            relation = _METHOD_EDGES[role or "used"]
        elif kind in (Kind.DATASET, Kind.BENCHMARK):
            relation = _DATA_EDGES[role or "used"]
        else:
            relation = Relation.ADDRESSES if kind is Kind.TASK else Relation.REPORTS
        for i in indices:
            m = p.mentions[i]
            e = by_entry[m.entry]
            for place in m.places:
                link(relation, paper, node, _evidence(e, (place.start, place.end), e.text[place.start : place.end], place.sentence, m.extractor, m.confidence))
            if not m.places:
                link(relation, paper, node, _evidence(e, None, m.name, "", m.extractor, m.confidence))


def _repositories(p: Pieces, nodes: dict, link, rejected: list[Rejected]) -> None:
    by_entry = {e.id: e for e in p.entries}
    roles: dict[tuple[str, str], str] = {}
    usable: list[tuple[Mention, str]] = []
    for m in p.mentions:
        if m.kind is not Kind.REPOSITORY:
            continue
        e, parts = by_entry[m.entry], m.name.split("/")
        if len(parts) < 3 or not all(parts):
            rejected.append(Rejected(e.source, e.line, e.byte_start, e.byte_end, m.name, "repository without host, owner and name: give host/owner/name"))
            continue
        host, owner, name = parts[0], parts[1], "/".join(parts[2:])
        node, paper = node_id(Kind.REPOSITORY, m.name), p.paper_of[m.entry]
        nodes.setdefault(node, {"id": node, "kind": Kind.REPOSITORY.value, "name": f"{owner}/{name}", "url": f"https://{m.name}", "host": host, "owner": owner})
        roles[paper, node] = min(roles.get((paper, node)), m.role or "own", key=lambda r: _RANK[r])
        usable.append((m, node))
    for m, node in usable:
        e, paper = by_entry[m.entry], p.paper_of[m.entry]
        for place in m.places or (None,):
            span, surface, sentence = ((place.start, place.end), e.text[place.start : place.end], place.sentence) if place else (None, m.name, "")
            link(Relation.HAS_CODE, paper, node, _evidence(e, span, surface, sentence, m.extractor, m.confidence), role=roles[paper, node])


def _derive(p: Pieces, nodes: dict, drafts: dict[str, Draft], link) -> None:
    """Edges that follow from others. An inferred authorship is no fact to derive from."""
    by_paper: dict[str, dict[Relation, list[str]]] = defaultdict(lambda: defaultdict(list))
    for d in list(drafts.values()):
        if d.kind is Relation.AUTHORED:
            if not d.properties["inferred"]:
                by_paper[d.target][d.kind].append(d.source)
        elif d.kind is not Relation.HAS_CODE or d.properties["role"] == "own":
            by_paper[d.source][d.kind].append(d.target)
    derived: dict[tuple[Relation, str, str], dict[str, float]] = defaultdict(dict)
    for paper, found in by_paper.items():
        authors = sorted(set(found[Relation.AUTHORED]))
        for a, b in combinations(authors, 2) if len(authors) <= TEAM else ():
            derived[Relation.CO_AUTHORED_WITH, a, b][paper] = 1.0 / (len(authors) - 1)
        proposed, compared = found[Relation.PROPOSES], found[Relation.COMPARES_WITH]
        for repository in found[Relation.HAS_CODE]:
            for method in proposed:
                derived[Relation.IMPLEMENTS, repository, method][paper] = 1.0
        # What is measured is the paper's own method and its rivals; where it has none of its own, what it uses.
        for method in [*proposed, *compared] if proposed else [*found[Relation.USES], *compared]:
            for data in (*found[Relation.EVALUATES_ON], *found[Relation.INTRODUCES]):
                derived[Relation.EVALUATED_ON, method, data][paper] = 1.0
        for a, b in combinations(sorted({*proposed, *compared, *found[Relation.USES]}), 2):
            derived[Relation.USED_WITH, a, b][paper] = 1.0
    for (kind, source, target), papers in derived.items():
        years = sorted(y for y in (nodes[x].get("year") for x in papers) if y is not None)
        link(
            kind,
            source,
            target,
            None,
            papers=sorted(papers),
            weight=round(sum(papers[x] for x in sorted(papers)), 6),
            first_year=years[0] if years else None,
            last_year=years[-1] if years else None,
        )


def _edge_row(d: Draft, nodes: dict, rejected: list[Rejected], p: Pieces) -> dict[str, Any] | None:
    ends = ENDS[d.kind]
    kinds = Kind(nodes[d.source]["kind"]), Kind(nodes[d.target]["kind"])
    if kinds[0] not in ends[0] or kinds[1] not in ends[1] or d.source == d.target:
        rejected.append(
            Rejected(
                d.evidence[0].source if d.evidence else "",
                0,
                0,
                0,
                f"{d.source} {d.target}",
                f"the model has no {d.kind.value} from {kinds[0].value} to {kinds[1].value}",
            )
        )
        d.evidence.clear()
        return None
    row: dict[str, Any] = {"id": d.id, "kind": d.kind.value, "source": d.source, "target": d.target, **d.properties}
    if d.kind not in DERIVED:
        best = min(d.evidence, key=lambda x: (-x.confidence, x.entry, -1 if x.start is None else x.start))
        places = {(x.entry, x.start, x.end, x.extractor) for x in d.evidence}
        row |= {"confidence": best.confidence, "sentence": best.sentence, "entry": best.entry, "evidence": len(places)}
    return row


def _with_edge(d: Draft) -> Iterator[Evidence]:
    seen = set()
    for x in d.evidence:
        x = replace(x, edge=d.id)
        if x not in seen:
            seen.add(x)
            yield x


def _count(nodes: dict[str, dict], edges: Sequence[dict]) -> None:
    """For each node the papers that speak of it, and the year of the first."""
    papers: dict[str, set[str]] = defaultdict(set)
    for e in edges:
        if e["kind"] == Relation.AUTHORED.value:
            papers[e["source"]].add(e["target"])
        elif nodes[e["source"]]["kind"] == Kind.PAPER.value:
            papers[e["target"]].add(e["source"])
    for node, row in nodes.items():
        row["label"] = row.get("label") or row["name"]
        if row["kind"] != Kind.PAPER.value:
            row["papers"] = len(papers[node])
            row["first_year"] = min((y for x in papers[node] if (y := nodes[x].get("year"))), default=None)
    _number_namesakes([n for n in nodes.values() if n["kind"] == Kind.AUTHOR.value])


def _number_namesakes(people: Sequence[dict]) -> None:
    """Labels that tell people of one name apart: a number, in the order of their papers."""
    named: dict[str, list[dict]] = defaultdict(list)
    for row in people:
        named[row["name"].lower()].append(row)
    for rows in named.values():
        for n, row in enumerate(sorted(rows, key=lambda r: (-r["papers"], r["id"])) if len(rows) > 1 else [], 1):
            row["label"] = f"{row['name']} ({n})"


def to_networkx(nodes: pa.Table, edges: pa.Table) -> nx.MultiDiGraph:
    """The graph as a `networkx.MultiDiGraph`: node and edge attributes are the tables' columns without nulls; edge keys are edge ids."""
    import networkx as nx

    graph = nx.MultiDiGraph()
    for row in nodes.to_pylist():
        graph.add_node(row["id"], **{k: v for k, v in row.items() if v is not None})
    for row in edges.to_pylist():
        if row["source"] not in graph or row["target"] not in graph:
            raise StoreError(f"edge {row['id']} joins a node that is not in the nodes table: build the folder again from its sources")
        graph.add_edge(row["source"], row["target"], key=row["id"], **{k: v for k, v in row.items() if v is not None and k not in ("source", "target")})
    return graph


def read_graph(folder: Path | str) -> nx.MultiDiGraph:
    """The graph of a folder as `to_networkx` gives it; its attribute `about` says in one line where it comes from. StoreError if it is no graph folder."""
    folder = Path(folder)
    manifest = read_manifest(folder)
    graph = to_networkx(tables.read(folder, "nodes"), tables.read(folder, "edges"))
    sources = [s["name"].rsplit("/", 1)[-1] for s in manifest["sources"]]
    names = ", ".join(sources[:4]) + (" …" if len(sources) > 4 else "")
    graph.graph["about"] = (
        f"{manifest['entries']} entries in {len(sources)} file{'s' * (len(sources) != 1)} ({names}); kg {manifest['kg']}, model {manifest['model']}"
    )
    return graph


def node_link(graph: nx.MultiDiGraph) -> dict[str, Any]:
    """NetworkX node-link data with `nodes` and `edges`, as `networkx.node_link_graph(…, edges="edges")` reads it."""
    import networkx as nx

    return nx.node_link_data(graph, edges="edges")


def counts(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many rows of each kind, in the order of the names."""
    return dict(sorted(Counter(r["kind"] for r in rows).items()))
