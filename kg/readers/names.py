"""Names of people: is this line a list of authors, and where does a title end when the authors are glued to it?

Decided by what the titles and author lists of arXiv look like: how often a word stands in titles, ends a title, is a given or a family
name (`names.tsv.gz`, counts only), letters where a word is unknown, and a logistic model over that (`names.json`). Both are made by
`kg.readers.names_training`.
"""

from __future__ import annotations

import gzip
import json
import math
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

SEPARATOR = re.compile(r"(?:(?<!\s)\s+)?,\s*(?:and\s+|&\s*)?|(?<!\s)\s+(?:and|&)\s+")
SEMICOLON = re.compile(r"(?:(?<!\s)\s+)?;\s*(?:and\s+|&\s*)?")  # then a comma stands inside a name: "Lee, Anna; Chen, Bo"
ET_AL = re.compile(r"(?:(?<![\s,;])[\s,;]+)?(?:\bet\.?\s*al\b\.?|\band\s+(?:\d+\s+)?others\b|\+\s*\d+\s*(?:more(?:\s+authors)?|authors|others))\s*$", re.I)
ORGANIZATION = re.compile(r"(?<!\s)\s+[·•|]\s+([^·•|]{2,80})$")
REACH = 400  # characters from the end of a line in which its names are looked for
PARTICLES = frozenset("van von de der den del della di da dos do la le el al ter ten bin ibn zu du des st".split())
# What a name may be made of. Digits, colons, brackets, question marks never are.
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[.,'’`´~*\\^\"{}\-‐‑ ]|\d(?=$)){0,70}[^\W\d_.'*}]?[.*\d]?(?: \([^\W\d_]{1,12}\))?")
# A name in Chinese, Japanese or Korean letters: short, without a space or with one.
_CASELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,4}[ ·]?[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{0,6}")
WORD_EDGE = " \t.,:;!?()[]{}\"'“”‘’`*"
_PARTICLE_FIRST = re.compile(r"([a-z']+) (?:[a-z']+ )?[^\W\d_a-z]")


@dataclass(frozen=True, slots=True)
class Counts:
    """How often a word was a given name, a family name, in a title, and last in a title."""

    given: int = 0
    family: int = 0
    title: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Authors:
    """A list of names found in a line: spans relative to the line; `end` is where names and "et al." end."""

    spans: tuple[tuple[int, int], ...]
    truncated: bool
    organization: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Split:
    """A title with its authors glued on: the title is `line[:at]`, the chance that it ends there is `score`.

    `clear` says that no other place comes near and that all that follows looks like names: then the place is right if authors are glued
    on at all, however unusual the end of the title ("… to 1 MB").
    """

    at: int
    authors: Authors
    score: float
    clear: bool


@dataclass(frozen=True)
class NameModel:
    """How often words stand in names and in titles, log odds of trigrams, and the weights of what is made of both."""

    words: dict[str, Counts]
    letters: dict[str, float]
    weights: dict[str, float]


@cache
def model() -> NameModel:
    """The shipped model, loaded once a process."""
    room = files("kg.readers")
    words = {}
    with (room / "names.tsv.gz").open("rb") as raw, gzip.open(raw, "rt", encoding="utf-8") as f:
        for row in f:
            word, *numbers = row.rstrip("\n").split("\t")
            words[word] = Counts(*map(int, numbers))
    learned = json.loads((room / "names.json").read_text(encoding="utf-8"))
    return NameModel(words, learned["letters"], learned["weights"])


def tail(line: str) -> tuple[int, bool, tuple[int, int] | None]:
    """Where the names of a line end, whether "et al." follows them, and the organisation printed after a dot."""
    end, organization = len(line.rstrip()), None
    if m := ORGANIZATION.search(line, max(0, end - REACH), end):
        organization, end = m.span(1), m.start()
    if m := ET_AL.search(line, max(0, end - REACH), end):
        return m.start(), True, organization
    return end, False, organization


def name_spans(line: str, start: int, end: int) -> tuple[tuple[int, int], ...] | None:
    """The spans of the names in `line[start:end]` if it can be a list of names at all."""
    spans, at = [], start
    separator = SEMICOLON if ";" in line[start:end] else SEPARATOR
    for m in [*separator.finditer(line, start, end), None]:
        stop = m.start() if m else end
        name = line[at:stop]
        if name.strip():
            a = at + len(name) - len(name.lstrip())
            b = stop - (len(name) - len(name.rstrip()))
            if not _NAME.fullmatch(line, a, b) or b - a < 2:
                return None
            spans.append((a, b))
        at = m.end() if m else end
    return tuple(spans) or None


def _letters(m: NameModel, word: str) -> float:
    """How much more the letters of a word look like a name than like a title's word, per trigram (log ratio)."""
    padded = f"^{word.lower()}$"
    grams = [padded[i : i + 3] for i in range(len(padded) - 2)]
    return sum(m.letters.get(g, 0.0) for g in grams) / len(grams) if grams else 0.0


def _word_score(m: NameModel, word: str) -> float:
    """Log odds that a word belongs to a name and not to a title."""
    c = m.words.get(word, Counts())
    return math.log1p(c.given + c.family) - math.log1p(c.title) + 2.0 * _letters(m, word) * (1.0 if c == Counts() else 0.2)


def name_features(m: NameModel, name: str) -> dict[str, float]:
    """What speaks for and against a text being one name, by what it is called."""
    tokens = [t for t in re.split(r"[ ~]+", name.strip(" *")) if t]
    bare = [t for t in tokens if t.lower() not in PARTICLES and not re.fullmatch(r"(?:[^\W\d_]\.?-?){1,2}\.?", t)] or tokens
    scores = [_word_score(m, t) for t in bare]
    first, last = m.words.get(tokens[0], Counts()), m.words.get(tokens[-1], Counts())
    n = len(tokens)
    return {
        "given": math.log1p(first.given), "family": math.log1p(last.family), "first as title": math.log1p(first.title), "last as title": math.log1p(last.title),
        "first letters": _letters(m, tokens[0]), "last letters": _letters(m, tokens[-1]),
        "worst": min(scores), "mean": sum(scores) / len(scores), "unknown first": float(first == Counts()), "unknown last": float(last == Counts()),
        "one": float(n == 1), "two": float(n == 2), "three": float(n == 3), "four": float(n == 4), "more": float(n > 4),
        "one with dots": float(n == 1 and "." in name[:-1]), "initial": float(bool(re.match(r"[^\W\d_]\.", name))),
        "lower": float(sum(t[0].islower() and t.lower() not in PARTICLES for t in tokens)), "upper": float(sum(t.isupper() and len(t) > 2 for t in tokens)),
    }  # fmt: skip


def split_features(m: NameModel, line: str, at: int, spans: tuple[tuple[int, int], ...]) -> dict[str, float]:
    """What speaks for a title that ends at `at`, followed by names."""
    left = line[:at].rsplit(None, 1)[-1]
    # The last piece of a compound counts as a word too: "Word-Level", "GAN/VAE".
    word = left.strip(WORD_EDGE)
    piece = re.split(r"[-‐‑/–—:.]", word)[-1] or word
    begins: Any = re.match(r"[^\s,;]*", line[at:])
    right: str = begins[0]
    glued = left + right
    w, p, g = m.words.get(word, Counts()), m.words.get(piece, Counts()), m.words.get(glued.strip(WORD_EDGE), Counts())
    before = line[at - 1]
    f = name_features(m, line[slice(*spans[0])])
    rest = [name_features(m, line[a:b]) for a, b in spans[1:]]
    f |= {
        "title word": math.log1p(w.title), "title end": math.log1p(w.last), "piece": math.log1p(p.title), "piece end": math.log1p(p.last), "unknown title word": float(w == Counts() and p == Counts()),
        "title letters": _letters(m, piece), "title word as name": math.log1p(w.given + w.family), "glued": math.log1p(g.title + g.given + g.family),
        "lower before": float(before.islower()), "upper before": float(before.isupper()), "digit before": float(before.isdigit()),
        "end mark before": float(before in "?!)\"'”’}$"), "dot before": float(before == "."), "odd before": float(before in "-‐‑–—/(:[{\\'`^,&"),
        "length of piece": float(min(len(piece), 12)), "short piece": float(len(piece) <= 2), "one letter": float(len(piece) == 1),
        "piece all upper": float(piece.isupper()), "right all upper": float(right.isupper() and len(right) > 1), "right one letter": float(len(right) == 1),
        "right second upper": float(right[1:2].isupper()), "rest worst": min((x["worst"] for x in rest), default=3.0), "rest mean": sum(x["mean"] for x in rest) / len(rest) if rest else 3.0,
        "rest one word": sum(x["one"] for x in rest), "rest long": sum(x["more"] + x["four"] for x in rest), "names": float(min(len(spans), 6)), "particle": float(right.lower() in PARTICLES),
        "title words": float(min(line.count(" ", 0, at), 4)),
    }  # fmt: skip
    return f


def boundaries(line: str, end: int) -> list[tuple[int, tuple[tuple[int, int], ...]]]:
    """Places where a title may end and a list of names begin, with no space between them; only the last REACH characters are searched."""
    found = []
    for at in range(max(1, end - REACH), end - 1):
        if line[at - 1].isspace() or not _may_begin(line, at):
            continue
        spans = name_spans(line, at, end)
        if spans:
            found.append((at, spans))
    return found


def _may_begin(line: str, at: int) -> bool:
    """Whether a name may begin here: a capital, a particle such as "van" before one, or a letter of a script without case."""
    c = line[at]
    if c.islower():
        m = _PARTICLE_FIRST.match(line, at)
        return m is not None and m[1] in PARTICLES
    return c.isupper() or (c.isalpha() and line[at - 1].isascii())


def split(line: str, m: NameModel | None = None) -> Split | None:
    """The best place to part a title from the authors that are glued to it, or None where no list of names can end the line.

    `score` is the chance of that place among all possible ones, times the chance that it is one at all.
    """
    m = m or model()
    end, truncated, organization = tail(line)
    scored = []
    for at, spans in boundaries(line, end):
        scored.append((logit(m.weights, split_features(m, line, at, spans)), at, spans))
    if not scored:
        return None
    (best, at, spans), *others = sorted(scored, key=lambda x: (-x[0], x[1]))
    clear = (not others or best - others[0][0] >= 5.0) and all(person_score(m, " ".join(line[a:b].split())) >= 0.5 for a, b in spans)
    total = 1.0 + sum(math.exp(min(s, 50.0)) for s, *_ in scored)
    return Split(at, Authors(spans, truncated, organization), math.exp(min(best, 50.0)) / total, clear)


def logit(weights: dict[str, float], features: dict[str, float]) -> float:
    """The log odds that a linear model gives."""
    return weights.get("bias", 0.0) + sum(weights.get(k, 0.0) * v for k, v in features.items())


def author_line(line: str) -> tuple[Authors, float] | None:
    """The names of a line that holds nothing but a list of authors, and how sure that is (0..1); None where it cannot be one."""
    m = model()
    end, truncated, organization = tail(line)
    start = len(line) - len(line.lstrip())
    if said := re.match(r"(?:authors?|by)(?:\s*:)?\s+", line[start:end], re.I):
        start += said.end()
    spans = name_spans(line, start, end)
    if not spans:
        return None
    scores = [person_score(m, line[a:b]) for a, b in spans]
    if any(s == 0.0 and len(line[a:b].split()) > 4 for s, (a, b) in zip(scores, spans)):
        return None  # words in a row, rather a title with its authors glued on
    mean = sum(scores) / len(scores)
    return Authors(spans, truncated, organization), max(0.0, min(1.0, mean + (0.2 if truncated else 0.0)))


def person_score(m: NameModel, name: str) -> float:
    """How much a piece of text looks like one person's name, 0..1."""
    name = re.sub(r" \([^()]*\)$", "", name)
    if not any(c.isalnum() for c in name):
        return 0.0
    if _CASELESS.fullmatch(name):
        return 0.9
    f = name_features(m, name)
    if f["lower"] or (f["more"] and f["worst"] < 0):
        return 0.0
    z = 0.8 * f["mean"] + 0.6 * f["worst"] + (1.0 if f["two"] or f["three"] else -1.5 * f["one"])
    return 1.0 / (1.0 + math.exp(-z))
