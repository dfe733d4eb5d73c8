"""The ACL Anthology's XML, one file a collection (github.com/acl-org/acl-anthology, data/xml)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from kg.readers.format import Format
from kg.readers.identifiers import day, month_number, own_code
from kg.readers.inputs import Input
from kg.readers.records import Raw, Record, entries
from kg.readers.source import Item, Options
from kg.readers.xml_records import said, xml_records


class _Volumes:
    """Papers with what the head of their volume says."""

    def __init__(self) -> None:
        self._head: Element | None = None

    def papers(self, raws: Iterator[Raw]) -> Iterator[Raw]:
        for raw in raws:
            if raw.value is not None and raw.value.tag == "meta":
                self._head = raw.value
                yield raw._replace(passed="volume")
            else:
                yield raw

    def record(self, e: Element) -> Record:
        head = self._head
        id_ = said(e, "url") or said(e, "bibkey")
        in_anthology = id_ if id_ and re.fullmatch(r"[A-Z]\d\d-\d{4}|\d{4}\.[\w\-]+\.\d+", id_) else None
        month = re.split(r"[\s\-–/]", said(head, "month") or "")[0]
        code = e.find("pwccode")
        return {
            "id": id_, "title": said(e, "title"), "abstract": said(e, "abstract"), "authors": [_author(a) for a in e.findall("author")], "date": day(said(e, "year") or said(head, "year"), month_number(month)),
            "venue": said(e, "journal") or said(head, "booktitle"), "doi": said(e, "doi"), "url": f"https://aclanthology.org/{in_anthology}" if in_anthology else None,
            "type": "inproceedings", "identifiers": {"acl": in_anthology}, "comment": said(e, "note"), "datasets": [{"name": n, "role": "used"} for d in e.findall("pwcdataset") if (n := said(d))],
            "repositories": own_code([code.get("url")] if code is not None else []),
        }  # fmt: skip


def _author(a: Element) -> dict[str, Any]:
    name = " ".join(filter(None, (said(a, "first"), said(a, "last"))))
    return {"name": name or said(a) or "", "affiliations": [x for x in (said(a, "affiliation"),) if x], "orcid": a.get("orcid")}


def read(file: Input, options: Options) -> Iterator[Item]:
    volumes = _Volumes()
    return entries(file.name, "acl-anthology", volumes.papers(xml_records(file, ("paper",), ("meta",))), volumes.record)


FORMAT = Format(
    "the ACL Anthology's XML",
    "id, title, abstract, authors with affiliations, date, venue, DOI, code and data sets that it lists",
    lambda o: {"collection", "volume"} <= o.elements,
    read,
)
