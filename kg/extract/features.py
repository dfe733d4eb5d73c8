"""What is known of a candidate, as numbers, for the trees that decide its kind and role.

Everything is counted in words: a table of the words (chances, cues, neighbours) is summed up over the places of each candidate. The
order of the numbers is part of the shipped model: change it only together with a training.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kg.extract import surroundings
from kg.extract.candidates import Candidate
from kg.extract.corpus import CONTEXTS, CorpusTable, context_of
from kg.extract.cues import CUES, LEFT, SORTS
from kg.extract.recogniser import KINDS, offsets
from kg.extract.spelling import ANSWERS as SPELT
from kg.extract.spelling import Spelling
from kg.extract.surroundings import Surroundings
from kg.text import fold

if TYPE_CHECKING:
    from spacy.tokens import Doc

SOURCES = ("table", "nested", "nearly", "title", "acronym")
HEADS = (
    "learning network networks model models method methods algorithm dataset datasets benchmark benchmarks framework detection classification segmentation recognition generation estimation "
    "analysis attention transformer transformers regression optimization clustering function loss module score accuracy rate error search reasoning prediction task tasks system training "
    "encoder process data corpus challenge challenges suite bench retrieval translation adaptation planning tracking reconstruction matching decoding sampling pruning distillation descent "
    "gradient mechanism strategy approach inference modeling modelling understanding answering summarization coefficient similarity distance precision recall"
).split()
BEFORE = (
    "the a an on using by with of propose introduce present called named termed ( and , as our than over outperforms via for in is to from like including into both these two other existing "
    "standard popular benchmark dataset datasets benchmarks vs"
).split()
AFTER = (
    "dataset datasets benchmark benchmarks algorithm algorithms model models method methods network networks framework ( ) , . - and based outperforms achieves is which that task tasks : for in of "
    "to with on can system approach metric score scores corpus challenge problem module loss training performance"
).split()
RIGHT, NEAR = 10, 8  # words behind a place in which cues count, and round it in which other names do
LONGEST_LIST = 40  # names of a list that are looked at
FARTHEST = 30.0  # words to the nearest cue
_CUE = {word: i for i, words in enumerate(CUES.values()) for word in words.split()}
_SORT = {word: i for i, words in enumerate(SORTS.values()) for word in words.split()}
_LINKS = frozenset((",", "and", "or", "&", "/", ";", "vs", "versus", "plus", "as", "well", "the"))
_HEAD = {w: i for i, w in enumerate(HEADS)}
_BEFORE = {w: i for i, w in enumerate(BEFORE)}
_AFTER = {w: i for i, w in enumerate(AFTER)}
FORM = (
    "tokens", "length", "inner capital", "digit", "all upper", "all lower", "hyphen", "slash", "markup", "first upper", "capitals share", "has acronym", "ends in digit", "plural", "class word", "forms",
)  # fmt: skip


def names() -> list[str]:
    """The features' names, in order."""
    return [
        *(f"label {k}" for k in KINDS), *(f"source {s}" for s in SOURCES), "mentions", "log mentions", "recognised", "log recognised",
        *(f"{stat} chance {k}" for stat in ("mean", "greatest") for k in KINDS), "begins", "goes on", "began before", "inside", "holds",
        "in title", "title name", "title whole", "first place", "last place", "in last quarter",
        *FORM, *(f"ends {h}" for h in HEADS), *(f"before {w}" for w in BEFORE), *(f"after {w}" for w in AFTER),
        *(f"cue {where} {c}" for where in ("before", "after") for c in CUES), *(f"{which} {c}" for which in ("nearest before", "nearest after", "first nearest", "any nearest") for c in (*CUES, "none")),
        *(f"{c} in {part}" for part in ("sentence before", "sentence") for c in CUES), "nearest distance", "mean distance", "first sentence", "last sentence", *(f"context {c}" for c in CONTEXTS), "our before", "bracket before", "bracket after", "names near",
        "candidates", *(f"{sort} {where}" for where in ("just before", "before", "behind", "just behind") for sort in SORTS),
        *(f"listed with {k}" for k in KINDS), *(f"listed with corpus {k}" for k in KINDS), "listed",
        *(f"{which} corpus {x}" for which in ("name", "acronym") for x in CorpusTable.columns()), "head tagged", "head task", "head method", *(f"surroundings {a}" for a in surroundings.ANSWERS), *(f"spelling {a}" for a in SPELT),
    ]  # fmt: skip


