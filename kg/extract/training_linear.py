"""Learn the linear models of the words round a name and of its spelling from annotated abstracts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from kg.extract import spelling
from kg.extract.features import Places
from kg.extract.recogniser import KINDS
from kg.extract.spelling import Spelling
from kg.extract.surroundings import ANSWERS, DISTANCES, SIDES, SLOTS, Surroundings, rows_round, slots, spelled, windows

RARE = 4  # words that stand round fewer places, or pieces in fewer names, are not learned
STRENGTH = {"kind": 0.1, "role": 0.3, "spelling": 0.05}  # scikit-learn's C

Answers = Sequence[tuple[Any, ...]]


def learn_surroundings(made: Sequence[tuple[Places, Answers]]) -> Surroundings:
    """The model of these abstracts: their places, and for each candidate its kind (None where that is open) and role."""
    from sklearn.linear_model import LogisticRegression

    counted = Counter(w for p, _ in made for w in _spelled_round(p))
    words = {w: i for i, w in enumerate(sorted(w for w, n in counted.items() if n >= RARE), 1)}
    counts = _counts(words, [p for p, _ in made])
    answers = [a for _, of in made for a in of]
    weights, bias = np.zeros((SLOTS, len(words) + 1, len(ANSWERS)), dtype=np.float32), np.zeros(len(ANSWERS), dtype=np.float32)
    for what, kinds, at in (("kind", (*KINDS, "nothing"), 0), ("role", ("Method",), 1)):
        taken = [i for i, a in enumerate(answers) if a[0] in kinds and a[at]]
        fitted = LogisticRegression(C=STRENGTH[what], max_iter=300).fit(counts[taken], [answers[i][at] for i in taken])
        into = [ANSWERS.index(f"{what} {c}") for c in fitted.classes_]
        weights[:, :, into] = _merged(fitted.coef_, len(words) + 1).transpose(1, 2, 0)
        bias[into] = fitted.intercept_
    weights[:, 0] = 0.0
    # As it is stored: a model is the same before and after.
    return Surroundings(words, weights.astype(np.float16).astype(np.float32), bias)


def learn_spelling(forms: Sequence[str], kinds: Sequence[str]) -> Spelling:
    """The model of these names and the kinds of which they are."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    found = [list(spelling.pieces(f)) for f in forms]
    counted = Counter(p for ps in found for p in ps)
    known = {p: i for i, p in enumerate(sorted(p for p, n in counted.items() if n >= RARE and "\n" not in p), 1)}
    rows = [[known[p] for p in ps if p in known] for ps in found]
    cells = [(i, c) for i, row in enumerate(rows) for c in row]
    counts = csr_matrix((np.ones(len(cells)), ([i for i, _ in cells], [c for _, c in cells])), shape=(len(forms), len(known) + 1))
    fitted = LogisticRegression(C=STRENGTH["spelling"], max_iter=300).fit(counts, list(kinds))
    weights, bias = np.zeros((len(known) + 1, len(spelling.ANSWERS)), dtype=np.float32), np.zeros(len(spelling.ANSWERS), dtype=np.float32)
    into = [spelling.ANSWERS.index(c) for c in fitted.classes_]
    weights[:, into], bias[into] = fitted.coef_.T, fitted.intercept_
    weights[0] = 0.0
    return Spelling(known, weights.astype(np.float16).astype(np.float32), bias)


def _spelled_round(p: Places) -> list[str]:
    return [spelled(p.words[i]) for i in windows(p).ravel().tolist() if i >= 0] if p.count else []


def _counts(words: dict[str, int], made: Sequence[Places]) -> Any:
    """A row a candidate: how often each word stands there in each slot, on each side, and on each side in any title; shares of the places.

    The sides' columns let a word's weight at one distance learn from the others.
    """
    from scipy.sparse import coo_matrix, vstack

    size = len(words) + 1
    parts = []
    for p in (p for p in made if p.count):
        ids = rows_round(p, words)
        slot = slots(p)
        inside = slot % (SIDES * DISTANCES)  # the slot whatever the place, in a title or not
        side = inside // DISTANCES
        own = np.broadcast_to(p.owner[:, None], ids.shape)
        known = ids > 0
        columns = [inside, SLOTS + side, np.where(slot == inside, -1, slot), np.where(slot == inside, -1, SLOTS + SIDES + side)]
        rows = np.concatenate([own[known & (c >= 0)] for c in columns])
        cols = np.concatenate([(c * size + ids)[known & (c >= 0)] for c in columns])
        share = 1.0 / p.counts[rows, 0]
        parts.append(coo_matrix((share, (rows, cols)), shape=(p.count, (SLOTS + 2 * SIDES) * size)).tocsr())
    return vstack(parts).tocsr()


def _merged(coefficients: np.ndarray, size: int) -> np.ndarray:
    """One weight for each answer, slot and word: a slot's own and its side's; in titles, both with those for titles on top. Shape (answers, SLOTS, size)."""
    c = coefficients.reshape(len(coefficients), SLOTS + 2 * SIDES, size)
    half = SIDES * DISTANCES
    side = np.arange(half) // DISTANCES
    plain = c[:, :half] + c[:, SLOTS + side]
    return np.concatenate([plain, plain + c[:, half:SLOTS] + c[:, SLOTS + SIDES + side]], axis=1)
