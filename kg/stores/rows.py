"""What every database holds of a graph folder: one row a node and one a relationship, the same for all engines.

A date that is only a month or a year counts from its first day (`date`); as the source gives it, it is `date_text`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kg import tables
from kg.errors import StoreError
from kg.manifest import read_manifest
from kg.model import DERIVED, Kind, Relation

# The properties of nodes by kind, and their types. Every one is set where the tables have it; what a question reads is among these.
_NAMED = {"id": "text", "kind": "text", "name": "text", "label": "text"}
MERGE_COLUMNS = ("left", "right", "rule", "score", "joined", "evidence")  # of the table of merges
# What a node was merged from: one line a merge in each of these texts. Lists would be held in memory by an embedded database, a third of all that it holds; texts it reads from its file.
_MERGES = {f"merge_{column}": "text" for column in MERGE_COLUMNS}
_THING = _NAMED | {"aliases": "texts", "long_form": "text", "papers": "int", "first_year": "int"} | _MERGES
_COUNTED = _NAMED | {"papers": "int", "first_year": "int"}
NODES: dict[Kind, dict[str, str]] = {
    Kind.PAPER: _NAMED
    | {
        "title": "text", "abstract": "text", "date": "date", "date_text": "text", "year": "int", "venue": "text", "url": "text", "doi": "text", "arxiv_id": "text",
        "entries": "texts", "sources": "texts", "value_field": "texts", "value_text": "texts", "value_entry": "texts",
        "type": "text", "version": "text", "identifiers": "texts", "stub": "bool",
    }
    | _MERGES,
    Kind.AUTHOR: _COUNTED | {"variants": "texts", "orcid": "text"} | _MERGES,
    Kind.METHOD: _THING,
    Kind.DATASET: _THING,
    Kind.BENCHMARK: _THING,
    Kind.TASK: _THING,
    Kind.METRIC: _THING,
    Kind.REPOSITORY: _COUNTED | {"url": "text", "host": "text", "owner": "text", "description": "text", "language": "text", "license": "text", "stars": "int"},
    Kind.CATEGORY: _COUNTED,
    Kind.ORGANIZATION: _COUNTED,
    Kind.VENUE: _COUNTED | {"aliases": "texts"} | _MERGES,
}  # fmt: skip
_ASSERTED = {"id": "text", "kind": "text", "confidence": "float", "evidence": "int", "sentence": "text", "entry": "text", "source": "text"}
_DERIVED = {"id": "text", "kind": "text", "papers": "texts", "first_year": "int", "last_year": "int", "weight": "float"}
_OWN = {Relation.AUTHORED: {"position": "int", "inferred": "bool"}, Relation.HAS_CODE: {"role": "text"}}
RELATIONSHIPS: dict[Relation, dict[str, str]] = {r: _DERIVED if r in DERIVED else _ASSERTED | _OWN.get(r, {}) for r in Relation}
# Every piece of evidence of a relationship, as lists of one length; `evidence_sentences` has each sentence once, and `evidence_sentence` says
# for each piece which it is, from 0. A place that is not in the text is -1, an empty text one blank (Neo4j's
# import takes a list of one empty text for none). Kept where a server answers `kg why`; the embedded databases leave it out, since the
# folder has it in its tables.
_PIECE = {
    "evidence_entries": ("texts", "entry"), "evidence_sources": ("texts", "source"), "evidence_byte_starts": ("ints", "byte_start"), "evidence_byte_ends": ("ints", "byte_end"),
    "evidence_starts": ("ints", "start"), "evidence_ends": ("ints", "end"), "evidence_surfaces": ("texts", "surface"), "evidence_sentence": ("ints", "sentence"),
    "evidence_extractors": ("texts", "extractor"), "evidence_confidences": ("floats", "confidence"),
}  # fmt: skip
EVIDENCE = {name: type_ for name, (type_, _) in _PIECE.items()} | {"evidence_sentences": "texts"}
EVIDENCE_COLUMNS = {name: column for name, (_, column) in _PIECE.items()}
# Always text where the kind has it, so that no engine need guess what a question reads.
_NEVER_NULL = ("name", "label", "title")
CHUNK = 50_000  # rows that are columns at once
Triple = tuple[Relation, Kind, Kind]


@dataclass(frozen=True)
class Rows:
    """A graph folder as rows: nodes by kind, relationships by (type, kind of the source, kind of the target), each in the order of its table."""

    nodes: dict[Kind, list[dict[str, Any]]]
    relationships: dict[Triple, list[dict[str, Any]]]

    def counts(self) -> tuple[int, int]:
        return sum(map(len, self.nodes.values())), sum(map(len, self.relationships.values()))


def graph_name(folder: Path) -> str:
    """What a graph is called in a database of several: the name of its folder."""
    return folder.resolve().name.encode("utf-8", "replace").decode("utf-8") or "graph"


def read_rows(folder: Path, evidence: bool = False) -> Rows:
    """The rows of a graph folder. Relationships carry `s` and `t`, the ids of their ends. StoreError if a table is missing or damaged."""
    read_manifest(folder)
    rows = lambda t: [{k: v for k, v in row.items() if v is not None} for row in t.to_pylist()]
    nodes: dict[Kind, list[dict[str, Any]]] = {k: [] for k in Kind}
    relationships: dict[Triple, list[dict[str, Any]]] = defaultdict(list)
    with fitting(folder):
        for kind, t in node_frames(folder):
            nodes[kind] += rows(t)
        for key, t in edge_frames(folder, evidence):
            relationships[key] += rows(t)
    return Rows(nodes, dict(sorted(relationships.items())))


@contextmanager
def fitting(folder: Path) -> Iterator[None]:
    """StoreError where the tables of a folder do not fit together."""
    try:
        yield
    except (KeyError, ValueError, TypeError):
        raise StoreError(f"{folder.as_posix()}: its tables do not fit together: build the folder again from its sources") from None


def node_frames(folder: Path) -> Iterator[tuple[Kind, pa.Table]]:
    """The nodes of a graph folder as columns, a piece at a time; a column that a piece has nothing for is left out, a list is null if it is empty."""
    files, merges, at = _files(folder), None, None
    for value, piece in tables.runs(folder, "nodes", CHUNK):
        kind = Kind(value)
        if kind is not at:
            at, merges = kind, tables.read(folder, "merges", kind=value) if "merge_left" in NODES[kind] else None
        columns = {name: _column(piece, name, type_, files) for name, type_ in NODES[kind].items() if name not in _MERGES}
        if merges is not None and len(merges):
            columns |= _merged(piece["id"], merges)
        yield kind, pa.table({name: c for name, c in columns.items() if c.null_count < len(c)})


def _column(piece: pa.Table, name: str, type_: str, files: Files) -> pa.Array:
    """A property of nodes as a column; an empty list is null."""
    if name == "date":
        return _dates(_one(piece["date"]))
    if name == "sources":
        entries = _one(piece["entries"])
        of = pa.table({"n": pc.list_parent_indices(entries), "file": files.of(pc.list_flatten(entries))})
        of = of.group_by(["n", "file"]).aggregate([]).sort_by([("n", "ascending"), ("file", "ascending")])
        return _lists(of["n"], of["file"], len(piece))
    column = _one(piece["date" if name == "date_text" else name])
    if type_.endswith("s"):
        # An empty list is left out: neo4j-admin could not import one, and both ways of loading are to give the same.
        return pc.if_else(pc.equal(pc.list_value_length(column), 0), pa.scalar(None, column.type), column)
    return pc.fill_null(column, "") if name in _NEVER_NULL else column


def _dates(texts: pa.Array) -> pa.Array:
    """A month or a year counts from its first day."""
    n = pc.utf8_length(texts)
    whole = pc.if_else(
        pc.equal(n, 4), pc.binary_join_element_wise(texts, "01-01", "-"), pc.if_else(pc.equal(n, 7), pc.binary_join_element_wise(texts, "01", "-"), texts)
    )
    return pc.cast(whole, pa.date32())


def _merged(ids: pa.ChunkedArray, merges: pa.Table) -> dict[str, pa.Array]:
    """What nodes were merged from, as in _MERGES; in the order of the table of merges."""
    at = pc.index_in(_one(merges["node"]), _one(ids))
    ours = merges.append_column("at", at).filter(pc.is_valid(at))
    ours = ours.append_column("n", pa.array(range(len(ours)), pa.int64())).sort_by([("at", "ascending"), ("n", "ascending")])
    line = lambda column: pc.replace_substring(pc.fill_null(pc.cast(ours[column], pa.string()), ""), "\n", " ")
    return {name: pc.binary_join(_lists(ours["at"], line(column), len(ids)), "\n") for name, column in zip(_MERGES, MERGE_COLUMNS)}


def merges_of(node: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The inverse, of one node's properties: its merges as rows with MERGE_COLUMNS."""
    rows = zip(*(str(node[name]).split("\n") if name in node else [] for name in _MERGES))
    told = (dict(zip(MERGE_COLUMNS, row)) for row in rows)
    return [m | {"score": float(m["score"]), "joined": m["joined"] == "true"} for m in told]


