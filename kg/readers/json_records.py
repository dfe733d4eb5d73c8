"""Files of JSON as records with their places: one object a line, an array of them, an answer of an interface that wraps such an array, or one object alone."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from kg.readers.inputs import BOM, LONGEST, Input
from kg.readers.records import Raw, not_utf8
from kg.readers.source import UTF16

CHUNK = 1 << 20
WRAPPER = 6  # keys at most of an object that wraps others
SWALLOWED = 1 << 16  # bytes in which the boundary behind a broken text is looked for
SHOWN = 2000  # bytes of a piece that cannot be read
LEAST = 4096
# The lists that interfaces wrap their records in, and what single records are wrapped in.
_LISTS = ("results", "items", "data", "notes", "papers", "recommendedPapers")
_WRAPPED = re.compile(rb'\s*(?:\{(?:[^\[]|\[\s*\]){0,20000}?"(?:' + "|".join(_LISTS).encode() + rb')"\s*:\s*)?\[\s*(?=[{\]])')
_DECODER = json.JSONDecoder()


def json_records(file: Input) -> Iterator[Raw]:
    """One Raw an object, in constant memory; where the file breaks, the next object that can be read goes on."""
    head = file.head.removeprefix(BOM)
    if file.head.startswith(UTF16):
        yield Raw(1, 0, 2, file.head[:2], problem="this is UTF-16: save the file as UTF-8, for instance with iconv -f utf-16 -t utf-8")
        return
    if (file.first == b"[" and re.match(rb"\s*\[\s*[{\]]", head)) or (file.first == b"{" and not _lines(head)):
        with file.open() as f:
            yield from _array(f, head)
    else:
        yield from _each_line(file)


def _lines(head: bytes) -> bool:
    """Whether the first line that is not blank is an object by itself, or nothing at all, and not the beginning of a larger one."""
    line, _, rest = head.lstrip().partition(b"\n")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        # A broken first line of several that look like objects.
        return rest.lstrip()[:1] == b"{" and line.rstrip().endswith(b"}")
    return not (isinstance(value, dict) and not rest.strip() and _inner(value) is not None)


def _inner(value: dict[str, Any]) -> Any:
    """The list or the one record that an answer wraps, if it does."""
    message = value.get("message")
    inside = message if isinstance(message, dict) else value
    found = next((inside[k] for k in _LISTS if isinstance(inside.get(k), list) and not {"title", "abstract"} & inside.keys()), None)
    return found if found is not None else message if isinstance(message, dict) else None


def _each_line(file: Input) -> Iterator[Raw]:
    for number, start, line in file.lines():
        body = line.rstrip(b"\r\n")
        if len(line) >= LONGEST:
            yield Raw(
                number, start, start + len(line), line[:SHOWN], problem=f"this line is longer than {LONGEST >> 20} MB, which no record is: it was left out"
            )
        elif not body.strip():
            yield Raw(number, start, start, b"", passed="blank")
        else:
            found = _parsed(number, start, body)
            if found.value and len(found.value) <= WRAPPER and (inner := _inner(found.value)) is not None:
                yield from (_inside(found, x) for x in (inner if isinstance(inner, list) else [inner]))
                continue
            yield (
                found._replace(problem=f"{found.problem}: one JSON object a line is expected")
                if found.problem and found.problem.startswith("not valid")
                else found
            )


def _parsed(line: int, start: int, body: bytes) -> Raw:
    end = start + len(body)
    try:
        value = _DECODER.decode(body.decode())
    except UnicodeDecodeError:
        return Raw(line, start, end, body, problem=not_utf8(body))
    except (ValueError, RecursionError) as e:
        why = getattr(e, "msg", "a number of too many digits" if isinstance(e, ValueError) else "nested too deeply")
        return Raw(line, start, end, body, problem=f"not valid JSON ({why})")
    if not isinstance(value, dict):
        return Raw(line, start, end, body, problem='not a JSON object: {"title": …} is expected')
    try:
        return Raw(line, start, end, body, _scrubbed(value) if b"\\u" in body and b"\\ud" in body.lower() else value)
    except RecursionError:
        return Raw(line, start, end, body, problem="not valid JSON (nested too deeply)")


def _scrubbed(value: Any) -> Any:
    """A JSON value in which lone surrogates, which are no characters and cannot be stored, are question marks."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_scrubbed(v) for v in value]
    if isinstance(value, dict):
        return {_scrubbed(k): _scrubbed(v) for k, v in value.items()}
    return value


