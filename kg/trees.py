"""Gradient-boosted trees as plain arrays: evaluated with numpy, stored without pickle, trained elsewhere.

All tests of all trees are made at once, and each failed test rules leaves out: Lucchese et al., "QuickScorer: a fast algorithm to rank
documents with additive ensembles of regression trees", SIGIR 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

LEAVES = 16
ROWS = 64  # at once: what they need stays in the processor's cache
_FIRST = np.zeros(1 << LEAVES, np.uint8)  # the lowest bit of each mask
for _leaf in range(LEAVES):
    _FIRST[1 << _leaf :: 2 << _leaf] = _leaf


@dataclass(frozen=True)
class Trees:
    """An additive model of binary trees of at most LEAVES leaves.

    Arrays are (trees, LEAVES - 1) for the tests and (trees, LEAVES) for the leaves, left to right. A test holds where a feature is at most
    its threshold; `mask` has a bit for each leaf that remains where it fails. `output[t]` is the class that tree t counts for.
    """

    classes: tuple[str, ...]
    feature: np.ndarray
    threshold: np.ndarray
    mask: np.ndarray
    value: np.ndarray
    output: np.ndarray
    baseline: np.ndarray

    def probabilities(self, X: np.ndarray) -> np.ndarray:
        """Class probabilities, shape (rows, classes), of rows of features (float32, no NaN). A row's answer does not depend on the other rows."""
        trees = np.arange(len(self.feature))
        raw = np.empty((len(X), len(self.baseline)))
        for start in range(0, len(X), ROWS):
            rows = X[start : start + ROWS].astype(np.float32, copy=False)
            fails = rows[:, self.feature] > self.threshold
            left = np.bitwise_and.reduce(np.where(fails, self.mask, np.uint16(0xFFFF)), axis=2)
            leaves = self.value[trees, _FIRST[left]]
            for k in range(raw.shape[1]):
                raw[start : start + ROWS, k] = self.baseline[k] + leaves[:, self.output == k].sum(axis=1)
        if raw.shape[1] == 1:
            p = 1.0 / (1.0 + np.exp(-raw[:, 0]))
            return np.stack([1.0 - p, p], axis=1)
        e = np.exp(raw - raw.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)


_ARRAYS = ("feature", "threshold", "mask", "value", "output", "baseline")


def save(trees: Trees, path: Path) -> None:
    """Store a model as arrays, without pickle."""
    np.savez_compressed(path, classes=np.array(trees.classes), **{k: getattr(trees, k) for k in _ARRAYS})


def load(path: Path) -> Trees:
    """A stored model."""
    with np.load(path, allow_pickle=False) as stored:
        return Trees(tuple(map(str, stored["classes"])), *(stored[k] for k in _ARRAYS))


def average(models: Sequence[Trees]) -> Trees:
    """One model whose answer, before it becomes a probability, is the mean of theirs."""
    first = models[0]
    joined = {k: np.concatenate([getattr(m, k) for m in models]) for k in ("feature", "threshold", "mask", "value", "output")}
    joined["value"] = (joined["value"] / len(models)).astype(np.float32)
    return Trees(first.classes, **joined, baseline=np.mean([m.baseline for m in models], axis=0))


def from_sklearn(model: Any) -> Trees:
    """The arrays of a fitted `HistGradientBoostingClassifier` without categorical features and missing values."""
    flat = [(k, p.nodes) for row in model._predictors for k, p in enumerate(row)]
    shape = (len(flat), LEAVES - 1)
    feature, threshold, mask = np.zeros(shape, np.int16), np.full(shape, np.inf, np.float32), np.full(shape, 0xFFFF, np.uint16)
    value = np.zeros((len(flat), LEAVES), np.float32)
    for t, (_, nodes) in enumerate(flat):
        tests, leaves = 0, 0

        def walk(i: int, t: int = t, nodes: Any = nodes) -> None:
            nonlocal tests, leaves
            node = nodes[i]
            if node["is_leaf"]:
                value[t, leaves] = node["value"]
                leaves += 1
                return
            at, first = tests, leaves
            tests += 1
            feature[t, at] = node["feature_idx"]
            near = np.float32(node["num_threshold"])  # the greatest float32 that the threshold is not below
            threshold[t, at] = near if near <= node["num_threshold"] else np.nextafter(near, np.float32(-np.inf))
            walk(node["left"])
            # Where the test fails, the leaves on its left are out.
            mask[t, at] = 0xFFFF & ~(((1 << leaves) - 1) ^ ((1 << first) - 1))
            walk(node["right"])

        walk(0)
    baseline = np.asarray(model._baseline_prediction, dtype=np.float64).reshape(-1)
    return Trees(tuple(map(str, model.classes_)), feature, threshold, mask, value, np.array([k for k, _ in flat], np.int16), baseline)
