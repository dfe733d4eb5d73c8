"""The text of an arXiv listing: as copied from its pages ("[1] arXiv:2301.00001 [pdf] Title: …") or mailed each day (parts between lines of two backslashes)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from kg.model import Entry, Person, Rejected, Span
from kg.readers.arxiv_oai import names
from kg.readers.format import Format, page
from kg.readers.identifiers import ARXIV_ID, day, doi_of, mail_day, month_number
from kg.readers.records import without_brackets
from kg.readers.source import Line, Reading, Source
from kg.readers.spoken import OTHERS

_BEGIN = re.compile(rf"[ \t]*(?:\[\d+\][ \t]*|\d+\.[ \t]+)?arXiv:\s*({ARXIV_ID})(v\d+)?(?=[\s(]|$)", re.I)
_LABEL = re.compile(
    r"\s*(Title|Authors?|Comments?|Subjects?|Categories|Journal-ref|DOI|Date(?: \([^)]*\))?|Report-no|MSC-class|ACM-class|License|Abstract|Related DOI|Cross-lists)\s*:\s*"
)
_SEPARATOR = re.compile(r"\s*\\\\(?!\S)")
_RULE = re.compile(r"\s*[-%=_]{20,}\s*$")
# What a page has between papers, and at its end.
_PAGE = re.compile(
    r"\s*(?:(?:new|cross|replacement) (?:submissions?|lists?)\b|cross-lists\b|replacements\b|total of \d+ entries|showing (?:up to|\d)|see today's new|(?:mon|tue|wed|thu|fri|sat|sun), \d{1,2} [a-z]{3} \d{4}"
    r"|about\s*$|help\s*$|contact(?: arxiv)?\s*$|subscribe to arxiv|copyright\s*$|privacy policy|web accessibility|arxiv operational status)",
    re.I,
)
_TAGS = re.compile(r"\s*(?:doi\s+10\.\S+|[a-z\-]{2,}(?:\.[A-Za-z\-]{2,8})?(?:\s+[a-z\-]{2,}(?:\.[A-Za-z\-]{2,8})?)*\s*)$")
_CODES = re.compile(r"(?<![\w.])[a-z\-]{2,8}\.[A-Za-z\-]{2,4}(?![\w.])")
_LESS = re.compile(r"(?:(?<!\s)\s+)?△ Less\s*$")
_SUBMITTED = re.compile(r"\s*Submitted (\d{1,2}) ([A-Z][a-z]+), (\d{4})")
_CATEGORY = re.compile(r"\(([a-z\-]+(?:\.[A-Za-z\-]+)?)\)")


def read_arxiv_listing(source: Source, author: str | None = None) -> Reading:
    """One entry a paper; what stands before the first is refused."""
    starts = [i for i, line in enumerate(source.lines) if _BEGIN.match(line.text)]
    entries: list[Entry] = []
    rejected: list[Rejected] = []
    became: dict[int, str] = {}
    for line in source.lines[: starts[0] if starts else None]:
        passed = line.blank or _SEPARATOR.fullmatch(line.text) or _RULE.match(line.text)
        became[line.number] = "blank" if passed else "rejected"
        if not passed:
            rejected.append(source.reject(line, "left over: stands before the first paper"))
    for n, at in enumerate(starts):
        lines = source.lines[at : starts[n + 1] if n + 1 < len(starts) else None]
        if (stop := next((k for k, line in enumerate(lines) if _PAGE.match(line.text)), None)) is not None:
            became |= {line.number: "blank" if line.blank else "page" for line in lines[stop:]}
            lines = lines[:stop]
        while len(lines) > 1 and (lines[-1].blank or _RULE.match(lines[-1].text) or _SEPARATOR.fullmatch(lines[-1].text)):
            became[lines[-1].number] = "blank"
            lines = lines[:-1]
        entry = _entry(source, f"{source.prefix}:{len(entries)}", lines)
        for line in lines:
            became[line.number] = "blank" if line.blank else f"{entry.id} head" if entry else "rejected"
        if entry:
            entries.append(entry)
        else:
            rejected += [source.reject(line, "this paper has neither title nor abstract") for line in lines if not line.blank]
    return Reading("arxiv-listing", tuple(entries), tuple(rejected), tuple(sorted(became.items())))


def _fields(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """The lines of each labelled field, those that go on included, without the label; authors without a label are the line after the title."""
    found: dict[str, list[Line]] = {}
    current, parts = "", 0
    labelled = any((m := _LABEL.match(line.text)) and m[1] == "Title" for line in lines)
    for line in lines[1:]:
        if _SUBMITTED.match(line.text):
            current = ""
            found.setdefault("Submitted", []).append(line)
            continue
        if not labelled and not found and line.text.strip() and not _TAGS.match(line.text) and not _LABEL.match(line.text):
            # Results of a search print the title without saying so.
            found["Title"], current = [line], ""
            continue
        if _SEPARATOR.match(line.text):
            # In a mail the second such line begins the abstract, the third ends it.
            parts += 1
            current = "Abstract" if parts == 1 and "Title" in found else ""
            continue
        m = _LABEL.match(line.text)
        if m:
            current = m[1].rstrip("s").partition(" ")[0]
            line = Line(line.number, line.start + m.end(), line.end, line.text[m.end() :])
            if current == "Title":
                parts = 0
        elif line.blank:
            # Below the labels of a page stands the abstract.
            current = (
                "Abstract" if current in ("Subject", "Categorie", "Comment", "Journal-ref", "DOI") and parts == 0 else current if current == "Abstract" else ""
            )
            continue
        elif current == "Title" and not line.text.startswith("  ") and "Author" not in found and _listed(line.text):
            current = "Author"
        elif current in ("Subject", "Categorie") and len(line.text) > 80:
            current = "Abstract"
        if current and line.text.strip():
            found.setdefault(current, []).append(line)
    return found


def _listed(text: str) -> bool:
    """Whether a line may be a list of names: each of two words or more that begin with capitals."""
    parts = [p for p in re.split(r",\s*|(?<!\s)\s+and\s+", without_brackets(text.strip())) if p]
    return bool(parts) and all(2 <= len(p.split()) <= 6 and p[:1].isupper() and p.split()[-1][:1].isupper() for p in parts)


def _entry(source: Source, name: str, lines: Sequence[Line]) -> Entry | None:
    fields = _fields(lines)
    base, end = lines[0].start, lines[-1].end
    last = lambda key: len(_LESS.sub("", fields[key][-1].text).rstrip())
    span = lambda key: Span(fields[key][0].start - base + fields[key][0].indent, fields[key][-1].start + last(key) - base) if key in fields else None
    title, abstract, listed = span("Title"), span("Abstract"), span("Author")
    if not title and not abstract:
        return None
    text = source.text[base:end]
    said = lambda key: " ".join(" ".join(line.text for line in fields[key]).split()) if key in fields else None
    begins: Any = _BEGIN.match(lines[0].text)
    id_, version = begins.groups()
    subjects = said("Subject")
    submitted = _SUBMITTED.match(said("Submitted") or "")
    date = mail_day(said("Date")) or (day(submitted[3], month_number(submitted[2]), submitted[1]) if submitted else None)
    return Entry(
        id=id_.lower(), source=source.name, line=lines[0].number, byte_start=source.byte_at(base), byte_end=source.byte_at(end), text=text, format="arxiv-listing", verbatim=True,
        title=title, abstract=abstract, authors=_people(text, listed) if listed else (), truncated_authors=OTHERS.search(said("Author") or "") is not None,
        categories=tuple(dict.fromkeys(_CATEGORY.findall(subjects))) if subjects else tuple((said("Categorie") or "").split() or _CODES.findall(lines[0].text)),
        date=date, venue=said("Journal-ref"), url=f"https://arxiv.org/abs/{id_.lower()}",
        doi=doi_of((said("DOI") or "").partition(" ")[0]), arxiv_id=id_.lower(), comment=said("Comment"), version=version,
    )  # fmt: skip


def _people(text: str, listed: Span) -> tuple[Person, ...]:
    """The names in the list, each where it stands; one that markup or a line end hides has no place."""
    found, at = [], listed.start
    for n in names(" ".join(text[listed.start : listed.end].split())):
        n = OTHERS.sub("", n)
        if not n:
            continue
        m = re.compile(r"\s+".join(map(re.escape, n.split()))).search(text, at, listed.end)
        found.append(Person(n, Span(m.start(), m.end()) if m and m[0] == n else None))
        at = m.end() if m else at
    return tuple(found)


FORMAT = Format(
    "the text of an arXiv listing page, search or mail",
    "title, abstract where it is shown, authors, categories, date, arXiv id and version, comment, journal reference, DOI",
    lambda o: o.line_like(_BEGIN.pattern) and o.line_like(r"[ \t]*(?:Title|Authors):"),
    page(read_arxiv_listing),
)
