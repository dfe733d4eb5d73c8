"""Records into entries. Each source's reader turns its records into ours, plain dicts of the shape that JSON lines have (see jsonl.py); here they become entries.

What a record may hold: `id`, `title`, `abstract`, `authors` (texts, or objects with `name`, `affiliations`, `orcid`), `truncated_authors`,
`affiliations`, `categories`, `keywords`, `date` (or `year`), `venue`, `url`, `doi`, `arxiv_id`, `version`, `type`, `comment`, `code_flag`,
`identifiers` (scheme: id), `references` (DOIs, arXiv ids, or objects with `doi`, `arxiv_id`, identifiers, `title`, `year`), and the named
things of the gold shape, which are taken as the source's own assertions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from kg.model import NAMED_FIELDS, Assertion, Entry, Person, Reference, Rejected, Span, work_keys
from kg.readers.identifiers import arxiv_of, day, doi_of, is_doi, orcid_of
from kg.readers.source import Item, Passed, prefix
from kg.text import plain

Record = Mapping[str, Any]
_KEPT = 1 << 16  # bytes of what is refused that are kept to be shown
_OTHERS = re.compile(r"(?:and\s+)?(?:et\.?\s+al\.?|(?:\d+\s+)?others?)", re.I)
_CUT = {"ers", "her", "al.", " al"}  # how "others", "other", "et al." end
_DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:$|[T ])")
_NAMED = (*NAMED_FIELDS, "repositories")
_ROLES = {
    "methods": {"proposed", "used", "compared"},
    "datasets": {"introduced", "used"},
    "benchmarks": {"introduced", "used"},
    "repositories": {"own", "used"},
}
# How other indexes are called in `identifiers` and `references`; a DOI and an arXiv id have fields of their own.
SCHEMES = ("openalex", "s2", "pmid", "acl", "dblp", "mag", "openreview", "pwc")


class BadRecord(Exception):
    """Why a record cannot be used."""


class Raw(NamedTuple):
    """A record as it lies in its file: line, bytes, its text (or how to get it) and its value; or the problem that it has, or that it is passed over as what."""

    line: int
    start: int
    end: int
    text: bytes
    value: Any = None
    problem: str | None = None
    passed: str | None = None


def not_utf8(body: bytes) -> str | None:
    """What is wrong with bytes that are no UTF-8, and the mend; None for those that are."""
    try:
        body.decode()
    except UnicodeDecodeError as e:
        return f"byte 0x{body[e.start]:02x} is not UTF-8: convert the file, for instance with iconv -f latin1 -t utf-8"
    return None


def entries(name: str, format: str, raws: Iterable[Raw], convert: Callable[[Any], Record | Iterable[Record]]) -> Iterator[Item]:
    """Entries out of records. `convert` gives one record of ours or several; it raises BadRecord for what it cannot use."""
    stem, n = prefix(name), 0
    for raw in raws:
        if raw.passed:
            yield Passed(raw.line, raw.passed)
            continue
        try:
            if raw.problem:
                raise BadRecord(raw.problem)
            found = _converted(convert, raw.value, format)
            if not found:
                raise BadRecord("nothing in this record names a paper")
        except BadRecord as e:
            yield _refused(name, raw, e)
            continue
        for record in found:
            try:
                entry = entry_of(record, name, format, raw, f"{stem}:{n}")
            except BadRecord as e:
                yield _refused(name, raw, e)
            else:
                n += 1
                yield entry


def _refused(name: str, raw: Raw, why: BadRecord) -> Rejected:
    return Rejected(name, raw.line, raw.start, raw.end, raw.text[:_KEPT].decode("utf-8", "replace"), str(why))


def _converted(convert: Callable[[Any], Record | Iterable[Record]], value: Any, format: str) -> list[Record]:
    """The records that a reader makes of one of its source's. The source's may be anything: what a reader stumbles over is a fault of the record, not of the program."""
    try:
        found = convert(value)
        return [found] if isinstance(found, Mapping) else list(found)
    except (TypeError, AttributeError, KeyError, IndexError, ValueError, RecursionError) as e:
        raise BadRecord(f"another shape than records of {format} have ({' '.join(str(e).split())[:200]})") from None


def entry_of(record: Record, source: str, format: str, raw: Raw, default_id: str) -> Entry:
    """One record of ours as an entry. Raises BadRecord, with the mend, for what cannot be used."""
    get = record.get
    # What `text` does of one field, of all at once: this is done of every record.
    for key in _TEXTS:
        value = get(key)
        if value is not None and not isinstance(value, str):
            raise BadRecord(f"{key} is no text: give a string")
    said: Callable[[str], Any] = lambda key: value if (value := get(key)) and not value.isspace() else None
    title, abstract = said("title"), said("abstract")
    if not title and not abstract:
        raise BadRecord("neither title nor abstract: give at least one")
    body = f"{title}\n{abstract}" if title and abstract else title or abstract
    identifier = get("id")
    if identifier is not None and (not isinstance(identifier, (str, int)) or isinstance(identifier, bool)):
        raise BadRecord("id is neither text nor a number")
    url, doi = said("url"), doi_of(said("doi"))
    arxiv_id, version = _arxiv(get("arxiv_id"), identifier, url, doi)
    authors, cut_short = _people(record)
    # Most records have nothing of these; asking once is quicker than asking for each.
    more = {} if _RARE.isdisjoint(record) else _rare(record)
    return Entry(
        id=str(identifier) if identifier not in (None, "") else default_id, source=source, line=raw.line, byte_start=raw.start, byte_end=raw.end, text=body, format=format,
        title=Span(0, len(title)) if title else None, abstract=Span(len(body) - len(abstract), len(body)) if abstract else None,
        authors=authors, truncated_authors=cut_short, categories=strings(record, "categories") or strings(record, "category"), date=_date(record), venue=said("venue"),
        url=url, doi=doi, arxiv_id=arxiv_id, comment=said("comment"), identifiers=_identifiers(record, url), version=said("version") or version, **more,
    )  # fmt: skip


_TEXTS = ("title", "abstract", "url", "doi", "venue", "comment", "version")
_RARE = frozenset(("affiliations", "code_flag", "keywords", "references", "type", *_NAMED))


def _rare(record: Record) -> dict[str, Any]:
    flag = record.get("code_flag")
    return {
        "affiliations": strings(record, "affiliations"), "code_flag": flag if isinstance(flag, bool) else None, "assertions": tuple(_assertions(record)),
        "keywords": strings(record, "keywords"), "references": _references(record), "type": text(record, "type"),
    }  # fmt: skip


def text(record: Record, key: str) -> str | None:
    """A text of a record; None if it is missing or blank. BadRecord for what is no text."""
    value = record.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadRecord(f"{key} is no text: give a string")
    return value if value.strip() else None


def strings(record: Record, key: str) -> tuple[str, ...]:
    """A list of texts, or one text, without blank ones. BadRecord for anything else."""
    value = record.get(key)
    if not value:
        return ()
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)):
        raise BadRecord(f"{key} is no list of texts")
    try:
        return tuple([" ".join(words) for x in value if (words := str.split(x))])
    except TypeError:
        raise BadRecord(f"{key} is no list of texts") from None


def objects(record: Record, key: str) -> list[Record]:
    """A list of objects, without what is null. BadRecord for anything else."""
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(x is None or isinstance(x, Mapping) for x in value):
        raise BadRecord(f"{key} is no list of objects")
    return [x for x in value if x is not None]


def within(record: Record, *keys: str) -> Any:
    """The value at the end of a path of keys; None where there is no such path."""
    value: Any = record
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def without_brackets(text: str) -> str:
    """A text without what stands in round brackets, one in another too, and the blanks before them; a bracket without its other stays."""
    kept: list[str] = []
    opened: list[int] = []
    for c in text:
        if c == ")" and opened:
            del kept[opened.pop() :]
            while kept and kept[-1].isspace():
                kept.pop()
            continue
        if c == "(":
            opened.append(len(kept))
        kept.append(c)
    return "".join(kept)


def _date(record: Record) -> str | None:
    value = text(record, "date")
    if value is None:
        return day(record.get("year"))
    if found := _as_date(value):
        return found
    raise BadRecord(f"date {value!r} is none: give YYYY, YYYY-MM or YYYY-MM-DD")


@lru_cache(maxsize=1 << 14)
def _as_date(value: str) -> str | None:
    """A date in its usual form; None if there is no such day."""
    m = _DATE.match(value.strip())
    if m is None:
        return None
    found = day(*m.groups())
    return found if found and found.count("-") == sum(x is not None for x in m.groups()) - 1 else None


def _people(record: Record) -> tuple[tuple[Person, ...], bool]:
    """The authors, and whether their list ends in "et al." or the like."""
    authors = record.get("authors") or ()
    if not isinstance(authors, (list, tuple)):
        raise BadRecord('authors is no list: give ["Given Family", …] or [{"name": …}, …]')
    found: list[Person] = []
    cut_short = bool(record.get("truncated_authors"))
    for a in authors:
        if isinstance(a, str):
            name, about = " ".join(a.split()), None
        elif isinstance(a, Mapping) and isinstance(a.get("name"), str):
            name, about = " ".join(a["name"].split()), a
        else:
            raise BadRecord('an author is neither a text nor an object with "name"')
        if name[-3:].lower() not in _CUT and name[:1].isalpha():
            pass  # most names: what follows cannot be so
        elif _OTHERS.fullmatch(name):
            cut_short = True
            continue
        elif not any(c.isalnum() for c in plain(name)):
            continue
        found.append(Person(name, None, strings(about, "affiliations"), orcid_of(text(about, "orcid"))) if about else Person(name))
    return tuple(found), cut_short


def _arxiv(*values: object) -> tuple[str | None, str | None]:
    """The first arXiv id, and its version."""
    return next((found for value in values if value and (found := arxiv_of(value))), (None, None))


_ADDRESSES = re.compile(
    r"https?://(?:www\.)?(?:openalex\.org/(?P<openalex>W\d+)|(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(?P<pmid>\d+)|aclanthology\.org/(?P<acl>[A-Z]\d\d-\d{4}|\d{4}\.[\w\-]+\.\d+)"
    r"|dblp\.(?:org|uni-trier\.de|dagstuhl\.de)/rec/(?P<dblp>[\w\-/.]+?)(?:\.html|\.bib|\.xml)?|openreview\.net/(?:forum|pdf)\?id=(?P<openreview>[\w\-]+)"
    r"|paperswithcode\.com/paper/(?P<pwc>[\w\-]+)|semanticscholar\.org/paper/(?:[^/]+/)?(?P<s2>[0-9a-f]{40}))(?:\.pdf|\.bib)?/?",
    re.I,
)


def _identifiers(record: Record, url: str | None = None) -> tuple[str, ...]:
    """Other indexes' identifiers: those that are given, and the one that the address is of."""
    value = record.get("identifiers")
    if not value and (not url or "arxiv.org" in url):
        return ()
    value = value or {}
    if not isinstance(value, Mapping):
        raise BadRecord('identifiers is no object: give {"openalex": "W…", "pmid": "…"}')
    found = (
        {f"{scheme}:{str(x).strip()}" for scheme in SCHEMES for x in _each(value.get(scheme)) if isinstance(x, (str, int)) and str(x).strip()}
        if value
        else set()
    )
    if url and (m := _ADDRESSES.fullmatch(url.strip())):
        found |= {f"{scheme}:{x}" for scheme, x in m.groupdict().items() if x}
    return tuple(sorted(found))


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _references(record: Record) -> tuple[Reference, ...]:
    """What is cited, each once, in its order; what has neither identifier nor title is no reference."""
    value = record.get("references")
    if not value:
        return ()
    if not isinstance(value, (list, tuple)):
        raise BadRecord('references is no list: give DOIs, arXiv ids, or objects with "doi", "arxiv_id" or "title"')
    found: dict[Reference, None] = {}
    for x in value:
        if isinstance(x, str):
            x = {"arxiv_id": x} if arxiv_of(x) else {"doi": x} if is_doi(x) else {"title": x}
        if not isinstance(x, Mapping):
            raise BadRecord("a reference is neither a text nor an object")
        doi = doi_of(text(x, "doi"))
        arxiv = arxiv_of(x.get("arxiv_id")) or arxiv_of(doi)
        keys = work_keys(doi, arxiv[0] if arxiv else None, _identifiers({"identifiers": x}))
        title, year = text(x, "title"), x.get("year")
        if keys or title:
            found[Reference(keys, " ".join(title.split()) if title else None, year if isinstance(year, int) and 0 < year < 10000 else None)] = None
    return tuple(found)


def _assertions(record: Record) -> Iterator[Assertion]:
    for field in _NAMED:
        items = record.get(field)
        if not items:
            continue
        if not isinstance(items, (list, tuple)):
            raise BadRecord(f"{field} is no list")
        for item in items:
            if isinstance(item, str):
                item = {"name": item}
            name = item.get("name") if isinstance(item, Mapping) else None
            if not isinstance(name, str) or not name.strip():
                raise BadRecord(f'{field} has an item without a "name"')
            role = item.get("role")
            if role is not None and (not isinstance(role, str) or role not in _ROLES.get(field, ())):
                raise BadRecord(f"{field}: role {role!r} of {name!r} is none of {', '.join(sorted(_ROLES.get(field, {'none'})))}")
            yield Assertion(field, " ".join(name.split()), strings(item, "aliases"), role)
