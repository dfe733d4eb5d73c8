"""Building: the graph holds what the model allows, with evidence, the same bytes every time, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

from kg import tables
from kg.build import build
from kg.errors import KgError, ReadError, StoreError
from kg.graph import node_link, to_networkx
from kg.manifest import read_manifest
from kg.model import DERIVED, ENDS, Kind, Relation
from kg.stores import open_store
from kg.why import lines, why
from tests.conftest import ALONE, ROOT, SAMPLE_FILES, kg


def rows(folder: Path, name: str) -> list[dict]:
    return tables.read(folder, name).to_pylist()


def digest(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def test_edges_join_what_the_model_allows(sample_graph: Path) -> None:
    kinds = {n["id"]: Kind(n["kind"]) for n in rows(sample_graph, "nodes")}
    for e in rows(sample_graph, "edges"):
        sources, targets = ENDS[Relation(e["kind"])]
        assert kinds[e["source"]] in sources and kinds[e["target"]] in targets


def test_every_asserted_edge_has_evidence_and_every_derived_one_its_papers(sample_graph: Path) -> None:
    nodes = {n["id"] for n in rows(sample_graph, "nodes")}
    said = {x["edge"] for x in rows(sample_graph, "evidence")}
    for e in rows(sample_graph, "edges"):
        if Relation(e["kind"]) in DERIVED:
            assert e["papers"] and set(e["papers"]) <= nodes
        else:
            assert e["id"] in said and 0 < e["confidence"] <= 1


def test_evidence_points_into_its_entry_and_its_file(sample_graph: Path) -> None:
    """Characters index the entry's text; for pasted pages, bytes index the file."""
    entries = {e["id"]: e for e in rows(sample_graph, "entries")}
    for x in rows(sample_graph, "evidence"):
        e = entries[x["entry"]]
        if x["start"] is not None:
            assert e["text"][x["start"] : x["end"]] == x["surface"]
            if e["format"] != "jsonl":
                assert (ROOT / x["source"]).read_bytes()[x["byte_start"] : x["byte_end"]].decode() == x["surface"]


def test_one_paper_in_two_files_is_one_node_with_two_entries(sample_graph: Path) -> None:
    (paper,) = [n for n in rows(sample_graph, "nodes") if n["kind"] == "Paper" and len(n["entries"]) > 1]

    assert ["101:0", "102:3"] == paper["entries"]


def test_a_hidden_author_is_inferred_and_never_a_co_author_by_that(sample_graph: Path) -> None:
    edges = rows(sample_graph, "edges")
    inferred = [e for e in edges if e["inferred"]]
    (mira,) = [n for n in rows(sample_graph, "nodes") if n["name"] == "Mira Halvorsen"]
    hidden = inferred[0]["target"]

    assert [mira["id"]] == [e["source"] for e in inferred]
    assert inferred[0]["confidence"] < 1
    assert not [e for e in edges if e["kind"] == "CO_AUTHORED_WITH" and mira["id"] in (e["source"], e["target"]) and hidden in e["papers"]]


def test_co_authors_weigh_as_newman_says(sample_graph: Path) -> None:
    """Two on one paper of three and alone together on another: 1/2 + 1/1."""
    names = {n["id"]: n["name"] for n in rows(sample_graph, "nodes")}
    pair = {"Mira Halvorsen", "Jonas Petrakis"}
    (edge,) = [e for e in rows(sample_graph, "edges") if e["kind"] == "CO_AUTHORED_WITH" and {names[e["source"]], names[e["target"]]} == pair]

    assert (1.5, 2, 2023, 2024) == (edge["weight"], len(edge["papers"]), edge["first_year"], edge["last_year"])


def test_accents_do_not_part_a_person(sample_graph: Path) -> None:
    (jose,) = [n for n in rows(sample_graph, "nodes") if n["kind"] == "Author" and "Ortega" in n["name"]]

    assert ("José Núñez-Ortega", ["Jose Nunez-Ortega"]) == (jose["name"], jose["variants"])


