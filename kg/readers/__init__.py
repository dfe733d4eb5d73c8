"""Readers: files into entries. A new one is a file and a line in READERS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from kg.errors import ReadError, WrongUse
from kg.model import Rejected
from kg.readers import (
    abstracts,
    acl_anthology,
    arxiv_feed,
    arxiv_listing,
    arxiv_oai,
    bibtex,
    columns,
    crossref,
    csl,
    dblp,
    endnote,
    html_page,
    jsonl,
    listing,
    markdown,
    openalex,
    openreview,
    papers_with_code,
    pdf_text,
    pubmed,
    ris,
    semantic_scholar,
    web_of_science,
    zotero_rdf,
)
from kg.readers.format import Format, Opening, collected
from kg.readers.inputs import DAMAGED, Input, damaged, inputs
from kg.readers.source import Item, Options, Reading

# A file has the first format that it looks like; so the more special ones come first, and pasted pages, which look like nothing else, last.
READERS: dict[str, Format] = {
    "excel": columns.WORKBOOK,
    "openalex": openalex.FORMAT,
    "semantic-scholar": semantic_scholar.FORMAT,
    "crossref": crossref.FORMAT,
    "openreview": openreview.FORMAT,
    "papers-with-code": papers_with_code.FORMAT,
    "arxiv-oai": arxiv_oai.FORMAT,
    "csl-json": csl.FORMAT,
    "jsonl": jsonl.FORMAT,
    "zotero-rdf": zotero_rdf.FORMAT,
    "arxiv-feed": arxiv_feed.FORMAT,
    "dblp": dblp.FORMAT,
    "pubmed": pubmed.FORMAT,
    "acl-anthology": acl_anthology.FORMAT,
    "endnote-xml": endnote.FORMAT,
    "html": html_page.FORMAT,
    "bibtex": bibtex.FORMAT,
    "ris": ris.FORMAT,
    "web-of-science": web_of_science.FORMAT,
    "csv": columns.FORMAT,
    "markdown": markdown.FORMAT,
    "arxiv-listing": arxiv_listing.FORMAT,
    "pdf-text": pdf_text.FORMAT,
    "abstracts": abstracts.FORMAT,
    "listing": listing.FORMAT,
}
# Formats of our own, where an id that comes twice is a mistake.
OWN = {"jsonl"}
# Text that looks like nothing else may be a pasted page; of what is met in a folder only if it is called like one: programs and notes lie there too.
_PAGES = {"listing", "abstracts"}
_TEXT = {"", ".txt", ".text"}
# What a table whose header says nothing looks like; that its columns are given says that it is one.
_VAGUE = {"listing", "abstracts", "markdown", "pdf-text"}


def sniff(file: Input) -> str:
    """The format of a file, by its content. ReadError if it cannot be unpacked."""
    likely = _likely(file)
    return likely[0] if len(likely) == 1 else _fullest(file, likely, Options()).format


def _likely(file: Input) -> tuple[str, ...]:
    """The format that a file looks like; a listing may have a stray "Abstract:" in it, and then both are tried."""
    head = Opening(file)
    found = next((name for name, format in READERS.items() if format.looks(head)), "listing")
    if found in _PAGES and Path(file.name).suffix.lower() in (".csv", ".tsv") and b"\0" not in head.raw[: 1 << 16]:
        return ("csv",)
    return ("abstracts", "listing") if found == "abstracts" else (found,)


def _fullest(file: Input, formats: Sequence[str], options: Options, packed: bool = False) -> Reading:
    """The reading that found most entries, the first of equals."""
    return max((collected(name, _items(file, name, options), name in OWN, packed) for name in formats), key=lambda reading: len(reading.entries))


def stream(file: Input, *, format: str | None = None, options: Options = Options()) -> Iterator[Item]:
    """What becomes of a file, piece by piece, in memory that does not grow with it (but for pasted pages, which are read whole)."""
    return _items(file, _known(format) or sniff(file), options)


def read(path: Path, *, format: str | None = None, author: str | None = None, columns: Mapping[str, str] | None = None) -> Reading:
    """Read one file. Raises ReadError, naming file, line and mend, if it is no text or holds no entry at all; WrongUse for an unknown format."""
    found = inputs([path])
    if len(found) != 1:
        raise ReadError(f"{path.as_posix()}: holds {len(found)} files: read them one by one")
    return read_input(found[0], format=format, options=Options(author, tuple((columns or {}).items())))


def read_all(paths: Sequence[Path | Input], *, format: str | None = None, options: Options = Options()) -> Iterator[tuple[Input, Reading]]:
    """Every file behind what is named, one after the other, its entries packed as rows of a table. Of a folder or an archive what cannot be read is refused
    whole; a file that was named itself must be readable."""
    _known(format)
    found, good = inputs(paths), False
    first: ReadError | None = None
    for file in found:
        try:
            reading = read_input(file, format=format, options=options, packed=True)
        except ReadError as e:
            if file.named:
                raise
            first = first or e
            reason = str(e).removeprefix(f"{file.name}: ")
            reading = Reading("none", (), (Rejected(file.name, 1, 0, 0, "", f"this file was not read: {reason}"),), ((1, "rejected"),))
        good |= bool(reading.entries)
        yield file, reading
    if not good and first:
        raise first


def read_input(file: Input, *, format: str | None = None, options: Options = Options(), packed: bool = False) -> Reading:
    """Everything that becomes of a file, its entries as records, or packed as rows of a table, of which many take a tenth of the memory; raises as `read` does."""
    if not file.head.strip():
        raise ReadError(f"{file.name}: the file is empty: paste at least one entry into it")
    known = _known(format)
    likely = (known,) if known else _likely(file)
    if options.columns and not format and _VAGUE.issuperset(likely):
        likely = ("csv",)
    if options.columns and file.named and likely[0] not in ("csv", "excel"):
        raise WrongUse(f"{file.name}: this is no table but {likely[0]}: --columns says nothing of it")
    stranger = not format and not file.named and Path(file.name).suffix.lower() not in _TEXT and b"\0" not in file.head[: 1 << 16]
    if stranger and _PAGES.issuperset(likely):
        raise ReadError(
            f"{file.name}: line 1: this looks like no format that is known; if it is a pasted page, name the file itself, or give --format {sniff(file)}"
        )
    reading = _fullest(file, likely, options, packed)
    if not reading.entries:
        raise _nothing_found(file, reading)
    return reading


def _nothing_found(file: Input, reading: Reading) -> ReadError:
    """Why a file gave no entry, and what to do."""
    why = "line 1: nothing found"
    if reading.rejected:
        first = reading.rejected[0]
        why = f"line {first.line}: {'neither title with authors nor abstract begins here or further down' if reading.format in _PAGES else first.reason}"
    return ReadError(f"{file.name}: {why}; no entry was found in the file as {reading.format!r}: check the content or give --format ({', '.join(READERS)})")


def _items(file: Input, format: str, options: Options) -> Iterator[Item]:
    """What a reader gives; that the packing breaks off on the way is said as an error of the file."""
    try:
        yield from READERS[format].read(file, options)
    except DAMAGED as e:
        raise damaged(file.name, e) from None


def _known(format: str | None) -> str | None:
    if format is not None and format not in READERS:
        raise WrongUse(f"unknown format {format!r}: choose one of {', '.join(READERS)}")
    return format
