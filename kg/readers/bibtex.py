"""BibTeX and BibLaTeX, entry by entry: each is cut out of the file by itself and parsed by pybtex, so that one broken entry costs only itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from pybtex.database import BibliographyData, Entry, Person
from pybtex.database.input.bibtex import Parser
from pybtex.exceptions import PybtexError

from kg.readers.format import Format
from kg.readers.inputs import Input
from kg.readers.records import BadRecord, Raw, Record, day, entries, month_number, not_utf8
from kg.readers.source import BOM, Item, Options
from kg.text import plain

_BEGIN = re.compile(rb"[ \t]*@[ \t]*(\w+)[ \t]*[{(]")
_PARENTS = re.compile(rb"[ \t]*@[ \t]*(?:string|proceedings|book|collection|mvproceedings)\b", re.I)
_TYPES = (
    r"(?i:[ \t]*@[ \t]*(?:article|inproceedings|incollection|misc|book|inbook|string|comment|preamble|phdthesis|mastersthesis|techreport|report|conference|proceedings"
    r"|online|thesis|unpublished|booklet|manual|collection|dataset|software)[ \t]*[{(])"
)
_NO_PAPER = {"string", "preamble", "comment", "proceedings", "mvproceedings"}
_ARXIV = re.compile(r"arxiv[:\s]*(?:abs/)?(\d{4}\.\d{4,5}|[a-z\-]+(?:\.[A-Z]{2})?/\d{7})(v\d+)?", re.I)
_LARGEST = 4 << 20  # bytes; what is longer is no entry


def _blocks(file: Input) -> Iterator[tuple[int, int, bytes]]:
    """Line, first byte and text of each entry: from a line that begins with @ to the next such line. What stands between entries is a comment."""
    block, start, at, began = [], 0, 0, 1
    with file.open() as f:
        for n, line in enumerate(f, 1):
            body = line.removeprefix(BOM) if n == 1 else line
            at += len(line) - len(body)
            if _BEGIN.match(body) and block:
                yield began, start, b"".join(block)
                block = []
            if not block:
                began, start = n, at
            block.append(body)
            at += len(body)
            if not _BEGIN.match(block[0]) or sum(map(len, block[-2:])) > _LARGEST:
                yield began, start, b"".join(block)
                block = []
    if block:
        yield began, start, b"".join(block)


def _raws(file: Input) -> Iterator[Raw]:
    for line, start, block in _blocks(file):
        m = _BEGIN.match(block)
        body = block.rstrip()
        if m is None:
            yield Raw(line, start, start + len(body), body, passed="comment" if body else "blank")
        elif m[1].decode().lower() in _NO_PAPER:
            yield Raw(line, start, start + len(body), body, passed=f"@{m[1].decode().lower()}")
        else:
            problem = not_utf8(body)
            yield Raw(line, start, start + len(body), body, None if problem else body.decode(), problem)


class Library:
    """What entries share: the file's abbreviations (@string), and the volumes that entries refer to by `crossref`."""

    def __init__(self, file: Input) -> None:
        self._parser = Parser()
        self._volumes: dict[str, Entry] = {}
        for _, _, block in _blocks(file):
            if _PARENTS.match(block):
                try:
                    found = self.parse(block.decode("utf-8", "replace"))
                except PybtexError:
                    continue  # its own turn as an entry comes
                if found:
                    self._volumes[found.key.lower()] = found

    def parse(self, text: str) -> Entry | None:
        """The entry that a block holds, None for what only defines something. Raises PybtexError."""
        self._parser.data = BibliographyData()
        self._parser.parse_string(text)
        return next(iter(self._parser.data.entries.values()), None)

    def record(self, text: str) -> Record:
        """A block as a record of ours."""
        try:
            entry = self.parse(text)
        except PybtexError as e:
            raise BadRecord(f"not valid BibTeX ({' '.join(str(e).split())}): check its braces, quotes and commas") from None
        except RecursionError:
            raise BadRecord("not valid BibTeX (braces nested too deeply)") from None
        if entry is None:
            raise BadRecord("not valid BibTeX: no entry with a key stands here")
        volume = self._volumes.get((entry.fields.get("crossref") or "").lower())
        return _record(entry, volume)


