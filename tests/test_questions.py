"""The question library: whole headers, the same rows in the same order on three engines and three graphs, and right ones."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import networkx as nx
import pytest

from kg import queries, tables
from kg.errors import MissingExtra, WrongUse
from kg.loading import load
from kg.model import Kind, Relation
from kg.stores import Store, answer, open_store
from kg.stores.rows import NODES, RELATIONSHIPS, read_rows
from tests.conftest import ROOT, driver, emptied, missing

# Values for parameters that name something, for each graph; every question is asked with each of them.
VALUES = {
    "sample": {
        "author": ["Mira Halvorsen", "jose nunez-ortega"], "method": ["MFG", "PowerSGD", "PocketField"], "dataset": ["ImageNet"], "task": ["image classification"],
        "organization": ["Example University"], "venue": ["Workshop on Names"], "name": ["MFG", "ImageNet"], "words": ["graph"], "pair": [("Wen Zhao", "Ada Moreau")],
    },
    "seed": {
        "author": ["Li Shen", "Peng Mi"], "method": ["AdamW", "AdaMerging", "SSAM"], "dataset": ["ImageNet"], "task": ["model merging", "federated learning"],
        "organization": ["nobody's"], "venue": ["nowhere"], "name": ["Adam", "model merging"], "words": ["merging"], "pair": [("Peng Mi", "Liang Ding")],
    },
    "made": {
        "author": ["Ada Wu", "Zoë García"], "method": ["O'Hara-Net", "AmberNet", "Emoji🦊Net", "日本語モデル", "Back`Tick"], "dataset": ["Amber-Bench", "Birch Challenge"],
        "task": ["graph retrieval"], "organization": ["Wu Institute", "garcía institute"], "venue": ["NeurIPS", "nips", "Amber Letters"], "name": ["Back`Tick", "accuracy"], "words": ["'nothing'", "part 7"],
        "pair": [("Ada Wu", "Zoë García"), ("Hana Varga", "Uma Diallo")],
    },
}  # fmt: skip
QUESTIONS = queries.questions()
ASSERTED = re.compile(
    r"\[\w*:(?:AUTHORED|PROPOSES|USES|COMPARES_WITH|INTRODUCES|EVALUATES_ON|ADDRESSES|REPORTS|HAS_CODE|IN_CATEGORY|AFFILIATED_WITH|PUBLISHED_IN|CITES)\b"
)


@dataclass
class Asked:
    """A graph in three engines, each question asked in each with every value: rows by engine."""

    name: str
    folder: Path
    stores: dict[str, Store]
    rows: dict[str, list[tuple[dict[str, str], dict[str, list[dict]]]]]


def arguments_of(question: queries.Question, values: dict[str, list], titles: list[str]) -> list[dict[str, str]]:
    needed = [p.name for p in question.parameters if p.required]
    if needed == ["from", "to"]:
        given = [dict(zip(needed, pair)) for pair in values["pair"]]
    elif needed:
        given = [{needed[0]: v} for v in (titles if needed[0] == "paper" else values[needed[0]])]
    else:
        given = [{}]
    return given + ([given[0] | {"min_confidence": "0.8"}] if any(p.name == "min_confidence" for p in question.parameters) else [])


@pytest.fixture(scope="module", params=["sample", "seed", "made"])
def asked(request: pytest.FixtureRequest, neo4j_server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = request.getfixturevalue(f"{request.param}_graph")
    try:
        from kg.stores import arcadedb

        place = tmp_path_factory.mktemp("arcadedb") / "database"
        arcadedb.write(read_rows(folder), place)
    except MissingExtra:
        missing("arcadedb-embedded")
    emptied(neo4j_server)
    with pytest.MonkeyPatch.context() as patch:
        for key, value in neo4j_server.environment.items():
            patch.setenv(key, value)
        load(folder, neo4j_server.uri)
        stores = {"kglite": open_store(folder), "arcadedb": arcadedb.ArcadeDB(place), "neo4j": open_store(folder, neo4j_server.uri)}
        titles = sorted(n["name"] for n in tables.read(folder, "nodes").to_pylist() if n["kind"] == "Paper")[:3]
        rows = defaultdict(list)
        for name, q in QUESTIONS.items():
            for given in arguments_of(q, VALUES[request.param], titles):
                rows[name].append((given, {engine: s.ask(q.text, queries.arguments(q, given)) for engine, s in stores.items()}))
        yield Asked(request.param, folder, stores, rows)
        for s in stores.values():
            s.close()


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_a_whole_header(name: str) -> None:
    q = QUESTIONS[name]

    assert q.theme in queries.THEMES and q.why and q.returns and q.empty
    assert all(p.text and p.type in ("text", "integer", "number") for p in q.parameters)
    assert {p.name for p in q.parameters} == set(re.findall(r"\$(\w+)", q.text))
    told = re.sub(r"\([^()]*\)", "", re.sub(r"\([^()]*\)", "", q.returns))
    assert set(re.findall(r"(?:^|, )(\w+)", told)) <= set(re.findall(r" AS (\w+)", q.text.split("RETURN")[-1]))


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_keeps_to_the_common_cypher(name: str) -> None:
    text = "\n".join(line for line in QUESTIONS[name].text.splitlines() if not line.startswith("//"))

    assert not re.search(r"COLLECT\s*\{|percentile|/\*|apoc|gds|elementId|keys\(|properties\(|LOAD CSV|CALL\s*\{", text)
    assert not re.search(r"\*\d*\.\.[^\d]|\[[^\]]*\*\]", text), "a path needs an upper bound"
    for label in re.findall(r"\((\w*)\)(?=[-<])|(?<=[->])\((\w+)\)", text):
        assert not any(label), f"a node without its label: {label}"
    least, read = "$min_confidence" in text, re.sub(r"NOT EXISTS \{[^}]*\}", "", text)
    assert least if ASSERTED.search(read) else not least or ASSERTED.search(text), "what reads asserted edges takes a least confidence"
    assert "ORDER BY" in text.split("RETURN")[-1]


def test_there_are_questions_for_every_theme() -> None:
    assert set(queries.THEMES) == {q.theme for q in QUESTIONS.values()}
    assert 30 <= len(QUESTIONS)


@pytest.mark.parametrize("name", QUESTIONS)
def test_three_engines_give_the_same_rows_in_the_same_order(asked: Asked, name: str) -> None:
    for given, found in asked.rows[name]:
        assert found["kglite"] == found["neo4j"], f"kglite and Neo4j differ with {given}"
        assert found["arcadedb"] == found["neo4j"], f"ArcadeDB and Neo4j differ with {given}"


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_without_rows_says_why(asked: Asked, name: str) -> None:
    for given, found in asked.rows[name]:
        if not found["neo4j"]:
            notes = {answer(s, QUESTIONS[name], given).note for s in asked.stores.values()}
            assert 1 == len(notes) and len(notes.pop()) > 10


# Nothing in the made-up papers is inferred, doubtful or empty; and a question that no graph answers would prove nothing.
@pytest.mark.parametrize("name", sorted(set(QUESTIONS) - {"inferred-authorships", "weak-claims", "papers-with-nothing"}))
def test_every_question_has_rows_on_the_larger_graph(asked: Asked, name: str) -> None:
    if asked.name == "made":
        assert any(found["neo4j"] for _, found in asked.rows[name])


@pytest.mark.parametrize("name", ["inferred-authorships", "weak-claims"])
def test_the_others_have_rows_on_the_sample(asked: Asked, name: str) -> None:
    if asked.name == "sample":
        assert any(found["neo4j"] for _, found in asked.rows[name])


def test_neo4j_finds_nothing_deprecated(asked: Asked, neo4j_server) -> None:
    with driver(neo4j_server) as d, d.session() as session:
        for name, q in QUESTIONS.items():
            given = asked.rows[name][0][0]
            summary = session.run(f"EXPLAIN {q.text}", queries.arguments(q, given)).consume()
            bad = [s for s in summary.gql_status_objects if s.classification in ("DEPRECATION", "UNSUPPORTED")]
            assert not bad, f"{name}: {bad}"


# Independent answers, from the Parquet tables or NetworkX.


def frame(asked: Asked) -> tuple[dict[str, dict], list[dict]]:
    return {n["id"]: n for n in tables.read(asked.folder, "nodes").to_pylist()}, tables.read(asked.folder, "edges").to_pylist()


def rows(asked: Asked, question: str, **given: str) -> list[dict]:
    return answer(asked.stores["neo4j"], QUESTIONS[question], given).rows


def written(asked: Asked) -> dict[str, set[str]]:
    """The printed authors of each paper, out of the entries' own authorships."""
    out: dict[str, set[str]] = defaultdict(set)
    for e in frame(asked)[1]:
        if e["kind"] == "AUTHORED" and not e["inferred"]:
            out[e["target"]].add(e["source"])
    return out