def test_every_line_is_in_the_report(sample_graph: Path) -> None:
    for path in SAMPLE_FILES:
        lines = [r["line"] for r in rows(sample_graph, "report") if r["source"] == path.as_posix()]
        assert list(range(1, len(path.read_text(encoding="utf-8").splitlines()) + 1)) == lines


def test_networkx_has_typed_nodes_and_edges(sample_graph: Path) -> None:
    graph = to_networkx(tables.read(sample_graph, "nodes"), tables.read(sample_graph, "edges"))

    assert isinstance(graph, nx.MultiDiGraph)
    assert len(rows(sample_graph, "nodes")) == graph.number_of_nodes()
    assert len(rows(sample_graph, "edges")) == graph.number_of_edges()
    assert all(Kind(d["kind"]) for _, d in graph.nodes(data=True))
    assert all(Relation(d["kind"]) for *_, d in graph.edges(data=True))
    again = nx.node_link_graph(json.loads(json.dumps(node_link(graph))), edges="edges")
    assert {n: d | {"id": n} for n, d in again.nodes(data=True)} == dict(graph.nodes(data=True))
    assert {(a, b, k): d for a, b, k, d in graph.edges(keys=True, data=True)} == {(a, b, k): d for a, b, k, d in again.edges(keys=True, data=True)}


def test_hash_seeds_jobs_and_file_order_do_not_change_a_byte(tmp_path: Path) -> None:
    """Three builds in processes of their own."""
    digests = []
    for seed, jobs, files in (("1", 1, SAMPLE_FILES), ("2", 2, SAMPLE_FILES[::-1]), ("3", 3, SAMPLE_FILES[1:] + SAMPLE_FILES[:1])):
        out = tmp_path / seed
        done = kg("build", *files, "-o", out, "--jobs", jobs, env={"PYTHONHASHSEED": seed, "TZ": f"UTC{seed}", "LC_ALL": "C"})
        assert 0 == done.returncode, done.stderr
        digests.append(digest(out))

    assert digests[0] == digests[1] == digests[2]


def test_adding_gives_what_building_at_once_gives(sample_graph: Path, tmp_path: Path) -> None:
    out = tmp_path / "graph"
    for path in SAMPLE_FILES[::-1]:
        build([path], out)

    assert digest(sample_graph) == digest(out)


def test_building_again_changes_nothing(sample_graph: Path, tmp_path: Path) -> None:
    out = tmp_path / "graph"
    build(SAMPLE_FILES, out)
    build(SAMPLE_FILES[:1], out)

    assert digest(sample_graph) == digest(out)


def test_a_changed_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    page = tmp_path / "1_page.txt"
    page.write_text("Abstract:We propose OldNet for image classification on ImageNet.\n", encoding="utf-8")
    build([page], tmp_path / "graph")
    page.write_text("Abstract:We propose NewNet for image classification on ImageNet.\n", encoding="utf-8")
    build([page], tmp_path / "graph")
    names = {n["name"] for n in rows(tmp_path / "graph", "nodes")}

    assert "NewNet" in names and "OldNet" not in names


