"""Which entries describe one paper: same arXiv id, DOI or other identifier, title, abstract, or title but for its subtitle, unless something says that they are two."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from kg.model import Entry, Kind, Merge, content_id, node_id
from kg.resolve.cluster import UnionFind
from kg.resolve.personal import compatible, name_key, parse, swapped
from kg.resolve.venues import core, venue_key
from kg.text import beginning, fold

HEAD = 80  # folded characters of an abstract that must agree before two are compared whole
HEADED = 400  # characters that have as many folded ones
WHOLE = 20  # entries of a block that are all compared with one another
IDENTIFIER = "identifier of an index"
SUBTITLE = "title but for its subtitle"
ALIKE = 0.6  # of the words of the shorter abstract that the other must have too
# DOIs of copies that servers and archives keep: they name the paper, but another DOI beside them is no contradiction.
_COPY = re.compile(
    r"10\.(?:48550/arxiv\.|1101/|21203/rs|2139/ssrn|20944/preprints|36227/techrxiv|26434/chemrxiv|31219/osf|3123[4-5]/|31223/|31224/|5194/egusphere|5281/zenodo|6084/m9|22541/)",
    re.I,
)
GAP = 5  # years from a preprint to its publication; more are another edition, or another paper
LEAST = 60  # an abstract shorter than this says too little to know a paper by


@dataclass(frozen=True, slots=True)
class Work:
    """A paper and the entries that describe it, as indices."""

    id: str
    entries: tuple[int, ...]


class Sketch(NamedTuple):
    """By what an entry may be known to describe the paper of another."""

    id: str
    arxiv_id: str | None
    doi: str | None
    identifiers: tuple[str, ...]
    title: str
    main: str
    head: str

    @classmethod
    def of(cls, e: Entry) -> Sketch:
        title = e.field(e.title) or ""
        return cls(e.id, e.arxiv_id, e.doi, e.identifiers, title_key(title), _main(title), _folded(e, HEADED)[:HEAD])


def _folded(e: Entry, most: int | None = None) -> str:
    """An abstract as it is compared, or the beginning of one."""
    text = e.field(e.abstract) or ""
    return re.sub(r"(?:\.\.\.|…)$", "", fold(text[:most]))


def resolve_papers(entries: Sequence[Entry]) -> tuple[list[Work], list[Merge]]:
    """Papers in the order of their ids; every merge by its rule, and equal titles that were kept apart.

    Entries are gone through once, in order; again are looked at only those that share something with another one.
    """
    sketches = [Sketch.of(e) for e in entries]
    entry = lru_cache(maxsize=1 << 16)(entries.__getitem__)
    abstract = lru_cache(maxsize=1 << 16)(lambda i: _folded(entry(i)))
    sets = UnionFind(range(len(sketches)))
    arxiv = [{e.arxiv_id} if e.arxiv_id else set() for e in sketches]
    dois = [{e.doi} if e.doi and not _COPY.match(e.doi) else set() for e in sketches]
    log = []
    for i, j, rule in _pairs(sketches, entry, abstract):
        a, b = sets.find(i), sets.find(j)
        if a == b:
            continue
        conflict = any(x and y and not x & y for x, y in ((arxiv[a], arxiv[b]), (dois[a], dois[b])))
        same = not conflict and _AGREE.get(rule, lambda *_: True)(entry(i), entry(j), abstract(i), abstract(j))
        log.append((i, j, rule, same))
        if same:
            root = sets.join(a, b)
            arxiv[root], dois[root] = arxiv[a] | arxiv[b], dois[a] | dois[b]
    members: dict[int, list[int]] = defaultdict(list)
    for i in range(len(sketches)):
        members[sets.find(i)].append(i)
    taken: dict[str, list[int]] = defaultdict(list)
    for root, m in members.items():
        taken[_key([sketches[i] for i in m]) or _key_of_abstracts(map(abstract, m))].append(root)
    ids = {}
    for key, roots in taken.items():
        for root in roots:
            # Two papers of one title: what else is known tells them apart.
            extra = "" if len(roots) == 1 else " " + content_id(*sorted({_known_of(entry(i), abstract(i)) for i in members[root]}))
            ids[root] = node_id(Kind.PAPER, key + extra)
    works: dict[str, list[int]] = defaultdict(list)
    for root, m in members.items():
        works[ids[root]] += m
    merges = [
        Merge(ids[sets.find(i)], Kind.PAPER, sketches[i].id, sketches[j].id, f"same {rule}", 1.0, ok, _shared(entry(i), entry(j), rule))
        for i, j, rule, ok in log
    ]
    return [Work(w, tuple(sorted(works[w]))) for w in sorted(works)], sorted(merges, key=lambda m: (m.node, m.left, m.right, m.rule))


def alone(e: Entry, sketch: Sketch) -> str:
    """The id of the paper of an entry that shares nothing with any other one."""
    return node_id(Kind.PAPER, _key([sketch]) or _key_of_abstracts([_folded(e)]))


def _pairs(sketches: Sequence[Sketch], entry: Callable[[int], Entry], abstract: Callable[[int], str]) -> Iterable[tuple[int, int, str]]:
    """Neighbours in each block, strongest rule first; small blocks whole, in a large one every entry with the first and the one before it."""
    for rule, values in (("arXiv id", [e.arxiv_id for e in sketches]), ("DOI", [e.doi for e in sketches])):
        yield from ((i, j, rule) for i, j in _neighbours(values))
    yield from ((i, j, IDENTIFIER) for i, j in _neighbours_of_several([e.identifiers for e in sketches]))
    for i, j in _neighbours([e.head if len(e.head) >= LEAST else None for e in sketches]):
        # A cut-off abstract is the beginning of the whole one.
        if abstract(i).startswith(abstract(j)) or abstract(j).startswith(abstract(i)):
            yield i, j, "abstract"
    # A record that says little goes to the one of several papers of its title that it agrees with.
    alike = list(_neighbours([e.title if len(e.title) > 7 else None for e in sketches]))
    yield from ((i, j, "title") for i, j in sorted(alike, key=lambda x: (*_distance(entry(x[0]), entry(x[1])), sketches[x[0]].title)))
    yield from ((i, j, SUBTITLE) for i, j in _neighbours([e.main if len(e.main) > 5 else None for e in sketches]) if sketches[i].title != sketches[j].title)


def _neighbours(values: Sequence[str | None]) -> Iterable[tuple[int, int]]:
    return _neighbours_of_several([(v,) if v else () for v in values])


def _neighbours_of_several(values: Sequence[Sequence[str]]) -> Iterable[tuple[int, int]]:
    blocks: dict[str, list[int]] = defaultdict(list)
    for i, vs in enumerate(values):
        for v in vs:
            blocks[v].append(i)
    for _, members in sorted(blocks.items()):
        for n, j in enumerate(members[1:], 1):
            # Small blocks whole; a large one (a page pasted many times) by neighbours.
            for i in members[:n] if len(members) <= WHOLE else dict.fromkeys((members[0], members[n - 1])):
                yield i, j


def title_key(title: str) -> str:
    """A title as it is compared: folded, without the signs that sources leave out or put in (full stops, quotes, marks of footnotes, markup of italics and indices)."""
    return _SIGNS.sub("", fold(_MARKUP.sub("", title).replace("&", " and ")))


_SIGNS = re.compile(r"(?<!\d)\.|\.(?!\d)|[:;,!?*†'\"“”‘’()\[\]]")  # the point of a number stays
_MARKUP = re.compile(r"</?(?:i|b|em|sub|sup|scp|tt|jats:\w+|mml:\w+)\b[^<>]{0,200}>", re.I)
# Titles that many papers bear: what else is known must agree.
_COMMON = re.compile(
    r"(?:(?:editorial|preface|foreword|erratum|corrigendum|contents|obituary|announcement|welcome|annual|proceedings|book review|in memoriam)\b"
    r"|(?:introduction|correction|reply|response|comment|discussion|index)(?=\W*$|\s?[:.–—]|\s(?:to|on|of|from|by|for)\b))",
    re.I,
)
# Words that make another publication of one about a paper.
_ABOUT = re.compile(r"\b(?:errat(?:um|a)|corrigend(?:um|a)|correction|reply|response|comments?|supplement\w*|appendix|retraction|addendum)\b", re.I)


def _years_apart(a: Entry, b: Entry) -> int | None:
    return abs(int(a.date[:4]) - int(b.date[:4])) if a.date and b.date else None


def _venues_differ(a: Entry, b: Entry) -> bool:
    left, right = (core(e.venue) if e.venue else None for e in (a, b))
    return bool(left and right and not ({venue_key(x) for x in left if x} & {venue_key(x) for x in right if x}))


def _distance(a: Entry, b: Entry) -> tuple[bool, int]:
    """How little two records of one title agree: whether their venues differ, and how many years they are apart."""
    years = _years_apart(a, b)
    return _venues_differ(a, b), 1 if years is None else years


def _share_an_author(a: Entry, b: Entry) -> bool:
    left, right = ({name_key(p.name) for p in e.authors} for e in (a, b))
    if left & right:
        return True
    families: dict[str, list[str]] = defaultdict(list)
    for y in right:
        families[_family(y)].append(y)
    return any(compatible(x, y) for x in left for y in families.get(_family(x), ())) or any(swapped(x) in right for x in left)


def _same_by_title(a: Entry, b: Entry, abstract_a: str, abstract_b: str) -> bool:
    """Equal titles are one paper if an author may be shared or one side names none; "Editorial" of two groups, volumes or years is two papers, as is a yearly report."""
    years = _years_apart(a, b)
    if years is not None and years > GAP:
        return False
    if _COMMON.match(a.field(a.title) or "") and (years or _venues_differ(a, b)):
        return False
    if a.authors and b.authors:
        return _share_an_author(a, b) or (a.truncated_authors != b.truncated_authors and abstract_a[:HEAD] == abstract_b[:HEAD])
    return not abstract_a or not abstract_b or abstract_a[:HEAD] == abstract_b[:HEAD] or bool(a.authors or b.authors)


def _main(title: str) -> str:
    """A title without what follows its colon or dash, as it is compared."""
    return title_key(re.split(r":\s|\s[-\u2013\u2014]\s|\?\s", title, maxsplit=1)[0])


def _coined(title: str) -> bool:
    """Whether what stands before a subtitle is a name that somebody made up ("TideNet", "BERT", "S4"), and no word."""
    name = re.split(r":\s", title, maxsplit=1)[0].strip()
    if len(name.split()) != 1:
        return False
    small = re.search(r"[a-z0-9]", name)
    inner = small is not None and re.search(r"[A-Z]", name[small.end() :]) is not None
    return inner or re.match(r"[A-Z]{2}", name) is not None or ("A" <= name[0] <= "Z" and re.search(r"\d", name) is not None)


def _same_but_for_subtitle(a: Entry, b: Entry, abstract_a: str, abstract_b: str) -> bool:
    """Another subtitle, or none, is another version of a paper if all authors agree, as do numbers and parts, years within two, venues, and the abstracts' words; where
    both have a subtitle both must have an abstract too, or a coined name before it."""
    if not a.authors or len(a.authors) != len(b.authors) or a.truncated_authors or b.truncated_authors:
        return False
    keys_a, keys_b = ([name_key(p.name) for p in e.authors] for e in (a, b))
    if set(keys_a) != set(keys_b) and not all(map(compatible, keys_a, keys_b)):
        return False
    title_a, title_b = (e.field(e.title) or "" for e in (a, b))
    if _parts(a) != _parts(b) or set(map(str.lower, _ABOUT.findall(title_a))) != set(map(str.lower, _ABOUT.findall(title_b))) or _COMMON.match(title_a):
        return False
    if (_years_apart(a, b) or 0) > 2 or _venues_differ(a, b):
        return False
    if not abstract_a or not abstract_b:
        return _main(title_a) == title_key(title_a) or _main(title_b) == title_key(title_b) or _coined(title_a)
    words_a, words_b = (set(re.findall(r"\w{4,}", (e.field(e.abstract) or "").lower())) for e in (a, b))
    return len(words_a & words_b) >= ALIKE * min(len(words_a), len(words_b))


def _shared(a: Entry, b: Entry, rule: str) -> str:
    """What two entries have in common, or would have to have."""
    if rule == "arXiv id" or rule == "DOI":
        return (a.arxiv_id if rule == "arXiv id" else a.doi) or ""
    if rule == IDENTIFIER:
        return ", ".join(sorted(set(a.identifiers) & set(b.identifiers)))
    if rule == "abstract":
        return f"“{beginning(a.field(a.abstract) or '')}”"
    return " | ".join(dict.fromkeys(" ".join((e.field(e.title) or "").split()) for e in (a, b)))


def _parts(e: Entry) -> list[str]:
    """The numbers of a title, Roman ones too, and its parts: Part I is not Part II, nor Part A Part B."""
    title = e.field(e.title) or ""
    return sorted([*re.findall(r"\d+|\b[IVX]+\b", title), *(x.lower() for x in re.findall(r"\b(?:part|volume|chapter)\s+([A-Za-z]+)\b", title, re.I))])


_AGREE = {"title": _same_by_title, SUBTITLE: _same_but_for_subtitle}


def _family(key: str) -> str:
    return parse(key).family


def _known_of(e: Entry, abstract: str) -> str:
    return "|".join((abstract, *(name_key(p.name) for p in e.authors), e.date or "", e.venue or ""))


def _key(entries: Sequence[Sketch]) -> str | None:
    for prefix, values in (
        ("arxiv:", [e.arxiv_id for e in entries]),
        ("doi:", [e.doi for e in entries if not e.doi or not _COPY.match(e.doi)]),
        ("doi:", [e.doi for e in entries]),
        ("title:", [e.title for e in entries]),
    ):
        found = sorted(v for v in values if v)
        if found:
            return prefix + found[0]
    return None


def _key_of_abstracts(abstracts: Iterable[str]) -> str:
    return "abstract:" + content_id(max(abstracts, key=lambda a: (len(a), a)))
