"""What an entry calls a thing, and by which blocks of names it may come to have to do with another entry's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from kg.model import Kind
from kg.resolve import acronyms
from kg.resolve.normal import normal, stands_for, without_head
from kg.text import singular_acronym

# Data sets and benchmarks are one family: a paper's word for a thing may be either, the thing is one.
FAMILIES: tuple[tuple[Kind, ...], ...] = ((Kind.METHOD,), (Kind.DATASET, Kind.BENCHMARK), (Kind.TASK,), (Kind.METRIC,))
KNOWN = Path(__file__).parent / "known.tsv"


class Usage(NamedTuple):
    """What an entry calls a thing: of a mention all but where it stands."""

    entry: str
    kind: Kind
    name: str
    aliases: tuple[str, ...]
    long_form: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided of two names, of one kind or (None) of whatever kind: they are one, or they are two."""

    left: str
    right: str
    same: bool
    kind: Kind | None = None


def filed(m: Usage) -> str:
    """The block of a mention: the normal form of its long form, if it has one, else of its name."""
    long, shorts = explained(m)
    return normal(long if long and (m.long_form or m.name in shorts) else m.name, m.kind)


def touched(m: Usage, decided: Sequence[Decision] = ()) -> set[str]:
    """All blocks of its family by which a mention may come to have to do with another one: mentions that share none of these never do."""
    family = next((f for f in FAMILIES if m.kind in f), None)
    if family is None:
        return set()
    found = {filed(m)}
    for form in {m.name, *m.aliases, m.long_form or m.name}:
        found |= {normal(form, m.kind), without_head(form, m.kind) or filed(m)}
        meaning = acronyms.table().get(singular_acronym(form))
        if meaning and meaning.sure:
            found |= meaning.forms
    known = _line_of(family)
    found = found.union(*(known.get(key, ()) for key in found))
    for d in decided:
        ends = {normal(d.left, m.kind), normal(d.right, m.kind)}
        if ends & found:
            found |= ends
    return {f"{family[0].value}|{key}" for key in found}


def explained(m: Usage) -> tuple[str | None, tuple[str, ...]]:
    """The long form of a mention and its acronyms: as the entry explained them, or as they can be told from a source's aliases."""
    return _explained((m.name, *m.aliases), m.long_form)


@lru_cache(maxsize=1 << 14)
def _explained(forms: tuple[str, ...], long_form: str | None) -> tuple[str | None, tuple[str, ...]]:
    long = long_form or max((f for f in forms if " " in f), key=lambda f: (len(f), f), default=None)
    if long is None:
        return None, ()
    return long, tuple(sorted({f for f in forms if len(f) < len(long) and " " not in f and any(c.isupper() for c in f[1:]) and stands_for(f, long)}))


@lru_cache
def lines_of(kinds: frozenset[Kind]) -> list[frozenset[str]]:
    """The lines of known.tsv about a family of kinds, in normal forms."""
    rows = (line.rstrip("\n").split("\t") for line in KNOWN.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    family = {k for f in FAMILIES if kinds & set(f) for k in f}
    return [frozenset(normal(n, Kind(kind.capitalize())) for n in names.split("|")) for kind, names in rows if Kind(kind.capitalize()) in family]


@lru_cache
def _line_of(kinds: tuple[Kind, ...]) -> dict[str, frozenset[str]]:
    """All names that share a line with each name."""
    found: dict[str, frozenset[str]] = {}
    for line in lines_of(frozenset(kinds)):
        found |= {key: found.get(key, frozenset()) | line for key in line}
    return found
