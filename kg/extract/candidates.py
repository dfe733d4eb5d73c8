"""Candidates: everything in an entry that may be a named thing, grouped by name, before anything is decided.

They come from the trained recogniser (its spans, and stretches of words that it nearly took for a name), from acronyms that stand with
their long forms, from "NAME: …" titles, and from the names that the corpus table knows. The same name in one entry is one candidate,
with its long form or acronym, and remembers every place where it stands: "GANs" and "GAN", "SICK dataset" and "SICK" are one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from kg.extract import acronyms
from kg.extract.recogniser import offsets
from kg.text import as_written, fold

if TYPE_CHECKING:
    from spacy.tokens import Doc

PREFIX = 6
ABBREVIATIONS = frozenset(("e.g", "i.e", "etal", "et.al", "etc", "cf", "vs", "w.r.t", "resp", "al", "i.i.d", "a.k.a", "s.t"))
LONGEST = 8  # tokens in a name of the corpus table
WIDEST = 14  # tokens in a stretch that was nearly taken for a name
NEARLY = (0.5, 0.15)  # chances from which a word may belong to a name
_TITLE_NAME = re.compile(r"\s*([^\s:][^:\n]{0,38}?)\s*:\s+\S")
# Class words behind a name: "SICK dataset" is SICK. Behind the first a name needs a capital or a digit somewhere, behind the second a
# capital or digit that no plain word has ("CNN network", but "Markov model" is whole).
_LOOSE = r"data ?sets?|corpus|corpora|benchmarks?|databases?|algorithms?|methods?|frameworks?|approach(?:es)?|modules?|architectures?|techniques?|mechanisms?|toolkits?|librar(?:y|ies)|tasks?|problems?"
_TIGHT = r"models?|networks?|systems?|loss(?:es)?|layers?|scores?|metrics?|measures?|values?|data|suite|challenge|pipelines?|embeddings?|baselines?|optimi[sz]ers?|encoders?|decoders?|backbones?|agents?"
_HEAD = re.compile(rf"(?P<name>.*[^\s\-(])[\s\-]+(?:(?P<loose>{_LOOSE})|(?P<tight>{_TIGHT}))$", re.I | re.S)
_MARKED = re.compile(r"[A-Z0-9]")
_TELLING = re.compile(r"[^\W_][\w\-+./@*]{0,60}[A-Z0-9]|\d")
_PLURAL = re.compile(r"(?<=[A-Za-z0-9][^suiS\W])s$")


class Known:
    """Keys to look for in texts, of three letters or more; `prefixes` are the first letters of each, for a quick no."""

    def __init__(self, keys: AbstractSet[str]) -> None:
        self.keys = keys
        self.prefixes = {key[:PREFIX] for key in keys}


@dataclass(slots=True)
class Candidate:
    """One name in one entry. `spans` index the cleaned text, without class words behind the name; `fuller` are the same places with them.

    `labels` counts what each source took it for; `acronym` is the key of its short form, `short_spans` are where that stands.
    """

    key: str
    labels: Counter[str] = field(default_factory=Counter)
    spans: list[tuple[int, int]] = field(default_factory=list)
    fuller: list[tuple[int, int]] = field(default_factory=list)
    acronym: str | None = None
    short_spans: list[tuple[int, int]] = field(default_factory=list)

    def forms(self, text: str) -> Counter[str]:
        return Counter(text[a:b] for a, b in self.spans)

    def longest(self, text: str) -> str:
        """The longest form."""
        return max(self.forms(text), key=lambda f: (len(f), f))

    def all_forms(self, text: str) -> Counter[str]:
        return Counter(text[a:b] for a, b in (*self.spans, *self.fuller))


@lru_cache(maxsize=200_000)
def folded(token: str) -> str:
    """`fold` of a token, of which more are remembered than of other texts."""
    return fold(token)


@lru_cache(maxsize=100_000)
def key_of(name: str) -> str:
    """The key under which a surface is grouped and looked up: folded, in the singular."""
    return fold(_PLURAL.sub("", name))


def core_end(name: str) -> int:
    """How long `name` is without a class word behind it.

    >>> "SICK dataset"[:core_end("SICK dataset")], "Markov model"[:core_end("Markov model")]
    ('SICK', 'Markov model')
    """
    m = _HEAD.match(name)
    if not m:
        return len(name)
    if m["loose"]:
        return m.end("name") if _MARKED.search(m["name"].rsplit(None, 1)[-1]) or m["loose"].lower().startswith(("task", "problem")) else len(name)
    return m.end("name") if _TELLING.search(m["name"].rsplit(None, 1)[-1]) else len(name)


def find(doc: Doc, text: str, recognised: Sequence[tuple[int, int, str]], chances: np.ndarray, title_length: int, known: Known) -> list[Candidate]:
    """The candidates of a recognised `text` whose first `title_length` characters are its title, in the order of their first places.

    `recognised` are spans of words with their kinds; `chances` has a row for each word (kg.extract.recogniser.TAGS); `known` are the names of the corpus table that are worth looking for.
    """
    groups: dict[str, Candidate] = {}
    ends: dict[int, set[str]] = defaultdict(set)  # which of them end where

    def add(label: str, start: int, end: int) -> str | None:
        start, end = trimmed(text, start, end)
        core = start + core_end(text[start:end])
        key = key_of(text[start:core])
        if not any(c.isalnum() for c in key) or key in ABBREVIATIONS:
            return None
        group = groups.setdefault(key, Candidate(key))
        group.labels[label] += 1
        if (start, core) not in group.spans:
            group.spans.append((start, core))
        if core < end and (start, end) not in group.fuller:
            group.fuller.append((start, end))
        ends[core].add(key)
        ends[end].add(key)
        return key

    tokens = offsets(doc)
    taken = bytearray(len(doc))
    for i, j, kind in recognised:
        add(kind, tokens[i][0], tokens[j - 1][1])
        taken[i:j] = b"\x01" * (j - i)
    seen = {(i, j) for i, j, _ in recognised}
    for i, j in nearly(chances):
        if (i, j) not in seen:
            seen.add((i, j))
            add("nearly", tokens[i][0], tokens[j - 1][1])
    for i, j in _listed(text, tokens, known):
        if (i, j) not in seen:
            add("nested" if any(taken[i:j]) else "table", tokens[i][0], tokens[j - 1][1])
    if title_length and (m := _TITLE_NAME.match(text[:title_length])) and len(m[1].split()) <= 4:
        add("title", *m.span(1))
    for pair in acronyms.find(text):
        _unite(text, groups, ends, pair, add)
    return sorted(_with_repeats(text, groups.values()), key=lambda c: (min(c.spans), c.key))


def nearly(chances: np.ndarray) -> list[tuple[int, int]]:
    """Stretches of words that may belong to a name, for each of the chances NEARLY; a word that rather begins a name ends the one before."""
    kinds = (chances.shape[1] - 1) // 2
    named = (1.0 - chances[:, 0]).tolist()
    begins = (chances[:, 1 : kinds + 1].sum(axis=1) > chances[:, kinds + 1 :].sum(axis=1)).tolist()
    found = []
    for least in NEARLY:
        start = None
        for i, p in enumerate([*named, 0.0]):
            if start is not None and (p < least or begins[i]):
                if i - start <= WIDEST:
                    found.append((start, i))
                start = None
            if start is None and p >= least:
                start = i
    return found


def _listed(text: str, tokens: Sequence[tuple[int, int]], known: Known) -> Iterator[tuple[int, int]]:
    """The longest known names, as spans of words, from the left."""
    words, keys, prefixes = [folded(text[a:b]) for a, b in tokens], known.keys, known.prefixes
    run = "".join(words)
    at = [0, *accumulate(map(len, words))]
    i = 0
    while i < len(words):
        ahead = run[at[i] : at[i] + PREFIX]
        if words[i] and (ahead in prefixes or ahead[:5] in prefixes or ahead[:4] in prefixes or ahead[:3] in prefixes):
            for j in range(min(i + LONGEST, len(words)), i, -1):
                if words[j - 1]:
                    key = run[at[i] : at[j]]
                    if key in keys or (key[-1] == "s" and key[:-1] in keys and key_of(text[tokens[i][0] : tokens[j - 1][1]]) in keys):
                        yield i, j
                        i = j - 1
                        break
        i += 1


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without quotes, stars, commas and full stops at its edges, and without a bracket that has no partner in it; empty if it is cut inside one."""
    while start < end and not text[start].isalnum() and text[start] not in "([{$\\":
        start += 1
    while start < end and text[end - 1] in "_`\"'“”,;:([{ .-\n":
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


