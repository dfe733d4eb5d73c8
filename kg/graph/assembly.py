"""Assemble resolved entities into nodes, edges, evidence; refuse what the model forbids."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from kg.graph.evidence import in_entry, line_of, of_person, printed
from kg.graph.papers import Stub, paper_row, stub_row
from kg.model import DERIVED, ENDS, UNDIRECTED, Entry, Evidence, Kind, Mention, Rejected, Relation, edge_id, node_id
from kg.text import fold

if TYPE_CHECKING:
    pass

# Of a collaboration larger than this nobody can be said to write with everybody else, and the pairs grow with the square.
TEAM = 100
_METHOD_EDGES = {"proposed": Relation.PROPOSES, "used": Relation.USES, "compared": Relation.COMPARES_WITH}
_DATA_EDGES = {"introduced": Relation.INTRODUCES, "used": Relation.EVALUATES_ON}
# What a look-up may add to a repository.
_OF_REPOSITORY = ("description", "language", "license", "stars", "url")
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
    """What resolution gives, by plain keys: ids of papers by entry id, things (id, row) by mention index, persons by (entry, position), venues by printed name, cited papers by (entry, index of the reference)."""

    entries: Sequence[Entry]
    mentions: Sequence[Mention]
    paper_of: Mapping[str, str]
    node_of: Mapping[int, str]
    things: Sequence[dict[str, Any]]
    author_of: Mapping[tuple[str, int], str]
    page_author_of: Mapping[str, str]
    people: Sequence[dict[str, Any]]
    venue_of: Mapping[str, str]
    venues: Sequence[dict[str, Any]]
    cited_by: Mapping[tuple[str, int], str]
    stubs: Sequence[Stub]
    repositories: Mapping[str, Mapping[str, Any]]


def assemble(p: Pieces) -> Graph:
    """Nodes, edges and evidence of a resolved pile. Every asserted edge has evidence; derived ones name their papers."""
    nodes: dict[str, dict[str, Any]] = {row["id"]: dict(row) for row in (*p.things, *p.people, *p.venues)} | {s.id: stub_row(s) for s in p.stubs}
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
            for category, what in (*((c, "category") for c in e.categories), *((k, "keyword") for k in e.keywords)):
                key = _category_key(category)
                row = nodes.setdefault(node_id(Kind.CATEGORY, key), {"id": node_id(Kind.CATEGORY, key), "kind": Kind.CATEGORY.value, "name": category})
                row["name"] = min(row["name"], category, key=lambda c: (-len(c), c))
                link(Relation.IN_CATEGORY, paper, row["id"], printed(e, category, what))
            _affiliations(p, e, paper, nodes, link)
            if e.venue in p.venue_of:
                link(Relation.PUBLISHED_IN, paper, p.venue_of[e.venue], printed(e, e.venue, "venue"))
            for n, r in enumerate(e.references):
                cited = p.cited_by.get((e.id, n))
                # Some lists name the paper itself.
                if cited and cited != paper:
                    link(Relation.CITES, paper, cited, in_entry(e, None, r.title or r.keys[0], "", "reader/reference", 1.0))
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


def _authors(p: Pieces, entries: Sequence[Entry], paper: str, link) -> None:
    """The printed authors of all entries of a paper; then a page's own author, where no entry prints that person."""
    shown = set()
    # The fullest list says at which place somebody stands.
    for e in sorted(entries, key=lambda e: (e.truncated_authors, -len(e.authors), e.id)):
        for position, person in enumerate(e.authors, 1):
            shown.add(p.author_of[e.id, position])
            link(Relation.AUTHORED, p.author_of[e.id, position], paper, of_person(e, person), position=position, inferred=False)
    for e in entries:
        author = p.page_author_of.get(e.id)
        if author and author not in shown:
            cut = e.text.find("et al", e.authors[-1].span.end if e.authors and e.authors[-1].span else 0)
            span = (cut, cut + 5) if cut >= 0 else None
            sentence = line_of(e.text, cut) if span else ""
            why = in_entry(e, span, e.text[slice(*span)] if span else "", sentence, "reader/page author", e.page_author_confidence or 0.5)
            link(Relation.AUTHORED, author, paper, why, position=None, inferred=True)


def _affiliations(p: Pieces, e: Entry, paper: str, nodes: dict, link) -> None:
    """Affiliations of a person are facts of the record; one printed after all names may be anybody's, so each author gets half a chance."""
    for position, person in enumerate(e.authors, 1):
        for name, confidence in [(a, 1.0) for a in person.affiliations] + [(a, 0.5) for a in e.affiliations]:
            target = node_id(Kind.ORGANIZATION, fold(name) or name)
            nodes.setdefault(target, {"id": target, "kind": Kind.ORGANIZATION.value, "name": name})
            link(Relation.AFFILIATED_WITH, p.author_of[e.id, position], target, printed(e, name, "affiliation", confidence))


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
                link(relation, paper, node, in_entry(e, (place.start, place.end), e.text[place.start : place.end], place.sentence, m.extractor, m.confidence))
            if not m.places:
                link(relation, paper, node, in_entry(e, None, m.name, "", m.extractor, m.confidence))


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
        known = {k: v for k, v in p.repositories.get(m.name, {}).items() if k in _OF_REPOSITORY and v is not None}
        row = {"id": node, "kind": Kind.REPOSITORY.value, "name": f"{owner}/{name}", "url": f"https://{m.name}", "host": host, "owner": owner}
        nodes.setdefault(node, row | known)
        roles[paper, node] = min(roles.get((paper, node)), m.role or "own", key=lambda r: _RANK[r])
        usable.append((m, node))
    for m, node in usable:
        e, paper = by_entry[m.entry], p.paper_of[m.entry]
        for place in m.places or (None,):
            span, surface, sentence = ((place.start, place.end), e.text[place.start : place.end], place.sentence) if place else (None, m.name, "")
            link(Relation.HAS_CODE, paper, node, in_entry(e, span, surface, sentence, m.extractor, m.confidence), role=roles[paper, node])


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


def counts(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many rows of each kind, in the order of the names."""
    return dict(sorted(Counter(r["kind"] for r in rows).items()))