def edge_frames(folder: Path, evidence: bool = False) -> Iterator[tuple[Triple, pa.Table]]:
    """The relationships of a graph folder as columns, a piece at a time: `s` and `t` are the ids of the ends."""
    files = _files(folder)
    kinds = {k.value.lower(): k for k in Kind}
    said = _Evidence(folder) if evidence else None
    for value, piece in tables.runs(folder, "edges", CHUNK):
        relation = Relation(value)
        columns = {"s": _one(piece["source"]), "t": _one(piece["target"])} | {k: _one(piece[k]) for k in RELATIONSHIPS[relation] if k != "source"}
        if relation not in DERIVED:
            columns["source"] = pc.fill_null(files.of(columns["entry"]), "")
            if said is not None:
                columns |= said.of(columns["id"])
        t = pa.table(columns)
        ends = pa.table({end: pc.list_element(pc.split_pattern(columns[end], ":", max_splits=1), 0) for end in ("s", "t")})
        for pair in sorted({(x["s"], x["t"]) for x in ends.group_by(["s", "t"]).aggregate([]).to_pylist()}):
            ours = t.filter(pc.and_(pc.equal(ends["s"], pair[0]), pc.equal(ends["t"], pair[1])))
            yield (relation, kinds[pair[0]], kinds[pair[1]]), ours.select([c for c in ours.column_names if ours[c].null_count < len(ours)])