@dataclass(frozen=True)
class Places:
    """All places of all candidates of a text, in words and characters; arrays have one value a place, in the candidates' order."""

    text: str
    words: list[str]  # of the text, in lower case
    title_length: int
    count: int  # of the candidates
    owner: np.ndarray  # the candidate
    first: np.ndarray  # its first word
    last: np.ndarray  # the word behind its last
    start: np.ndarray  # its first character
    end: np.ndarray  # the character behind its last
    begin: np.ndarray  # the first word of its sentence
    stop: np.ndarray  # the word behind the last of its sentence
    sentence: np.ndarray  # which sentence, as a share of the text's

    @cached_property
    def starts(self) -> np.ndarray:
        """Where each candidate's places begin."""
        return np.searchsorted(self.owner, np.arange(self.count))

    @cached_property
    def counts(self) -> np.ndarray:
        """How many places each candidate has, as a column."""
        return np.bincount(self.owner, minlength=self.count)[:, None].astype(float)

    def mean(self, values: np.ndarray) -> np.ndarray:
        """The mean over each candidate's places, shape (candidates, columns)."""
        return np.add.reduceat(values, self.starts, axis=0, dtype=float) / self.counts

    def greatest(self, values: np.ndarray) -> np.ndarray:
        """The greatest over each candidate's places."""
        return np.maximum.reduceat(values, self.starts, axis=0)

    def least(self, values: np.ndarray) -> np.ndarray:
        return np.minimum.reduceat(values, self.starts)[:, None]


def matrix(p: Places, chances: np.ndarray, found: Sequence[Candidate], table: CorpusTable, near: Surroundings | None, spelling: Spelling | None) -> np.ndarray:
    """The features of all candidates of a text, shape (candidates, len(names())); without the last ones where training has not learned `near` or `spelling` yet."""
    if not found:
        missing = (0 if near else len(surroundings.ANSWERS)) + (0 if spelling else len(SPELT))
        return np.zeros((0, len(names()) - missing), dtype=np.float32)
    labels = np.array([[c.labels[k] for k in KINDS] for c in found], dtype=float)
    recognised = labels.sum(axis=1, keepdims=True)
    counts = p.counts
    longest = [c.longest(p.text) for c in found]
    forms = [_form(p.text, c, name) for c, name in zip(found, longest)]
    heads = np.zeros((len(found), len(HEADS)))
    for i, (_, head) in enumerate(forms):
        if (k := _HEAD.get(head)) is not None:
            heads[i, k] = 1.0
    of_names = table.features([c.key for c in found])
    return np.hstack([
        labels / (recognised + 1), np.array([[c.labels[s] > 0 for s in SOURCES] for c in found]), counts, np.log1p(counts), recognised, np.log1p(recognised),
        _chances(p, chances), _positions(p), np.array([f for f, _ in forms]), heads, _neighbours(p), _cues(p), _surroundings(p), _sorts(p), _listed(p, _of_kinds(p, chances), of_names[:, : len(KINDS)]),
        of_names, table.features([c.acronym for c in found]), table.head_features([fold(head) for _, head in forms]), *([near.scores(p)] if near else []),
        *([spelling.scores(longest)] if spelling else []),
    ]).astype(np.float32)  # fmt: skip


def places(doc: Doc, text: str, title_length: int, sentences: Sequence[tuple[int, int]], found: Sequence[Candidate]) -> Places:
    """Where the candidates of a text stand. `sentences` are spans of the text, `title_length` is in characters."""
    words = offsets(doc)
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return Places(text, [], title_length, 0, none, none, none, none, none, none, none, none.astype(float))
    starts = [a for a, _ in words]
    chars = [s for c in found for s in c.spans]
    first = np.array([bisect_right(starts, a) - 1 for a, _ in chars])
    last = np.maximum(np.array([bisect_left(starts, b) for _, b in chars]), first + 1)
    sentence_of = np.searchsorted(np.array([a for a, _ in sentences]), np.array(starts), side="right") - 1
    bounds = np.searchsorted(np.array(starts), np.array(sentences).reshape(-1))
    start, end = np.array(chars).T
    return Places(
        text, [text[a:b].lower() for a, b in words], title_length, len(found), np.array([i for i, c in enumerate(found) for _ in c.spans]), first, last, start, end,
        bounds[0::2][sentence_of[first]], bounds[1::2][sentence_of[first]], sentence_of[first] / len(sentences),
    )  # fmt: skip


