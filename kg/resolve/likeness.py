"""How much two signatures look like one person's: what they share, how common their name is, what is known of that name in its block.

The features follow what author name disambiguation has found to tell most: Subramanian et al., "S2AND: A Benchmark and Evaluation System
for Author Name Disambiguation", JCDL 2021; what is ours is the second group, which measures in the block itself how ambiguous a name is.

Nothing is counted over the whole pile, but for how many papers a co-author's name is on: how rare words are is known from other papers. So a
block is judged by itself, and its judgement holds until one of its papers, or of its co-authors' papers, changes.
"""

from __future__ import annotations

import gzip
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kg.resolve.cluster import UnionFind
from kg.resolve.personal import LONG_FORMS, compatible, parse, swapped
from kg.resolve.signatures import Signature
from kg.text import plain

COUNTS = "name_counts.tsv.gz"
MANY = 20_000  # pairs in a block, above which only signatures that share something, or are next to each other in time, are compared
NEXT = 5
RARE = 10
COMMON = 5  # papers of a block, from which on a word of more than two thirds of their titles says nothing: that of a series, or where titles are made up

PAIR = (
    "shared co-authors", "shared co-authors by rarity", "share of the shorter list", "title cosine", "title words", "rarest title word", "title words by rarity", "same venue",
    "same venue by rarity", "years apart", "affiliation cosine", "rarest affiliation word", "same affiliation", "both affiliated", "rarest name of a shared co-author",
    "kind of agreement", "ranks", "least position", "lists cut short",
)  # fmt: skip
# Of a signature or its name; the lesser and the greater of the two become features.
SINGLE = (
    "co-authors", "given name's count", "family name's count", "full name's count", "parts", "letters of the given name", "signatures", "share of the block", "circles",
    "circles by signatures", "largest circle's share", "known share", "own circle", "own circle's share",
)  # fmt: skip
FEATURES = (*PAIR, *(f"{which} {name}" for name in SINGLE for which in ("lesser", "greater")), "block")


@dataclass(frozen=True)
class Counts:
    """How often given, family and full names (first given name and family name) stand in a large list of papers, and how rare words are in titles and
    in affiliations (the logarithm of one in so many; "" is a word that was not met). Rare names and words are left out."""

    given: dict[str, int]
    family: dict[str, int]
    full: dict[str, int]
    word: dict[str, float]
    place: dict[str, float]

    def word_rarity(self, word: str) -> float:
        return self.word.get(word, self.word[""])

    def place_rarity(self, word: str) -> float:
        return self.place.get(word, self.place[""])


def read_counts(path: Path) -> Counts:
    """A packed table with rows of part (given, family, full, word, place), name and count; the empty word's count is that of all titles, or affiliations."""
    tables: dict[str, dict[str, int]] = {"given": {}, "family": {}, "full": {}, "word": {}, "place": {}}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            part, name, n = line.rstrip("\n").split("\t")
            tables[part][name] = int(n)
    # A word of every fifth title, such as "for", says nothing of who wrote it.
    titles, places = tables["word"].pop(""), tables["place"].pop("")
    words = {w: 0.0 if 5 * n > titles else math.log(titles / (1 + n) + 1) for w, n in tables["word"].items()} | {"": math.log(titles + 1)}
    return Counts(
        tables["given"], tables["family"], tables["full"], words, {w: math.log(1 + places / (1 + n)) for w, n in tables["place"].items()} | {"": math.log(1 + places)}
    )  # fmt: skip


def title_words(title: str | None) -> frozenset[str]:
    """The words of a title of three letters and more, in lower case."""
    return frozenset(_TITLE_WORD.findall(plain(title or "").lower()))


def place_words(affiliations: Iterable[str]) -> frozenset[str]:
    """The words of affiliations of three characters and more, in lower case."""
    return frozenset(_PLACE_WORD.findall(" ".join(sorted(affiliations)).lower()))


_TITLE_WORD, _PLACE_WORD = re.compile(r"[^\W\d_]{3,}"), re.compile(r"\w{3,}")


def full(key: str) -> str:
    """First given name and family name of a name_key, by which full names are counted."""
    name = parse(key)
    return f"{name.given[0]} {name.family}" if name.given else name.family


