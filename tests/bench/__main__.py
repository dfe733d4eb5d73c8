"""The benches of speed and size in one run, and one table of what they found: python -m tests.bench [--only extraction_speed …] [--sizes 1000 10000 100000] [--megabytes 2048]

Each has a process of its own and tells its details as it goes; the table comes last.
"""

from __future__ import annotations

import argparse
from multiprocessing import get_context

from tests.bench import run

BENCHES = ("extraction_speed", "reading", "neo4j_load", "views", "growth")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="+", choices=BENCHES, default=BENCHES)
    parser.add_argument("--sizes", nargs="+", default=["1000", "10000"], help="entries, of growth")
    parser.add_argument("--megabytes", default="2048", help="of the file that reading reads")
    chosen = parser.parse_args()
    given = {"growth": chosen.sizes, "reading": ["--megabytes", chosen.megabytes]}
    found = []
    for name in chosen.only:
        print(f"\n== {name}", flush=True)
        with get_context("spawn").Pool(1) as alone:
            found += alone.apply(run, (name, given.get(name, [])))
    print("\n| what | figure | wanted |\n|---|---|---|")
    for ratio in found:
        print(f"| {' | '.join(ratio)} |")


if __name__ == "__main__":
    main()
