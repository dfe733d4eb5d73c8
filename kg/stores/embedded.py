"""The embedded database: kglite, one file in the graph folder, opened without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kg.errors import QueryError, StoreError
from kg.manifest import read_manifest
from kg.queries import refuse_reading_files, statements
from kg.stores.rows import Rows, creations

FILE = "graph.kgl"
_BATCH = 10_000


def write(rows: Rows, folder: Path) -> None:
    """Write the database file of a graph folder."""
    import kglite

    graph = kglite.KnowledgeGraph()
    for statement in statements("kglite"):
        graph.cypher(statement)
    for query, same in creations(rows):
        for at in range(0, len(same), _BATCH):
            graph.cypher(query, params={"rows": same[at : at + _BATCH]})
    graph.save(str(folder / FILE))


class Embedded:
    """A graph folder's database, opened for reading."""

    def __init__(self, folder: Path) -> None:
        import kglite

        read_manifest(folder)
        path = folder / FILE
        if not path.is_file():
            raise StoreError(f"{path.as_posix()}: missing: build the folder again from its sources")
        try:
            self._graph = kglite.load(str(path))
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
            raise QueryError(f"the query is refused: {str(e).strip()}") from None

    def close(self) -> None:
        self._graph = None
