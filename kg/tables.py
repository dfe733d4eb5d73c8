"""Arrow schemas of the graph folder's tables, rows to tables and back, Parquet in and out.

A graph folder holds one Parquet file for each of TABLES. They are the store of record: every database is made from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kg.errors import StoreError
from kg.model import Assertion, Entry, Kind, Mention, Person, Place, Reference, Rejected, Span

_text, _int, _float, _bool = pa.string(), pa.int64(), pa.float64(), pa.bool_()
_texts = pa.list_(_text)
_span = pa.struct([("start", _int), ("end", _int)])

# `content` is a hash of what extraction reads of an entry, `record` one of all that it holds but its id.
ENTRIES = pa.schema(
    [
        ("id", _text), ("source", _text), ("line", _int), ("byte_start", _int), ("byte_end", _int), ("text", _text), ("format", _text), ("title", _span), ("abstract", _span),
        ("authors", pa.list_(pa.struct([("name", _text), ("span", _span), ("affiliations", _texts), ("orcid", _text)]))), ("truncated_authors", _bool), ("page_author", _text),
        ("page_author_confidence", _float), ("affiliations", _texts), ("categories", _texts), ("date", _text), ("code_flag", _bool), ("venue", _text), ("url", _text), ("doi", _text),
        ("arxiv_id", _text), ("comment", _text), ("assertions", pa.list_(pa.struct([("field", _text), ("name", _text), ("aliases", _texts), ("role", _text)]))),
        ("verbatim", _bool), ("keywords", _texts), ("identifiers", _texts), ("references", pa.list_(pa.struct([("keys", _texts), ("title", _text), ("year", _int)]))), ("type", _text),
        ("version", _text), ("content", _text), ("record", _text),
    ]
)  # fmt: skip
MENTIONS = pa.schema(
    [
        ("entry", _text), ("kind", _text), ("name", _text), ("aliases", _texts), ("long_form", _text), ("role", _text), ("confidence", _float), ("extractor", _text),
        ("places", pa.list_(pa.struct([("start", _int), ("end", _int), ("sentence", _text)]))),
    ]
)  # fmt: skip
# One row a node; what a kind does not have is null. A paper of several entries has what each says of it: field, value and entry; one that is only cited is a stub. `papers` counts the papers that speak of it, by edges.
NODES = pa.schema(
    [
        ("id", _text), ("kind", _text), ("name", _text), ("label", _text), ("aliases", _texts), ("long_form", _text), ("title", _text), ("abstract", _text), ("date", _text), ("year", _int),
        ("venue", _text), ("url", _text), ("doi", _text), ("arxiv_id", _text), ("entries", _texts), ("variants", _texts), ("orcid", _text), ("host", _text), ("owner", _text), ("papers", _int), ("first_year", _int),
        ("value_field", _texts), ("value_text", _texts), ("value_entry", _texts),
        ("type", _text), ("version", _text), ("identifiers", _texts), ("stub", _bool), ("description", _text), ("language", _text), ("license", _text), ("stars", _int),
    ]
)  # fmt: skip
EDGES = pa.schema(
    [
        ("id", _text), ("kind", _text), ("source", _text), ("target", _text), ("position", _int), ("inferred", _bool), ("role", _text), ("confidence", _float), ("evidence", _int),
        ("sentence", _text), ("entry", _text), ("papers", _texts), ("first_year", _int), ("last_year", _int), ("weight", _float),
    ]
)  # fmt: skip
EVIDENCE = pa.schema(
    [
        ("edge", _text), ("entry", _text), ("source", _text), ("byte_start", _int), ("byte_end", _int), ("start", _int), ("end", _int), ("surface", _text), ("sentence", _text),
        ("extractor", _text), ("confidence", _float),
    ]
)  # fmt: skip
MERGES = pa.schema(
    [
        ("node", _text), ("kind", _text), ("left", _text), ("right", _text), ("rule", _text), ("score", _float), ("joined", _bool), ("evidence", _text), ("left_paper", _text),
        ("right_paper", _text),
    ]
)  # fmt: skip
MERGE_ORDER = ("kind", "node", "left", "right", "rule", "evidence", "left_paper", "right_paper", "score")  # by which the rows of MERGES are sorted
REJECTED = pa.schema([("source", _text), ("line", _int), ("byte_start", _int), ("byte_end", _int), ("text", _text), ("reason", _text)])
REJECTED_ORDER = ("source", "line", "text", "reason", "byte_start", "byte_end")  # by which these are sorted: all of them, so that any two are told apart
# By what an entry (n is -1) or its n-th mention may meet another one, and what it is if it meets none: the id of a paper, the block of a name.
TOUCHED = pa.schema([("entry", _text), ("n", _int), ("key", _text), ("keys", _texts)])
# Of a name on a paper what it is compared by, with a hash of the paper's entries.
SIGNED = pa.schema(
    [
        ("id", _text), ("key", _text), ("name", _text), ("paper", _text), ("n", _int), ("rank", _int), ("position", _int), ("title", _text), ("year", _int), ("venue", _text),
        ("cut_short", _bool), ("orcids", _texts), ("affiliations", _texts), ("coauthors", _texts), ("block", _text), ("fine", _text),
        # Of an authorship what its signature does not say; the title where a signature has several.
        ("members", pa.list_(pa.struct([("entry", _text), ("position", _int), ("name", _text), ("orcid", _text), ("printed", _text), ("title", _text)]))), ("digest", _text),
    ]
)  # fmt: skip
# What was resolved together; the unit is a hash of all that this depends on. A person's, thing's or paper's id for the n-th author or mention of an entry, or for a paper.
UNITS = pa.schema([("stage", _text), ("unit", _text), ("entry", _text), ("n", _int), ("node", _text)])
REPORT = pa.schema([("source", _text), ("line", _int), ("became", _text)])

TABLES = {
    "entries": ENTRIES,
    "mentions": MENTIONS,
    "nodes": NODES,
    "edges": EDGES,
    "evidence": EVIDENCE,
    "merges": MERGES,
    "rejected": REJECTED,
    "report": REPORT,
    "touched": TOUCHED,
    "signed": SIGNED,
    "units": UNITS,
}


Packed: TypeAlias = bytes


def pack(t: pa.Table) -> Packed:
    """A table to be kept for later in a third to a fifth of its memory; `unpack` gives it back."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, t.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(t)
    return sink.getvalue().to_pybytes()


