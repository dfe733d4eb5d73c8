"""Which paper a reference means: one of the graph, by an identifier or its title, else one that is known only from being cited (a stub)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kg.model import Entry, Kind, Reference, node_id, work_keys
from kg.resolve.cluster import UnionFind
from kg.resolve.papers import title_key

TITLE = 12  # folded characters that a title needs to be known by


@dataclass(frozen=True, slots=True)
class Stub:
    """A paper that is only cited: what references say of it."""

    id: str
    keys: tuple[str, ...]
    title: str | None
    year: int | None


class Citable(NamedTuple):
    """A paper of the graph as references may name it: its identifiers, its title as it is compared, and its year."""

    paper: str
    keys: tuple[str, ...]
    title: str
    year: int | None


class Cited(NamedTuple):
    """A reference: which of its entry's it is (from 0), the title as it is compared, and what it says."""

    entry: str
    n: int
    title: str
    said: Reference


def resolve_citations(entries: Iterable[Entry], paper_of: Mapping[str, str]) -> tuple[dict[tuple[str, int], str], list[Stub]]:
    """The paper that each reference (entry id, its index) means, and the stubs."""
    works: list[Citable] = []
    cited: list[Cited] = []
    for e in entries:
        works.append(work_of(e, paper_of[e.id]))
        cited += cited_by(e)
    return resolve_references(works, cited)


def work_of(e: Entry, paper: str) -> Citable:
    """What references to the paper of an entry may name: its keys, title and year."""
    return Citable(paper, work_keys(e.doi, e.arxiv_id, e.identifiers), _telling(e.field(e.title)), int(e.date[:4]) if e.date else None)


def cited_by(e: Entry) -> Iterator[Cited]:
    """An entry's references, numbered."""
    return (Cited(e.id, n, _telling(r.title), r) for n, r in enumerate(e.references))


def _telling(title: str | None) -> str:
    """A title as it is compared, if it is long enough."""
    key = title_key(title or "")
    return key if len(key) >= TITLE else ""


def resolve_references(works: Iterable[Citable], cited: Iterable[Cited]) -> tuple[dict[tuple[str, int], str], list[Stub]]:
    """The paper that each reference means, and the stubs.

    An identifier decides; a reference without one that is known here may be known by its title, if years are not more than one apart. References that share
    an identifier, or have none and the same title, mean one stub. Its id is that of the paper with the same identifier or title, should one come.
    """
    by_key: dict[str, str] = {}
    by_title: dict[str, list[tuple[str, int | None]]] = defaultdict(list)
    for w in works:
        for key in w.keys:
            by_key[key] = min(by_key.get(key, w.paper), w.paper)
        if w.title:
            by_title[w.title].append((w.paper, w.year))
    meant: dict[tuple[str, int], str] = {}
    loose: list[tuple[tuple[str, int], Reference, str]] = []
    for entry, n, title, r in cited:
        alike = {p for p, year in by_title.get(title, ()) if not r.year or not year or abs(year - r.year) <= 1} if title else set()
        if paper := next((by_key[k] for k in r.keys if k in by_key), None) or (alike.pop() if len(alike) == 1 else None):
            meant[entry, n] = paper
        elif r.keys or title:
            loose.append(((entry, n), r, title))
    stubs = _stubs(loose)
    for (at, *_), stub in zip(loose, stubs):
        meant[at] = stub.id
    return meant, sorted({s.id: s for s in stubs}.values(), key=lambda s: s.id)


def _stubs(loose: Sequence[tuple[tuple[str, int], Reference, str]]) -> list[Stub]:
    """The stub of each reference."""
    names = [[*r.keys] if r.keys else [f"title:{title}"] for _, r, title in loose]
    sets = UnionFind(x for ns in names for x in ns)
    for ns in names:
        for x in ns[1:]:
            sets.join(ns[0], x)
    groups: dict[str, list[int]] = defaultdict(list)
    for i, ns in enumerate(names):
        groups[sets.find(ns[0])].append(i)
    found: dict[int, Stub] = {}
    for members in groups.values():
        keys = sorted({x for i in members for x in names[i] if not x.startswith("title:")}, key=lambda k: (_rank(k), k))
        titles = sorted({t for i in members if (t := loose[i][1].title)}, key=lambda t: (-len(t), t))
        years = sorted({y for i in members if (y := loose[i][1].year)})
        key = keys[0] if keys else next(iter(sorted(x for i in members for x in names[i])))
        stub = Stub(node_id(Kind.PAPER, key), tuple(keys), titles[0] if titles else None, years[0] if years else None)
        found |= dict.fromkeys(members, stub)
    return [found[i] for i in range(len(loose))]


def _rank(key: str) -> int:
    return 0 if key.startswith("arxiv:") else 1 if key.startswith("doi:") else 2
