"""Clusters out of pairs: disjoint sets whose representative does not depend on the order of the joins."""

from __future__ import annotations

from collections.abc import Iterable


class UnionFind:
    """Disjoint sets over strings with path halving; the smallest member represents a set."""

    def __init__(self, members: Iterable[str]) -> None:
        self.parent = {m: m for m in members}

    def find(self, member: str) -> str:
        while self.parent[member] != member:
            self.parent[member] = self.parent[self.parent[member]]
            member = self.parent[member]
        return member

    def join(self, left: str, right: str) -> str:
        """Unite two sets and return the representative of the whole."""
        a, b = sorted((self.find(left), self.find(right)))
        self.parent[b] = a
        return a
