"""Which names are one thing: exact folded form, acronym with its long form, plural; digits and versions must agree.

Block → score → constrain → cluster, over one pool of names a family of kinds (data sets and benchmarks share one). A constraint outranks
any score, and what it kept apart is recorded beside what was joined.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.model import Kind, Mention, Merge, node_id
from kg.resolve.cluster import UnionFind
from kg.text import fold

# Data sets and benchmarks are one family: a paper's word for a thing may be either, the thing is one.
FAMILIES: tuple[tuple[Kind, ...], ...] = ((Kind.METHOD,), (Kind.DATASET, Kind.BENCHMARK), (Kind.TASK,), (Kind.METRIC,))


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
    """A proposal to join two folded names."""

    left: str
    right: str
    rule: str
    score: float


def resolve_names(mentions: Sequence[Mention]) -> tuple[list[Thing], list[Merge]]:
    """Things in the order of their ids, and every merge made or refused."""
    things, merges = [], []
    for family in FAMILIES:
        indices = [i for i, m in enumerate(mentions) if m.kind in family]
        found, log = _family([mentions[i] for i in indices], indices)
        things += found
        merges += log
    return sorted(things, key=lambda t: t.id), sorted(merges, key=lambda m: (m.node, m.left, m.right, m.rule))


def _family(mentions: Sequence[Mention], indices: Sequence[int]) -> tuple[list[Thing], list[Merge]]:
    keys, homonyms = _keys(mentions)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for m, key in zip(mentions, keys):
        forms[key][m.name] += 1
    clusters = UnionFind(sorted(forms))
    log: list[tuple[Pair, bool]] = []
    digits = {k: {_digits(k)} for k in forms}
    for pair in sorted(
        {*_alias_pairs(mentions, keys, set(forms), homonyms), *_plural_pairs(forms), *_head_pairs(forms, mentions)},
        key=lambda p: (-p.score, p.left, p.right, p.rule),
    ):
        a, b = clusters.find(pair.left), clusters.find(pair.right)
        if a == b:
            continue
        allowed = _may_join(digits[a], digits[b], pair.rule)
        log.append((pair, allowed))
        if allowed:
            root = clusters.join(a, b)
            digits[root] = digits[a] | digits[b]
    members: dict[str, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        members[clusters.find(key)].append(i)
    things, node_of = [], {}
    for root in sorted(members):
        thing = _thing(mentions, members[root], [keys[i] for i in members[root]], indices)
        things.append(thing)
        node_of[root] = thing
    merges = [
        Merge(node_of[clusters.find(p.left)].id, node_of[clusters.find(p.left)].kind, _shown(forms, p.left), _shown(forms, p.right), p.rule, p.score, ok)
        for p, ok in log
    ]
    return things, merges


def _keys(mentions: Sequence[Mention]) -> tuple[list[str], set[str]]:
    """The folded name under which each mention is filed, and the acronyms that stand for several long forms in the pile.

    A mention with a long form is filed under that. One with an ambiguous acronym alone is filed under the acronym: it stays apart.
    """
    longs: dict[str, set[str]] = defaultdict(set)
    for m in mentions:
        if m.long_form:
            for short in _shorts(m):
                longs[short].add(_singular(fold(m.long_form)))
    return [fold(m.long_form or m.name) for m in mentions], {short for short, long in longs.items() if len(long) > 1}


def _shorts(m: Mention) -> list[str]:
    """Folded forms of a mention that are acronyms of its long form."""
    if not m.long_form:
        return []
    return sorted({fold(a) for a in m.aliases if len(a) < len(m.long_form) and " " not in a and any(c.isupper() for c in a)})


def _alias_pairs(mentions: Sequence[Mention], keys: Sequence[str], known: set[str], homonyms: set[str]) -> Iterable[Pair]:
    """A name and another form of it that one entry gives, where that form is a name of its own in the pile."""
    shared: dict[tuple[str, str], set[str]] = defaultdict(set)
    for m, key in zip(mentions, keys):
        for alias in m.aliases:
            shared[m.entry, fold(alias)].add(key)
    for m, key in zip(mentions, keys):
        shorts = set(_shorts(m))
        for alias in m.aliases:
            folded = fold(alias)
            if not folded or folded == key or folded not in known or folded in homonyms or len(shared[m.entry, folded]) > 1:
                continue
            yield Pair(
                *sorted((key, folded)), "acronym of the long form in one entry" if folded in shorts else "alias in one entry", 0.95 if folded in shorts else 0.9
            )


def _plural_pairs(forms: dict[str, Counter[str]]) -> Iterable[Pair]:
    """A plural and its singular, where both are names in the pile: GANs and GAN, transformers and transformer; not Keras and Kera."""
    for key in forms:
        if not key.endswith("s") or len(key) < 4 or key.endswith(("ss", "us", "is")):
            continue
        singular = key[:-1]
        if singular in forms and all(_plural(f) for f in forms[key]):
            yield Pair(*sorted((singular, key)), "plural", 0.9)


# Words behind a name that say only what it is.
_HEADS = {
    Kind.METHOD: ("method", "methods", "model", "models", "algorithm", "algorithms", "framework", "approach"),
    Kind.DATASET: ("dataset", "datasets", "data set", "corpus", "benchmark", "benchmarks"),
}


def _head_pairs(forms: dict[str, Counter[str]], mentions: Sequence[Mention]) -> Iterable[Pair]:
    """ "GLUE benchmark" and "GLUE", "HOOD method" and "HOOD": a proper name with a word behind it that adds nothing, where both are in the pile."""
    if not mentions:
        return
    heads = _HEADS.get(Kind.DATASET if mentions[0].kind in (Kind.DATASET, Kind.BENCHMARK) else mentions[0].kind, ())
    for key in forms:
        for form in forms[key]:
            name = next((form[: -len(h) - 1] for h in heads if form.lower().endswith(f" {h}")), "")
            bare = fold(name)
            if bare in forms and bare != key and " " not in name and any(c.isupper() or c.isdigit() for c in name[1:]):
                yield Pair(*sorted((bare, key)), "a head that adds nothing", 0.9)
                break


def _singular(key: str) -> str:
    """A folded name without the s of a plural, so that one long form in both numbers is not taken for two."""
    return key[:-1] if len(key) > 3 and key.endswith("s") and not key.endswith(("ss", "us", "is")) else key


def _plural(form: str) -> bool:
    word = re.split(r"[\s\-/]", form)[-1]
    if not word.endswith("s"):
        return False
    stem = word[:-1]
    return (stem.isalpha() and (" " in form or "-" in form or form.islower())) or any(c.isupper() for c in stem[1:]) or stem.isupper()


def _digits(key: str) -> str:
    return " ".join(re.findall(r"\d+(?:\.\d+)?", key))


def _may_join(left: set[str], right: set[str], rule: str) -> bool:
    """Digits and version parts must agree; a long form may leave out the digits of its acronym (Generative Pre-trained Transformer 3)."""
    if rule.startswith("acronym"):
        left, right = left - {""}, right - {""}
        return not left or not right or left == right
    return left == right


def _thing(mentions: Sequence[Mention], members: list[int], keys: list[str], indices: Sequence[int]) -> Thing:
    kinds = Counter(mentions[i].kind for i in members)
    # The kind of most mentions; a data set where they are even.
    kind = max(kinds, key=lambda k: (kinds[k], k is Kind.DATASET, k.value))
    key = min(Counter(keys).items(), key=lambda x: (-x[1], x[0]))[0]
    long_forms = Counter(" ".join(mentions[i].long_form.split()) for i in members if mentions[i].long_form)
    long_form = min(long_forms, key=lambda f: (-long_forms[f], f)) if long_forms else None
    names = Counter(mentions[i].name for i in members)
    best = long_form or min(names, key=lambda f: (-names[f], f.islower(), f))
    shorts = Counter(a for i in members if mentions[i].long_form for a in mentions[i].aliases if fold(a) in _shorts(mentions[i]))
    # An acronym that most papers use is what people look for in a graph; the long form stays beside it.
    name = min(shorts, key=lambda f: (-shorts[f], len(f), f)) if shorts else best
    if sum(any(fold(f) == fold(name) for f in (mentions[i].name, *mentions[i].aliases)) for i in members) * 2 < len(members):
        name = best
    aliases = tuple(sorted({x for i in members for x in (mentions[i].name, *mentions[i].aliases)} - {name}))
    return Thing(node_id(kind, key), kind, key, name, aliases, long_form, tuple(indices[i] for i in members))


def _shown(forms: dict[str, Counter[str]], key: str) -> str:
    return min(forms[key], key=lambda f: (-forms[key][f], f))
