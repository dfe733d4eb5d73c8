"""PubMed: XML (baseline files, answers of efetch) and the MEDLINE text that its pages save (nlm.nih.gov/bsd/licensee/elements_descriptions.html)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from kg.readers.format import Format
from kg.readers.identifiers import day, month_number
from kg.readers.inputs import Input
from kg.readers.records import BadRecord, Record, entries
from kg.readers.source import Item, Options
from kg.readers.spoken import inverted, name_in_order
from kg.readers.tagged_records import tagged_records
from kg.readers.xml_records import all_said, said, xml_records

_BEGIN = re.compile(rb"PMID ?- ")
_GOES_ON = re.compile(r"(?:(?<![ \t])[ \t]+)?\r?\n[ \t]{4,}(?=\S)")
_FIELD = re.compile(r"([A-Z]{2,4}) *- (.*)")


def _article(e: Element) -> Record:
    """A `PubmedArticle` as a record; the parts of a structured abstract keep their labels."""
    citation = e.find("MedlineCitation")
    article = citation.find("Article") if citation is not None else None
    if citation is None or article is None:
        raise BadRecord("no article with a title (a book, or a record that was deleted)")
    ids = {x.get("IdType"): said(x) for x in e.findall("PubmedData/ArticleIdList/ArticleId")}
    people = article.find("AuthorList")
    parts = [f"{label.capitalize()}: {words}" if (label := x.get("Label")) else words for x in article.findall("Abstract/AbstractText") if (words := said(x))]
    pmid = said(citation, "PMID")
    return {
        "id": pmid, "title": _title(said(article, "ArticleTitle") or said(article, "VernacularTitle")), "abstract": " ".join(parts) or None,
        "authors": [_author(a) for a in article.findall("AuthorList/Author")], "truncated_authors": people is not None and people.get("CompleteYN") == "N",
        "date": _date(article.find("ArticleDate")) or _date(article.find("Journal/JournalIssue/PubDate")), "venue": said(article, "Journal/Title") or said(article, "Journal/ISOAbbreviation"),
        "doi": ids.get("doi") or next((said(x) for x in article.findall("ELocationID") if x.get("EIdType") == "doi"), None), "url": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else None,
        "type": said(article, "PublicationTypeList/PublicationType"), "keywords": [*all_said(citation, "KeywordList/Keyword"), *all_said(citation, "MeshHeadingList/MeshHeading/DescriptorName")],
        "identifiers": {"pmid": pmid}, "references": [r for x in e.findall("PubmedData/ReferenceList/Reference") if (r := _reference(x))],
    }  # fmt: skip


def _title(title: str | None) -> str | None:
    """Without the brackets of a translated title and the full stop that PubMed sets."""
    if title and title.startswith("[") and title.rstrip(".").endswith("]"):
        title = title.rstrip(".")[1:-1]
    return title.removesuffix(".") if title else None


def _author(a: Element) -> dict[str, Any]:
    name = " ".join(filter(None, (said(a, "ForeName") or said(a, "Initials"), said(a, "LastName"), said(a, "Suffix"))))
    orcid = next((said(x) for x in a.findall("Identifier") if x.get("Source") == "ORCID"), None)
    return {"name": name or said(a, "CollectiveName") or "", "affiliations": all_said(a, "AffiliationInfo/Affiliation"), "orcid": orcid}


def _date(e: Element | None) -> str | None:
    if e is None:
        return None
    month = said(e, "Month") or ""
    year = said(e, "Year") or (said(e, "MedlineDate") or "")[:4]
    return day(year, month_number(month) or month, said(e, "Day"))


def _reference(x: Element) -> dict[str, Any] | None:
    ids = {i.get("IdType"): said(i) for i in x.findall("ArticleIdList/ArticleId")}
    found = {"pmid": ids.get("pubmed"), "doi": ids.get("doi")}
    return found if any(found.values()) else None


def _medline(block: str) -> Record:
    """A record of tagged lines; what is indented goes on."""
    fields: dict[str, list[str]] = defaultdict(list)
    authors: list[dict[str, Any]] = []
    tag = ""
    for line in _GOES_ON.sub(" ", block).splitlines():
        m = _FIELD.match(line)
        if m:
            tag = m[1]
            if tag == "FAU" or (tag == "AU" and not fields["FAU"]) or tag == "CN":
                authors.append({"name": m[2] if tag != "AU" else inverted(m[2]), "affiliations": []})
            fields[tag].append(m[2])
        if authors and tag == "AUID" and m and "ORCID" in m[2]:
            authors[-1]["orcid"] = m[2]
        elif authors and tag == "AD" and m:
            authors[-1]["affiliations"].append(m[2])
    first = lambda *names: next((fields[n][0] for n in names if fields.get(n)), None)
    doi = next((v.removesuffix("[doi]").strip() for v in (*fields.get("LID", ()), *fields.get("AID", ())) if v.endswith("[doi]")), None)
    when = (first("DP") or "").split()
    pmid = first("PMID")
    return {
        "id": pmid, "title": _title(first("TI", "BTI")), "abstract": first("AB"), "authors": [a | {"name": name_in_order(a["name"])} for a in authors],
        "date": day(*(month_number(p) or p if n == 1 else p for n, p in enumerate(when[:3]))) if when else None, "venue": first("JT", "TA"), "doi": doi,
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else None, "type": first("PT"), "identifiers": {"pmid": pmid},
        "keywords": [*fields.get("OT", ()), *(k.split("/")[0].lstrip("*") for k in fields.get("MH", ()))],
    }  # fmt: skip


def read(file: Input, options: Options) -> Iterator[Item]:
    if file.first == b"<":
        return entries(file.name, "pubmed", xml_records(file, ("PubmedArticle", "PubmedBookArticle")), _article)
    return entries(file.name, "pubmed", tagged_records(file, _BEGIN, None), _medline)


FORMAT = Format(
    "PubMed XML and MEDLINE text (nbib)",
    "PMID, title, abstract with its labels, authors with ORCID and affiliations, date, journal, DOI, type, keywords and MeSH terms, references",
    lambda o: "PubmedArticle" in o.elements or "PubmedArticleSet" in o.elements or o.line_like(r"PMID ?- \d"),
    read,
)
