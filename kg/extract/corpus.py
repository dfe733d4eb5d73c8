"""The corpus table: what many abstracts say of each name, and which open lists hold it.

For each key (kg.extract.candidates.key_of): in how many abstracts the recogniser took it for what, in how many it stands at all and in
lower case, in how many it stands in which context ("X dataset", "outperforms X", "we propose X"), and what the trees made of it, where
they met it, by what they knew before this last.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kg.extract.candidates import Known
from kg.extract.recogniser import KINDS
from kg.files import write_packed

CONTEXTS = {
    "data": ("after", "dataset datasets corpus corpora database collection data"),
    "benchmark": ("after", "benchmark benchmarks challenge suite leaderboard competition"),
    "method": (
        "after",
        "algorithm algorithms model models method methods framework network networks architecture approach module technique optimizer layer layers loss mechanism",
    ),
    "task": ("after", "task tasks problem problems applications application research"),
    "metric": ("after", "score scores metric metrics improvement points gain gains value values"),
    "outperforms": ("after", "outperforms achieves improves consists employs leverages enables uses introduces learns"),
    "-based": ("dash", "based like style driven powered guided"),
    "on": ("before", "on"),
    "using": ("before", "using with via by applying employing leveraging adopting"),
    "than": ("before", "than outperforms over versus vs against surpasses outperforming surpassing baselines"),
    "called": ("before", "called named termed dubbed propose introduce present proposing introducing"),
    "for": ("before", "for in of"),
    "terms": ("terms", "of"),
}
_WORDS = {(side, word): i for i, (side, words) in enumerate(CONTEXTS.values()) for word in words.split()}
_TERMS = list(CONTEXTS).index("terms")


def context_of(words: Sequence[str], i: int, j: int) -> list[int]:
    """The contexts of the place `words[i:j]` (lower case words), as indices of CONTEXTS. Up to three determiners and words such as "popular" are looked through on the left."""
    found = []
    if j < len(words):
        k = _WORDS.get(("after", words[j]))
        if k is None and words[j] == "-" and j + 1 < len(words):
            k = _WORDS.get(("dash", words[j + 1]))
        if k is not None:
            found.append(k)
    at = i - 1
    while at >= max(0, i - 3) and words[at] in ("the", "a", "an", "(", "our", "both", "popular", "standard", "challenging", "public", "state"):
        at -= 1
    if at >= 0:
        if words[at] == "of" and at > 0 and words[at - 1] == "terms":
            found.append(_TERMS)
        elif (k := _WORDS.get(("before", words[at]))) is not None:
            found.append(k)
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """In how many abstracts a name was tagged as what, in how many it stands at all, in lower case, in which contexts; `lists` by kind.

    `met` is in how many the trees met it, `chances` the sums of the chances that they gave each kind, in hundredths.
    """

    tagged: tuple[int, ...]
    seen: int
    lower: int
    contexts: tuple[int, ...]
    lists: tuple[int, ...]
    met: int = 0
    chances: tuple[int, ...] = (0,) * len(KINDS)

    def numbers(self) -> tuple[int, ...]:
        return (*self.tagged, self.seen, self.lower, *self.contexts, *self.lists, self.met, *self.chances)


class CorpusTable:
    """Rows by key. `candidates` are the keys that are worth looking for where the recogniser saw nothing."""

    def __init__(self, keys: Sequence[str], numbers: np.ndarray) -> None:
        k, c = len(KINDS), len(CONTEXTS)
        self.index = {key: i for i, key in enumerate(keys)}
        tagged, seen, lower, contexts, lists, met, chances = np.split(numbers.astype(np.float64), np.cumsum([k, 1, 1, c, k, 1]), axis=1)
        total = tagged.sum(axis=1, keepdims=True)
        listed = lists.any(axis=1, keepdims=True)
        worth = ((total >= 3) & (total >= 0.2 * (seen + 1))) | (listed & (lower <= 0.5 * seen) & (4 * total >= seen))
        self.candidates = Known({key for key, good in zip(keys, worth[:, 0].tolist()) if good and len(key) > 2})
        shares = np.hstack([
            tagged / (total + 1), np.log1p(total), np.log1p(seen), np.minimum(1.0, total / (seen + 1)), lower / (seen + 1), contexts / (seen + 2), lists, np.log1p(met), chances / (100 * met + 100),
        ])  # fmt: skip
        # The last two rows are for a name that is not in the table, and for no name at all.
        self._features = np.vstack([shares, np.zeros((1, shares.shape[1])), np.full((1, shares.shape[1]), -1.0)]).astype(np.float32)
        self._heads = np.vstack(
            [np.hstack([np.minimum(1.0, total / (seen + 1)), tagged[:, 3:4] / (total + 1), tagged[:, :1] / (total + 1)]), np.zeros((1, 3))]
        ).astype(np.float32)

    @staticmethod
    def columns() -> list[str]:
        return [
            *KINDS,
            "tagged",
            "seen",
            "tagged share",
            "lower share",
            *(f"in {c}" for c in CONTEXTS),
            *(f"list {k}" for k in KINDS),
            "met",
            *(f"chance {k}" for k in KINDS),
        ]

    def features(self, keys: Sequence[str | None]) -> np.ndarray:
        """One row a key: `columns()`; zeros where the table has no such name, -1 where there is no key."""
        unknown = len(self.index)
        return self._features[[unknown + 1 if key is None else self.index.get(key, unknown) for key in keys]]

    def head_features(self, words: Sequence[str]) -> np.ndarray:
        """How the last word alone is tagged: share of its places, share of tasks, share of methods."""
        unknown = len(self.index)
        return self._heads[[self.index.get(w, unknown) for w in words]]


def load(path: Path) -> CorpusTable:
    """The corpus table as extraction looks it up; as written by `save`."""
    rows = [line.rstrip("\n").split("\t", 1) for line in _lines(path)]
    flat = np.fromstring("\t".join(numbers for _, numbers in rows), dtype=np.int32, sep="\t")
    return CorpusTable([key for key, _ in rows], flat.reshape(len(rows), -1))


def load_rows(path: Path) -> dict[str, Row]:
    """The same as rows by key, as training takes them."""
    k, c = len(KINDS), len(CONTEXTS)
    out = {}
    for line in _lines(path):
        key, *cells = line.rstrip("\n").split("\t")
        n = tuple(map(int, cells))
        out[key] = Row(n[:k], n[k], n[k + 1], n[k + 2 : k + 2 + c], n[k + 2 + c : 2 * k + 2 + c], n[2 * k + 2 + c], n[2 * k + 3 + c :])
    return out


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as f:
        yield from f


def save(rows: dict[str, Row], path: Path) -> None:
    """Write rows as a packed table: the key, then the numbers of its row; the same rows give the same bytes."""
    write_packed(((key, *rows[key].numbers()) for key in sorted(rows)), path)
