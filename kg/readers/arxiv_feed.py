"""arXiv's feeds: Atom, as the export interface answers, and RSS, as new papers are announced (arxiv.org/help/api/user-manual, arxiv.org/help/rss)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from kg.readers.arxiv_oai import names
from kg.readers.format import Format
from kg.readers.identifiers import arxiv_of, mail_day
from kg.readers.inputs import Input
from kg.readers.records import BadRecord, Record, entries
from kg.readers.source import Item, Options
from kg.readers.xml_records import all_said, said, xml_records
from kg.text import plain as composed

_MARKUP = re.compile(r"<[^>]{0,300}>")
_ANNOUNCED = re.compile(r"(?:(?<!\s)\s+)?arXiv:\S{1,40}\s{1,9}Announce Type:\s{0,9}\S{1,40}\s*(?:Abstract:\s*)?", re.I)
_OLD_TITLE = re.compile(r"\.?(?:(?<!\s)\s+)?\(arXiv:(\S{1,40}) ?\[[\w.\-]{1,40}\](?: UPDATED| CROSS LISTED)?\)$")


def paper(element: Element) -> Record:
    """One `entry` (Atom) or `item` (RSS) as a record."""
    return _atom(element) if element.tag == "entry" else _rss(element)


def _atom(e: Element) -> Record:
    address = said(e, "id")
    found = arxiv_of(address)
    if not found:
        # An answer to a wrong question is an entry that says so.
        raise BadRecord(f"no arXiv paper: {said(e, 'summary') or said(e, 'title') or address or 'it has no id'}")
    categories = [t for x in [*e.findall("primary_category"), *e.findall("category")] if (t := x.get("term"))]
    return {
        "id": found[0], "arxiv_id": found[0], "version": found[1], "title": said(e, "title"), "abstract": said(e, "summary"), "authors": [_author(a) for a in e.findall("author") if said(a, "name")],
        "categories": list(dict.fromkeys(categories)), "date": (said(e, "published") or "")[:10] or None, "comment": said(e, "comment"), "venue": said(e, "journal_ref"), "doi": said(e, "doi"),
        "url": f"https://arxiv.org/abs/{found[0]}",
    }  # fmt: skip


def _author(a: Element) -> dict[str, Any]:
    return {"name": composed(said(a, "name") or ""), "affiliations": all_said(a, "affiliation")}


def _rss(e: Element) -> Record:
    found = arxiv_of(said(e, "link")) or arxiv_of((said(e, "guid") or "").removeprefix("oai:arXiv.org:"))
    if not found:
        raise BadRecord(f"no arXiv paper: its link is {said(e, 'link')!r}")
    guid = arxiv_of((said(e, "guid") or "").removeprefix("oai:arXiv.org:"))
    # Older feeds have HTML in their texts.
    plain = lambda path: " ".join(html.unescape(_MARKUP.sub(" ", said(e, path) or "")).split())
    title = plain("title")
    old = _OLD_TITLE.search(title)
    return {
        "id": found[0], "arxiv_id": found[0], "version": guid[1] if guid else None, "title": _OLD_TITLE.sub("", title), "abstract": _ANNOUNCED.sub("", plain("description")) or None,
        "authors": names(plain("creator")), "categories": all_said(e, "category"),
        "date": mail_day(said(e, "pubDate")) or (said(e, "date") or "")[:10] or None, "url": f"https://arxiv.org/abs/{found[0]}",
    } | ({"version": v[1]} if old and (v := arxiv_of(old[1])) else {})  # fmt: skip


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "arxiv-feed", xml_records(file, ("entry", "item")), paper)


FORMAT = Format(
    "arXiv's Atom feed (the export interface) and RSS",
    "title, abstract, authors, affiliations, categories, date, arXiv id and version, comment, journal reference, DOI",
    lambda o: bool(o.elements & {"feed", "rss", "RDF"}) and "arxiv.org" in o.text,
    read,
)
