"""Crossref works: answers of the interface, one or many, and the lines of its public data file (api.crossref.org)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kg.readers.csl import date_of
from kg.readers.format import Format
from kg.readers.inputs import Input
from kg.readers.json_records import json_records
from kg.readers.records import Record, entries, objects, text, within
from kg.readers.source import Item, Options
from kg.readers.xml_records import without_markup

_HEADING = re.compile(r"<(jats:)?title>\s*(?:abstract|summary)\s*</(jats:)?title>", re.I)


def work(r: Record) -> Record:
    """One work as a record; JATS markup of the abstract is left out."""
    abstract = text(r, "abstract")
    first = lambda key: next((v for v in r.get(key) or [] if isinstance(v, str) and v.strip()), None) if isinstance(r.get(key), list) else text(r, key)
    title, subtitle = without_markup(first("title")), without_markup(first("subtitle"))
    dates = (date_of(r.get(k)) for k in ("published-online", "published-print", "issued", "published", "created"))
    return {
        "id": text(r, "DOI"), "doi": text(r, "DOI"), "title": f"{title}: {subtitle}" if title and subtitle and subtitle.lower() not in title.lower() else title,
        "abstract": without_markup(_HEADING.sub(" ", abstract)) if abstract else None, "authors": [_author(a) for a in objects(r, "author")], "date": next(filter(None, dates), None),
        "venue": first("container-title") or within(r, "event", "name") or text(r, "publisher"), "url": text(r, "URL"), "type": text(r, "type"), "keywords": r.get("subject") or [],
        "references": [{"doi": text(x, "DOI"), "title": text(x, "article-title") or text(x, "volume-title"), "year": _year(x.get("year"))} for x in objects(r, "reference")],
    }  # fmt: skip


def _author(a: Mapping[str, Any]) -> dict[str, Any]:
    name = " ".join(v for k in ("given", "family", "suffix") if isinstance(v := a.get(k), str)) or a.get("name") or ""
    return {"name": name, "affiliations": [x["name"] for x in objects(a, "affiliation") if isinstance(x.get("name"), str)], "orcid": text(a, "ORCID")}


def _year(value: Any) -> int | None:
    m = re.match(r"\d{4}", value) if isinstance(value, str) else None
    return int(m[0]) if m else None


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "crossref", json_records(file), work)


FORMAT = Format(
    "Crossref works (answers of the interface, public data file)",
    "DOI, title, abstract (JATS), authors with ORCID and affiliations, date, venue, type, subjects, references",
    lambda o: o.any_record(
        lambda r: "DOI" in r and (isinstance(r.get("title"), list) or bool({"indexed", "reference-count", "is-referenced-by-count"} & set(r)))
    ),
    read,
)
