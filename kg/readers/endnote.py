"""EndNote's XML export (also what JabRef, Ovid and others call EndNote XML)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from kg.readers.format import Format
from kg.readers.identifiers import day, month_number
from kg.readers.inputs import Input
from kg.readers.records import Record, entries
from kg.readers.source import Item, Options
from kg.readers.spoken import name_in_order
from kg.readers.xml_records import all_said, said, xml_records


def _record(e: Element) -> Record:
    kind = e.find("ref-type")
    year = re.search(r"\d{4}", said(e, "dates/year") or "")
    when = (said(e, "dates/pub-dates/date") or "").split()
    month = month_number(when[0]) if when else None
    of_month = re.sub(r"\D.*", "", when[1]) if month and len(when) > 1 else None
    return {
        "title": said(e, "titles/title"), "abstract": said(e, "abstract"), "authors": [name_in_order(a) for a in all_said(e, "contributors/authors/author")],
        "date": day(year[0], month, of_month) if year else None, "venue": said(e, "periodical/full-title") or said(e, "titles/secondary-title") or said(e, "publisher"),
        "doi": said(e, "electronic-resource-num"), "url": said(e, "urls/related-urls/url") or said(e, "urls/web-urls/url"), "keywords": all_said(e, "keywords/keyword"),
        "type": kind.get("name") if kind is not None else None, "comment": said(e, "notes"), "id": said(e, "label"),
    }  # fmt: skip


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "endnote-xml", xml_records(file, ("record",)), _record)


FORMAT = Format(
    "EndNote XML",
    "title, abstract, authors, date, journal, DOI, address, keywords, type, notes",
    lambda o: {"records", "record"} <= o.elements and bool({"ref-type", "contributors", "titles"} & o.elements),
    read,
)
