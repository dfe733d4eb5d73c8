"""One paper out of many records: they meet, complete each other in any order, and each value keeps its source; venues and citations."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest

from kg import tables
from kg.build import build
from kg.model import Entry, Reference, Span
from kg.resolve import resolve_citations, resolve_papers, resolve_venues
from kg.resolve.venues import core
from tests.conftest import SAMPLES

FORMATS = SAMPLES / "formats"
PILES = [FORMATS / "library.bib", FORMATS / "openalex.json", FORMATS / "scholar.html", FORMATS / "pwc-links.json"]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.suffix in (".parquet", ".json")}


def nodes(folder: Path, kind: str) -> dict[str, dict]:
    return {n["label"]: n for n in tables.read(folder, "nodes").to_pylist() if n["kind"] == kind}


def edges(folder: Path, kind: str) -> list[dict]:
    return [e for e in tables.read(folder, "edges").to_pylist() if e["kind"] == kind]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All samples of all formats in one graph."""
    folder = tmp_path_factory.mktemp("all") / "graph"
    build([FORMATS], folder)
    return folder


def test_two_papers_in_every_format_are_two_papers(everything: Path) -> None:
    found = {label: n for label, n in nodes(everything, "Paper").items() if not n["stub"]}

    assert {
        "TideNet: Forecasting Water Levels with Gated Recurrence",
        "Harbour Log: A Benchmark of Tides",
        "Harbour Log: Data and Tools",
        "Waves in a Bottle: A Survey of Small Tides",
    } == set(found)
    tide = found["TideNet: Forecasting Water Levels with Gated Recurrence"]
    assert ("2301.00001", "10.5555/tide.1", "2023-01-01", "v2") == (tide["arxiv_id"], tide["doi"], tide["date"], tide["version"])
    assert {
        "openalex:W4300000001",
        "pmid:36000001",
        "dblp:journals/jcc/HalvorsenNB23",
        "openreview:TideNet001",
        "acl:2023.jcc-main.1",
        "s2:9001",
        "pwc:tidenet",
    } <= set(tide["identifiers"])
    assert 30 < len(tide["entries"])


def test_its_people_are_told_once_in_the_order_of_the_fullest_list(everything: Path) -> None:
    people = nodes(everything, "Author")
    tide = nodes(everything, "Paper")["TideNet: Forecasting Water Levels with Gated Recurrence"]["id"]
    written = sorted((e["position"], e["source"]) for e in edges(everything, "AUTHORED") if e["target"] == tide)

    assert [(1, people["Mira Halvorsen"]["id"]), (2, people["José Núñez-Ortega"]["id"]), (3, people["Ludwig van den Berg"]["id"])] == written
    assert {"Mira Halvorsen", "José Núñez-Ortega", "Ludwig van den Berg", "Noor El-Amin", "The Harbour Log Team"} == set(people)
    assert "0000-0002-1825-0097" == people["Mira Halvorsen"]["orcid"] and "M Halvorsen" in people["Mira Halvorsen"]["variants"]


def test_each_value_keeps_its_source(everything: Path) -> None:
    tide = nodes(everything, "Paper")["TideNet: Forecasting Water Levels with Gated Recurrence"]
    said = set(zip(tide["value_field"], tide["value_text"], tide["value_entry"]))

    assert {
        ("doi", "10.5555/tide.1", "W4300000001"),
        ("date", "2023", "journals/jcc/HalvorsenNB23"),
        ("authors", "M Halvorsen; J Núñez-Ortega; L van den Berg", "scholar:0"),
    } <= said
    assert {
        ("venue", "Journal of Coastal Computing", "halvorsen2023tidenet"),
        ("type", "journal-article", "10.5555/TIDE.1"),
        ("keywords", "forecasting; hydrology", "TideNet001"),
    } <= said


