"""The pile: entries with their mentions as tables, what was refused, what each line became, and the files; read anew, or out of a graph folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kg import tables
from kg.errors import StoreError
from kg.model import Rejected, content_id
from kg.readers import read_all
from kg.readers.inputs import Input
from kg.readers.source import Options


@dataclass(frozen=True)
class Pile:
    """Everything that was read. `entries` are in the order of their ids, `mentions` in the order of their entries; `report` has source, line and what it became."""

    entries: pa.Table
    mentions: pa.Table
    rejected: list[Rejected]
    report: pa.Table
    sources: list[dict[str, Any]]

    @classmethod
    def empty(cls) -> Pile:
        return cls(tables.ENTRIES.empty_table(), tables.MENTIONS.empty_table(), [], tables.REPORT.empty_table(), [])


def read_pile(files: Sequence[Path | Input], format: str | None = None, options: Options = Options()) -> Pile:
    """What the files hold; no mentions yet."""
    parts = Pile.empty()
    entries, report = [parts.entries], [parts.report]
    for file, reading in read_all(files, format=format, options=options) if files else ():
        entries.append(tables.table(reading.entries, tables.ENTRIES))
        lines, became = zip(*reading.became) if reading.became else ((), ())
        report.append(pa.table([[file.name] * len(lines), lines, became], schema=tables.REPORT))
        parts.rejected.extend(reading.rejected)
        parts.sources.append({
            "name": file.name, "sha256": file.sha256(), "format": reading.format, "entries": len(reading.entries), "rejected": len(reading.rejected),
            "author": options.author, "columns": dict(options.columns),
        })  # fmt: skip
    return Pile(pa.concat_tables(entries), parts.mentions, parts.rejected, pa.concat_tables(report), parts.sources)


def without(pile: Pile, names: Iterable[str]) -> Pile:
    """A pile but for some of its sources."""
    names = set(names)
    gone = pa.array(sorted(names), pa.string())
    keep = lambda t, column: t.filter(pc.invert(pc.is_in(t[column], gone)))
    entries = keep(pile.entries, "source")
    left = pile.mentions.filter(pc.is_in(pile.mentions["entry"], entries["id"].combine_chunks()))
    return Pile(
        entries, left, [r for r in pile.rejected if r.source not in names], keep(pile.report, "source"), [s for s in pile.sources if s["name"] not in names]
    )


def united(old: Pile, new: Pile) -> Pile:
    """The old pile with the new one's files in the place of their earlier versions. Mentions are those of the old pile's entries that are there with the same
    content, under whatever id."""
    left = without(old, (s["name"] for s in new.sources))
    entries = pa.concat_tables([left.entries, new.entries])
    ids, renamed = _distinct(entries["id"].to_pylist(), entries["source"].to_pylist())
    entries = entries.set_column(0, tables.ENTRIES.field("id"), pa.array(ids, pa.string()))
    entries = entries.take(pc.sort_indices(entries["id"]))
    report = pa.concat_tables([left.report, new.report])
    if renamed:
        became = [_renamed(source, what, renamed) for source, what in zip(report["source"].to_pylist(), report["became"].to_pylist())]
        report = report.set_column(2, tables.REPORT.field("became"), pa.array(became, pa.string()))
    return Pile(
        entries,
        _known(entries, old),
        sorted([*left.rejected, *new.rejected], key=attrgetter(*tables.REJECTED_ORDER)),
        report.take(pc.sort_indices(report, [("source", "ascending"), ("line", "ascending"), ("became", "ascending")])),
        sorted([*left.sources, *new.sources], key=lambda s: s["name"]),
    )


def _known(entries: pa.Table, old: Pile) -> pa.Table:
    """The mentions of the entries whose content the old pile has."""
    now: dict[str, list[str]] = defaultdict(list)
    for id, content in zip(entries["id"].to_pylist(), entries["content"].to_pylist()):
        now[content].append(id)
    before = dict(zip(old.entries["id"].to_pylist(), old.entries["content"].to_pylist()))
    spoken = old.mentions["entry"].to_pylist()
    first = {content: id for id, content in reversed(before.items())}
    rows = [(i, id) for i, entry in enumerate(spoken) if first.get(before.get(entry)) == entry for id in now.get(before[entry], ())]
    if not rows:
        return old.mentions.slice(0, 0)
    at, ids = zip(*rows)
    taken = old.mentions.take(pa.array(at))
    return taken.set_column(0, tables.MENTIONS.field("entry"), pa.array(ids, pa.string()))


def in_order(mentions: pa.Table, entries: pa.Table) -> pa.Table:
    """Mentions in the order of their entries; those of one entry stay in theirs."""
    at = pc.index_in(mentions["entry"].combine_chunks(), entries["id"].combine_chunks())
    table = pa.table({"at": at, "n": pa.array(range(len(at)), pa.int64())})
    return mentions.take(pc.sort_indices(table, [("at", "ascending"), ("n", "ascending")]))


def _distinct(ids: list[str], of: list[str]) -> tuple[list[str], dict[tuple[str, str], str]]:
    """Two files may give the same entry id (pages/1.txt and more/1.txt): all but the first file's get a mark of their file."""
    sources: dict[str, str] = {}
    several: set[str] = set()
    bare = [id if "~" not in id else id.removesuffix(_mark(source)) for id, source in zip(ids, of)]
    for id, source in zip(bare, of):
        if sources.setdefault(id, source) != source:
            several.add(id)
            sources[id] = min(sources[id], source)
    out, renamed = [], {}
    for before, id, source in zip(ids, bare, of):
        name = id if source == sources[id] else id + _mark(source)
        if id in several or name != before:
            renamed[source, id] = name
        out.append(name)
    return out, renamed


def _mark(source: str) -> str:
    return f"~{content_id(source)[:6]}"


def _renamed(source: str, became: str, renamed: Mapping[tuple[str, str], str]) -> str:
    first, _, rest = became.rpartition(" ")
    bare = first.removesuffix(_mark(source))
    return f"{renamed[source, bare]} {rest}" if (source, bare) in renamed else became


def old_pile(folder: Path, sources: Sequence[dict[str, Any]]) -> Pile:
    """What a folder holds already."""
    entries = tables.read(folder, "entries")
    if entries["record"].null_count:  # an older folder
        for name in ("content", "record"):
            values = [getattr(e, name) for e in tables.Rows(entries, tables.entries_from)]
            entries = entries.set_column(entries.schema.get_field_index(name), tables.ENTRIES.field(name), pa.array(values, pa.string()))
    rejected = [r for r in tables.rejected_from(tables.read(folder, "rejected")) if r.line]
    return Pile(entries, tables.read(folder, "mentions"), rejected, tables.read(folder, "report"), list(sources))


def check_folder(folder: Path) -> bool:
    """Whether something is at `folder` that can be added to; StoreError for a file."""
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"{folder.as_posix()}: is a file: choose another folder for -o")
    return folder.is_dir() and any(folder.iterdir())
