"""Which author names are one person. For now: one person a full name, accents and case folded; an ORCID decides where it is given.

The interface is the one that finer methods need: they see every authorship with its paper, co-authors, affiliations and ORCID.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kg.model import Kind, Merge, node_id
from kg.text import fold, plain


@dataclass(frozen=True, slots=True)
class Authorship:
    """One name on one paper, with what may tell its bearer from others of that name."""

    paper: str
    position: int
    name: str
    orcid: str | None
    affiliations: tuple[str, ...]
    coauthors: tuple[str, ...]
    title: str | None
    year: int | None
    venue: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """A resolved person; `authorships` are indices into what was resolved."""

    id: str
    name: str
    variants: tuple[str, ...]
    orcid: str | None
    authorships: tuple[int, ...]


def resolve_people(authorships: Sequence[Authorship]) -> tuple[list[Identity], list[Merge]]:
    """Persons in the order of their ids, and the merges of different spellings."""
    blocks: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    known: dict[str, set[str]] = defaultdict(set)
    for a in authorships:
        if a.orcid:
            known[name_key(a.name)].add(a.orcid)
    for i, a in enumerate(authorships):
        key = name_key(a.name)
        orcid = a.orcid or (next(iter(known[key])) if len(known[key]) == 1 else None)
        # Two ORCIDs on one name are two persons; whoever has none of them then stays apart as well.
        blocks[key, orcid if len(known[key]) > 1 else None].append(i)
    people, merges = [], []
    for (key, part), members in sorted(blocks.items(), key=lambda x: (x[0][0], x[0][1] or "")):
        names = Counter(plain(authorships[i].name) for i in members)
        name = min(names, key=lambda n: (-names[n], -sum(not c.isascii() for c in n), n))
        orcids = sorted({authorships[i].orcid for i in members if authorships[i].orcid})
        identity = node_id(Kind.AUTHOR, key if part is None else f"{key} {part}")
        people.append(Identity(identity, name, tuple(sorted(set(names) - {name})), orcids[0] if len(orcids) == 1 else None, tuple(members)))
        merges += [Merge(identity, Kind.AUTHOR, name, other, "same full name, case and accents folded", 1.0, True) for other in sorted(set(names) - {name})]
    return sorted(people, key=lambda p: p.id), merges


def name_key(name: str) -> str:
    """A full name without case, accents, dots and hyphens; the parts stay in order."""
    return " ".join(x for x in (fold(part) for part in re.split(r"[\s.~]+", plain(name))) if x) or name
