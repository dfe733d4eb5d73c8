"""Questions and the databases that answer them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg import queries
from kg.errors import QueryError, StoreError, WrongUse
from kg.stores import open_store, why_empty

# A value for each parameter with which the sample's graph must answer.
SAMPLE_ARGUMENTS = {
    "co-authors": {"author": "Mira Halvorsen"}, "papers-proposing": {"method": "MFG"}, "methods-on-dataset": {"dataset": "ImageNet"}, "top-methods": {}, "datasets-together": {},
    "repositories-by-method": {"method": "PocketField"}, "methods-of-author": {"author": "mira halvorsen"}, "path-between-authors": {"from": "Wen Zhao", "to": "Ada Moreau"},
    "new-methods-by-year": {}, "compared-with": {"method": "PowerSGD"},
}  # fmt: skip
SEED_ARGUMENTS = SAMPLE_ARGUMENTS | {
    "co-authors": {"author": "Li Shen"}, "papers-proposing": {"method": "AdaMerging"}, "methods-on-dataset": {"dataset": "ImageNet"}, "repositories-by-method": {"method": "SSAM"},
    "methods-of-author": {"author": "Li Shen"}, "path-between-authors": {"from": "Peng Mi", "to": "Liang Ding"}, "compared-with": {"method": "AdamW"},
}  # fmt: skip


def ask(folder: Path, name: str, given: dict[str, str]) -> list[dict]:
    question = queries.find(name)
    return open_store(folder).ask(question.text, queries.arguments(question, given))


def test_there_are_ten_questions_with_whole_headers() -> None:
    found = queries.questions()

    assert set(SAMPLE_ARGUMENTS) == set(found)
    for q in found.values():
        assert q.why and q.returns and q.empty
        assert all(p.text for p in q.parameters)
        assert all(f"${p.name}" in q.text.split("*/")[-1] for p in q.parameters)


@pytest.mark.parametrize("name", SAMPLE_ARGUMENTS)
def test_each_question_has_an_answer_on_the_sample(name: str, sample_graph: Path) -> None:
    assert ask(sample_graph, name, SAMPLE_ARGUMENTS[name])


@pytest.mark.parametrize("name", SEED_ARGUMENTS)
def test_no_question_is_empty_on_the_seeds_without_saying_why(name: str, seed_graph: Path) -> None:
    rows = ask(seed_graph, name, SEED_ARGUMENTS[name])
    store, question = open_store(seed_graph), queries.find(name)

    assert rows or len(why_empty(store, question, SEED_ARGUMENTS[name])) > 10


def test_co_authors_are_those_of_the_tables(sample_graph: Path) -> None:
    rows = ask(sample_graph, "co-authors", {"author": "Mira Halvorsen"})

    assert ("Jonas Petrakis", 2, 1.5) == next((r["co_author"], r["papers"], r["weight"]) for r in rows if r["co_author"] == "Jonas Petrakis")
    assert "Mira Halvorsen" not in {r["co_author"] for r in rows}


def test_a_variant_of_a_name_finds_the_person(sample_graph: Path) -> None:
    assert ["Ada Moreau", "Mira Halvorsen"] == sorted(r["co_author"] for r in ask(sample_graph, "co-authors", {"author": "jose nunez-ortega"}))


def test_the_path_is_the_shortest_and_always_the_same(sample_graph: Path) -> None:
    (row,) = ask(sample_graph, "path-between-authors", {"from": "Wen Zhao", "to": "Ada Moreau"})

    assert (["Wen Zhao", "Mira Halvorsen", "Ada Moreau"], 2) == (row["people"], row["steps"])


def test_why_nothing_came_is_said(sample_graph: Path) -> None:
    store, question = open_store(sample_graph), queries.find("co-authors")

    assert "no Author named 'Mira Halversen' is in this graph; near: Mira Halvorsen" == why_empty(store, question, {"author": "Mira Halversen", "limit": 5})
    assert question.empty == why_empty(store, question, {"author": "Mira Halvorsen", "limit": 5})


@pytest.mark.parametrize(
    "query", ["CREATE (n:Paper {id: 'x'})", "MATCH (n:Paper) SET n.name = 'x'", "MATCH (n:Paper) DETACH DELETE n", "MERGE (n:Paper {id: 'x'})"]
)
def test_questions_cannot_write(query: str, sample_graph: Path) -> None:
    with pytest.raises(QueryError, match="would change the graph"):
        open_store(sample_graph).ask(query, {})


def test_a_wrong_query_is_refused_in_words(sample_graph: Path) -> None:
    with pytest.raises(QueryError, match="the query is refused"):
        open_store(sample_graph).ask("MATCH (n:Paper RETURN n", {})


def test_values_are_only_parameters(sample_graph: Path) -> None:
    """A name full of Cypher is a name."""
    evil = "x'}) DETACH DELETE n //`\"\\"

    assert [] == ask(sample_graph, "co-authors", {"author": evil})


def test_arguments_are_checked() -> None:
    q = queries.find("co-authors")
    assert {"author": "A", "limit": 25} == queries.arguments(q, {"author": "A"})
    assert {"author": "A", "limit": 3} == queries.arguments(q, {"author": "A", "limit": "3"})
    with pytest.raises(WrongUse, match="parameter 'author' is missing"):
        queries.arguments(q, {})
    with pytest.raises(WrongUse, match="no parameter 'name': it takes author, limit"):
        queries.arguments(q, {"name": "A", "author": "B"})
    with pytest.raises(WrongUse, match="give a whole number"):
        queries.arguments(q, {"author": "A", "limit": "many"})


def test_unknown_questions_have_near_ones(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="did you mean co-authors"):
        queries.find("coauthors")
    with pytest.raises(QueryError, match="cannot be read"):
        queries.find(str(tmp_path / "none.cypher"))


def test_no_folder_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no graph folder"):
        open_store(tmp_path)


def test_a_copied_folder_answers_from_read_only_media(sample_graph: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "ein Ordner mit Leerzeichen é"
    shutil.copytree(sample_graph, copy)
    for p in [*copy.iterdir(), copy]:
        p.chmod(0o555 if p.is_dir() else 0o444)
    try:
        assert ask(copy, "top-methods", {})
    finally:
        copy.chmod(0o755)
