"""How a build grows: time, and memory of all its processes, for more and more abstracts; the parts of it; what an increment costs; how soon questions answer.

    python -m tests.bench.growth [1000 10000 100000] [--jobs 2] [--data FILE.jsonl[.gz] …]

FILE holds JSON lines as `kg build` reads them; lines are drawn from all files, the same ones each time. Everything is one run on one machine: compare its
rows. Memory is the greatest sum, over all processes of the build, of what each has in memory, its share of what they share (PSS). `parts` are the steps of
the build done by themselves, one after the other, in one process that asks as many others for help; `build` is the command from its start to its end.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from kg.queries import by_theme, find
from tests.bench import Ratio
from tests.conftest import SHARED

ADDED = 100  # entries of an increment
ROUNDS = 3


def drawn(files: list[Path], n: int) -> list[str]:
    """So many of the files' lines."""
    lines = [line for path in files for line in (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8")]
    random.Random(9).shuffle(lines)
    assert len(lines) >= n, f"{len(lines)} lines are not {n}"
    return lines[:n]


def measured(*arguments: object) -> tuple[float, float]:
    """Seconds, and gigabytes at peak over all processes, of a kg command."""
    start = time.perf_counter()
    running = subprocess.Popen([sys.executable, "-m", "kg.cli", *map(str, arguments)], stderr=subprocess.DEVNULL)
    peak = 0
    while running.poll() is None:
        peak = max(peak, sum(map(_held, _family(running.pid))))
        time.sleep(0.1)
    assert running.returncode == 0, arguments
    return time.perf_counter() - start, peak / 1e6


def _family(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [process, *(p for child in children for p in _family(int(child)))]


def _held(process: int) -> int:
    """Kilobytes."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


def parts(path: Path, out: Path, jobs: int) -> Iterator[tuple[str, float]]:
    """The steps of a build, each with its seconds."""
    from kg import tables
    from kg.build import Memory, Pile, Wishes, _extracted, assemble, processes, read_pile, resolve, united
    from kg.stores import embedded

    out.mkdir()
    start = time.perf_counter()

    def lap() -> float:
        nonlocal start
        now, before = time.perf_counter(), start
        start = now
        return now - before

    pile = united(Pile.empty(), read_pile([path]))
    yield "read", lap()
    memory = Memory()
    with processes(jobs) as spread:
        pile = _extracted(pile, pile.entries["content"].combine_chunks()[:0], Wishes(), spread, lambda *_: None)
        yield "extract", lap()
    made = defaultdict(list)
    made["entries"].append(pile.entries), made["mentions"].append(pile.mentions)
    with processes(jobs) as spread:
        stock = {"entries": pile.entries, "mentions": pile.mentions}
        done = lambda name, t: made[name].append(t)
        assemble(*resolve(stock, Wishes(), {}, spread, memory, done), done)
        yield "resolve, assemble", lap()
    with tables.Writer(out) as file:
        for name in list(made):
            for t in made.pop(name):
                file.add(name, t)
    yield "write tables", lap()
    del t, pile, memory
    embedded.write(out)
    yield "write database", lap()


def answers(folder: Path) -> dict[str, float]:
    """Seconds of each question, and of opening the folder and of `stats`; parameters are names that are there."""
    from kg.analysis import statistics as stats
    from kg.stores import answer, open_store

    start = time.perf_counter()
    store = open_store(folder, None)
    found = {"open": time.perf_counter() - start}
    start = time.perf_counter()
    stats(folder)
    found["stats"] = time.perf_counter() - start
    best = {}
    for kind in ("Author", "Method", "Dataset", "Task", "Metric", "Organization", "Category", "Venue", "Benchmark", "Repository"):
        rows = store.ask(f"MATCH (n:{kind}) RETURN n.label AS label, n.papers AS papers ORDER BY papers DESC, label LIMIT 2", {})
        best[kind] = [r["label"] for r in rows] or ["nobody"] * 2
    best["Paper"] = [r["label"] for r in store.ask("MATCH (p:Paper) WHERE p.stub = false RETURN p.label AS label, p.id AS id ORDER BY id LIMIT 2", {})]
    used: dict[str, int] = {}
    for q in by_theme():
        given: dict[str, Any] = {}
        for p in q.parameters:
            if p.required:
                kind = p.kinds[0].value if p.kinds else ""
                names = best.get(kind) or ["attention"]
                given[p.name] = names[used.get(kind, 0) % len(names)]
                used[kind] = used.get(kind, 0) + 1
        start = time.perf_counter()
        answer(store, find(q.name), {k: str(v) for k, v in given.items()}, None)
        found[q.name] = time.perf_counter() - start
    store.close()
    return found


def _row(*cells: object) -> None:
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def median(work: Callable[[], tuple[float, float]]) -> float:
    return statistics.median(work()[0] for _ in range(ROUNDS))


def main(arguments: list[str]) -> list[Ratio]:
    given = argparse.ArgumentParser()
    given.add_argument("sizes", nargs="*", type=int)
    given.add_argument("--jobs", type=int, default=2)
    given.add_argument("--data", nargs="+", type=Path, default=[SHARED / "data/arxiv" / f"{name}.jsonl.gz" for name in ("abstracts", "conf_abstracts")])
    chosen = given.parse_args(arguments)
    sizes, jobs = chosen.sizes or [1_000, 10_000], chosen.jobs
    lines = drawn(chosen.data, max(sizes) + ADDED)
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        (at / "added.jsonl").write_text("".join(lines[-ADDED:]), encoding="utf-8")
        alone = median(partial(_alone, at, jobs))
        print(f"{ADDED} entries alone: {alone:.1f} s (median of {ROUNDS})", flush=True)
        grown = []
        for n in sizes:
            (at / "pile.jsonl").write_text("".join(lines[:n]), encoding="utf-8")
            grown.append(_grown(at, n, jobs))
            print(f"{n:,}: built in {grown[-1].took:.1f} s", flush=True)
    return _told(grown, alone)


class Grown(NamedTuple):
    """Of so many entries: seconds and gigabytes of the build, seconds of its parts, of an increment, and of questions."""

    entries: int
    took: float
    peak: float
    parts: dict[str, float]
    added: float
    asked: dict[str, float]


def _grown(at: Path, n: int, jobs: int) -> Grown:
    took, peak = measured("build", at / "pile.jsonl", "-o", at / f"graph{n}", "--jobs", jobs)
    itself = lambda *arguments: json.loads(
        subprocess.run([sys.executable, "-m", "tests.bench.growth", *map(str, arguments)], stdout=subprocess.PIPE, check=True, text=True).stdout
    )
    steps = dict(itself("--parts", at / "pile.jsonl", at / f"parts{n}", jobs))
    shutil.rmtree(at / f"parts{n}")
    asked = itself("--answers", at / f"graph{n}")
    added, _ = measured("build", at / "added.jsonl", "-o", at / f"graph{n}", "--jobs", jobs)
    shutil.rmtree(at / f"graph{n}")
    return Grown(n, took, peak, steps, added, asked)


def _told(grown: list[Grown], alone: float) -> list[Ratio]:
    """Tables of all, and what goes into the table of all benches."""
    found = []
    _row(
        "entries",
        "build s",
        "against the size before",
        "peak GB",
        "parts s",
        "build / parts",
        f"add {ADDED} s",
        "of that tables, database s",
        "(add - writing) / alone",
    )
    _row(*["---"] * 9)
    for n, g in enumerate(grown):
        whole, writing = sum(g.parts.values()), sum(s for name, s in g.parts.items() if name.startswith("write"))
        before = grown[n - 1] if n else None
        growth = f"{g.took / before.took:.2f} for {g.entries / before.entries:.0f}" if before else ""
        more = f"{(g.added - writing) / alone:.2f}"
        _row(f"{g.entries:,}", f"{g.took:.1f}", growth, f"{g.peak:.2f}", f"{whole:.1f}", f"{g.took / whole:.2f}", f"{g.added:.1f}", f"{writing:.1f}", more)
        found.append(Ratio(f"time of a build of {g.entries:,} against the sum of its parts", f"{g.took / whole:.2f}"))
        found.append(
            Ratio(f"GB at the peak, all processes, building {g.entries:,}", f"{g.peak:.2f}", "less than 2 for 100,000" if g.entries >= 100_000 else "")
        )
        if before:
            wanted = "11 or less for 10" if g.entries == 10 * before.entries else ""
            found.append(Ratio(f"time of {g.entries:,} against {before.entries:,}", growth, wanted))
        found.append(
            Ratio(
                f"time of adding {ADDED} to {g.entries:,}, without writing, against {ADDED} alone", more, "2 or less for 10,000" if g.entries == 10_000 else ""
            )
        )
    print()
    _row("entries", *grown[0].parts)
    _row(*["---"] * (len(grown[0].parts) + 1))
    for g in grown:
        _row(f"{g.entries:,}", *(f"{s:.1f}" for s in g.parts.values()))
    print()
    _row("entries", "open s", "stats s", "median question s", "over 1 s")
    _row(*["---"] * 5)
    for g in grown:
        questions = {k: s for k, s in g.asked.items() if k not in ("open", "stats")}
        slow = ", ".join(f"{k} {s:.1f}" for k, s in sorted(questions.items(), key=lambda x: -x[1]) if s > 1)
        middle = f"{statistics.median(questions.values()):.2f}"
        _row(f"{g.entries:,}", f"{g.asked['open']:.2f}", f"{g.asked['stats']:.2f}", middle, slow or "none")
        found.append(
            Ratio(f"seconds of a question on {g.entries:,}, median of {len(questions)}", middle, "less than 1 for 100,000" if g.entries >= 100_000 else "")
        )
    return found


def _alone(at: Path, jobs: int) -> tuple[float, float]:
    shutil.rmtree(at / "alone", ignore_errors=True)
    return measured("build", at / "added.jsonl", "-o", at / "alone", "--jobs", jobs)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--parts"]:
        print(json.dumps(list(parts(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])))))
    elif sys.argv[1:2] == ["--answers"]:
        print(json.dumps(answers(Path(sys.argv[2]))))
    else:
        main(sys.argv[1:])
