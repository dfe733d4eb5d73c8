"""Doors: where words of strangers come in. Each takes any bytes and fails (AssertionError, or anything but a KgError) where a promise is broken.

The same functions are called by hypothesis (tests/test_fuzz.py), by a fuzzer that follows the code (python -m tests.fuzz), and with what these found.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import networkx as nx

from kg import queries, tables
from kg.errors import KgError, QueryError, ReadError, WrongUse
from kg.exports.bibtex import escaped
from kg.exports.networks import _xml
from kg.extract import addresses
from kg.queries import Question
from kg.readers import READERS, read_all, read_input
from kg.readers.inputs import Input
from kg.readers.source import decode
from kg.stores.embedded import Embedded
from kg.terminal import clean as shown
from kg.terminal import json_text
from kg.text import clean, fold, from_spreadsheet, plain, repository_name, sentences, spreadsheet

LINE_BY_LINE = ("listing", "abstracts", "arxiv-listing", "pdf-text")  # formats that tell of every line
NAME = "7_page"


def reads(format: str | None, raw: bytes) -> None:
    """A reader ends with entries and refused pieces that lie where they say, or with one line that names the file."""
    try:
        reading = read_input(Input(f"{NAME}.txt", lambda: io.BytesIO(raw)), format=format, packed=True)
    except (ReadError, WrongUse) as e:
        assert NAME in str(e) and len(str(e).splitlines()) == 1, e
        return
    entries = list(reading.entries)
    assert entries and len({e.id for e in entries}) == len(entries)
    for e in entries:
        assert 0 <= e.byte_start <= e.byte_end and e.line >= 1
        assert reading.format == "excel" or e.byte_end <= len(raw)
        for span in (e.title, e.abstract, *(p.span for p in e.authors)):
            assert span is None or 0 <= span.start < span.end <= len(e.text), (span, e.text)
        assert e.title or e.abstract
    for r in reading.rejected:
        assert r.reason and len(r.reason.splitlines()) == 1 and 0 <= r.byte_start <= r.byte_end and r.line >= 1
        assert reading.format == "excel" or r.byte_end <= len(raw)
    if reading.format in LINE_BY_LINE:
        told = [number for number, _ in reading.became]
        lines = len(decode(raw, NAME).lines)
        assert told == sorted(told) and set(told) >= set(range(1, lines)), (told, lines)


def unpacks(raw: bytes) -> None:
    """A packed file or an archive gives its files, or one line that names it; nothing is written anywhere."""
    with tempfile.TemporaryDirectory(prefix="kg-fuzz-") as folder:
        path = Path(folder) / f"{NAME}.zip"
        path.write_bytes(raw)
        try:
            for file, reading in read_all([path]):
                assert file.name.startswith(path.as_posix()) and reading.rejected is not None
        except (ReadError, WrongUse) as e:
            assert NAME in str(e) and len(str(e).splitlines()) == 1, e
        assert [path] == list(Path(folder).iterdir())


def cleans(raw: bytes) -> None:
    """The cleaned copy and its way back; folding, sentences, what is shown."""
    source = raw.decode("utf-8", "replace")
    copy = clean(source)
    assert len(copy.text) == len(copy.starts) == len(copy.ends)
    assert all(0 <= a < b <= len(source) for a, b in zip(copy.starts, copy.ends))
    assert list(copy.starts) == sorted(copy.starts)
    for start, end in ((0, len(copy.text)), (len(copy.text) // 2, len(copy.text)), (len(copy.text) // 3, len(copy.text) // 2)):
        if start < end:
            a, b = copy.source_span(start, end, source)
            assert 0 <= a <= b <= len(source)
    assert fold(fold(source)) == fold(source)
    assert plain(source) == " ".join(copy.text.split())
    assert "".join("".join(source[a:b].split()) for a, b in sentences(source)) == "".join(source.split())


def finds_addresses(raw: bytes) -> None:
    """Addresses lie in the text, one after the other, and have a host, an owner and a name."""
    text = raw.decode("utf-8", "replace")
    last = 0
    for a in addresses.find(text):
        assert last <= a.start < a.end <= len(text)
        assert re.fullmatch(r"[a-z0-9.\-]+/[a-z0-9._~\-]+/[a-z0-9._~\-]+", a.name), a.name
        assert repository_name(*a.name.split("/")) == a.name
        assert addresses.role(text, a, (0, len(text))) in ("own", "used")
        last = a.start


def asks(raw: bytes) -> None:
    """Any text as Cypher gives rows or is refused, and the graph stays as it is; any value of a parameter comes back as it went in."""
    store, before = _store()
    text = raw.decode("utf-8", "replace").replace("\x00", " ")
    for name in ("papers-of-author", "top-methods", ""):
        question = queries.questions()[name] if name else Question("", "", "", (), "", "", "RETURN $x AS x")
        try:
            given = queries.arguments(question, {(question.parameters[0].name if name else "x"): text})
        except WrongUse as e:
            assert len(str(e)) < len(text) * 4 + 400
            continue
        rows = store.ask(question.text, given)
        if not name:
            assert len(rows) == 1 and (rows[0]["x"] == given["x"] or given["x"] != given["x"] or not isinstance(given["x"], str)), rows
    try:
        store.ask(text, {})
    except QueryError as e:
        assert str(e).strip()
    assert store.ask("MATCH (n) RETURN count(n) AS n", {}) == before


@lru_cache(maxsize=1)
def _store() -> tuple[Embedded, list[dict[str, Any]]]:
    from kg.build import build

    folder = Path(tempfile.mkdtemp(prefix="kg-fuzz-"))
    (folder / "1.jsonl").write_text(
        '{"id": "1", "title": "PlumNet", "authors": ["Ada Moreau", "Bo Li"], "date": "2021", "methods": [{"name": "PlumNet", "role": "proposed"}]}\n',
        encoding="utf-8",
    )
    build([folder / "1.jsonl"], folder / "graph")
    store = Embedded(folder / "graph")
    return store, store.ask("MATCH (n) RETURN count(n) AS n", {})


class _Page(HTMLParser):
    """The elements of a page, and what its scripts hold."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.scripts: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.elements.append(tag)
        self.handlers += [name for name, _ in attributes if name.startswith("on")]
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1] == "script" and self.scripts:
            self.scripts[-1] += data