def test_two_files_that_give_the_same_ids_keep_all_their_entries(tmp_path: Path) -> None:
    for folder, word in (("a", "First"), ("b", "Second")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.txt").write_text(f"Abstract:{word} we propose {word}Net, a network for image classification.\n", encoding="utf-8")
    files = [tmp_path / "a/1.txt", tmp_path / "b/1.txt"]
    build(files, tmp_path / "graph")
    build(files[:1], tmp_path / "again")
    build(files[1:], tmp_path / "again")

    assert 2 == len({e["id"] for e in rows(tmp_path / "graph", "entries")})
    assert digest(tmp_path / "graph") == digest(tmp_path / "again")


def test_a_failed_build_leaves_the_old_folder_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "graph"
    build(SAMPLE_FILES[2:], out)
    before = digest(out)
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    with pytest.raises(ReadError):
        build([SAMPLE_FILES[0], tmp_path / "empty.txt"], out)

    assert before == digest(out)
    assert {"graph", "empty.txt"} == {p.name for p in tmp_path.iterdir()}


def test_a_folder_that_is_no_graph_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(StoreError, match="no graph folder"):
        build(SAMPLE_FILES[2:], tmp_path / "mine")
    with pytest.raises(StoreError, match="is a file"):
        build(SAMPLE_FILES[2:], tmp_path / "mine" / "letter.txt")

    assert ["letter.txt"] == [p.name for p in (tmp_path / "mine").iterdir()]


def test_damaged_folders_are_named_with_the_mend(sample_graph: Path, tmp_path: Path) -> None:
    import shutil

    for name, content, use in (
        ("nodes.parquet", b"PAR1 not really", lambda folder: why(folder, "FedAvg")),
        ("graph.kgl", b"not really", open_store),
        ("entries.parquet", b"PAR1 not really", lambda folder: build(SAMPLE_FILES[2:], folder)),
        ("manifest.json", b"{", lambda folder: build(SAMPLE_FILES[2:], folder)),
        ("manifest.json", b'{"format": 99}', lambda folder: build(SAMPLE_FILES[2:], folder)),
    ):
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(sample_graph, copy)
        (copy / name).write_bytes(content)
        with pytest.raises(KgError, match=f"{name}.*build the folder again"):
            use(copy)


def test_why_shows_the_sentence_and_the_merge(sample_graph: Path) -> None:
    (found,) = [x for x in why(sample_graph, "José Núñez-Ortega") if x["node"]["kind"] == "Author"]
    assert ["Jose Nunez-Ortega"] == [m["right"] for m in found["merges"] if m["rule"].startswith("same full name")]
    (mfg,) = [x for x in why(sample_graph, "MFG") if x["node"]["kind"] == "Method"]
    proposes = [e for e in mfg["edges"] if e["kind"] == "PROPOSES"]
    assert any("We propose Momentum-Filtered Gradients (MFG)" in v["sentence"] for v in proposes[0]["evidence"])


def test_what_was_refused_is_told_once_however_often_it_is_built(tmp_path: Path) -> None:
    (tmp_path / "1.jsonl").write_text(json.dumps({"title": "A Title", "repositories": ["nonsense"]}) + "\n{bad\n", encoding="utf-8")
    (tmp_path / "2.jsonl").write_text(json.dumps({"id": "b", "title": "Another"}), encoding="utf-8")
    build([tmp_path / "1.jsonl"], tmp_path / "graph")
    build([tmp_path / "2.jsonl"], tmp_path / "graph")

    assert [(1, "repository without host, owner and name: give host/owner/name"), (2, "not valid JSON")] == [
        (r["line"], r["reason"].split(" (")[0]) for r in rows(tmp_path / "graph", "rejected")
    ]


def test_a_user_s_own_files_in_the_folder_stay(tmp_path: Path) -> None:
    build(SAMPLE_FILES[2:], tmp_path / "graph")
    (tmp_path / "graph" / "notes.md").write_text("mine", encoding="utf-8")
    (tmp_path / "graph" / "pages").mkdir()
    (tmp_path / "graph" / "pages" / "a.html").write_text("mine too", encoding="utf-8")
    build(SAMPLE_FILES[:1], tmp_path / "graph")

    assert ("mine", "mine too") == ((tmp_path / "graph/notes.md").read_text(encoding="utf-8"), (tmp_path / "graph/pages/a.html").read_text(encoding="utf-8"))


def test_a_surrogate_or_a_huge_number_stops_no_build(tmp_path: Path) -> None:
    lines = [
        '{"id": "a", "title": "T", "authors": ["A \\ud800 B"], "methods": ["M\\udfffX"], "categories": ["\\ud83d"]}',
        '{"id": ' + "9" * 5000 + ', "title": "x"}',
        '{"title": "good"}',
    ]
    (tmp_path / "1.jsonl").write_text("\n".join(lines), encoding="utf-8")
    build([tmp_path / "1.jsonl"], tmp_path / "graph")

    assert (2, [2]) == (len(rows(tmp_path / "graph", "entries")), [r["line"] for r in rows(tmp_path / "graph", "rejected")])


def test_what_a_killed_build_left_is_cleared_away(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / f".graph.{gone.pid}.new").mkdir()
    (tmp_path / ".graph.notes").mkdir()
    build(SAMPLE_FILES[2:], tmp_path / "graph")

    assert {"graph", ".graph.notes"} == {p.name for p in tmp_path.iterdir()}


def test_a_folder_that_was_moved_away_in_the_middle_comes_back(tmp_path: Path) -> None:
    """Where folders cannot be swapped at once, a kill between two renames leaves the old one aside; the next build goes on from it."""
    build(SAMPLE_FILES[:1], tmp_path / "graph")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / "graph").rename(tmp_path / f".graph.{gone.pid}.old")
    build(SAMPLE_FILES[2:], tmp_path / "graph")

    assert 2 == len(read_manifest(tmp_path / "graph")["sources"])


