"""What only the workers of a cluster do: read whole files, and the steps for which one machine needs no batches. Nothing here knows Spark.

A step of a cluster gives one table: one that gives several has a column for each, a struct that is null in the rows of the others (`tagged`).
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from kg import tables
from kg.build import workers
from kg.build.workers import MEANT, TOUCHES, Tables
from kg.errors import ReadError
from kg.graph import edges
from kg.graph.papers import stub_row
from kg.model import Reference, Rejected, Relation
from kg.readers import read_input
from kg.readers.inputs import Input, inputs
from kg.readers.source import Options
from kg.resolve.citations import Citable, Cited, cited_by, resolve_references, work_of
from kg.resolve.cluster import UnionFind
from kg.resolve.personal import swapped

_text, _int = pa.string(), pa.int64()
SOURCES = pa.schema([("name", _text), ("sha256", _text), ("format", _text), ("entries", _int), ("rejected", _int)])
FAILED = pa.schema([("name", _text), ("reason", _text), ("named", pa.bool_())])
READ = {"entry": tables.ENTRIES, "report": tables.REPORT, "rejected": tables.REJECTED, "source": SOURCES, "failed": FAILED}
CITING = pa.schema([("item", _text), ("paper", _text), ("n", _int), ("keys", pa.list_(_text)), ("title", _text), ("year", _int), ("said", _text)])
MADE = {"edge": tables.EDGES, "evidence": tables.EVIDENCE}
_plain = lambda schema: [pa.field(f.name, _text if pa.types.is_dictionary(f.type) else f.type) for f in schema]
SAID = {
    "node": tables.NODES, "claim": pa.schema([("relation", _text), *_plain(edges.CLAIMS)]), "follow": pa.schema([("relation", _text), *_plain(edges.FOLLOWS)]),
    "rejected": tables.REJECTED,
}  # fmt: skip


def tagged_schema(parts: Mapping[str, pa.Schema]) -> pa.Schema:
    """The schema of several tables as one, each in a column of its own."""
    return pa.schema([(name, pa.struct(list(schema))) for name, schema in parts.items()])


def tagged(batch: pa.Table, function: Callable[[pa.Table], Tables], parts: Mapping[str, pa.Schema]) -> pa.Table:
    """The tables that a function gives as one, each in a column of its own."""
    out, schema = [], tagged_schema(parts)
    for name, t in function(batch).items():
        if len(t):
            ours = pa.chunked_array([b.to_struct_array() for b in t.cast(parts[name]).combine_chunks().to_batches()])
            out.append(pa.table([ours if f.name == name else pa.nulls(len(t), f.type) for f in schema], schema=schema))
    return pa.concat_tables(out) if out else schema.empty_table()


# ---- reading and extracting


def read(files: pa.Table, format: str | None, options: Options, names: Mapping[str, str], named: Sequence[str]) -> Tables:
    """What files (path, content) hold, as in READ. `names` are what the beginnings of paths are called; a file among `named` must be readable, others are refused whole."""
    found: dict[str, list[pa.Table]] = defaultdict(list)
    for file in files.to_pylist():
        path = file["path"]
        base = max((b for b in names if path == b or path.startswith(b.rstrip("/") + "/")), key=len, default=None)
        name = path if base is None else names[base].rstrip("/") + path[len(base) :] if path != base else names[base]
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder) / Path(path).name
            here.write_bytes(file["content"])
            for one in inputs([here]):
                own = Input(one.name.replace(here.as_posix(), name, 1), one.opened, one.named and path in named)
                for part, t in _read(own, format, options).items():
                    found[part].append(t)
    return {part: pa.concat_tables(parts) for part, parts in found.items()}


def _read(file: Input, format: str | None, options: Options) -> Tables:
    try:
        reading = read_input(file, format=format, options=options)
    except ReadError as e:
        reason = str(e).removeprefix(f"{file.name}: ")
        refused = Rejected(file.name, 1, 0, 0, "", f"this file was not read: {reason}")
        return {
            "failed": pa.table([[file.name], [str(e)], [file.named]], schema=FAILED), "rejected": tables.table([refused], tables.REJECTED),
            "report": pa.table([[file.name], [1], ["rejected"]], schema=tables.REPORT),
            "source": pa.table([[file.name], [file.sha256()], ["none"], [0], [1]], schema=SOURCES),
        }  # fmt: skip
    lines, became = zip(*reading.became) if reading.became else ((), ())
    return {
        "entry": tables.table(reading.entries, tables.ENTRIES), "report": pa.table([[file.name] * len(lines), lines, became], schema=tables.REPORT),
        "rejected": tables.table(reading.rejected, tables.REJECTED),
        "source": pa.table([[file.name], [file.sha256()], [reading.format], [len(reading.entries)], [len(reading.rejected)]], schema=SOURCES),
    }  # fmt: skip


# ---- people


def meeting_names(batch: pa.Table) -> pa.Table:
    """Signatures with the name that they share with the same name in the other order, if it has two parts: columns `item`, `key`."""
    found = [(id, min(key, swapped(key) or key)) for id, key in zip(batch["id"].to_pylist(), batch["key"].to_pylist()) if swapped(key)]
    return pa.Table.from_pylist([{"item": id, "key": key} for id, key in found], schema=TOUCHES)


# ---- citations


def citing(batch: pa.Table) -> pa.Table:
    """Works and references, by what they may be known; a work's `n` is -1."""
    rows = []
    for e, paper in zip(tables.entries_from(batch.select(tables.ENTRIES.names)), batch["paper"].to_pylist()):
        w = work_of(e, paper)
        rows.append({"item": e.id, "paper": paper, "n": -1, "keys": w.keys, "title": w.title, "year": w.year, "said": None})
        rows += [
            {"item": e.id, "paper": paper, "n": c.n, "keys": c.said.keys, "title": c.title, "year": c.said.year, "said": c.said.title} for c in cited_by(e)
        ]
    return pa.Table.from_pylist([r | {"keys": list(r["keys"])} for r in rows], schema=CITING)


