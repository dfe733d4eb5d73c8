"""BibTeX and BibLaTeX, entry by entry: each is cut out of the file by itself and parsed by pybtex, so that one broken entry costs only itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from pybtex.bibtex.utils import split_name_list
from pybtex.database import BibliographyData, Entry, Person
from pybtex.database.input.bibtex import DuplicateField, Parser
from pybtex.exceptions import PybtexError
from pybtex.utils import CaseInsensitiveDict

from kg.readers.format import Format
from kg.readers.identifiers import ARXIV_ID, day, month_number
from kg.readers.inputs import Input
from kg.readers.records import BadRecord, Raw, Record, entries, not_utf8
from kg.readers.source import Item, Options
from kg.readers.spoken import OTHERS, without_number
from kg.readers.xml_records import without_markup
from kg.text import plain

_BEGIN = re.compile(rb"[ \t]*@[ \t]*(\w+)[ \t]*[{(]")
_PARENTS = re.compile(rb"[ \t]*@[ \t]*(?:string|proceedings|book|collection|mvproceedings)\b", re.I)
_TYPES = (
    r"(?i:[ \t]*@[ \t]*(?:article|inproceedings|incollection|misc|book|inbook|string|comment|preamble|phdthesis|mastersthesis|techreport|report|conference|proceedings"
    r"|online|thesis|unpublished|booklet|manual|collection|dataset|software)[ \t]*[{(])"
)
_NO_PAPER = {"string", "preamble", "comment", "proceedings", "mvproceedings"}
_ARXIV = re.compile(rf"arxiv[:\s]{{0,9}}(?:abs/)?({ARXIV_ID})(v\d+)?", re.I)
_LARGEST = 1 << 20  # bytes; what is longer is no entry


def _blocks(file: Input) -> Iterator[tuple[int, int, bytes]]:
    """Line, first byte and text of each entry: from a line that begins with @ to the next such line. What stands between entries is a comment."""
    block: list[bytes] = []
    start = size = 0
    began = 1
    for n, at, body in file.lines():
        if block and (_BEGIN.match(body) or not _BEGIN.match(block[0]) or size > _LARGEST):
            yield began, start, b"".join(block)
            block, size = [], 0
        if not block:
            began, start = n, at
        block.append(body)
        size += len(body)
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
            problem = not_utf8(body) or (f"longer than {_LARGEST >> 20} MB: does a brace lack?" if len(body) > _LARGEST else None)
            yield Raw(line, start, start + len(body), body, None if problem else body.decode(), problem)


class _Macros(CaseInsensitiveDict):  # type: ignore[misc]
    """Abbreviations; one that nobody has defined says itself, as `month = sept` does."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name) if name in self else name


class _Parser(Parser):  # type: ignore[misc]
    """pybtex's parser, which keeps names as they are written and is content with what BibTeX only warns about."""

    def __init__(self) -> None:
        super().__init__(person_fields=())
        self.macros: Any = _Macros(self.macros)

    def handle_error(self, error: PybtexError) -> None:
        if not isinstance(error, DuplicateField):
            raise error


class Library:
    """What entries share: the file's abbreviations (@string), and the volumes that entries refer to by `crossref`."""

    def __init__(self, file: Input) -> None:
        self._parser = _Parser()
        self._volumes: dict[str, Entry] = {}
        for _, _, block in _blocks(file):
            if _PARENTS.match(block):
                try:
                    found = self.parse(block.decode("utf-8", "replace"))
                except PybtexError:
                    continue  # its own turn as an entry comes
                self._volumes |= {e.key.lower(): e for e in found}

    def parse(self, text: str) -> list[Entry]:
        """The entries that a block holds (one, or several on one line), none for what only defines something. Raises PybtexError."""
        self._parser.data = BibliographyData()
        self._parser.parse_string(text)
        return list(self._parser.data.entries.values())

    def records(self, text: str) -> list[Record]:
        """A block as records of ours."""
        try:
            found = self.parse(text)
        except PybtexError as e:
            raise BadRecord(f"not valid BibTeX ({' '.join(str(e).split())}): check its braces, quotes and commas") from None
        except RecursionError:
            raise BadRecord("not valid BibTeX (braces nested too deeply)") from None
        if not found:
            raise BadRecord("not valid BibTeX: no entry with a key stands here")
        return [_record(e, self._volumes.get((e.fields.get("crossref") or "").lower())) for e in found]