def test_the_seeds_give_the_same_bytes_whatever_the_hash_seed(seeds: list[Path], seed_graph: Path, tmp_path: Path) -> None:
    done = kg("build", *reversed(seeds), "-o", tmp_path / "graph", "--jobs", 2, env={"PYTHONHASHSEED": "77"})
    assert 0 == done.returncode, done.stderr

    assert digest(seed_graph) == digest(tmp_path / "graph")


@pytest.mark.parametrize("seconds", [0.3, 1.0, 1.6, 2.2, 3.0])
def test_a_build_that_is_killed_leaves_the_old_folder_whole(seconds: float, sample_graph: Path, tmp_path: Path) -> None:
    """Killed at any moment, the folder is the old one or the finished new one, to the byte; and the next build ends well."""
    out = tmp_path / "graph"
    build(SAMPLE_FILES[2:], out)
    before = digest(out)
    process = subprocess.Popen(
        [sys.executable, "-m", "kg.cli", "build", *map(str, SAMPLE_FILES), "-o", str(out)],
        cwd=ROOT,
        env=os.environ | ALONE,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

    assert digest(out) in (before, digest(sample_graph))
    build(SAMPLE_FILES, out)
    assert digest(out) == digest(sample_graph)
    assert ["graph"] == [p.name for p in tmp_path.iterdir()]


def test_a_paper_shows_the_best_value_and_keeps_each_with_its_entry(tmp_path: Path) -> None:
    pile = tmp_path / "two.jsonl"
    pile.write_text(
        '{"id": "a", "title": "Tidal Flow", "authors": ["Ann Berg"], "date": "2020", "venue": "ICML", "doi": "10.1/x"}\n'
        '{"id": "b", "title": "Tidal Flow: Revised", "authors": ["A. Berg"], "date": "2020-02-03", "doi": "10.1/x"}\n', encoding="utf-8",
    )  # fmt: skip
    build([pile], tmp_path / "g")
    (found,) = why(tmp_path / "g", "Tidal Flow: Revised")
    node = found["node"]

    assert ("Tidal Flow: Revised", "2020-02-03", "ICML") == (node["title"], node["date"], node["venue"])
    said = set(zip(node["value_field"], node["value_text"], node["value_entry"]))
    assert {
        ("title", "Tidal Flow", "a"),
        ("title", "Tidal Flow: Revised", "b"),
        ("date", "2020", "a"),
        ("date", "2020-02-03", "b"),
        ("venue", "ICML", "a"),
    } <= said
    assert "  date: 2020 (entry a)" in lines([found]) and "  doi: 10.1/x (entries a, b)" in lines([found])
