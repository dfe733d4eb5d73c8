"""RIS (as EndNote, Zotero, Mendeley, Scopus, Web of Science, publishers export it), record by record, each parsed by rispy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import rispy

from kg.readers.format import Format
from kg.readers.inputs import Input
from kg.readers.records import BadRecord, Raw, Record, day, entries, month_number, not_utf8
from kg.readers.source import BOM, Item, Options

LARGEST = 1 << 20  # bytes; what is longer is no record
_BEGIN = re.compile(rb"[ \t]*TY {1,2}- ?")
_END = re.compile(rb"[ \t]*ER {1,2}-")
_TAG = re.compile(r"(?m)^[ \t]*([A-Z][A-Z0-9]) {1,2}-(?: |$)")


def tagged_blocks(file: Input, begin: re.Pattern[bytes], end: re.Pattern[bytes] | None) -> Iterator[Raw]:
    """A Raw for each record of a format of tagged lines: from a line that begins one to the one that ends it, or before the next that begins one. Its value is its text."""
    block: list[bytes] = []
    start = at = size = 0
    began = 1

    def done() -> Raw:
        body = b"".join(block).rstrip()
        problem = not_utf8(body) or (f"longer than {LARGEST >> 20} MB: does its end lack?" if len(body) > LARGEST else None)
        return Raw(began, start, start + len(body), body, None if problem else body.decode(), problem)

    with file.open() as f:
        for n, line in enumerate(f, 1):
            body = line.removeprefix(BOM) if n == 1 else line
            at += len(line) - len(body)
            size += len(body)
            if begin.match(body):
                size = len(body)
                if block:
                    yield done()
                block, start, began = [body], at, n
            elif block:
                block.append(body)
                if (end and end.match(body)) or size > LARGEST:
                    yield done()
                    block = []
            elif body.strip():
                stripped = body.rstrip()
                yield Raw(n, at, at + len(stripped), stripped, problem="left over: stands outside of any record")
            else:
                yield Raw(n, at, at, b"", passed="blank")
            at += len(body)
    if block:
        yield done()


def _record(text: str) -> Record:
    # rispy wants two blanks before the hyphen and an end; exporters forget both.
    block = _TAG.sub(lambda m: f"{m[1]}  - ", text)
    block += "" if re.search(r"(?m)^ER  -", block) else "\nER  - \n"
    try:
        found = rispy.loads(block)
    except (OSError, ValueError, KeyError, IndexError, TypeError) as e:
        raise BadRecord(f"not valid RIS ({e}): lines such as “TI  - Title” are expected") from None
    if not found:
        raise BadRecord("not valid RIS: lines such as “TI  - Title” are expected")
    r = found[0]
    first = lambda *keys: next((v for k in keys if (v := r.get(k)) and isinstance(v, str)), None)
    # Of a chapter BT is the book, of a book its title.
    book = m[1].strip() if (m := re.search(r"(?m)^BT  - (.*)$", block)) else None
    title = first("title", "primary_title")
    people = [n for a in r.get("authors") or r.get("first_authors") or [] for n in re.split(r"\s*;\s*", a) if n]
    urls: list[Any] = r.get("urls") or r.get("file_attachments1") or []
    urls = urls if isinstance(urls, list) else [urls]
    notes = r.get("notes") or []
    return {
        "title": title or book, "abstract": first("abstract", "notes_abstract"), "authors": [name_in_order(a) for a in people],
        "date": _date([r.get(k) for k in ("date", "primary_date", "publication_year", "year")]), "venue": first("journal_name", "secondary_title", "alternate_title3", "alternate_title2", "custom3") or book or first("publisher"), "doi": first("doi"),
        "url": next((u.strip() for u in urls if isinstance(u, str) and u.strip()), None), "keywords": [k for k in r.get("keywords") or [] if isinstance(k, str)], "type": first("type_of_reference"),
        "id": first("id", "accession_number"), "comment": " ".join(n for n in notes if isinstance(n, str)) or None,
    }  # fmt: skip


def _date(said: list[Any]) -> str | None:
    """The most exact of what the date's tags say: 2020/05/01, 2020-05, "May 2020", "15 June 2020"; a month and day without a year ("MAY 12") go with the year of another tag."""
    texts = [v for v in said if isinstance(v, str)]
    year = next((m[0] for v in texts if (m := re.search(r"\b(?:1[5-9]|20)\d\d\b", v))), None)
    found = []
    for v in texts:
        if m := re.match(r"\s*(\d{4})(?:[/-](\d{0,2}))?(?:[/-](\d{0,2}))?", v):
            found.append(day(*m.groups()))
        elif m := re.search(r"(?:(\d{1,2})\.?\s+)?\b([A-Za-z]{3,9})\b\.?(?:\s+(\d{1,2})(?!\d))?", v):
            found.append(day(year, month_number(m[2]), m[1] or m[3]))
    return max(filter(None, found), key=len, default=None)


_INITIALS = re.compile(r"((?:[a-z']+ ){0,3}[A-Z][\w'’\-]+(?: [A-Z][\w'’\-]+)?) ((?:[A-Z]{1,3}|(?:[A-Z]\.-?){1,4}))\.?")
_SUFFIX = re.compile(r"(.*?),?\s+(Jr\.?|Sr\.?|II|III|IV)", re.I)


def inverted(name: str) -> str:
    """ "Family AB", as PubMed and Scopus print names, in the order in which it is said; any other name as it is."""
    m = _INITIALS.fullmatch(name.strip())
    return f"{m[2]} {m[1]}" if m else name


def name_in_order(name: str) -> str:
    """ "Family, Given, Suffix" in the order in which it is said."""
    family, _, rest = name.partition(",")
    given, _, suffix = rest.partition(",")
    if not suffix and (m := _SUFFIX.fullmatch(given)):
        given, suffix = m[1], m[2]  # "Doe, Jane Jr"
    return " ".join(f"{given} {family} {suffix}".split())


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "ris", tagged_blocks(file, _BEGIN, _END), _record)


FORMAT = Format(
    "RIS (EndNote, Zotero, Mendeley, Scopus, Web of Science, publishers)",
    "title, abstract, authors, date, journal, DOI, address, keywords, type, notes",
    lambda o: o.line_like(r"[ \t]*TY {1,2}- ?[A-Z]{2,}"),
    read,
)
