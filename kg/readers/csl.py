"""CSL-JSON, as Zotero, Mendeley, Pandoc and DOI resolvers give it (docs.citationstyles.org, the schema csl-data)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kg.readers.format import Format
from kg.readers.identifiers import arxiv_of, day
from kg.readers.inputs import Input
from kg.readers.json_records import json_records
from kg.readers.records import BadRecord, Record, entries, objects, within
from kg.readers.source import Item, Options
from kg.readers.xml_records import without_markup


def _record(r: Record) -> Record:
    return _zotero(r) if "itemType" in r or isinstance(r.get("data"), Mapping) else _csl(r)


def _zotero(r: Record) -> Record:
    """An item as Zotero's own interface and Better BibTeX write it."""
    item = r["data"] if isinstance(r.get("data"), Mapping) else r
    if item.get("itemType") in ("attachment", "note", "annotation"):
        raise BadRecord(f"no paper: this item is of the type {item['itemType']}")
    text = lambda *keys: next((" ".join(v.split()) for k in keys if isinstance(v := item.get(k), str) and v.strip()), None)
    people = [c for c in objects(item, "creators") if c.get("creatorType", "author") == "author"]
    date = _WRITTEN.match(text("date") or "")
    extra = text("extra", "archiveID", "reportNumber") or ""
    arxiv = arxiv_of(text("url")) or (arxiv_of(m[0]) if (m := re.search(r"arXiv:\s*\S+", extra, re.I)) else None)
    return {
        "id": text("citationKey", "citekey", "key", "itemKey"), "title": without_markup(text("title")), "abstract": without_markup(text("abstractNote")),
        "authors": [" ".join(c[k] for k in ("firstName", "lastName", "name") if isinstance(c.get(k), str)) for c in people], "date": day(*date.groups()) if date else None,
        "venue": text("publicationTitle", "proceedingsTitle", "conferenceName", "bookTitle", "university", "publisher"), "doi": text("DOI"), "url": text("url"), "type": text("itemType"),
        "arxiv_id": arxiv[0] if arxiv else None, "keywords": [t["tag"] for t in objects(item, "tags") if isinstance(t.get("tag"), str) and t.get("type") != 1],
    }  # fmt: skip


_WRITTEN = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?")


def _csl(r: Record) -> Record:
    text = lambda *keys: next((" ".join(str(v).split()) for k in keys if isinstance(v := r.get(k), (str, int)) and str(v).strip()), None)
    keywords = r.get("keyword")
    return {
        "id": text("id", "citation-key"), "title": without_markup(text("title")), "abstract": without_markup(text("abstract")), "authors": [_name(a) for a in objects(r, "author")],
        "date": date_of(r.get("issued")), "venue": text("container-title", "event-title", "event", "collection-title", "publisher"), "doi": text("DOI"), "url": text("URL"),
        "arxiv_id": (found[0] if (found := arxiv_of(text("number"))) else None), "type": text("type"), "comment": text("note"),
        "keywords": [k.strip() for k in keywords.split(",")] if isinstance(keywords, str) else [], "identifiers": {"pmid": text("PMID")},
    }  # fmt: skip


def _name(a: Mapping[str, Any]) -> dict[str, Any]:
    parts = [a.get(k) for k in ("given", "non-dropping-particle", "dropping-particle", "family", "suffix")]
    said = " ".join(p for p in parts if isinstance(p, str) and p)
    return {
        "name": said or next((v for k in ("literal", "name") if isinstance(v := a.get(k), str)), ""),
        "orcid": next((v for k in ("ORCID", "orcid") if isinstance(v := a.get(k), str)), None),
    }


def date_of(issued: Any) -> str | None:
    """`{"date-parts": [[2020, 5, 1]]}`, of a range the beginning; or `{"raw": "2020-05-01"}`."""
    parts = within(issued, "date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list):
        return day(*parts[0][:3]) if parts[0] else None
    raw = next((v for k in ("raw", "literal") if isinstance(v := within(issued, k), str)), None)
    return day(*raw.split("T")[0].split("-")[:3]) if raw else None


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "csl-json", json_records(file), _record)


def _looks(r: Record) -> bool:
    if "itemType" in r or (isinstance(r.get("data"), Mapping) and "itemType" in r["data"]):
        return True
    people = r.get("author")
    named = isinstance(people, list) and any(isinstance(a, Mapping) and ({"family", "literal"} & set(a)) for a in people)
    return isinstance(r.get("title"), str) and (named or "issued" in r or "container-title" in r)


FORMAT = Format(
    "CSL-JSON (Zotero, Mendeley, Pandoc, doi.org), and Zotero's and Better BibTeX's own JSON",
    "id, title, abstract, authors (particles, ORCID), date, venue, DOI, address, type, keywords, note",
    lambda o: o.any_record(_looks),
    read,
)