def test_what_a_record_adds_becomes_nodes_and_edges(everything: Path) -> None:
    papers = nodes(everything, "Paper")
    tide, log = (papers[t]["id"] for t in ("TideNet: Forecasting Water Levels with Gated Recurrence", "Harbour Log: A Benchmark of Tides"))
    venues, categories = nodes(everything, "Venue"), nodes(everything, "Category")

    assert {"Example University"} == set(nodes(everything, "Organization"))
    assert {"forecasting", "hydrology", "cs.LG", "stat.ML"} <= {c if "." in c else c.lower() for c in categories}
    assert {venues["Journal of Coastal Computing"]["id"]} <= {e["target"] for e in edges(everything, "PUBLISHED_IN") if e["source"] == tide}
    assert [venues["NeurIPS"]["id"]] == [e["target"] for e in edges(everything, "PUBLISHED_IN") if e["source"] == log]
    cited = {e["target"] for e in edges(everything, "CITES") if e["source"] == tide}
    assert log in cited and papers["A Book of Waves"]["stub"] and papers["A Book of Waves"]["id"] in cited
    lstm = nodes(everything, "Method")["LSTM"]["id"]
    assert any((tide, lstm) == (e["source"], e["target"]) for kind in ("USES", "COMPARES_WITH") for e in edges(everything, kind))


def test_any_order_gives_the_same_bytes(tmp_path: Path) -> None:
    """All at once, one after the other in each of several orders, and a file given twice."""
    build(PILES, tmp_path / "once")
    wanted = snapshot(tmp_path / "once")
    for k, order in enumerate(list(permutations(PILES))[::7]):
        for path in order:
            build([path], tmp_path / f"g{k}")

        assert wanted == snapshot(tmp_path / f"g{k}"), [p.name for p in order]
    build([*PILES, PILES[0]], tmp_path / "twice")
    assert wanted == snapshot(tmp_path / "twice")


def test_a_later_richer_record_completes_an_earlier_one(tmp_path: Path) -> None:
    poor, rich = tmp_path / "poor.jsonl", tmp_path / "rich.jsonl"
    poor.write_text(json.dumps({"id": "p", "title": "On the Tides of Small Harbours", "authors": ["M. Halvorsen"], "year": 2020}) + "\n")
    rich.write_text(json.dumps({"id": "r", "title": "On the tides of small harbours", "authors": [{"name": "Mira Halvorsen", "orcid": "0000-0002-1825-0097", "affiliations": ["Example University"]}, "Bo Chen"], "date": "2020-05-01", "doi": "10.5555/x", "venue": "ICML 2020", "abstract": "We look at tides."}) + "\n")  # fmt: skip
    build([poor], tmp_path / "g")
    assert (None, "2020") == tuple(nodes(tmp_path / "g", "Paper")["On the Tides of Small Harbours"][k] for k in ("doi", "date"))
    build([rich], tmp_path / "g")
    (paper,) = nodes(tmp_path / "g", "Paper").values()

    assert ("10.5555/x", "2020-05-01", "ICML 2020", "We look at tides.", ["p", "r"]) == tuple(paper[k] for k in ("doi", "date", "venue", "abstract", "entries"))
    assert {"Mira Halvorsen", "Bo Chen"} == set(nodes(tmp_path / "g", "Author"))


def entry(id: str, title: str, *, authors: tuple[str, ...] = (), **more) -> Entry:
    from kg.model import Person

    return Entry(id, "x", 1, 0, 0, title, "jsonl", Span(0, len(title)), authors=tuple(Person(a) for a in authors), **more)


@pytest.mark.parametrize(
    ("a", "b", "one"),
    [
        ({"doi": "10.48550/arxiv.2301.00001"}, {"doi": "10.1109/cvpr.1"}, True),
        ({"doi": "10.1101/2020.01.01.1"}, {"doi": "10.1038/s1"}, True),
        ({"doi": "10.5555/a"}, {"doi": "10.5555/b"}, False),
        ({"arxiv_id": "2301.00001"}, {"arxiv_id": "2301.00002"}, False),
        ({"identifiers": ("s2:1", "openalex:W1")}, {"identifiers": ("openalex:W1",)}, True),
    ],
)
def test_a_preprint_and_its_publication_are_one_paper_and_two_publications_are_two(a: dict, b: dict, one: bool) -> None:
    people = ("Mira Halvorsen", "Bo Chen")
    works, _ = resolve_papers([entry("a", "Tides of the North Sea", authors=people, **a), entry("b", "Tides of the North Sea", authors=people, **b)])

    assert one == (1 == len(works))


