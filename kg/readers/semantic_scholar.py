"""Semantic Scholar: answers of the Academic Graph interface, and the bulk data sets papers and abstracts (api.semanticscholar.org)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kg.readers.format import Format
from kg.readers.inputs import Input
from kg.readers.json_records import json_records
from kg.readers.records import BadRecord, Record, entries, objects, text, within
from kg.readers.source import Item, Options


def _record(r: Record) -> Record:
    # An answer about references or citations wraps each paper; the bulk files write their keys small.
    inner = next((r[k] for k in ("citedPaper", "citingPaper") if isinstance(r.get(k), Mapping)), r)
    p = {k.lower(): v for k, v in inner.items()}
    ids = _ids(p)
    corpus = p.get("corpusid") or ids.get("corpusid")
    journal = within(p, "journal", "name") or None
    fields: list[Any] = [f for f in p.get("fieldsofstudy") or [] if isinstance(f, str)] or [f.get("category") for f in objects(p, "s2fieldsofstudy")]
    return {
        "id": text(p, "paperid") or (str(corpus) if corpus else None), "title": text(p, "title"), "abstract": text(p, "abstract") or None, "authors": [_author(a) for a in objects(p, "authors")],
        "date": text(p, "publicationdate"), "year": p.get("year"), "venue": text(p, "venue") or within(p, "publicationvenue", "name") or journal, "doi": _text(ids.get("doi")),
        "arxiv_id": _text(ids.get("arxiv")), "url": text(p, "url"), "keywords": list(dict.fromkeys(f for f in fields if isinstance(f, str))),
        "type": next((t for t in p.get("publicationtypes") or [] if isinstance(t, str)), None),
        "identifiers": {"s2": [x for x in (p.get("paperid"), corpus) if x], "pmid": ids.get("pubmed"), "acl": ids.get("acl"), "dblp": ids.get("dblp"), "mag": ids.get("mag")},
        "references": [_reference(x) for x in objects(p, "references")],
    }  # fmt: skip


def _ids(p: Mapping[str, Any]) -> dict[str, Any]:
    ids = p.get("externalids") or {}
    if not isinstance(ids, Mapping):
        raise BadRecord("externalIds is no object")
    return {k.lower(): v for k, v in ids.items()}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _author(a: Mapping[str, Any]) -> dict[str, Any]:
    ids = a.get("externalIds")
    return {"name": text(a, "name") or "", "affiliations": a.get("affiliations") or [], "orcid": _text(ids.get("ORCID")) if isinstance(ids, Mapping) else None}


def _reference(x: Mapping[str, Any]) -> dict[str, Any]:
    p = {k.lower(): v for k, v in x.items()}
    ids = _ids(p)
    return {
        "s2": [v for v in (p.get("paperid"), ids.get("corpusid")) if v],
        "doi": _text(ids.get("doi")),
        "arxiv_id": _text(ids.get("arxiv")),
        "title": text(p, "title"),
        "year": p.get("year"),
    }


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "semantic-scholar", json_records(file), _record)


FORMAT = Format(
    "Semantic Scholar (answers of the interface, bulk papers and abstracts)",
    "title, abstract, authors with affiliations, date, venue, DOI, arXiv id, type, fields of study, references",
    lambda o: o.any_record(lambda r: bool({"paperId", "corpusid", "citedPaper", "citingPaper"} & set(r))),
    read,
)
