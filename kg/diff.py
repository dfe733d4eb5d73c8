"""What one graph folder has that another had not: new, gone and changed nodes, edges and merges."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kg import tables
from kg.errors import WrongUse
from kg.manifest import read_manifest
from kg.model import UNDIRECTED, Kind, Relation
from kg.text import clipped, fold

CHANGES = ("new", "gone", "changed")
MERGES = "Merge"
WHAT = (*(k.value for k in Kind), *(r.value for r in Relation), MERGES)
LONGEST = 80  # characters of a value in words
# What is told of a node or an edge that both have. Counts of papers, labels and evidence follow from other changes.
_NODE = (
    "name", "aliases", "long_form", "title", "abstract", "date", "venue", "url", "doi", "arxiv_id", "variants", "orcid", "type", "version", "identifiers", "stub", "description",
    "language", "license", "stars",
)  # fmt: skip
_EDGE = ("kind", "position", "inferred", "role", "confidence", "papers", "weight")
_MERGE = ("kind", "left", "right", "rule", "joined", "left_paper", "right_paper")
Row = dict[str, Any]


def diff(before: Path, after: Path, what: Sequence[str] = ()) -> list[Row]:
    """Rows with `change` (new, gone, changed), `what` (a kind of node, a relationship, Merge), `name`, `id` (in the folder that has it, of both the second) and
    `fields`: what changed, each as [before, after].

    Nodes are the same if their ids are; of the others those that alone bear their name in both folders, so that a paper that has got its DOI is a changed
    one. `what` keeps only those of that kind. Raises WrongUse for an unknown kind, StoreError for what is no graph folder.
    """
    if unknown := [w for w in what if w not in WHAT]:
        raise WrongUse(f"{unknown[0]!r} is no kind of node, no relationship and not Merge: choose among {', '.join(WHAT)}")
    for folder in (before, after):
        read_manifest(folder)
    old, new = [{n["id"]: n for n in tables.read(folder, "nodes").to_pylist()} for folder in (before, after)]
    now = _matched(old, new)
    rows = [*_nodes(old, new, now), *_edges(before, after, old, new, now), *_merges(before, after, old, new, now)]
    order = {w: i for i, w in enumerate(WHAT)}
    return sorted(
        (r for r in rows if not what or r["what"] in what), key=lambda r: (order[r["what"]], CHANGES.index(r["change"]), r["name"].casefold(), r["id"])
    )


def _matched(before: Mapping[str, Row], after: Mapping[str, Row]) -> dict[str, str]:
    """The id in the second folder of each node that it has too."""
    found = {id: id for id in before.keys() & after.keys()}
    named: list[dict[tuple[str, str], list[str]]] = []
    for nodes, known in ((before, found.keys()), (after, set(found.values()))):
        by_name: dict[tuple[str, str], list[str]] = defaultdict(list)
        for id, n in nodes.items():
            if id not in known:
                by_name[n["kind"], fold(n["name"]) or n["name"]].append(id)
        named.append(by_name)
    return found | {ids[0]: named[1][key][0] for key, ids in named[0].items() if len(ids) == 1 and len(named[1].get(key, ())) == 1}


def _row(change: str, what: str, name: str, id: str, fields: Mapping[str, Any] | None = None) -> Row:
    return {"change": change, "what": what, "name": name, "id": id, "fields": dict(fields or {})}


def _fields(before: Row, after: Row, names: Iterable[str]) -> dict[str, list[Any]]:
    return {f: [before[f], after[f]] for f in names if before[f] != after[f]}


def _nodes(before: Mapping[str, Row], after: Mapping[str, Row], now: Mapping[str, str]) -> Iterator[Row]:
    yield from (_row("gone", n["kind"], n["label"], id) for id, n in before.items() if id not in now)
    known = set(now.values())
    yield from (_row("new", n["kind"], n["label"], id) for id, n in after.items() if id not in known)
    for old, id in now.items():
        if fields := _fields(before[old], after[id], _NODE):
            yield _row("changed", after[id]["kind"], after[id]["label"], id, fields)


def _edges(first: Path, second: Path, before: Mapping[str, Row], after: Mapping[str, Row], now: Mapping[str, str]) -> Iterator[Row]:
    """Between the same ends there is one edge of a kind; a method that was used and is proposed now has changed its kind."""
    columns = ["id", "source", "target", *_EDGE]
    name = lambda e, nodes: f"{clipped(nodes[e['source']]['label'], LONGEST)} → {clipped(nodes[e['target']]['label'], LONGEST)}"
    family = lambda kind: "thing" if kind in (Relation.PROPOSES, Relation.USES, Relation.COMPARES_WITH, Relation.INTRODUCES, Relation.EVALUATES_ON) else kind
    pair = lambda e, of: (of(e["source"]), of(e["target"]))
    ends = lambda e, of: (family(e["kind"]), *(sorted(pair(e, of)) if e["kind"] in UNDIRECTED else pair(e, of)))
    old = {ends(e, lambda id: now.get(id, f"gone {id}")): e for e in tables.read(first, "edges", columns=columns).to_pylist()}
    for e in tables.read(second, "edges", columns=columns).to_pylist():
        was = old.pop(ends(e, lambda id: id), None)
        if was is None:
            yield _row("new", e["kind"], name(e, after), e["id"])
        else:
            if was["papers"]:
                was["papers"] = sorted(now.get(p, p) for p in was["papers"])
            if fields := _fields(was, e, _EDGE):
                yield _row("changed", e["kind"], name(e, after), e["id"], fields)
    yield from (_row("gone", e["kind"], name(e, before), e["id"]) for e in old.values())


def _merges(first: Path, second: Path, before: Mapping[str, Row], after: Mapping[str, Row], now: Mapping[str, str]) -> Iterator[Row]:
    """Joins that were made, and that were refused."""

    def told(folder: Path, nodes: Mapping[str, Row], of: Mapping[str, str]) -> dict[tuple[Any, ...], tuple[str, str]]:
        found = {}
        for m in tables.read(folder, "merges").to_pylist():
            key = tuple(of.get(m[f], m[f]) if f.endswith("paper") else m[f] for f in _MERGE)
            joined = "is" if m["joined"] else "is not"
            found[key] = (m["node"], f"{m['left']} {joined} {m['right']}: {m['rule']}")
        return found

    old, new = told(first, before, now), told(second, after, {})
    yield from (_row("gone", MERGES, name, id) for key, (id, name) in old.items() if key not in new)
    yield from (_row("new", MERGES, name, id) for key, (id, name) in new.items() if key not in old)


def summary(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How many of each kind are new, gone and changed."""
    counted = Counter((r["what"], r["change"]) for r in rows)
    return [{"what": w} | {c: counted[w, c] for c in CHANGES} for w in WHAT if any(counted[w, c] for c in CHANGES)]


def changes(row: Mapping[str, Any]) -> list[str]:
    """What has changed of a row's fields, in words."""
    return [f"{field}: {_shown(a)} → {_shown(b)}" for field, (a, b) in row["fields"].items()]


def lines(rows: Sequence[Mapping[str, Any]], most: int | None = None) -> list[str]:
    """The rows as words: of each kind and change a heading and at most so many names."""
    out: list[str] = []
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for r in rows:
        groups[r["what"], r["change"]].append(r)
    for (what, change), found in groups.items():
        out.append(f"{what}: {len(found)} {change}")
        for r in found[:most]:
            out.append(f"  {'+-~'[CHANGES.index(change)]} {clipped(r['name'], 3 * LONGEST)}")
            out += [f"      {x}" for x in changes(r)]
        if most is not None and len(found) > most:
            out.append(f"    and {len(found) - most} more: --top gives more, --json all")
    return out or ["no difference"]


def _shown(value: Any) -> str:
    if value is None or value == []:
        return "nothing"
    return clipped("; ".join(map(str, value)) if isinstance(value, list) else str(value), LONGEST)
