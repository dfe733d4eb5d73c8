"""Signatures: a name on a paper, out of all entries that describe that paper. They are what the resolution of people joins or keeps apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kg.resolve.personal import compatible, name_key, swapped
from kg.text import plain

NEAR = 50  # of a very long list of authors only those next to a name count as its co-authors


class Authorship(NamedTuple):
    """One name in one entry's list of authors, from position 1; position 0 is the author whose page it is and whom the list does not show.

    `printed` is how the entry has it, where a correction gave another name.
    """

    entry: str
    paper: str
    position: int
    name: str
    orcid: str | None
    affiliations: tuple[str, ...]
    title: str | None
    year: int | None
    venue: str | None
    cut_short: bool = False
    printed: str = ""


@dataclass(slots=True)
class Signature:
    """A name on a paper. `rank` is 1 for its first author, 3 for its last, 2 between and 0 where no entry has it in its list; `members` are indices
    into the authorships; `cut_short` says that no entry has the whole list of authors."""

    key: str
    name: str
    paper: str
    rank: int
    position: int
    title: str | None
    year: int | None
    venue: str | None
    members: list[int]
    cut_short: bool
    orcids: frozenset[str] = frozenset()
    affiliations: frozenset[str] = frozenset()
    coauthors: frozenset[str] = frozenset()


def signatures(authorships: Sequence[Authorship]) -> list[Signature]:
    """The signatures of all papers, in the order of papers and of names in them.

    A name in two entries of one paper is one signature, also if one of the entries shortens it.
    """
    papers: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for i, a in enumerate(authorships):
        papers[a.paper][a.entry].append(i)
    return [s for paper in sorted(papers) for s in _of_paper(papers[paper], authorships)]


def _of_paper(entries: dict[str, list[int]], authorships: Sequence[Authorship]) -> list[Signature]:
    """Names of several entries meet where they are equal, then where one alone can be meant; a name twice in one entry is two people, unless its ORCID says else."""
    slots: list[list[int]] = []
    if len(entries) == 1 and not any(authorships[i].orcid for only in entries.values() for i in only):
        return _with_coauthors([_alone(i, authorships[i]) for only in entries.values() for i in only])
    key = lambda i: name_key(authorships[i].name)
    for entry in sorted(entries, key=lambda e: (-len(entries[e]), e)):
        free = list(range(len(slots)))
        by_key: dict[str, list[int]] = defaultdict(list)
        for k in free:
            by_key[key(slots[k][0])].append(k)
        rest = []
        for i in entries[entry]:
            if by_key[key(i)]:
                at = by_key[key(i)].pop(0)
                slots[at].append(i)
                free.remove(at)
            else:
                rest.append(i)
        for i in rest:
            alike = [k for k in free if compatible(key(slots[k][0]), key(i)) or swapped(key(i)) == key(slots[k][0])]
            twice = [
                s for s in slots if (o := authorships[i].orcid) and any((o, key(i), entry) == (authorships[j].orcid, key(j), authorships[j].entry) for j in s)
            ]
            if twice:
                twice[0].append(i)
            elif len(alike) == 1:
                slots[alike[0]].append(i)
                free.remove(alike[0])
            else:
                slots.append([i])
    return _with_coauthors([_signature(slot, authorships) for slot in slots])


def _alone(i: int, a: Authorship) -> Signature:
    """The signature of a paper's only authorship of a name: what most are."""
    return Signature(
        name_key(a.name),
        plain(a.name),
        a.paper,
        2,
        a.position,
        a.title or None,
        a.year or None,
        a.venue or None,
        [i],
        a.cut_short,
        frozenset(),
        frozenset(a.affiliations),
    )


def _signature(slot: list[int], authorships: Sequence[Authorship]) -> Signature:
    ours = [authorships[i] for i in slot]
    first = ours[0]
    key = max((name_key(a.name) for a in ours), key=lambda k: (len(k), k))
    return Signature(
        key, min(plain(a.name) for a in ours if name_key(a.name) == key), first.paper, 2, max(a.position for a in ours), next((a.title for a in ours if a.title), None), next((a.year for a in ours if a.year), None),
        next((a.venue for a in ours if a.venue), None), slot, all(a.cut_short for a in ours), frozenset(a.orcid for a in ours if a.orcid),
        frozenset(x for a in ours for x in a.affiliations),
    )  # fmt: skip


def _with_coauthors(paper: list[Signature]) -> list[Signature]:
    paper = sorted(paper, key=lambda s: (s.position, s.key))
    last = paper[-1].position
    keys = [s.key for s in paper]
    everybody = frozenset(keys)
    for i, s in enumerate(paper):
        s.rank = 0 if s.position == 0 else 1 if s.position == 1 else 3 if s.position == last and not s.cut_short else 2
        near = everybody if len(keys) <= 2 * NEAR else frozenset(keys[max(0, i - NEAR) : i + NEAR + 1])
        s.coauthors = near - {s.key}
    return paper
