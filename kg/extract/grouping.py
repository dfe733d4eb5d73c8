"""Names of one thing: which of an entry's names are other words for the same ("GNN" and "graph neural networks", "speech recognition" and
"end-to-end speech recognition" where the paper means one task by both).

Trees give each pair of names a chance of being one thing; pairs are joined from the likeliest on.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from kg.extract.candidates import Candidate, key_of
from kg.extract.recogniser import offsets

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

FAMILIES = ("Method", "Data", "Task", "Metric")
# Names of one family may be one thing: a data set and a benchmark too.
FAMILY = {"Method": "Method", "Dataset": "Data", "Benchmark": "Data", "Task": "Task", "Metric": "Metric"}
MOST = 400  # names behind a name that it is compared with: a list of thousands is no abstract
_WORDS = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
_LINK = re.compile(r",|(?:,\s*)?(?:and|or)|/|&|vs\.?")


def names() -> list[str]:
    """What the features of a pair are called, in the order of the columns of `pairs`."""
    return [
        *(f"family {f}" for f in FAMILIES), "shared words", "shared share", "words of the longer", "words of the shorter", "same first", "same last", "suffix", "prefix", "within", "key within", "key suffix",
        "key prefix", "alike", "initials", "letters in order", "same numbers", "numbers", "other numbers", "capitals of the longer", "capitals of the shorter", "chance of the longer", "chance of the shorter",
        "places of the longer", "places of the shorter", "title longer", "title shorter", "inside", "bracket between", "listed together", "vectors", "acronym of the longer", "acronym of the shorter",
        "shorter all lower", "longer all lower", "first longer", "first shorter", "extra words before", "extra words after",
    ]  # fmt: skip


def vectors(doc: Doc, found: Sequence[Candidate]) -> np.ndarray:
    """The mean word vector of each candidate's first place, of length one."""
    if not found:
        return np.zeros((0, 1))
    places, words = offsets(doc), doc.to_array("ORTH").tolist()
    starts, ends = [a for a, _ in places], [b for _, b in places]
    rows = []
    for c in found:
        a, b = c.spans[0]
        first, last = bisect_right(starts, a) - 1, bisect_left(ends, b) + 1
        rows.append(np.mean([_vector(doc.vocab, w) for w in words[first:last]], axis=0))
    stacked = np.array(rows)
    return stacked / (np.linalg.norm(stacked, axis=1, keepdims=True) + 1e-9)


@lru_cache(maxsize=50_000)
def _vector(vocab: Vocab, word: int) -> np.ndarray:
    found: Any = vocab.get_vector(word)
    return found


def pairs(
    kinds: Sequence[str], chances: Sequence[float], found: Sequence[Candidate], vectors: np.ndarray, text: str, title_length: int
) -> tuple[list[tuple[int, int]], np.ndarray]:
    """Pairs (longer, shorter) of names of one family that may be one thing, and their features, shape (pairs, len(names())). A name is compared with the MOST behind it."""
    sides = [_side(text, title_length, c, p) for c, p in zip(found, chances)]
    which, rows = [], []
    for i in range(len(found)):
        near = vectors[i] @ vectors[i + 1 : i + 1 + MOST].T
        for j, alike in enumerate(near.tolist(), i + 1):
            if FAMILY[kinds[i]] == FAMILY[kinds[j]]:
                a, b = (i, j) if sides[i].length >= sides[j].length else (j, i)
                which.append((a, b))
                rows.append([*(float(FAMILY[kinds[a]] == f) for f in FAMILIES), *_features(text, sides[a], sides[b], alike)])
    return which, np.array(rows, dtype=np.float32).reshape(len(rows), len(names()))


@dataclass(frozen=True, slots=True)
class Side:
    """One name of a pair: its longest form, that in words as keys, its numbers, and what the trees make of it."""

    candidate: Candidate
    form: str
    words: list[str]
    numbers: list[str]
    chance: float
    in_title: bool
    first: float  # place, as a share of the text

    @property
    def length(self) -> tuple[int, int]:
        return len(self.words), len(self.form)


def _side(text: str, title_length: int, c: Candidate, chance: float) -> Side:
    form = c.longest(text)
    words = [key_of(w.lower()) for w in _WORDS.findall(form)]
    return Side(c, form, words, _DIGITS.findall(form), chance, any(end <= title_length for _, end in c.spans), min(c.spans)[0] / len(text))


def _features(text: str, a: Side, b: Side, near: float) -> list[float]:
    """What is known of a pair, the longer name first; `near` is the cosine of their vectors."""
    n, m = len(a.words), len(b.words)
    shared = len(set(a.words) & set(b.words))
    at = next((k for k in range(n - m + 1) if a.words[k : k + m] == b.words), -1) if m else -1
    ka, kb = a.candidate.key, b.candidate.key
    spans, shorter = a.candidate.spans, b.candidate.spans
    letters = iter("".join(a.words))
    inside = sum(any(x <= s and e <= y for x, y in (*spans, *a.candidate.fuller)) for s, e in shorter) / len(shorter)
    gaps = [text[min(y, e) : max(x, s)] for x, y in spans for s, e in shorter if 0 < max(x, s) - min(y, e) <= 8]
    return [
        shared, shared / max(1, len(set(a.words) | set(b.words))), n, m, n > 0 and m > 0 and a.words[0] == b.words[0], n > 0 and m > 0 and a.words[-1] == b.words[-1],
        at >= 0 and at + m == n, at == 0, at >= 0, kb in ka, ka.endswith(kb), ka.startswith(kb), SequenceMatcher(None, ka, kb, autojunk=False).ratio(),
        kb == "".join(w[0] for w in a.words), all(c in letters for c in kb), a.numbers == b.numbers, len(a.numbers), bool(set(a.numbers) ^ set(b.numbers)),
        sum(c.isupper() for c in a.form), sum(c.isupper() for c in b.form), a.chance, b.chance, len(spans), len(shorter), a.in_title, b.in_title, inside,
        any("(" in g for g in gaps), any(_LINK.fullmatch(g.strip()) is not None for g in gaps), near, a.candidate.acronym is not None, b.candidate.acronym is not None,
        b.form.islower(), a.form.islower(), a.first, b.first, at if at >= 0 else -1, n - m - at if at >= 0 else -1,
    ]  # fmt: skip


def groups(count: int, which: Sequence[tuple[int, int]], chances: Sequence[float], least: float) -> list[list[int]]:
    """Indices 0..count-1 in groups: pairs of at least the chance `least` are joined, the likeliest first, if the mean of all pairs between the two groups is more than half of it."""
    member = list(range(count))
    held = {i: [i] for i in range(count)}
    chance = {frozenset(p): c for p, c in zip(which, chances)}
    for c, (a, b) in sorted(zip(chances, which), key=lambda x: (-x[0], x[1])):
        if c < least:
            break
        x, y = member[a], member[b]
        if x == y:
            continue
        between = [chance.get(frozenset((i, j)), 0.0) for i in held[x] for j in held[y]]
        if sum(between) / len(between) > least / 2:
            held[x] += held.pop(y)
            for i in held[x]:
                member[i] = x
    return [sorted(g) for g in sorted(held.values(), key=min)]