def _of_kinds(p: Places, chances: np.ndarray) -> np.ndarray:
    """The mean chance of each kind over the words of each place."""
    kinds = len(KINDS)
    sums = np.vstack([np.zeros((1, kinds)), np.cumsum(chances[:, 1 : kinds + 1] + chances[:, kinds + 1 :], axis=0)])
    return (sums[p.last] - sums[p.first]) / (p.last - p.first)[:, None]


def _chances(p: Places, chances: np.ndarray) -> np.ndarray:
    """Chances over the words of each place: of the kinds, of a name beginning just there, of one going on behind it or having begun before it; and whether places lie inside others."""
    kinds, of_kinds = len(KINDS), _of_kinds(p, chances)
    begins, goes_on = chances[:, 1 : kinds + 1].sum(axis=1), np.append(chances[:, kinds + 1 :].sum(axis=1), 0.0)
    edges = np.stack([begins[p.first], goes_on[p.last], goes_on[p.first]], axis=1)
    shorter = (p.last - p.first)[:, None] < (p.last - p.first)
    inside = (p.first[:, None] >= p.first) & (p.last[:, None] <= p.last) & shorter & (p.owner[:, None] != p.owner)
    return np.hstack([p.mean(of_kinds), p.greatest(of_kinds), p.mean(edges), p.mean(np.stack([inside.any(axis=1), inside.any(axis=0)], axis=1))])


def _positions(p: Places) -> np.ndarray:
    """Where in the text: in the title, as "NAME: …", as the whole title; first and last place; the share of places in the last quarter."""
    in_title = p.end <= p.title_length
    colon = np.array([p.text[e : e + 1] == ":" for e in p.end.tolist()])
    title = np.stack([in_title, (p.start <= 2) & in_title & colon, (p.start <= 1) & (p.end >= p.title_length - 1)], axis=1)
    place = p.start / len(p.text)
    return np.hstack([p.greatest(title.astype(float)), p.least(place), p.greatest(place[:, None]), p.mean(p.start[:, None] > 0.75 * len(p.text))])


def _neighbours(p: Places) -> np.ndarray:
    """The share of places with each of the words BEFORE and AFTER beside them."""
    before, after = np.zeros((len(p.first), len(BEFORE))), np.zeros((len(p.first), len(AFTER)))
    for row, (i, j) in enumerate(zip(p.first.tolist(), p.last.tolist())):
        if i and (k := _BEFORE.get(p.words[i - 1])) is not None:
            before[row, k] = 1.0
        if j < len(p.words) and (k := _AFTER.get(p.words[j])) is not None:
            after[row, k] = 1.0
    return np.hstack([p.mean(before), p.mean(after)])


def _cues(p: Places) -> np.ndarray:
    """Cue words: near by, the nearest ones, in the sentence; how far the nearest is, and in which sentences the places are."""
    cue_of = [_CUE.get(w, -1) for w in p.words]
    cue = np.cumsum(np.vstack([np.zeros((1, len(CUES))), np.equal.outer(np.array(cue_of), np.arange(len(CUES)))]), axis=0)
    left, right = np.maximum(p.begin, p.first - LEFT), np.maximum(np.minimum(p.stop, p.last + RIGHT), p.last)
    near = np.hstack([cue[p.first] > cue[left], cue[right] > cue[p.last]])
    in_sentence = np.minimum(np.hstack([cue[p.first] - cue[p.begin], cue[np.maximum(p.stop, p.last)] - cue[p.begin]]), 4.0)
    nearest, distance = _nearest(cue_of, p.first, p.last, p.begin, right)
    before = nearest[:, : len(CUES) + 1]
    first_place = np.concatenate([[True], p.owner[1:] != p.owner[:-1]])
    return np.hstack([
        p.mean(near), p.mean(nearest), before[first_place], p.greatest(before), p.mean(in_sentence), p.least(distance), p.mean(distance[:, None]),
        p.least(p.sentence), p.greatest(p.sentence[:, None]),
    ])  # fmt: skip


def _surroundings(p: Places) -> np.ndarray:
    """The corpus table's contexts, "our" and brackets beside a place, any cue of proposing before one, other names near by, and how many candidates there are."""
    contexts, marks = np.zeros((len(p.first), len(CONTEXTS))), np.zeros((len(p.first), 3))
    order = sorted(p.first.tolist())
    near = np.zeros((len(p.first), 1))
    for row, (i, j) in enumerate(zip(p.first.tolist(), p.last.tolist())):
        for k in context_of(p.words, i, j):
            contexts[row, k] = 1.0
        marks[row] = i > 0 and p.words[i - 1] == "our", i > 0 and p.words[i - 1] == "(", j < len(p.words) and p.words[j] == "("
        near[row] = bisect_right(order, j + NEAR) - bisect_left(order, i - NEAR) - 1
    return np.hstack([p.mean(contexts), p.mean(marks), p.mean(near), np.full((p.count, 1), p.count)])


