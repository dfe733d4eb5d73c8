"""OpenReview notes: answers of the interface, version 1 and 2, as one list or one note a line (docs.openreview.net)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from kg.readers.format import Format
from kg.readers.identifiers import own_code
from kg.readers.inputs import Input
from kg.readers.json_records import json_records
from kg.readers.records import BadRecord, Record, entries, text
from kg.readers.source import Item, Options


def _record(r: Record) -> Record:
    inside = r.get("content")
    if not isinstance(inside, Mapping):
        raise BadRecord("this note has no content")
    # Version 2 wraps each value.
    content = {k: v.get("value") if isinstance(v, Mapping) and "value" in v else v for k, v in inside.items()}
    if r.get("forum") and r.get("id") and r["forum"] != r["id"]:
        raise BadRecord("no paper: this note is a reply (a review, a comment, a decision)")
    keywords = content.get("keywords") or []
    return {
        "id": text(r, "id"), "title": text(content, "title"), "abstract": text(content, "abstract"), "authors": content.get("authors") or [], "date": _day(r.get("pdate") or r.get("cdate")),
        "venue": text(content, "venue") or text(content, "venueid"), "keywords": keywords.split(",") if isinstance(keywords, str) else keywords, "comment": text(content, "TL;DR") or text(content, "TLDR"),
        "url": f"https://openreview.net/forum?id={r['id']}" if r.get("id") else None, "identifiers": {"openreview": r.get("id")}, "repositories": own_code([content.get("code") or content.get("code_url")]),
    }  # fmt: skip


def _day(milliseconds: Any) -> str | None:
    """A day (UTC) out of milliseconds since 1970."""
    if not isinstance(milliseconds, (int, float)) or isinstance(milliseconds, bool) or not 0 < milliseconds < 4e12:
        return None
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=milliseconds)).date().isoformat()


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "openreview", json_records(file), _record)


FORMAT = Format(
    "OpenReview notes (answers of the interface)",
    "id, title, abstract, authors, date, venue, keywords, TL;DR, code",
    lambda o: o.any_record(lambda r: isinstance(r.get("content"), Mapping) and bool({"forum", "invitation", "invitations"} & set(r))),
    read,
)
