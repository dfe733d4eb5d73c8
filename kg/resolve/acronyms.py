"""Acronyms that everybody uses for one thing: "CNN" without its long form is a convolutional neural network, "SAM" may be two things.

The table was counted over many abstracts (`kg train --what acronyms`): a row is an acronym as it is written, in how many abstracts it was
explained, whether always as one thing, and the normal forms of the long forms that mean its first thing.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.files import write_packed
from kg.model import Kind
from kg.resolve.normal import HEADS, normal
from kg.text import fold, singular_acronym

PATH = Path(__file__).parent / "acronyms.tsv.gz"
LEAST = 5  # abstracts that explain an acronym, before it is believed
OTHERS = 0.05  # the share of them in which it may mean one other thing
RARE = 0.02  # the share of them below which a long form is a slip
STEM = 5  # letters in which two forms of one word begin alike: convolution, convolutional


# Endings in which two forms of one word may differ.
_ALIKE = frozenset(
    frozenset(pair.split("/"))
    for pair in "/s /al /als /d /ed /ing /ion /ation e/ing e/ed e/ion e/al ed/ing ed/ion ed/ation ing/ion ing/ation al/le ion/or ies/y e/es s/al".split()
)
_SMALL = frozenset("of the for and in to on with from by a an".split())


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an acronym means first: the normal forms of that; `sure` if it means nothing else."""

    forms: frozenset[str]
    sure: bool


@cache
def table(path: Path = PATH) -> dict[str, Meaning]:
    """By acronym, as it is written and in the singular."""
    with gzip.open(path, "rt", encoding="utf-8") as f:
        rows = (line.rstrip("\n").split("\t") for line in f)
        return {short: Meaning(frozenset(longs.split("|")), sure == "1") for short, _, sure, longs in rows}


def save(rows: Iterable[tuple[str, int, bool, list[str]]], path: Path) -> None:
    """Write the rows of `meanings` as `table` reads them."""
    write_packed(((short, count, int(sure), "|".join(forms)) for short, count, sure, forms in rows), path)


def meanings(explained: Mapping[str, Counter[str]]) -> Iterator[tuple[str, int, bool, list[str]]]:
    """The table's rows, out of the long forms with which each acronym was explained and in how many abstracts."""
    merged: dict[str, Counter[str]] = {}
    for short, longs in explained.items():
        merged.setdefault(singular_acronym(short), Counter()).update(longs)
    for short in sorted(merged):
        longs = merged[short]
        total, first = longs.total(), min(longs, key=lambda form: (-longs[form], form))
        meant = [form for form in longs if _loosely_alike(first, form)]
        if total < LEAST:
            continue
        forms: Counter[str] = Counter()
        for form in meant:
            forms[normal(form, Kind.METHOD)] += longs[form]
        kept = sorted(f for f in forms if f and forms[f] >= max(2, RARE * total))
        if kept:
            # Explanations that stand alone are mostly slips of whoever found them; another meaning comes again.
            yield short, total, max(_others(longs, meant), default=0) <= max(1, OTHERS * total), kept


def _others(longs: Counter[str], meant: list[str]) -> list[int]:
    """In how many abstracts each other meaning is given."""
    left = sorted(set(longs) - set(meant), key=lambda form: (-longs[form], form))
    counts = []
    while left:
        group = [form for form in left if _loosely_alike(left[0], form)]
        counts.append(sum(longs[form] for form in group))
        left = [form for form in left if form not in group]
    return counts


def alike(one: str, other: str) -> bool:
    """Whether two long forms are one in other words: word for word the same but for an ending (convolution, convolutional), small words and heads aside."""
    a, b = _words(one), _words(other)
    return bool(a) and len(a) == len(b) and all(x == y or _endings(x, y) in _ALIKE for x, y in zip(a, b))


def _loosely_alike(one: str, other: str) -> bool:
    """As `alike`, but for words that begin alike, and for one word that one of them leaves out. Good enough to count with, not to join by."""
    a, b = sorted(([w[:STEM] for w in _words(form)] for form in (one, other)), key=len)
    return bool(a) and (a == b or (len(a) + 1 == len(b) and any(b[:i] + b[i + 1 :] == a for i in range(1, len(b)))))


def _endings(one: str, other: str) -> frozenset[str]:
    """What follows where two words part, if they begin alike."""
    n = next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    return frozenset((one[n:], other[n:])) if n >= STEM else frozenset(("?", "!"))


def _words(form: str) -> list[str]:
    words = [fold(w) for w in re.findall(r"[^\W_]+", form.replace("auto-e", "autoe").replace("Auto-E", "Autoe"))]
    words = ["network" if w in ("net", "nets") else w for w in words if w not in _SMALL]
    heads = HEADS[Kind.METHOD][1]
    while len(words) > 2 and words[-1].rstrip("s") in heads:
        words = words[:-1]
    return words
