"""What a reader gives back, and a page as lines whose places are known, in characters and in bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from kg.errors import ReadError
from kg.model import Entry, Rejected
from kg.readers.inputs import BOM, Input

UTF16 = (b"\xff\xfe", b"\xfe\xff")
PAGE = 256 << 20  # bytes
PAGE_LINES = 2_000_000
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|$)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end: `text == source.text[start:end]`; numbers count from 1."""

    number: int
    start: int
    end: int
    text: str

    @property
    def blank(self) -> bool:
        return not self.text.strip()

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip())


@dataclass(frozen=True)
class Source:
    """A decoded file. `name` is the path as the user gave it, with forward slashes."""

    name: str
    text: str
    lines: tuple[Line, ...] = field(repr=False)
    byte_starts: tuple[int, ...] = field(repr=False)

    @property
    def prefix(self) -> str:
        return prefix(self.name)

    def line_at(self, offset: int) -> Line:
        low, high = 0, len(self.lines) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.lines[middle].start <= offset else (low, middle - 1)
        return self.lines[low]

    def byte_at(self, offset: int) -> int:
        line = self.line_at(offset)
        return self.byte_starts[line.number - 1] + len(self.text[line.start : offset].encode())

    def reject(self, line: Line, reason: str) -> Rejected:
        return Rejected(self.name, line.number, self.byte_at(line.start), self.byte_at(line.end), line.text, reason)


class Passed(NamedTuple):
    """A line that is neither entry nor refused, or a part of an entry, and what it became ("blank", "<id> abstract", …)."""

    line: int
    what: str


# What a reader gives, one after the other as the file has it.
Item = Entry | Rejected | Passed


@dataclass(frozen=True)
class Options:
    """What the user says of a file: whose page it is, and which column of a table holds what (field: header)."""

    author: str | None = None
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Reading:
    """What became of a file: its format, its entries (of a large one as rows of a table), what was refused, and for each line in order what it became ("blank",
    "rejected", "<id> abstract", …)."""

    format: str
    entries: Sequence[Entry]
    rejected: tuple[Rejected, ...]
    became: tuple[tuple[int, str], ...]


def prefix(name: str) -> str:
    """What entry ids of a file begin with: the leading digits of the name's stem, else the stem."""
    stem = Path(re.sub(r"\.(?:gz|zst|bz2|xz)$", "", name)).stem
    return m[0] if (m := re.match(r"\d+", stem)) else stem


def decode(raw: bytes, name: str) -> Source:
    """Raises ReadError for what is no UTF-8 text, naming line and byte."""
    skip = len(BOM) if raw.startswith(BOM) else 0
    if raw.startswith(UTF16):
        raise ReadError(f"{name}: line 1: this is UTF-16: save it as UTF-8, for instance with iconv -f utf-16 -t utf-8")
    if raw.startswith(b"%PDF"):
        raise ReadError(f"{name}: this is a PDF: take the text of its first page, for instance with pdftotext -l 1, and read that")
    if raw[:4] == b"PAR1" or raw.startswith((b"\x89PNG", b"\xff\xd8\xff", b"PK\x03\x04")) or b"\x00" in raw[:65536]:
        raise ReadError(f"{name}: this is a binary file, not text: save the page or the records as UTF-8 text")
    try:
        text = raw[skip:].decode("utf-8")
    except UnicodeDecodeError as e:
        line = raw[: skip + e.start].count(b"\n") + 1
        raise ReadError(
            f"{name}: line {line}: byte 0x{raw[skip + e.start]:02x} is not UTF-8: convert the file, for instance with iconv -f latin1 -t utf-8"
        ) from None
    if text.count("\n") + text.count("\r") > 2 * PAGE_LINES:
        raise ReadError(f"{name}: has more than {PAGE_LINES:,} lines, which no pasted page has: if it holds records, name their format with --format")
    lines: list[Line] = []
    starts: list[int] = []
    at = skip
    for m in _LINE.finditer(text):
        if m.start() == len(text) and lines:
            break
        body = m[0].rstrip("\r\n")
        lines.append(Line(len(lines) + 1, m.start(), m.start() + len(body), body))
        starts.append(at)
        at += len(m[0].encode())
    return Source(name, text, tuple(lines), tuple(starts))


def load(file: Input) -> Source:
    """A page, whole; ReadError for what is empty, binary, or larger than any page."""
    with file.open() as f:
        raw = f.read(PAGE + 1)
    if len(raw) > PAGE:
        raise ReadError(f"{file.name}: larger than {PAGE >> 20} MB, which no pasted page is: if it holds records, name their format with --format")
    if not raw.removeprefix(BOM).strip():
        raise ReadError(f"{file.name}: the file is empty: paste at least one entry into it")
    return decode(raw, file.name)
