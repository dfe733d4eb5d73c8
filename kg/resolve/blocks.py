"""Blocks of signatures: what is judged by itself, since nobody in it can be anybody outside."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from kg.resolve.cluster import UnionFind
from kg.resolve.likeness import Named
from kg.resolve.personal import parse
from kg.resolve.signatures import Authorship, Signature

LARGE = 20_000  # signatures of a block, above which those with different first names, or an initial, are not compared: no block may outgrow a machine


class Link(NamedTuple):
    """Two signatures that may be one person's, why, and with what chance."""

    left: int
    right: int
    rule: str
    score: float


class Block(NamedTuple):
    """What is resolved by itself: signatures whose names can be one person's, or which an ORCID, a correction or a name in another order links, with their
    authorships, what the pile knows of the names that are co-authors of several of them, those links, and the pairs that a correction keeps apart."""

    signatures: Sequence[Signature]
    authorships: Sequence[Authorship]
    others: Mapping[str, Named]
    links: Sequence[Link] = ()
    apart: Sequence[tuple[int, int]] = ()


def block_out_of(
    found: Sequence[Signature], authorships: Sequence[Authorship], others: Mapping[str, Named], links: Sequence[Link], apart: Sequence[tuple[int, int]]
) -> tuple[Block, list[int]]:  # fmt: skip
    """Signatures as a block with just its own, and its authorships as indices into all."""
    ours, own = [], [m for s in found for m in s.members]
    at = 0
    for s in found:
        ours.append(replace(s, members=list(range(at, at := at + len(s.members)))))
    return Block(ours, [authorships[m] for m in own], {c: others[c] for s in ours for c in s.coauthors if c in others}, links, apart), own


def groups_of(found: Sequence[Signature], crossing: Iterable[tuple[int, int]], sizes: Mapping[str, int] | None = None) -> list[list[int]]:
    """Signatures by family name and first letter, and those blocks together that a link crosses; in order. `sizes` are those of the blocks, if there are more signatures than here."""
    sizes = sizes or Counter(block_of(s.key) for s in found)
    blocks = [block_of(s.key, sizes[block_of(s.key)]) for s in found]
    sets = UnionFind(set(blocks))
    for i, j in crossing:
        sets.join(blocks[i], blocks[j])
    groups: dict[str, list[int]] = defaultdict(list)
    for i, b in enumerate(blocks):
        groups[sets.find(b)].append(i)
    return [groups[root] for root in sorted(groups)]


def block_of(key: str, size: int = 0) -> str:
    """The block of a name, in which so many signatures are."""
    name = parse(key)
    return f"{name.block[0]} {name.family}" if size <= LARGE else f"{name.block[0]} {name.family} {name.whole}"