def cited(group: pa.Table) -> Tables:
    """What references mean that may mean the same, as in workers.RESOLVED."""
    rows = sorted(group.to_pylist(), key=lambda r: (r["item"], r["n"]))
    works = [Citable(r["paper"], tuple(r["keys"]), r["title"], r["year"]) for r in rows if r["n"] < 0]
    refs = [Cited(r["item"], r["n"], r["title"], Reference(tuple(r["keys"]), r["said"], r["year"])) for r in rows if r["n"] >= 0]
    meant, stubs = resolve_references(works, refs)
    found = [{"entry": entry, "n": n, "node": node} for (entry, n), node in meant.items()]
    return {"node": tables.table(map(stub_row, stubs), tables.NODES), "meant": pa.Table.from_pylist(found, schema=MEANT)}


# ---- assembly


def said(batch: pa.Table) -> Tables:
    """What papers say (workers.said), as in SAID: claims, and what follows from them, with their relation."""
    found = workers.said(batch, {})
    return {
        "node": pa.concat_tables(map(tables.unpack, found.nodes)), "claim": _related(found.claims, SAID["claim"]), "follow": _related(found.follows, SAID["follow"]),
        "rejected": tables.table(found.rejected, tables.REJECTED),
    }  # fmt: skip


def _related(found: Mapping[Relation, Sequence[tables.Packed]], schema: pa.Schema) -> pa.Table:
    plain = pa.schema(list(schema)[1:])
    parts = [t.cast(plain).add_column(0, "relation", pa.array([kind.value] * len(t), _text)) for kind, some in found.items() for t in map(tables.unpack, some)]
    return pa.concat_tables(parts) if parts else schema.empty_table()


def asserted(claims_: pa.Table) -> Tables:
    """Edges and evidence of claims, as in MADE; all of an edge are here."""
    made = [edges.asserted(Relation(kind), edges.joined([t.cast(edges.CLAIMS)], edges.CLAIMS)) for kind, t in _by_relation(claims_)]
    return {"edge": _joined((e for e, _ in made), tables.EDGES), "evidence": _joined((v for _, v in made), tables.EVIDENCE)}


def derived(follows: pa.Table) -> pa.Table:
    """Edges that follow from several papers; all of an edge are here."""
    return _joined((edges.derived(Relation(kind), edges.joined([t.cast(edges.FOLLOWS)], edges.FOLLOWS)) for kind, t in _by_relation(follows)), tables.EDGES)


def _joined(parts: Iterable[pa.Table], schema: pa.Schema) -> pa.Table:
    found = [t.cast(schema) for t in parts]
    return pa.concat_tables(found) if found else schema.empty_table()


def _by_relation(t: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    for kind in sorted(pc.unique(t["relation"]).to_pylist()):
        yield kind, t.filter(pc.equal(t["relation"], kind)).drop_columns(["relation"])


def folded(nodes: pa.Table) -> pa.Table:
    """Names as they are compared to tell namesakes apart; Java folds other letters than Python does."""
    return nodes.append_column("folded", pa.array([n.lower() for n in nodes["name"].to_pylist()], _text))


# ---- components


def forest(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Pairs as stars: each item but the least of its component, with that."""
    sets: UnionFind[str] = UnionFind(())
    for a, b in pairs:
        sets.add(a)
        sets.add(b)
        sets.join(a, b)
    yield from ((x, sets.find(x)) for x in list(sets.parent) if sets.find(x) != x)


def by(column: str, function: Callable[[pa.Table], pa.Table]) -> Callable[[pa.Table], pa.Table]:
    """A function of one group as one of several, which a column tells apart."""

    def of_all(t: pa.Table) -> pa.Table:
        import numpy as np

        if not len(t):
            return function(t.drop_columns([column]))
        t = t.sort_by(column)
        keys = t[column].combine_chunks().dictionary_encode().indices.to_numpy()
        starts = [*np.flatnonzero(np.append(True, keys[1:] != keys[:-1])).tolist(), len(t)]
        return pa.concat_tables([function(t.slice(a, b - a).drop_columns([column])) for a, b in pairwise(starts)])

    return of_all
