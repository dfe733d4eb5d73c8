"""Names of one thing: which of an entry's names are other words for the same ("GNN" and "graph neural networks", "speech recognition" and
"end-to-end speech recognition" where the paper means one task by both).

Trees give each pair of names a chance of being one thing; pairs are joined from the likeliest on.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from kg.extract.candidates import Candidate, key_of
from kg.extract.recogniser import offsets

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

FAMILIES = {"Method": 0, "Dataset": 1, "Benchmark": 1, "Task": 2, "Metric": 3}
_WORDS = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")


def names() -> list[str]:
    return [
        *(f"family {f}" for f in range(4)), "shared words", "shared share", "words of the longer", "words of the shorter", "same first", "same last", "suffix", "prefix", "within", "key within", "key suffix",
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
    rows = np.array(rows)
    return rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9)


@lru_cache(maxsize=50_000)
def _vector(vocab: Vocab, word: int) -> np.ndarray:
    return vocab.get_vector(word)


def pairs(
    kinds: Sequence[str], chances: Sequence[float], found: Sequence[Candidate], vectors: np.ndarray, text: str, title_length: int
) -> tuple[list[tuple[int, int]], np.ndarray]:
    """Pairs (longer, shorter) of names of one family that may be one thing, and their features, shape (pairs, len(names()))."""
    forms = [max(c.forms(text), key=lambda f: (len(f), f)) for c in found]
    words = [[key_of(w.lower()) for w in _WORDS.findall(f)] for f in forms]
    near = vectors @ vectors.T
    which, rows = [], []
    for i in range(len(found)):
        for j in range(i + 1, len(found)):
            if FAMILIES[kinds[i]] != FAMILIES[kinds[j]]:
                continue
            a, b = (i, j) if (len(words[i]), len(forms[i])) >= (len(words[j]), len(forms[j])) else (j, i)
            which.append((a, b))
            rows.append(
                _features(
                    text,
                    title_length,
                    FAMILIES[kinds[a]],
                    found[a],
                    found[b],
                    forms[a],
                    forms[b],
                    words[a],
                    words[b],
                    chances[a],
                    chances[b],
                    float(near[a, b]),
                )
            )
    return which, np.array(rows, dtype=np.float32).reshape(len(rows), len(names()))


def _features(
    text: str, title_length: int, family: int, a: Candidate, b: Candidate, fa: str, fb: str, wa: list[str], wb: list[str], pa: float, pb: float, near: float
) -> list[float]:
    sa, sb = set(wa), set(wb)
    shared = len(sa & sb)
    n, m = len(wa), len(wb)
    at = next((k for k in range(n - m + 1) if wa[k : k + m] == wb), -1) if m else -1
    ka, kb = a.key, b.key
    initials = "".join(w[0] for w in wa)
    letters = iter("".join(wa))
    na, nb = _DIGITS.findall(fa), _DIGITS.findall(fb)
    inside = sum(any(x <= s and e <= y for x, y in (*a.spans, *a.fuller)) for s, e in b.spans) / len(b.spans)
    gaps = [text[min(y, e) : max(x, s)] for x, y in a.spans for s, e in b.spans if 0 < max(x, s) - min(y, e) <= 8]
    return [
        *(float(family == f) for f in range(4)), shared, shared / max(1, len(sa | sb)), n, m, bool(wa and wb and wa[0] == wb[0]), bool(wa and wb and wa[-1] == wb[-1]),
        at >= 0 and at + m == n, at == 0, at >= 0, kb in ka, ka.endswith(kb), ka.startswith(kb), SequenceMatcher(None, ka, kb, autojunk=False).ratio(),
        kb == initials, all(c in letters for c in kb), na == nb, len(na), bool(set(na) ^ set(nb)), sum(c.isupper() for c in fa), sum(c.isupper() for c in fb), pa, pb,
        len(a.spans), len(b.spans), any(y <= title_length for _, y in a.spans), any(y <= title_length for _, y in b.spans), inside,
        any("(" in g for g in gaps), any(re.fullmatch(r"\s*(?:,|,?\s*and|,?\s*or|/|&|vs\.?)\s*", g) is not None for g in gaps), near, a.acronym is not None, b.acronym is not None,
        fb.islower(), fa.islower(), min(a.spans)[0] / len(text), min(b.spans)[0] / len(text), at if at >= 0 else -1, n - m - at if at >= 0 else -1,
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
