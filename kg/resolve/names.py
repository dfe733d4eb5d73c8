"""Which names are one thing: one normal form, acronym with its long form, another form that an entry gives; numbers must agree.

Block → score → constrain → cluster, over one pool of names a family of kinds (data sets and benchmarks share one):

1. *block*: names of one normal form (kg.resolve.normal) are one block, and one name;
2. *score*: pairs of blocks that an entry, an acronym or a head that adds nothing proposes, each with its rule's score;
3. *constrain*: numbers must agree, an acronym of several long forms joins none of them. A constraint outranks any score, and what it kept
   apart is recorded beside what was joined;
4. *cluster*: disjoint sets, the best pairs first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from kg.model import Kind, Merge, node_id
from kg.resolve import acronyms
from kg.resolve.cluster import UnionFind
from kg.resolve.normal import normal, numbers, proper, stands_for, without_head
from kg.resolve.usages import FAMILIES, Decision, Usage, explained, filed, lines_of
from kg.text import fold, singular_acronym

DECIDED = "a correction says so"
SCORES = {
    DECIDED: 1.0,
    "acronym of the long form in one entry": 0.95, "alias in one entry": 0.9, "long forms of one acronym, in other words": 0.9, "a head that adds nothing": 0.9,
    "names that are known to be one": 0.85, "acronym that is always explained so": 0.85,
}  # fmt: skip
BY_NEIGHBOURS = "acronym of two things, by the names beside it"
SEVERAL = 3  # entries that give two names for one thing, before it is believed of other entries
NEIGHBOURS = 2  # names in common with the papers of one long form, none with those of another


@dataclass(frozen=True, slots=True)
class Thing:
    """A resolved entity: `mentions` are indices into the mentions that were resolved."""

    id: str
    kind: Kind
    key: str
    name: str
    aliases: tuple[str, ...]
    long_form: str | None
    mentions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A proposal to join two blocks, by their normal forms."""

    left: str
    right: str
    rule: str

    @classmethod
    def of(cls, one: str, other: str, rule: str) -> Pair:
        """A pair whose sides do not depend on who comes first."""
        left, right = sorted((one, other))
        return cls(left, right, rule)

    @property
    def score(self) -> float:
        return SCORES[self.rule]


@dataclass(frozen=True)
class Pool:
    """The mentions of one family: the block of each, all forms in which each block is written, and what their acronyms stand for.

    `homonyms` are blocks of acronyms that mean several of the pool's long forms, or may: the normal forms of these by each. `settled` has
    acronyms of several long forms of which all papers but a few mean one: the normal forms of that. `guessed` has the mentions that were
    filed by their neighbours.
    """

    mentions: Sequence[Usage]
    keys: Sequence[str]
    forms: dict[str, Counter[str]]
    homonyms: dict[str, list[str]]
    settled: dict[str, frozenset[str]]
    guessed: frozenset[int]


def resolve_names(
    mentions: Sequence[Usage], decided: Sequence[Decision] = (), beside: Mapping[str, Set[str]] | None = None
) -> tuple[list[Thing], list[Merge]]:  # fmt: skip
    """Things in the order of their ids, and every merge made or refused. What is `decided` outranks all else.

    `beside` has the blocks (`filed`) of all names of each entry, if the mentions are only those that may have to do with each other (`touched`).
    """
    if beside is None:
        of_entry: dict[str, set[str]] = defaultdict(set)
        for m in mentions:
            of_entry[m.entry].add(filed(m))
        beside = of_entry
    things: list[Thing] = []
    merges: list[Merge] = []
    for family in FAMILIES:
        indices = [i for i, m in enumerate(mentions) if m.kind in family]
        mine = [d for d in decided if d.kind is None or d.kind in family]
        pool = _blocks([mentions[i] for i in indices], beside, mine, family[0])
        clusters, log = _clusters(pool, *_keys_of(pool, mine, family[0]))
        found = _things(pool, clusters, indices)
        things += found.values()
        merges += _merges(pool, clusters, log, found)
    return sorted(things, key=lambda t: t.id), sorted(set(merges), key=lambda m: (m.node, m.left, m.right, m.rule))


def _blocks(mentions: Sequence[Usage], beside: Mapping[str, Set[str]], decided: Sequence[Decision], kind: Kind) -> Pool:
    """A mention is filed under its long form. One with an ambiguous acronym alone is filed by its neighbours, or under the acronym: it stays apart."""
    homonyms, settled = _meanings(mentions)
    split = _split(decided, kind)
    keys = [split.get(fold(m.name), filed(m)) for m in mentions]
    guessed = _guessed(mentions, keys, beside, homonyms)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for i, (m, key) in enumerate(zip(mentions, keys)):
        if i not in guessed:
            long, _ = explained(m)
            forms[key][long if long and normal(long, m.kind) == key else m.name] += 1
    return Pool(mentions, [guessed.get(i, key) for i, key in enumerate(keys)], forms, homonyms, settled, frozenset(guessed))


