"""The command line keeps its contract: data on stdout, words on stderr, exit 0, 1 or 2, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

from tests.conftest import ALONE, ROOT, SAMPLE_FILES, kg

COMMANDS = [
    "extract", "build", "retract", "formats", "enrich", "score", "train", "ask", "stats", "analyze", "why", "review", "diff",
    "doctor", "view", "report", "export", "load",
]  # fmt: skip


def test_help_shows_an_example_of_each_command() -> None:
    done = kg("--help")

    assert 0 == done.returncode
    for command in COMMANDS:
        assert f"    kg {command}" in done.stdout
        assert "Example: kg" in " ".join(kg(command, "--help").stdout.split())


@pytest.mark.parametrize("arguments", [["--help"], ["ask"], ["ask", "--json"], ["--version"]])
def test_light_commands_load_nothing_heavy(arguments: list[str]) -> None:
    code = f"import sys; sys.argv = ['kg', *{arguments!r}]\nfrom kg.cli import main\ntry: main()\nexcept SystemExit: pass\nprint(' '.join(m for m in ('spacy', 'pyvis', 'pyspark', 'numpy', 'networkx', 'pyarrow', 'kglite') if m in sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ | ALONE, capture_output=True, text=True)

    assert ("", 0) == (done.stderr.strip(), done.returncode)


def test_extract_prints_an_object_an_entry() -> None:
    done = kg("extract", SAMPLE_FILES[0])
    entries = [json.loads(line) for line in done.stdout.splitlines()]

    assert 0 == done.returncode
    assert [f"101:{i}" for i in range(10)] == [e["id"] for e in entries]
    assert {"confidence", "evidence"} <= set(entries[0]["methods"][0])


def test_ask_prints_rows_as_json_and_says_why_there_are_none(sample_graph: Path) -> None:
    done = kg("ask", "co-authors", "--param", "author=Mira Halvorsen", "--graph", sample_graph, "--json")
    assert "Ada Moreau" in {r["co_author"] for r in json.loads(done.stdout)}

    none = kg("ask", "co-authors", "--param", "author=Nobody At All", "--graph", sample_graph, "--json")
    assert (0, "[]\n") == (none.returncode, none.stdout)
    assert "no author 'Nobody At All'" in none.stderr


def test_ask_alone_lists_the_questions_by_theme() -> None:
    from kg import queries

    rows = json.loads(kg("ask", "--json").stdout)
    assert [(q.theme, q.name) for q in queries.by_theme()] == [(r["theme"], r["question"]) for r in rows]
    assert {"theme", "question", "asks", "parameters"} == set(rows[0])
    assert kg("ask").stdout.startswith("theme\tquestion\tasks\tparameters\npeople\t")


def test_ask_shows_one_question_with_help() -> None:
    shown = kg("ask", "co-authors", "--help")

    assert 0 == shown.returncode and "Usage" not in shown.stdout
    for part in (
        "co-authors: with whom does a person write",
        "--param author=…  Author: the person's name",
        "(integer, default 25)",
        "Returns: co_author, papers",
        "No rows: ",
        "MATCH (a:Author)",
    ):
        assert part in shown.stdout
    assert "Usage: kg ask" in kg("ask", "--help").stdout.replace("python -m kg.cli", "kg")
    assert 2 == kg("ask", "coauthors", "-h").returncode


def test_ask_prints_csv(sample_graph: Path) -> None:
    import csv
    import io

    query = "MATCH (p:Paper) RETURN p.label AS paper, p.entries AS entries, p.year AS year ORDER BY paper"
    text, rows = (kg("ask", query, how, "--graph", sample_graph).stdout for how in ("--csv", "--json"))
    read = list(csv.DictReader(io.StringIO(text)))

    assert [r["paper"] for r in json.loads(rows)] == [r["paper"] for r in read]
    assert ["; ".join(r["entries"]) for r in json.loads(rows)] == [r["entries"] for r in read]


def test_ask_leaves_out_what_is_less_sure(sample_graph: Path) -> None:
    ask = lambda *least: json.loads(kg("ask", "evidence", "-p", "name=accuracy", *least, "--json", "--graph", sample_graph).stdout)
    every = ask()
    most = max(r["confidence"] for r in every)
    sure = ask("--min-confidence", str(most))

    assert 0 < len(sure) < len(every)
    assert all(r["confidence"] >= most for r in sure)
    for wrong in ("2", "-0.1", "high"):
        assert 2 == kg("ask", "evidence", "-p", "name=ImageNet", "--min-confidence", wrong, "--graph", sample_graph).returncode
    refused = kg("ask", "co-authors", "-p", "author=Mira Halvorsen", "--min-confidence", "0.5", "--graph", sample_graph)
    assert 2 == refused.returncode and "--min-confidence does nothing here" in refused.stderr
    own = "MATCH (p:Paper)-[r:USES]->(m:Method) WHERE r.confidence >= $min_confidence RETURN min(r.confidence) >= 0.9 AS sure"
    assert [{"sure": True}] == json.loads(kg("ask", own, "--min-confidence", "0.9", "--json", "--graph", sample_graph).stdout)


def test_ask_names_what_a_query_without_a_header_lacks(sample_graph: Path) -> None:
    for given in ([], ["-p", "yaer=2023"]):
        done = kg("ask", "MATCH (p:Paper) WHERE p.year = $year RETURN '$no' AS x", *given, "--graph", sample_graph)
        assert 2 == done.returncode and "parameter 'year' is missing" in done.stderr
    assert 2 == kg("ask", "top-methods", "--csv", "--json", "--graph", sample_graph).returncode
    assert 2 == kg("ask", "top-methods", "-p", "limit=0", "--graph", sample_graph).returncode
    assert 2 == kg("ask", "top-methods", "-p", "min_confidence=0.1", "--min-confidence", "0.2", "--graph", sample_graph).returncode


def test_ask_takes_cypher_text_and_files(sample_graph: Path, tmp_path: Path) -> None:
    text = "MATCH (p:Paper) WHERE p.year = $year RETURN count(p) AS papers"
    (tmp_path / "own.cypher").write_text(text, encoding="utf-8")
    answers = [kg("ask", q, "--param", "year=2023", "--graph", sample_graph, "--json").stdout for q in (text, tmp_path / "own.cypher")]

    assert [[{"papers": 4}], [{"papers": 4}]] == [json.loads(a) for a in answers]


def test_ask_takes_cypher_text_of_any_length(sample_graph: Path) -> None:
    done = kg("ask", "MATCH (p:Paper) RETURN count(p) AS n // " + "a" * 5000, "--graph", sample_graph, "--json")

    assert 0 == done.returncode, done.stderr
    assert 0 < json.loads(done.stdout)[0]["n"]


def test_stats_count(sample_graph: Path) -> None:
    found = json.loads(kg("stats", "--graph", sample_graph, "--json").stdout)

    assert (21, 20) == (found["entries"], found["nodes"]["Paper"])
    assert "nodes: Paper\t20" in kg("stats", "--graph", sample_graph).stdout


def test_what_was_refused_is_told(sample_graph: Path) -> None:
    assert [(3, "neither title nor abstract: give at least one")] == [
        (r["line"], r["reason"]) for r in json.loads(kg("stats", "--rejected", "--graph", sample_graph, "--json").stdout) if r["source"].endswith("jsonl")
    ]
    assert "103_records.jsonl: line 3: rejected: neither title nor abstract" in kg("extract", SAMPLE_FILES[2]).stderr


def test_why_prints_sentences(sample_graph: Path) -> None:
    assert "We propose Momentum-Filtered Gradients (MFG)" in kg("why", "MFG", "--graph", sample_graph).stdout


def test_export_writes_node_link(sample_graph: Path, tmp_path: Path) -> None:
    done = kg("export", "node-link", sample_graph, "-o", tmp_path / "g.json")
    data = json.loads((tmp_path / "g.json").read_text(encoding="utf-8"))

    assert 0 == done.returncode
    assert all({"id", "kind"} <= set(n) for n in data["nodes"]) and all({"source", "target", "kind"} <= set(e) for e in data["edges"])
    assert len(data["edges"]) == nx.node_link_graph(data, edges="edges").number_of_edges()


def test_score_compares_files(tmp_path: Path) -> None:
    (tmp_path / "e.jsonl").write_text(kg("extract", SAMPLE_FILES[2]).stdout, encoding="utf-8")
    found = json.loads(kg("score", tmp_path / "e.jsonl", tmp_path / "e.jsonl", "--json").stdout)

    assert 1.0 == found["title"]["accuracy"]
    assert 0 == kg("score", tmp_path / "e.jsonl", tmp_path / "e.jsonl", "--errors").returncode


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["build", "none.txt", "-o", "{tmp}/g"], 1, "none.txt: no such file"),
        (["build", "{tmp}/void", "-o", "{tmp}/g"], 1, "void: this folder holds no file"),
        (["build", "cypher/ask", "-o", "{tmp}/g"], 1, "this looks like no format that is known"),
        (["build", "{sample}", "--columns", "title", "-o", "{tmp}/g"], 2, "'title' is not NAME=VALUE"),
        (["enrich", "{tmp}/none", "--from", "arxiv"], 1, "no graph folder"),
        (["enrich", "{graph}", "--from", "scholar"], 2, "choose one of openalex, arxiv, github"),
        (["build", "{tmp}/empty.txt", "-o", "{tmp}/g"], 1, "the file is empty"),
        (["build", "{tmp}/binary.txt", "-o", "{tmp}/g"], 1, "this is a binary file"),
        (["build", "{sample}", "--format", "pdf", "-o", "{tmp}/g"], 2, "unknown format 'pdf': choose one of"),
        (["build", "{sample}", "--format", "jsonl", "-o", "{tmp}/g"], 1, "line 1: not valid JSON"),
        (["build", "-o", "{tmp}/g"], 2, "nothing to build from"),
        (["build", "{sample}", "--jobs", "0"], 2, "--jobs"),
        (["extract", "none.txt"], 1, "none.txt: no such file"),
        (["ask", "top-methods", "--graph", "{tmp}"], 1, "no graph folder"),
        (["ask", "no-such-question", "--graph", "{graph}"], 2, "no question 'no-such-question'"),
        (["ask", "co-authors", "--graph", "{graph}"], 2, "parameter 'author' is missing"),
        (["ask", "co-authors", "--param", "author", "--graph", "{graph}"], 2, "is not NAME=VALUE"),
        (["ask", "MATCH (n:Paper RETURN n", "--graph", "{graph}"], 1, "the query is refused"),
        (["ask", "MATCH (n:Paper) DELETE n", "--graph", "{graph}"], 1, "would change the graph"),
        (["view", "map", "--graph", "{graph}"], 2, "no view 'map'"),
        (["view", "ego", "Nobody", "--graph", "{graph}", "-o", "{tmp}/x.html"], 1, "nothing is named 'Nobody'"),
        (["why", "Nobody", "--graph", "{graph}"], 1, "nothing is named 'Nobody'"),
        (["export", "docx", "{graph}", "-o", "{tmp}/x"], 2, "no export format 'docx'"),
        (["export", "node-link", "{tmp}", "-o", "{tmp}/x"], 1, "no graph folder"),
        (["stats", "--graph", "{tmp}"], 1, "no graph folder"),
        (["score", "{tmp}/none", "{tmp}/none"], 1, "cannot be read"),
        (["train", "--what", "names", "--data", "{tmp}"], 1, "no arxiv/abstracts.jsonl.gz"),
        (["train", "--what", "magic", "--data", "{tmp}"], 2, "nothing called 'magic' is trained"),
        (["review", "--graph", "{graph}", "-o", "{tmp}/r.csv", "--json"], 2, "--json and -o"),
        (["diff", "{graph}", "{graph}", "-o", "{tmp}/d.html", "--json"], 2, "--json and -o"),
        (["view", "ego", "Mira Halvorsn", "--graph", "{graph}", "-o", "{tmp}/x.html"], 1, "near are Mira Halvorsen"),
        (["frobnicate"], 2, "No such command"),
    ],
)
def test_wrong_calls_are_one_line_and_leave_nothing(arguments: list[str], status: int, says: str, sample_graph: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "void").mkdir(exist_ok=True)
    (tmp_path / "binary.txt").write_bytes(b"\x7fELF\x00\x00")
    before = {p.name for p in tmp_path.iterdir()}
    done = kg(*(a.format(tmp=tmp_path, graph=sample_graph, sample=SAMPLE_FILES[0]) for a in arguments))

    assert status == done.returncode
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("Usage") or 1 == len(done.stderr.strip().splitlines())
    assert before == {p.name for p in tmp_path.iterdir()}


def test_a_reader_that_stops_early_is_no_error_message() -> None:
    done = subprocess.run(
        f"'{sys.executable}' -m kg.cli extract {SAMPLE_FILES[0]} | head -c 10", shell=True, cwd=ROOT, env=os.environ | ALONE, capture_output=True, text=True
    )

    assert "Traceback" not in done.stderr


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "1.jsonl").write_text(json.dumps({"title": "A \x1b[31mred\x07 title", "methods": ["X\x1b]0;evil\x07Net"]}), encoding="utf-8")
    kg("build", tmp_path / "1.jsonl", "-o", tmp_path / "graph")

    for done in (kg("ask", "MATCH (n:Method) RETURN n.name AS name", "--graph", tmp_path / "graph"), kg("why", "A red title", "--graph", tmp_path / "graph")):
        assert "\x1b" not in done.stdout + done.stderr and "\x07" not in done.stdout + done.stderr


@pytest.mark.parametrize("typed, offered", [("kg re", {"retract", "review", "report"}), ("kg ask top-m", {"top-methods"}), ("kg stats --js", {"--json"})])
def test_a_shell_can_complete_what_is_typed(typed: str, offered: set[str]) -> None:
    code = "import sys; sys.argv = ['kg']\nfrom kg.cli import main\nmain()"
    shell = {"_KG_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ | ALONE | shell, capture_output=True, text=True)

    assert offered == set(done.stdout.split())
