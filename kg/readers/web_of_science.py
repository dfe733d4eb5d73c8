"""The plain text that Web of Science exports: fields of two letters, records between PT and ER (images.webofknowledge.com, "Web of Science Core Collection Field Tags")."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from kg.readers.format import Format
from kg.readers.identifiers import day, month_number
from kg.readers.inputs import Input
from kg.readers.records import Raw, Record, entries
from kg.readers.source import Item, Options
from kg.readers.spoken import name_in_order
from kg.readers.tagged_records import tagged_records

_BEGIN = re.compile(rb"PT ")
_END = re.compile(rb"ER\s*$")
_FIELD = re.compile(r"([A-Z][A-Z0-9]) (.*)")
_FRAME = re.compile(rb"(?:FN|VR) |EF\s*$")


def _record(block: str) -> Record:
    fields: dict[str, list[str]] = defaultdict(list)
    tag = ""
    for line in block.splitlines():
        if m := _FIELD.match(line):
            tag = m[1]
            fields[tag].append(m[2].strip())
        elif tag and line.startswith("   "):
            fields[tag].append(line.strip())
    text = lambda tag: " ".join(fields[tag]) if fields.get(tag) else None
    month = (text("PD") or "").split()
    orcids = dict(x.strip().rsplit("/", 1) for x in (text("OI") or "").split(";") if "/" in x)
    return {
        "id": text("UT"), "title": text("TI"), "abstract": text("AB"), "authors": [{"name": name_in_order(n), "orcid": orcids.get(n)} for n in fields.get("AF") or fields.get("AU") or ()],
        "date": day(text("PY"), month_number(month[0]) if month else None, month[1] if len(month) > 1 else None), "venue": text("SO"), "doi": text("DI"), "type": text("DT"),
        "keywords": [k.strip() for t in ("DE", "ID") for k in (text(t) or "").split(";") if k.strip()], "identifiers": {"pmid": text("PM")},
    }  # fmt: skip


def read(file: Input, options: Options) -> Iterator[Item]:
    def raws() -> Iterator[Raw]:
        for raw in tagged_records(file, _BEGIN, _END):
            yield raw._replace(passed="frame") if _FRAME.match(raw.text) else raw

    return entries(file.name, "web-of-science", raws(), _record)


FORMAT = Format(
    "Web of Science plain text",
    "id, title, abstract, authors with ORCID, date, journal, DOI, type, keywords",
    lambda o: o.line_like(r"PT [A-Z]\s*$") and o.line_like(r"(?:AU|TI|SO) \S"),
    read,
)