def _meanings(mentions: Sequence[Usage]) -> tuple[dict[str, list[str]], dict[str, frozenset[str]]]:
    """A pool's `homonyms` and `settled`."""
    longs: dict[str, set[str]] = defaultdict(set)
    written: dict[str, set[str]] = defaultdict(set)
    for m in mentions:
        long, shorts = explained(m)
        for short in shorts if long else ():
            if long and normal(short, m.kind) != normal(long, m.kind):
                longs[normal(short, m.kind)].add(long)
                written[normal(short, m.kind)].add(singular_acronym(short))
    homonyms, settled = {}, {}
    for short, found in longs.items():
        normals = {normal(f, mentions[0].kind) for f in found}
        meant = [acronyms.table()[s] for s in sorted(written[short]) if s in acronyms.table()]
        sure = frozenset().union(*(m.forms for m in meant if m.sure))
        if normals & sure:
            settled[short] = sure
        elif not _one(found, mentions[0].kind) or any(not m.sure and not normals & m.forms for m in meant):
            homonyms[short] = sorted(normals)
    return homonyms, settled


def _guessed(mentions: Sequence[Usage], keys: Sequence[str], beside: Mapping[str, Set[str]], homonyms: dict[str, list[str]]) -> dict[int, str]:
    """The blocks of long forms under which ambiguous acronyms are filed: the papers of that one, and of no other, name things that this paper names too."""
    company: dict[str, set[str]] = defaultdict(set)
    for m, key in zip(mentions, keys):
        company[key].update(beside[m.entry] - {key})
    guessed = {}
    for i, (m, key) in enumerate(zip(mentions, keys)):
        if key in homonyms:
            shared = {long: len(company[long] & (beside[m.entry] - {key})) for long in homonyms[key] if long in company and long not in homonyms}
            best = max(shared, key=lambda long: (shared[long], long), default=None)
            if best is not None and shared[best] >= NEIGHBOURS and sum(map(bool, shared.values())) == 1:
                guessed[i] = best
    return guessed


def _one(longs: Iterable[str], kind: Kind) -> bool:
    """Whether all these long forms of one acronym are one in other words."""
    first, *others = sorted(longs)
    return all(acronyms.alike(first, f) or normal(first, kind) == normal(f, kind) for f in others)


def _split(decided: Sequence[Decision], kind: Kind) -> dict[str, str]:
    """Blocks of their own for names of one normal form that a person wants apart, by their folded spelling."""
    apart = [(d.left, d.right) for d in decided if not d.same and normal(d.left, kind) == normal(d.right, kind)]
    return {fold(name): f"{normal(name, kind)}|{fold(name)}" for pair in apart for name in pair}


def _keys_of(pool: Pool, decided: Sequence[Decision], kind: Kind) -> tuple[list[Pair], set[frozenset[str]]]:
    """What a person decided, as pairs of blocks to join and to keep apart."""
    split = _split(decided, kind)
    key = lambda name: split.get(fold(name), normal(name, kind))
    pairs = [(key(d.left), key(d.right), d.same) for d in decided]
    there = [(a, b, same) for a, b, same in pairs if a != b and {a, b} <= pool.forms.keys()]
    return [Pair.of(a, b, DECIDED) for a, b, same in there if same], {frozenset((a, b)) for a, b, same in there if not same}


def _clusters(pool: Pool, same: Sequence[Pair], apart: set[frozenset[str]]) -> tuple[UnionFind[str], list[tuple[Pair, bool]]]:
    """The blocks in disjoint sets, and each pair that was tried with whether it was joined; `same` are joined first, those `apart` never."""
    clusters = UnionFind(sorted(pool.forms))
    counted = {k: {numbers(k)} for k in pool.forms}
    members = {k: {k} for k in pool.forms}
    log = [(Pair.of(min(pair), max(pair), DECIDED), False) for pair in sorted(apart, key=sorted)]
    for pair in sorted({*_proposed(pool), *same}, key=lambda p: (-p.score, p.left, p.right, p.rule)):
        a, b = clusters.find(pair.left), clusters.find(pair.right)
        if a == b:
            continue
        parted = any(frozenset((x, y)) in apart for x in members[a] for y in members[b]) if apart else False
        allowed = not parted and (pair.rule == DECIDED or _may_join(counted[a], counted[b], pair.rule))
        if not parted or pair.rule == DECIDED:
            log.append((pair, allowed))
        if allowed:
            root = clusters.join(a, b)
            counted[root], members[root] = counted[a] | counted[b], members[a] | members[b]
    return clusters, log


