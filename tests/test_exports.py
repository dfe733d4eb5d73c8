"""What is exported can be read back by NetworkX, Gephi's format, a BibTeX reader, pandas' dialect of CSV; and is the same every time."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from pybtex.database import parse_string

from kg import tables
from kg.build import build
from kg.errors import StoreError, WrongUse
from kg.exports import EXPORTS, FOLDER_EXPORTS, FORMATS, export
from kg.exports.bibtex import escaped
from kg.graph import read_graph
from tests.conftest import kg

AWKWARD = 'Ctrl\x00\x0bA & <b> "q" {x}} % $ # _ ~ ^ \\ é 日本 🦊 , ; and\nline\r\nend'


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row as XML can hold it, with lists as lists again."""
    return {k: v for k, v in row.items() if v != [] and k != "id"}


def read_back(row: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    return {k: json.loads(v) if isinstance(like.get(k), list) and isinstance(v, str) else v for k, v in row.items() if k != "networkx_key"}


@pytest.mark.parametrize("format", ["graphml", "gexf", "node-link"])
def test_networkx_reads_the_same_graph_back(format: str, sample_graph: Path, tmp_path: Path) -> None:
    g = read_graph(sample_graph)
    export(format, sample_graph, tmp_path / "out")
    if format == "node-link":
        h = nx.node_link_graph(json.loads((tmp_path / "out").read_text(encoding="utf-8")), edges="edges")
    else:
        h = nx.read_graphml(tmp_path / "out", force_multigraph=True) if format == "graphml" else nx.read_gexf(tmp_path / "out")

    assert {n: flat(row) for n, row in g.nodes(data=True)} == {n: flat(read_back(row, g.nodes[n])) for n, row in h.nodes(data=True)}
    ours = {row["id"]: (a, b, flat(row)) for a, b, row in g.edges(data=True)}
    theirs = {row["id"]: (a, b, flat(read_back(row, ours[row["id"]][2]))) for a, b, row in h.edges(data=True)}
    assert ours == theirs


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("awkward")
    records = [
        {"id": "1", "title": AWKWARD, "abstract": AWKWARD, "authors": [AWKWARD, "Anna and Bert Company", "Ludwig van Beethoven", "Müller, Jörg", "A, B, C, D"], "date": "2021-03-04", "venue": "Journal of Tests & Trials",
         "doi": "10.1/x_{y}%z", "url": "https://example.org/a_b?c=%20&d={e}", "methods": [{"name": AWKWARD, "role": "proposed"}, {"name": "B, with comma", "role": "used"}], "categories": ["cs.LG"]},
        {"id": "2", "title": "The same", "authors": ["Jörg Müller"], "date": "2021", "venue": "Proceedings of X", "abstract": "One."},
        {"id": "3", "title": "The same", "authors": ["Karl Müller"], "date": "2021", "abstract": "Two, which is another."},
        {"id": "4", "abstract": "Only an abstract."},
    ]  # fmt: skip
    (folder / "1.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    build([folder / "1.jsonl"], folder / "graph")
    return folder / "graph"


@pytest.mark.parametrize("format", ["graphml", "gexf"])
def test_what_xml_cannot_hold_is_marked(format: str, awkward: Path, tmp_path: Path) -> None:
    export(format, awkward, tmp_path / "out")
    h = nx.read_graphml(tmp_path / "out", force_multigraph=True) if format == "graphml" else nx.read_gexf(tmp_path / "out")

    assert any("🦊" in str(row.get("name", "")) + str(row.get("label", "")) and "<b>" in str(row) for _, row in h.nodes(data=True))


def test_bibtex_is_read_back_by_a_bibtex_reader(awkward: Path, tmp_path: Path) -> None:
    export("bibtex", awkward, tmp_path / "out.bib")
    text = (tmp_path / "out.bib").read_text(encoding="utf-8")
    found = parse_string(text, "bibtex").entries
    first = next(e for e in found.values() if "Ctrl" in e.fields.get("title", ""))

    assert {"article", "inproceedings", "misc"} == {e.type for e in found.values()} and 4 == len(found)
    assert ["beethoven"] == [p.last_names[-1].lower() for p in first.persons["author"] if "Ludwig" in str(p)]
    assert 5 == len(first.persons["author"])
    assert ("2021", "mar", "10.1/x_%7By%7D%z") == (first.fields["year"], str(first.fields["month"]).lower()[:3], first.fields["doi"])
    assert r"\&" in first.fields["journal"] and "https://example.org/a_b?c=%20&d=%7Be%7D" == first.fields["url"]
    assert {"muller2021same-a", "muller2021same-b"} <= set(found) or {"muller2021same"} <= set(found)


def test_bibtex_of_the_samples_has_every_paper_in_order(sample_graph: Path, tmp_path: Path) -> None:
    export("bibtex", sample_graph, tmp_path / "out.bib")
    found = parse_string((tmp_path / "out.bib").read_text(encoding="utf-8"), "bibtex").entries
    g = read_graph(sample_graph)
    papers = {row["title"]: n for n, row in g.nodes(data=True) if row["kind"] == "Paper" and row.get("title")}

    assert sorted(found) == list(found) and len(found) == sum(row["kind"] == "Paper" for _, row in g.nodes(data=True))
    assert set(papers) == {e.fields["title"].strip("{}").replace(r"\&", "&") for e in found.values() if "title" in e.fields}
    talk = found["raghunathan2022talking"]
    assert ["Priya Raghunathan", "Ada Moreau"] == [" ".join(p.first_names + p.last_names) for p in talk.persons["author"]]
    assert "others" == str(found["zhou2024radiance"].persons["author"][-1])


def test_text_for_tex_has_its_braces_in_balance() -> None:
    text = escaped(AWKWARD)
    depth = 0
    for c in text:
        depth += (c == "{") - (c == "}")
        assert depth >= 0
    assert 0 == depth and "\n" not in text


def test_tables_are_read_back(awkward: Path, tmp_path: Path) -> None:
    export("csv", awkward, tmp_path / "csv")
    export("parquet", awkward, tmp_path / "parquet")
    for name in ("nodes", "edges", "evidence"):
        rows = tables.read(awkward, name).to_pylist()
        with (tmp_path / "csv" / f"{name}.csv").open(encoding="utf-8", newline="") as f:
            read = list(csv.DictReader(f))
        assert len(rows) == len(read)
        for ours, theirs in zip(rows, read):
            assert {k: "" if v is None else v if isinstance(v, list) else str(v) for k, v in ours.items()} == {
                k: json.loads(v) if isinstance(ours[k], list) else v for k, v in theirs.items()
            }
        assert (tmp_path / "parquet" / f"{name}.parquet").read_bytes() == (awkward / f"{name}.parquet").read_bytes()


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_graph_gives_the_same_bytes(format: str, sample_graph: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        export(format, sample_graph, tmp_path / name / "out")
    read = lambda p: (
        {q.name: q.read_bytes().replace(str(tmp_path).encode(), b"").replace(b"/b/out", b"/a/out") for q in p.iterdir()} if p.is_dir() else p.read_bytes()
    )

    assert read(tmp_path / "a" / "out") == read(tmp_path / "b" / "out")


def test_exports_overwrite_themselves_and_nothing_else(sample_graph: Path, tmp_path: Path) -> None:
    for format in FOLDER_EXPORTS:
        export(format, sample_graph, tmp_path / format)
        export(format, sample_graph, tmp_path / format)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious.txt").write_text("x")
    for format in FOLDER_EXPORTS:
        with pytest.raises(StoreError, match="something else"):
            export(format, sample_graph, tmp_path / "mine")
        with pytest.raises(WrongUse, match="graph folder itself"):
            export(format, sample_graph, sample_graph)
    for format in EXPORTS:
        with pytest.raises(StoreError, match="cannot be written"):
            export(format, sample_graph, tmp_path / "none" / "out")
    done = kg("export", "nothing", sample_graph, "-o", tmp_path / "x")
    assert 2 == done.returncode and "choose one of node-link, graphml, gexf, bibtex, csv, parquet, neo4j-csv" in done.stderr


def test_bibtex_tells_arxiv_s_classes_from_keywords(tmp_path: Path) -> None:
    records = [
        {"id": "1", "title": "Seeing Tides", "arxiv_id": "2301.00001", "keywords": ["vision", "on-line"]},
        {"id": "2", "title": "Cold Tides", "arxiv_id": "2301.00002", "categories": ["cond-mat.mtrl-sci"]},
        {"id": "3", "title": "Learned Tides", "arxiv_id": "2301.00003", "categories": ["cs.LG"], "keywords": ["robotics"]},
    ]
    (tmp_path / "1.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    build([tmp_path / "1.jsonl"], tmp_path / "graph")
    export("bibtex", tmp_path / "graph", tmp_path / "x.bib")
    said = {e.fields["title"]: e.fields for e in parse_string((tmp_path / "x.bib").read_text(encoding="utf-8"), "bibtex").entries.values()}
    of = {re.sub("[{}]", "", title): (f.get("primaryclass"), f.get("keywords", "")) for title, f in said.items()}

    assert None is of["Seeing Tides"][0] and "vision" in of["Seeing Tides"][1] and "on-line" in of["Seeing Tides"][1]
    assert "cond-mat.mtrl-sci" == of["Cold Tides"][0]
    assert "cs.LG" == of["Learned Tides"][0] and "robotics" in of["Learned Tides"][1]
