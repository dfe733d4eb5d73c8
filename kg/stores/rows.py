"""What every database holds of a graph folder: one row a node and one a relationship, the same for all engines.

A date that is only a month or a year counts from its first day (`date`); as the source gives it, it is `date_text`.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg import tables
from kg.errors import StoreError
from kg.manifest import read_manifest
from kg.model import DERIVED, Kind, Relation

# The properties of nodes by kind, and their types. Every one is set where the tables have it; what a question reads is among these.
_NAMED = {"id": "text", "kind": "text", "name": "text", "label": "text"}
_MERGES = {"merge_left": "texts", "merge_right": "texts", "merge_rule": "texts", "merge_score": "floats", "merge_joined": "bools", "merge_evidence": "texts"}
MERGE_COLUMNS = {name: name.removeprefix("merge_") for name in _MERGES}
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
_BATCH = 10_000


@dataclass(frozen=True)
class Rows:
    """A graph folder as rows: nodes by kind, relationships by (type, kind of the source, kind of the target), each in the order of its table."""

    nodes: dict[Kind, list[dict[str, Any]]]
    relationships: dict[tuple[Relation, Kind, Kind], list[dict[str, Any]]]

    def counts(self) -> tuple[int, int]:
        return sum(map(len, self.nodes.values())), sum(map(len, self.relationships.values()))


def graph_name(folder: Path) -> str:
    """What a graph is called in a database of several: the name of its folder."""
    return folder.resolve().name.encode("utf-8", "replace").decode("utf-8") or "graph"


def read_rows(folder: Path, evidence: bool = False) -> Rows:
    """The rows of a graph folder. Relationships carry `s` and `t`, the ids of their ends. StoreError if a table is missing or damaged."""
    read_manifest(folder)
    made = {name: tables.read(folder, name) for name in ("entries", "nodes", "edges", "evidence", "merges")}
    try:
        return rows_of(made, evidence)
    except (KeyError, ValueError, TypeError):
        raise StoreError(f"{folder.as_posix()}: its tables do not fit together: build the folder again from its sources") from None


def rows_of(made: dict[str, Any], evidence: bool = False) -> Rows:
    """The same from the tables themselves."""
    file_of = dict(zip(made["entries"]["id"].to_pylist(), made["entries"]["source"].to_pylist()))
    merges = defaultdict(list)
    for m in made["merges"].to_pylist():
        merges[m["node"]].append(m)
    kinds: dict[str, Kind] = {}
    nodes: dict[Kind, list[dict]] = {k: [] for k in Kind}
    for row in _each(made["nodes"]):
        kind = kinds[row["id"]] = Kind(row["kind"])
        row["sources"] = sorted({file_of[e] for e in row["entries"] or ()})
        nodes[kind].append(_node(row, kind, merges.get(row["id"], ())))
    said: dict[str, list[dict]] = defaultdict(list)
    for row in _each(made["evidence"]) if evidence else ():
        said[row["edge"]].append(row)
    relationships: dict[tuple[Relation, Kind, Kind], list[dict]] = defaultdict(list)
    for row in _each(made["edges"]):
        key = Relation(row["kind"]), kinds[row["source"]], kinds[row["target"]]
        out = {k: row[k] for k in RELATIONSHIPS[key[0]] if k != "source" and row[k] is not None}
        if key[0] not in DERIVED:
            out["source"] = file_of.get(row["entry"], "")
            if evidence:
                out |= {name: [_in_list(x[column]) for x in said[row["id"]]] for name, column in EVIDENCE_COLUMNS.items()}
                out["evidence_sentences"] = list(dict.fromkeys(out["evidence_sentence"]))
                at = {s: i for i, s in enumerate(out["evidence_sentences"])}
                out["evidence_sentence"] = [at[s] for s in out["evidence_sentence"]]
        relationships[key].append(out | {"s": row["source"], "t": row["target"]})
    return Rows(nodes, dict(sorted(relationships.items())))


def _in_list(value: Any) -> Any:
    return -1 if value is None else value or " " if isinstance(value, str) else value


def out_of_list(value: Any) -> Any:
    """The inverse of what a list of evidence does to a value that is missing or empty."""
    return {-1: None, " ": ""}.get(value, value)


def _each(table: Any) -> Iterator[dict[str, Any]]:
    """A table's rows, a batch at a time."""
    for batch in table.to_batches(max_chunksize=_BATCH):
        yield from batch.to_pylist()


def _node(row: dict[str, Any], kind: Kind, merges: Any) -> dict[str, Any]:
    types = NODES[kind]
    # An empty list is left out: neo4j-admin could not import one, and both ways of loading are to give the same.
    out = {k: row[k] for k in types if row.get(k) not in (None, [])} | {k: row[k] or "" for k in _NEVER_NULL if k in types}
    if row["date"]:
        year, month, day = (*map(int, row["date"].split("-")), 1, 1)[:3]
        out |= {"date": datetime.date(year, month, day), "date_text": row["date"]}
    if merges and "merge_left" in types:
        out |= {name: [m[column] for m in merges] for name, column in MERGE_COLUMNS.items()}
    return out


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
    groups: dict[tuple[str, ...], list[dict]] = defaultdict(list)
    for row in rows:
        groups[tuple(sorted(row))].append(row)
    return sorted(groups.items())