def _record(entry: Entry, volume: Entry | None) -> Record:
    of_volume = {k.lower(): v for k, v in volume.fields.items()} if volume else {}
    inherited = {"booktitle": of_volume.get("booktitle") or of_volume.get("title"), "year": of_volume.get("year"), "date": of_volume.get("date")}
    fields = {k: v for k, v in inherited.items() if v} | {k.lower(): v for k, v in entry.fields.items()}
    said = lambda *names: next((v for n in names if (v := without_markup(plain(fields.get(n, ""))))), None)
    eprint, where = said("eprint", "arxivid", "arxiv"), (said("archiveprefix", "eprinttype") or "").lower()
    journal = said("journal", "journaltitle", "booktitle")
    in_journal = next((m for where_ in (journal, said("volume"), said("note")) if (m := _ARXIV.search(where_ or ""))), None)
    arxiv_id = eprint if eprint and where in ("", "arxiv") else in_journal[1] if in_journal else None
    address = next(
        (
            m[0]
            for n in ("url", "ee", "howpublished", "biburl")
            if (m := _URL.search(fields.get(n, "").replace("\\_", "_").replace("\\%", "%").replace("\\&", "&")))
        ),
        None,
    )
    title, subtitle = said("title"), said("subtitle")
    names, cut = _names(fields.get("author", ""), entry.key.startswith("DBLP:") or "dblp" in fields.get("biburl", ""))
    return {
        "id": entry.key, "title": f"{title}: {subtitle}" if title and subtitle else title, "abstract": said("abstract"), "authors": names, "truncated_authors": cut, "date": _date(fields),
        "venue": journal or _place(said("series", "school", "institution", "howpublished", "publisher")), "doi": said("doi"), "url": address, "arxiv_id": arxiv_id,
        "keywords": [k for k in re.split(r"(?:(?<!\s)\s+)?[,;]\s*", said("keywords", "keyword") or "") if k], "comment": said("note", "comment", "annote"), "type": entry.type.lower(),
        "categories": (said("primaryclass") or "").split(), "identifiers": {"pmid": said("pmid"), "acl": _acl(address), "s2": said("s2id")},
    }  # fmt: skip


_URL = re.compile(r"https?://[^\s{}]+")
_PART = re.compile(r"(?<![a-z])(family|given|prefix|suffix)\s*=\s*(\{[^{}]*\}|[^,{}]*)", re.I)


def _names(listed: str, numbered: bool) -> tuple[list[str], bool]:
    """The names of an author field, in the order in which they are said, and whether "et al." ends it; `numbered` ones end in DBLP's numbers for namesakes."""
    parts = [p.removeprefix("and ").removesuffix(" and").strip() for p in split_name_list(listed)]
    if len(parts) == 1 and not listed.startswith("{"):
        # What people write who do not know BibTeX's "and".
        some = [p.strip() for p in re.split(r"(?:(?<!\s)\s+)?;\s*", listed)]
        comma = [p.strip() for p in listed.split(",")]
        parts = some if len(some) > 1 else comma if len(comma) > 2 and all(len(p.split()) > 1 for p in comma) else parts
    cut = bool(parts) and OTHERS.search(parts[-1]) is not None
    names = [_name(OTHERS.sub("", p)) for p in parts if p and p != "and"]
    return [without_number(n) if numbered else n for n in names if n], cut


def _name(written: str) -> str:
    """One name: "Family, Given", "Given von Family", or biber's "family=…, given=…"."""
    if keyed := {k.lower(): v.strip("{} ") for k, v in _PART.findall(written)}:
        return plain(" ".join(keyed[k] for k in ("given", "prefix", "family", "suffix") if keyed.get(k)))
    try:
        p = Person(written)
    except PybtexError:
        return plain(written)  # more commas than a name can have
    return plain(" ".join(chain(p.first_names, p.middle_names, p.prelast_names, p.last_names, p.lineage_names)))


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
    month = plain(fields.get("month", "")).strip(".# ")
    return day(year[0], month_number(month) or re.sub(r"\D.*", "", month), fields.get("day", "").strip("{} ")) if year else None


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "bibtex", _raws(file), Library(file).records)


FORMAT = Format(
    "BibTeX and BibLaTeX (also as ACL Anthology, OpenReview, DBLP, Zotero, Scholar export it)",
    "key, title, abstract, authors (particles, braces, accents, and others), date, venue, DOI, address, arXiv id, keywords, note, type; @string and crossref are followed",
    lambda o: o.line_like(_TYPES) and o.text.lstrip()[:1] not in ("{", "<"),
    read,
)
