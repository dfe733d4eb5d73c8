"""A linear model of a name's own words and letters: "-Net" and "former" are methods, "QA" and "Bench" are data, "-ing" is a task.

It is learned as a logistic regression of the kind (kg.extract.training_linear) and stored as one weight for each piece and kind.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

import numpy as np

from kg.extract.linear import Linear
from kg.extract.recogniser import KINDS

ANSWERS = (*KINDS, "nothing")
LETTERS = (3, 4)  # lengths of the runs of letters
MOST_WORDS = 6
LONGEST = 80  # characters; what is longer is no name, and is not looked at any further
_WORD = re.compile(r"[A-Za-z]+|\d+|[^\w\s]")
_SHAPE = ((re.compile(r"\d+"), "9"), (re.compile(r"[a-z]+"), "x"), (re.compile(r"[A-Z]+"), "X"))


class Spelling(Linear):
    """A linear model whose pieces are those of `pieces`; `weights` has shape (pieces + 1, ANSWERS)."""

    def scores(self, forms: Sequence[str]) -> np.ndarray:
        """What the names' spelling says, as unnormalised log odds, shape (names, ANSWERS)."""
        if not forms:
            return np.zeros((0, len(ANSWERS)), dtype=np.float32)
        rows = [[0, *(r for piece in pieces(f) if (r := self.rows.get(piece)))] for f in forms]
        starts = np.cumsum([0, *map(len, rows)])[:-1]
        return (np.add.reduceat(self.weights[[r for row in rows for r in row]], starts, axis=0) + self.bias).astype(np.float32)


def pieces(form: str) -> Iterable[str]:
    """What a name is made of, each once: words, neighbouring words, runs of letters with the name's edges, shape and number of words."""
    form = " ".join(form[:LONGEST].split())
    words = [w.lower() for w in _WORD.findall(form)]
    found = [f"word {w}" for w in words] + [f"words {a} {b}" for a, b in itertools.pairwise(words)]
    if words:
        found += [f"first {words[0]}", f"last {words[-1]}"]
    edged = f"^{form}$"
    found += [edged[i : i + n] for n in LETTERS for i in range(len(edged) - n + 1)]
    shape = form
    for pattern, mark in _SHAPE:
        shape = pattern.sub(mark, shape)
    return dict.fromkeys([*found, f"shape {shape[:12]}", f"count {min(len(words), MOST_WORDS)}"])
