"""The same everywhere: whatever the machine says of languages, hours and hashes, in which order files come and how many processes work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SAMPLE_FILES, SAMPLES, kg, missing

PILE = [*SAMPLE_FILES, SAMPLES / "formats"]
PLAIN = {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "1"}
OTHER = {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "77", "PYTHONUTF8": "0"}
# What is written of a folder, by command; and what is printed.
WRITES = [
    ["view", "co-authors", "-o", "co.html"], ["view", "methods", "-o", "m.html"], ["view", "all", "-o", "all.html"], ["view", "timeline", "-o", "t.html"], ["view", "communities", "-o", "pages"],
    ["view", "ego", "Mira Halvorsen", "-o", "ego.html"], ["report", "graph", "-o", "report.html"], ["review", "-o", "review.csv"],
    *(["export", f, "graph", "-o", f"{f}.out"] for f in ("node-link", "graphml", "gexf", "bibtex", "csv", "parquet", "neo4j-csv")),
]  # fmt: skip
PRINTS = [
    ["stats", "--json"],
    ["stats", "--rejected"],
    ["analyze", "--json"],
    ["ask", "top-authors", "--csv"],
    ["ask", "evidence", "--param", "name=ImageNet"],
    ["why", "MFG"],
]


def made(home: Path, files: list[Path], jobs: int, environment: dict[str, str]) -> dict[str, bytes]:
    """Everything that comes of a pile, by name. Two runs have the same path, which the arguments for neo4j-admin name."""
    home.mkdir()
    run = lambda *a: kg(*a, cwd=home, env=environment)
    out: dict[str, bytes] = {}
    for command in (["build", *files, "-o", "graph", "--jobs", str(jobs)], *WRITES, *PRINTS):
        done = run(*command)
        assert done.returncode == 0, (command, done.stderr)
        if command in PRINTS:
            out[" ".join(command)] = done.stdout.encode()
    return out | {p.relative_to(home).as_posix(): p.read_bytes() for p in sorted(home.rglob("*")) if p.is_file() and not p.name.startswith(".coverage")}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    home = tmp_path_factory.mktemp("same") / "home"
    first = made(home, PILE, 1, PLAIN)
    home.rename(home.parent / "first")
    return home, first


@pytest.fixture(scope="module")
def turkish(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A language whose small i has a dotted capital, and whose numbers have commas; made for the test, since few machines have it."""
    folder = tmp_path_factory.mktemp("locales")
    try:
        subprocess.run(["localedef", "-i", "tr_TR", "-f", "UTF-8", folder / "tr_TR.UTF-8"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        missing("localedef with the sources of the locale tr_TR (Debian: locales)")
    environment = OTHER | {"LOCPATH": str(folder)}
    asked = [sys.executable, "-c", "import locale; locale.setlocale(locale.LC_ALL, ''); print(locale.localeconv()['decimal_point'])"]
    assert "," == subprocess.run(asked, env=environment, capture_output=True, text=True).stdout.strip(), "the locale is not in force"
    return environment


def test_all_that_is_written_is_the_same_bytes(plain: tuple[Path, dict[str, bytes]], turkish: dict[str, str]) -> None:
    home, first = plain
    second = made(home, PILE[::-1], 2, turkish)

    assert sorted(first) == sorted(second)
    assert [] == [name for name in first if first[name] != second[name]]


def test_text_is_utf_8_with_line_feeds(plain: tuple[Path, dict[str, bytes]]) -> None:
    _, first = plain
    texts = {name: raw for name, raw in first.items() if not name.endswith((".parquet", ".kgl"))}

    assert len(texts) > 20 and any(not raw.isascii() for raw in texts.values())
    for name, raw in texts.items():
        assert raw.decode("utf-8") is not None and b"\r" not in raw, name