@lru_cache(maxsize=1)
def _harmless() -> tuple[list[str], int]:
    page = _Page()
    page.feed(_drawn("word"))
    return page.elements, len(page.scripts)


def _drawn(word: str) -> str:
    from kg.views import show

    g = nx.MultiDiGraph(about=word)
    paper: Mapping[str, Any] = {
        "kind": "Paper",
        "name": word,
        "label": word,
        "title": word,
        "year": 2021,
        "abstract": word,
        "url": word,
        "stub": False,
        "entries": [word],
    }
    g.add_node("paper:1", **paper)
    g.add_node("author:1", kind="Author", name=word, label=word, papers=1, variants=[word])
    g.add_edge("author:1", "paper:1", key="e", kind="AUTHORED", confidence=1.0, evidence=1, sentence=word, entry=word, source=word)
    return show(g).page


def draws(raw: bytes) -> None:
    """Whatever nodes are called, the page has the elements that it has anyway, no handler, and data that are read back."""
    word = raw.decode("utf-8", "replace").replace("\x00", "") or "word"
    page = _Page()
    page.feed(_drawn(word))
    assert (page.elements, len(page.scripts)) == _harmless(), word
    assert not page.handlers


def writes(raw: bytes) -> None:
    """Words in the terminal, in JSON, in CSV, in XML, in BibTeX."""
    text = raw.decode("utf-8", "replace")
    assert all(c in "\n\t" or c.isprintable() or c.isspace() for c in shown(text)) and "\x1b" not in shown(text) and "\r" not in shown(text)
    printed = json_text({"x": text})
    assert json.loads(printed) == {"x": text} and not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e]", printed)
    cell = spreadsheet(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert from_spreadsheet(cell) == from_spreadsheet(text)
    from xml.etree import ElementTree

    element = ElementTree.Element("x", {"a": _xml(text)})
    element.text = _xml(text)
    back = ElementTree.fromstring(ElementTree.tostring(element, "unicode"))
    assert back.text == (_xml(text) or None)
    depth = 0
    for c in escaped(text):
        depth += (c == "{") - (c == "}")
        assert depth >= 0
    assert depth == 0


def extracts(raw: bytes) -> None:
    """The whole way of an entry: what is found in it lies in its text, and its tables are written and read back."""
    from kg.extract import extract

    text = raw.decode("utf-8", "replace")
    record = json.dumps({"id": "1", "title": text[:200] or "x", "abstract": text[200:] or None}, ensure_ascii=False).encode()
    try:
        (entry,) = read_input(Input(f"{NAME}.jsonl", lambda: io.BytesIO(record)), format="jsonl").entries
    except KgError:
        return
    ((_, mentions),) = extract([entry])
    for m in mentions:
        assert m.name.strip() and 0 <= m.confidence <= 1
        for p in m.places:
            assert 0 <= p.start < p.end <= len(entry.text)
    assert [entry] == list(tables.packed([entry], tables.ENTRIES, tables.entries_from))


DOORS: dict[str, Callable[[bytes], None]] = {
    **{f"read-{name}": (lambda raw, name=name: reads(name, raw)) for name in READERS},
    "read": lambda raw: reads(None, raw),
    "packed": unpacks,
    "clean": cleans,
    "addresses": finds_addresses,
    "cypher": asks,
    "html": draws,
    "write": writes,
    "extract": extracts,
}