def test_an_identifier_joins_records_of_other_titles() -> None:
    works, merges = resolve_papers([entry("a", "Tides", identifiers=("pmid:1",)), entry("b", "Gezeiten", identifiers=("pmid:1",))])

    assert 1 == len(works)
    assert [("same identifier of an index", "pmid:1")] == [(m.rule, m.evidence) for m in merges]


# ---- venues


@pytest.mark.parametrize(
    ("name", "venue"),
    [
        ("NeurIPS 2021", "NeurIPS"), ("Advances in Neural Information Processing Systems 34", "NeurIPS"), ("Thirty-seventh Conference on Neural Information Processing Systems", "NeurIPS"),
        ("35th Conference on Neural Information Processing Systems (NeurIPS 2021)", "NeurIPS"), ("NeurIPS 2021 Track Datasets and Benchmarks", "NeurIPS"), ("NIPS'17", "NeurIPS"),
        ("Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)", "CVPR"), ("2019 IEEE/CVF International Conference on Computer Vision (ICCV)", "ICCV"),
        ("In Proceedings of the 38th International Conference on Machine Learning", "ICML"), ("ICLR 2023 poster", "ICLR"), ("The Eleventh International Conference on Learning Representations", "ICLR"),
        ("Proceedings of the 2019 Conference on Empirical Methods in Natural Language Processing", "EMNLP"), ("J. Mach. Learn. Res.", "JMLR"), ("IEEE Trans. Pattern Anal. Mach. Intell.", "TPAMI"),
        ("Proc. Natl. Acad. Sci. U.S.A.", "PNAS"), ("Machine Learning 45 (2001) 5-32", "Machine Learning"), ("Nature, vol. 521, pp. 436-444", "Nature"), ("Neurocomputing", "Neurocomputing"),
        ("Physical Review D76:013009,2007", "Physical Review"), ("Workshop on Names", "Workshop on Names"),
    ],
)  # fmt: skip
def test_names_of_venues(name: str, venue: str) -> None:
    places, _ = resolve_venues([name])

    assert venue == places[name].name


@pytest.mark.parametrize(
    "name", ["arXiv preprint arXiv:2301.00001", "CoRR abs/2301.00001", "Submitted to ICLR 2024", "bioRxiv", "n/a", "2023", "under review", ""]
)
def test_what_is_no_venue(name: str) -> None:
    assert core(name) is None


def test_an_acronym_in_brackets_joins_the_names_of_the_pile() -> None:
    places, merges = resolve_venues(["Conference on Tidal Computing (CTC)", "CTC 2021", "CTC", "Conference on Tidal Commerce"])

    assert {"Conference on Tidal Computing"} == {places[n].name for n in ("CTC 2021", "CTC", "Conference on Tidal Computing (CTC)")}
    assert "Conference on Tidal Commerce" == places["Conference on Tidal Commerce"].name
    assert all(m.joined for m in merges) and 3 == len(merges)


def test_machine_learning_the_journal_is_not_the_conference() -> None:
    places, _ = resolve_venues(["Machine Learning", "International Conference on Machine Learning"])

    assert 2 == len({p.id for p in places.values()})


# ---- citations


def test_references_are_known_by_identifier_then_by_title_and_year() -> None:
    cited = entry("c", "A Long Title About Tides", doi="10.5555/c", date="2019-05-01")
    citing = entry("a", "Citing", references=(
        Reference(("doi:10.5555/c",)), Reference((), "A long title about tides", 2020), Reference((), "A long title about tides", 1990), Reference(("doi:10.5555/unknown", "s2:7")), Reference(("s2:7",), "Seven", 2001),
    ))  # fmt: skip
    meant, stubs = resolve_citations([citing, cited], {"a": "paper:a", "c": "paper:c"})

    assert ["paper:c", "paper:c"] == [meant["a", 0], meant["a", 1]]
    assert meant["a", 2] not in ("paper:c", meant["a", 3]) and meant["a", 3] == meant["a", 4]
    assert {(None, ("doi:10.5555/unknown", "s2:7"), "Seven", 2001), (None, (), "A long title about tides", 1990)} == {
        (None, s.keys, s.title, s.year) for s in stubs
    }