def _proposed(pool: Pool) -> Iterator[Pair]:
    yield from _aliases(pool)
    yield from _long_forms(pool)
    yield from _known(pool)
    for key in pool.forms:
        for form in pool.forms[key]:
            bare = without_head(form, pool.mentions[0].kind)
            if bare in pool.forms and bare != key:
                yield Pair.of(bare, key, "a head that adds nothing")
            meaning = acronyms.table().get(singular_acronym(form))
            if meaning and meaning.sure and key not in pool.homonyms and normal(form, pool.mentions[0].kind) == key:
                for long in meaning.forms & pool.forms.keys() - {key}:
                    yield Pair.of(long, key, "acronym that is always explained so")


def _known(pool: Pool) -> Iterator[Pair]:
    """Names of one line of known.tsv."""
    for line in lines_of(frozenset(m.kind for m in pool.mentions)):
        first, *others = sorted(line & pool.forms.keys() - pool.homonyms.keys()) or [""]
        for other in others:
            yield Pair(first, other, "names that are known to be one")


def _aliases(pool: Pool) -> Iterator[Pair]:
    """A name and another form of it that one entry gives, where that form is a name of its own in the pool.

    An acronym is the long form everywhere. Of other forms only a proper name is: where a paper says "segmentation" for short, all papers
    on segmentation are not about what that one is about, unless several papers say so. A part of a name never stands for the name.
    """
    shared: dict[tuple[str, str], set[str]] = defaultdict(set)
    said: dict[tuple[str, str], set[str]] = defaultdict(set)
    for m, key in zip(pool.mentions, pool.keys):
        for alias in _other_forms(m, key):
            shared[m.entry, normal(alias, m.kind)].add(key)
            said[key, normal(alias, m.kind)].add(m.entry)
    told = {key for m, key in zip(pool.mentions, pool.keys) if m.aliases or m.long_form}
    for m, key in zip(pool.mentions, pool.keys):
        shorts = {normal(s, m.kind) for s in explained(m)[1]}
        for alias in _other_forms(m, key):
            other = normal(alias, m.kind)
            if not other or other == key or other not in pool.forms or {other, key} & pool.homonyms.keys() or len(shared[m.entry, other]) > 1:
                continue
            if alias == m.name and other in told:
                continue  # who is called so there may be somebody else: another entry says what it means by that
            if other in shorts and key in pool.settled.get(other, (key,)):
                yield Pair.of(key, other, "acronym of the long form in one entry")
            elif other in shorts or other in key or key in other:
                continue
            elif (
                (_proper(alias) and _proper(m.name))
                or _shortened(m.name, alias)
                or _shortened(alias, m.name)
                or len(said[key, other]) >= SEVERAL
                or acronyms.alike(m.name, alias)
            ):
                yield Pair.of(key, other, "alias in one entry")


def _other_forms(m: Usage, key: str) -> list[str]:
    """What else an entry calls a thing: its aliases, and its name where that is filed under another form."""
    return [*m.aliases, *([m.name] if normal(m.name, m.kind) != key else [])]


def _shortened(long: str, short: str) -> bool:
    """Whether a name is another with an acronym for its first words: "OOD detection" for "out-of-distribution detection"."""
    head, _, tail = short.partition(" ")
    return bool(tail) and fold(long).endswith(fold(tail)) and stands_for(head, long[: len(long) - len(tail)]) and any(c.isupper() for c in head[1:])


def _proper(name: str) -> bool:
    """Whether a name is one word with a capital inside or a digit."""
    return " " not in name and proper(name)


def _long_forms(pool: Pool) -> Iterator[Pair]:
    """Long forms that share an acronym and differ in an ending or a small word: graph convolution network, graph convolutional networks."""
    by_short: dict[str, dict[str, str]] = defaultdict(dict)
    for m, key in zip(pool.mentions, pool.keys):
        long, shorts = explained(m)
        for short in shorts if long else ():
            if normal(long or "", m.kind) == key:
                by_short[normal(short, m.kind)].setdefault(key, long or "")
    for found in by_short.values():
        keys = sorted(found)
        for n, a in enumerate(keys):
            for b in keys[n + 1 :]:
                if acronyms.alike(found[a], found[b]):
                    yield Pair(a, b, "long forms of one acronym, in other words")


def _may_join(left: set[tuple[str, ...]], right: set[tuple[str, ...]], rule: str) -> bool:
    """Numbers must agree; a long form may leave out those of its acronym, and the other way round (Generative Pre-trained Transformer 3)."""
    if rule in ("acronym of the long form in one entry", "names that are known to be one"):
        left, right = left - {()}, right - {()}
        return not left or not right or left == right
    return left == right


def _things(pool: Pool, clusters: UnionFind[str], indices: Sequence[int]) -> dict[str, Thing]:
    """By the representative of each set."""
    members: dict[str, list[int]] = defaultdict(list)
    for i, key in enumerate(pool.keys):
        members[clusters.find(key)].append(i)
    return {root: _thing(pool.mentions, members[root], [pool.keys[i] for i in members[root]], indices) for root in sorted(members)}


