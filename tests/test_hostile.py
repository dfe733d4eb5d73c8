"""Nobody gets in: bombs, names of files that lead elsewhere, formulas, escape sequences, passwords."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import pty
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.build import build
from kg.extract.knowledge import read_corrections
from kg.readers import read_input
from kg.readers.inputs import Input
from kg.readers.records import without_brackets
from kg.text import from_spreadsheet, spreadsheet
from tests.conftest import ALONE, ROOT, kg
from tests.test_trust import state

MB = 1 << 20
RECORD = b'{"id": "1", "title": "PlumNet", "abstract": "We propose PlumNet."}\n'


# ---- bombs


def packed(path: Path, pieces: Iterator[bytes]) -> Path:
    with gzip.open(path, "wb", compresslevel=1) as f:
        for piece in pieces:
            f.write(piece)
    return path


def many(piece: bytes, size: int) -> Iterator[bytes]:
    block = piece * (MB // len(piece))
    return (block for _ in range(size // MB))


def a_line(folder: Path) -> Path:
    return packed(folder / "line.jsonl.gz", iter([RECORD, b'{"title": "', *many(b"x", 700 * MB), b'"}\n', RECORD.replace(b'"1"', b'"2"')]))


def an_array(folder: Path) -> Path:
    return packed(folder / "array.json.gz", iter([b"[" + RECORD + b', {"title": "', *many(b"x", 700 * MB)]))


def deep_json(folder: Path) -> Path:
    return packed(folder / "deep.json.gz", iter([b"[" + RECORD + b",", *many(b'{"a":[', 60 * MB)]))


def a_row(folder: Path) -> Path:
    return packed(folder / "row.csv.gz", iter([b"title,authors,year\nA Title,Ada Moreau,2020\n", *many(b"x", 700 * MB), b"\nB Title,Bo Li,2021\n"]))


def a_quote(folder: Path) -> Path:
    return packed(folder / "quote.csv.gz", iter([b'title,authors,year\nA Title,Ada Moreau,2020\n"', *many(b'"x\n\n', 30 * MB)]))


def a_page(folder: Path) -> Path:
    return packed(folder / "page.txt.gz", many(b"a\n", 700 * MB))


def lines_of_a_page(folder: Path) -> Path:
    return packed(folder / "lines.txt.gz", many(b"a\n", 100 * MB))


def an_element(folder: Path) -> Path:
    return packed(folder / "element.xml.gz", iter([b"<dblp><article><title>", *many(b"x", 700 * MB)]))


def entities(folder: Path) -> Path:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    (folder / "lol.xml").write_text(
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "lol">{lol}]><dblp><article key="a"><title>&l11;</title></article></dblp>', encoding="utf-8"
    )
    return folder / "lol.xml"


def outside_entity(folder: Path) -> Path:
    (folder / "out.xml").write_text(
        '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><dblp><article key="a"><title>T &e;</title></article></dblp>', encoding="utf-8"
    )
    return folder / "out.xml"


def a_tag(folder: Path) -> Path:
    return packed(folder / "tag.html.gz", iter([b"<html><body>", *many(b"<div>", 20 * MB)]))


def a_book(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "<Types/>")
        with z.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as f:
            for piece in many(b"<row/>", 1500 * MB):
                f.write(piece)
    return folder / "book.xlsx"


def an_archive(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "archive.zip", "w", zipfile.ZIP_DEFLATED) as z:
        with z.open("page.txt", "w") as f:
            for piece in many(b"\n", 700 * MB):
                f.write(piece)
    return folder / "archive.zip"


def a_brace(folder: Path) -> Path:
    return packed(folder / "brace.bib.gz", iter([b"@article{a, title = {A Title}, author = {Ada Moreau}}\n@article{b, title = {", *many(b"{", 100 * MB)]))


BOMBS = [a_line, an_array, deep_json, a_row, a_quote, a_page, lines_of_a_page, an_element, entities, outside_entity, a_tag, a_book, an_archive, a_brace]
# A program that reads, and tells how much memory it took at most (kB) and how many entries it found.
READS = """
import resource, sys
from pathlib import Path
from kg.errors import KgError
from kg.readers import read_all
try:
    said = sum(len(r.entries) for _, r in read_all([Path(sys.argv[1])]))
except KgError as e:
    said = str(e)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, said)
