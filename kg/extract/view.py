"""What extraction reads of an entry: its cleaned text in sentences, with the way back to the places in the source."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from kg.model import READ, Entry, Place
from kg.text import Clean, clean, join, sentences

RUN = 40
REACH = 2000  # characters before and behind a name that are shown of its sentence
_RUN = re.compile(rf"[^\w\s]{{{RUN},}}")


@dataclass(frozen=True, slots=True)
class View:
    """What the recogniser reads of an entry: cleaned title, line feed, cleaned abstract, and the way back to the entry's text."""

    clean: Clean
    title_length: int
    sentences: list[tuple[int, int]]

    def place(self, entry: Entry, span: tuple[int, int]) -> Place:
        """The place in the entry's text that a span of the cleaned text stands for, with its sentence, verbatim."""
        start, end = self.clean.source_span(*span, entry.text)
        a, b = self.clean.source_span(*around(self.sentences, *span), entry.text)
        return Place(start, end, entry.text[min(a, start) : max(b, end)])


def view(entry: Entry) -> View:
    """What extraction reads of an entry: READ characters of title and abstract each."""
    return view_of(*(clean(entry.text, s.start, min(s.end, s.start + READ)) if s else Clean("", (), ()) for s in (entry.title, entry.abstract)))


def view_of(title: Clean, abstract: Clean) -> View:
    """The view of a cleaned title and abstract; training and extraction share it."""
    text = _without_runs(join(title, abstract))
    return View(text, len(_without_runs(title).text), sentences(text.text))


def _without_runs(c: Clean) -> Clean:
    """A copy in which runs of more than RUN marks are cut to so many: no name is in them, and a tokenizer takes them apart one by one."""
    if not _RUN.search(c.text):
        return c
    kept: list[int] = []
    at = 0
    for m in _RUN.finditer(c.text):
        kept += range(at, m.start() + RUN)
        at = m.end()
    kept += range(at, len(c.text))
    return Clean("".join(c.text[i] for i in kept), tuple(c.starts[i] for i in kept), tuple(c.ends[i] for i in kept))


def around(spans: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """The sentence that `start` stands in, made longer where the span goes on past its end; of one without end what lies within REACH."""
    at = bisect_right(spans, start, key=lambda s: s[0]) - 1
    a, b = spans[at] if at >= 0 and start < spans[at][1] else (start, end)
    return max(a, start - REACH), max(min(b, end + REACH), end)