def test_a_paper_that_was_only_cited_becomes_a_paper_when_it_comes(tmp_path: Path) -> None:
    a, b = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    a.write_text(json.dumps({"id": "a", "title": "The Citing Paper", "references": ["10.5555/b"]}) + "\n")
    b.write_text(json.dumps({"id": "b", "title": "The Cited Paper", "doi": "10.5555/b"}) + "\n")
    build([a], tmp_path / "g")
    (stub,) = [n for n in nodes(tmp_path / "g", "Paper").values() if n["stub"]]
    assert ("doi:10.5555/b", [], "10.5555/b") == (stub["label"], stub["entries"], stub["doi"])
    build([b], tmp_path / "g")
    (paper,) = [n for n in nodes(tmp_path / "g", "Paper").values() if n["title"] == "The Cited Paper"]

    assert (stub["id"], False) == (paper["id"], paper["stub"])
    assert [paper["id"]] == [e["target"] for e in edges(tmp_path / "g", "CITES")]


def test_a_paper_does_not_cite_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "a", "title": "The Citing Paper", "doi": "10.5555/a", "references": ["10.5555/a", "arXiv:2301.00009"]}) + "\n")
    build([path], tmp_path / "g")

    assert 1 == len(edges(tmp_path / "g", "CITES"))


# ---- what an expert would call one paper, and two: each of these was once decided wrongly


@pytest.mark.parametrize(
    ("a", "b", "one"),
    [
        (("Harbours: Congestion and Pricing", {"venue": "Transp. Res. B"}), ("Harbours: Labour and Automation", {"venue": "Marine Policy"}), False),
        (("Tidal flats of Norway: sediments", {}), ("Tidal flats of Norway: vegetation", {}), False),
        (("Erratum: Gating of Networks", {"date": "2021"}), ("Erratum: Drift under Gradients", {"date": "2022"}), False),
        (("Gating of Networks", {}), ("Gating of Networks - Erratum", {}), False),
        (("Gating of Networks", {}), ("Gating of Networks: Supplementary Material", {}), False),
        (("Waves in Harbours: Part A", {}), ("Waves in Harbours: Part B", {}), False),
        (("Waves in Harbours: Part One", {}), ("Waves in Harbours: Part Two", {}), False),
        (("Editorial", {"venue": "Coastal Engineering", "date": "2019"}), ("Editorial", {"venue": "Coastal Engineering", "date": "2021"}), False),
        (("Annual review of harbour statistics", {"date": "2009"}), ("Annual review of harbour statistics", {"date": "2019"}), False),
        (("Report on Harbours of the World", {"date": "2009"}), ("Report on Harbours of the World", {"date": "2019"}), False),
        (("On harbour oscillations.", {}), ("On harbour oscillations", {}), True),
        (("Sand & Salt in the Sea", {}), ("Sand and salt in the sea", {}), True),
        (("Why CO<sub>2</sub>? A Question", {}), ("Why CO2? A question*", {}), True),
        (("Deep harbours. A study", {}), ("Deep harbours: a study", {}), True),
        (("Anchors Aweigh", {}), ("Anchors Aweigh: Weight Decay Revisited", {"authors": ("M. Halvorsen", "B. Chen")}), True),
        (("Scaling to 1.5 Metres", {}), ("Scaling to 15 Metres", {}), False),
    ],
)  # fmt: skip
def test_titles_that_are_one_paper_and_titles_that_are_two(a: tuple[str, dict], b: tuple[str, dict], one: bool) -> None:
    both = [entry(id, title, **({"authors": ("Mira Halvorsen", "Bo Chen")} | more)) for id, (title, more) in (("a", a), ("b", b))]
    for left, right in (both, both[::-1]):
        works, _ = resolve_papers([left, right])

        assert one == (1 == len(works))


