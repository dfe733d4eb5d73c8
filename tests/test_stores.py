"""One behaviour for every store: what they answer, refuse, and never do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg import queries
from kg.errors import MissingExtra, QueryError, StoreError, WrongUse
from kg.loading import load
from kg.stores import Store, open_store, why_empty
from kg.stores.rows import read_rows
from tests.conftest import emptied, missing


@pytest.fixture(scope="module", params=["kglite", "arcadedb", "neo4j"])
def store(request: pytest.FixtureRequest, sample_graph: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample's graph in each engine."""
    if request.param == "kglite":
        opened: Store = open_store(sample_graph)
    elif request.param == "arcadedb":
        from kg.stores import arcadedb

        place = tmp_path_factory.mktemp("arcadedb") / "database"
        try:
            arcadedb.write(read_rows(sample_graph), place)
        except MissingExtra:
            missing("arcadedb-embedded")
        opened = arcadedb.ArcadeDB(place)
    else:
        server = emptied(request.getfixturevalue("neo4j_server"))
        patch = request.getfixturevalue("module_environment")
        for key, value in server.environment.items():
            patch.setenv(key, value)
        load(sample_graph, server.uri)
        opened = open_store(sample_graph, server.uri)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def module_environment() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def ask(store: Store, name: str, given: dict[str, str]) -> list[dict]:
    question = queries.find(name)
    return store.ask(question.text, queries.arguments(question, given))


def size(store: Store) -> tuple[int, int]:
    nodes = store.ask("MATCH (n:Paper|Author|Method|Dataset|Benchmark|Task|Metric|Repository|Category|Organization|Venue) RETURN count(n) AS n", {})
    return nodes[0]["n"], store.ask("MATCH (a:Author)-[r:AUTHORED]->(p:Paper) RETURN count(r) AS n", {})[0]["n"]


def test_co_authors_are_those_of_the_sample(store: Store) -> None:
    rows = ask(store, "co-authors", {"author": "Mira Halvorsen"})

    assert ("Jonas Petrakis", 2, 1.5) == next((r["co_author"], r["papers"], r["weight"]) for r in rows if r["co_author"] == "Jonas Petrakis")
    assert "Mira Halvorsen" not in {r["co_author"] for r in rows}


def test_a_variant_of_a_name_finds_the_person(store: Store) -> None:
    assert ["Ada Moreau", "Mira Halvorsen"] == sorted(r["co_author"] for r in ask(store, "co-authors", {"author": "jose nunez-ortega"}))


def test_the_path_is_the_shortest_and_always_the_same(store: Store) -> None:
    (row,) = ask(store, "path-between-authors", {"from": "Wen Zhao", "to": "Ada Moreau"})

    assert (["Wen Zhao", "Mira Halvorsen", "Ada Moreau"], 2) == (row["people"], row["steps"])


def test_dates_and_lists_come_as_python_s_own(store: Store) -> None:
    (row,) = store.ask("MATCH (p:Paper) WHERE p.date >= date($since) RETURN min(p.date) AS first, {a: [1, 2.5, 'x', null]} AS map", {"since": "2023-01-01"})

    assert "2023" == row["first"].isoformat()[:4]
    assert {"a": [1, 2.5, "x", None]} == row["map"]
    assert json.dumps(row, default=str)


def test_abstracts_and_evidence_can_be_read(store: Store, sample_graph: Path) -> None:
    abstracts = store.ask("MATCH (p:Paper) WHERE p.abstract IS NOT NULL RETURN p.abstract AS text, p.id AS id ORDER BY id", {})
    claims = store.ask(
        "MATCH (p:Paper)-[r:PROPOSES]->(m:Method) RETURN r.sentence AS sentence, r.source AS source, r.confidence AS sure, p.id AS id, m.id AS other ORDER BY id, other",
        {},
    )

    assert 10 < len(abstracts) and all(len(r["text"]) > 50 for r in abstracts)
    assert claims and all(r["sentence"] and r["source"].endswith((".txt", ".jsonl")) and 0 < r["sure"] <= 1 for r in claims)


def test_why_nothing_came_is_said(store: Store) -> None:
    question = queries.find("co-authors")

    assert "no author 'Mira Halversen'; did you mean 'Mira Halvorsen'?" == why_empty(store, question, {"author": "Mira Halversen", "limit": 5})
    assert question.empty == why_empty(store, question, {"author": "Mira Halvorsen", "limit": 5})


@pytest.mark.parametrize(
    "query",
    [
        "CREATE (n:Paper {id: 'x'})", "MATCH (n:Paper) SET n.name = 'x'", "MATCH (n:Paper) DETACH DELETE n", "MERGE (n:Paper {id: 'x'})", "MATCH (n:Paper) REMOVE n.name",
        "FOREACH (i IN [1] | CREATE (:Paper {id: 'y'}))", "CREATE INDEX own FOR (n:Paper) ON (n.year)", "CREATE CONSTRAINT FOR (n:Own) REQUIRE n.id IS UNIQUE",
        "/* a comment */ CREATE (n:Paper {id: 'x'})", "MATCH (n:Paper) CALL (n) { SET n.name = 'x' } RETURN count(n) AS n", "DROP CONSTRAINT kg_paper_id",
        "MATCH (n:Paper) DELETE n // MATCH (n) RETURN n", "PROFILE CREATE (n:Paper {id: 'x'})",
    ],
)  # fmt: skip
def test_questions_cannot_write(query: str, store: Store) -> None:
    before = size(store)
    with pytest.raises(QueryError):
        store.ask(query, {})

    assert before == size(store)


