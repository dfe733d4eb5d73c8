"""CSL-JSON, as Zotero, Mendeley, Pandoc and DOI resolvers give it (docs.citationstyles.org, the schema csl-data)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kg.readers.format import Format
from kg.readers.inputs import Input
from kg.readers.json_records import json_records
from kg.readers.records import Record, arxiv_of, day, entries, objects, within
from kg.readers.source import Item, Options
from kg.readers.xml_records import without_markup


def _record(r: Record) -> Record:
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
    parts = within(issued, "date-parts") if isinstance(issued, Mapping) else None
    if isinstance(parts, list) and parts and isinstance(parts[0], list):
        return day(*parts[0][:3]) if parts[0] else None
    raw = next((v for k in ("raw", "literal") if isinstance(v := within(issued, k), str)), None) if isinstance(issued, Mapping) else None
    return day(*raw.split("T")[0].split("-")[:3]) if raw else None


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "csl-json", json_records(file), _record)


def _looks(r: Record) -> bool:
    people = r.get("author")
    named = isinstance(people, list) and any(isinstance(a, Mapping) and ({"family", "literal"} & set(a)) for a in people)
    return isinstance(r.get("title"), str) and (named or "issued" in r or "container-title" in r)


FORMAT = Format(
    "CSL-JSON (Zotero, Mendeley, Pandoc, doi.org)",
    "id, title, abstract, authors (particles, ORCID), date, venue, DOI, address, type, keywords, note",
    lambda o: o.any_record(_looks),
    read,
)
