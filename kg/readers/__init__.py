"""Readers: files into entries. A new one is a file and a line in READERS."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from kg.errors import ReadError, WrongUse
from kg.readers.abstracts import read_abstracts
from kg.readers.jsonl import read_jsonl
from kg.readers.lines import abstract_start
from kg.readers.listing import read_listing
from kg.readers.source import Reading, Source, load

READERS: dict[str, Callable[[Source, str | None], Reading]] = {
    "listing": read_listing,
    "abstracts": read_abstracts,
    "jsonl": read_jsonl,
}
_OTHER = {
    "BibTeX": re.compile(r"\s*@(?:article|inproceedings|misc|book|string|comment|phdthesis|techreport|conference)\s*[{(]", re.I),
    "XML or HTML": re.compile(r"\s*<(?:\?xml|!doctype|html|feed|rdf)", re.I),
    "a JSON array": re.compile(r"\s*\["),
    "RIS": re.compile(r"\s*TY  - "),
}


def sniff(source: Source) -> str:
    """The reader for a file, by its content."""
    return _most_entries({name: READERS[name](source, None) for name in _likely(source)})


def _likely(source: Source) -> tuple[str, ...]:
    """The readers that may be meant; a listing may have a stray "Abstract:" in it, and then both are tried."""
    lines = [line for line in source.lines if not line.blank]
    if 2 * sum(line.text.lstrip()[:1] == "{" for line in lines) >= len(lines):
        return ("jsonl",)
    return ("abstracts", "listing") if any(abstract_start(line.text) is not None for line in lines) else ("listing",)


def _most_entries(readings: dict[str, Reading]) -> str:
    """The reader that found most entries, the first of equals."""
    return max(readings, key=lambda name: len(readings[name].entries))


def read(path: Path, *, format: str | None = None, author: str | None = None) -> Reading:
    """Read one file. Raises ReadError, naming file, line and mend, if it is no text or holds no entry at all; WrongUse for an unknown format."""
    if format is not None and format not in READERS:
        raise WrongUse(f"unknown format {format!r}: choose one of {', '.join(READERS)}")
    return read_source(load(path), format=format, author=author)


def read_source(source: Source, *, format: str | None = None, author: str | None = None) -> Reading:
    names = (format,) if format else _likely(source)
    if format is None and names != ("jsonl",):
        for name, pattern in _OTHER.items():
            if pattern.match(source.text) and (name != "a JSON array" or re.match(r"\s*\[\s*[{\"\]]", source.text)):
                raise ReadError(f"{source.name}: line 1: this looks like {name}, which is not read: give a pasted listing or JSON lines")
    readings = {name: READERS[name](source, author) for name in names}
    chosen = _most_entries(readings)
    reading = readings[chosen]
    if not reading.entries:
        first = reading.rejected[0] if reading.rejected else None
        why = (
            f"line {first.line}: {first.reason if chosen == 'jsonl' else 'neither title with authors nor abstract begins here or further down'}"
            if first
            else "line 1: nothing found"
        )
        raise ReadError(f"{source.name}: {why}; no entry was found in the file as {chosen!r}: check the content or give --format ({', '.join(READERS)})")
    return reading