"""


@pytest.mark.parametrize("bomb", BOMBS, ids=[b.__name__ for b in BOMBS])
def test_a_bomb_is_refused_or_costs_only_itself_in_bounded_memory(bomb, tmp_path: Path) -> None:
    file = bomb(tmp_path)
    assert file.stat().st_size < 20 * MB
    done = subprocess.run([sys.executable, "-c", READS, str(file)], cwd=ROOT, env=os.environ | ALONE, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    memory, _, said = done.stdout.strip().partition(" ")

    assert int(memory) < 1_500_000, done.stdout
    assert said.isdigit() or (file.name in said and len(said) < 1000)
    assert {"a_line": "2", "an_array": "1", "a_row": "2", "a_brace": "1"}.get(bomb.__name__, said) == said
    assert "root:" not in said


# ---- names of files


def test_names_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    """Nothing is unpacked to the disk, whatever the files of an archive are called."""
    home = tmp_path / "a" / "b"
    home.mkdir(parents=True)
    names = ["../../evil.jsonl", "/abs.jsonl", "C:\\evil.jsonl", "..\\evil.jsonl", "a\nb.jsonl", "\x1b[31mred.jsonl", "n" * 300 + ".jsonl"]
    with zipfile.ZipFile(home / "in.zip", "w") as z:
        for n, name in enumerate(names):
            z.writestr(zipfile.ZipInfo(name), RECORD.replace(b'"1"', b'"%d"' % n))
    before = state(tmp_path)
    done = kg("build", "in.zip", "-o", "graph", cwd=home)

    assert done.returncode == 0, done.stderr
    assert f"{len(names) - 2} entries" in done.stderr + done.stdout  # what begins with a dot is hidden, in a folder too
    assert "\x1b" not in done.stderr + done.stdout
    after = state(tmp_path)
    assert before == {k: v for k, v in after.items() if not k.startswith("a/b/graph/") and not k.endswith(".lock")}


def test_names_of_things_are_no_names_of_files(tmp_path: Path) -> None:
    evil = "../../../evil"
    record = {
        "id": evil,
        "title": evil,
        "authors": [evil, f"{evil}2", f"{evil}3", "/etc/passwd"],
        "methods": [{"name": evil, "role": "proposed"}],
        "venue": evil,
        "date": "2020",
    }
    home = tmp_path / "a" / "b" / "c" / "d"
    home.mkdir(parents=True)
    (home / "1.jsonl").write_text(json.dumps(record), encoding="utf-8")
    for command in (
        ["build", "1.jsonl", "-o", "graph"], ["view", "communities", "-o", "pages"], ["view", "ego", evil, "-o", "ego.html"], ["report", "graph", "-o", "r.html"],
        ["export", "csv", "graph", "-o", "csv"], ["export", "neo4j-csv", "graph", "-o", "neo"], ["export", "bibtex", "graph", "-o", "x.bib"], ["review", "-o", "review.csv"],
    ):  # fmt: skip
        done = kg(*command, cwd=home)
        assert done.returncode == 0, (command, done.stderr)

    assert not [p for p in tmp_path.rglob("*evil*")]
    assert {p.name for p in home.iterdir()} - {"1.jsonl", "graph", ".graph.lock", "pages", "ego.html", "r.html", "csv", "neo", "x.bib", "review.csv"} == set()


# ---- formulas

FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", '=HYPERLINK("https://evil.example","x")']


@pytest.mark.parametrize("text", [*FORMULAS, "plain", "'quoted", "", "1=1", "-"])
def test_a_cell_is_never_a_formula_and_comes_back(text: str) -> None:
    cell = spreadsheet(text)

    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert text == from_spreadsheet(cell)
    assert "-5" == spreadsheet(-5)


@pytest.fixture(scope="module")
def formulas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("formulas")
    records = [
        {"id": f"={n}", "title": f"=cmd|' /C calc'!A{n}", "authors": ["=Ada Moreau", "+Bo Li", "@Cy Ek"], "venue": "-Venue", "date": "2020", "methods": [{"name": name, "role": "proposed"}]}
        for n, name in enumerate(["=PlumNet", "=Plum Network", "+PlumNets"])
    ]  # fmt: skip
    (folder / "1.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    build([folder / "1.jsonl"], folder / "graph")
    return folder / "graph"


def cells(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


def test_csv_for_people_has_no_formula(formulas: Path, tmp_path: Path) -> None:
    written = [
        kg("ask", "top-authors", "--csv", "--graph", formulas).stdout, kg("ask", "top-methods", "--csv", "--graph", formulas).stdout,
        kg("ask", "MATCH (p:Paper) RETURN p.title AS t, -1 AS n ORDER BY t", "--csv", "--graph", formulas).stdout,
        kg("analyze", "methods", "--csv", "--graph", formulas).stdout, kg("review", "--graph", formulas).stdout,
    ]  # fmt: skip
    assert kg("export", "csv", formulas, "-o", tmp_path / "csv").returncode == 0
    written += [p.read_text(encoding="utf-8") for p in (tmp_path / "csv").iterdir()]
    found = [cell for text in written for cell in cells(text)]

    assert any(cell.startswith("'=") for cell in found)
    assert [] == [cell for cell in found if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) and not re.fullmatch(r"-?[\d.e\-]+", cell)]


def test_what_a_review_marks_is_taken_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("action,name,kind,to\nrename,'=PlumNet,method,'@PlumNet\n", encoding="utf-8")
    (rule,) = read_corrections(tmp_path / "c.csv")

    assert ("=PlumNet", "@PlumNet") == (rule.name, rule.to)


# ---- terminals

STEERING = "Evil\x1b]0;pwned\x07\x1b[31m\x9b31m\u202eName\u2028\x85\x7f"


@pytest.fixture(scope="module")
def steering(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("steering")
    record = {
        "id": STEERING, "title": STEERING, "abstract": f"We propose {STEERING}.", "authors": [{"name": STEERING, "affiliations": [STEERING]}, "Ada Moreau"], "venue": STEERING, "date": "2020",
        "methods": [{"name": STEERING, "role": "proposed"}], "url": STEERING, "categories": [STEERING],
    }  # fmt: skip
    (folder / "1\x1b[31m.jsonl").write_text(json.dumps(record) + '\n{"title": 5, "x": "\x1b[31m"}\n', encoding="utf-8")
    build(sorted(folder.iterdir()), folder / "graph")
    return folder / "graph"


def on_a_terminal(*arguments: object, cwd: Path = ROOT) -> str:
    """What a command prints on a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "kg.cli", *map(str, arguments)],
        cwd=cwd,
        env=os.environ | ALONE | {"TERM": "dumb", "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    parts: list[bytes] = []

    def read() -> None:
        while True:
            try:
                if not (part := os.read(ours, 65536)):
                    return
            except OSError:
                return
            parts.append(part)

    reader = threading.Thread(target=read)
    reader.start()
    process.wait(120)
    reader.join(10)
    os.close(ours)
    return b"".join(parts).decode("utf-8", "replace")


@pytest.mark.parametrize(
    "command",
    [
        ["stats"], ["stats", "--rejected"], ["stats", "--json"], ["ask", "papers-of-author", "--param", "author=Ada Moreau"], ["ask", "top-methods", "--json"], ["ask", "top-methods", "--csv"],
        ["ask", "evidence", "--param", f"name={STEERING}"], ["ask", f"MATCH (p:Paper) RETURN p.{STEERING}"], ["ask", STEERING], ["why", "Ada Moreau"], ["why", STEERING], ["why", STEERING, "--json"], ["analyze"], ["review"], ["review", "--json"],
    ],
    ids=lambda c: " ".join(c).encode("ascii", "replace").decode().replace("\x1b", "")[:40],
)  # fmt: skip
def test_what_a_name_holds_does_not_steer_a_terminal(command: list[str], steering: Path) -> None:
    said = on_a_terminal(*command, "--graph", steering)

    assert "Traceback" not in said
    assert [] == re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e]", said)