@pytest.mark.parametrize(
    "query",
    [
        "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line", "load /* */ csv FROM 'file:///etc/passwd' AS line RETURN line", "LOAD // x\nCSV FROM $x AS l RETURN l",
        "MATCH (p:Paper) LOAD CSV WITH HEADERS FROM 'http://127.0.0.1/' AS l RETURN l", "L\\u004fAD CSV FROM 'file:///etc/passwd' AS l RETURN l",
        "LOAD `CSV` FROM 'file:///etc/passwd' AS l RETURN l", "RETURN '//' AS l UNION LOAD //x\nCSV FROM 'file:///etc/passwd' AS l RETURN l",
        "WITH '//' AS a LOAD/**/CSV FROM 'file:///etc/passwd' AS l RETURN l", "WITH 1 AS `//` LOAD /**/CSV FROM 'file:///etc/passwd' AS l RETURN l",
        "WITH '/*' AS a LOAD /*'*/ CSV FROM 'file:///etc/passwd' AS l RETURN l",
    ],
)  # fmt: skip
def test_questions_read_no_files(query: str, store: Store) -> None:
    with pytest.raises(QueryError):
        store.ask(query, {"x": "file:///etc/passwd"})


@pytest.mark.parametrize("query", ["MATCH (n:Paper RETURN n", "RETURN nosuchfunction(1) AS x", "MATCH (n:Paper) RETURN m.id AS id", ""])
def test_a_wrong_query_is_refused_in_one_line(query: str, store: Store) -> None:
    with pytest.raises(QueryError, match="the query is refused") as caught:
        store.ask(query, {})
    assert "Traceback" not in str(caught.value)


def test_values_are_only_parameters(store: Store) -> None:
    """A name full of Cypher is a name."""
    before = size(store)
    for evil in (
        "x'}) DETACH DELETE n //`\"\\",
        "$author",
        "\u0000",
        "') RETURN 1 AS x UNION MATCH (n) DETACH DELETE n RETURN 1 AS x //",
        "🦊" * 1000,
        "a" * 100_000,
    ):
        assert [] == ask(store, "co-authors", {"author": evil})
    assert before == size(store)


def test_a_closed_store_can_be_opened_again(sample_graph: Path) -> None:
    first = open_store(sample_graph)
    first.close()

    assert ask(open_store(sample_graph), "top-methods", {})


def test_arguments_are_checked() -> None:
    q = queries.find("papers-of-author")
    assert {"author": "A", "limit": 100, "min_confidence": 0.0} == queries.arguments(q, {"author": "A"})
    assert {"author": "A", "limit": 3, "min_confidence": 0.5} == queries.arguments(q, {"author": "A", "limit": "3"}, 0.5)
    with pytest.raises(WrongUse, match="parameter 'author' is missing"):
        queries.arguments(q, {})
    with pytest.raises(WrongUse, match=r"no parameter 'name'.* takes author, limit, min_confidence"):
        queries.arguments(q, {"name": "A", "author": "B"})
    for wrong in ("many", "-1", "1.5", "", "1e3", "99999999999999999999"):
        with pytest.raises(WrongUse, match="give a whole number, 0 or more"):
            queries.arguments(q, {"author": "A", "limit": wrong})
    with pytest.raises(WrongUse, match="give a number such as"):
        queries.arguments(q, {"author": "A", "min_confidence": "high"})


def test_a_file_with_another_theme_or_type(tmp_path: Path) -> None:
    assert "mine" == queries.parse("own", "// Theme: mine\nRETURN 1 AS x").theme
    for wrong in ("Methd", "Method | text", "Method, text", "integr = 3"):
        with pytest.raises(QueryError, match="is no type"):
            queries.parse("own", f"// Param: x ({wrong}) what it is\nRETURN $x AS x")


def test_a_number_that_no_database_holds(sample_graph: Path) -> None:
    with pytest.raises(WrongUse, match="no database holds"):
        queries.arguments(queries.find("RETURN $x AS x"), {"x": "99999999999999999999"})


def test_unknown_questions_have_near_ones(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="did you mean 'co-authors'"):
        queries.find("coauthors")
    with pytest.raises(QueryError, match="cannot be read"):
        queries.find(str(tmp_path / "none.cypher"))


def test_no_folder_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no graph folder"):
        open_store(tmp_path)


def test_a_folder_of_an_older_format_is_refused_with_the_mend(sample_graph: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(sample_graph, old)
    manifest = json.loads((old / "manifest.json").read_text(encoding="utf-8"))
    (old / "manifest.json").write_text(json.dumps(manifest | {"format": 1}), encoding="utf-8")

    with pytest.raises(StoreError, match=r"format 1 .* build the folder again from its sources with: kg build"):
        open_store(old)


def test_a_copied_folder_answers_from_read_only_media(sample_graph: Path, tmp_path: Path) -> None:
    copy = tmp_path / "ein Ordner mit Leerzeichen é"
    shutil.copytree(sample_graph, copy)
    for p in [*copy.iterdir(), copy]:
        p.chmod(0o555 if p.is_dir() else 0o444)
    try:
        assert ask(open_store(copy), "top-methods", {})
    finally:
        copy.chmod(0o755)
