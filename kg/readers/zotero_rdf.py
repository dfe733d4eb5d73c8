"""Zotero's RDF export (RDF/XML with the Bibliographic Ontology's older namespace)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from kg.readers.format import Format
from kg.readers.identifiers import arxiv_of, day, month_number
from kg.readers.inputs import Input
from kg.readers.records import Raw, Record, entries
from kg.readers.source import Item, Options
from kg.readers.xml_records import all_said, said, xml_records

ITEMS = ("Article", "Book", "BookSection", "Document", "Thesis", "Report", "Manuscript", "ConferenceProceedings", "Patent", "Description")
_CONTAINERS = ("Journal", "Series", "Conference")
_NO_PAPER = {"attachment", "note", "webpage", "computerProgram", "blogPost"}


class _Library:
    """Items with the journals that they only point to, which may stand anywhere in the file."""

    def __init__(self, file: Input) -> None:
        self._journals: dict[str, str] = {}
        for raw in xml_records(file, _CONTAINERS):
            about, title = (raw.value.get("about"), said(raw.value, "title")) if raw.value is not None else (None, None)
            if about and title:
                self._journals[about] = title

    def raws(self, file: Input) -> Iterator[Raw]:
        for raw in xml_records(file, (*ITEMS, *_CONTAINERS, "Memo", "Attachment", "Collection")):
            e = raw.value
            kind = said(e, "itemType") if e is not None else None
            if e is not None and (e.tag not in ITEMS or kind in _NO_PAPER or (kind is None and e.tag == "Description")):
                yield raw._replace(passed=kind or e.tag)
            else:
                yield raw

    def record(self, e: Element) -> Record:
        identifiers = [*all_said(e, "identifier"), *all_said(e, "identifier/URI/value"), *([about] if (about := e.get("about")) else [])]
        inside = e.find("isPartOf")
        journal = said(inside, ".//title") or self._journals.get(inside.get("resource", "")) if inside is not None else None
        dois = [*identifiers, *all_said(e, "isPartOf//identifier")]
        address = next((x for x in identifiers if x.startswith("http")), None)
        arxiv = next((f for x in identifiers if (f := arxiv_of(x))), None)
        return {
            "title": said(e, "title"), "abstract": said(e, "abstract"), "authors": [_name(p) for p in e.findall("authors/Seq/li/Person")], "date": _date(said(e, "date") or ""),
            "venue": journal or said(e, "presentedAt/Conference/title") or said(e, "publisher/Organization/name"), "url": address, "arxiv_id": arxiv[0] if arxiv else None,
            "doi": next((m[1] for x in dois if (m := re.search(r"(?:^|DOI\s+|doi\.org/)(10\.\d{2,9}/\S+)", x, re.I))), None), "type": said(e, "itemType"),
            "keywords": [t for x in e.findall("subject") if x.find("AutomaticTag") is None and (t := said(x))], "comment": said(e, "description"),
        }  # fmt: skip


def _name(p: Element) -> str:
    return " ".join(filter(None, (said(p, "givenName") or said(p, "givenname"), said(p, "surname"))))


def _date(value: str) -> str | None:
    """What people type: 2020-05-01, 2020, May 2020, May 1, 2020."""
    if m := re.match(r"(\d{4})(?:[-/](\d\d?)(?:[-/](\d\d?))?)?", value):
        return day(*m.groups())
    if m := re.match(r"([A-Za-z]{3,})\.?(?:\s*(\d{1,2}))?,?\s+(\d{4})", value):
        return day(m[3], month_number(m[1]), m[2])
    return day(m[0]) if (m := re.search(r"\d{4}", value)) else None


def read(file: Input, options: Options) -> Iterator[Item]:
    library = _Library(file)
    return entries(file.name, "zotero-rdf", library.raws(file), library.record)


FORMAT = Format(
    "Zotero RDF",
    "title, abstract, authors, date, journal, DOI, address, tags (but automatic ones), type",
    lambda o: "RDF" in o.elements and "zotero.org" in o.text,
    read,
)
