"""What the user knows better: lexicon and corrections, in extraction and in builds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kg import tables
from kg.build import build
from kg.errors import ReadError, WrongUse
from kg.extract.knowledge import Knowledge, Rule, read_corrections, read_lexicon
from kg.model import Entry, Kind, Mention, Place, Span
from kg.queries import find
from kg.stores import answer, open_store
from tests.test_cli import kg

TEXT = "Brine clocks for tide tables\nWe introduce Brine Clock (BC), a clock that runs on salt, and try it on Harbour Log. BC is steadier than QuartzNet."


def apply(rules: list[Rule], e: Entry, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    return Knowledge(rules).apply(e, mentions)


def entry(text: str = TEXT) -> Entry:
    cut = text.index("\n")
    return Entry("x", "x.jsonl", 1, 0, len(text), text, "jsonl", Span(0, cut), Span(cut + 1, len(text)))


def mention(name: str, kind: Kind = Kind.METHOD, role: str | None = "used", *aliases: str) -> Mention:
    at = TEXT.find(name)
    return Mention("x", kind, name, aliases, None, role, 0.8, "trained/1", (Place(at, at + len(name), TEXT),) if at >= 0 else ())


def table(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_name_of_the_lexicon_is_found_wherever_it_stands() -> None:
    (m,) = apply([Rule("add", "Brine Clock", "Method", aliases=("BC",))], entry(), ())

    assert ("Brine Clock", Kind.METHOD, "proposed", 1.0, "lexicon") == (m.name, m.kind, m.role, m.confidence, m.extractor)
    assert ["Brine Clock", "BC", "BC"] == [TEXT[p.start : p.end] for p in m.places]
    assert all(TEXT[p.start : p.end] in p.sentence and p.sentence in TEXT for p in m.places)


def test_roles_follow_the_words_before_a_name() -> None:
    rules = [Rule("add", "QuartzNet", "Method"), Rule("add", "Harbour Log", "Dataset")]

    assert [("Harbour Log", "used"), ("QuartzNet", "compared")] == [(m.name, m.role) for m in apply(rules, entry(), ())]


def test_a_name_inside_a_word_is_none() -> None:
    assert () == apply([Rule("add", "clock", "Method"), Rule("add", "Quartz", "Method")], entry("Title\nTwo clocks and a QuartzNet."), ())


def test_a_latex_name_of_the_lexicon_is_shown_as_it_stands() -> None:
    text = "Title\nWe use MS$^3$D here."
    (m,) = apply([Rule("add", "MS3D", "Method")], entry(text), ())

    assert ["MS$^3$D"] == [text[p.start : p.end] for p in m.places] == list(m.aliases)


def test_the_lexicon_s_kind_outranks_the_model_s() -> None:
    (m,) = apply([Rule("add", "Harbour Log", "Dataset")], entry(), (mention("Harbour Log", Kind.METHOD, "proposed"),))

    assert (Kind.DATASET, "introduced", "lexicon") == (m.kind, m.role, m.extractor)


def test_corrections_rename_forget_and_change_kinds() -> None:
    found = (mention("Brine Clock", Kind.METHOD, "proposed", "BC"), mention("QuartzNet", Kind.METHOD, "compared"), mention("Harbour Log", Kind.METHOD))
    rules = [Rule("rename", "Brine Clock", to="BrineClock"), Rule("forget", "quartz-net"), Rule("kind", "Harbour Log", "Benchmark")]

    assert [("BrineClock", Kind.METHOD, ("Brine Clock", "BC")), ("Harbour Log", Kind.BENCHMARK, ())] == [
        (m.name, m.kind, m.aliases) for m in apply(rules, entry(), found)
    ]


def test_forget_for_one_kind_leaves_the_others() -> None:
    found = (mention("Harbour Log", Kind.METHOD), mention("Harbour Log", Kind.DATASET))

    assert [Kind.DATASET] == [m.kind for m in apply([Rule("forget", "Harbour Log", "Method")], entry(), found)]


def test_both_files_are_read_with_tabs_or_commas(tmp_path: Path) -> None:
    lexicon = table(tmp_path / "l.tsv", "\ufeffname\tkind\taliases\n# mine\n\nBrine Clock\tMethods\tBC | B-Clock\nHarbour Log\tdataset\n")
    corrections = table(tmp_path / "c.csv", 'action,name,kind,to\nrename,"Clock, Brine",,Brine Clock\nforget,QuartzNet,,\nadd,Harbour Log,dataset,\n')

    assert [Rule("add", "Brine Clock", "Method", "", ("BC", "B-Clock")), Rule("add", "Harbour Log", "Dataset")] == read_lexicon(lexicon)
    assert [Rule("rename", "Clock, Brine", "", "Brine Clock"), Rule("forget", "QuartzNet"), Rule("add", "Harbour Log", "Dataset")] == read_corrections(
        corrections
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("action,name\ndrop,Foo\n", "line 2: unknown action 'drop': choose add, rename, kind, forget"),
        ("action,name\nrename,Foo\n", "line 2: rename 'Foo' says no new name: fill in the column to"),
        ("action,name\nkind,Foo\n", "line 2: kind 'Foo' says no kind"),
        ("action,name,kind\nkind,Foo,engine\n", "line 2: unknown kind 'engine': choose method, dataset"),
        ("action,name,kind\nforget,Foo,\nadd,foo,task\n", "line 3: contradicts line 2 on 'foo': keep one of the two"),
        ("name,kind\nFoo,task\n", "line 1: the head line has no column 'action'"),
        ("action,name,colour\nforget,Foo,red\n", "unknown column 'colour'"),
        ("action,name\nforget,\n", "line 2: nothing in the column name"),
        ("action,name\nforget,Foo, Bar\n", "line 2: 3 cells under 2 columns"),
    ],
)
def test_a_wrong_corrections_file_is_named_with_line_and_mend(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ReadError, match=r"c\.csv: ") as caught:
        read_corrections(table(tmp_path / "c.csv", text))
    assert says in str(caught.value)


def test_a_file_that_is_not_there_or_no_text_is_an_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("name,kind\nCafé,task\n".encode("latin-1"))

    with pytest.raises(ReadError, match=r"nothing\.tsv: No such file"):
        read_lexicon(tmp_path / "nothing.tsv")
    with pytest.raises(ReadError, match=r"latin\.csv: is not UTF-8"):
        read_lexicon(tmp_path / "latin.csv")


def test_kg_extract_takes_both_files(tmp_path: Path) -> None:
    page = table(tmp_path / "a.jsonl", json.dumps({"id": "1", "title": TEXT.split("\n")[0], "abstract": TEXT.split("\n")[1]}) + "\n")
    lexicon = table(tmp_path / "l.tsv", "name\tkind\nHarbour Log\tdataset\n")
    corrections = table(tmp_path / "c.tsv", "action\tname\tto\nrename\tHarbour Log\tThe Log\nforget\tQuartzNet\t\n")

    out = json.loads(kg("extract", page, "--lexicon", lexicon, "--corrections", corrections).stdout)

    assert [("The Log", ["Harbour Log"])] == [(d["name"], d["aliases"]) for d in out["datasets"]]
    assert "QuartzNet" not in {m["name"] for m in out["methods"]}


def test_a_folder_keeps_corrections_for_later_builds_and_gives_them_up_for_others(tmp_path: Path) -> None:
    page = table(tmp_path / "a.jsonl", json.dumps({"id": "1", "title": TEXT.split("\n")[0], "abstract": TEXT.split("\n")[1]}) + "\n")
    more = table(tmp_path / "b.jsonl", json.dumps({"id": "2", "title": "Salt again", "abstract": "We read the Harbour Log a second time."}) + "\n")
    first = table(tmp_path / "c.tsv", "action\tname\tkind\tto\nadd\tHarbour Log\tdataset\t\nrename\tHarbour Log\t\tTide Log\n")
    nothing = table(tmp_path / "none.tsv", "action\tname\n")
    names = lambda folder: _ask(folder, "MATCH (d:Dataset) RETURN d.name AS name ORDER BY name")

    build([page], tmp_path / "g", corrections=first)
    build([more], tmp_path / "g")
    build([page, more], tmp_path / "whole", corrections=first)

    assert "Tide Log" in names(tmp_path / "g") and "Harbour Log" not in names(tmp_path / "g")
    assert {p.name: p.read_bytes() for p in (tmp_path / "g").glob("*.parquet")} == {p.name: p.read_bytes() for p in (tmp_path / "whole").glob("*.parquet")}
    build([], tmp_path / "g", corrections=nothing)
    assert "Tide Log" not in names(tmp_path / "g")


def test_a_least_confidence_is_kept_and_lets_through_only_what_is_so_sure(tmp_path: Path) -> None:
    sample = sorted((Path(__file__).parent / "samples").glob("*.txt"))
    strict, loose = (build(sample, tmp_path / name, min_confidence=least) for name, least in (("strict", 0.9), ("loose", 0.1)))

    assert 0 < strict["nodes"]["Method"] < loose["nodes"]["Method"]
    assert strict["nodes"] == build([], tmp_path / "strict")["nodes"]
    edges = open_store(tmp_path / "strict", None)
    try:
        (row,) = answer(edges, find("MATCH (:Paper)-[r:USES]->(:Method) RETURN min(r.confidence) AS least"), {}, None).rows
    finally:
        edges.close()
    assert row["least"] >= 0.9


def test_nothing_to_build_from_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="nothing to build from"):
        build([], tmp_path / "g")


def _ask(folder: Path, query: str) -> set[str]:
    store = open_store(folder, None)
    try:
        return {r["name"] for r in answer(store, find(query), {}, None).rows}
    finally:
        store.close()


def test_corrections_stand_above_the_lexicon() -> None:
    lexicon = Rule("add", "Harbour Log", "Dataset", aliases=("QuartzNet",))

    assert () == apply([Rule("forget", "Harbour Log"), Rule("forget", "QuartzNet"), lexicon], entry(), ())
    assert ["QuartzNet"] == [TEXT[p.start : p.end] for m in apply([Rule("forget", "Harbour Log"), lexicon], entry(), ()) for p in m.places]
    assert [Kind.BENCHMARK] == [m.kind for m in apply([Rule("kind", "Harbour Log", "Benchmark"), lexicon], entry(), ())]


def test_a_cell_that_is_no_table_is_named(tmp_path: Path) -> None:
    path = table(tmp_path / "lexicon.tsv", "name\tkind\n" + "x" * 200_000 + "\tMethod\n")
    with pytest.raises(ReadError, match=r"line 2.*field larger than field limit"):
        read_lexicon(path)


def test_importing_the_build_loads_no_numpy() -> None:
    code = "import sys, kg.build; print(sorted({'spacy', 'sklearn'} & set(sys.modules)), 'kg.extract.features' in sys.modules)"
    assert "[] False" == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


PILE = "\n".join(
    json.dumps({"id": str(i), "title": f"Paper {i}", "abstract": "Nothing here.", "methods": [{"name": n, "aliases": a, "role": "used"}]})
    for i, (n, a) in enumerate([("GPT-3", []), ("GPT-4", []), ("Sharpness-Aware Minimization", ["SAM"]), ("SAM", []), ("GANs", []), ("GAN", [])])
)


def methods(folder: Path) -> set[str]:
    return {n["name"] for n in tables.read(folder, "nodes").to_pylist() if n["kind"] == "Method"}


def test_same_and_apart_are_obeyed_and_survive_rebuilds_and_new_input(tmp_path: Path) -> None:
    pile, more = table(tmp_path / "pile.jsonl", PILE + "\n"), table(tmp_path / "more.jsonl", PILE.splitlines()[0].replace('"0"', '"9"') + "\n")
    rules = table(tmp_path / "c.csv", "action,name,to\nsame,GPT-3,GPT-4\napart,GAN,GANs\nsame,SAM,sharpness aware minimization\n")
    build([pile], tmp_path / "g")
    before = methods(tmp_path / "g")
    build([], tmp_path / "g", corrections=rules)
    after = methods(tmp_path / "g")
    build([more], tmp_path / "g")

    assert {"GPT-3", "GPT-4", "SAM"} < before and len(before & {"GAN", "GANs"}) == 1
    assert 4 == len(after) and {"GAN", "GANs"} < after
    assert after == methods(tmp_path / "g")


def test_a_review_s_table_is_a_corrections_file(tmp_path: Path) -> None:
    pile = table(tmp_path / "pile.jsonl", PILE + "\n")
    build([pile], tmp_path / "g")
    done = kg("review", "--graph", tmp_path / "g", "-o", tmp_path / "review.csv")
    text = (tmp_path / "review.csv").read_text(encoding="utf-8")
    rows = json.loads(kg("review", "--graph", tmp_path / "g", "--json").stdout)

    assert 0 == done.returncode and f"{len(rows)} rows" in done.stderr
    assert [("SAM", "Sharpness-Aware Minimization", "apart", 2, 1)] == [(r["name"], r["to"], r["now"], r["papers"], r["papers of to"]) for r in rows]
    assert [] == read_corrections(tmp_path / "review.csv")  # nothing is filled in
    table(tmp_path / "review.csv", text.replace("\n,SAM", "\nsame,SAM"))
    build([], tmp_path / "g", corrections=tmp_path / "review.csv")
    assert "SAM" not in methods(tmp_path / "g") or "Sharpness-Aware Minimization" not in methods(tmp_path / "g")
    assert [] == json.loads(kg("review", "--graph", tmp_path / "g", "--json").stdout)


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        ("same,A1,\n", 2, "says no other name"),
        ("same,A1,B1\napart,B1,A1\n", 3, "contradicts line 2"),
        ("same,A1,B1\nsame,B1,C1\napart,C1,A1\n", 4, "are the same by other lines"),
    ],
)
def test_contradictions_of_same_and_apart_are_named(tmp_path: Path, rows: str, line: int, says: str) -> None:
    with pytest.raises(ReadError, match=f"c.csv: line {line}: .*{says}"):
        read_corrections(table(tmp_path / "c.csv", "action,name,to\n" + rows))
