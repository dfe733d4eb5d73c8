"""OpenAlex works: answers of the interface and lines of the snapshot (docs.openalex.org, the work object)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kg.readers.format import Format
from kg.readers.identifiers import arxiv_of, last_part, own_code
from kg.readers.inputs import Input
from kg.readers.json_records import json_records
from kg.readers.records import BadRecord, Record, entries, objects, text, within
from kg.readers.source import Item, Options
from kg.readers.xml_records import without_markup


def work(r: Record) -> Record:
    """One work as a record. The abstract is put together from its inverted index; references are OpenAlex ids."""
    locations = [x for x in (r.get("primary_location"), r.get("best_oa_location"), *objects(r, "locations")) if isinstance(x, dict)]
    addresses = [x for place in locations for key in ("landing_page_url", "pdf_url") if (x := text(place, key))]
    arxiv = next((found for x in (text(r, "doi"), *addresses) if (found := arxiv_of(x))), None)
    # A repository such as arXiv holds a copy; it is not where a paper was published.
    sources = [s for place in (*locations, {"source": r.get("host_venue")}) if isinstance(s := place.get("source"), dict) and s.get("type") != "repository"]
    venue = next((name for s in sources if (name := s.get("display_name"))), None)
    return {
        "id": last_part(text(r, "id")), "title": without_markup(text(r, "title") or text(r, "display_name")), "abstract": without_markup(text(r, "abstract")) or _abstract(r.get("abstract_inverted_index")),
        "authors": [_author(a) for a in objects(r, "authorships")], "truncated_authors": bool(r.get("is_authors_truncated")), "date": text(r, "publication_date"),
        "year": r.get("publication_year"), "venue": venue, "doi": text(r, "doi"), "arxiv_id": arxiv[0] if arxiv else None, "url": text(r, "doi") or next(iter(addresses), None), "type": text(r, "type"),
        "keywords": [name for k in objects(r, "keywords") if (name := k.get("display_name") or k.get("keyword"))], "repositories": own_code(addresses),
        "identifiers": {"openalex": last_part(text(r, "id")), "pmid": last_part(within(r, "ids", "pmid")), "mag": within(r, "ids", "mag")},
        "references": [{"openalex": last_part(x)} for x in r.get("referenced_works") or [] if isinstance(x, str)],
    }  # fmt: skip


def _author(a: Record) -> Record:
    name = within(a, "author", "display_name") or text(a, "raw_author_name")
    if not isinstance(name, str):
        raise BadRecord("an authorship has no author's name")
    institutions = [x.get("display_name") for x in objects(a, "institutions") if x.get("display_name")]
    return {
        "name": name,
        "affiliations": institutions or [x for x in a.get("raw_affiliation_strings") or [] if isinstance(x, str)],
        "orcid": within(a, "author", "orcid"),
    }


def _abstract(index: Any) -> str | None:
    """The words of an inverted index at their places."""
    if not index:
        return None
    if not isinstance(index, dict):
        raise BadRecord("abstract_inverted_index is no object of words and places")
    placed = [(n, word) for word, places in index.items() if isinstance(places, list) for n in places if isinstance(n, int)]
    return " ".join(word for _, word in sorted(placed)) or None


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "openalex", json_records(file), work)


FORMAT = Format(
    "OpenAlex works (answers of the interface, snapshot lines)",
    "title, abstract (from the inverted index), authors with ORCID and institutions, date, venue, DOI, arXiv id, type, keywords, references, code links",
    lambda o: o.any_record(lambda r: str(r.get("id", "")).startswith("https://openalex.org/W") or ("authorships" in r and "referenced_works" in r)),
    read,
)
