"""The second stage: trees that decide what a candidate is, which names are one, and in which role, learned from annotated abstracts.

The trees learn from what recognisers see in texts that they were not trained on; thresholds and calibration come out of fold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from kg.extract import grouping, linear
from kg.extract.candidates import Candidate
from kg.extract.corpus import CorpusTable
from kg.extract.decisions import DATA, Choice, Decisions, joined, likeliest
from kg.extract.features import Places
from kg.extract.grouping import FAMILIES
from kg.extract.pipeline import forms_of, prepare
from kg.extract.recogniser import load as load_recogniser
from kg.extract.spelling import Spelling
from kg.extract.surroundings import Surroundings
from kg.extract.training_data import KINDS, answer, paper_view
from kg.extract.training_linear import learn_spelling, learn_surroundings
from kg.trees import Trees, from_sklearn, save

SETTINGS = {"learning_rate": 0.08, "max_leaf_nodes": 16, "l2_regularization": 2.0, "min_samples_leaf": 15, "random_state": 0, "early_stopping": False}
EQUAL = dict.fromkeys(FAMILIES, 0.0)  # thresholds that favour no family
Score = Callable[[dict[str, Any], dict[str, Any]], tuple[dict[str, Any], list[Any]]]
SCORED = {"Method": "methods", "Data": "datasets+benchmarks", "Task": "tasks", "Metric": "metrics"}


@dataclass(frozen=True)
class Example:
    """An annotated abstract as the second stage sees it: its candidates, their features, and the gold answer for each."""

    gold: dict[str, Any]
    text: str
    title_length: int
    found: list[Candidate]
    places: Places
    forms: list[str]  # the longest of each candidate
    X: np.ndarray
    vectors: np.ndarray
    answers: list[tuple[Any, ...]]


def examples(papers: dict[str, dict[str, Any]], gold: Sequence[dict[str, Any]], recogniser: Path, table: CorpusTable) -> list[Example]:
    """The annotated abstracts as the given recogniser sees them."""
    views = [paper_view(papers[g["id"]]) for g in gold]
    out = []
    for g, v, read in zip(gold, views, load_recogniser(recogniser).read([v.clean.text for v in views])):
        found, places, X = prepare(table, None, None, v, read)
        out.append(
            Example(
                g,
                v.clean.text,
                v.title_length,
                found,
                places,
                [c.longest(v.clean.text) for c in found],
                X,
                grouping.vectors(read.doc, found),
                [answer(g, v.clean.text, c) for c in found],
            )
        )
    return out


def with_scores(e: Example, near: Surroundings, spelt: Spelling | None = None) -> Example:
    """The example with what the linear models say of its candidates."""
    return replace(e, X=np.hstack([e.X, near.scores(e.places), *([spelt.scores(e.forms)] if spelt else [])]))


def near_of(made: Iterable[Example]) -> Surroundings:
    """The model of surroundings that the examples teach."""
    return learn_surroundings([(e.places, e.answers) for e in made])


def spelling_of(made: Iterable[Example]) -> Spelling:
    """The model of spelling that the examples teach."""
    known = [(form, a[0]) for e in made for form, a in zip(e.forms, e.answers) if a[0]]
    return learn_spelling([f for f, _ in known], [k for _, k in known])


def scored(made: Sequence[Example], spelt: bool = True, folds: int = 4) -> list[Example]:
    """The examples with what the linear models say, learned from the others."""
    others = [[e for i, e in enumerate(made) if i % folds != k] for k in range(folds)]
    models = [(near_of(o), spelling_of(o) if spelt else None) for o in others]
    return [with_scores(e, *models[i % folds]) for i, e in enumerate(made)]


def fit(X: np.ndarray, y: np.ndarray, rounds: int = 160) -> Trees:
    """Trees for rows of features (rows, features) and their classes."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return from_sklearn(HistGradientBoostingClassifier(max_iter=rounds, **SETTINGS).fit(X, y))