def unpack(packed: Packed) -> pa.Table:
    """The inverse of `pack`."""
    return pa.ipc.open_stream(packed).read_all()


def table(rows: Iterable[Any], schema: pa.Schema) -> pa.Table:
    """Records or dicts as an Arrow table, column by column; what a dict lacks is null. Rows of a table are that table."""
    if isinstance(rows, Rows):
        return rows.table
    rows = list(rows)
    if not rows:
        return schema.empty_table()
    get = (lambda name: [r.get(name) for r in rows]) if isinstance(rows[0], dict) else (lambda name: list(map(attrgetter(name), rows)))
    return pa.table([pa.array(get(f.name), f.type) for f in schema], schema=schema)


def coded(schema: pa.Schema, *but: str) -> pa.Schema:
    """The same columns with texts as dictionaries, for tables in which they repeat."""
    return pa.schema([pa.field(f.name, _code if f.type == _text and f.name not in but else f.type) for f in schema])


_code = pa.dictionary(pa.int32(), _text)


def filled(n: int, columns: Mapping[str, Any], schema: pa.Schema) -> pa.Table:
    """Columns as a table of `n` rows with all columns of a schema: what is not given is null."""
    made = [columns[f.name] if f.name in columns else pa.nulls(n, f.type) for f in schema]
    return pa.table([c if c.type == f.type else pc.cast(c, f.type) for c, f in zip(made, schema)], schema=schema)


def entries_from(t: pa.Table) -> list[Entry]:
    """The entries of a table, in its order."""
    made = {name: t[name].to_pylist() for name in t.column_names}
    span = lambda s: None if s is None else Span(s["start"], s["end"])
    made["title"], made["abstract"] = list(map(span, made["title"])), list(map(span, made["abstract"]))
    made["authors"] = [tuple([Person(p["name"], span(p["span"]), tuple(p["affiliations"]), p["orcid"]) for p in ps]) for ps in made["authors"]]
    made["assertions"] = [tuple([Assertion(a["field"], a["name"], tuple(a["aliases"]), a["role"]) for a in given]) for given in made["assertions"]]
    made["references"] = [tuple([Reference(tuple(x["keys"]), x["title"], x["year"]) for x in given]) for given in made["references"]]
    for name in ("affiliations", "categories", "keywords", "identifiers"):
        made[name] = list(map(tuple, made[name]))
    return [Entry(*row) for row in zip(*(made[f.name] for f in fields(Entry)))]


def mentions_from(t: pa.Table) -> list[Mention]:
    """The mentions of a table, in its order."""
    made = {name: t[name].to_pylist() for name in t.column_names}
    made["kind"] = [_KINDS[k] for k in made["kind"]]
    made["aliases"] = list(map(tuple, made["aliases"]))
    made["places"] = [tuple([Place(p["start"], p["end"], p["sentence"]) for p in ps]) for ps in made["places"]]
    return [Mention(*row) for row in zip(*(made[f.name] for f in fields(Mention)))]


_KINDS = {k.value: k for k in Kind}


class Rows(Sequence[Any]):
    """A table's rows as records, made when asked for: in order a batch at a time."""

    def __init__(self, t: pa.Table, records: Callable[[pa.Table], list[Any]], batch: int = 2_000) -> None:
        self.table, self._records, self._size = t, records, batch

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, i: int) -> Any:  # type: ignore[override]  # no slices
        """One record by itself: who looks at few rows here and there need not have whole batches made."""
        if not 0 <= i < len(self):
            raise IndexError(i)
        return self._records(self.table.slice(i, 1))[0]

    def __iter__(self) -> Iterator[Any]:
        for at in range(0, len(self), self._size):
            yield from self._records(self.table.slice(at, self._size))


