"""A linear model of the words round a name: what each word, so far before or behind it, says for each kind and each role.

The trees know some words as cues; this knows thousands, and the trees are given what it says. It is learned as two logistic regressions,
of the kind and of a method's role (kg.extract.training_linear), and stored as one weight for each distance, word and answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

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


@dataclass(frozen=True)
class Surroundings:
    """`weights` has shape (SLOTS, words + 1, ANSWERS); its first row is for words that it does not know, and is zero."""

    words: dict[str, int]
    weights: np.ndarray
    bias: np.ndarray

    def scores(self, p: Places) -> np.ndarray:
        """What the words say, as unnormalised log odds, the mean over each candidate's places, shape (candidates, ANSWERS)."""
        if not p.count:
            return np.zeros((0, len(ANSWERS)), dtype=np.float32)
        rows = np.array([*(self.words.get(w, 0) for w in map(spelled, p.words)), 0])[windows(p)]
        return (p.mean(self.weights[slots(p), rows].sum(axis=1)) + self.bias).astype(np.float32)


def windows(p: Places) -> np.ndarray:
    """For each place the words round it, from BEFORE before it to BEHIND behind it, as indices of `p.words`; -1 where the sentence has none."""
    at = np.hstack([p.first[:, None] - np.arange(BEFORE, 0, -1), p.last[:, None] + np.arange(BEHIND)])
    return np.where((at >= p.begin[:, None]) & (at < p.stop[:, None]), at, -1)


def slots(p: Places) -> np.ndarray:
    """The slot of each of `windows`."""
    return SLOT + SIDES * DISTANCES * (p.end <= p.title_length)[:, None]


def spelled(word: str) -> str:
    """A word as the model knows it: all with digits are one."""
    return "0" if any(c.isdigit() for c in word) else word


def load(path: Path) -> Surroundings:
    with np.load(path, allow_pickle=False) as stored:
        words = {w: i for i, w in enumerate(str(stored["words"]).split("\n"), 1)}
        return Surroundings(words, stored["weights"].astype(np.float32), stored["bias"].astype(np.float32))


def save(model: Surroundings, path: Path) -> None:
    words = "\n".join(sorted(model.words, key=model.words.__getitem__))
    np.savez_compressed(path, words=np.array(words), weights=model.weights.astype(np.float16), bias=model.bias)
