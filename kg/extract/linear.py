"""Linear models of names: what each of many known pieces (a word near by, a run of letters) says for each answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

Model = TypeVar("Model", bound="Linear")


@dataclass(frozen=True)
class Linear:
    """`rows` has the row of each known piece, from 1 on; in `weights` the answers are the last axis and the pieces the one before, whose row 0, for all others, is zero."""

    rows: dict[str, int]
    weights: np.ndarray
    bias: np.ndarray


def load(kind: type[Model], path: Path) -> Model:
    """A stored model, as one of its `kind`."""
    with np.load(path, allow_pickle=False) as stored:
        rows = {piece: i for i, piece in enumerate(str(stored["rows"]).split("\n"), 1)}
        return kind(rows, stored["weights"].astype(np.float32), stored["bias"].astype(np.float32))


def save(model: Linear, path: Path) -> None:
    """Store a model: its pieces as text, weights in half precision (pieces, classes) and bias (classes)."""
    pieces = "\n".join(sorted(model.rows, key=model.rows.__getitem__))
    np.savez_compressed(path, rows=np.array(pieces), weights=model.weights.astype(np.float16), bias=model.bias)
