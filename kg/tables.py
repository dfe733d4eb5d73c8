"""Arrow schemas of the graph folder's tables, rows to tables and back, Parquet in and out.

A graph folder holds one Parquet file for each of TABLES. They are the store of record: every database is made from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kg.errors import StoreError
from kg.model import Assertion, Entry, Kind, Mention, Person, Place, Reference, Rejected, Span

_text, _int, _float, _bool = pa.string(), pa.int64(), pa.float64(), pa.bool_()
_texts = pa.list_(_text)
_span = pa.struct([("start", _int), ("end", _int)])

ENTRIES = pa.schema(
    [
        ("id", _text), ("source", _text), ("line", _int), ("byte_start", _int), ("byte_end", _int), ("text", _text), ("format", _text), ("title", _span), ("abstract", _span),
        ("authors", pa.list_(pa.struct([("name", _text), ("span", _span), ("affiliations", _texts), ("orcid", _text)]))), ("truncated_authors", _bool), ("page_author", _text),
        ("page_author_confidence", _float), ("affiliations", _texts), ("categories", _texts), ("date", _text), ("code_flag", _bool), ("venue", _text), ("url", _text), ("doi", _text),
        ("arxiv_id", _text), ("comment", _text), ("assertions", pa.list_(pa.struct([("field", _text), ("name", _text), ("aliases", _texts), ("role", _text)]))),
        ("verbatim", _bool), ("keywords", _texts), ("identifiers", _texts), ("references", pa.list_(pa.struct([("keys", _texts), ("title", _text), ("year", _int)]))), ("type", _text),
        ("version", _text),
    ]
)  # fmt: skip
MENTIONS = pa.schema(
    [
        ("entry", _text), ("kind", _text), ("name", _text), ("aliases", _texts), ("long_form", _text), ("role", _text), ("confidence", _float), ("extractor", _text),
        ("places", pa.list_(pa.struct([("start", _int), ("end", _int), ("sentence", _text)]))),
    ]
)  # fmt: skip
# One row a node; what a kind does not have is null. A paper of several entries has what each says of it: field, value and entry; one that is only cited is a stub. `papers` counts the papers that speak of it, by edges; `confidence` is the best of them.
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
REJECTED = pa.schema([("source", _text), ("line", _int), ("byte_start", _int), ("byte_end", _int), ("text", _text), ("reason", _text)])
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
}


def plain_value(value: Any) -> Any:
    """A record as dicts, lists and scalars, as Arrow takes them."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {f.name: plain_value(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: plain_value(v) for name, v in zip(value._fields, value)}
    if isinstance(value, (tuple, list)):
        return [plain_value(v) for v in value]
    return value


def table(rows: Iterable[Any], schema: pa.Schema) -> pa.Table:
    """Records or dicts as an Arrow table; columns that a row lacks are null."""
    plain = [plain_value(r) for r in rows]
    return pa.Table.from_pylist(plain, schema=schema)


def entries_from(t: pa.Table) -> list[Entry]:
    span = lambda s: None if s is None else Span(s["start"], s["end"])
    out = []
    for r in t.to_pylist():
        r |= {"title": span(r["title"]), "abstract": span(r["abstract"])}
        r |= {"authors": tuple(Person(p["name"], span(p["span"]), tuple(p["affiliations"]), p["orcid"]) for p in r["authors"])}
        r |= {"assertions": tuple(Assertion(a["field"], a["name"], tuple(a["aliases"]), a["role"]) for a in r["assertions"])}
        r |= {"references": tuple(Reference(tuple(x["keys"]), x["title"], x["year"]) for x in r["references"])}
        out.append(Entry(**r | {k: tuple(r[k]) for k in ("affiliations", "categories", "keywords", "identifiers")}))
    return out


def mentions_from(t: pa.Table) -> list[Mention]:
    return [Mention(**r | {"kind": Kind(r["kind"]), "aliases": tuple(r["aliases"]), "places": tuple(Place(**p) for p in r["places"])}) for r in t.to_pylist()]


def rejected_from(t: pa.Table) -> list[Rejected]:
    return [Rejected(**r) for r in t.to_pylist()]


def write(tables: Mapping[str, pa.Table], folder: Path) -> None:
    """Each table as `<name>.parquet`; the same rows give the same bytes."""
    for name, t in tables.items():
        pq.write_table(t, folder / f"{name}.parquet", compression="zstd", version="2.6", store_schema=False)


def read(folder: Path, name: str) -> pa.Table:
    """One table of a graph folder. Raises StoreError if it is missing or damaged, naming the file and the mend."""
    path = folder / f"{name}.parquet"
    try:
        t = pq.read_table(path, schema=TABLES[name])
    except FileNotFoundError:
        raise StoreError(
            f"{path.as_posix()}: no such table: is {folder.as_posix()} a graph folder? Make one with: kg build FILE… -o {folder.as_posix()}"
        ) from None
    except (pa.ArrowInvalid, pa.ArrowTypeError, OSError) as e:
        raise StoreError(f"{path.as_posix()}: damaged ({str(e).splitlines()[0]}): build the folder again from its sources") from None
    return t
