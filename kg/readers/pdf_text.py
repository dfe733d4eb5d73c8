"""The plain text of a PDF's first page, as pdftotext and the like give it: title, authors, affiliations, abstract, introduction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from kg.model import Entry, Person, Rejected, Span
from kg.readers.format import Format, Opening, page
from kg.readers.identifiers import ARXIV_ID, day, month_number
from kg.readers.source import Line, Reading, Source
from kg.readers.spoken import PARTICLES

_ABSTRACT = re.compile(r"\s*a\s?b\s?s\s?t\s?r\s?a\s?c\s?t\s*(?:[.:—–-]+\s*|$)", re.I)
_AFTER = re.compile(
    r"\s*(?:(?:1|I)\.?\s+i\s?ntroduction|i\s?ntroduction|(?:index terms|keywords|key words|ccs concepts|acm reference format|general terms)\b.*|1\s*$|∗|\*\s?equal|†)",
    re.I,
)
_STAMP = re.compile(rf"\s*arXiv:\s*({ARXIV_ID})(v\d+)?(?:\s*\[([\w.\-]+)\])?(?:\s*(\d{{1,2}})\s+([A-Z][a-z]{{2}})\s+(\d{{4}}))?", re.I)
_HEADER = re.compile(
    r"\s*(?:published as|under review|accepted (?:at|to|by)|proceedings of|preprint|to appear|journal of|workshop|\d+(?:st|nd|rd|th)\b.*conference|ieee|vol\.|doi:|https?://|available online|"
    r"\d+\s*$|submitted to|in:? proc|copyright|©|.{0,60}\b(?:conference|transactions)\b.{0,80}\b(?:19|20)\d\d)",
    re.I,
)
_PLACE = re.compile(
    r"universit|institut|department|dept|school|college|laborator|\blabs?\b|research|academy|center|centre|faculty|inc\.|corp|ltd|gmbh|google|microsoft|facebook|\bmeta\b|deepmind|openai|amazon|@|\bemail|https?:"
    r"|\b(?:usa|china|germany|france|uk|canada|japan|korea|india|switzerland|israel|italy|spain|singapore|australia)\b",
    re.I,
)
_BEHIND = " \t0123456789∗*†‡§¶♯♭♮✝#,"  # what may stand behind a name: marks of affiliation
_PARTED = re.compile(r"\s{3,}|[,;]|\s(?:and|&)\s")
_BETWEEN = re.compile(r"\band\s(?=[A-Z])|(?<=[\w.])\s?[∗*†‡§¶]+\s+(?=[^\W\d_])|(?<=\w)\s*(?:[∗*†‡§¶]\s*)?\d(?:,\s?\d)*\s+(?=[A-Z])")
_RANK = {"member", "senior member", "student member", "graduate student member", "fellow", "ieee", "acm", "life fellow"}
# A line that ends so goes on in the next one, whatever that looks like.
_OPEN = re.compile(r"(?:\b(?:of|the|for|and|with|a|an|in|on|to|from|by|via|using|or|as|at|is|are)|[:,\-–—])\s*$", re.I)
_NAME = re.compile(r"[^\W\d_][\w.'’\-]*(?:\s+[^\W\d_][\w.'’\-]*){1,4}")


def read_pdf_text(source: Source, author: str | None = None) -> Reading:
    """One entry a first page; form feeds part pages, and the lines of one without title and abstract are refused."""
    pages = _pages(source)
    entries: list[Entry] = []
    rejected: list[Rejected] = []
    became: dict[int, str] = {}
    for lines in pages:
        entry, used = _entry(source, f"{source.prefix}:{len(entries)}", lines)
        for line in lines:
            if line.blank:
                became[line.number] = "blank"
            elif entry and line.number in used:
                became[line.number] = f"{entry.id} {used[line.number]}"
            elif entry:
                became[line.number] = f"{entry.id} body"
            else:
                became[line.number] = "rejected"
                rejected.append(source.reject(line, "left over: stands on a page without title and abstract"))
        if entry:
            entries.append(entry)
    return Reading("pdf-text", tuple(entries), tuple(rejected), tuple(sorted(became.items())))


def _pages(source: Source) -> list[list[Line]]:
    pages: list[list[Line]] = [[]]
    for line in source.lines:
        if line.text.startswith("\f") and pages[-1]:
            pages.append([])
        pages[-1].append(line)
    return pages


def _entry(source: Source, name: str, lines: Sequence[Line]) -> tuple[Entry | None, dict[int, str]]:
    """The entry of a page, and what its lines are."""
    used: dict[int, str] = {}
    filled = [line for line in lines if not line.blank]
    at = next((i for i, line in enumerate(filled) if _ABSTRACT.match(line.text)), None)
    if at is None:
        return None, used
    stamp = next((m for line in filled if (m := _STAMP.match(line.text))), None)
    before = [line for line in filled[:at] if not _STAMP.match(line.text)]
    while before and _HEADER.match(before[0].text):
        used[before.pop(0).number] = "head"
    title, people = _title_and_people(before)
    prose = [line for line in _prose(filled, at) if not _STAMP.match(line.text)]
    if not title or not prose:
        return None, used
    base, end = title[0].start, max(prose[-1].end, title[-1].end)
    text = source.text[base:end]
    blank: Any = re.match(r"\s*", title[0].text)
    lead: int = blank.end()
    start = prose[0].start + (m.end() if (m := _ABSTRACT.match(prose[0].text)) else 0)
    used |= {x.number: "head" for x in filled[:at]} | {x.number: "abstract" for x in (filled[at], *prose)}
    shift = lambda a, b: Span(a - base, b - base)
    return Entry(
        id=name, source=source.name, line=title[0].number, byte_start=source.byte_at(base), byte_end=source.byte_at(end), text=text, format="pdf-text", verbatim=True,
        title=shift(title[0].start + lead, title[-1].start + len(title[-1].text.rstrip())), abstract=shift(start, prose[-1].start + len(prose[-1].text.rstrip())),
        authors=tuple(Person(n, shift(a, b)) for n, a, b in people), arxiv_id=stamp[1].lower() if stamp else None, version=stamp[2] if stamp else None,
        categories=(stamp[3],) if stamp and stamp[3] else (), date=day(stamp[6], month_number(stamp[5]), stamp[4]) if stamp and stamp[6] else None,
        url=f"https://arxiv.org/abs/{stamp[1].lower()}" if stamp else None,
    ), used  # fmt: skip


def _prose(filled: Sequence[Line], at: int) -> list[Line]:
    """The lines of the abstract: from its heading to that of the introduction, keywords or a footnote."""
    first = filled[at]
    heading: Any = _ABSTRACT.match(first.text)
    found = [first] if first.text[heading.end() :].strip() else []
    for line in filled[at + 1 :]:
        if _AFTER.match(line.text) and found:
            break
        found.append(line)
    return found


def _title_and_people(lines: Sequence[Line]) -> tuple[list[Line], list[tuple[str, int, int]]]:
    """The title is what stands before the first line of names, three lines at most; names stand until the abstract, places and addresses between them."""
    first = next((i for i in range(1, len(lines)) if _names(lines[i]) and not _OPEN.search(lines[i - 1].text)), None)
    title = list(lines[: first if first is not None else 1][:3])
    people = [p for line in lines[first:] if not _PLACE.search(line.text) for p in _names(line)] if first is not None else []
    return title, people


def _names(line: Line) -> list[tuple[str, int, int]]:
    """The names of a line with their places; none if something in it is no name."""
    found = []
    # "and", and marks of affiliation between two names, part them as commas do.
    parted = _BETWEEN.sub(lambda a: "," * len(a[0]), line.text)
    cuts = [m.span() for m in _PARTED.finditer(parted)]
    for a, b in zip([0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(parted)]):
        bare = line.text[a:b].strip().rstrip(_BEHIND).strip(" .∗*†‡§¶")
        if not bare or bare.isdigit() or bare.lower() in _RANK:
            continue
        if _PLACE.search(bare) or not _NAME.fullmatch(bare) or not all(w[:1].isupper() or w in PARTICLES for w in bare.split()):
            return []
        at = line.start + line.text.find(bare, a)
        found.append((bare, at, at + len(bare)))
    return found


def _looks(o: Opening) -> bool:
    lines = [line for line in o.text.splitlines() if line.strip()][:400]
    at = next(
        (i for i, line in enumerate(lines[:80]) if _ABSTRACT.fullmatch(line) or re.match(r"\s*(?:Abstract[—–-]|(?:Abstract|ABSTRACT)[.:]\s+\S)", line)), None
    )
    return at is not None and at > 1 and any(re.match(r"\s*(?:(?:1|I)\.?\s+)?i\s?ntroduction\s*$", line, re.I) or _STAMP.match(line) for line in lines)


FORMAT = Format(
    "the plain text of a PDF's first page (pdftotext -l 1 paper.pdf)",
    "title, authors, abstract; arXiv id, version, category and date from the stamp at the margin",
    _looks,
    page(read_pdf_text),
)
