"""The normal form of a name: what is left of it when case, typography, spelling, number and words that add nothing are folded.

Two names with one normal form are one name. Numbers, versions, sizes and every other letter stay, so that GPT-3 and GPT-4, or "Llama 3 8B"
and "Llama 38B", are two. The form is for comparing only; nobody is shown it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kg.model import Kind
from kg.text import fold, plain, singular_acronym

# Words behind a name that say only what it is. The first sort adds nothing to any name, the second nothing to a proper one: with a capital
# inside or a digit ("GRU network" is GRU, "graph network" is not graph).
_DATA = ("dataset corpus benchmark database", "data suite challenge environment collection testbed")
HEADS: dict[Kind, tuple[frozenset[str], frozenset[str]]] = {
    kind: (frozenset(loose.split()), frozenset(tight.split()))
    for kind, (loose, tight) in {
        Kind.METHOD: ("", "algorithm method framework approach technique architecture model network optimizer module system backbone detector toolkit library pipeline scheme"),
        Kind.DATASET: _DATA,
        Kind.BENCHMARK: _DATA,
        Kind.TASK: ("task", "problem"),
        Kind.METRIC: ("score metric measure", "value"),
    }.items()
}  # fmt: skip
# Behind a name in capitals or small letters alone these add nothing either, where that name is in the pile: "Adam optimizer".
NAMED_HEADS = frozenset("algorithm optimizer classifier clustering".split())
_GREEK = {chr(c): unicodedata.name(chr(c)).split()[-1].lower() for c in (*range(0x3B1, 0x3CA), *range(0x391, 0x3AA)) if unicodedata.name(chr(c), "")} | {
    "ϵ": "epsilon", "ϕ": "phi", "ϑ": "theta", "ϱ": "rho", "ς": "sigma", "µ": "mu", "ℓ": "l", "∞": "infinity",
}  # fmt: skip
_GREEK["λ"] = _GREEK["Λ"] = "lambda"  # Unicode says lamda
_WORD = re.compile(r"[\s/]+|[-\u2010-\u2015]+")
_HYPHENED_HEAD = re.compile(r"-(?=(?:scores?|metrics?|measures?|datasets?|benchmarks?)$)", re.I)
_TWO_WORDS = re.compile(r"\b(data)[ -](sets?|bases?)$", re.I)
_YEAR = re.compile(r"(?:19|20)\d\d")
# Series whose editions are called by two digits of the year.
_EDITION = re.compile(r"^(wmt|iwslt|conll|voc|semeval|ilsvrc|duc|isic|brats|miccai|davis|aime|amc|ntire|clef|asvspoof)(\d\d)$")
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "×": "x", "·": "-", "∙": "-"})
_POSSESSIVE = re.compile(r"(?<=\w)['’]s$")
_IN_BRACKETS = re.compile(r"(.+\S)\s+\(([^()\s]{2,12})\)")
_BRACKETS = re.compile(r"[()\[\]{}]")
_EDGES = "\"'`“”‘’.,;:"
_BRITISH = (
    (re.compile(r"is(?=(?:ation|ations|e|es|ed|er|ers|ing|ings)$)"), "iz"),
    (re.compile(r"ys(?=(?:e|es|ed|er|ers|ing)$)"), "yz"),
    (re.compile(r"(col|lab|fav|flav|tum|hum|rum|vap|glam|harb|neighb|behavi|endeav|vig|sav|^od|^hon|^arm)our"), r"\1or"),
    (re.compile(r"(mode|labe|trave|signa|cance|tunne|channe|leve|equa)ll(?=ing|ed|er)"), r"\1l"),
    (re.compile(r"\b(cent|met|fib|lit|theat|calib|spect)re\b"), r"\1er"),
    (re.compile(r"(catal|anal|dial)ogue"), r"\1og"),
    (re.compile(r"\bgrey"), "gray"),
    (re.compile(r"programme\b"), "program"),
    (re.compile(r"(defen|offen|licen)ce\b"), r"\1se"),
    (re.compile(r"\bartefact"), "artifact"),
)  # fmt: skip
# Words that end in s and are one thing, and plurals with a form of their own.
_ONE = frozenset("always analysis axis basis bayes bias corpus bus canvas chaos cosmos diagnosis dynamics emphasis genesis graphics hypothesis kubernetes lens mathematics "
    "metropolis news physics plus robotics semantics series species statistics status stress synthesis thesis virus atlas pegasus keras odds economics genomics proteomics "
    "linguistics mechanics optics acoustics kinematics photogrammetrics harness access process loss class means".split())  # fmt: skip
_PLURALS = {
    "corpora": "corpus", "matrices": "matrix", "vertices": "vertex", "indices": "index", "analyses": "analysis", "hypotheses": "hypothesis", "biases": "bias", "criteria": "criterion",
    "phenomena": "phenomenon", "movies": "movie", "series": "series", "species": "species", "bases": "basis", "axes": "axis", "data": "data", "media": "media", "lenses": "lens",
    "buses": "bus", "canvases": "canvas", "viruses": "virus", "syntheses": "synthesis", "cookies": "cookie", "calories": "calorie", "leaves": "leaf", "people": "person",
}  # fmt: skip


@lru_cache(maxsize=1 << 14)
def normal(name: str, kind: Kind) -> str:
    """The normal form of a `kind`'s name; names of data sets and benchmarks have one in common.

    >>> normal("the SICK corpora", Kind.DATASET) == normal("SICK", Kind.BENCHMARK), normal("GPT-3", Kind.METHOD) == normal("GPT-4", Kind.METHOD)
    (True, False)
    """
    words = _words(name)
    while len(words) > 1 and _adds_nothing(words, kind):
        words = _without_last(words)
    return _joined([w for w, _ in words]) or fold(name)


@lru_cache(maxsize=1 << 14)
def without_head(name: str, kind: Kind) -> str | None:
    """The normal form without one of NAMED_HEADS, for a name that has one: to join only what stands in the pile without it."""
    words = _words(name)
    if kind is Kind.METHOD and len(words) > 1 and words[-1][0] in NAMED_HEADS and (len(words) > 2 or not words[0][1].isalpha() or words[0][1][:1].isupper()):
        return _joined([w for w, _ in _without_last(words)])
    return None


def numbers(form: str) -> tuple[str, ...]:
    """The numbers of a normal form, in order, years by their last two digits: what must agree before any two names are joined."""
    return tuple(n[2:] if _YEAR.fullmatch(n) else n for n in re.findall(r"\d+(?:\.\d+)*", form.partition("|")[0]))


def stands_for(short: str, long: str) -> bool:
    """Whether the letters of an acronym stand in its long form, in order, the first at the beginning of a word; "Llama" is no acronym of "Llama 7B"."""
    bare, whole = fold(singular_acronym(short)), fold(long)
    first, *rest = [c for c in bare if c.isalpha()] or [""]
    if not rest or bare in whole:
        return False
    # What follows a later word follows the first one too.
    start = next((m.start() for m in re.finditer(r"[^\W_]+", long) if fold(m[0][0]) == first or m[0].lower().startswith(f"e{first}")), None)
    if start is None:
        return False
    letters = iter(fold(long[start + 1 :]))
    return all(c in letters for c in rest)


def _words(name: str) -> list[tuple[str, str]]:
    """The words of a name, folded, each as it was written beside it; what stands between hyphens is one word until it is joined."""
    text = plain(name)
    if not text.isascii():
        text = "".join(f" {_GREEK[c]} " if c in _GREEK and _alone(text, i) else _GREEK.get(c, c) for i, c in enumerate(text))
    if (m := _IN_BRACKETS.fullmatch(text)) and stands_for(m[2], m[1]):
        text = m[1]
    text = _TWO_WORDS.sub(r"\1\2", _HYPHENED_HEAD.sub(" ", _BRACKETS.sub("", text.translate(_LETTERS))))
    written = [_POSSESSIVE.sub("", w) for w in text.split() if w.strip(_EDGES)]
    if len(written) > 1 and written[0].lower() in ("the", "a", "an"):
        written = written[1:]
    out = [(_spelled(w.strip(_EDGES)), w.strip(_EDGES)) for w in written]
    if out:
        out[-1] = (_singular(*out[-1], alone=len(out) == 1), out[-1][1])
    return [("and" if folded == "&" else folded, w) for folded, w in out]


def _without_last(words: list[tuple[str, str]]) -> list[tuple[str, str]]:
    *rest, (folded, written) = words[:-1]
    return [*rest, (_singular(folded, written, alone=not rest), written)]


def _alone(text: str, i: int) -> bool:
    """A Greek letter between blanks stays a word of its own."""
    return text[i - 1 : i] == " " and text[i + 1 : i + 2] == " "


@lru_cache(maxsize=1 << 15)
def _spelled(word: str) -> str:
    """A word in lower case, without accents, in American spelling; its hyphens and slashes stay for now."""
    parts = [_part(p) for p in _WORD.split(word.replace("’", "").replace("'", ""))]
    return "-".join(p for p in parts if p) or word


@lru_cache(maxsize=1 << 14)
def _part(part: str) -> str:
    folded = fold(part)
    if m := _EDITION.match(folded):
        return f"{m[1]}-{'19' if m[2] > '60' else '20'}{m[2]}"
    if folded.isalpha() and len(folded) > 4:
        for pattern, put in _BRITISH:
            folded = pattern.sub(put, folded)
    return folded


def _singular(folded: str, written: str, alone: bool) -> str:
    """The last word without the s of a plural: of English words, and of names in capitals with a small s (GANs, ResNets; not Keras, not CLIPS)."""
    head, dash, word = folded.rpartition("-")
    written = _WORD.split(written)[-1]
    if word in _PLURALS:
        return head + dash + _PLURALS[word]
    if len(word) < 3 or not word.endswith("s") or word in _ONE or word.endswith(("ss", "us", "is", "'s")):
        return folded
    stem = written[:-1]
    if any(c.isupper() for c in written[1:]) or any(c.isdigit() for c in written):
        plural = written.endswith("s") and (any(c.isupper() for c in stem[1:]) or stem.isupper())
        return folded[:-1] if plural else folded
    if alone and not dash and written[:1].isupper() and not _common(word):
        return folded
    if word.endswith("ies") and len(word) > 4:
        return f"{folded[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return folded[:-2]
    return folded[:-1]


# Endings by which a word with a capital is English, and not a name such as Keras.
_COMMON = re.compile(
    r"(?:ers|ors|ks|els|ods|hms|ons|ows|ees|ies|gs|nes|ces|ups|ables|ages|ads|rics|ules|ems|phs|als|eds|tes|ves|des|res|mes|ses|ts|ys)$"
)  # fmt: skip


def _common(word: str) -> bool:
    return _COMMON.search(word) is not None


def _adds_nothing(words: list[tuple[str, str]], kind: Kind) -> bool:
    """Whether the last word is a head without which the name is as good."""
    loose, tight = HEADS.get(kind, (frozenset(), frozenset()))
    head, rest = words[-1][0], words[:-1]
    if head in loose:
        return kind in (Kind.TASK, Kind.METRIC) or any(c.isupper() or c.isdigit() for _, w in rest for c in w)
    if head not in tight:
        return False
    if kind is Kind.TASK:
        return len(rest) > 1
    # A proper name is one word with a capital inside, a digit, or a single letter before a hyphen (k-means); or it ends in such a word.
    last = rest[-1][1]
    return proper(last) or (len(rest) == 1 and re.match(r"[A-Za-z]-[a-z]", last) is not None)


def proper(word: str) -> bool:
    """Whether a word has a capital inside or a digit."""
    return any(c.isupper() for c in word[1:]) or any(c.isdigit() for c in word)


def _joined(words: list[str]) -> str:
    """Words and their parts as one string; two numbers that meet stay two."""
    out = ""
    for part in (p for w in words for p in w.split("-")):
        out += ("·" if out[-1:].isdigit() and part[:1].isdigit() else "") + part
    out = re.sub(r"(?<=[^\W\d_]{3})v(?=\d)", "", out)  # SQuAD v2 is SQuAD 2; DV3 is not D3
    return re.sub(r"(?<=\d)\.0(?![\d.])", "", out)
