"""One paper out of all entries that describe it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from kg.model import Entry, Kind, Span
from kg.text import beginning, plain

# A preprint server as a venue says less than any other name.
_SERVER = re.compile(r"\s*(?:arxiv|corr\b|biorxiv|medrxiv|ssrn|research square|preprint)", re.I)


def paper_row(paper: str, entries: Sequence[Entry]) -> dict[str, Any]:
    """One row of a paper out of all entries that describe it: of each field the fullest, of dates the most exact and earliest, of venues one that is no preprint server."""

    def best(values: Iterable[str | None], rank: Callable[[str], Any] = lambda v: 0) -> str | None:
        found = [v for v in values if v]
        return found[0] if len(found) == 1 else max(found, key=lambda v: (rank(v), len(v), sum(map(str.isupper, v)), v), default=None)

    # A title in capitals has lost its names; a full stop or an element of markup is the source's.
    title = best((_plain(e, e.title) for e in entries), lambda t: (t != t.upper(), not t.endswith("."), "</" not in t))
    abstract = best(_plain(e, e.abstract) for e in entries)
    date = min((e.date for e in entries if e.date), key=lambda d: (-len(d), d), default=None)
    shown = title or f"“{beginning(abstract or '')}”"
    return {
        "id": paper, "kind": Kind.PAPER.value, "name": shown, "label": shown, "title": title, "abstract": abstract, "date": date, "year": int(date[:4]) if date else None,
        "venue": best((e.venue for e in entries), lambda v: not _SERVER.match(v)), "url": min((e.url for e in entries if e.url), key=_address, default=None),
        "doi": best((e.doi for e in entries), lambda d: not d.startswith("10.48550/")), "arxiv_id": best(e.arxiv_id for e in entries), "type": best(e.type for e in entries),
        "version": max((e.version for e in entries if e.version), key=lambda v: (int(v[1:]) if v[1:].isdigit() else 0, v), default=None),
        "identifiers": sorted({x for e in entries for x in e.identifiers}), "stub": False, "entries": sorted(e.id for e in entries), **_values(entries),
    }  # fmt: skip


def stub_row(stub: Stub) -> dict[str, Any]:
    """A row of a paper that is only cited."""
    of = lambda scheme: next((k.partition(":")[2] for k in stub.keys if k.startswith(f"{scheme}:")), None)
    shown = stub.title or stub.keys[0]
    return {
        "id": stub.id, "kind": Kind.PAPER.value, "name": shown, "label": shown, "title": stub.title, "year": stub.year, "date": f"{stub.year:04d}" if stub.year else None, "doi": of("doi"),
        "arxiv_id": of("arxiv"), "identifiers": sorted(k for k in stub.keys if not k.startswith(("doi:", "arxiv:"))), "stub": True, "entries": [],
    }  # fmt: skip


class Stub(Protocol):
    """What resolution says of a paper that is only cited."""

    @property
    def id(self) -> str: ...
    @property
    def keys(self) -> Sequence[str]: ...
    @property
    def title(self) -> str | None: ...
    @property
    def year(self) -> int | None: ...


def _address(url: str) -> tuple[int, int, str]:
    """Addresses that stay before others, and the shorter ones."""
    return 0 if re.match(r"https?://(?:dx\.)?(?:doi\.org|arxiv\.org/abs)/", url, re.I) else 2 if "scholar.google" in url else 1, len(url), url


def _plain(e: Entry, field: Span | None) -> str | None:
    return plain(e.text[field.start : field.end]) if field else None


def _values(entries: Sequence[Entry]) -> dict[str, list[str]]:
    """What each of several entries says of their paper, as lists of one length: field, value (of an abstract the beginning), entry."""
    said = [
        (field, value, e.id)
        for e in sorted(entries, key=lambda e: e.id) if len(entries) > 1
        for field, value in (
            ("title", _plain(e, e.title)), ("abstract", e.abstract and beginning(_plain(e, e.abstract) or "")),
            ("authors", "; ".join(" ".join(p.name.split()) for p in e.authors)), ("date", e.date), ("venue", e.venue), ("url", e.url), ("doi", e.doi), ("arxiv_id", e.arxiv_id),
            ("version", e.version), ("type", e.type), ("keywords", "; ".join(e.keywords)),
        )
        if value
    ]  # fmt: skip
    return {name: [x[i] for x in said] for i, name in enumerate(("value_field", "value_text", "value_entry"))}
