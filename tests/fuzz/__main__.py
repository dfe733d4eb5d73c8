"""Follow the code: `python -m tests.fuzz DOOR… --seconds 60` runs atheris (libFuzzer) on doors, one after the other; without a door, on all.

Begins with the samples and what was found before; a find is written to tests/fuzz/finds/DOOR, where the tests try it ever after.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import io
import lzma
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "samples"
FINDS = Path(__file__).parent / "finds"


def seeds(door: str) -> list[Path]:
    """What a door begins with."""
    files = [p for p in (*sorted(SAMPLES.iterdir()), *sorted((SAMPLES / "formats").iterdir())) if p.is_file()]
    return [*files, *(sorted((FINDS / door).iterdir()) if (FINDS / door).is_dir() else ())]


def archives() -> list[bytes]:
    """A few packed files and archives."""
    text, records = (SAMPLES / "101_author_page.txt").read_bytes()[:3000], (SAMPLES / "103_records.jsonl").read_bytes()[:1000]
    out = []
    for how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with io.BytesIO() as kept:
            with zipfile.ZipFile(kept, "w", how) as z:
                z.writestr(zipfile.ZipInfo("a/page.txt"), text)
                z.writestr(zipfile.ZipInfo("ü.jsonl"), records)
            out.append(kept.getvalue())
    return [*out, gzip.compress(text, mtime=0), bz2.compress(text), lzma.compress(records)]


def one(door: str, seconds: int) -> None:
    """Runs in a process of its own: libFuzzer ends it."""
    import atheris

    with atheris.instrument_imports(include=["kg"]):
        from tests.fuzz.doors import DOORS
    (FINDS / door).mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as begun:
        for n, path in enumerate(seeds(door)):
            (Path(begun) / f"{n:03d}").write_bytes(path.read_bytes()[:20_000])
        for n, packed in enumerate(archives() if door == "packed" else ()):
            (Path(begun) / f"packed-{n}").write_bytes(packed)
        test = DOORS[door]
        test(b"a")  # what is loaded once is loaded now
        atheris.Setup(
            [
                sys.argv[0],
                f"-max_total_time={seconds}",
                "-max_len=20000",
                "-timeout=20",
                "-rss_limit_mb=4096",
                f"-artifact_prefix={FINDS / door}/",
                "-print_final_stats=1",
                begun,
            ],
            test,
        )
        atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("door", nargs="*")
    parser.add_argument("--seconds", type=int, default=60, help="for each door")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.here:
        one(chosen.door[0], chosen.seconds)
        return
    from tests.fuzz.doors import DOORS

    failed = []
    for door in chosen.door or DOORS:
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz", door, "--here", "--seconds", str(chosen.seconds)], capture_output=True, text=True, errors="replace"
        )
        said = done.stderr + done.stdout
        runs = next((line.rpartition(":")[2].strip() for line in said.splitlines() if "number_of_executed_units" in line), "?")
        covered = next((line for line in reversed(said.splitlines()) if " cov: " in line), "")
        print(f"{door}: {'ends well' if done.returncode == 0 else 'FAILS'}, {runs} runs, {covered.strip()[:90]}", flush=True)
        if done.returncode:
            failed.append(door)
            print(said[max(said.find("=== Uncaught"), said.find("ERROR: libFuzzer")) :][:4000], flush=True)
        with suppress(OSError):
            (FINDS / door).rmdir()  # nothing was found
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
