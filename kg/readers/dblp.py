"""DBLP's XML: the whole dump (dblp.xml.gz), and the pages of persons and records (dblp.org/xml/docu)."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from kg.readers.format import Format
from kg.readers.identifiers import arxiv_of, doi_of
from kg.readers.inputs import Input
from kg.readers.records import Record, entries
from kg.readers.source import Item, Options
from kg.readers.spoken import without_number
from kg.readers.xml_records import all_said, said, xml_records

KINDS = ("article", "inproceedings", "incollection", "book", "phdthesis", "mastersthesis", "data")


def _record(e: Element) -> Record:
    links = all_said(e, "ee")
    title = said(e, "title") or ""
    journal, volume = said(e, "journal") or said(e, "booktitle") or said(e, "school") or said(e, "publisher"), said(e, "volume")
    arxiv = (
        next((f for x in (*links, f"arXiv:{(volume or '').removeprefix('abs/')}") if (f := arxiv_of(x))), None)
        if journal == "CoRR" or any("arxiv" in x.lower() for x in links)
        else None
    )
    return {
        "id": e.get("key"), "title": title[:-1] if title.endswith(".") and not title.endswith("..") else title or None, "authors": [{"name": without_number(said(a) or ""), "orcid": a.get("orcid")} for a in e.findall("author")],
        "date": said(e, "year"), "venue": journal, "doi": next((d for x in links if "doi.org/" in x and (d := doi_of(x))), None), "arxiv_id": arxiv[0] if arxiv else None,
        "url": next(iter(links), None), "type": e.tag, "identifiers": {"dblp": e.get("key")}, "comment": said(e, "note"),
    }  # fmt: skip


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "dblp", xml_records(file, KINDS), _record)


FORMAT = Format(
    "DBLP XML (the dump, pages of persons and records)",
    "key, title, authors with ORCID, year, venue, DOI, arXiv id, type",
    lambda o: bool({"dblp", "dblpperson"} & o.elements),
    read,
)