def test_co_authors_are_those_of_the_tables(asked: Asked) -> None:
    nodes, _ = frame(asked)
    name = VALUES[asked.name]["author"][0]
    person = next(n["id"] for n in nodes.values() if n["kind"] == "Author" and n["name"].lower() == name.lower())
    together = Counter(b for team in written(asked).values() if person in team for b in team - {person})

    assert dict(together) == {r["id"]: r["papers"] for r in rows(asked, "co-authors", author=nodes[person]["label"], limit="100000")}


def test_paths_are_as_long_as_networkx_says(asked: Asked) -> None:
    nodes, _ = frame(asked)
    graph = nx.Graph(pair for team in written(asked).values() for pair in combinations(sorted(team), 2))
    people = sorted(graph)[:: max(1, len(graph) // 12)]
    checked = 0
    for a, b in combinations(people, 2):
        if {nodes[a]["name"], nodes[b]["name"]} & {n for n, k in Counter(n["name"] for n in nodes.values() if n["kind"] == "Author").items() if k > 1}:
            continue
        found = rows(asked, "path-between-authors", **{"from": nodes[a]["name"], "to": nodes[b]["name"]})
        steps = nx.shortest_path_length(graph, a, b) if nx.has_path(graph, a, b) else 99
        assert [steps] == [r["steps"] for r in found] if steps <= 8 else not found
        checked += 1
    assert checked > 20


def test_bridges_count_the_open_pairs(asked: Asked) -> None:
    graph = nx.Graph(pair for team in written(asked).values() for pair in combinations(sorted(team), 2))
    pairs = {a: sum(not graph.has_edge(b, c) for b, c in combinations(graph[a], 2)) for a in graph}

    assert {a: n for a, n in pairs.items() if n} == {r["id"]: r["pairs"] for r in rows(asked, "bridges-between-groups", limit="100000")}


def test_top_methods_are_counted_right(asked: Asked) -> None:
    _, edges = frame(asked)
    used, sure = (Counter(e["target"] for e in edges if e["kind"] == "USES" and e["confidence"] >= least) for least in (0, 0.8))

    assert dict(used) == {r["id"]: r["papers"] for r in rows(asked, "top-methods", limit="100000")}
    assert dict(sure) == {r["id"]: r["papers"] for r in rows(asked, "top-methods", limit="100000", min_confidence="0.8")}


def test_data_sets_go_together_as_in_the_tables(asked: Asked) -> None:
    _, edges = frame(asked)
    of_paper = defaultdict(set)
    for e in edges:
        if e["kind"] == "EVALUATES_ON":
            of_paper[e["source"]].add(e["target"])
    pairs = Counter(p for data in of_paper.values() for p in combinations(sorted(data), 2))

    assert dict(pairs) == {tuple(sorted((r["id"], r["second_id"]))): r["papers"] for r in rows(asked, "datasets-together", limit="100000")}


def test_coverage_is_that_of_the_tables(asked: Asked) -> None:
    nodes, edges = frame(asked)
    ends = defaultdict(set)
    for e in edges:
        ends[e["kind"]].add(e["target"] if e["kind"] == "AUTHORED" else e["source"])
    wanted = defaultdict(Counter)
    for n in nodes.values():
        if n["kind"] == "Paper" and not n["stub"]:
            c = wanted[n["year"]]
            c["papers"] += 1
            c["with_abstract"] += n["abstract"] is not None
            for what, kinds in {
                "with_authors": "AUTHORED",
                "with_methods": "PROPOSES USES COMPARES_WITH",
                "with_data": "INTRODUCES EVALUATES_ON",
                "with_tasks": "ADDRESSES",
                "with_code": "HAS_CODE",
            }.items():
                c[what] += any(n["id"] in ends[k] for k in kinds.split())

    assert {y: dict(c) for y, c in wanted.items()} == {r.pop("year"): r for r in rows(asked, "coverage")}


def test_new_methods_are_in_the_year_of_their_first_paper(asked: Asked) -> None:
    nodes, edges = frame(asked)
    first: dict[str, int] = {}
    for e in edges:
        if e["kind"] == "PROPOSES" and (year := nodes[e["source"]]["year"]):
            first[e["target"]] = min(year, first.get(e["target"], year))

    assert dict(Counter(first.values())) == {r["year"]: r["methods"] for r in rows(asked, "new-methods-by-year", limit="100000")}


def test_homonyms_are_those_of_the_tables(asked: Asked) -> None:
    nodes, _ = frame(asked)
    forms = defaultdict(set)
    for n in nodes.values():
        if n["kind"] in ("Author", "Method", "Dataset", "Benchmark", "Task", "Metric"):
            for form in (n["name"], *(n["aliases"] or ()), *(n["variants"] or ())):
                forms[form.lower()].add(n["id"])

    assert {f: sorted(ids) for f, ids in forms.items() if len(ids) > 1} == {r["form"]: r["ids"] for r in rows(asked, "homonyms", limit="100000")}


def test_merges_are_those_of_the_table(asked: Asked) -> None:
    merges = Counter(
        (m["node"], m["left"], m["right"], m["rule"], m["score"], m["joined"], m["evidence"])
        for m in tables.read(asked.folder, "merges").to_pylist()
        if not m["joined"] or m["score"] < 0.95
    )
    found = Counter(
        (r["id"], *(r[c] for c in ("left", "right", "rule", "score", "joined", "evidence")))
        for r in rows(asked, "doubtful-merges", below="0.95", limit="100000")
    )
    here = {n for n in frame(asked)[0]}

    assert Counter({k: v for k, v in merges.items() if k[0] in here}) == found


# Names, parameters, words.


def test_a_wrong_value_is_named_with_the_nearest(asked: Asked) -> None:
    for s in asked.stores.values():
        if asked.name == "seed":
            assert "no rows: no author 'Li Shan'; did you mean 'Li Shen'?" == answer(s, QUESTIONS["co-authors"], {"author": "Li Shan"}).note


def test_a_missing_value_is_named_with_one_that_is_there(asked: Asked) -> None:
    for s in asked.stores.values():
        with pytest.raises(WrongUse, match=r"parameter 'author' is missing .*: add for example --param author='"):
            answer(s, QUESTIONS["co-authors"], {})
        with pytest.raises(WrongUse, match=r"no parameter 'autor'; did you mean 'author'\?"):
            answer(s, QUESTIONS["co-authors"], {"autor": "x"})


def test_another_spelling_of_a_name_will_do(asked: Asked) -> None:
    for s in asked.stores.values():
        if asked.name == "made":
            found = answer(s, QUESTIONS["papers-on-dataset"], {"dataset": "amber bench"})
            assert found.rows and "'amber bench' was taken for 'Amber-Bench'" == found.note


def test_who_has_written_together_is_no_new_co_author(asked: Asked) -> None:
    """Not through an inferred authorship either."""
    _, edges = frame(asked)
    teams: dict[str, set[str]] = defaultdict(set)
    for e in edges:
        if e["kind"] == "AUTHORED":
            teams[e["target"]].add(e["source"])
    nodes, name = frame(asked)[0], VALUES[asked.name]["author"][0]
    person = next(n["id"] for n in nodes.values() if n["kind"] == "Author" and n["name"].lower() == name.lower())
    known = {b for team in teams.values() if person in team for b in team}
    for question in ("possible-co-authors", "who-uses-my-methods"):
        assert not known & {r["id"] for r in rows(asked, question, author=nodes[person]["label"], limit="100000")}


def test_ids_stand_beside_their_names(asked: Asked) -> None:
    nodes, _ = frame(asked)
    for r in rows(asked, "datasets-together"):
        assert (nodes[r["id"]]["name"], nodes[r["second_id"]]["name"]) == (r["first"], r["second"])


def test_every_source_file_is_told_of(asked: Asked) -> None:
    entries = Counter(e["source"] for e in tables.read(asked.folder, "entries").to_pylist())
    found = {r["source"]: r["papers"] for r in rows(asked, "sources")}
    assert set(entries) == set(found) and all(0 < n <= entries[s] for s, n in found.items())


def test_min_confidence_is_for_what_reads_asserted_edges(asked: Asked) -> None:
    sure = answer(asked.stores["kglite"], QUESTIONS["weak-claims"], {"max_confidence": "1", "limit": "100000"}, 0.9).rows
    assert sure and all(r["confidence"] >= 0.9 for r in sure)
    with pytest.raises(WrongUse, match="--min-confidence does nothing here"):
        answer(asked.stores["kglite"], QUESTIONS["co-authors"], {"author": "x"}, 0.5)


# The folder cypher/.


@pytest.mark.parametrize("engine", ["kglite", "arcadedb", "neo4j"])
def test_the_schema_is_the_model_s(engine: str) -> None:
    made = [s for s in queries.statements(engine) if "CONSTRAINT" in s]

    assert [k.value for k in Kind] == [re.search(r"\(n:(\w+)\) REQUIRE n\.id IS UNIQUE$", s)[1] for s in made]
    assert {p.name for p in (ROOT / "cypher/schema").iterdir()} == {"kglite.cypher", "arcadedb.cypher", "neo4j.cypher"}


def test_the_full_text_index_covers_names_and_titles() -> None:
    (index,) = [s for s in queries.statements("neo4j") if "FULLTEXT" in s]

    assert [k.value for k in Kind] == re.search(r"\(n:([\w|]+)\)", index)[1].split("|")
    assert {"n.name", "n.title", "n.long_form", "n.aliases", "n.variants"} == set(re.findall(r"n\.\w+", index))


def test_rows_hold_what_the_model_s_kinds_have() -> None:
    assert set(Kind) == set(NODES) and set(Relation) == set(RELATIONSHIPS)
    known = {k for types in (*NODES.values(), *RELATIONSHIPS.values()) for k in types}
    for name, q in QUESTIONS.items():
        code = "\n".join(line for line in q.text.splitlines() if not line.startswith("//"))
        assert set(re.findall(r"\b[a-z]\w*\.([a-z_]+)\b(?!\()", re.sub(r"'[^']*'", "", code))) <= known, name


def test_the_cypher_folder_s_readme_lists_every_question() -> None:
    text = (ROOT / "cypher/README.md").read_text(encoding="utf-8")

    assert [f"| {q.theme} | `{q.name}` | {q.why} | {', '.join(f'`{p.name}`' for p in q.parameters)} |" for q in queries.by_theme()] == [
        line for line in text.splitlines() if re.match(r"\| \w+ \| `", line)
    ]


def test_neo4j_s_linter_has_nothing_to_say(tmp_path: Path) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if not (npm and node):
        missing("npm or node")
    package = "@neo4j-cypher/language-support@2.0.0-next.38"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kg" / "cypher-linter"
    if not (cache / "node_modules/@neo4j-cypher").is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([npm, "install", "--no-audit", "--no-fund", "--prefix", str(cache), package], capture_output=True, text=True, cwd=cache)
        if done.returncode:
            missing(f"{package} ({done.stderr[-300:]})")
    files = sorted(str(p) for p in (ROOT / "cypher").rglob("*.cypher"))
    program = [node, str(ROOT / "tests/lint_cypher.cjs"), str(cache / "node_modules/@neo4j-cypher/language-support")]
    bad = tmp_path / "bad.cypher"
    bad.write_text("MATCH (n:Paper) RETURN m.id AS id", encoding="utf-8")
    found = json.loads(subprocess.run([*program, *files, str(bad)], capture_output=True, text=True, check=True).stdout)

    assert ["Variable `m` not defined"] == found.pop(str(bad))
    assert {f: [] for f in files} == found


def test_a_parameter_s_default_may_be_text() -> None:
    question = queries.parse("x", "// Param: role (text = own) whose\n// Param: limit (integer = 3) rows\nMATCH (n:Paper) RETURN n.name AS name ORDER BY name")

    assert ["own", "3"] == [queries.shown_default(p) for p in question.parameters] and "default own" in queries.page(question)
