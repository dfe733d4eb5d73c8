"""Which names on papers are one person's.

Block → score → constrain → cluster, over signatures (a name on a paper, kg.resolve.signatures):

1. *block*: family name and first letter of the given name; in a block, names that can be one person's (kg.resolve.personal);
2. *score*: an ORCID decides, a correction too; else trees that were trained on disambiguated authors (kg.resolve.training_people) give the
   chance that two signatures are one person's, from what they share and how common the name is (kg.resolve.likeness);
3. *constrain*: authors of one paper, other ORCIDs, and given names that do not go together are never one, whatever the score;
4. *cluster*: disjoint sets, the surest pairs first. What nothing speaks for stays apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from kg.model import Kind, Merge, node_id
from kg.resolve.blocks import Block, Link, block_out_of, groups_of
from kg.resolve.cluster import UnionFind
from kg.resolve.corrections import PersonDecision, Renaming, pairs, renamed
from kg.resolve.likeness import COUNTS, Counts, Named, Pile, named, read_counts, swapped_pairs
from kg.resolve.personal import compatible, name_key, parse, swapped
from kg.resolve.signatures import Authorship, Signature, signatures
from kg.text import plain
from kg.trees import Trees, load

MODEL = "people.npz"
CUT = 0.58
# Where a paper has one author there are no co-authors to miss: less must speak for one person.
CUT_ALONE = 0.32
# Where a list is cut short ("et al.") every page of a common name has chances in the middle, and one link in fifty is enough to join all of it.
CUT_SHORT = 0.8
DOUBT = 0.25  # least chance at which two persons of one name are reported as perhaps one
TOLD = 3  # such persons at most
DECIDED, ORCID, LEARNED = "a correction says so", "same ORCID", "learned from names, co-authors, affiliations, titles, venues and years"
SWAPPED = "family name first, and shared co-authors or affiliation"
FORMS = "another form of the name, and shared co-authors"
PARTED, ONE_PAPER, OTHER_ORCID, OTHER_NAME = (
    "but a correction keeps them apart", "but both are authors of one paper", "but their ORCIDs differ", "but their given names differ"
)  # fmt: skip
ONE_NAME = "same full name, case and accents folded"
ONE_PLACE = "one author of one paper, in two entries"


@dataclass(frozen=True, slots=True)
class Identity:
    """A resolved person; `authorships` are indices into what was resolved."""

    id: str
    name: str
    variants: tuple[str, ...]
    orcid: str | None
    authorships: tuple[int, ...]


@dataclass(slots=True)
class Cluster:
    """What must not meet in one person: papers, names, ORCIDs, and the two sides of each pair that a correction keeps apart."""

    papers: set[str]
    names: set[str]
    orcids: set[str]
    sides: set[tuple[int, int]] = field(default_factory=set)

    def conflict(self, other: Cluster) -> str | None:
        """Why two clusters can't be one person, if they can't."""
        if any((n, 1 - side) in other.sides for n, side in self.sides):
            return PARTED
        if self.papers & other.papers:
            return ONE_PAPER
        if self.orcids and other.orcids and not self.orcids & other.orcids:
            return OTHER_ORCID
        if not all(compatible(a, b) or swapped(a) == b for a in self.names for b in other.names):
            return OTHER_NAME
        return None

    def take(self, other: Cluster) -> None:
        self.papers |= other.papers
        self.names |= other.names
        self.orcids |= other.orcids
        self.sides |= other.sides


@dataclass(frozen=True)
class Judge:
    """What was learned: how common names are, and the trees that judge pairs."""

    counts: Counts
    trees: Trees

    @classmethod
    def load(cls, folder: Path) -> Judge:
        return cls(read_counts(folder / COUNTS), load(folder / MODEL))


@lru_cache(maxsize=1)
def shipped() -> Judge:
    """The judge that comes with the package."""
    return Judge.load(Path(__file__).parent)


class Judged(NamedTuple):
    """The persons of a block, whose authorships are the block's, and its merges."""

    people: list[Identity]
    merges: list[Merge]


def resolve_people(
    authorships: Sequence[Authorship], decided: Sequence[PersonDecision] = (), renamings: Sequence[Renaming] = (), judge: Judge | None = None
) -> tuple[list[Identity], list[Merge]]:  # fmt: skip
    """Persons in the order of their ids; what was joined, and what was kept apart although something spoke for joining it. Blocks are judged one by one."""
    authorships = renamed(authorships, renamings)
    found = signatures(authorships)
    return resolve_signatures(found, authorships, named(found), decided, judge)