def packed(records: Iterable[Any], schema: pa.Schema, unpacked: Callable[[pa.Table], list[Any]], batch: int = 2_000) -> Rows:
    """Records as a table that is made batch by batch, so that never many are there as records."""
    rest, parts = iter(records), [schema.empty_table()]
    while some := list(islice(rest, batch)):
        parts.append(table(some, schema))
    return Rows(pa.concat_tables(parts), unpacked, batch)


def rejected_from(t: pa.Table) -> list[Rejected]:
    """The records of rows as in REJECTED."""
    return [Rejected(**r) for r in t.to_pylist()]


GROUP = 100_000  # rows of a table that a file holds together


class Writer:
    """Tables of a folder, each as `<name>.parquet`, that come in pieces and are not held: the same rows give the same bytes, whatever the pieces and the order of codes in them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, pq.ParquetWriter] = {}
        self._held: dict[str, pa.Table] = {}

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        failed: OSError | None = None
        for name, file in self._files.items():
            try:
                if kind is None and len(self._held[name]):
                    self._group(name)
                file.close()
            except OSError as e:
                file.is_open = False  # or it tries once more when it is forgotten, and tells of that
                failed = failed or e
        if failed and kind is None:
            raise failed

    def add(self, name: str, t: pa.Table) -> None:
        """Further rows of a table; its first, though it be empty, begins the file."""
        schema = TABLES[name]
        if name not in self._files:
            self._files[name] = pq.ParquetWriter(
                self._folder / f"{name}.parquet", schema, compression="zstd", version="2.6", store_schema=False, write_page_checksum=True
            )
            self._held[name] = schema.empty_table()
        at = 0
        while at < len(t):
            n = min(GROUP - len(self._held[name]), len(t) - at)
            piece = t.slice(at, n).cast(schema)
            if len(self._held[name]) + n < GROUP:
                # What waits is a copy: a slice would keep the whole table.
                piece = piece.take(pa.array(range(n), pa.int64()))
            self._held[name] = pa.concat_tables([self._held[name], piece])
            at += n
            if len(self._held[name]) == GROUP:
                self._group(name)

    def _group(self, name: str) -> None:
        self._files[name].write_table(self._held[name].combine_chunks(), row_group_size=GROUP)
        self._held[name] = TABLES[name].empty_table()


def write(tables: Mapping[str, pa.Table], folder: Path) -> None:
    """Whole tables, as Writer does."""
    with Writer(folder) as out:
        for name, t in tables.items():
            out.add(name, t)


def read(folder: Path, name: str, kind: str | None = None, columns: Sequence[str] | None = None) -> pa.Table:
    """One table of a graph folder, or its rows of one kind, or some columns. Raises StoreError if it is missing or damaged, naming the file and the mend."""
    with _readable(folder, name) as path:
        only = None if kind is None else pc.field("kind") == kind
        return pq.read_table(path, schema=TABLES[name], columns=columns, filters=only, page_checksum_verification=True)


def runs(folder: Path, name: str, size: int) -> Iterator[tuple[str, pa.Table]]:
    """The rows of a table that is in the order of its kinds: the kind, and at most so many rows of it; the same pieces whether the table is a file or in parts.
    Raises as `read` does."""
    with _readable(folder, name) as path:
        for t in _cut((b for part in _parts(path) for b in pq.ParquetFile(part, page_checksum_verification=True).iter_batches(size)), TABLES[name], size):
            ends = pc.run_end_encode(t["kind"].combine_chunks())
            start = 0
            for end, kind in zip(ends.run_ends.to_pylist(), ends.values.to_pylist()):
                yield kind, t.slice(start, end - start)
                start = end


def _cut(batches: Iterable[pa.RecordBatch], schema: pa.Schema, size: int) -> Iterator[pa.Table]:
    """The rows of batches, so many at once (but the last)."""
    held = schema.empty_table()
    for batch in batches:
        held = pa.concat_tables([held, pa.Table.from_batches([batch]).select(schema.names).cast(schema)])
        while len(held) >= size:
            yield held.slice(0, size)
            held = held.slice(size)
    if len(held):
        yield held


def _parts(path: Path) -> list[Path]:
    """A table is a file, or a folder of parts in order."""
    return sorted(path.glob("part-*.parquet")) if path.is_dir() else [path]


@contextmanager
def _readable(folder: Path, name: str) -> Iterator[Path]:
    path = folder / f"{name}.parquet"
    try:
        for part in _parts(path)[:1]:
            if not set(TABLES[name].names).issuperset(pq.read_schema(part).names):
                raise StoreError(f"{path.as_posix()}: holds another table: build the folder again from its sources")
        yield path
    except FileNotFoundError:
        raise StoreError(
            f"{path.as_posix()}: no such table: is {folder.as_posix()} a graph folder? Make one with: kg build FILE… -o {folder.as_posix()}"
        ) from None
    except (pa.ArrowInvalid, pa.ArrowTypeError, OSError) as e:
        raise StoreError(f"{path.as_posix()}: damaged ({str(e).splitlines()[0]}): build the folder again from its sources") from None
