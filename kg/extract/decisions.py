"""From candidates to named things: which are names, of which kind, which are one, in which role, and how sure all that is.

Everything here was learned from annotated abstracts (kg.extract.training): trees give chances, thresholds by kind say from where on F1 is
best, and a calibration turns a chance into the share of right ones among such.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kg.extract import grouping, trees
from kg.extract.candidates import Candidate
from kg.model import Kind

DATA = ("Dataset", "Benchmark")
FAMILIES = ("Method", "Data", "Task", "Metric")


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate that was taken: its kind, the trees' chance of that, and the calibrated one."""

    index: int
    kind: str
    chance: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Named:
    """One named thing of an entry: its candidates, the surest first."""

    candidates: tuple[Candidate, ...]
    kind: Kind
    role: str | None
    confidence: float


@dataclass(frozen=True)
class Decisions:
    kinds: trees.Trees
    same: trees.Trees
    method_roles: trees.Trees
    data_roles: trees.Trees
    thresholds: dict[str, float]
    joining: dict[str, float]
    calibration: dict[str, list[list[float]]]

    def choose(self, chances: np.ndarray, least: float | None = None) -> list[Choice]:
        """The candidates to take, with `chances` a row a candidate as `kinds` gives them: from the kinds' own thresholds on, or from the confidence `least` on.

        Data sets and benchmarks compete as one: whether a name is data is surer than which of both.
        """
        column = {c: chances[:, i] for i, c in enumerate(self.kinds.classes)}
        family = np.stack([column["Method"], column["Dataset"] + column["Benchmark"], column["Task"], column["Metric"]], axis=1)
        best = (family - np.array([self.thresholds[f] for f in FAMILIES])).argmax(axis=1)
        taken = []
        for i, k in enumerate(best.tolist()):
            name, chance = FAMILIES[k], float(family[i, k])
            confidence = self.confidence(name, chance)
            if confidence >= least if least is not None else chance >= self.thresholds[name]:
                kind = max(DATA, key=lambda d: (column[d][i], d)) if name == "Data" else name
                taken.append(Choice(i, kind, chance, confidence))
        return taken

    def confidence(self, family: str, chance: float) -> float:
        points = self.calibration[family]
        return round(min(max(float(np.interp(chance, [x for x, _ in points], [y for _, y in points])), 0.01), 0.99), 3)

    def name(self, choices: Sequence[Choice], found: Sequence[Candidate], X: np.ndarray, which: Sequence[tuple[int, int]], chances: np.ndarray) -> list[Named]:
        """The named things of one entry, in the order of their first places. `which` and `chances` are grouping.pairs' and what `same` says of them."""
        by_family = [self.joining[FAMILIES[grouping.FAMILIES[choices[a].kind]]] for a, _ in which]
        scaled = [float(c) / t * 0.5 for c, t in zip(chances, by_family)]
        named = []
        for members in grouping.groups(len(choices), which, scaled, 0.5):
            members = sorted(members, key=lambda i: (-choices[i].chance, i))
            first = choices[members[0]]
            role = None
            if first.kind == "Method" or first.kind in DATA:
                roles = self.method_roles if first.kind == "Method" else self.data_roles
                rows = X[[choices[i].index for i in members]]
                role = roles.classes[int(roles.probabilities(rows).mean(axis=0).argmax())]
            named.append(Named(tuple(found[choices[i].index] for i in members), Kind(first.kind), role, first.confidence))
        return sorted(named, key=lambda n: (min(min(c.spans) for c in n.candidates), n.kind.value))


def load(path: Path) -> Decisions:
    meta = json.loads((path / "meta.json").read_text(encoding="utf-8"))
    return Decisions(
        *(trees.load(path / f"{name}.npz") for name in ("kinds", "same", "method_roles", "data_roles")), meta["thresholds"], meta["joining"], meta["calibration"],
    )  # fmt: skip