def _sorts(p: Places) -> np.ndarray:
    """The share of places with a word of each of SORTS up to three and up to ten words before and behind, in the sentence."""
    sort = np.cumsum(np.vstack([np.zeros((1, len(SORTS))), np.equal.outer(np.array([_SORT.get(w, -1) for w in p.words]), np.arange(len(SORTS)))]), axis=0)
    before = [sort[p.first] > sort[np.maximum(p.begin, p.first - reach)] for reach in (3, 10)]
    behind = [sort[np.maximum(np.minimum(p.stop, p.last + reach), p.last)] > sort[p.last] for reach in (10, 3)]
    return p.mean(np.hstack([*before, *behind]))


def _listed(p: Places, of_kinds: np.ndarray, of_names: np.ndarray) -> np.ndarray:
    """What the names are that a name is listed with ("MNIST, SVHN and X"): their mean chances and corpus shares by kind, and whether there are any."""
    places = list(zip(p.first.tolist(), p.last.tolist(), p.owner.tolist()))
    order = sorted(range(len(places)), key=lambda i: places[i][:2])
    parent = list(range(len(places)))

    def group(i: int) -> int:
        while parent[i] != i:
            parent[i] = i = parent[parent[i]]
        return i

    for n, i in enumerate(order):
        for k in order[n + 1 :]:
            gap = places[k][0] - places[i][1]
            if gap > 3:
                break
            if gap > 0 and all(w in _LINKS for w in p.words[places[i][1] : places[k][0]]):
                parent[group(k)] = group(i)
    members: dict[int, list[int]] = {}
    for i in range(len(places)):
        members.setdefault(group(i), []).append(i)
    rows = np.zeros((len(places), 2 * len(KINDS) + 1))
    for i in range(len(places)):
        others = [
            k for k in members[group(i)][:LONGEST_LIST] if places[k][2] != places[i][2] and (places[k][0] >= places[i][1] or places[k][1] <= places[i][0])
        ]
        if others:
            rows[i] = np.concatenate([of_kinds[others].mean(axis=0), of_names[[places[k][2] for k in others]].mean(axis=0), [1.0]])
    return p.greatest(rows)


def _nearest(cue_of: list[int], first: np.ndarray, last: np.ndarray, begin: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each place the nearest cue of its sentence before it and behind it, one-hot with "none" last, and the distance of the former in words.

    What is ours says nothing of a role by itself, so that cue is passed over.
    """
    ours = list(CUES).index("ours")
    hot, distance = np.zeros((len(first), 2 * (len(CUES) + 1))), np.full(len(first), FARTHEST)
    for p, (i, j, a, b) in enumerate(zip(first.tolist(), last.tolist(), begin.tolist(), right.tolist())):
        at = next((k for k in range(i - 1, a - 1, -1) if cue_of[k] >= 0 and cue_of[k] != ours), None)
        hot[p, cue_of[at] if at is not None else len(CUES)] = 1.0
        if at is not None:
            distance[p] = min(i - at, FARTHEST)
        behind = next((k for k in range(j, b) if cue_of[k] >= 0 and cue_of[k] != ours), None)
        hot[p, len(CUES) + 1 + (cue_of[behind] if behind is not None else len(CUES))] = 1.0
    return hot, distance


def _form(text: str, candidate: Candidate, name: str) -> tuple[list[float], str]:
    """FORM of `name`, the longest form, and its last word in lower case."""
    tokens = name.split() or [name]
    last = re.split(r"[\s\-]", name)[-1].lower()
    return [
        len(tokens), len(name), any(c.isupper() for c in name[1:]), any(c.isdigit() for c in name), name.isupper(), name.islower(), "-" in name, "/" in name, "$" in name or "\\" in name,
        name[0].isupper(), sum(t[0].isupper() for t in tokens) / len(tokens), candidate.acronym is not None, name[-1].isdigit(), name.endswith("s") and len(name) > 3,
        len(candidate.fuller) / len(candidate.spans), len(candidate.forms(text)),
    ], last  # fmt: skip
