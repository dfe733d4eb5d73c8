"""From candidates to named things: which are names, of which kind, which are one, in which role, and how sure all that is.

Everything here was learned from annotated abstracts (kg.extract.training): trees give chances, thresholds by kind say from where on F1 is
best, and a calibration turns a chance into the share of right ones among such.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kg import trees
from kg.extract import grouping, linear, spelling, surroundings
from kg.extract.candidates import Candidate
from kg.extract.grouping import FAMILIES, FAMILY
from kg.model import Kind

DATA = ("Dataset", "Benchmark")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a candidate is if it is anything, and the trees' chance of that."""

    index: int
    kind: str
    chance: float

    @property
    def family(self) -> str:
        return FAMILY[self.kind]


@dataclass(frozen=True, slots=True)
class Named:
    """One named thing of an entry: its candidates, the surest first."""

    candidates: tuple[Candidate, ...]
    kind: Kind
    role: str | None
    confidence: float


@dataclass(frozen=True)
class Decisions:
    """The second stage: linear models of surroundings and spelling, trees for kind, for two names of one thing, and for roles of methods and of data; by family the
    least chance at which a candidate is taken (`thresholds`) and two are joined (`joining`), and points of chance against confidence (`calibration`).
    """

    near: surroundings.Surroundings
    spelling: spelling.Spelling
    kinds: trees.Trees
    same: trees.Trees
    method_roles: trees.Trees
    data_roles: trees.Trees
    thresholds: dict[str, float]
    joining: dict[str, float]
    calibration: dict[str, list[list[float]]]

    def choose(self, chances: np.ndarray, least: float | None = None) -> list[Choice]:
        """The candidates to take, with `chances` a row a candidate as `kinds` gives them: from the kinds' own thresholds on, or from the confidence `least` on."""
        likely = likeliest(chances, self.kinds.classes, self.thresholds)
        return [c for c in likely if (c.chance >= self.thresholds[c.family] if least is None else self.confidence(c.family, c.chance) >= least)]

    def confidence(self, family: str, chance: float) -> float:
        points = self.calibration[family]
        return round(min(max(float(np.interp(chance, [x for x, _ in points], [y for _, y in points])), 0.01), 0.99), 3)

    def name(self, choices: Sequence[Choice], found: Sequence[Candidate], X: np.ndarray, which: Sequence[tuple[int, int]], chances: np.ndarray) -> list[Named]:
        """The named things of one entry, in the order of their first places. `which` and `chances` are grouping.pairs' and what `same` says of them."""
        named = []
        for members in joined(choices, which, chances, self.joining):
            first, kind = members[0], Kind(members[0].kind)
            role = None
            if roles := self.method_roles if kind is Kind.METHOD else self.data_roles if first.kind in DATA else None:
                role = roles.classes[int(roles.probabilities(X[[c.index for c in members]]).mean(axis=0).argmax())]
            named.append(Named(tuple(found[c.index] for c in members), kind, role, self.confidence(first.family, first.chance)))
        return sorted(named, key=lambda n: (min(min(c.spans) for c in n.candidates), n.kind.value))


def likeliest(chances: np.ndarray, classes: Sequence[str], thresholds: Mapping[str, float]) -> list[Choice]:
    """For each candidate the kind that is furthest above, or least below, its family's threshold.

    Data sets and benchmarks compete as one: whether a name is data is surer than which of both.
    """
    column = {c: chances[:, i] for i, c in enumerate(classes)}
    family = np.stack([column["Method"], column["Dataset"] + column["Benchmark"], column["Task"], column["Metric"]], axis=1)
    best = (family - np.array([thresholds[f] for f in FAMILIES])).argmax(axis=1).tolist()
    kind = lambda i, name: max(DATA, key=lambda d: (column[d][i], d)) if name == "Data" else name
    return [Choice(i, kind(i, FAMILIES[k]), float(family[i, k])) for i, k in enumerate(best)]


def joined(choices: Sequence[Choice], which: Sequence[tuple[int, int]], same: Sequence[float] | np.ndarray, joining: Mapping[str, float]) -> list[list[Choice]]:
    """The choices of one entry in groups that are one thing, the surest first; `same` is the chance of each pair in `which`, `joining` from where on a family's are joined."""
    scaled = [float(s) / joining[choices[a].family] * 0.5 for (a, _), s in zip(which, same)]
    return [sorted((choices[i] for i in group), key=lambda c: -c.chance) for group in grouping.groups(len(choices), which, scaled, 0.5)]


def load(path: Path) -> Decisions:
    """The stored decisions of a folder."""
    meta = json.loads((path / "meta.json").read_text(encoding="utf-8"))
    near, spelled = linear.load(surroundings.Surroundings, path / "surroundings.npz"), linear.load(spelling.Spelling, path / "spelling.npz")
    kinds, same, method_roles, data_roles = (trees.load(path / f"{name}.npz") for name in ("kinds", "same", "method_roles", "data_roles"))
    return Decisions(near, spelled, kinds, same, method_roles, data_roles, meta["thresholds"], meta["joining"], meta["calibration"])