def test_a_terminal_is_not_steered_by_what_is_read(steering: Path, tmp_path: Path) -> None:
    source = next(steering.parent.glob("*.jsonl"))
    for command in (
        ["extract", source],
        ["build", source, "-o", tmp_path / "g\x1b[31m"],
        ["build", tmp_path / "no\x1b[31m.txt", "-o", tmp_path / "h"],
        ["diff", steering, steering],
        ["retract", "\x1b[31m", "--graph", steering],
    ):
        said = on_a_terminal(*command)
        # A bar moves the cursor; no colour, no title, nothing hidden.
        assert (
            "Traceback" not in said
            and "[31m" not in re.sub(r"\\(?:x|u00)1b\[31m", "", said)
            and "\x07" not in said
            and "\u202e" not in said
            and "]0;" not in re.sub(r"\\(?:x|u00)1b\]0;", "", said)
        )


# ---- passwords

SECRET = "s3cret-and-long-enough"


def test_a_password_is_never_told(sample_graph: Path, tmp_path: Path) -> None:
    """Not where the server is missing, not where the address is wrong, not in what is written."""
    environment = {"NEO4J_USERNAME": "somebody", "NEO4J_PASSWORD": SECRET}
    said = ""
    for address in ("bolt://127.0.0.1:9", f"bolt://somebody:{SECRET}@127.0.0.1:9", f"http://somebody:{SECRET}@127.0.0.1", SECRET):
        for command in (["load", sample_graph, "--neo4j", address], ["ask", "top-methods", "--neo4j", address], ["why", "MFG", "--neo4j", address]):
            done = kg(*command, env=environment, cwd=tmp_path)
            assert done.returncode in (1, 2)
            # What somebody typed into an address is on the screen already, by their own hand; ours is the environment's.
            said += (done.stdout + done.stderr).replace(repr(address), "").replace(address, "")
    assert SECRET not in said
    done = kg("build", "-o", tmp_path / "g", SAMPLE, env=environment)
    assert done.returncode == 0
    assert SECRET.encode() not in b"".join(state(tmp_path).values())


