"""arXiv's metadata in bulk: the dump of JSON lines (as on Kaggle) and the answers of the OAI interface in the formats arXiv and arXivRaw."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from kg.readers.format import Format
from kg.readers.identifiers import mail_day
from kg.readers.inputs import Input
from kg.readers.json_records import json_records
from kg.readers.records import Record, entries, objects, text, without_brackets
from kg.readers.source import Item, Options
from kg.readers.xml_records import all_said, said, xml_records
from kg.text import plain


def of_json(r: Record) -> Record:
    """A line of the dump as a record; `authors_parsed` has [family, given, suffix, affiliations …]."""
    parsed = r.get("authors_parsed")
    people: list[Any] = [_person(p) for p in parsed if isinstance(p, list)] if isinstance(parsed, list) else names(text(r, "authors") or "")
    versions = objects(r, "versions")
    first = mail_day(text(versions[0], "created")) if versions else None
    return _paper({
        "id": text(r, "id"), "title": _line(text(r, "title")), "abstract": _line(text(r, "abstract")), "authors": people, "categories": (text(r, "categories") or "").split(),
        "comment": text(r, "comments"), "venue": text(r, "journal-ref"), "doi": text(r, "doi"), "date": first or text(r, "update_date"),
        "version": text(versions[-1], "version") if versions else None,
    })  # fmt: skip


def of_xml(e: Element) -> Record:
    """The `arXiv` or `arXivRaw` of a record."""
    raw = e.tag == "arXivRaw"
    people: list[Any] = names(said(e, "authors") or "") if raw else [
        {"name": plain(" ".join(filter(None, (said(a, "forenames"), said(a, "keyname"), said(a, "suffix"))))), "affiliations": all_said(a, "affiliation")} for a in e.findall("authors/author")
    ]  # fmt: skip
    versions = e.findall("version")
    first = mail_day(said(versions[0], "date")) if versions else None
    return _paper({
        "id": said(e, "id"), "title": said(e, "title"), "abstract": said(e, "abstract"), "authors": people, "categories": (said(e, "categories") or "").split(),
        "comment": said(e, "comments"), "venue": said(e, "journal-ref"), "doi": said(e, "doi"), "date": first or said(e, "created"),
        "version": versions[-1].get("version") if versions else None,
    })  # fmt: skip


def _paper(told: Record) -> Record:
    """What a record tells, as a record of ours."""
    id, doi = told["id"], told["doi"]
    return {
        **told, "arxiv_id": id, "url": f"https://arxiv.org/abs/{id}" if id else None, "comment": _line(told["comment"]), "venue": _line(told["venue"]),
        # A paper of several DOIs has them one after the other.
        "doi": doi.split()[0] if doi else None,
    }  # fmt: skip


def _line(value: str | None) -> str | None:
    return " ".join(value.split()) if value else None


def _person(parts: list[Any]) -> dict[str, Any]:
    family, given, suffix, *affiliations = [*(p if isinstance(p, str) else "" for p in parts), "", "", ""]
    return {"name": plain(" ".join(filter(None, (given, family, suffix)))), "affiliations": [plain(a) for a in affiliations if a]}


def names(listed: str) -> list[str]:
    """Names out of a list as arXiv prints it: commas and "and" between them, affiliations in brackets left out."""
    return [plain(n) for n in re.split(r"(?:(?<!\s)\s+)?,\s*(?:and\s+)?|(?<!\s)\s+and\s+", without_brackets(listed).strip()) if n.strip()]


def read(file: Input, options: Options) -> Iterator[Item]:
    if file.first == b"<":
        return entries(file.name, "arxiv-oai", xml_records(file, ("arXiv", "arXivRaw")), of_xml)
    return entries(file.name, "arxiv-oai", json_records(file), of_json)


FORMAT = Format(
    "arXiv's metadata dump (JSON lines, as on Kaggle) and OAI answers (XML)",
    "title, abstract, authors (LaTeX accents composed), categories, date of the first version, version, comment, journal reference, DOI",
    lambda o: bool(o.elements & {"arXiv", "arXivRaw"}) or o.any_record(lambda r: "authors_parsed" in r or {"submitter", "categories", "versions"} <= set(r)),
    read,
)
