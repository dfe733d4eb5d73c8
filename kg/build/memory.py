"""What a folder remembers of its build, so that a later one resolves and assembles anew only what changed.

A *unit* is what is resolved together: people whose names may be one person's, names that may be one thing, the entries of a paper. Its key is a hash of all that
its result depends on; where a folder has that key, its tables have the result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import kg
from kg import tables
from kg.build.arrays import one, rows_of
from kg.errors import StoreError
from kg.graph import Columns
from kg.graph.edges import CLAIMS, FOLLOWS
from kg.model import DERIVED, Kind, Relation, content_id

PEOPLE, NAMES, PAPERS = "people", "names", "papers"
# What applies lexicon and corrections counts too.
_CODE = ("model.py", "text.py", "trees.py", "tables.py", "build", "graph", "resolve", "extract/knowledge.py", "extract/cues.py", "extract/view.py")


@lru_cache(maxsize=1)
def version() -> str:
    """By which two ways to resolve and assemble are told apart: a hash of the code, and of what it has learned."""
    home = Path(kg.__file__).parent
    files = (p for name in _CODE for p in (sorted((home / name).iterdir()) if (home / name).is_dir() else [home / name]) if p.is_file())
    return content_id(*(f"{p.name} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in files))


def units(stage: str, meant: Iterable[tuple[pa.Table, pa.Array]]) -> pa.Table:
    """What is remembered of a stage: what is meant by what (entry, n, node), with the key of each row's unit; in order."""
    parts = [pa.table([pa.array([stage] * len(t), pa.string()), keys, *(t[name] for name in ("entry", "n", "node"))], schema=tables.UNITS) for t, keys in meant]
    return pa.concat_tables(parts).sort_by([("entry", "ascending"), ("n", "ascending"), ("node", "ascending")])


class Results(NamedTuple):
    """What units were resolved to: rows of nodes as resolution gives them, what is meant by what (entry, n, node), and merges."""

    nodes: pa.Table
    meant: pa.Table
    merges: pa.Table


@dataclass
class Memory:
    """The folder of an earlier build, or None where nothing of it can be used. `entries` are the ids of those that are as they were;
    `spoken` says that their mentions are too."""

    folder: Path | None = None
    entries: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))
    spoken: bool = False
    _tables: dict[str, pa.Table] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, old: pa.Table, new: pa.Table, spoken: bool) -> Memory:
        """What a folder, with `old` entries, knows that is still good for `new` ones. A folder that a cluster made remembers nothing."""
        if not all((folder / f"{name}.parquet").is_file() for name in ("touched", "signed", "units")):
            return cls()
        key = lambda t: pc.binary_join_element_wise(one(t["id"]), one(t["record"]), " ")
        return cls(folder, one(new["id"]).filter(pc.is_in(key(new), key(old))), spoken)

    def _read(self, name: str) -> pa.Table:
        """A table of the folder, which several stages ask for."""
        if name not in self._tables:
            assert self.folder is not None
            self._tables[name] = tables.read(self.folder, name)
        return self._tables[name]

    def touches(self, names: bool) -> pa.Table:
        """What is known of the keys of entries, or of their mentions; as in tables.TOUCHED."""
        if self.folder is None or (names and not self.spoken):
            return tables.TOUCHED.empty_table()
        t = self._read("touched")
        return t.filter(pc.and_(pc.is_in(t["entry"], self.entries), pc.greater_equal(t["n"], 0) if names else pc.less(t["n"], 0)))

    def signed(self, papers: pa.Table) -> pa.Table:
        """The known signatures of papers (columns `paper`, `digest`) that are as they were, as in tables.SIGNED; of none where corrections may have changed names."""
        if self.folder is None or not self.spoken:
            return tables.SIGNED.empty_table()
        t = self._read("signed")
        at = pc.index_in(one(t["paper"]), one(papers["paper"]))
        return t.filter(pc.fill_null(pc.equal(one(papers["digest"]).take(at), one(t["digest"])), False))

    def known(self, stage: str, keys: Sequence[str]) -> pa.Table:
        """Of the units with these keys those that the folder has, as in tables.UNITS."""
        if self.folder is None or (stage != PEOPLE and not self.spoken):
            return tables.UNITS.empty_table()
        t = self._read("units")
        return t.filter(pc.and_(pc.equal(t["stage"], stage), pc.is_in(t["unit"], pa.array(keys, pa.string()))))

    def results(self, known: pa.Table) -> Results:
        """What the tables of the folder say of units that it knows."""
        if not len(known):
            return Results(tables.NODES.empty_table(), known.select(["entry", "n", "node"]), tables.MERGES.empty_table())
        ids = pc.unique(known["node"])
        nodes, merges = self._read("nodes"), self._read("merges")
        return Results(_uncounted(nodes.filter(pc.is_in(nodes["id"], ids))), known.select(["entry", "n", "node"]), merges.filter(pc.is_in(merges["node"], ids)))

    def sayings(self, papers: pa.Array, entries: pa.Array) -> Columns:
        """What papers said of whose entries nothing has changed, out of the folder's nodes, edges and evidence."""
        nodes, edges, evidence = (self._read(name) for name in ("nodes", "edges", "evidence"))
        self._tables.clear()
        rows = nodes.filter(pc.is_in(nodes["id"], papers))
        claims = _claims(edges, evidence.filter(pc.is_in(evidence["entry"], entries)))
        of_code = pc.unique(claims[Relation.HAS_CODE]["target"].cast(pa.string()))
        named = [_named(claims[kind], of_kind) for kind, of_kind in ((Relation.IN_CATEGORY, Kind.CATEGORY), (Relation.AFFILIATED_WITH, Kind.ORGANIZATION))]
        follows = _follows(edges, rows, claims[Relation.AUTHORED])
        alone = lambda found: {kind: [tables.pack(t)] for kind, t in found.items()}
        return Columns(alone(claims), alone(follows), [tables.pack(t) for t in (rows, *named, _uncounted(nodes.filter(pc.is_in(nodes["id"], of_code))))])


