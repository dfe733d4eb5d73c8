"""ArcadeDB, embedded: a second engine, strict about Cypher, with a Java machine of its own. Needs the extra `arcadedb`.

A process starts one Java machine for all databases.
"""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import Any

from kg.errors import MissingExtra, QueryError, StoreError
from kg.queries import refuse_reading_files, statements
from kg.stores.rows import Rows, creations

_BATCH = 10_000
_LANGUAGE = "opencypher"
# Without this the engine writes a folder `log` where one happens to stand.
_QUIET = {"jvm_args": [f"-Djava.util.logging.config.file={os.devnull}"]}


def write(rows: Rows, folder: Path) -> None:
    """Make a database of the rows in a new folder. StoreError if there is something already."""
    engine = _engine()
    if folder.exists():
        raise StoreError(f"{folder.as_posix()}: is there already: remove it, or name another folder")
    with engine.create_database(str(folder), jvm_kwargs=_QUIET) as database:
        for statement in statements("arcadedb"):
            database.command(_LANGUAGE, statement)
        for query, same in creations(rows):
            for at in range(0, len(same), _BATCH):
                with database.transaction():
                    database.command(_LANGUAGE, query, {"rows": same[at : at + _BATCH]})


class ArcadeDB:
    """A database that `write` made, opened for reading. One process at a time may hold it."""

    def __init__(self, folder: Path) -> None:
        engine = _engine()
        if not folder.is_dir():
            raise StoreError(f"{folder.as_posix()}: no such database")
        try:
            self._database = engine.open_database(str(folder), jvm_kwargs=_QUIET)
        except engine.ArcadeDBError as e:
            raise StoreError(f"{folder.as_posix()}: cannot be opened: {_line(e)}") from None

    def ask(self, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows of a query that only reads; the engine itself refuses others."""
        refuse_reading_files(query)
        error = _engine().ArcadeDBError
        try:
            return [{k: _plain(v) for k, v in row.to_dict().items()} for row in self._database.query(_LANGUAGE, query, parameters)]
        except error as e:
            if "QueryNotIdempotent" in str(e):
                raise QueryError("the question would change the graph: questions only read; use MATCH … RETURN") from None
            raise QueryError(f"the query is refused: {_line(e)}") from None

    def close(self) -> None:
        self._database.close()


def _engine() -> Any:
    try:
        import arcadedb_embedded
    except ImportError:
        raise MissingExtra("arcadedb-embedded", "arcadedb") from None
    return arcadedb_embedded


def _plain(value: Any) -> Any:
    """A value as Python's own; the engine has a class of its own for dates."""
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if value is None or isinstance(value, (str, int, float, bool, datetime.date)):
        return value
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        return str(value)


def _line(error: BaseException) -> str:
    return " ".join(str(error).splitlines()[0].split())
