"""Tables of papers with a header: CSV, TSV, and workbooks (Excel, OpenDocument) through calamine. Columns are known by their names, or as the user says."""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from kg.errors import ReadError, WrongUse
from kg.readers.format import Format, Opening
from kg.readers.identifiers import arxiv_of, day, month_number, own_code
from kg.readers.inputs import BOM, LONGEST, NO_ARCHIVE, Input, cut_lines
from kg.readers.records import BadRecord, Raw, Record, entries, not_utf8
from kg.readers.source import PAGE, UTF16, Item, Options
from kg.readers.spoken import COMMAS, OTHERS, inverted, name_in_order
from kg.text import clipped

# What columns are called, folded; the first that a table has is taken.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("citationkey", "bibkey", "eid", "ut", "uniquewosid", "publicationid", "paperid", "key", "id"),
    "title": ("title", "papertitle", "articletitle", "documenttitle", "publicationtitle", "paper", "ti"),
    "abstract": ("abstract", "summary", "abstractnote", "ab", "description"),
    "authors": ("authorfullnames", "af", "authors", "author", "authornames", "authorlist", "creators", "creator", "by", "au"),
    "date": ("date", "publicationdate", "published", "publishedon", "datepublished", "submitted"),
    "year": ("year", "publicationyear", "pubyear", "py", "issued"),
    "venue": (
        "venue",
        "journal",
        "sourcetitle",
        "conference",
        "booktitle",
        "journaltitle",
        "publicationname",
        "source",
        "conferencename",
        "so",
        "publicationtitle",
        "publishedin",
        "journalbook",
    ),
    "doi": ("doi", "di", "doilink"),
    "url": ("url", "link", "links", "address", "pdf", "paperurl", "arxivlink", "paperlink", "articleurl"),
    "arxiv_id": ("arxivid", "arxiv", "eprint"),
    "keywords": ("keywords", "authorkeywords", "tags", "manualtags", "keyword", "de", "topics"),
    "categories": ("categories", "category", "subjects", "primarycategory"),
    "type": ("type", "documenttype", "itemtype", "publicationtype", "dt"),
    "comment": ("comment", "comments", "notes", "note"),
    "code": ("code", "repository", "github", "repo", "codeurl", "repositoryurl", "codelink"),
    "pmid": ("pmid", "pubmedid"),
    "orcid": ("orcids", "orcid", "authororcids"),
}
LINES = 1000  # of one row
UNPACKED = 1 << 30  # bytes of the parts of a workbook
LARGEST_CELL = 1 << 17  # characters; what the csv module takes
_DELIMITERS = ("\t", ";", ",", "|")


