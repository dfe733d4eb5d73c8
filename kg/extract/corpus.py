"""The corpus table: what the recogniser says of each name over many abstracts, and which open lists hold it."""

from __future__ import annotations

import gzip
import math
from dataclasses import dataclass
from pathlib import Path

KINDS = ("Method", "Dataset", "Benchmark", "Task", "Metric")


@dataclass(frozen=True, slots=True)
class Row:
    """In how many abstracts a folded name was tagged as what, in how many it stands at all and in how many of these in lower case; `lists` by kind."""

    tagged: tuple[int, ...]
    seen: int
    lower: int
    lists: tuple[int, ...]


_NOTHING = Row((0, 0, 0, 0, 0), 0, 0, (0, 0, 0, 0, 0))


class CorpusTable:
    """Rows by folded name. `candidates` are the names that are worth looking for where the recogniser saw nothing."""

    def __init__(self, rows: dict[str, Row]) -> None:
        self.rows = rows
        self.candidates = {
            k
            for k, r in rows.items()
            if len(k) > 2
            and ((sum(r.tagged) >= 3 and sum(r.tagged) >= 0.25 * (r.seen + 1)) or (any(r.lists) and r.lower <= 0.5 * r.seen and 4 * sum(r.tagged) >= r.seen))
        }

    def features(self, key: str | None) -> list[float]:
        """Shares of the kinds, log counts, share of tagged among seen, share of lower case, open lists; -1 where there is no key."""
        if key is None:
            return [-1.0] * (len(KINDS) + 4 + len(KINDS))
        row = self.rows.get(key, _NOTHING)
        total = sum(row.tagged)
        shares = [t / (total + 1) for t in row.tagged]
        return [*shares, math.log1p(total), math.log1p(row.seen), min(1.0, total / (row.seen + 1)), row.lower / (row.seen + 1), *map(float, row.lists)]

    def head_features(self, word: str) -> list[float]:
        """How the last word alone is tagged."""
        row = self.rows.get(word, _NOTHING)
        total = sum(row.tagged)
        return [min(1.0, total / (row.seen + 1)), row.tagged[3] / (total + 1), row.tagged[0] / (total + 1)]


def load(path: Path) -> CorpusTable:
    rows = {}
    with gzip.open(path, "rt", encoding="utf-8") as f:
        for line in f:
            name, *numbers = line.rstrip("\n").split("\t")
            n = tuple(map(int, numbers))
            rows[name] = Row(n[:5], n[5], n[6], n[7:12])
    return CorpusTable(rows)


def save(rows: dict[str, Row], path: Path) -> None:
    with gzip.GzipFile(path, "wb", mtime=0) as f:
        for name in sorted(rows):
            r = rows[name]
            f.write(("\t".join([name, *map(str, (*r.tagged, r.seen, r.lower, *r.lists))]) + "\n").encode())
