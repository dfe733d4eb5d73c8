"""JSON lines: one record a line, `{"id", "title", "abstract", "authors", "categories", "date", "venue", "url", "doi", "comment", …}`.

All but one of title and abstract is optional. A record may assert its own `methods`, `datasets`, `benchmarks`, `tasks`, `metrics` and
`repositories`, in the shape of the gold entries. A record that cannot be used is refused with its line and the reason.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from typing import Any

from kg.model import NAMED_FIELDS, Assertion, Entry, Person, Rejected, Span
from kg.readers.source import Reading, Source
from kg.text import plain

_ARXIV = re.compile(r"(?:arxiv:\s*|arxiv\.org/(?:abs|pdf)/)?((?:\d{4}\.\d{4,5}|[a-z\-]+(?:\.[A-Z]{2})?/\d{7}))(?:v\d+)?(?:\.pdf)?", re.I)
_ORCID = re.compile(r"(?<![0-9])(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])(?![0-9])")
_OTHERS = re.compile(r"(?:and\s+)?(?:et\.?\s+al\.?|(?:\d+\s+)?others?)", re.I)
_ROLES = {
    "methods": {"proposed", "used", "compared"},
    "datasets": {"introduced", "used"},
    "benchmarks": {"introduced", "used"},
    "repositories": {"own", "used"},
}


class BadRecord(Exception):
    """Why a record cannot be used."""


def read_jsonl(source: Source, author: str | None = None) -> Reading:
    """One entry a line; `author` does not apply to records, which name their authors themselves."""
    entries: list[Entry] = []
    rejected: list[Rejected] = []
    became: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for line in source.lines:
        if line.blank:
            became.append((line.number, "blank"))
            continue
        try:
            entry = _entry(source, line.text, f"{source.prefix}:{len(entries)}", line.number, source.byte_at(line.start), source.byte_at(line.end))
            if entry.id in seen:
                raise BadRecord(f"id {entry.id!r} is used in line {seen[entry.id]} already: give each record an id of its own")
        except BadRecord as e:
            rejected.append(source.reject(line, str(e)))
            became.append((line.number, "rejected"))
            continue
        seen[entry.id] = line.number
        entries.append(entry)
        became.append((line.number, f"{entry.id} record"))
    return Reading(tuple(entries), tuple(rejected), tuple(became))


def _entry(source: Source, text: str, default_id: str, line: int, byte_start: int, byte_end: int) -> Entry:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as e:
        why = getattr(e, "msg", "a number of too many digits" if isinstance(e, ValueError) else "nested too deeply")
        raise BadRecord(f"not valid JSON ({why}): one JSON object a line is expected") from None
    if "\\ud" in text.lower():
        record = _scrubbed(record)
    if not isinstance(record, dict):
        raise BadRecord('not a JSON object: {"title": …} is expected')
    title, abstract = _text(record, "title"), _text(record, "abstract")
    if not title and not abstract:
        raise BadRecord("neither title nor abstract: give at least one")
    body = "\n".join(x for x in (title, abstract) if x)
    identifier = record.get("id")
    if (identifier is not None and not isinstance(identifier, (str, int))) or isinstance(identifier, bool):
        raise BadRecord("id is neither text nor a number")
    url, doi = _text(record, "url"), _text(record, "doi")
    authors, cut_short = _people(record)
    return Entry(
        id=str(identifier) if identifier not in (None, "") else default_id, source=source.name, line=line, byte_start=byte_start, byte_end=byte_end, text=body, format="jsonl",
        title=Span(0, len(title)) if title else None, abstract=Span(len(body) - len(abstract), len(body)) if abstract else None,
        authors=tuple(authors), truncated_authors=cut_short, affiliations=tuple(_strings(record, "affiliations")),
        categories=tuple(_strings(record, "categories") or _strings(record, "category")), date=_date(record), code_flag=record.get("code_flag") if isinstance(record.get("code_flag"), bool) else None,
        venue=_text(record, "venue"), url=url, doi=_doi(doi), arxiv_id=_arxiv_id(record, identifier, url), comment=_text(record, "comment"),
        assertions=tuple(_assertions(record)),
    )  # fmt: skip


def _scrubbed(value: Any) -> Any:
    """A JSON value in which lone surrogates, which are no characters and cannot be stored, are question marks."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_scrubbed(v) for v in value]
    if isinstance(value, dict):
        return {_scrubbed(k): _scrubbed(v) for k, v in value.items()}
    return value