def _fold(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\([^()]*\)$", "", name.strip()).casefold()) or name.strip().casefold()


def assigned(header: Sequence[str], wished: Mapping[str, str] = {}) -> dict[str, list[int]]:
    """Which columns hold which field, the best first (of a row the first that is not empty counts): as wished (a header or a number from 1), else by name.

    WrongUse for an unknown field or column.
    """
    at: dict[str, list[int]] = {}
    folded = [_fold(h) for h in header]
    for field, column in wished.items():
        if field not in NAMES:
            raise WrongUse(f"--columns: no field {field!r}: choose of {', '.join(NAMES)}")
        exact = [i for i, h in enumerate(header) if h.strip() == column] or [i for i, h in enumerate(folded) if h == _fold(column)]
        if not exact and column.isdigit() and 1 <= int(column) <= len(header):
            exact = [int(column) - 1]
        if not exact:
            raise WrongUse(f"--columns: no column {column!r}: the table has {', '.join(header)}")
        at[field] = exact[:1]
    taken = {i for found in at.values() for i in found}
    for field, names in NAMES.items():
        found = [i for name in names for i, h in enumerate(folded) if h == name and i not in taken] if field not in at else []
        if found:
            at[field] = found
            # What is the title in one program is the venue in another.
            taken |= set(found[:1])
    return at


_PLACEHOLDER = re.compile(r"\[?no (?:abstract|author name|author id|authors?|title|keywords?) available\]?\.?|n/?a|none|null|nan|-", re.I)


def _record(row: tuple[dict[str, list[int]], Sequence[Any]]) -> Record:
    at, cells = row
    raw = lambda field: next(
        (v for i in at.get(field, ()) if i < len(cells) and cells[i] is not None and (v := str(cells[i])).strip() and not _PLACEHOLDER.fullmatch(v.strip())), ""
    )
    value = lambda field: " ".join(raw(field).split())
    if not any(str(c).strip() for c in cells if c is not None):
        raise BadRecord("this row is empty")
    many = lambda field: [k.strip() for k in re.split(r"[;|]" if re.search("[;|]", value(field)) else r",", value(field)) if k.strip()]
    arxiv = arxiv_of(value("arxiv_id"))
    people = authors(raw("authors"))
    cut = bool(people) and OTHERS.search(people[-1]) is not None
    people = [n for p in people if (n := OTHERS.sub("", p).strip())]
    # "Vexler M, O'Neill S": families before initials, if all are so.
    people = list(map(inverted, people)) if all(inverted(n) != n for n in people) else [name_in_order(n) for n in people]
    orcids = many("orcid")
    return {
        "id": value("id") or None, "title": (value("title").removesuffix(".") if "pmid" in at else value("title")) or None, "abstract": value("abstract") or None, "truncated_authors": cut,
        "authors": [{"name": n, "orcid": orcids[i] if len(orcids) == len(people) else None} for i, n in enumerate(people)], "date": _date(value("date")) or _date(value("year")),
        "venue": value("venue") or None, "doi": value("doi") or None, "url": value("url") or None, "arxiv_id": arxiv[0] if arxiv else None, "keywords": many("keywords"), "categories": many("categories"),
        "type": value("type") or None, "comment": value("comment") or None, "repositories": own_code(re.split(r"[\s;,|]+", value("code"))), "identifiers": {"pmid": value("pmid") or None},
    }  # fmt: skip


# "Solo, Xavier", "van der Berg, J.": one name, not two of one word each.
_ONE = re.compile(r"((?:[a-z'’]+\s+){0,3}[^\W\d_][\w'’.\-]*),\s+([^\W\d_][\w'’.\-]*(?:\s+[A-Z]\.?){0,3})")


# Semicolons, bars, line ends: the first that is there parts names, and nothing else does.
_PARTING = tuple(map(re.compile, (r"(?:(?<!\s)\s+)?;\s*(?:and\s+)?", r"(?:(?<!\s)\s+)?\|\s*", r"(?<!\s)[^\S\r\n]*[\r\n]\s*")))


def authors(listed: str) -> list[str]:
    """Names out of one cell: parted by semicolons, bars, "and", line ends or commas; "Family, G." keeps its comma."""
    listed = re.sub(r"(?:(?<!\s)\s+)?\(\d{5,}\)", "", listed.strip())  # Scopus sets its ids behind names
    if listed.endswith(";") and ";" not in listed[:-1]:
        return [listed[:-1]]
    listed = listed.rstrip(";,")
    for parting in _PARTING:
        if len(parts := [p for p in parting.split(listed) if p]) > 1:
            return parts
    if len(parts := re.split(r"(?<!\s)\s+and\s+", listed)) > 1 and sum(p.count(",") for p in parts) > 1 and all(p.count(",") == 1 for p in parts):
        return parts  # as BibTeX has it
    if (m := _ONE.fullmatch(listed)) and not m[2].endswith("..."):
        return [listed]
    parts = [p for p in COMMAS.split(listed) if p]
    initials = [bool(re.fullmatch(r"(?:[A-Z]\.?[\s\-]?){1,4}", p)) for p in parts]
    if len(parts) % 2 == 0 and parts and all(initials[1::2]) and not any(initials[::2]):
        return [f"{a}, {b}" for a, b in zip(parts[::2], parts[1::2])]
    return parts


def _date(value: str) -> str | None:
    value = value.strip().removesuffix(".0")
    if m := re.match(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:\D|$)", value):
        return day(*m.groups())
    if m := re.match(r"(?:(\d{1,2})\.?\s+)?([A-Za-z]{3,9})\.?(?:\s*(\d{1,2}))?,?\s+(\d{4})$", value):
        return day(m[4], month_number(m[2]), m[1] or m[3])
    return day(m[0]) if (m := re.search(r"\b(?:1[89]|20)\d\d\b", value)) else None


def _columns(file: Input, line: int, header: Sequence[str], options: Options) -> dict[str, list[int]]:
    at = assigned(header, dict(options.columns))
    if "title" not in at and "abstract" not in at:
        shown = clipped(", ".join(" ".join(h.split()) for h in header), 300)
        raise ReadError(
            f"{file.name}: line {line}: no column of this table is known as title or abstract ({shown}): say which it is with --columns title=HEADER"
        )
    return at


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _frame(text: str, options: Options | None = None) -> tuple[str, int]:
    """The character between columns, and how many lines stand before the header: by the names of columns that are known, then by how many columns there are.

    Some programs say first what they have exported, and when.
    """
    lines = [(n, x) for n, x in enumerate(text.splitlines()[:20]) if x.strip()][:5]
    wished = set(dict(options.columns).values()) if options else set()
    best = (0, 0, 0, 0)
    found = (",", 0)
    for k, (n, line) in enumerate(lines):
        for delimiter in _DELIMITERS:
            cells = _cells(line[:LARGEST_CELL], delimiter)
            rank = (len(wished & set(cells)), len(assigned(cells)) if len(cells) > 1 else 0, -k, len(cells))
            if rank > best:
                best, found = rank, (delimiter, n)
    return found


def _forgiven(lines: list[bytes], delimiter: str, wanted: int) -> list[str]:
    """The cells of a row with a stray quote, if it is one line and has as many cells as the header; none otherwise."""
    cells = _cells(lines[0].decode("utf-8", "replace"), delimiter) if len(lines) == 1 else []
    return cells if len(cells) == wanted else []


def _csv_rows(file: Input, options: Options) -> Iterator[Raw]:
    if file.head.startswith(UTF16):
        raise ReadError(f"{file.name}: line 1: this is UTF-16: save the table as UTF-8 (CSV UTF-8)")
    delimiter, lead = _frame(file.head.removeprefix(BOM).decode("utf-8", "replace"), options)
    line, start, at = 1, 0, None
    header: list[str] = []
    with file.open() as f:
        lines = _Lines(f)
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            try:
                row, problem = next(rows, None), None
            except csv.Error as e:
                row, problem = _forgiven(lines.taken, delimiter, len(header)), f"not valid CSV ({e})"
                problem = None if row else problem
                rows = csv.reader(lines, delimiter=delimiter, strict=True)
            if row is None:
                return
            if (
                at is not None
                and problem is None
                and ((len(row) > len(header) and any(row[len(header) :])) or (len(lines.taken) > 1 and len(row) != len(header)))
            ):
                problem = f"this row has {len(row)} cells, the header {len(header)}: is a quote missing, or a cell with the delimiter not quoted?"
            if problem:
                # A quote that is not closed swallows what follows: only its own line is lost.
                lines.put_back()
            body = b"".join(lines.taken)
            shown = body.rstrip(b"\r\n")
            place = (line, start, start + len(shown), shown)
            if lines.beyond:
                problem = f"this row is longer than {LONGEST >> 20} MB, which no record is: it was left out"
            line, start, problem = (
                line + len(lines.taken),
                start + len(body) + lines.beyond,
                problem or next((p for x in lines.taken if (p := not_utf8(x))), None),
            )
            lines.clear()
            if not shown.strip():
                yield Raw(*place, passed="blank")
            elif place[0] <= lead:
                yield Raw(*place, passed="lead")
            elif at is None:
                at, header = _columns(file, place[0], row, options), row
                yield Raw(*place, passed="header")
            else:
                yield Raw(*place, None if problem else (at, row), problem)


class _Lines:
    """The lines of a stream as text; `taken` are those that the row now being read has taken, as bytes.

    A row that takes too many ends there: a quote is not closed. Where that comes again and again fewer will do.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._lines, self._first = cut_lines(stream), True
        self._again: deque[tuple[bytes, int]] = deque()
        self.taken: list[bytes] = []
        self._lengths: list[int] = []  # of the lines taken, as they are in the file
        self._most = LINES

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= self._most:
            self._most = max(self._most // 4, 8)
            raise csv.Error("a quote that is not closed")
        line, length = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self._lengths.append(length)
        body, self._first = line.removeprefix(BOM) if self._first else line, False
        return body.decode("utf-8", "replace")

    def put_back(self) -> None:
        """All but the first of the lines taken are read again."""
        self._again.extendleft(reversed(list(zip(self.taken[1:], self._lengths[1:]))))
        del self.taken[1:], self._lengths[1:]

    @property
    def beyond(self) -> int:
        """How many bytes of the lines taken are left out, because their line is too long."""
        return sum(self._lengths) - sum(map(len, self.taken))

    def clear(self) -> None:
        """The lines taken are done with."""
        self.taken.clear()
        self._lengths.clear()


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "csv", _csv_rows(file, options), _record)


def _sheets(file: Input, options: Options) -> Iterator[Raw]:
    import python_calamine

    with file.open() as f:
        data = f.read(PAGE + 1)
    if len(data) > PAGE or _unpacked_size(data) > UNPACKED:
        raise ReadError(f"{file.name}: this workbook is larger than {PAGE >> 20} MB, or {UNPACKED >> 20} MB unpacked: save its sheets as CSV")
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [(name, [list(map(_cell, row)) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]) for name in book.sheet_names]
    except (python_calamine.CalamineError, OSError, ValueError) as e:
        raise ReadError(f"{file.name}: this workbook cannot be read ({' '.join(str(e).split())}): save it anew, or as CSV") from None
    wished = set(dict(options.columns).values())
    is_header = lambda cells: wished & set(cells) or {"title", "abstract"} & assigned(cells).keys()
    for name, rows in sheets:
        header = next((n for n, cells in enumerate(rows) if is_header(cells)), 0 if wished and rows else None)
        for n, cells in enumerate(rows):
            shown = "\t".join(cells).encode()
            if not any(cells):
                yield Raw(n + 1, 0, 0, b"", passed="blank")
            elif header is None:
                yield Raw(
                    n + 1, 0, 0, shown, problem=f"sheet {name!r} has no column that is known as title or abstract: say which it is with --columns title=HEADER"
                )
            elif n <= header:
                at = _columns(file, n + 1, cells, options) if n == header else None
                yield Raw(n + 1, 0, 0, shown, passed="header")
            else:
                yield Raw(n + 1, 0, 0, shown, (at, cells))
    if not sheets:
        raise ReadError(f"{file.name}: this workbook has no sheet")


def _unpacked_size(workbook: bytes) -> int:
    """How large a workbook says that its parts are; 0 for one that is no archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
            return sum(m.file_size for m in archive.infolist())
    except NO_ARCHIVE:
        return 0


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)


