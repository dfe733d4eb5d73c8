"""What a format is: how it is told from others by the beginning of a file, and how it is read."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any

from kg import tables
from kg.errors import ReadError
from kg.model import Entry, Rejected
from kg.readers.inputs import BOM, Input
from kg.readers.json_records import json_records
from kg.readers.source import Item, Options, Passed, Reading, Source, load

HOPELESS = 100_000  # refused pieces of a file of which hardly anything can be read: nobody looks through more
_TAG = re.compile(r"<(?:[\w\-]+:)?([A-Za-z][\w\-]*)(?=[\s>/])")


class Opening:
    """The beginning of a file as text, as the JSON objects that it begins with, and as the XML elements in it."""

    def __init__(self, file: Input) -> None:
        self.name = file.name
        self.raw = file.head.removeprefix(BOM)

    @cached_property
    def text(self) -> str:
        return self.raw[: 1 << 16].decode("utf-8", "replace")

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines that are not blank, but for a last one that may be cut off."""
        return [x for x in self.raw[: 1 << 16].split(b"\n")[: -1 if len(self.raw) > 1 << 16 else None] if x.strip()] or [self.raw[: 1 << 16]]

    @cached_property
    def records(self) -> list[Mapping[str, Any]]:
        """The first objects that can be read, five at most; none if the file is no JSON."""
        if self.raw.lstrip()[:1] not in (b"{", b"[") and b"\n{" not in self.raw[: 1 << 16]:
            return []
        found = json_records(Input(self.name, lambda: io.BytesIO(self.raw)))
        return [r.value for r in islice(found, 20) if isinstance(r.value, Mapping)][:5]

    @cached_property
    def elements(self) -> set[str]:
        """Names of XML elements, without prefix; none if the file does not begin as XML or HTML does."""
        return set(_TAG.findall(self.text)) if self.text.lstrip()[:1] == "<" else set()

    def any_record(self, test: Callable[[Mapping[str, Any]], bool]) -> bool:
        return any(map(test, self.records))

    def line_like(self, pattern: str) -> bool:
        """Whether some line begins like this."""
        return re.search(f"^(?:{pattern})", self.text, re.M) is not None


@dataclass(frozen=True)
class Format:
    """A format: what files have it, what an entry gets out of it, whether a file looks like it, and its reader, which gives what became of the file, piece by piece."""

    files: str
    gives: str
    looks: Callable[[Opening], bool]
    read: Callable[[Input, Options], Iterator[Item]]


def page(reader: Callable[[Source, str | None], Reading]) -> Callable[[Input, Options], Iterator[Item]]:
    """A reader of whole pages as one that gives its items."""

    def read(file: Input, options: Options) -> Iterator[Item]:
        found = reader(load(file), options.author)
        yield from found.entries
        yield from found.rejected
        yield from (Passed(n, what) for n, what in found.became if what != "rejected")

    return read


def collected(format: str, items: Iterator[Item], own: bool, packed: bool = False) -> Reading:
    """All that a reader gives. An id that comes twice is refused in a format of our own, and in others gets a number, so that no record is lost."""
    rejected: list[Rejected] = []
    became: list[tuple[int, str]] = []
    found = _entries(items, own, rejected, became)
    entries = tables.packed(found, tables.ENTRIES, tables.entries_from) if packed else tuple(found)
    return Reading(format, entries, tuple(rejected), tuple(sorted(dict.fromkeys(became))))


def _entries(items: Iterator[Item], own: bool, rejected: list[Rejected], became: list[tuple[int, str]]) -> Iterator[Entry]:
    """The entries; what else there is goes into the lists."""
    good = 0
    seen: dict[str, int] = {}
    again: dict[str, int] = {}  # how many records of an id there were
    for item in items:
        if isinstance(item, Entry):
            if item.id in seen and own:
                reason = f"id {item.id!r} is used in line {seen[item.id]} already: give each record an id of its own"
                item = Rejected(item.source, item.line, item.byte_start, item.byte_end, item.text, reason)
            else:
                name = item.id
                while item.id in seen:
                    again[name] = again.get(name, 1) + 1
                    item = replace(item, id=f"{name}#{again[name]}")
                seen[item.id] = item.line
        if isinstance(item, Entry):
            if not item.verbatim:
                became.append((item.line, f"{item.id} record"))
            good += 1
            yield item
        elif isinstance(item, Rejected):
            rejected.append(item)
            became.append((item.line, "rejected"))
            if len(rejected) >= HOPELESS > 10 * good:
                raise ReadError(
                    f"{item.source}: line {item.line}: {len(rejected):,} pieces were refused up to here, and {good:,} read: is it the right --format, or is a quote or a brace open?"
                )
        else:
            became.append((item.line, item.what))
