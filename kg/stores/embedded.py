"""The embedded database: kglite, one file in the graph folder, opened without a server."""

from __future__ import annotations

import gc
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pyarrow as pa

from kg.errors import QueryError, StoreError
from kg.manifest import read_manifest
from kg.queries import refuse_reading_files, statements
from kg.stores.rows import NODES, RELATIONSHIPS, edge_frames, node_frames

FILE = "graph.kgl"
# Properties of relationships that are left out here: every one costs memory a million times, the type says the kind, and the ends and the type the rest.
LEFT_OUT = ("id", "kind")
SPILLED = 64 << 20  # bytes of properties of nodes that are held in memory while the database is made; the engine puts more into temporary files
_TYPES = {
    "text": "string", "int": "integer", "float": "float", "bool": "boolean", "date": "datetime", "texts": "list", "ints": "list", "floats": "list",
}  # fmt: skip


def write(folder: Path) -> None:
    """Write the database file of a graph folder, out of its tables, column by column."""
    with tempfile.TemporaryDirectory(prefix=".spill-", dir=folder) as spill:
        _write(folder, spill)


def _write(folder: Path, spill: str) -> None:
    import kglite

    graph = kglite.KnowledgeGraph()
    graph.set_memory_limit(SPILLED, spill)
    for kind, t in node_frames(folder):
        # A paper without a title has its name in its place, as the engine has it of itself.
        title = "title" if "title" in t.column_names else "name"
        frame = t.to_pandas(date_as_object=False, integer_object_nulls=True)
        _all(graph.add_nodes(frame, kind.value, "id", title, column_types={name: _TYPES[NODES[kind][name]] for name in t.column_names}), len(t))
    for statement in statements("kglite"):
        graph.cypher(statement)
    for (relation, source, target), t in edge_frames(folder):
        t = t.select([name for name in t.column_names if name not in LEFT_OUT])
        types = {name: _TYPES[type_] for name, type_ in RELATIONSHIPS[relation].items() if name in t.column_names}
        frame = t.to_pandas(integer_object_nulls=True)
        _all(graph.add_relationships(frame, relation.value, source.value, "s", target.value, "t", column_types=types), len(t))
        del frame, t
    gc.collect()
    pa.default_memory_pool().release_unused()
    kglite.trim_memory()
    with warnings.catch_warnings():
        # Columns of lists are read whole when the file is opened; the engine would tell every user.
        warnings.simplefilter("ignore")
        try:
            graph.save(str(folder / FILE))
        except kglite.KgError as e:
            raise OSError(str(e).splitlines()[0]) from None


def _all(report: Any, n: int) -> None:
    """StoreError unless every row became a node or a relationship of its own."""
    created = report.get("nodes_created", report.get("connections_created"))
    if created != n:
        raise StoreError(f"the embedded database took {created} of {n} rows: build the folder again; if that fails too, report it")


class Embedded:
    """A graph folder's database, opened for reading."""

    def __init__(self, folder: Path) -> None:
        import kglite

        read_manifest(folder)
        path = folder / FILE
        if not path.is_file():
            raise StoreError(f"{path.as_posix()}: missing: build the folder again from its sources")
        try:
            self._graph: Any = kglite.load(str(path))
        except (kglite.KgError, OSError, ValueError) as e:
            raise StoreError(f"{path.as_posix()}: damaged ({str(e).splitlines()[0]}): build the folder again from its sources") from None
        self._graph.read_only(True)
        # What a question misses is told in our own words (kg.stores.why_empty).
        kglite.set_query_warning_policy("silent")

    def ask(self, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        import kglite

        refuse_reading_files(query)
        try:
            return [dict(row) for row in self._graph.cypher(query, params=parameters)]
        except kglite.ReadOnlyError:
            raise QueryError("the question would change the graph: questions only read; use MATCH … RETURN") from None
        except (kglite.KgError, ValueError, TypeError, RuntimeError) as e:
            if "safety ceiling" in str(e):
                raise QueryError(
                    "the query is refused: it holds more than ten million rows at once: begin with fewer nodes, aggregate earlier, or ask a Neo4j"
                ) from None
            raise QueryError(f"the query is refused: {str(e).strip()}") from None

    def close(self) -> None:
        self._graph = None
