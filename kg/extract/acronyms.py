"""Acronyms and their long forms: "Sharpness-Aware Minimization (SAM)", "SAM (Sharpness-Aware Minimization)".

The words before the bracket begin with the acronym's letters; or these must be found in them, from the right, the first letter at the
beginning of a word: Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text", PSB 2003.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from kg.text import singular_acronym

REACH = 240
_BRACKET = re.compile(r"\(([^()]{2,400})\)")
LONGEST = 90  # characters of what stands in a bracket
_SHORT = re.compile(r"(?=[^\W_]*[^\W\d_])[^\W_][\w\-+@/.*]{0,14}")
_WORD = re.compile(r"\S+")
_SMALL = frozenset(("of", "the", "for", "and", "in", "to", "on", "with", "from", "by", "a", "an", "as", "at", "or"))


@dataclass(frozen=True, slots=True)
class Pair:
    """Spans of a short and a long form in one text."""

    short: tuple[int, int]
    long: tuple[int, int]


def find(text: str) -> list[Pair]:
    """Pairs in order of the bracket. What stands in the bracket may be either form; further words after a comma or semicolon are left out."""
    pairs = []
    for m in _BRACKET.finditer(text):
        said = m[1].strip()
        if not 2 <= len(said) <= LONGEST or "\n" in said:
            continue
        start = m.start(1) + m[1].index(said)
        begins: Any = re.match(r"[^,;:]*", said)
        inner: str = begins[0].rstrip()
        for opening in ("i.e.", "e.g.", "aka", "a.k.a.", "abbreviated as", "termed", "called", "dubbed", "denoted as", "or", "short for", "named"):
            if inner.lower().startswith(opening + " "):
                start += len(opening) + len(inner[len(opening) :]) - len(inner[len(opening) :].lstrip())
                inner = inner[len(opening) :].lstrip()
        end = start + len(inner)
        if not inner or m.start() == 0:
            continue
        # Nothing further back than this can be a long form.
        base = max(0, m.start() - REACH)
        before = text[base : m.start()].rstrip()
        if _is_short(inner):
            long = _long_before(before, inner)
            if long:
                pairs.append(Pair((start, end), (base + long[0], base + long[1])))
        elif " " in inner or "-" in inner:
            # Long form in the bracket: the short one is the word before it.
            word = re.search(r"\S+$", before[-40:])
            if word and _is_short(word[0]) and sum(c.isupper() for c in word[0]) >= 2:
                letters = _letters(word[0])
                match = _match(inner, letters)
                if match == 0:
                    pairs.append(Pair((base + len(before) - len(word[0]), base + len(before)), (start, end)))
    return pairs


def _is_short(word: str) -> bool:
    return bool(_SHORT.fullmatch(word)) and any(c.isupper() for c in word)


def _letters(short: str) -> str:
    return "".join(c for c in singular_acronym(short).lower() if c.isalnum())


def _long_before(before: str, short: str) -> tuple[int, int] | None:
    """The span of the long form at the end of `before`; at most as many words as the acronym allows, none past the sentence."""
    letters = _letters(short)
    words = list(_WORD.finditer(before, max(0, len(before) - 200)))[-min(len(letters) + 5, 2 * len(letters) + 2) :]
    if not words:
        return None
    first = words[0].start()
    stop = max(before.rfind(". ", first), before.rfind("\n", first), before.rfind(") ", first), before.rfind("; ", first))
    if stop >= 0:
        first = stop + 1 + (len(before[stop + 1 :]) - len(before[stop + 1 :].lstrip()))
    window = before[first:]
    at = _initials(window, letters)
    if at is None:
        at = _match(window, letters)
    if at is None:
        # A digit may count letters (3SFC: Single-Step Synthetic Features Compressor), or stand for nothing in the words.
        repeated, bare = re.sub(r"([2-5])([a-z])", lambda m: int(m[1]) * m[2], letters), re.sub(r"\d", "", letters)
        for letters in (repeated, bare):
            at = _match(window, letters) if len(letters) > 1 else None
            if at is not None:
                break
    if at is None or len(window[at:]) <= len(short) or len(window[at:].split()) > 2 * len(letters):
        return None
    if window[at:].lower() == short.lower():
        return None
    return first + at, len(before)


def _initials(window: str, letters: str) -> int | None:
    """Where the last words begin whose first letters are `letters` one by one, small words left out or not ("Proximal Policy Optimization", not the last two)."""
    words = [m for m in re.finditer(r"[^\W_]+", window)]
    for taken in (words, [m for m in words if m[0].lower() not in _SMALL]):
        last = taken[-len(letters) :]
        if last and last[-1] is words[-1] and "".join(m[0][0].lower() for m in last) == letters:
            start = last[0].start()
            # A word is taken whole.
            return start if start == 0 or window[start - 1].isspace() or window[start - 1] in "(\"'" else None
    return None


def _match(window: str, letters: str) -> int | None:
    """Where the long form begins in `window`, going from the right: every letter is found, the first one at the start of a word."""
    at = len(window)
    for i in range(len(letters) - 1, -1, -1):
        at -= 1
        while at >= 0 and (window[at].lower() != letters[i] or (i == 0 and at > 0 and window[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return None
    # A word is taken whole.
    while at > 0 and not window[at - 1].isspace() and window[at - 1] not in "(\"'":
        at -= 1
    return at