@dataclass(frozen=True, slots=True)
class Circle:
    """What a block says of one name: how many signatures, how many circles (of signatures joined by a shared co-author or affiliation), the largest one's share of
    the signatures with a co-author or an affiliation, and the share of these among all."""

    size: int
    circles: int
    largest: float
    known: float


class Named(NamedTuple):
    """What a pile says of a name: on how many papers it is, and how it is written."""

    papers: int
    name: str


def named(signatures: Iterable[Signature]) -> dict[str, Named]:
    """What a pile says of each name, by its key."""
    found: dict[str, Named] = {}
    for s in signatures:
        before = found.get(s.key)
        found[s.key] = Named(before.papers + 1, min(before.name, s.name)) if before else Named(1, s.name)
    return found


class Pile:
    """Signatures of one block or of several, with all that is counted over them. `others` has what is known of the names of their co-authors."""

    def __init__(self, signatures: Sequence[Signature], counts: Counts, others: Mapping[str, Named] | None = None) -> None:
        self.signatures = signatures
        self.counts = counts
        self.names = [parse(s.key) for s in signatures]
        self.blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.by_name: dict[str, list[int]] = defaultdict(list)
        for i, (s, name) in enumerate(zip(signatures, self.names)):
            self.blocks[name.block].append(i)
            self.by_name[s.key].append(i)
        self.others = named(signatures) if others is None else others
        self.places = [place_words(s.affiliations) if s.affiliations else frozenset() for s in signatures]
        self.own: dict[int, int] = {}
        self._meant: dict[str, set[str]] = {}
        self.circles = {key: self._circle(members) for key, members in self.by_name.items()}

    @cached_property
    def words(self) -> dict[str, frozenset[str]]:
        """The telling words of each paper's title."""
        found: dict[str, frozenset[str]] = {}
        for members in self.blocks.values():
            titles = {self.signatures[i].paper: title_words(self.signatures[i].title) for i in members}
            counted = Counter(w for words in titles.values() for w in words) if len(titles) >= COMMON else {}
            found |= {
                p: frozenset(w for w in words if self.counts.word_rarity(w) and not 3 * counted.get(w, 0) > 2 * len(titles)) for p, words in titles.items()
            }
        return found

    @cached_property
    def weight(self) -> dict[str, float]:
        """Of each paper's words the sum of their rarity."""
        return {paper: math.fsum(map(self.counts.word_rarity, words)) for paper, words in self.words.items()}

    @cached_property
    def venues(self) -> Counter[tuple[tuple[str, str], str | None]]:
        return Counter((name.block, s.venue) for s, name in zip(self.signatures, self.names))

    def _circle(self, members: list[int]) -> Circle:
        if len(members) == 1:
            self.own[members[0]] = 1
            return Circle(1, 1, 1.0, 1.0)
        sets = UnionFind(members)
        first: dict[object, int] = {}
        for i in members:
            for shared in (*self.signatures[i].coauthors, self.places[i]):
                if shared:
                    sets.join(first.setdefault(shared, i), i)
        sizes = Counter(sets.find(i) for i in members)
        self.own |= {i: sizes[sets.find(i)] for i in members}
        known = [sets.find(i) for i in members if self.signatures[i].coauthors or self.places[i]]
        return Circle(len(members), len(sizes), max(Counter(known).values()) / len(known) if known else 0.0, len(known) / len(members))

    # ---- which pairs to look at

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Pairs whose names can be one person's, block by block, each with the lesser index first; never two names of one paper."""
        for block in sorted(self.blocks):
            members = self.blocks[block]
            if len(members) > 1:
                found = self._pairs_of(members)
                yield from sorted({(min(p), max(p)) for p in found if self.signatures[p[0]].paper != self.signatures[p[1]].paper})

    def other_form(self, i: int, j: int) -> bool:
        """Whether two names differ in an initial, a middle name or a short form, share two co-authors at least, and no third name can be meant by an initial."""
        a, b = self.signatures[i], self.signatures[j]
        if a.key == b.key or len(a.coauthors & b.coauthors) < 2:
            return False
        return all(parse(key).whole or len(self._first_names(key)) < 2 for key in (a.key, b.key))

    def _first_names(self, key: str) -> set[str]:
        """The written-out first names of the pile that a name with an initial may stand for."""
        if key not in self._meant:
            others = {self.signatures[i].key for i in self.blocks[parse(key).block]}
            self._meant[key] = {parse(k).whole for k in others if parse(k).whole and compatible(key, k)}
        return self._meant[key]

    def _pairs_of(self, members: list[int]) -> Iterator[tuple[int, int]]:
        names = {key: self.by_name[key] for key in dict.fromkeys(self.signatures[i].key for i in members)}
        meets = list(_meets(list(names)))
        if sum(len(names[a]) * len(names[b]) for a, b in meets) <= MANY:
            for a, b in meets:
                yield from combinations(names[a], 2) if a == b else product(names[a], names[b])
            return
        yield from (p for p in self._sharing(members) if compatible(self.signatures[p[0]].key, self.signatures[p[1]].key))
        for same in names.values():
            yield from _next(sorted(same, key=self._when), NEXT)

    def _sharing(self, members: Sequence[int]) -> Iterator[tuple[int, int]]:
        return _sharing(members, self.signatures, self.places)

    def _when(self, i: int) -> tuple[int, int]:
        return (self.signatures[i].year or 0, i)

    # ---- what is measured of a pair

    def features(self, pairs: Sequence[tuple[int, int]]) -> np.ndarray:
        """An array (pairs, FEATURES) of float32; -1 where a thing is not known."""
        if not pairs:
            return np.empty((0, len(FEATURES)), np.float32)
        rows = np.array([self._of_pair(i, j) for i, j in pairs], np.float32)
        at = np.array(pairs)
        seen, where = np.unique(at, return_inverse=True)
        single = np.array([self._of_one(i) for i in seen.tolist()], np.float32)[where.reshape(at.shape)]
        left, right = single[:, 0], single[:, 1]
        both = np.stack([np.minimum(left, right), np.maximum(left, right)], axis=2).reshape(len(pairs), -1)
        blocks = np.array([[math.log(len(self.blocks[self.names[i].block]))] for i, _ in pairs], np.float32)
        return np.hstack([rows, both, blocks])

    def _of_pair(self, i: int, j: int) -> tuple[float, ...]:
        a, b = self.signatures[i], self.signatures[j]
        shared = a.coauthors & b.coauthors
        common = [self.others[c].papers + self.counts.full.get(full(c), 0) for c in shared]
        shorter = min(len(a.coauthors), len(b.coauthors))
        u, v = self.words[a.paper], self.words[b.paper]
        words = [self.counts.word_rarity(w) for w in u & v]
        together = math.fsum(words)
        p, q = self.places[i], self.places[j]
        places = [self.counts.place_rarity(w) for w in p & q]
        block = self.names[i].block
        venue = a.venue == b.venue and a.venue is not None
        first, other = self.names[i].given[:1], self.names[j].given[:1]
        agreement = 0 if a.key == b.key else 1 if first == other else 2 if min(len(x[0]) if x else 0 for x in (first, other)) < 2 else 3
        return (
            len(shared), math.fsum(1 / math.log(1.5 + n) for n in common), len(shared) / shorter if shorter else -1,
            together / math.sqrt((self.weight[a.paper] + 1) * (self.weight[b.paper] + 1)) if u and v else -1, len(words), max(words, default=0), together,
            float(venue) if a.venue and b.venue else -1, math.log(2 * len(self.blocks[block]) / self.venues[block, a.venue]) if venue else 0,
            abs(a.year - b.year) if a.year and b.year else -1,
            _cosine(places, map(self.counts.place_rarity, p), map(self.counts.place_rarity, q)) if p and q else -1, max(places, default=0 if p and q else -1),
            float(p == q) if p and q else -1, float(bool(p and q)), min(common, default=-1), agreement, 4 * min(a.rank, b.rank) + max(a.rank, b.rank), min(a.position, b.position),
            int(a.cut_short) + int(b.cut_short),
        )  # fmt: skip

    def _of_one(self, i: int) -> list[float]:
        s, name = self.signatures[i], self.names[i]
        c = self.circles[s.key]
        given = name.given[0] if name.given else ""
        return [
            len(s.coauthors), math.log1p(self.counts.given.get(given, 0)), math.log1p(self.counts.family.get(name.family, 0)), math.log1p(self.counts.full.get(full(s.key), 0)), len(name.given), len(given),
            math.log(c.size), c.size / len(self.blocks[name.block]), math.log(c.circles), c.circles / c.size, c.largest, c.known, math.log(self.own[i]), self.own[i] / c.size,
        ]  # fmt: skip

    def because(self, i: int, j: int) -> str:
        """What two signatures share, in words."""
        a, b = self.signatures[i], self.signatures[j]
        shared = sorted(self.others[c].name for c in a.coauthors & b.coauthors)
        words = sorted((w for w in self.words[a.paper] & self.words[b.paper] if len(w) > 4), key=lambda w: (-self.counts.word_rarity(w), w))
        parts = [
            f"co-authors {', '.join(shared[:3])}{' …' if len(shared) > 3 else ''}" if shared else "no co-author",
            f"affiliation {min(a.affiliations & b.affiliations)}" if a.affiliations & b.affiliations else "",
            f"words {', '.join(words[:3])}" if words else "",
            f"venue {a.venue}" if a.venue and a.venue == b.venue else "",
            f"{abs(a.year - b.year)} years apart" if a.year and b.year and abs(a.year - b.year) > 1 else "",
        ]  # fmt: skip
        return "; ".join(filter(None, parts))


