"""How long resolving people takes, and how it grows: papers of a list of arXiv records, one core.

python -m tests.bench.people_resolution DATA [papers …]
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from itertools import islice
from pathlib import Path

from kg.resolve import Authorship, resolve_people


def authorships(data: Path, papers: int) -> list[Authorship]:
    with gzip.open(data / "arxiv/abstracts.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in islice(lines, papers)]
    return [
        Authorship(r["id"], r["id"], n, name, None, (), r["title"], int(r["date"][:4]) if r.get("date") else None, None)
        for r in records for n, name in enumerate(r["authors"], 1)
    ]  # fmt: skip


def main(data: Path, counts: list[int]) -> None:
    before = None
    for n in counts:
        found = authorships(data, n)
        start = time.process_time()
        people, merges = resolve_people(found)
        took = time.process_time() - start
        growth = f", {took / before[1] / (n / before[0]):.2f} of linear growth" if before else ""
        print(f"{n:,} papers, {len(found):,} authorships, {len(people):,} people, {len(merges):,} merges: {took:.1f} s{growth}", flush=True)
        before = n, took


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(a) for a in sys.argv[2:]] or [3_000, 10_000, 30_000])
