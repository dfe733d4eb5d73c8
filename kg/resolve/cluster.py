"""Clusters out of pairs: disjoint sets whose representative does not depend on the order of the joins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

Member = TypeVar("Member", str, int)


class UnionFind(Generic[Member]):
    """Disjoint sets over strings or numbers with path halving (Tarjan and van Leeuwen, "Worst-case analysis of set union algorithms", Journal of the ACM 31, 1984);
    the smallest member represents a set."""

    def __init__(self, members: Iterable[Member]) -> None:
        self.parent: dict[Member, Member] = {m: m for m in members}

    def add(self, member: Member) -> None:
        """A set of its own, unless the member is in one already."""
        self.parent.setdefault(member, member)

    def find(self, member: Member) -> Member:
        while self.parent[member] != member:
            self.parent[member] = self.parent[self.parent[member]]
            member = self.parent[member]
        return member

    def join(self, left: Member, right: Member) -> Member:
        """Unite two sets and return the representative of the whole."""
        a, b = sorted((self.find(left), self.find(right)))
        self.parent[b] = a
        return a