SAMPLE = ROOT / "tests" / "samples" / "103_records.jsonl"


def test_no_command_takes_a_password_as_an_argument() -> None:
    for command in ("load", "ask", "why"):
        assert "--password" not in kg(command, "--help").stdout


# ---- small parts


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("A (b) c", "A c"),
        ("A (b (c) d) e", "A e"),
        ("A (b", "A (b"),
        ("A b)", "A b)"),
        ("((a", "((a"),
        ("", ""),
        ("a  ( b )", "a"),
        ("(" * 100_000 + ")" * 100_000, ""),
    ],
)
def test_brackets_go_with_what_is_in_them(text: str, without: str) -> None:
    assert without == without_brackets(text)


@pytest.mark.parametrize("field", ["title", "abstract"])
def test_what_is_too_long_to_be_looked_through_is_told(field: str, tmp_path: Path) -> None:
    record = {"id": "1", "title": "A Title", "abstract": "We propose PlumNet."} | {field: "We propose PlumNet. " + "word " * 5000}
    (tmp_path / "1.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    build([tmp_path / "1.jsonl"], tmp_path / "graph")
    (told,) = json.loads(kg("stats", "--rejected", "--json", "--graph", tmp_path / "graph").stdout)

    assert told["reason"].startswith(f"the {field} is longer than 20,000 characters")


def test_a_line_too_long_behind_an_open_quote_shifts_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is read again after the quote; what comes behind it lies where it says."""
    monkeypatch.setattr(sys.modules["kg.readers.inputs"], "LONGEST", 200)
    raw = b'title,authors,year\n"Open,Ada Moreau,2019\n' + b"x" * 1000 + b'\n"A Title",Bo Li,2020\nB Title,Cy Ek,2021\n'
    found = read_input(Input("1.csv", lambda: io.BytesIO(raw)), format="csv")

    assert [e.text for e in found.entries][-1:] == ["B Title"]
    for e in found.entries:
        assert e.text in raw[e.byte_start : e.byte_end].decode()
        assert e.line == raw[: e.byte_start].count(b"\n") + 1
    assert any("longer than" in r.reason for r in found.rejected)


def test_no_weights_are_loaded_by_what_could_run_code() -> None:
    """Python tells a hook of every class that a pickle names; none may be asked for while all that was trained is loaded and used."""
    code = """
import sys
seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event == "pickle.find_class" else None)
from kg.extract.pipeline import models
from kg.readers import names
from kg.resolve import acronyms, people
assert models() and names.model() and acronyms.table() and people.shipped()
print(len(seen))
import pickle, pathlib
pickle.loads(pickle.dumps(pathlib.PurePath("x")))
print(len(seen))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)

    assert 0 == done.returncode, done.stderr
    without, with_one = map(int, done.stdout.split())
    assert 0 == without < with_one