def test_one_family_name_is_no_author_in_common() -> None:
    works, _ = resolve_papers([entry("a", "Sensing of Coasts", authors=("Wei Li",)), entry("b", "Sensing of Coasts", authors=("Xiaoming Li", "Anna Petersen"))])

    assert 2 == len(works)


@pytest.mark.parametrize("names", [("c", "j", "s"), ("zc", "j", "s"), ("s3", "s2", "s1")])
def test_a_record_without_a_doi_goes_to_the_paper_of_its_venue_and_year_whatever_the_ids(names: tuple[str, str, str]) -> None:
    people = ("Mira Halvorsen", "Bo Chen")
    c = entry(names[0], "Tides of the North Sea", authors=people, doi="10.5555/1", venue="CVPR 2018", date="2018")
    j = entry(
        names[1], "Tides of the North Sea", authors=people, doi="10.5555/2", venue="IEEE Transactions on Pattern Analysis and Machine Intelligence", date="2020"
    )
    s = entry(names[2], "Tides of the North Sea", authors=people, venue="TPAMI", date="2020")
    given = sorted([c, j, s], key=lambda e: e.id)
    works, _ = resolve_papers(given)

    assert {frozenset({names[0]}), frozenset(names[1:])} == {frozenset(given[i].id for i in w.entries) for w in works}


@pytest.mark.parametrize(
    ("name", "venue"),
    [
        ("Proceedings of the IEEE conference on computer vision and pattern …", "CVPR"), ("Advances in neural information processing …", "NeurIPS"), ("Journal of something else that is long …", None),
        ("NeurIPS 2020 Workshop on Deep RL", "NeurIPS Workshop on Deep RL"), ("ICML Workshop on Time Series", "ICML Workshop on Time Series"), ("Science (New York, N.Y.)", "Science"), ("CVPR (oral)", "CVPR"),
        ("SIGKDD", "KDD"), ("EMNLP-IJCNLP", "EMNLP"),
    ],
)  # fmt: skip
def test_more_names_of_venues(name: str, venue: str | None) -> None:
    places, _ = resolve_venues([name])

    assert venue == (places[name].name if name in places else None)


def test_what_is_only_cited_is_not_counted(tmp_path: Path) -> None:
    from kg.analysis import statistics

    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "a", "title": "The Citing Paper", "references": ["10.5555/b", "10.5555/c"]}) + "\n")
    build([path], tmp_path / "g")
    found = statistics(tmp_path / "g")

    assert (1, 2) == (found["nodes"]["Paper"], found["only cited"])


def test_papers_in_a_venue_are_found_by_its_other_names(everything: Path) -> None:
    from kg import queries
    from kg.stores import answer, open_store

    store = open_store(everything)
    try:
        for name in ("NeurIPS", "Advances in Neural Information Processing Systems 34", "neurips 2021"):
            assert ["Harbour Log: A Benchmark of Tides"] == [r["paper"] for r in answer(store, queries.find("papers-in-venue"), {"venue": name}, None).rows]
    finally:
        store.close()


def test_bibtex_of_many_records_keeps_kinds_keywords_and_whole_lists(everything: Path, tmp_path: Path) -> None:
    from kg.exports import export
    from kg.readers import read

    export("bibtex", everything, tmp_path / "x.bib")
    text = (tmp_path / "x.bib").read_text(encoding="utf-8")
    found = {e.field(e.title): e for e in read(tmp_path / "x.bib").entries}
    tide = found["TideNet: Forecasting Water Levels with Gated Recurrence"]

    assert "@inproceedings{elamin2021harbour," in text and "scholar.google" not in text
    assert (["Mira Halvorsen", "José Núñez-Ortega", "Ludwig van den Berg"], False) == ([p.name for p in tide.authors], tide.truncated_authors)
    assert {"forecasting", "hydrology"} <= {k.lower() for k in tide.keywords}