def rows(made: Iterable[Example]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features and kinds of all candidates that the annotators decided, and the number of the abstract that each is from."""
    kept = [(x, a[0], i) for i, e in enumerate(made) for x, a in zip(e.X, e.answers) if a[0]]
    return np.array([x for x, _, _ in kept], dtype=np.float32), np.array([k for _, k, _ in kept]), np.array([i for *_, i in kept])


def out_of_fold(made: Sequence[Example], folds: int = 4) -> list[np.ndarray]:
    """For each abstract the chances of its candidates, by trees that did not see it."""
    X, y, of = rows(made)
    out: list[np.ndarray] = [np.zeros((0, 0))] * len(made)
    for k in range(folds):
        trees = fit(X[of % folds != k], y[of % folds != k])
        for i in range(k, len(made), folds):
            out[i] = trees.probabilities(made[i].X)
    return out


@dataclass(frozen=True)
class Pairs:
    """What could be taken in one abstract, which pairs of it could be one thing, and whether they are: "same", "other", or "" where that is open."""

    chosen: list[Choice]
    which: list[tuple[int, int]]
    X: np.ndarray
    answers: list[str]


def pairs(made: Sequence[Example], chances: Sequence[np.ndarray], classes: tuple[str, ...], least: float = 0.2) -> list[Pairs]:
    """The pairs of all that has at least the chance `least`."""
    out = []
    for e, p in zip(made, chances):
        chosen = [c for c in likeliest(p, classes, EQUAL) if c.chance >= least]
        taken = [c.index for c in chosen]
        which, X = grouping.pairs([c.kind for c in chosen], [c.chance for c in chosen], [e.found[i] for i in taken], e.vectors[taken], e.text, e.title_length)
        items = [(e.answers[chosen[a].index][2], e.answers[chosen[b].index][2]) for a, b in which]
        out.append(Pairs(chosen, which, X, [("same" if one == other else "other") if one and other else "" for one, other in items]))
    return out


def fit_pairs(all_pairs: Sequence[Pairs]) -> Trees:
    """Trees for "same" and "other", from the pairs that the annotators decided."""
    kept = [(x, a) for p in all_pairs for x, a in zip(p.X, p.answers) if a]
    return fit(np.array([x for x, _ in kept], dtype=np.float32), np.array([a for _, a in kept]), 120)


def fit_roles(made: Sequence[Example], kinds: Sequence[str]) -> Trees:
    """Trees for the role of candidates of some kinds."""
    kept = [(x, a[1]) for e in made for x, a in zip(e.X, e.answers) if a[0] in kinds and a[1]]
    return fit(np.array([x for x, _ in kept], dtype=np.float32), np.array([r for _, r in kept]), 120)


def items(e: Example, p: Pairs, same: np.ndarray, thresholds: dict[str, float], joining: dict[str, float]) -> dict[str, Any]:
    """What comes out of an abstract at these thresholds, in the gold shape, without roles."""
    kept = [i for i, c in enumerate(p.chosen) if c.chance >= thresholds[c.family]]
    place = {i: n for n, i in enumerate(kept)}
    pairs_kept = [((place[a], place[b]), s) for (a, b), s in zip(p.which, same) if a in place and b in place]
    out: dict[str, Any] = {"id": e.gold["id"], **{f: [] for f in KINDS.values()}}
    for members in joined([p.chosen[i] for i in kept], [w for w, _ in pairs_kept], [s for _, s in pairs_kept], joining):
        name, aliases = forms_of(e.text, [e.found[c.index] for c in members])
        out[KINDS[members[0].kind]].append({"name": name, "aliases": list(aliases)})
    return out


def f1(
    score: Score, made: Sequence[Example], all_pairs: Sequence[Pairs], same: Sequence[np.ndarray], thresholds: dict[str, float], joining: dict[str, float]
) -> dict[str, float]:
    """F1 by family, as `kg score` counts it."""
    found = {e.gold["id"]: items(e, p, s, thresholds, joining) for e, p, s in zip(made, all_pairs, same)}
    scores = score({e.gold["id"]: e.gold for e in made}, found)[0]
    return {family: scores[field]["F1"] for family, field in SCORED.items()}


def tuned(score: Score, made: Sequence[Example], all_pairs: Sequence[Pairs], same: Sequence[np.ndarray]) -> tuple[dict[str, float], dict[str, float]]:
    """The thresholds and the joining chances about which F1 of each family is best, one after the other, twice."""

    def best(grid: Sequence[float], tried: Callable[[dict[str, float]], dict[str, float]]) -> dict[str, float]:
        scores = [tried(dict.fromkeys(FAMILIES, t)) for t in grid]
        # With its neighbours: where F1 is flat, the middle of the flat is safer than its highest bump.
        around = lambda i, family: float(np.mean([s[family] for s in scores[max(0, i - 2) : i + 3]]))
        return {family: grid[max(range(len(grid)), key=lambda i: around(i, family))] for family in FAMILIES}

    thresholds, joining = dict.fromkeys(FAMILIES, 0.4), dict.fromkeys(FAMILIES, 0.4)
    for _ in range(2):
        thresholds = best(tuple(n / 100 for n in range(17, 69, 3)), lambda tried: f1(score, made, all_pairs, same, tried, joining))  # noqa: B023
        joining = best(tuple(n / 20 for n in range(3, 16)), lambda tried: f1(score, made, all_pairs, same, thresholds, tried))  # noqa: B023
    return thresholds, joining


def calibrated(made: Sequence[Example], chances: Sequence[np.ndarray], classes: tuple[str, ...]) -> dict[str, list[list[float]]]:
    """By family: points of chance against the share of right ones (isotonic regression, Zadrozny and Elkan, KDD 2002)."""
    from sklearn.isotonic import IsotonicRegression

    grid, out = np.linspace(0, 1, 26), {}
    taken = [(c.family, c.chance, e.answers[c.index][0]) for e, p in zip(made, chances) for c in likeliest(p, classes, EQUAL) if c.chance >= 0.05]
    for family in FAMILIES:
        kinds = DATA if family == "Data" else (family,)
        mine = [(chance, float(answer in kinds)) for f, chance, answer in taken if f == family and answer]
        curve = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit([c for c, _ in mine], [r for _, r in mine])
        out[family] = [[round(float(a), 3), round(float(b), 3)] for a, b in zip(grid, curve.predict(grid))]
    return out


def learn(made: Sequence[Example], score: Score) -> tuple[Decisions, list[np.ndarray]]:
    """Decisions from annotated abstracts, and the out-of-fold chances of their candidates."""
    near, spelt, made = near_of(made), spelling_of(made), scored(made)
    chances = out_of_fold(made)
    X, y, _ = rows(made)
    kinds = fit(X, y)
    found = pairs(made, chances, kinds.classes)
    # Two halves say of each other which pairs are one, so that the joining chances are chosen on pairs that the trees did not see.
    halves = [fit_pairs(found[k::2]) for k in (1, 0)]
    same = [halves[i % 2].probabilities(p.X)[:, list(halves[0].classes).index("same")] for i, p in enumerate(found)]
    thresholds, joining = tuned(score, made, found, same)
    decide = Decisions(
        near, spelt, kinds, fit_pairs(found), fit_roles(made, ("Method",)), fit_roles(made, DATA), thresholds, joining, calibrated(made, chances, kinds.classes),
    )  # fmt: skip
    return decide, chances


def learn_kinds(made: Sequence[Example]) -> tuple[Surroundings, Trees]:
    """What is needed to weigh the names of a corpus: all but their spelling, which would only be said twice."""
    X, y, _ = rows(scored(made, spelt=False))
    return near_of(made), fit(X, y)


def learn_all(made: Sequence[Example], chances: Sequence[np.ndarray], like: Decisions) -> Decisions:
    """Decisions from all annotated abstracts, with the thresholds and the calibration of others; `chances` come from trees that did not see the abstracts."""
    near, spelt, made = near_of(made), spelling_of(made), scored(made)
    X, y, _ = rows(made)
    kinds = fit(X, y)
    return replace(
        like,
        near=near,
        spelling=spelt,
        kinds=kinds,
        same=fit_pairs(pairs(made, chances, kinds.classes)),
        method_roles=fit_roles(made, ("Method",)),
        data_roles=fit_roles(made, DATA),
    )


def save_decisions(decide: Decisions, folder: Path) -> None:
    """Store decisions as kg.extract.decisions.load takes them."""
    folder.mkdir(parents=True, exist_ok=True)
    linear.save(decide.near, folder / "surroundings.npz")
    linear.save(decide.spelling, folder / "spelling.npz")
    for name in ("kinds", "same", "method_roles", "data_roles"):
        save(getattr(decide, name), folder / f"{name}.npz")
    meta = {"thresholds": decide.thresholds, "joining": decide.joining, "calibration": decide.calibration}
    (folder / "meta.json").write_text(json.dumps(meta, indent=1, sort_keys=True) + "\n", encoding="utf-8")
