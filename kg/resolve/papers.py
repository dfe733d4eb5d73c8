"""Which entries describe one paper: same arXiv id, DOI or other identifier, title, abstract, or title but for its subtitle, unless something says that they are two."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.model import Entry, Kind, Merge, content_id, node_id
from kg.resolve.cluster import UnionFind
from kg.resolve.personal import name_key, parse
from kg.text import beginning, fold

HEAD = 80  # folded characters of an abstract that must agree before two are compared whole
IDENTIFIER = "identifier of an index"
SUBTITLE = "title but for its subtitle"
ALIKE = 0.6  # of the words of the shorter abstract that the other must have too
# DOIs of copies that servers and archives keep: they name the paper, but another DOI beside them is no contradiction.
_COPY = re.compile(
    r"10\.(?:48550/arxiv\.|1101/|21203/rs|2139/ssrn|20944/preprints|36227/techrxiv|26434/chemrxiv|3121[9]/osf|3123[4-5]/osf|5281/zenodo|6084/m9|22541/)", re.I
)
LEAST = 60  # an abstract shorter than this says too little to know a paper by


@dataclass(frozen=True, slots=True)
class Work:
    """A paper and the entries that describe it, as indices."""

    id: str
    entries: tuple[int, ...]


def resolve_papers(entries: Sequence[Entry]) -> tuple[list[Work], list[Merge]]:
    """Papers in the order of their ids; every merge by its rule, and equal titles that were kept apart."""
    keys = [str(i) for i in range(len(entries))]
    titles = [fold(e.field(e.title) or "") for e in entries]
    abstracts = [re.sub(r"(?:\.\.\.|…)$", "", fold(e.field(e.abstract) or "")) for e in entries]
    sets = UnionFind(keys)
    arxiv: dict[str, set[str]] = {k: {e.arxiv_id} if e.arxiv_id else set() for k, e in zip(keys, entries)}
    dois: dict[str, set[str]] = {k: {e.doi} if e.doi and not _COPY.match(e.doi) else set() for k, e in zip(keys, entries)}
    log = []
    for i, j, rule in _pairs(entries, titles, abstracts):
        a, b = sets.find(keys[i]), sets.find(keys[j])
        if a == b:
            continue
        conflict = any(x and y and not x & y for x, y in ((arxiv[a], arxiv[b]), (dois[a], dois[b])))
        same = _AGREE.get(rule, lambda *_: True)(entries[i], entries[j], abstracts[i], abstracts[j])
        log.append((i, j, rule, not conflict and same))
        if not conflict and same:
            root = sets.join(a, b)
            arxiv[root], dois[root] = arxiv[a] | arxiv[b], dois[a] | dois[b]
    members: dict[str, list[int]] = defaultdict(list)
    for i, k in enumerate(keys):
        members[sets.find(k)].append(i)
    chosen = {root: _key([entries[i] for i in m], [titles[i] for i in m], [abstracts[i] for i in m]) for root, m in members.items()}
    taken: dict[str, list[str]] = defaultdict(list)
    for root, key in chosen.items():
        taken[key].append(root)
    ids = {}
    for key, roots in taken.items():
        for root in roots:
            # Two papers of one title: what else is known tells them apart.
            extra = (
                ""
                if len(roots) == 1
                else " " + content_id(*sorted({abstracts[i] + "|" + "|".join(name_key(p.name) for p in entries[i].authors) for i in members[root]}))
            )
            ids[root] = node_id(Kind.PAPER, key + extra)
    works: dict[str, list[int]] = defaultdict(list)
    for root, m in members.items():
        works[ids[root]] += m
    merges = [
        Merge(ids[sets.find(keys[i])], Kind.PAPER, entries[i].id, entries[j].id, f"same {rule}", 1.0, ok, _shared(entries[i], entries[j], rule))
        for i, j, rule, ok in log
    ]
    return [Work(w, tuple(sorted(works[w]))) for w in sorted(works)], sorted(merges, key=lambda m: (m.node, m.left, m.right, m.rule))


def _pairs(entries: Sequence[Entry], titles: Sequence[str], abstracts: Sequence[str]) -> Iterable[tuple[int, int, str]]:
    """Neighbours in each block, strongest rule first; in a block every entry is compared with the first and with the one before it."""
    for rule, values in (("arXiv id", [e.arxiv_id for e in entries]), ("DOI", [e.doi for e in entries])):
        yield from ((i, j, rule) for i, j in _neighbours(values))
    yield from ((i, j, IDENTIFIER) for i, j in _neighbours_of_several([e.identifiers for e in entries]))
    heads = [a[:HEAD] if len(a) >= LEAST else None for a in abstracts]
    for i, j in _neighbours(heads):
        # A cut-off abstract is the beginning of the whole one.
        if abstracts[i].startswith(abstracts[j]) or abstracts[j].startswith(abstracts[i]):
            yield i, j, "abstract"
    yield from ((i, j, "title") for i, j in _neighbours([t if len(t) > 7 else None for t in titles]))
    mains = [_main(e.field(e.title) or "") for e in entries]
    yield from ((i, j, SUBTITLE) for i, j in _neighbours([m if len(m) > 5 else None for m in mains]) if titles[i] != titles[j])


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
            for i in members[:n] if len(members) <= 20 else {members[0], members[n - 1]}:
                yield i, j


def _same_by_title(a: Entry, b: Entry, abstract_a: str, abstract_b: str) -> bool:
    """Equal titles are one paper if an author is shared or one side names none; "Editorial" of two groups is two papers."""
    if a.authors and b.authors:
        return bool({_family(p.name) for p in a.authors} & {_family(p.name) for p in b.authors}) or (
            a.truncated_authors != b.truncated_authors and abstract_a[:HEAD] == abstract_b[:HEAD]
        )
    return not abstract_a or not abstract_b or abstract_a[:HEAD] == abstract_b[:HEAD] or bool(a.authors or b.authors)


def _main(title: str) -> str:
    """A title without what follows its colon or dash, folded."""
    return fold(re.split(r":\s|\s[-\u2013\u2014]\s|\?\s", title, maxsplit=1)[0])


def _same_but_for_subtitle(a: Entry, b: Entry, abstract_a: str, abstract_b: str) -> bool:
    """Another subtitle is another version of a paper if all authors agree, as do numbers and parts, years within two, and the abstracts' words where both are there."""
    if not a.authors or {name_key(p.name) for p in a.authors} != {name_key(p.name) for p in b.authors} or a.truncated_authors or b.truncated_authors:
        return False
    if _parts(a) != _parts(b) or (a.date and b.date and abs(int(a.date[:4]) - int(b.date[:4])) > 2):
        return False
    if not abstract_a or not abstract_b:
        return True
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
    """The numbers of a title, Roman ones too: Part I is not Part II."""
    return sorted(re.findall(r"\d+|\b[IVX]+\b", e.field(e.title) or ""))


_AGREE = {"title": _same_by_title, SUBTITLE: _same_but_for_subtitle}


def _family(name: str) -> str:
    return parse(name_key(name)).family


def known_by(e: Entry) -> list[str]:
    """The identifiers of an entry, as references name them."""
    doi = e.doi if e.doi and not e.doi.startswith("10.48550/arxiv.") else None
    return [*([f"arxiv:{e.arxiv_id}"] if e.arxiv_id else []), *([f"doi:{doi}"] if doi else []), *e.identifiers]


def _key(entries: Sequence[Entry], titles: Sequence[str], abstracts: Sequence[str]) -> str:
    for prefix, values in (
        ("arxiv:", [e.arxiv_id for e in entries]),
        ("doi:", [e.doi for e in entries if not e.doi or not _COPY.match(e.doi)]),
        ("doi:", [e.doi for e in entries]),
        ("title:", titles),
    ):
        found = sorted(v for v in values if v)
        if found:
            return prefix + found[0]
    return "abstract:" + content_id(max(abstracts, key=lambda a: (len(a), a)))