def _record(entry: Entry, volume: Entry | None) -> Record:
    fields: dict[str, str] = {k.lower(): v for k, v in (volume.fields.items() if volume else ())} if volume else {}
    inherited = {"booktitle": fields.get("booktitle") or fields.get("title"), "year": fields.get("year"), "date": fields.get("date")}
    fields = {k: v for k, v in inherited.items() if v} | {k.lower(): v for k, v in entry.fields.items()}
    said = lambda *names: next((v for n in names if (v := plain(fields.get(n, "")))), None)
    eprint, where = said("eprint", "arxivid", "arxiv"), (said("archiveprefix", "eprinttype") or "").lower()
    journal = said("journal", "journaltitle", "booktitle")
    in_journal = _ARXIV.search(journal or "") or _ARXIV.search(said("volume", "note") or "")
    arxiv_id = eprint if eprint and where in ("", "arxiv") else in_journal[1] if in_journal else None
    url = next((fields[n].strip() for n in ("url", "ee", "biburl") if fields.get(n, "").strip()), None)
    return {
        "id": entry.key, "title": said("title"), "abstract": said("abstract"), "authors": [_name(p) for p in entry.persons.get("author", ())], "date": _date(fields),
        "venue": journal or _place(said("series", "school", "institution", "howpublished", "publisher")), "doi": said("doi"), "url": url and url.replace("\\_", "_").replace("\\%", "%"),
        "arxiv_id": arxiv_id, "keywords": [k for k in re.split(r"\s*[,;]\s*", said("keywords", "keyword") or "") if k], "comment": said("note", "comment", "annote"),
        "type": entry.type.lower(), "categories": (said("primaryclass") or "").split(), "identifiers": {"pmid": said("pmid"), "acl": _acl(url), "s2": said("s2id")},
    }  # fmt: skip


def _name(person: Person) -> dict[str, str]:
    parts = chain(person.first_names, person.middle_names, person.prelast_names, person.last_names, person.lineage_names)
    return {"name": plain(" ".join(parts))}


def _place(name: str | None) -> str | None:
    """Where it was published; an address is no name."""
    return None if name and re.match(r"(?:\\?url|https?:|www\.)", name) else name


def _acl(url: str | None) -> str | None:
    m = re.search(r"aclweb\.org/anthology/(?:papers/\w/\w+/)?([A-Z]\d\d-\d{4}|\d{4}\.[\w\-]+\.\d+)", url or "")
    return m[1] if m else None


def _date(fields: Mapping[str, Any]) -> str | None:
    """BibLaTeX's `date` (of a range the beginning), else `year`, `month` (a name, a number) and `day`."""
    if m := re.match(r"\s*\{?(\d{4})(?:-(\d\d))?(?:-(\d\d))?", fields.get("date", "")):
        return day(*m.groups())
    year = re.search(r"\d{4}", fields.get("year", ""))
    month = plain(fields.get("month", "")).strip(". ")
    return day(year[0], month_number(month) or re.sub(r"\D.*", "", month), fields.get("day", "").strip("{} ")) if year else None


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "bibtex", _raws(file), Library(file).record)


FORMAT = Format(
    "BibTeX and BibLaTeX (also as ACL Anthology, OpenReview, DBLP, Zotero, Scholar export it)",
    "key, title, abstract, authors (particles, braces, accents, and others), date, venue, DOI, address, arXiv id, keywords, note, type; @string and crossref are followed",
    lambda o: o.line_like(_TYPES) and o.text.lstrip()[:1] not in ("{", "<"),
    read,
)
