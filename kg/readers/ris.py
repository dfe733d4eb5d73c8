"""RIS (as EndNote, Zotero, Mendeley, Scopus, Web of Science, publishers export it), record by record, each parsed by rispy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import rispy

from kg.readers.format import Format
from kg.readers.identifiers import day, month_number
from kg.readers.inputs import Input
from kg.readers.records import BadRecord, Record, entries
from kg.readers.source import Item, Options
from kg.readers.spoken import name_in_order
from kg.readers.tagged_records import tagged_records

_BEGIN = re.compile(rb"[ \t]*TY {1,2}- ?")
_END = re.compile(rb"[ \t]*ER {1,2}-")
_TAG = re.compile(r"(?m)^[ \t]*([A-Z][A-Z0-9]) {1,2}-(?: |$)")


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
    people = [n for a in r.get("authors") or r.get("first_authors") or [] for n in re.split(r"(?:(?<!\s)\s+)?;\s*", a) if n]
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


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "ris", tagged_records(file, _BEGIN, _END), _record)


FORMAT = Format(
    "RIS (EndNote, Zotero, Mendeley, Scopus, Web of Science, publishers)",
    "title, abstract, authors, date, journal, DOI, address, keywords, type, notes",
    lambda o: o.line_like(r"[ \t]*TY {1,2}- ?[A-Z]{2,}"),
    read,
)
