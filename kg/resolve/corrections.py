"""What a person corrected of people: other names for them, and which bearers of names are one or two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from kg.resolve.personal import name_key
from kg.resolve.signatures import Authorship, Signature
from kg.text import fold


@dataclass(frozen=True, slots=True)
class PersonDecision:
    """What a person decided of two names of people; a paper (its title, or the id of one of its entries) says which bearer of the name is meant, else all are."""

    left: str
    left_paper: str
    right: str
    right_paper: str
    same: bool


@dataclass(frozen=True, slots=True)
class Renaming:
    """Who is called `name`, in that paper or (empty) in all, is called `to`."""

    name: str
    paper: str
    to: str


def renamed(authorships: Sequence[Authorship], renamings: Sequence[Renaming]) -> Sequence[Authorship]:
    """The authorships under their new names; what was printed stays beside them."""
    if not renamings:
        return authorships
    known = _known_by(authorships)
    named = ((a, _called(a.name, known[a.paper], renamings)) for a in authorships)
    return [a if name == a.name else a._replace(name=name, printed=a.name) for a, name in named]


def pairs(
    found: Sequence[Signature], authorships: Sequence[Authorship], decided: Sequence[PersonDecision]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Signatures that are to be one person's, and those that are not to be."""
    same: list[tuple[int, int]] = []
    apart: list[tuple[int, int]] = []
    if not decided:
        return same, apart
    known = _known_by(authorships)
    by_name: dict[str, list[int]] = defaultdict(list)
    for i, s in enumerate(found):
        for key in {name_key(n) for m in s.members for n in (authorships[m].name, authorships[m].printed) if n}:
            by_name[key].append(i)
    bearers = lambda name, paper: [i for i in by_name.get(name_key(name), ()) if _is(paper, known[found[i].paper])]
    for d in decided:
        left, right = bearers(d.left, d.left_paper), bearers(d.right, d.right_paper)
        if not d.same:
            apart += [(i, j) for i in left for j in right if i != j]
        elif left and right:
            # Two authors of one paper are meant only where a correction names that paper on both sides.
            meant = d.left_paper and d.right_paper
            others = dict.fromkeys((*left[1:], *right))
            same += [(left[0], j) for j in others if j != left[0] and (meant or found[j].paper != found[left[0]].paper)]
    return same, apart


def _known_by(authorships: Sequence[Authorship]) -> Mapping[str, Set[str]]:
    """What a correction may call each paper: its id, those of its entries, and their titles."""
    found: dict[str, set[str]] = defaultdict(set)
    for a in authorships:
        found[a.paper] |= {a.paper, a.entry, fold(a.title or "")}
    return found


def _is(paper: str, known: Set[str]) -> bool:
    return not paper or paper in known or fold(paper) in known


def _called(name: str, known: Set[str], renamings: Sequence[Renaming]) -> str:
    """The last name of a chain of renamings; one that goes in a circle ends where it would begin again."""
    met: set[str] = set()
    while name_key(name) not in met:
        met.add(name_key(name))
        name = next((r.to for r in renamings if name_key(r.name) == name_key(name) and _is(r.paper, known)), name)
    return name
