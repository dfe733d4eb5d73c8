"""Gradient-boosted trees as plain arrays: evaluated with numpy, stored without pickle, trained elsewhere (kg.extract.training)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Trees:
    """An additive model of binary trees. Arrays are (trees, nodes); a leaf points to itself. `output[t]` is the class of tree t."""

    classes: tuple[str, ...]
    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray
    output: np.ndarray
    baseline: np.ndarray
    depth: int

    def probabilities(self, X: np.ndarray) -> np.ndarray:
        """Class probabilities, shape (rows, classes), of rows of features (float, no NaN)."""
        raw = np.tile(self.baseline, (len(X), 1))
        trees = np.arange(len(self.feature))
        for start in range(0, len(X), 256):
            rows = X[start : start + 256].astype(np.float32)
            node = np.zeros((len(rows), len(trees)), dtype=np.int16)
            index = np.arange(len(rows))[:, None]
            for _ in range(self.depth):
                goes_left = rows[index, self.feature[trees, node]] <= self.threshold[trees, node]
                node = np.where(goes_left, self.left[trees, node], self.right[trees, node])
            leaves = self.value[trees, node]
            for k in range(raw.shape[1]):
                raw[start : start + 256, k] += leaves[:, self.output == k].sum(axis=1)
        if raw.shape[1] == 1:
            p = 1.0 / (1.0 + np.exp(-raw[:, 0]))
            return np.stack([1.0 - p, p], axis=1)
        e = np.exp(raw - raw.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)


_ARRAYS = ("feature", "threshold", "left", "right", "value", "output", "baseline")


def save(trees: Trees, path: Path) -> None:
    np.savez_compressed(path, classes=np.array(trees.classes), depth=np.array(trees.depth), **{k: getattr(trees, k) for k in _ARRAYS})


def load(path: Path) -> Trees:
    with np.load(path, allow_pickle=False) as stored:
        return Trees(tuple(map(str, stored["classes"])), *(stored[k] for k in _ARRAYS), int(stored["depth"]))


def from_sklearn(model) -> Trees:
    """The arrays of a fitted `HistGradientBoostingClassifier` without categorical features and missing values."""
    flat = [(k, p.nodes) for row in model._predictors for k, p in enumerate(row)]
    most = max(len(nodes) for _, nodes in flat)
    shape = (len(flat), most)
    feature, left, right = np.zeros(shape, np.int16), np.zeros(shape, np.int16), np.zeros(shape, np.int16)
    threshold, value = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    depth = 0
    for t, (_, nodes) in enumerate(flat):
        for i, node in enumerate(nodes):
            leaf = bool(node["is_leaf"])
            feature[t, i] = 0 if leaf else node["feature_idx"]
            threshold[t, i] = 0.0 if leaf else node["num_threshold"]
            left[t, i], right[t, i] = (i, i) if leaf else (node["left"], node["right"])
            value[t, i] = node["value"] if leaf else 0.0
            depth = max(depth, int(node["depth"]))
    baseline = np.asarray(model._baseline_prediction, dtype=np.float64).reshape(-1)
    return Trees(tuple(map(str, model.classes_)), feature, threshold, left, right, value, np.array([k for k, _ in flat], np.int16), baseline, depth)
