"""What one paper's entries say: its row, the claims that become edges and their evidence, and what follows from them. One paper needs no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any, NamedTuple

from kg.graph.evidence import Said, in_entry, line_of, of_mention, of_person, printed
from kg.graph.papers import paper_row
from kg.model import READ, Entry, Kind, Mention, Rejected, Relation, node_id
from kg.text import fold

# Of a collaboration larger than this nobody can be said to write with everybody else, and the pairs grow with the square.
TEAM = 100
_METHOD_EDGES = {"proposed": Relation.PROPOSES, "used": Relation.USES, "compared": Relation.COMPARES_WITH}
_DATA_EDGES = {"introduced": Relation.INTRODUCES, "used": Relation.EVALUATES_ON}
# If several fit, the first one stands: the paper's own word weighs most.
_RANK = {"proposed": 0, "introduced": 0, "own": 0, "used": 1, "compared": 2, None: 3}
_KINDS = {k.value.lower(): k for k in Kind}


class Told(NamedTuple):
    """One entry of a paper, with what was resolved of it: the ids of its authors by place, of the author whose page it is, of the thing that each mention
    means (empty for repositories), of the venue, and of the papers that its references mean."""

    entry: Entry
    authors: Sequence[str]
    page_author: str | None
    mentions: Sequence[Mention]
    things: Sequence[str]
    venue: str | None
    cited: Sequence[str | None]


class Claim(NamedTuple):
    """That an edge is there, by one piece of evidence; all claims of an edge agree but in that."""

    source: str
    target: str
    position: int | None
    inferred: bool | None
    role: str | None
    said: Said


class Follows(NamedTuple):
    """A paper's part in an edge that is derived from several."""

    source: str
    target: str
    paper: str
    year: int | None
    share: float


