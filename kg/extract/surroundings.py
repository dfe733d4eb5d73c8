"""A linear model of the words round a name: what each word, so far before or behind it, says for each kind and each role.

The trees know some words as cues; this knows thousands, and the trees are given what it says. It is learned as two logistic regressions,
of the kind and of a method's role (kg.extract.training_linear), and stored as one weight for each distance, word and answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kg.extract.linear import Linear
from kg.extract.recogniser import KINDS

if TYPE_CHECKING:
    from kg.extract.features import Places

BEFORE, BEHIND = 20, 14  # words of the sentence that count
ANSWERS = (*(f"kind {k}" for k in (*KINDS, "nothing")), *(f"role {r}" for r in ("proposed", "used", "compared")))
_DISTANCES = np.concatenate([np.arange(BEFORE, 0, -1), np.arange(1, BEHIND + 1)])
# Distances count as 1, 2, up to 7, and more; before a name, behind it, and both once more for places in the title.
SIDES, DISTANCES = 2, 4
SLOT = np.digitize(_DISTANCES, (2, 3, 8)) + DISTANCES * (np.arange(BEFORE + BEHIND) >= BEFORE)
SLOTS = 2 * SIDES * DISTANCES


class Surroundings(Linear):
    """A linear model whose pieces are words; `weights` has shape (SLOTS, words + 1, ANSWERS)."""

    def scores(self, p: Places) -> np.ndarray:
        """What the words say, as unnormalised log odds, the mean over each candidate's places, shape (candidates, ANSWERS)."""
        if not p.count:
            return np.zeros((0, len(ANSWERS)), dtype=np.float32)
        return (p.mean(self.weights[slots(p), rows_round(p, self.rows)].sum(axis=1)) + self.bias).astype(np.float32)


def windows(p: Places) -> np.ndarray:
    """For each place the words round it, from BEFORE before it to BEHIND behind it, as indices of `p.words`; -1 where the sentence has none."""
    at = np.hstack([p.first[:, None] - np.arange(BEFORE, 0, -1), p.last[:, None] + np.arange(BEHIND)])
    return np.where((at >= p.begin[:, None]) & (at < p.stop[:, None]), at, -1)


def rows_round(p: Places, rows: dict[str, int]) -> np.ndarray:
    """The row of each of `windows`, 0 where there is none."""
    return np.array([*(rows.get(spelled(w), 0) for w in p.words), 0])[windows(p)]


def slots(p: Places) -> np.ndarray:
    """The slot of each of `windows`."""
    return SLOT + SIDES * DISTANCES * (p.end <= p.title_length)[:, None]


def spelled(word: str) -> str:
    """A word as the model knows it: all with digits are one."""
    return "0" if any(c.isdigit() for c in word) else word
