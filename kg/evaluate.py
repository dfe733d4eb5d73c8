"""Score extracted entries against annotated ones, field by field: precision, recall and F1 of sets of named things, accuracy of fields.

Entries are paired by id. Two items match if any of their surface forms (name, aliases) are equal after folding case, LaTeX markup,
hyphens, slashes and spaces; matching is one to one, an equal name before a shared alias. A predicted item that matches nothing but an
item under the annotation's `optional` does not count.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from kg.errors import ReadError

LISTS = ("methods", "datasets", "benchmarks", "tasks", "metrics")
FIELDS = ("title", "category", "date", "code_flag")
_COMMAND = re.compile(r"\\(?:text|textbf|textit|emph|texttt|textsc|mathrm|mathcal|mathbf|bf|em|it)\b")
_MARKS = re.compile(r"[\\${}^_~]")
_GAPS = re.compile(r"[\s\-\u2010-\u2015/]+")
_ADDRESS_HEAD = re.compile(r"^(?:https?://)?(?:www\.)?")

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that gold and prediction do not share: `what` is missed, extra or wrong."""

    entry: str
    field: str
    what: str
    text: str


def fold(name: str) -> str:
    """The form in which the annotations compare names. It is the scorer's own, and fixed: scores must not move with the resolver."""
    return _GAPS.sub("", _MARKS.sub("", _COMMAND.sub("", name)).casefold())


def forms(item: Mapping[str, Any] | str) -> set[str]:
    """All folded forms of an item: of its name and its aliases."""
    if isinstance(item, str):
        return {fold(item)}
    return {fold(x) for x in (item["name"], *item.get("aliases", ()))} - {""}


def optional_forms(gold: Entry) -> set[str]:
    """The forms of what the annotators left open."""
    return set().union(*(forms(o) for o in gold.get("optional") or ()))


def match(gold: Sequence[Mapping[str, Any]], predicted: Sequence[Mapping[str, Any]]) -> tuple[dict[int, int], list[int]]:
    """Pairs (index in gold → index in predicted), and the predicted that are left."""
    pairs: dict[int, int] = {}
    free = list(range(len(predicted)))
    names = ([fold(g["name"]) for g in gold], [fold(p["name"]) for p in predicted])
    sets = ([forms(g) for g in gold], [forms(p) for p in predicted])
    for same in (lambda g, p: names[0][g] == names[1][p], lambda g, p: bool(sets[0][g] & sets[1][p])):
        for g in range(len(gold)):
            if g not in pairs:
                p = next((p for p in free if same(g, p)), None)
                if p is not None:
                    pairs[g] = p
                    free.remove(p)
    return pairs, free


def _authors(entry: Entry) -> list[str]:
    """The authors' names, which may be texts or objects."""
    return [a if isinstance(a, str) else a["name"] for a in entry.get("authors") or ()]


def address(value: Mapping[str, Any] | str) -> str:
    """A repository's address as it is compared: lower case, without protocol, `.git` and marks at its end."""
    name = value if isinstance(value, str) else value["name"]
    return _ADDRESS_HEAD.sub("", name.strip().lower()).rstrip("/.,;)}]").removesuffix(".git")


def score(gold: Mapping[str, Entry], predicted: Mapping[str, Entry]) -> tuple[dict[str, dict[str, Any]], list[Difference]]:
    """Scores by field, and every difference."""
    n: dict[str, Counter[str]] = defaultdict(Counter)
    differences: list[Difference] = []
    for name, g in gold.items():
        p = predicted.get(name)
        n["entries"]["gold"] += 1
        if p is None:
            n["entries"]["missing"] += 1
            p = {}
        optional = optional_forms(g)
        for field in LISTS:
            _named(n, differences, name, field, list(g.get(field) or ()), list(p.get(field) or ()), optional)
        data = ("datasets", "benchmarks")
        _named(n, [], name, "datasets+benchmarks", [x for f in data for x in g.get(f) or ()], [x for f in data for x in p.get(f) or ()], optional, roles=False)
        _repositories(n, differences, name, g, p)
        authors, found = g.get("authors") or [], _authors(p)
        if authors:
            _equal(n, differences, name, "authors", authors, found)
        for field in FIELDS:
            if g.get(field) is not None:
                _equal(n, differences, name, field, g[field], p.get(field))
    return {field: _figures(field, c) for field, c in n.items()}, differences