def resolve_signatures(
    found: Sequence[Signature], authorships: Sequence[Authorship], others: Mapping[str, Named], decided: Sequence[PersonDecision] = (), judge: Judge | None = None,
    sizes: Mapping[str, int] | None = None,
) -> tuple[list[Identity], list[Merge]]:  # fmt: skip
    """The same from signatures: all there are, or all of some groups (`groups_of`), with what is known of the names of their co-authors."""
    judge = judge or shipped()
    same, apart = pairs(found, authorships, decided)
    crossing = [*crossings(found, judge), *(Link(i, j, DECIDED, 1.0) for i, j in same)]
    groups = groups_of(found, [(x.left, x.right) for x in crossing] + apart, sizes)
    of_group = {i: g for g, members in enumerate(groups) for i in members}
    at = {i: n for members in groups for n, i in enumerate(members)}
    links: dict[int, list[Link]] = defaultdict(list)
    parted: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for x in crossing:
        links[of_group[x.left]].append(Link(at[x.left], at[x.right], x.rule, x.score))
    for i, j in apart:
        parted[of_group[i]].append((at[i], at[j]))
    people: list[Identity] = []
    merges: list[Merge] = []
    for g, members in enumerate(groups):
        signed = [found[i] for i in members]
        if len(members) == 1:
            person = _alone(signed[0], authorships)
            people.append(person)
            merges += _spellings(signed, authorships, {0: person}) if len(signed[0].members) > 1 else ()
        else:
            block, own = block_out_of(signed, authorships, others, links.get(g, ()), parted.get(g, ()))
            ours, said = judged(block, judge or shipped())
            people += [replace(p, authorships=tuple(own[i] for i in p.authorships)) for p in ours]
            merges += said
    return sorted(people, key=lambda p: p.id), sorted(merges, key=lambda m: (m.node, m.left, m.right, m.rule, m.evidence))


def judged(block: Block, judge: Judge) -> Judged:
    """The persons of a block, and what was joined or kept apart."""
    found = block.signatures
    pile = Pile(found, judge.counts, block.others)
    sets, log = _clusters(found, [*block.links, *_learned(pile, judge)], block.apart)
    members: dict[int, list[int]] = defaultdict(list)
    for i in range(len(found)):
        members[sets.find(i)].append(i)
    people = dict(zip(members, _identities(found, block.authorships, list(members.values()))))
    merges = [*_spellings(found, block.authorships, {i: people[sets.find(i)] for i in range(len(found))}), *_merges(pile, sets, log, people)]
    return Judged(list(people.values()), merges)


# ---- which pairs may be one


def crossings(found: Sequence[Signature], judge: Judge | None = None) -> Iterator[Link]:
    """Links that go from block to block, or may."""
    yield from _certain(found)
    yield from (Link(i, j, SWAPPED, 0.7) for i, j in swapped_pairs(found, (judge or shipped()).counts))


def _certain(found: Sequence[Signature]) -> Iterator[Link]:
    first: dict[str, int] = {}
    for i, s in enumerate(found):
        for orcid in sorted(s.orcids):
            j = first.setdefault(orcid, i)
            if j != i:
                yield Link(j, i, ORCID, 1.0)


def _learned(pile: Pile, judge: Judge) -> Iterator[Link]:
    """What the trees say of a block's pairs, and which are two forms of one name."""
    near = list(pile.pairs())
    if not near:
        return
    chances = judge.trees.probabilities(pile.features(near))[:, 1]
    yield from (Link(i, j, LEARNED, round(float(p), 4)) for (i, j), p in zip(near, chances) if p >= DOUBT)
    yield from (Link(i, j, FORMS, 0.7) for i, j in near if pile.other_form(i, j))


# ---- who is joined


def _clusters(found: Sequence[Signature], links: Iterable[Link], apart: Iterable[tuple[int, int]]) -> tuple[UnionFind[int], list[tuple[Link, str | None]]]:
    """Disjoint sets of signatures, and each link that was tried with None where it joined, else the reason why it did not."""
    sets = UnionFind(range(len(found)))
    state = [Cluster({s.paper}, {s.key}, set(s.orcids)) for s in found]
    for n, pair in enumerate(apart):
        for side, i in enumerate(pair):
            state[i].sides.add((n, side))
    log: list[tuple[Link, str | None]] = []
    for link in sorted(links, key=lambda x: (x.rule != DECIDED, x.rule != ORCID, -x.score, x.left, x.right)):
        a, b = sets.find(link.left), sets.find(link.right)
        if a == b:
            continue
        if link.rule == LEARNED and link.score < _cut(found[link.left], found[link.right]):
            log.append((link, "too little speaks for one person"))
            continue
        why = state[a].conflict(state[b])
        if why is None or _overruled(link, why, found):
            root = sets.join(a, b)
            state[root].take(state[b if root == a else a])
            why = None
        log.append((link, why))
    return sets, log


def _cut(a: Signature, b: Signature) -> float:
    """The least chance at which two signatures are one person's."""
    return CUT_SHORT if a.cut_short or b.cut_short else CUT if a.coauthors and b.coauthors else CUT_ALONE


