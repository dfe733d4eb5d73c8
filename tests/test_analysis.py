"""Tables say what NetworkX, numpy and scipy say of the same graph, and what a reader can check by hand on the samples."""

from __future__ import annotations

import json
import random
import re
from itertools import combinations
from pathlib import Path

import networkx as nx
import pytest

from kg.analysis import TABLES, analyze
from kg.analysis.communities import communities, words_for
from kg.analysis.methods import adjusted, trend_of
from kg.analysis.study import EXACT, Study
from kg.build import build
from kg.errors import WrongUse
from kg.graph import read_graph
from kg.views.report import write_report
from tests.conftest import kg


@pytest.fixture(scope="module")
def study(sample_graph: Path) -> Study:
    return Study(read_graph(sample_graph))


def table(graph: nx.MultiDiGraph, name: str) -> list[dict]:
    return analyze(graph, [name])[0].rows


def built(folder: Path, *records: dict) -> nx.MultiDiGraph:
    """A graph of records that assert what they name."""
    (folder / "1.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    build([folder / "1.jsonl"], folder / "graph")
    return read_graph(folder / "graph")


def paper(n: int, authors: str = "", methods: str = "", data: str = "", year: int = 2020) -> dict:
    return {
        "id": f"p{n}", "title": f"Study number {n} of nothing in particular", "authors": [a.replace("_", " ") for a in authors.split()], "date": f"{year}-01-01",
        "methods": [{"name": m, "role": "used"} for m in methods.split()], "datasets": [{"name": d, "role": "used"} for d in data.split()],
    }  # fmt: skip


def test_every_table_has_rows_of_one_shape_and_a_note(study: Study) -> None:
    found = analyze(study.g, top=3)

    assert list(TABLES) == [t.name for t in found]
    for t in found:
        assert t.note and t.about and len(t.rows) == min(3, t.total)
        assert 1 >= len({tuple(r) for r in t.rows})
        json.dumps(t.rows, allow_nan=False)


def test_centrality_is_that_of_networkx(study: Study) -> None:
    g = nx.Graph()
    for a, b, row in study.g.edges(data=True):
        if row["kind"] == "CO_AUTHORED_WITH":
            g.add_edge(a, b, weight=row["weight"])
    between = nx.betweenness_centrality(g)

    rows = {r["id"]: r for r in table(study.g, "authors")}
    assert set(g) <= set(rows)
    for n in g:
        assert (g.degree[n], pytest.approx(g.degree(n, weight="weight"), abs=1e-4), pytest.approx(between[n], abs=1e-6)) == (
            rows[n]["degree"],
            rows[n]["weighted_degree"],
            rows[n]["betweenness"],
        )
    assert "Mira Halvorsen" == max(rows.values(), key=lambda r: r["betweenness"])["author"]


def test_newmans_weight_adds_up_to_the_papers_written_with_others(tmp_path: Path) -> None:
    """Each paper with others gives each of its authors one, however many they are."""
    g = built(tmp_path, paper(1, "Anna_Abel Bert_Busch Cleo_Chan"), paper(2, "Anna_Abel Bert_Busch"), paper(3, "Anna_Abel"))
    rows = {r["author"]: r for r in table(g, "authors")}

    assert {"Anna Abel": 2.0, "Bert Busch": 2.0, "Cleo Chan": 1.0} == {a: r["weighted_degree"] for a, r in rows.items()}
    assert 3 == rows["Anna Abel"]["papers"]


def test_components_are_those_of_networkx(study: Study) -> None:
    expected = sorted((len(c) for c in nx.connected_components(study.co_authors) if len(c) > 1), reverse=True)

    assert expected == [r["authors"] for r in table(study.g, "components")]


def ring(groups: int, size: int) -> list[tuple[str, str, float]]:
    """Cliques in a ring, each tied to the next by one edge."""
    links = [(f"{g}.{i}", f"{g}.{j}", 1.0) for g in range(groups) for i, j in combinations(range(size), 2)]
    return [*links, *((f"{g}.0", f"{(g + 1) % groups}.1", 1.0) for g in range(groups))]


def test_communities_are_found_whatever_the_order() -> None:
    links = ring(6, 5)
    ids = sorted({x for a, b, _ in links for x in (a, b)})
    expected = sorted(sorted(i for i in ids if i.startswith(f"{g}.")) for g in range(6))
    for seed in range(5):
        r = random.Random(seed)
        mixed = [(b, a, w) if r.random() < 0.5 else (a, b, w) for a, b, w in r.sample(links, len(links))]
        assert expected == sorted(communities(r.sample(ids, len(ids)), mixed))


def test_words_are_those_that_tell_a_group_from_others() -> None:
    said = {"a": {"everywhere": 5, "here": 3}, "b": {"everywhere": 5, "there": 3}, "c": {"everywhere": 9}}

    assert [["here", "everywhere"], ["there", "everywhere"]] == [w[:2] for w in words_for([["a"], ["b"], ["c"]], said)][:2]


def test_a_bridge_is_who_writes_with_two_communities(tmp_path: Path) -> None:
    left, right = (
        ["Anna_Abel", "Bert_Busch", "Cleo_Chan", "Dora_Dent"],
        ["Emil_Ekman", "Fred_Falk", "Gina_Gomez", "Hugo_Hahn"],
    )
    records = [paper(i, " ".join(team), "Alpha" if i < 3 else "Omega") for i, team in enumerate([left, left, left, right, right, right])]
    g = built(tmp_path, *records, paper(9, f"{left[0]} {right[0]}", "Alpha Omega"))
    rows = table(g, "bridges")

    assert {("Author", "Anna Abel"), ("Author", "Emil Ekman")} == {(r["kind"], r["name"]) for r in rows if r["kind"] == "Author"}
    assert {"Study number 9 of nothing in particular"} == {r["name"] for r in rows if r["kind"] == "Paper"}
    assert {"Alpha", "Omega"} == {r["name"] for r in rows if r["kind"] == "Method"}
    # Anna: joint papers by community 3 + 3 + 3 against 1, so 1 - (0.9² + 0.1²).
    assert 0.18 == next(r["participation"] for r in rows if r["name"] == "Anna Abel")


def test_collaboration_counts_what_is_new(tmp_path: Path) -> None:
    a, b, c = "Anna_Abel", "Bert_Busch", "Cleo_Chan"
    g = built(tmp_path, paper(1, f"{a} {b}", year=2020), paper(2, a, year=2021), paper(3, f"{a} {b} {c}", year=2021), {"id": "x", "title": "Undated"})
    first, second = table(g, "collaboration")

    assert (2020, 1, 2, 2, 1, 1, 2.0, 0) == tuple(first.values())
    assert (2021, 2, 3, 1, 3, 2, 2.0, 1) == tuple(second.values())
    assert analyze(g, ["collaboration"])[0].note.startswith("1 papers have no year")


def test_the_trend_test_is_that_of_the_correlation() -> None:
    """The statistic of Cochran and Armitage is Pearson's r of year and naming, times the root of the number of papers."""
    numpy, stats = pytest.importorskip("numpy"), pytest.importorskip("scipy.stats")
    r = random.Random(3)
    for _ in range(30):
        papers = {y: r.randrange(1, 40) for y in range(2015, 2015 + r.randrange(3, 9))}
        named = {y: r.randrange(0, n + 1) for y, n in papers.items()}
        z, p = trend_of(named, papers)
        years = [y for y, n in papers.items() for _ in range(n)]
        says = [float(k < named[y]) for y, n in papers.items() for k in range(n)]
        if len(set(says)) == 1:
            assert (0.0, 1.0) == (z, p)
            continue
        assert z == pytest.approx(numpy.corrcoef(years, says)[0, 1] * len(years) ** 0.5)
        assert p == pytest.approx(2 * stats.norm.sf(abs(z)))
    ps = [r.random() ** 3 for _ in range(40)]
    assert adjusted(ps) == pytest.approx(list(stats.false_discovery_control(ps)))


def test_rising_and_fading_are_stated_only_where_the_test_shows_it(tmp_path: Path) -> None:
    records, n = [], 0
    for year in range(2016, 2024):
        for k in range(30):
            n += 1
            records.append(
                paper(
                    n,
                    "",
                    " ".join(m for m, says in (("Risera", k < (year - 2016) * 3), ("Faderon", k < (2023 - year) * 3), ("Steadium", k < 8)) if says),
                    year=year,
                )
            )
    rows = {r["method"]: r for r in table(built(tmp_path, *records), "trends")}

    assert {"Risera": "rising", "Faderon": "fading", "Steadium": "none shown"} == {m: r["trend"] for m, r in rows.items()}
    assert "2023: 21 of 30" in rows["Risera"]["by_year"] and rows["Risera"]["q"] >= rows["Risera"]["p"]


def test_methods_not_yet_tried_together_share_data_and_no_paper(tmp_path: Path) -> None:
    g = built(tmp_path, paper(1, "", "Alpha Beta", "Ground"), paper(2, "", "Gamma", "Ground"), paper(3, "", "Gamma", "Second"), paper(4, "", "Alpha", "Second"))
    rows = table(g, "untried")

    assert [({"Alpha", "Gamma"}, 2, 2), ({"Beta", "Gamma"}, 1, 1)] == [({r["method"], r["other"]}, r["shared_data"], r["papers"]) for r in rows]


def test_data_and_repositories_count_their_methods(study: Study) -> None:
    rows = {r["name"]: r for r in table(study.g, "data")}
    evaluated = {(a, b) for a, b, row in study.g.edges(data=True) if row["kind"] == "EVALUATED_ON"}
    code = {r["id"]: r for r in table(study.g, "repositories")}

    for r in rows.values():
        assert r["methods"] == sum(b == r["id"] for _, b in evaluated)
    for n, r in code.items():
        assert r["implements"] == sorted(study.label(b) for a, b, row in study.g.edges(data=True) if row["kind"] == "IMPLEMENTS" and a == n)
    assert len(code) == len(study.of_kind(type(study).of_kind.__globals__["Kind"].REPOSITORY))


def test_above_a_size_betweenness_is_sampled_and_says_so() -> None:
    g = nx.MultiDiGraph()
    for i in range(EXACT + 50):
        g.add_node(f"author:{i:05}", kind="Author", name=f"A{i}", label=f"A{i}", papers=1)
    for i in range(EXACT + 49):
        g.add_edge(f"author:{i:05}", f"author:{i + 1:05}", key=str(i), kind="CO_AUTHORED_WITH", papers=[], weight=1.0)
    first, second = (analyze(g, ["authors"])[0] for _ in range(2))

    assert "estimated from 200 of the 1050" in first.note
    assert first.rows == second.rows
    best = max(first.rows, key=lambda r: r["betweenness"])
    assert 300 < int(best["author"][1:]) < 750


def test_the_graph_is_not_changed(sample_graph: Path) -> None:
    g, h = read_graph(sample_graph), read_graph(sample_graph)
    analyze(g)

    assert nx.utils.graphs_equal(g, h)


def test_the_command_prints_one_table_or_the_head_of_each(sample_graph: Path) -> None:
    every = json.loads(kg("analyze", "--graph", sample_graph, "--json").stdout)
    one = json.loads(kg("analyze", "authors", "--graph", sample_graph, "--json").stdout)
    text = kg("analyze", "--graph", sample_graph, "--top", 2)
    csv = kg("analyze", "methods", "--graph", sample_graph, "--csv").stdout

    assert list(TABLES) == [t["name"] for t in every]
    assert one[:10] == every[0]["rows"] and 10 == len(one)
    assert "# bridges: 2 of " in text.stdout and "betweenness is exact" in text.stderr
    assert csv.startswith("method,papers,degree,joint_papers,")
    for wrong in (("analyze", "nothing"), ("analyze", "--csv"), ("analyze", "authors", "--csv", "--json")):
        done = kg(*wrong, "--graph", sample_graph)
        assert 2 == done.returncode and "Traceback" not in done.stderr
    with pytest.raises(WrongUse, match="no table"):
        analyze(read_graph(sample_graph), ["nothing"])


def test_a_report_is_one_page_without_scripts_or_requests(sample_graph: Path, tmp_path: Path, browser) -> None:
    assert write_report(sample_graph, tmp_path / "a.html") >= 8
    assert 0 == kg("report", sample_graph, "-o", tmp_path / "b.html").returncode
    assert 0 == kg("report", "--graph", sample_graph, "-o", tmp_path / "c.html").returncode
    assert 1 == len({(tmp_path / f"{x}.html").read_bytes() for x in "abc"})
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    asked, told = [], []
    for width in (390, 1280):
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.on("request", lambda r: asked.append(r.url))
        page.on("console", lambda m: told.append(m.text))
        page.goto((tmp_path / "a.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert 3 <= page.locator("svg").count() and "Mira Halvorsen" in page.inner_text("#authors")
        assert page.locator("#unread tbody tr").count() >= 1
        page.close()

    assert {(tmp_path / "a.html").as_uri()} == set(asked) and [] == told
    assert "<script" not in text


def test_a_report_of_hostile_words_shows_them_as_text(tmp_path: Path) -> None:
    hostile = '<img src=x onerror="x"></table><script>1</script>{{7*7}}'
    built(
        tmp_path,
        {
            "title": hostile,
            "authors": [hostile, "Bo Li"],
            "date": "2024",
            "methods": [{"name": hostile, "role": "proposed"}, {"name": "Other" + hostile, "role": "used"}],
        },
    )
    (tmp_path / "1.jsonl").write_text("<script>no JSON</script>\n", encoding="utf-8")
    write_report(tmp_path / "graph", tmp_path / "r.html")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")

    assert (
        "<script" not in text
        and "<img" not in text
        and "&lt;img" in text
        and "7*7" in text
        and "49" not in re.sub(r"<style.*?</style>|<meta.*?>|<svg.*?</svg>", "", text, flags=re.S)
    )


def test_a_report_of_long_names_and_far_years_stays_small(tmp_path: Path) -> None:
    built(
        tmp_path,
        {**paper(1, "Anna_Abel Bert_Busch", "Alpha", year=1), "date": "0001-01-01"},
        {**paper(2, "Anna_Abel", "Alpha"), "title": "x" * 5000, "date": "9999-01-01"},
    )
    write_report(tmp_path / "graph", tmp_path / "r.html")

    assert (tmp_path / "r.html").stat().st_size < 60_000 and "9999" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_an_empty_graph_is_analyzed_and_reported(tmp_path: Path) -> None:
    g = built(tmp_path, {"id": "x", "title": "Undated"})

    assert all(t.note for t in analyze(g))
    assert 1 <= write_report(tmp_path / "graph", tmp_path / "r.html")


def test_a_report_of_many_years_shows_the_last_and_says_so(tmp_path: Path) -> None:
    built(tmp_path, *({**paper(n, "Anna_Abel Bert_Busch", "Alpha"), "title": f"Paper of {1960 + n}", "date": str(1960 + n)} for n in range(60)))
    write_report(tmp_path / "graph", tmp_path / "r.html")

    assert "The last 40 of 60" in (tmp_path / "r.html").read_text(encoding="utf-8")