def _array(f: BinaryIO, head: bytes) -> Iterator[Raw]:
    """The objects of an array, one after the other."""
    window = _Window(f)
    m = _WRAPPED.match(head)
    window.skip_mark()
    if m:
        window.take(len(head[: m.end()].decode("utf-8", "surrogateescape")))
    broken = not m
    while True:
        window.skip_blank()
        first, line, start = window.peek(), window.line, window.at
        if not first or (first == "]" and not broken):
            return
        length = (window.quick_length() or window.object_length()) if first == "{" else None
        if length is None:
            # What does not begin, or does not end, as an object does: on with the next one that seems to begin.
            piece = window.take(window.next_object())
            if piece.strip(b"]}, \t\r\n"):
                yield Raw(line, start, start + len(piece), piece[:SHOWN], problem="not valid JSON: what stands here is no object, or one that does not end")
            broken = True
            continue
        raw = _parsed(line, start, window.take(length))
        if raw.problem:
            broken = True
            if raw.problem.startswith("not valid") and (cut := _swallowed(raw.text.decode("utf-8", "surrogateescape"))):
                window.put_back(length - cut)
                body = raw.text[: -len(window.ahead(length - cut))]
                raw = Raw(line, start, start + len(body), body, problem=raw.problem)
            yield raw
            continue
        window.key = window.key or _FIRST_KEY.match(raw.text.decode())
        inner = _inner(raw.value)
        if isinstance(inner, list):
            yield from (_inside(raw, x) for x in inner)
        else:
            yield raw if inner is None else _inside(raw, inner)


def _inside(raw: Raw, value: Any) -> Raw:
    """A record that lies somewhere in a larger object."""
    fits = isinstance(value, dict)
    return Raw(raw.line, raw.start, raw.end, raw.text[:SHOWN], value if fits else None, None if fits else "not a JSON object")


_BEGIN = re.compile(r"[\s,]*")
_NEXT = re.compile(r"\}?(?:(?<!\s)\s+)?,\s*(?=\{\s*(?:\"|$))")
_FIRST_KEY = re.compile(r'\{\s*"[^"\\]{1,100}"')
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}]|"', re.S)


def _swallowed(piece: str) -> int | None:
    """Where in a piece the next object begins, if a quote too many or too few has made the boundary a part of a text."""
    return next((m.start() + n.end() for m in _TOKEN.finditer(piece) if m[0][:1] == '"' and (n := _NEXT.search(m[0]))), None)


class _Window:
    """A stretch of a stream as text, moved along it, that knows its byte and its line. Bytes that are no UTF-8 are kept as lone surrogates."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.buffer = ""
        self._from = 0  # where the unread part of the buffer begins
        self.at, self.line = 0, 1
        self._most = LONGEST  # characters in which the end of a broken object is looked for
        self.key: re.Match[str] | None = None  # how the objects begin
        self._more()

    def _more(self) -> bool:
        chunk = self._stream.read(CHUNK)
        self.buffer = self.buffer[self._from :] + self._decoder.decode(chunk, final=not chunk)
        self._from = 0
        return bool(chunk)

    def take(self, length: int) -> bytes:
        body = self.ahead(length)
        self._from += length
        self.at += len(body)
        self.line += body.count(b"\n")
        return body

    def ahead(self, length: int) -> bytes:
        """The next so many characters, as they are in the file."""
        return self.buffer[self._from : self._from + length].encode("utf-8", "surrogateescape")

    def put_back(self, length: int) -> None:
        self._from -= length
        body = self.ahead(length)
        self.at -= len(body)
        self.line -= body.count(b"\n")

    def skip_mark(self) -> None:
        if self.peek() == "\ufeff":
            self.take(1)

    def skip_blank(self) -> None:
        while True:
            blank: Any = _BEGIN.match(self.buffer, self._from)
            self.take(blank.end() - self._from)
            if self._from < len(self.buffer) or not self._more():
                return

    def peek(self) -> str:
        return self.buffer[self._from : self._from + 1]

    def quick_length(self) -> int | None:
        """How long the object is that begins here, if it is whole and lies in the buffer."""
        try:
            return _DECODER.raw_decode(self.buffer, self._from)[1] - self._from
        except (ValueError, RecursionError):
            return None

    def object_length(self) -> int | None:
        """How long the object is that begins here, by its braces outside of texts; None if it does not end."""
        depth, scanned = 0, 0
        while True:
            for m in _TOKEN.finditer(self.buffer, self._from + scanned):
                c = m[0]
                if c == "{":
                    depth += 1
                elif c == "}":
                    depth -= 1
                    if depth == 0:
                        self._most = LONGEST
                        return m.end() - self._from
                elif scanned > self._most:
                    break
                elif c == '"':
                    # A text that does not end in the buffer: look at it again when there is more.
                    scanned = m.start() - self._from
                    break
                scanned = m.end() - self._from
            if scanned > self._most or len(self.buffer) - self._from > LONGEST or not self._more():
                # A file that is broken over and over must not be looked through to its end each time.
                self._most = max(self._most // 4, LEAST)
                return None

    def next_object(self) -> int:
        """How far it is to where another object of the array seems to begin (one whose first key is that of the others); to the end of the buffer if none does."""
        if cut := _swallowed(self.buffer[self._from : self._from + min(SWALLOWED, self._most)]):
            return cut
        alike = re.compile(r"\}?(?:(?<!\s)\s+)?,\s*(?=" + re.escape(self.key[0]) + ")") if self.key else _NEXT
        m = alike.search(self.buffer, self._from + 1) or _NEXT.search(self.buffer, self._from + 1)
        return (m.end() if m else len(self.buffer)) - self._from