def swapped_pairs(signatures: Sequence[Signature], counts: Counts) -> Iterator[tuple[int, int]]:
    """Pairs of a name and the same with its family name first, which share two co-authors, one with a rare name, or an affiliation."""
    by_name: dict[str, list[int]] = defaultdict(list)
    for i, s in enumerate(signatures):
        by_name[s.key].append(i)
    for key in sorted(by_name):
        other = swapped(key)
        if other and key < other and other in by_name:
            members = [*by_name[key], *by_name[other]]
            places = {i: place_words(signatures[i].affiliations) for i in members}
            for i, j in sorted({(min(p), max(p)) for p in _sharing(members, signatures, places)}):
                a, b = signatures[i], signatures[j]
                shared = a.coauthors & b.coauthors
                told = len(shared) > 1 or any(counts.full.get(full(c), 0) < RARE for c in shared) or (places[i] and places[i] == places[j])
                if a.key != b.key and a.paper != b.paper and told:
                    yield i, j


def _sharing(
    members: Sequence[int], signatures: Sequence[Signature], places: Mapping[int, frozenset[str]] | Sequence[frozenset[str]]
) -> Iterator[tuple[int, int]]:
    """Those that share a co-author or an affiliation, each with the next ones in time."""
    shared: dict[object, list[int]] = defaultdict(list)
    for i in members:
        for x in (*signatures[i].coauthors, *([places[i]] if places[i] else [])):
            shared[x].append(i)
    for those in shared.values():
        yield from _next(sorted(those, key=lambda i: (signatures[i].year or 0, i)), NEXT)