def _merges(pool: Pool, clusters: UnionFind[str], log: Sequence[tuple[Pair, bool]], things: dict[str, Thing]) -> Iterator[Merge]:
    """What was joined and what was kept apart: forms of one block, pairs of blocks, and acronyms that mean several things."""
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    # By the normal form too: only so is it told of mentions alone that touch each other, whatever else is in the pool.
    written = lambda form: (normal(form, pool.mentions[0].kind), fold(form))
    for m in pool.mentions:
        for form in {m.name, *m.aliases, m.long_form or m.name}:
            places[written(form)].add(m.entry)

    def merge(key: str, left: str, right: str, rule: str, score: float, joined: bool) -> Merge:
        thing = things[clusters.find(key)]
        return Merge(thing.id, thing.kind, left, right, rule, score, joined, _said(left, places[written(left)], right, places[written(right)]))

    for pair, joined in log:
        yield merge(pair.left, _shown(pool, pair.left), _shown(pool, pair.right), pair.rule, pair.score, joined)
    for key, forms in pool.forms.items():
        of_fold: dict[str, str] = {}
        for form in sorted(forms, key=lambda f: (-forms[f], f)):
            of_fold.setdefault(fold(form), form)
        first, *others = of_fold.values()
        for other in others:
            yield merge(key, first, other, "one name but for number, spelling or a head that adds nothing", 1.0, True)
    for i in sorted(pool.guessed):
        yield merge(pool.keys[i], _shown(pool, pool.keys[i]), pool.mentions[i].name, BY_NEIGHBOURS, 0.7, True)
    for short in sorted(pool.homonyms.keys() & pool.forms.keys()):
        for long in pool.homonyms[short]:
            if long in pool.forms and clusters.find(long) != clusters.find(short):
                yield merge(short, _shown(pool, short), _shown(pool, long), "acronym that may mean something else here", 0.5, False)


def _said(left: str, left_in: set[str], right: str, right_in: set[str]) -> str:
    """Where two forms stand: in the first entries that have both, else in the first of each."""
    both = sorted(left_in & right_in)
    if both:
        return f"both in entry {', '.join(both[:3])}{' …' if len(both) > 3 else ''}"
    return "; ".join(f"{name} in entry {min(entries)}" for name, entries in ((left, left_in), (right, right_in)) if entries)


def _thing(mentions: Sequence[Usage], members: list[int], keys: list[str], indices: Sequence[int]) -> Thing:
    if len(members) == 1:
        return _one_thing(mentions[members[0]], keys[0], indices[members[0]])
    kinds = Counter(mentions[i].kind for i in members)
    # The kind of most mentions; a data set where they are even.
    kind = max(kinds, key=lambda k: (kinds[k], k is Kind.DATASET, k.value))
    key = min(Counter(keys).items(), key=lambda x: (-x[1], x[0]))[0]
    long_forms = Counter(" ".join(form.split()) for i in members if (form := mentions[i].long_form))
    long_form = min(long_forms, key=lambda f: (-long_forms[f], f)) if long_forms else None
    names = Counter(mentions[i].name for i in members)
    best = long_form or min(names, key=lambda f: (-names[f], f.islower(), f))
    shorts = Counter(a for i in members if mentions[i].long_form for a in explained(mentions[i])[1])
    # An acronym that most papers use is what people look for in a graph; the long form stays beside it.
    name = min(shorts, key=lambda f: (-shorts[f], len(f), f)) if shorts else best
    if sum(any(fold(f) == fold(name) for f in (mentions[i].name, *mentions[i].aliases)) for i in members) * 2 < len(members):
        name = best
    aliases = tuple(sorted({x for i in members for x in (mentions[i].name, *mentions[i].aliases)} - {name}))
    return Thing(node_id(kind, key), kind, key, name, aliases, long_form, tuple(indices[i] for i in members))


def _one_thing(m: Usage, key: str, index: int) -> Thing:
    """A thing that is named but once, as `_thing` gives it: most things of a pile."""
    long_form = " ".join(m.long_form.split()) if m.long_form else None
    shorts = explained(m)[1] if m.long_form else ()
    best = min(shorts, key=lambda f: (len(f), f), default=long_form or m.name)
    name = best if any(fold(f) == fold(best) for f in (m.name, *m.aliases)) else long_form or m.name
    return Thing(node_id(m.kind, key), m.kind, key, name, tuple(sorted({m.name, *m.aliases} - {name})), long_form, (index,))


def _shown(pool: Pool, key: str) -> str:
    """The commonest form of a block."""
    return min(pool.forms[key], key=lambda f: (-pool.forms[key][f], f))