class _Evidence:
    """Every piece of evidence of each edge, edge after edge: both tables are in the order of the edges' ids, and every edge that asks has some."""

    def __init__(self, folder: Path) -> None:
        self._table = tables.read(folder, "evidence")
        runs = pc.run_end_encode(_one(self._table["edge"]))
        self._edges, self._ends, self._at = runs.values, np.concatenate([[0], runs.run_ends.to_numpy()]), 0

    def of(self, ids: pa.Array) -> dict[str, pa.Array]:
        """Lists of the next edges. ValueError if they are not those that are next in the table."""
        a, b = self._at, self._at + len(ids)
        if not self._edges.slice(a, len(ids)).equals(ids):
            raise ValueError("evidence of other edges")
        self._at = b
        start, end = self._ends[a], self._ends[b]
        ours, offsets = self._table.slice(start, end - start), pa.array((self._ends[a : b + 1] - start).astype(np.int32))
        shown = {}
        for name, column in EVIDENCE_COLUMNS.items():
            values = _one(ours[column])
            if pa.types.is_string(values.type):
                values = pc.fill_null(pc.if_else(pc.equal(values, ""), " ", values), " ")
            shown[name] = pa.ListArray.from_arrays(offsets, pc.fill_null(values, -1) if not pa.types.is_string(values.type) else values)
        sentences, numbers = [], []
        for found in shown["evidence_sentence"].to_pylist():
            once = {x: i for i, x in enumerate(dict.fromkeys(found))}
            sentences.append(list(once))
            numbers.append([once[x] for x in found])
        return shown | {"evidence_sentences": pa.array(sentences, pa.list_(pa.string())), "evidence_sentence": pa.array(numbers, pa.list_(pa.int64()))}


class Files(NamedTuple):
    """In which file each entry stands."""

    entry: pa.Array
    source: pa.Array

    def of(self, entries: pa.Array) -> pa.Array:
        return self.source.take(pc.index_in(entries, self.entry))


def _files(folder: Path) -> Files:
    t = tables.read(folder, "entries", columns=["id", "source"])
    return Files(_one(t["id"]), _one(t["source"]))


def _one(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _lists(parents: pa.Array, values: pa.Array, n: int) -> pa.Array:
    """Values as lists by their parents (0 to n - 1, ascending); null where there is none."""
    counted = pc.value_counts(_one(parents))
    counts = np.zeros(n, np.int64)
    counts[counted.field("values").to_numpy()] = counted.field("counts").to_numpy()
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), _one(values), mask=pa.array(counts == 0))


def out_of_list(value: Any) -> Any:
    """The inverse of what a list of evidence does to a value that is missing or empty."""
    return {-1: None, " ": ""}.get(value, value)


def creations(rows: Rows) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Statements that put the rows into an empty database, each with the rows for its `$rows`; no property is set to null."""
    for kind, nodes in rows.nodes.items():
        for keys, same in _alike(nodes):
            setting = ", ".join(f"n.{k} = r.{k}" for k in keys if k != "id")
            yield f"UNWIND $rows AS r CREATE (n:{kind.value} {{id: r.id}}) SET {setting}", same
    for (relation, source, target), edges in rows.relationships.items():
        for keys, same in _alike(edges):
            setting = ", ".join(f"x.{k} = r.{k}" for k in keys if k not in ("s", "t"))
            ends = f"MATCH (a:{source.value} {{id: r.s}}) MATCH (b:{target.value} {{id: r.t}})"
            yield f"UNWIND $rows AS r {ends} CREATE (a)-[x:{relation.value}]->(b) SET {setting}", same


def _alike(rows: list[dict[str, Any]]) -> list[tuple[tuple[str, ...], list[dict[str, Any]]]]:
    """Rows grouped by the properties that they have."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[tuple(sorted(row))].append(row)
    return sorted(groups.items())
