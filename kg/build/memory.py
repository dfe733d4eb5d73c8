"""What a folder remembers of the blocks of people that it judged, so that a later build judges only those that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from kg import tables
from kg.build.processes import Spread
from kg.model import Kind, Merge
from kg.resolve import Identity
from kg.resolve.blocks import Block
from kg.resolve.people import Judged, judged, version

TOGETHER = 1_000  # signatures that a process judges at once


@dataclass
class Memory:
    """Judgements by the key of their block, as rows: those of the folder, and those that were used or made in this build."""

    spread: Spread
    tell: Callable[[str, int, int], None]
    folder: Path | None = None
    now: dict[str, dict] = field(default_factory=dict)

    def judging(self, blocks: Sequence[Block]) -> Iterator[Judged]:
        """The judgement of each block, in order."""
        keys = [f"{version()}:{b.key}" for b in blocks]
        before = self._before()
        fresh = (found for some in self.spread(_judged, _together(blocks, [n for n, key in enumerate(keys) if key not in before])) for found in some)
        for n, key in enumerate(keys, 1):
            found = before[key] if key in before else next(fresh)
            self.now[key] = found
            self.tell("people", n, len(keys))
            yield _out_of(found)

    def _before(self) -> dict[str, dict]:
        if self.folder is None or not (self.folder / "blocks.parquet").is_file():
            return {}
        return {row["block"]: row for row in tables.read(self.folder, "blocks").to_pylist()}

    def table(self) -> pa.Table:
        return tables.table([row | {"block": key} for key, row in sorted(self.now.items())], tables.BLOCKS)


def _out_of(row: dict) -> Judged:
    people = [Identity(p["id"], p["name"], tuple(p["variants"]), p["orcid"], tuple(p["authorships"])) for p in row["people"]]
    return Judged(people, [Merge(**m | {"kind": Kind.AUTHOR}) for m in row["merges"]])


def _as_row(found: Judged) -> dict:
    people = [{"id": p.id, "name": p.name, "variants": list(p.variants), "orcid": p.orcid, "authorships": list(p.authorships)} for p in found.people]
    return {"people": people, "merges": [{f: getattr(m, f) for f in _MERGE} for m in found.merges]}


_MERGE = [f for f in tables.MERGES.names if f != "kind"]


def _together(blocks: Sequence[Block], wanted: Sequence[int]) -> Iterator[list[Block]]:
    """Those blocks, as many at once as are worth sending."""
    some: list[Block] = []
    many = 0
    for n in wanted:
        some.append(blocks[n])
        many += len(some[-1].signatures)
        if many >= TOGETHER:
            yield some
            some, many = [], 0
    if some:
        yield some


def _judged(blocks: Sequence[Block]) -> list[dict]:
    return [_as_row(judged(b)) for b in blocks]