@dataclass
class Sayings:
    """What papers say, gathered: rows of papers, categories, organizations and repositories (by id, the best name first), claims and derivations."""

    papers: list[dict[str, Any]] = field(default_factory=list)
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: dict[Relation, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    follows: dict[Relation, list[Follows]] = field(default_factory=lambda: defaultdict(list))
    rejected: list[Rejected] = field(default_factory=list)

    def claim(
        self, kind: Relation, source: str, target: str, said: Said, position: int | None = None, inferred: bool | None = None, role: str | None = None
    ) -> None:
        self.claims[kind].append(Claim(source, target, position, inferred, role, said))

    def name(self, kind: Kind, key: str, name: str) -> str:
        """The id of a node that is called by its name alone; of several names the longest stands."""
        node = _node_id(kind, key)
        row = self.nodes.setdefault(node, {"id": node, "kind": kind.value, "name": name})
        row["name"] = min(row["name"], name, key=lambda c: (-len(c), c))
        return node


# The same few categories come again and again.
_node_id = lru_cache(maxsize=1 << 14)(node_id)


def say(s: Sayings, paper: str, told: Sequence[Told], repositories: Mapping[str, Mapping[str, Any]]) -> None:
    """Gather what the entries of one paper say."""
    told = sorted(told, key=lambda t: t.entry.id)
    row = paper_row(paper, [t.entry for t in told])
    s.papers.append(row)
    authors = _authors(s, paper, told)
    named = _named(s, paper, told)
    named[Relation.HAS_CODE] = _repositories(s, paper, told, repositories)
    for e, *_, venue, cited in told:
        for what, span in (("title", e.title), ("abstract", e.abstract)):
            if span and span.end - span.start > READ:
                reason = f"the {what} is longer than {READ:,} characters: names were looked for in so many of them"
                s.rejected.append(Rejected(e.source, e.line, e.byte_start, e.byte_end, "", reason))
        for category, what in (*((c, "category") for c in e.categories), *((k, "keyword") for k in e.keywords)):
            # LG and cs.LG are one category: listings leave the archive out where it is computer science.
            s.claim(Relation.IN_CATEGORY, paper, s.name(Kind.CATEGORY, category.removeprefix("cs.").casefold(), category), printed(e, category, what))
        if venue and e.venue:
            s.claim(Relation.PUBLISHED_IN, paper, venue, printed(e, e.venue, "venue"))
        for r, other in zip(e.references, cited):
            # Some lists name the paper itself.
            if other and other != paper:
                s.claim(Relation.CITES, paper, other, in_entry(e, None, r.title or r.keys[0], "", "reader/reference", 1.0))
    _derive(s, paper, row["year"], authors, named)


def _authors(s: Sayings, paper: str, told: Sequence[Told]) -> list[str]:
    """The printed authors of all entries of a paper; then a page's own author, where no entry prints that person. Returns those that are printed."""
    place: dict[str, int] = {}
    # The fullest list says at which place somebody stands.
    for t in sorted(told, key=lambda t: (t.entry.truncated_authors, -len(t.authors), t.entry.id)):
        for position, author in enumerate(t.authors, 1):
            place.setdefault(author, position)
    for e, authors, page_author, *_ in told:
        for person, author in zip(e.authors, authors):
            s.claim(Relation.AUTHORED, author, paper, of_person(e, person), place[author], False)
            # Affiliations of a person are facts of the record; one printed after all names may be anybody's, so each author gets half a chance.
            for name, confidence in [*((a, 1.0) for a in person.affiliations), *((a, 0.5) for a in e.affiliations)]:
                s.claim(Relation.AFFILIATED_WITH, author, s.name(Kind.ORGANIZATION, fold(name) or name, name), printed(e, name, "affiliation", confidence))
        if page_author and page_author not in place:
            cut = e.text.find("et al", e.authors[-1].span.end if e.authors and e.authors[-1].span else 0)
            span = (cut, cut + 5) if cut >= 0 else None
            why = in_entry(
                e, span, e.text[slice(*span)] if span else "", line_of(e.text, cut) if span else "", "reader/page author", e.page_author_confidence or 0.5
            )
            s.claim(Relation.AUTHORED, page_author, paper, why, None, True)
    return sorted(place)


def _named(s: Sayings, paper: str, told: Sequence[Told]) -> dict[Relation, list[str]]:
    """PROPOSES, USES, … to a paper's things; of several roles the strongest gives the edge, all mentions give evidence."""
    found: dict[str, list[tuple[Entry, Mention]]] = defaultdict(list)
    for t in told:
        for m, thing in zip(t.mentions, t.things):
            if thing:
                found[thing].append((t.entry, m))
    named: dict[Relation, list[str]] = defaultdict(list)
    for thing, mentions in sorted(found.items()):
        role = min((m.role for _, m in mentions), key=lambda r: _RANK[r])
        relation = _relation(_KINDS[thing.partition(":")[0]], role or "used")
        named[relation].append(thing)
        for e, m in mentions:
            for said in of_mention(e, m):
                s.claim(relation, paper, thing, said)
    return named


def _relation(kind: Kind, role: str) -> Relation:
    if kind is Kind.METHOD:
        return _METHOD_EDGES[role]
    if kind in (Kind.DATASET, Kind.BENCHMARK):
        return _DATA_EDGES[role]
    return Relation.ADDRESSES if kind is Kind.TASK else Relation.REPORTS


# What a look-up may add to a repository.
_OF_REPOSITORY = ("description", "language", "license", "stars", "url")


def _repositories(s: Sayings, paper: str, told: Sequence[Told], known: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """HAS_CODE; returns the repositories that are the paper's own."""
    roles: dict[str, str | None] = {}
    usable: list[tuple[Entry, Mention, str]] = []
    for e, m in ((t.entry, m) for t in told for m in t.mentions if m.kind is Kind.REPOSITORY):
        parts = m.name.split("/")
        if len(parts) < 3 or not all(parts):
            s.rejected.append(Rejected(e.source, e.line, e.byte_start, e.byte_end, m.name, "repository without host, owner and name: give host/owner/name"))
            continue
        host, owner, name = parts[0], parts[1], "/".join(parts[2:])
        node = node_id(Kind.REPOSITORY, m.name)
        if node not in s.nodes:
            looked_up = {k: v for k, v in known.get(m.name, {}).items() if k in _OF_REPOSITORY and v is not None}
            row = {"id": node, "kind": Kind.REPOSITORY.value, "name": f"{owner}/{name}", "url": f"https://{m.name}", "host": host, "owner": owner}
            s.nodes[node] = row | looked_up
        roles[node] = min(roles.get(node), m.role or "own", key=lambda r: _RANK[r])
        usable.append((e, m, node))
    for e, m, node in usable:
        for said in of_mention(e, m):
            s.claim(Relation.HAS_CODE, paper, node, said, role=roles[node])
    return [node for node, role in roles.items() if role == "own"]


def _derive(s: Sayings, paper: str, year: int | None, authors: Sequence[str], named: Mapping[Relation, Sequence[str]]) -> None:
    """Edges that follow from others. An inferred authorship is no fact to derive from.

    A paper of n authors counts 1 / (n - 1) for each pair: Newman, "Scientific collaboration networks. II. Shortest paths, weighted networks, and centrality",
    Physical Review E 64, 016132, 2001.
    """
    of = lambda relation: named.get(relation, ())
    add = lambda relation, source, target, share: s.follows[relation].append(Follows(source, target, paper, year, share))
    for a, b in combinations(authors, 2) if len(authors) <= TEAM else ():
        add(Relation.CO_AUTHORED_WITH, a, b, 1.0 / (len(authors) - 1))
    proposed, used, compared = of(Relation.PROPOSES), of(Relation.USES), of(Relation.COMPARES_WITH)
    for repository in of(Relation.HAS_CODE):
        for method in proposed:
            add(Relation.IMPLEMENTS, repository, method, 1.0)
    # What is measured is the paper's own method and its rivals; where it has none of its own, what it uses.
    for method in [*proposed, *compared] if proposed else [*used, *compared]:
        for data in (*of(Relation.EVALUATES_ON), *of(Relation.INTRODUCES)):
            add(Relation.EVALUATED_ON, method, data, 1.0)
    for a, b in combinations(sorted({*proposed, *compared, *used}), 2):
        add(Relation.USED_WITH, a, b, 1.0)