def _unite(text: str, groups: dict[str, Candidate], ends: dict[int, set[str]], pair: acronyms.Pair, add: Callable[[str, int, int], str | None]) -> None:
    """Join the groups of a long form and its acronym, if either was seen as a name."""
    short: str | None = key_of(text[slice(*pair.short)])
    long_surface = text[slice(*pair.long)]
    long: str | None = key_of(long_surface[: core_end(long_surface)])
    if long not in groups:
        # The recogniser may have taken a longer or shorter stretch before the bracket: what ends there is the long form.
        near = ends[pair.long[1]] & groups.keys()
        if len(near) == 1 and short not in near:
            (long,) = near
    if short == long or (short not in groups and long not in groups):
        return
    if long not in groups:
        long = add("acronym", *pair.long)
    if short not in groups:
        short = add("acronym", *pair.short)
    if long in groups and short in groups and short != long:
        group, other = groups[long], groups.pop(short)
        group.labels += other.labels
        group.short_spans = sorted(set(group.short_spans + other.spans + [pair.short]))
        there = set(group.spans)
        group.spans += [s for s in group.short_spans if s not in there]
        group.fuller += other.fuller
        group.acronym = short
        for _, end in (*other.spans, *other.fuller, pair.short):
            ends[end].add(long)


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
            exact = as_written(form)
            for a, b in standing(text if exact else lowered, form if exact else form.lower()):
                if not any(claimed[a:b]):
                    group.spans.append((a, b))
                    claimed[a:b] = b"\x01" * (b - a)
        group.spans.sort()
        group.fuller.sort()
    return found


def standing(text: str, form: str) -> Iterator[tuple[int, int]]:
    """Where `form` stands in `text` as words of its own."""
    at = text.find(form)
    while at >= 0:
        end = at + len(form)
        if not ((form[0].isalnum() and text[at - 1 : at].isalnum()) or (form[-1].isalnum() and text[end : end + 1].isalnum())):
            yield at, end
        at = text.find(form, end)