def _named(
    n: dict[str, Counter[str]], differences: list[Difference], entry: str, field: str,
    gold: Sequence[Entry], predicted: Sequence[Entry], optional: set[str], roles: bool = True,
) -> None:  # fmt: skip
    pairs, left = match(gold, predicted)
    extra = [predicted[i] for i in left if not forms(predicted[i]) & optional]
    n[field].update(tp=len(pairs), fp=len(extra), fn=len(gold) - len(pairs))
    for g, p in pairs.items() if roles else ():
        if "role" in gold[g]:
            n[f"{field}.role"]["tp" if gold[g]["role"] == predicted[p].get("role") else "wrong"] += 1
    differences += [Difference(entry, field, "missed", x["name"]) for i, x in enumerate(gold) if i not in pairs]
    differences += [Difference(entry, field, "extra", x["name"]) for x in extra]


def _repositories(n: dict[str, Counter[str]], differences: list[Difference], entry: str, g: Entry, p: Entry) -> None:
    gold, found = ({address(x) for x in side.get("repositories") or ()} for side in (g, p))
    n["repositories"].update(tp=len(gold & found), fp=len(found - gold), fn=len(gold - found))
    differences += [Difference(entry, "repositories", "missed", x) for x in sorted(gold - found)]
    differences += [Difference(entry, "repositories", "extra", x) for x in sorted(found - gold)]


def _equal(n: dict[str, Counter[str]], differences: list[Difference], entry: str, field: str, gold: Any, found: Any) -> None:
    n[field].update(tp=int(gold == found), wrong=int(gold != found))
    if gold != found:
        differences.append(Difference(entry, field, "wrong", f"{found!r} instead of {gold!r}"))


def _figures(field: str, c: Counter[str]) -> dict[str, Any]:
    if field == "entries":
        return dict(c)
    if field in LISTS or field in ("datasets+benchmarks", "repositories"):
        found, gold = c["tp"] + c["fp"], c["tp"] + c["fn"]
        precision, recall = (c["tp"] / found if found else 0.0), (c["tp"] / gold if gold else 0.0)
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return {"P": round(precision, 4), "R": round(recall, 4), "F1": round(f1, 4), "gold": gold}
    total = c["tp"] + c["wrong"]
    return {"accuracy": round(c["tp"] / total, 4) if total else None, "n": total}


def reliability(
    gold: Mapping[str, Entry], predicted: Mapping[str, Entry], edges: Sequence[float] = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
) -> list[dict[str, Any]]:
    """How right the confidences are: for each bin of confidence the items in it, their mean confidence and the share of right ones.

    What matches only something under `optional` is left out. Data sets and benchmarks count as one field.
    """
    seen: list[tuple[float, bool]] = []
    for name, g in gold.items():
        p = predicted.get(name) or {}
        optional = optional_forms(g)
        for fields in (("methods",), ("datasets", "benchmarks"), ("tasks",), ("metrics",)):
            want, have = ([x for f in fields for x in side.get(f) or ()] for side in (g, p))
            pairs, _ = match(want, have)
            hits = set(pairs.values())
            seen += [(x["confidence"], i in hits) for i, x in enumerate(have) if "confidence" in x and (i in hits or not forms(x) & optional)]
    out = []
    for low, high in pairwise(edges):
        mine = [(c, hit) for c, hit in seen if low <= c < high or c == high == edges[-1]]
        if mine:
            out.append(
                {
                    "from": low,
                    "to": high,
                    "items": len(mine),
                    "confidence": round(sum(c for c, _ in mine) / len(mine), 3),
                    "right": round(sum(h for _, h in mine) / len(mine), 3),
                }
            )
    return out


