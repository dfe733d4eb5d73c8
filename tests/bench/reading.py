"""How fast files are read, and in how much memory.

    python -m tests.bench.reading [--megabytes 2048]

JSON lines of the length of arXiv records (1.5 kB) alone, beside `json.loads` of the same lines in the same run; then a large file of each kind of frame,
each in a process of its own: records a second, megabytes a second, and the peak of the process's memory, which must not grow with the file.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kg.model import Entry
from kg.readers import stream
from kg.readers.inputs import inputs
from tests.bench import Ratio

WORDS = "tide harbour level gated recurrent network forecast sensor water dataset benchmark method result outperform train model data we propose on the of and".split()


def record(r: random.Random, n: int) -> dict:
    return {
        "id": f"2301.{n % 100000:05d}", "title": " ".join(r.choices(WORDS, k=9)).capitalize(), "abstract": " ".join(r.choices(WORDS, k=190)) + ".",
        "authors": [f"{r.choice(WORDS).capitalize()} {r.choice(WORDS).capitalize()}son" for _ in range(4)], "categories": ["cs.LG", "stat.ML"], "date": f"20{r.randint(10, 25)}-0{r.randint(1, 9)}-11",
        "comment": "12 pages", "url": f"https://arxiv.org/abs/2301.{n % 100000:05d}",
    }  # fmt: skip


def jsonl(d: dict) -> str:
    return json.dumps(d) + "\n"


def bibtex(d: dict) -> str:
    return f"@article{{k{d['id']},\n  title = {{{d['title']}}},\n  author = {{{' and '.join(d['authors'])}}},\n  year = {{{d['date'][:4]}}},\n  abstract = {{{d['abstract']}}}\n}}\n"


def xml(d: dict) -> str:
    return (
        f'<article key="a/{d["id"]}">'
        + "".join(f"<author>{a}</author>" for a in d["authors"])
        + f"<title>{d['title']}.</title><year>{d['date'][:4]}</year><note>{d['abstract']}</note></article>\n"
    )


def table(d: dict) -> str:
    return f'{d["id"]},"{d["title"]}","{"; ".join(d["authors"])}",{d["date"]},"{d["abstract"]}"\n'


# Name: format, what stands before, a record, what stands after.
KINDS: dict[str, tuple[str, str, Callable[[dict], str], str]] = {
    "JSON lines": ("jsonl", "", jsonl, ""), "JSON array": ("jsonl", "[\n", lambda d: json.dumps(d) + ",\n", "{}]\n"), "XML": ("dblp", "<dblp>\n", xml, "</dblp>\n"),
    "CSV": ("csv", "id,title,authors,date,abstract\n", table, ""), "BibTeX": ("bibtex", "", bibtex, ""),
}  # fmt: skip


def write(path: Path, kind: str, size: int) -> None:
    _, before, one, after = KINDS[kind]
    r = random.Random(7)
    block = "".join(one(record(r, n)) for n in range(2000))
    with path.open("w", encoding="utf-8") as f:
        f.write(before)
        for _ in range(max(1, size // len(block))):
            f.write(block)
        f.write(after)


def measure(path: str, format: str) -> None:
    """In a process of its own: records, seconds, peak in MB."""
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    n = sum(isinstance(x, Entry) for x in stream(inputs([Path(path)])[0], format=format))
    print(n, time.perf_counter() - start, base, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main(arguments: list[str]) -> list[Ratio]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=2048, help="size of the file of JSON lines; the others have an eighth of it")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.measure:
        measure(*chosen.measure)
        return []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "alone.jsonl"
        write(path, "JSON lines", 40 << 20)
        lines, rates, ratios = path.read_bytes().splitlines(), [], []
        for _ in range(5):
            start = time.perf_counter()
            for line in lines:
                json.loads(line)
            bare = time.perf_counter() - start
            start = time.perf_counter()
            n = sum(isinstance(x, Entry) for x in stream(inputs([path])[0], format="jsonl"))
            taken = time.perf_counter() - start
            rates.append(n / taken)
            ratios.append(taken / bare)
        print(
            f"JSON lines alone: {statistics.median(rates):,.0f} records/s, {statistics.median(ratios):.1f} times as long as json.loads alone (median of five)"
        )
        found = [Ratio("time of reading JSON lines against `json.loads` alone", f"{statistics.median(ratios):.1f}")]
        print("kind\tMB\trecords\trecords/s\tMB/s\tpeak MB\tover the start")
        for kind in KINDS:
            size = (chosen.megabytes if kind == "JSON lines" else chosen.megabytes // 8) << 20
            path = Path(folder) / "large"
            write(path, kind, size)
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.reading", "--measure", str(path), KINDS[kind][0]], capture_output=True, text=True, check=True
            )
            n, seconds, base, peak = map(float, done.stdout.split())
            print(
                f"{kind}\t{path.stat().st_size >> 20}\t{n:.0f}\t{n / seconds:,.0f}\t{path.stat().st_size / seconds / 2**20:.1f}\t{peak:.0f}\t{peak - base:.0f}",
                flush=True,
            )
            found.append(Ratio(f"MB at the peak beyond the start, reading {path.stat().st_size >> 20} MB of {kind}", f"{peak - base:.0f}"))
            path.unlink()
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