def _meets(keys: list[str]) -> Iterator[tuple[str, str]]:
    """Pairs of names of one block that can be one person's, each name with itself too."""
    groups: dict[str, list[str]] = defaultdict(list)
    initials: list[str] = []
    by_second: dict[str, list[str]] = defaultdict(list)
    second = lambda key: parse(key).given[1][0] if len(parse(key).given) > 1 else ""
    for key in keys:
        name = parse(key)
        by_second[second(key)].append(key)
        if name.whole:
            for start in {name.whole, "".join(name.given), *LONG_FORMS.get(name.whole, ())}:
                groups[start].append(key)
        else:
            initials.append(key)
    met = {(key, key) for key in keys}
    met |= {(a, b) for group in groups.values() for a, b in combinations(group, 2) if compatible(a, b)}
    for a in initials:
        # A second initial meets names with the same one, or with none.
        others = [*by_second[second(a)], *by_second[""]] if second(a) else keys
        met |= {(a, b) for b in others if a != b and (parse(b).whole or a < b or second(a) == "") and compatible(a, b)}
    yield from sorted({(min(p), max(p)) for p in met})


def _next(ordered: Sequence[int], n: int) -> Iterator[tuple[int, int]]:
    for at, i in enumerate(ordered):
        for j in ordered[at + 1 : at + 1 + n]:
            yield i, j


def _cosine(shared: Iterable[float], left: Iterable[float], right: Iterable[float]) -> float:
    return math.fsum(shared) / math.sqrt((math.fsum(left) + 1) * (math.fsum(right) + 1))
