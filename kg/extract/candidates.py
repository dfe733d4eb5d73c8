"""Candidates: everything in an entry that may be a named thing, grouped by name, before anything is decided.

They come from the trained recogniser, from acronyms that stand with their long forms, from "NAME: …" titles, and from the names that the
corpus table knows. The same name in one entry is one candidate, with its long form or acronym, and remembers every place where it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from kg.extract import acronyms
from kg.text import fold

if TYPE_CHECKING:
    from spacy.tokens import Doc

LONGEST = 8  # tokens in a name of the corpus table
_TITLE_NAME = re.compile(r"\s*([^\s:][^:\n]{0,38}?)\s*:\s+\S")


@dataclass(slots=True)
class Candidate:
    """One name in one entry. `spans` index the cleaned text; `labels` counts what each source took it for; `acronym` is its short form."""

    key: str
    labels: Counter[str] = field(default_factory=Counter)
    spans: list[tuple[int, int]] = field(default_factory=list)
    acronym: str | None = None
    short_spans: list[tuple[int, int]] = field(default_factory=list)

    def forms(self, text: str) -> Counter[str]:
        return Counter(text[a:b] for a, b in self.spans)


@lru_cache(maxsize=200_000)
def folded(token: str) -> str:
    return fold(token)


def find(doc: Doc, title_length: int, known: frozenset[str] | set[str]) -> list[Candidate]:
    """The candidates of a recognised text whose first `title_length` characters are its title; `known` are folded names of the corpus table."""
    text = doc.text
    groups: dict[str, Candidate] = {}

    def add(label: str, start: int, end: int) -> None:
        start, end = trimmed(text, start, end)
        key = fold(text[start:end])
        if key and any(c.isalnum() for c in key):
            group = groups.setdefault(key, Candidate(key))
            group.labels[label] += 1
            if (start, end) not in group.spans:
                group.spans.append((start, end))

    taken = bytearray(len(doc))
    for ent in doc.ents:
        add(ent.label_, ent.start_char, ent.end_char)
        taken[ent.start : ent.end] = b"\x01" * (ent.end - ent.start)
    tokens = [(t.idx, t.text) for t in doc]
    words = [folded(t) for _, t in tokens]
    i = 0
    while i < len(words):
        if words[i] and not taken[i]:
            for j in range(min(i + LONGEST, len(words)), i, -1):
                if words[j - 1] and not any(taken[i:j]) and "".join(words[i:j]) in known:
                    add("table", tokens[i][0], tokens[j - 1][0] + len(tokens[j - 1][1]))
                    i = j - 1
                    break
        i += 1
    if title_length and (m := _TITLE_NAME.match(text[:title_length])) and len(m[1].split()) <= 4:
        add("title", *m.span(1))
    for pair in acronyms.find(text):
        _unite(text, groups, pair, add)
    return sorted(_with_repeats(text, groups.values()), key=lambda c: min(c.spans))


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without quotes, stars and commas at its edges, and without a bracket that has no partner in it; empty if it is cut inside one."""
    while start < end and not text[start].isalnum() and text[start] not in "([{$\\":
        start += 1
    while start < end and text[end - 1] in "_`\"'“”,;:([{ ":
        end -= 1
    for opening, closing in ("()", "[]"):
        inside = text[start:end]
        if inside.count(closing) == inside.count(opening) + 1 and inside.endswith(closing):
            end -= 1
        elif inside.count(opening) == inside.count(closing) + 1 and inside.startswith(opening):
            start += 1
        elif inside.count(opening) != inside.count(closing):
            return start, start
    return start, end


def _unite(text: str, groups: dict[str, Candidate], pair: acronyms.Pair, add) -> None:
    """Join the groups of a long form and its acronym, if either was seen as a name."""
    short, long = fold(text[slice(*pair.short)]), fold(text[slice(*pair.long)])
    short = short[:-1] if short not in groups and short.endswith("s") and short[:-1] in groups else short
    if long not in groups:
        # The recogniser may have taken a longer or shorter stretch before the bracket: what ends there is the long form.
        ends = [k for k, g in groups.items() if any(b == pair.long[1] for _, b in g.spans)]
        if len(ends) == 1 and ends[0] != short:
            long = ends[0]
    if short == long or (short not in groups and long not in groups):
        return
    if long not in groups:
        add("acronym", *pair.long)
    if short not in groups:
        add("acronym", *pair.short)
    if long in groups and short in groups:
        group, other = groups[long], groups.pop(short)
        group.labels += other.labels
        group.short_spans = sorted(set(group.short_spans + other.spans + [pair.short]))
        group.spans += [s for s in group.short_spans if s not in group.spans]
        group.acronym = short


def _with_repeats(text: str, groups: Iterable[Candidate]) -> list[Candidate]:
    """Add the places where a candidate's forms stand again but were not recognised: as written if short or with inner capitals, else in any case."""
    found = list(groups)
    claimed = bytearray(len(text))
    for a, b in (s for g in found for s in g.spans):
        claimed[a:b] = b"\x01" * (b - a)
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters have two in lower case
        lowered = text
    for group in found:
        for form in sorted(group.forms(text), key=lambda f: (-len(f), f)):
            exact = len(form) <= 6 or any(c.isupper() for c in form[1:])
            for a, b in _places(text if exact else lowered, form if exact else form.lower()):
                if not any(claimed[a:b]):
                    group.spans.append((a, b))
                    claimed[a:b] = b"\x01" * (b - a)
        group.spans.sort()
    return found


def _places(text: str, form: str) -> Iterator[tuple[int, int]]:
    """Where `form` stands in `text` as words of its own."""
    at = text.find(form)
    while at >= 0:
        end = at + len(form)
        if not ((form[0].isalnum() and text[at - 1 : at].isalnum()) or (form[-1].isalnum() and text[end : end + 1].isalnum())):
            yield at, end
        at = text.find(form, end)