def _text(record: dict, key: str) -> str | None:
    value = record.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadRecord(f"{key} is no text: give a string")
    return value if value.strip() else None


def _strings(record: dict, key: str) -> list[str]:
    value = record.get(key)
    if value is None:
        return []
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(x, str) for x in values):
        raise BadRecord(f"{key} is no list of texts")
    return [" ".join(x.split()) for x in values if x.strip()]


def _people(record: dict) -> tuple[list[Person], bool]:
    """The authors, and whether their list ends in "et al." or the like."""
    authors = record.get("authors") or []
    if not isinstance(authors, list):
        raise BadRecord('authors is no list: give ["Given Family", …] or [{"name": …}, …]')
    found: list[Person] = []
    cut_short = bool(record.get("truncated_authors"))
    for a in authors:
        if isinstance(a, str):
            a = {"name": a}
        if not isinstance(a, dict) or not isinstance(a.get("name"), str):
            raise BadRecord('an author is neither a text nor an object with "name"')
        name = " ".join(a["name"].split())
        if _OTHERS.fullmatch(name):
            cut_short = True
        elif any(c.isalnum() for c in plain(name)):
            found.append(Person(name, None, tuple(_strings(a, "affiliations")), _orcid(_text(a, "orcid"))))
    return found, cut_short


def _orcid(text: str | None) -> str | None:
    """An ORCID in its usual form, four groups of four, whatever address or mark stands round it; another identifier as it is; None for a word such as "none"."""
    m = _ORCID.search(text or "")
    if m:
        return "-".join(m.groups()).upper()
    last = (text or "").strip().rstrip("/").rsplit("/", 1)[-1].strip().upper()
    return last if any(c.isdigit() for c in last) else None


def _date(record: dict) -> str | None:
    value = _text(record, "date")
    if value is None:
        year = record.get("year")
        return f"{year:04d}" if isinstance(year, int) and not isinstance(year, bool) and 0 < year < 10000 else None
    m = re.match(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:$|[T ])", value.strip())
    try:
        if m:
            datetime.date(int(m[1]), int(m[2] or 1), int(m[3] or 1))
            return "-".join(x if i == 0 else x.zfill(2) for i, x in enumerate(m.groups()) if x)
    except ValueError:
        pass
    raise BadRecord(f"date {value!r} is none: give YYYY, YYYY-MM or YYYY-MM-DD")


def _doi(value: str | None) -> str | None:
    return re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", value.strip(), flags=re.I).lower() if value else None


def _arxiv_id(record: dict, identifier: object, url: str | None) -> str | None:
    for value in (record.get("arxiv_id"), identifier, url):
        if isinstance(value, str) and (m := _ARXIV.fullmatch(re.sub(r"^https?://(?:www\.)?", "", value.strip()))):
            return m[1].lower()
    return None


def _assertions(record: dict) -> Iterator[Assertion]:
    for field in (*NAMED_FIELDS, "repositories"):
        items = record.get(field) or []
        if not isinstance(items, list):
            raise BadRecord(f"{field} is no list")
        for item in items:
            if isinstance(item, str):
                item = {"name": item}
            name = item.get("name") if isinstance(item, dict) else None
            if not isinstance(name, str) or not name.strip():
                raise BadRecord(f'{field} has an item without a "name"')
            role = item.get("role")
            if role is not None and role not in _ROLES.get(field, ()):
                raise BadRecord(f"{field}: role {role!r} of {name!r} is none of {', '.join(sorted(_ROLES.get(field, {'none'})))}")
            yield Assertion(field, " ".join(name.split()), tuple(_strings(item, "aliases")), role)
