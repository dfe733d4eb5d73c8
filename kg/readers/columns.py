"""Tables of papers with a header: CSV, TSV, and workbooks (Excel, OpenDocument) through calamine. Columns are known by their names, or as the user says."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from kg.errors import ReadError, WrongUse
from kg.readers.format import Format, Opening
from kg.readers.inputs import Input
from kg.readers.records import BadRecord, Raw, Record, arxiv_of, day, entries, month_number, not_utf8, repository_of
from kg.readers.ris import name_in_order
from kg.readers.source import BOM, UTF16, Item, Options

# What columns are called, folded; the first that a table has is taken.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "key", "citationkey", "bibkey", "eid", "ut", "uniquewosid", "publicationid", "paperid"),
    "title": ("title", "papertitle", "articletitle", "documenttitle", "publicationtitle", "name", "paper", "ti"),
    "abstract": ("abstract", "summary", "abstractnote", "ab", "description"),
    "authors": ("authors", "author", "authornames", "authorfullnames", "authorlist", "creators", "creator", "by", "au", "af"),
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
    "url": ("url", "link", "links", "address", "pdf", "paperurl", "arxivlink", "paperlink"),
    "arxiv_id": ("arxivid", "arxiv", "eprint"),
    "keywords": ("keywords", "authorkeywords", "tags", "manualtags", "keyword", "de", "topics"),
    "categories": ("categories", "category", "subjects", "primarycategory"),
    "type": ("type", "documenttype", "itemtype", "publicationtype", "dt"),
    "comment": ("comment", "comments", "notes", "note"),
    "code": ("code", "repository", "github", "repo", "codeurl", "repositoryurl", "codelink"),
    "pmid": ("pmid", "pubmedid"),
    "orcid": ("orcids", "orcid", "authororcids"),
}
LARGEST_CELL = 1 << 18  # characters
_DELIMITERS = ("\t", ";", ",", "|")


def _fold(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\([^)]*\)$", "", name.strip()).casefold()) or name.strip().casefold()


def assigned(header: Sequence[str], wished: Mapping[str, str] = {}) -> dict[str, int]:
    """Which column holds which field: as wished (a header or a number from 1), else by its name. WrongUse for an unknown field or column."""
    at: dict[str, int] = {}
    folded = [_fold(h) for h in header]
    for field, column in wished.items():
        if field not in NAMES:
            raise WrongUse(f"--columns: no field {field!r}: choose of {', '.join(NAMES)}")
        exact = [i for i, h in enumerate(header) if h.strip() == column] or [i for i, h in enumerate(folded) if h == _fold(column)]
        if not exact and column.isdigit() and 1 <= int(column) <= len(header):
            exact = [int(column) - 1]
        if not exact:
            raise WrongUse(f"--columns: no column {column!r}: the table has {', '.join(header)}")
        at[field] = exact[0]
    for field, names in NAMES.items():
        for name in names if field not in at else ():
            if name in folded and folded.index(name) not in at.values():
                at[field] = folded.index(name)
                break
    return at


def _record(row: tuple[dict[str, int], Sequence[Any]]) -> Record:
    at, cells = row
    value = lambda field: " ".join(str(cells[at[field]]).split()) if field in at and at[field] < len(cells) and cells[at[field]] not in (None, "") else ""
    if not any(str(c).strip() for c in cells if c is not None):
        raise BadRecord("this row is empty")
    repositories = [r for x in re.split(r"[\s;,|]+", value("code")) if (r := repository_of(x))]
    many = lambda field: [k.strip() for k in re.split(r"\s*[;|]\s*" if re.search("[;|]", value(field)) else r"\s*,\s*", value(field)) if k.strip()]
    arxiv = arxiv_of(value("arxiv_id"))
    people = authors(str(cells[at["authors"]]) if at.get("authors", len(cells)) < len(cells) else "")
    orcids = many("orcid")
    return {
        "id": value("id") or None, "title": value("title") or None, "abstract": value("abstract") or None,
        "authors": [{"name": name_in_order(n), "orcid": orcids[i] if len(orcids) == len(people) else None} for i, n in enumerate(people)], "date": _date(value("date")) or _date(value("year")),
        "venue": value("venue") or None, "doi": value("doi") or None, "url": value("url") or None, "arxiv_id": arxiv[0] if arxiv else None, "keywords": many("keywords"), "categories": many("categories"),
        "type": value("type") or None, "comment": value("comment") or None, "repositories": [{"name": r, "role": "own"} for r in repositories], "identifiers": {"pmid": value("pmid") or None},
    }  # fmt: skip


def authors(listed: str) -> list[str]:
    """Names out of one cell: parted by semicolons, bars, "and", line ends or commas; "Family, G." keeps its comma."""
    listed = re.sub(r"\s*\(\d{5,}\)", "", listed.strip().rstrip(";,"))  # Scopus sets its ids behind names
    for pattern in (r"\s*;\s*(?:and\s+)?", r"\s*\|\s*", r"\s*[\r\n]+\s*"):
        if len(parts := [p for p in re.split(pattern, listed) if p]) > 1:
            return parts
    if len(parts := re.split(r"\s+and\s+", listed)) > 1 and sum(p.count(",") for p in parts) > 1 and all(p.count(",") == 1 for p in parts):
        return parts  # as BibTeX has it
    parts = [p for p in re.split(r"\s*,\s*(?:and\s+|&\s+)?|\s+and\s+|\s+&\s+", listed) if p]
    initials = [bool(re.fullmatch(r"(?:[A-Z]\.?[\s\-]?){1,4}", p)) for p in parts]
    if len(parts) % 2 == 0 and parts and all(initials[1::2]) and not any(initials[::2]):
        return [f"{a}, {b}" for a, b in zip(parts[::2], parts[1::2])]
    return parts


def _date(value: str) -> str | None:
    value = value.strip().removesuffix(".0")
    if m := re.match(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:\D|$)", value):
        return day(*m.groups())
    if m := re.match(r"(?:(\d{1,2})\.?\s+)?([A-Za-z]{3,9})\.?\s*(\d{1,2})?,?\s+(\d{4})$", value):
        return day(m[4], month_number(m[2]), m[1] or m[3])
    return day(m[0]) if (m := re.search(r"\b(?:1[89]|20)\d\d\b", value)) else None


def _columns(file: Input, header: Sequence[str], options: Options) -> dict[str, int]:
    at = assigned(header, dict(options.columns))
    if "title" not in at and "abstract" not in at:
        raise ReadError(
            f"{file.name}: line 1: no column of this table is known as title or abstract ({', '.join(header)}): say which it is with --columns title=HEADER"
        )
    return at


def delimiter_of(line: str) -> str:
    """The character between columns: the one that gives most columns whose names are known, then most columns."""
    return max(_DELIMITERS, key=lambda d: (len(assigned(next(csv.reader([line], delimiter=d), []))), line.count(d)))


def _csv_rows(file: Input, options: Options) -> Iterator[Raw]:
    if file.head.startswith(UTF16):
        raise ReadError(f"{file.name}: line 1: this is UTF-16: save the table as UTF-8 (CSV UTF-8)")
    first = next((x for x in file.head.removeprefix(BOM).decode("utf-8", "replace").splitlines() if x.strip()), "")
    line, start, at, header = 1, 0, None, []
    csv.field_size_limit(LARGEST_CELL)
    with file.open() as f:
        lines = _Lines(f)
        rows = csv.reader(lines, delimiter=delimiter_of(first))
        while True:
            try:
                row, problem = next(rows, None), None
            except csv.Error as e:
                row, problem = [], f"not valid CSV ({e})"
                rows = csv.reader(lines, delimiter=delimiter_of(first))
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
            line, start, problem = line + len(lines.taken), start + len(body), problem or next((p for x in lines.taken if (p := not_utf8(x))), None)
            lines.taken.clear()
            if not shown.strip():
                yield Raw(*place, passed="blank")
            elif at is None:
                at, header = _columns(file, row, options), row
                yield Raw(*place, passed="header")
            else:
                yield Raw(*place, None if problem else (at, row), problem)


class _Lines:
    """The lines of a stream as text; `taken` are those that the row now being read has taken, as bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._first = stream, True
        self._again: deque[bytes] = deque()
        self.taken: list[bytes] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._stream.readline()
        if not line:
            raise StopIteration
        self.taken.append(line)
        body, self._first = line.removeprefix(BOM) if self._first else line, False
        return body.decode("utf-8", "replace")

    def put_back(self) -> None:
        """All but the first of the lines taken are read again."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "csv", _csv_rows(file, options), _record)


def _sheets(file: Input, options: Options) -> Iterator[Raw]:
    import python_calamine

    with file.open() as f:
        data = f.read()
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (python_calamine.CalamineError, OSError, ValueError) as e:
        raise ReadError(f"{file.name}: this workbook cannot be read ({' '.join(str(e).split())}): save it anew, or as CSV") from None
    used = False
    for name, rows in sheets:
        header = next((n for n, row in enumerate(rows) if "title" in assigned([str(c) for c in row], {})), 0 if options.columns and rows else None)
        for n, row in enumerate(rows):
            cells = [_cell(c) for c in row]
            shown = "\t".join(cells).encode()
            if not any(cells):
                yield Raw(n + 1, 0, 0, b"", passed="blank")
            elif header is None:
                yield Raw(n + 1, 0, 0, shown, problem=f"sheet {name!r} has no column that is known as title: say which it is with --columns title=HEADER")
            elif n <= header:
                at, used = (_columns(file, cells, options), True) if n == header else (None, used)
                yield Raw(n + 1, 0, 0, shown, passed="header")
            else:
                yield Raw(n + 1, 0, 0, shown, (at, cells))
    if not used and not sheets:
        raise ReadError(f"{file.name}: this workbook has no sheet")


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)


def read_workbook(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "excel", _sheets(file, options), _record)


def _looks(o: Opening) -> bool:
    line = next((x for x in o.text.splitlines() if x.strip()), "")
    if line.lstrip()[:1] in ("{", "[", "<", "@") or len(line) > 5000:
        return False
    cells = next(csv.reader([line], delimiter=delimiter_of(line)), [])
    found = assigned(cells)
    return len(cells) > 1 and ("title" in found or "abstract" in found) and len(found) > 1 and len(o.lines) > 1


GIVES = (
    "title, abstract, authors, date, venue, DOI, address, arXiv id, keywords, categories, type, comment, code: what it has columns for (--columns to say which)"
)
FORMAT = Format("CSV and TSV with a header (as Scopus, Web of Science, Zotero, PubMed export it, or your own)", GIVES, _looks, read)
WORKBOOK = Format(
    "Excel and OpenDocument workbooks with a header",
    GIVES,
    lambda o: o.raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")),
    read_workbook,
)