def _uncounted(nodes: pa.Table) -> pa.Table:
    """Nodes as they are before the graph counts and labels them."""
    for name in ("label", "papers", "first_year"):
        nodes = nodes.set_column(nodes.schema.get_field_index(name), tables.NODES.field(name), pa.nulls(len(nodes), tables.NODES.field(name).type))
    return nodes


def _claims(edges: pa.Table, evidence: pa.Table) -> dict[Relation, pa.Table]:
    """The claims whose evidence this is."""
    at = rows_of(evidence["edge"], edges["id"])
    if (at < 0).any():
        raise StoreError("edges.parquet and evidence.parquet of the folder do not fit together: build the folder again from its sources")
    of = edges.take(pa.array(at))
    said = {"file": evidence["source"]} | {name: evidence[name] for name in evidence.column_names if name not in ("edge", "source")}
    whole = {name: said[name] if name in said else of[name] for name in CLAIMS.names}
    return {kind: _only(whole, of["kind"], kind, CLAIMS) for kind in Relation if kind not in DERIVED}


def _follows(edges: pa.Table, papers: pa.Table, authored: pa.Table) -> dict[Relation, pa.Table]:
    """The part of some papers in derived edges; `authored` are the claims of their authorships."""
    derived = edges.filter(pc.is_in(edges["kind"], pa.array([r.value for r in DERIVED])))
    at, paper = pc.list_parent_indices(one(derived["papers"])), pc.list_flatten(one(derived["papers"]))
    row = pc.index_in(paper, one(papers["id"]))
    at, paper, row = at.filter(row.is_valid()), paper.filter(row.is_valid()), row.drop_null()
    derived = derived.select(["kind", "source", "target"]).take(at)
    together = pc.equal(one(derived["kind"]), Relation.CO_AUTHORED_WITH.value).to_numpy(zero_copy_only=False)
    share = pa.array(np.where(together, _shares(authored, paper), 1.0))
    whole = {"source": derived["source"], "target": derived["target"], "paper": paper, "year": one(papers["year"]).take(row), "share": share}
    return {kind: _only(whole, derived["kind"], kind, FOLLOWS) for kind in DERIVED}


def _only(columns: dict[str, pa.ChunkedArray], kinds: pa.ChunkedArray, kind: Relation, schema: pa.Schema) -> pa.Table:
    rows = pc.equal(kinds, kind.value)
    return pa.table([pc.filter(columns[f.name], one(rows)).cast(f.type) for f in schema], schema=schema)


def _shares(authored: pa.Table, papers: pa.Array) -> np.ndarray:
    """For each paper what one of its authors has in writing with another one: 1 / (authors - 1)."""
    printed = authored.filter(pc.equal(authored["inferred"], False)).select(["source", "target"])
    plain = pa.table([printed["source"].cast(pa.string()), printed["target"].cast(pa.string())], names=["source", "target"])
    counted = plain.group_by(["source", "target"]).aggregate([]).group_by("target").aggregate([([], "count_all")])
    n = one(counted["count_all"]).take(pc.index_in(papers, one(counted["target"])))
    return 1.0 / np.maximum(pc.fill_null(n, 2).to_numpy(zero_copy_only=False) - 1.0, 1.0)


def _named(claims: pa.Table, kind: Kind) -> pa.Table:
    """The nodes that claims name by what is printed, once with each name; the graph keeps the best."""
    t = pa.table([claims["target"].cast(pa.string()), claims["surface"].cast(pa.string())], names=["id", "name"]).group_by(["id", "name"]).aggregate([])
    return tables.filled(len(t), {"id": t["id"], "kind": pa.array([kind.value] * len(t), pa.string()), "name": t["name"]}, tables.NODES)
