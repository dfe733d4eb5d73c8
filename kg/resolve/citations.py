"""Which paper a reference means: one of the graph, by an identifier or its title, else one that is known only from being cited (a stub)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


def resolve_citations(entries: Sequence[Entry], paper_of: Mapping[str, str]) -> tuple[dict[tuple[str, int], str], list[Stub]]:
    """The paper that each reference (entry id, its index) means, and the stubs.

    An identifier decides; a reference without one that is known here may be known by its title, if years are not more than one apart. References that share
    an identifier, or have none and the same title, mean one stub. Its id is that of the paper with the same identifier or title, should one come.
    """
    by_key: dict[str, str] = {}
    by_title: dict[str, list[tuple[str, int | None]]] = defaultdict(list)
    for e in entries:
        for key in work_keys(e.doi, e.arxiv_id, e.identifiers):
            by_key[key] = min(by_key.get(key, paper_of[e.id]), paper_of[e.id])
        if len(title := title_key(e.field(e.title) or "")) >= TITLE:
            by_title[title].append((paper_of[e.id], int(e.date[:4]) if e.date else None))
    meant: dict[tuple[str, int], str] = {}
    loose: list[tuple[tuple[str, int], Reference, str]] = []
    for e in entries:
        for n, r in enumerate(e.references):
            title = title_key(r.title or "")
            title = title if len(title) >= TITLE else ""
            alike = {p for p, year in by_title.get(title, ()) if not r.year or not year or abs(year - r.year) <= 1} if title else set()
            if paper := next((by_key[k] for k in r.keys if k in by_key), None) or (alike.pop() if len(alike) == 1 else None):
                meant[e.id, n] = paper
            elif r.keys or title:
                loose.append(((e.id, n), r, title))
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