def _overruled(link: Link, why: str, found: Sequence[Signature]) -> bool:
    """A correction stands above ORCIDs and names, and above one paper where it names two authors of it; an ORCID stands above names."""
    if link.rule == DECIDED:
        return why in (OTHER_ORCID, OTHER_NAME) or (why == ONE_PAPER and found[link.left].paper == found[link.right].paper)
    return link.rule == ORCID and why == OTHER_NAME


# ---- what comes out


def _alone(s: Signature, authorships: Sequence[Authorship]) -> Identity:
    """Who signs but once, as `_identities` gives them: most people of a pile."""
    if len(s.members) > 1:
        return _identities([s], authorships, [[0]])[0]
    a = authorships[s.members[0]]
    printed = {plain(a.printed)} - {plain(a.name)} if a.printed else ()
    return Identity(node_id(Kind.AUTHOR, s.key), plain(a.name), tuple(sorted(printed)), a.orcid or None, (s.members[0],))


def _identities(found: Sequence[Signature], authorships: Sequence[Authorship], clusters: Sequence[list[int]]) -> list[Identity]:
    """A person for each cluster, in order. A name that several persons bear goes with an ORCID, or with the first of their papers, into the id."""
    keys = [_key(found, members) for members in clusters]
    orcids = [sorted({o for i in members for o in found[i].orcids}) for members in clusters]
    bearers, known = Counter(keys), Counter((key, *o) for key, o in zip(keys, orcids))
    out = []
    for key, own, members in zip(keys, orcids, clusters):
        orcid = own[0] if len(own) == 1 else None
        first = " ".join(map(str, min((found[i].paper, a.entry, a.position) for i in members for a in (authorships[m] for m in found[i].members))))
        mark = "" if bearers[key] == 1 else f" {orcid if orcid and known[key, orcid] == 1 else first}"
        indices = sorted(m for i in members for m in found[i].members)
        names = Counter(plain(authorships[m].name) for m in indices)
        name = min(names, key=lambda n: (not parse(name_key(n)).whole, n.isupper() or n.islower() or "," in n, -names[n], -sum(not c.isascii() for c in n), n))
        printed = {plain(authorships[m].printed) for m in indices if authorships[m].printed}
        out.append(Identity(node_id(Kind.AUTHOR, key + mark), name, tuple(sorted({*names, *printed} - {name})), orcid, tuple(indices)))
    return out


def _key(found: Sequence[Signature], members: Sequence[int]) -> str:
    """The fullest name of a cluster."""
    return max({found[i].key for i in members}, key=lambda k: (len(parse(k).whole) > 0, len(k), k))


def _spellings(found: Sequence[Signature], authorships: Sequence[Authorship], person: dict[int, Identity]) -> Iterator[Merge]:
    """Spellings of one name that make no difference, and the names of one author in several entries of a paper."""
    called = {p.id: p.name for p in person.values()}
    forms: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for i, s in enumerate(found):
        for m in s.members:
            forms[person[i].id, name_key(authorships[m].name)][plain(authorships[m].name)] += 1
        first = plain(authorships[s.members[0]].name)
        for m in s.members[1:]:
            other = plain(authorships[m].name)
            if name_key(other) != name_key(first):
                said = f"entries {authorships[s.members[0]].entry}, {authorships[m].entry}"
                yield Merge(person[i].id, Kind.AUTHOR, first, other, ONE_PLACE, 1.0, True, said, s.paper, s.paper)
    for (node, _), names in forms.items():
        first, *others = sorted(names, key=lambda n: (n != called[node], -names[n], n))
        for other in others:
            yield Merge(node, Kind.AUTHOR, first, other, ONE_NAME, 1.0, True, f"{names[other]} of {sum(names.values())} times")


def _merges(pile: Pile, sets: UnionFind[int], log: Sequence[tuple[Link, str | None]], people: dict[int, Identity]) -> Iterator[Merge]:
    """Each link that joined, and for each person the strongest that did not: one to another person, and TOLD at most."""
    met: set[frozenset[int]] = set()
    told: Counter[int] = Counter()
    for link, why in log:
        a, b = sets.find(link.left), sets.find(link.right)
        pair = frozenset((a, b))
        if (why is None) != (a == b) or pair in met:
            continue
        if why is not None:
            met.add(pair)
        left, right = pile.signatures[link.left], pile.signatures[link.right]
        said = f"“{left.title or left.paper}” and “{right.title or right.paper}”: {pile.because(link.left, link.right)}"
        rule = link.rule if why is None else f"{link.rule}, {why}"
        for root in sorted(pair):
            if why is None or told[root] < TOLD:
                told[root] += why is not None
                yield Merge(people[root].id, Kind.AUTHOR, left.name, right.name, rule, link.score, why is None, said, left.paper, right.paper)