def remaining(gold: Mapping[str, Entry], predicted: Mapping[str, Entry]) -> dict[str, dict[str, int]]:
    """What is wrong, counted by field and cause.

    Missed: `missed, taken for another kind`, `missed, not taken`. Extra: `extra, of another kind`, `extra, second name of one item`,
    `extra, part or more of an item` (one folded name holds the other), `extra, not annotated`.
    """
    out: dict[str, Counter[str]] = {f: Counter() for f in LISTS}
    for name, g in gold.items():
        p = predicted.get(name) or {}
        optional = optional_forms(g)
        there, here = ({x: f for f in LISTS for item in side.get(f) or () for x in forms(item)} for side in (g, p))
        for field in LISTS:
            want, have = list(g.get(field) or ()), list(p.get(field) or ())
            pairs, left = match(want, have)
            for i, item in enumerate(want):
                if i not in pairs:
                    out[field]["missed, taken for another kind" if any(here.get(x, field) != field for x in forms(item)) else "missed, not taken"] += 1
            for item in (have[i] for i in left):
                mine = forms(item)
                if mine & optional:
                    continue
                kinds = {there[x] for x in mine if x in there}
                within = any(a in b or b in a for a in mine for b in there if min(len(a), len(b)) > 3)
                cause = (
                    "second name of one item" if field in kinds else "of another kind" if kinds else "part or more of an item" if within else "not annotated"
                )
                out[field][f"extra, {cause}"] += 1
    return {f: dict(sorted(c.items())) for f, c in out.items()}


def load(path: Path) -> dict[str, Entry]:
    """Entries by id out of JSON lines. Raises ReadError naming file, line and mend."""
    out: dict[str, Entry] = {}
    try:
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                if not line.strip():
                    continue
                try:
                    entry = _checked(json.loads(line))
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                    raise ReadError(
                        f"{path.as_posix()}: line {number}: not an entry: one JSON object a line, with an id and items that have names, is expected, as kg extract prints it"
                    ) from None
                if entry["id"] in out:
                    raise ReadError(f"{path.as_posix()}: line {number}: id {entry['id']!r} was there before: each entry needs an id of its own")
                out[entry["id"]] = entry
    except (OSError, UnicodeDecodeError) as e:
        raise ReadError(f"{path.as_posix()}: cannot be read: {getattr(e, 'strerror', None) or 'it is not UTF-8 text'}") from None
    return out


def _checked(entry: Any) -> Entry:
    """The entry, if everything that a score reads of it is there; else one of the usual errors."""
    hash(entry["id"])
    for field in LISTS:
        for item in entry.get(field) or ():
            fold(item["name"])
            forms(item)
    for x in entry.get("repositories") or ():
        address(x)
    for name in _authors(entry):
        fold(name)
    optional_forms(entry)
    return entry


def lines(scores: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    """The scores as text, a field a line."""
    for field in sorted(scores):
        yield f"{field:22} " + "  ".join(f"{k} {v}" for k, v in scores[field].items())


def b_cubed(truth: Mapping[Hashable, Hashable], found: Mapping[Hashable, Hashable]) -> tuple[float, float, float]:
    """B³ precision, recall and F1 of clusters over the items of `truth`; `found` gives a cluster for each of them.

    Bagga and Baldwin, "Entity-Based Cross-Document Coreferencing Using the Vector Space Model", COLING-ACL 1998.
    """
    right, made = Counter(truth.values()), Counter(found[i] for i in truth)
    both = Counter((truth[i], found[i]) for i in truth)
    precision = math.fsum(n * n / made[f] for (_, f), n in both.items()) / max(1, len(truth))
    recall = math.fsum(n * n / right[t] for (t, _), n in both.items()) / max(1, len(truth))
    return precision, recall, 2 * precision * recall / max(1e-12, precision + recall)