def read_workbook(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "excel", _sheets(file, options), _record)


def _looks(o: Opening) -> bool:
    lines = [x for x in o.text.splitlines()[:30] if x.strip()]
    if not lines or lines[0].lstrip()[:1] in ("{", "[", "<", "@") or any(re.fullmatch(r"[\s|:\-]+", x) for x in lines[:6]):
        return False  # JSON, markup, BibTeX; a table of Markdown
    delimiter, lead = _frame(o.text)
    header = o.text.splitlines()[lead]
    cells = _cells(header, delimiter) if len(header) < 5000 else []
    found = assigned(cells)
    # A line of a program or of prose may have a word or two that columns are called by.
    enough = len(found) >= (4 if lead else 2) and (len(found) > 4 or 2 * len(found) >= sum(1 for c in cells if c.strip()))
    return ("title" in found or "abstract" in found) and enough and len(lines) > 1


GIVES = (
    "title, abstract, authors, date, venue, DOI, address, arXiv id, keywords, categories, type, comment, code: what it has columns for (--columns to say which)"
)
FORMAT = Format("CSV and TSV with a header (as Scopus, Web of Science, Zotero, PubMed export it, or your own)", GIVES, _looks, read)
WORKBOOK = Format(
    "Excel and OpenDocument workbooks with a header",
    GIVES,
    lambda o: (
        (o.raw.startswith(b"PK\x03\x04") and (b"[Content_Types].xml" in o.raw[:65536] or b"opendocument" in o.raw[:200]))
        or o.raw.startswith(b"\xd0\xcf\x11\xe0")
    ),
    read_workbook,
)
