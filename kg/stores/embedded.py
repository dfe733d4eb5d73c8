"""The embedded database: kglite, one file in the graph folder, opened without a server."""

from __future__ import annotations

import datetime
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import QueryError, StoreError
from kg.model import Kind, Relation
from kg.queries import schema

if TYPE_CHECKING:
    import pyarrow as pa

FILE = "graph.kgl"
BATCH = 10_000
# What a question may read is set on every node, so that an engine need not guess: text is empty, numbers and dates stay away.
_ALWAYS_TEXT = ("name", "label", "title")
_NODE_PROPERTIES = (
    "name",
    "label",
    "aliases",
    "long_form",
    "title",
    "year",
    "venue",
    "url",
    "doi",
    "arxiv_id",
    "variants",
    "orcid",
    "host",
    "owner",
    "papers",
    "first_year",
    "entries",
)
_EDGE_PROPERTIES = ("position", "inferred", "role", "confidence", "evidence", "sentence", "entry", "papers", "first_year", "last_year", "weight")


def node_properties(row: dict[str, Any]) -> dict[str, Any]:
    """What a database stores of a node: no nulls, dates as dates (a month or year counts from its first day)."""
    out = {k: row[k] for k in _NODE_PROPERTIES if row.get(k) is not None}
    out |= {k: row.get(k) or "" for k in _ALWAYS_TEXT}
    if row.get("date"):
        year, month, day = (*map(int, row["date"].split("-")), 1, 1)[:3]
        out["date"] = datetime.date(year, month, day)
    return out | {"id": row["id"], "kind": row["kind"]}


def edge_properties(row: dict[str, Any]) -> dict[str, Any]:
    return {k: row[k] for k in _EDGE_PROPERTIES if row.get(k) is not None} | {"id": row["id"], "kind": row["kind"]}


def write(nodes: pa.Table, edges: pa.Table, folder: Path) -> None:
    """Write the database file of a graph folder from its tables."""
    import kglite

    graph = kglite.KnowledgeGraph()
    by_kind: dict[str, list[dict]] = defaultdict(list)
    kinds = {}
    for row in nodes.to_pylist():
        kinds[row["id"]] = row["kind"]
        by_kind[row["kind"]].append(node_properties(row))
    for statement in statements((schema() / "kglite.cypher").read_text(encoding="utf-8")):
        graph.cypher(statement)
    for kind in Kind:
        rows = by_kind[kind.value]
        for keys, same in _alike(rows):
            setting = ", ".join(f"n.{k} = r.{k}" for k in keys if k != "id")
            for at in range(0, len(same), BATCH):
                graph.cypher(f"UNWIND $rows AS r CREATE (n:{kind.value} {{id: r.id}}) SET {setting}", params={"rows": same[at : at + BATCH]})
    by_ends: dict[tuple[str, str, str], list[dict]] = defaultdict(list)
    for row in edges.to_pylist():
        by_ends[row["kind"], kinds[row["source"]], kinds[row["target"]]].append(edge_properties(row) | {"s": row["source"], "t": row["target"]})
    for (kind, source, target), rows in sorted(by_ends.items()):
        relation, source, target = Relation(kind), Kind(source), Kind(target)
        for keys, same in _alike(rows):
            setting = ", ".join(f"x.{k} = r.{k}" for k in keys if k not in ("s", "t"))
            query = f"UNWIND $rows AS r MATCH (a:{source.value} {{id: r.s}}) MATCH (b:{target.value} {{id: r.t}}) CREATE (a)-[x:{relation.value}]->(b) SET {setting}"
            for at in range(0, len(same), BATCH):
                graph.cypher(query, params={"rows": same[at : at + BATCH]})
    graph.save(str(folder / FILE))


def statements(text: str) -> list[str]:
    """The statements of a schema file: each ends with a semicolon at the end of a line."""
    lines = [line for line in text.splitlines() if not line.startswith("//")]
    return [s.strip() for s in "\n".join(lines).split(";\n") if s.strip().rstrip(";")]


def _alike(rows: list[dict]) -> list[tuple[tuple[str, ...], list[dict]]]:
    """Rows grouped by the properties that they have, so that no property is set to null."""
    groups: dict[tuple[str, ...], list[dict]] = defaultdict(list)
    for row in rows:
        groups[tuple(sorted(row))].append(row)
    return sorted(groups.items())


class Embedded:
    """A graph folder's database, opened for reading."""

    def __init__(self, folder: Path) -> None:
        import kglite

        path = folder / FILE
        if not path.is_file():
            raise StoreError(f"{folder.as_posix()}: no graph folder (it has no {FILE}): make one with: kg build FILE… -o {folder.as_posix()}")
        try:
            self._graph = kglite.load(str(path))
        except (kglite.KgError, OSError, ValueError) as e:
            raise StoreError(f"{path.as_posix()}: damaged ({str(e).splitlines()[0]}): build the folder again from its sources") from None
        self._graph.read_only(True)
        # What a question misses is told in our own words (kg.stores.why_empty).
        kglite.set_query_warning_policy("silent")

    def ask(self, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        import kglite

        try:
            return [dict(row) for row in self._graph.cypher(query, params=parameters)]
        except kglite.ReadOnlyError:
            raise QueryError("the question would change the graph: questions only read; use MATCH … RETURN") from None
        except (kglite.KgError, ValueError, TypeError, RuntimeError) as e:
            raise QueryError(f"the query is refused: {str(e).strip()}") from None

    def close(self) -> None:
        self._graph = None
