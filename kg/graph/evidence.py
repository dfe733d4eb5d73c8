"""Where an entry says something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kg.model import Entry, Mention, Person


class Said(NamedTuple):
    """A piece of evidence, but for the edge that it is of. `start` and `end` are None where the source's record, not its text, says so."""

    entry: str
    file: str
    byte_start: int
    byte_end: int
    start: int | None
    end: int | None
    surface: str
    sentence: str
    extractor: str
    confidence: float


def in_entry(e: Entry, span: tuple[int, int] | None, surface: str, sentence: str, extractor: str, confidence: float) -> Said:
    """Evidence in an entry; where a span is given the bytes are those of the span for pasted text, else those of the record."""
    if span is None:
        return Said(e.id, e.source, e.byte_start, e.byte_end, None, None, surface, sentence, extractor, confidence)
    a, b = e.byte_start, e.byte_end
    if e.verbatim:
        a = e.byte_start + len(e.text[: span[0]].encode())
        b = a + len(e.text[span[0] : span[1]].encode())
    return Said(e.id, e.source, a, b, span[0], span[1], surface, sentence, extractor, confidence)


def of_mention(e: Entry, m: Mention) -> Iterator[Said]:
    """Evidence at each place of a mention; of the record where it has none."""
    for place in m.places:
        yield in_entry(e, (place.start, place.end), e.text[place.start : place.end], place.sentence, m.extractor, m.confidence)
    if not m.places:
        yield in_entry(e, None, m.name, "", m.extractor, m.confidence)


def line_of(text: str, start: int) -> str:
    """The whole line in which a place stands, without its end."""
    a = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    ends = [i for i in (text.find("\n", start), text.find("\r", start)) if i >= 0]
    return text[a : min(ends, default=len(text))]


def printed(e: Entry, value: str, what: str, confidence: float = 1.0) -> Said:
    """Evidence for a field that is printed in the entry's head lines, or that its record holds."""
    stop = e.abstract.start if e.abstract else len(e.text)
    at = e.text.find(value, 0, stop) if e.verbatim else -1
    if at < 0:
        return in_entry(e, None, value, "", f"reader/{what}", confidence)
    return in_entry(e, (at, at + len(value)), value, line_of(e.text, at), f"reader/{what}", confidence)


def of_person(e: Entry, person: Person) -> Said:
    """Evidence for an author, in the line that prints the name, if one does."""
    if person.span is None:
        return in_entry(e, None, person.name, "", "reader/authors", 1.0)
    span = (person.span.start, person.span.end)
    return in_entry(e, span, e.text[slice(*span)], line_of(e.text, span[0]), "reader/authors", 1.0)
