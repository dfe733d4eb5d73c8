"""Who is who: names that can be one person's, signatures, constraints, clusters, corrections, and the figures that the README gives."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import tables
from kg.build import build
from kg.errors import ReadError
from kg.evaluate import b_cubed
from kg.extract.knowledge import read_corrections
from kg.resolve import Authorship, PersonDecision, resolve_people
from kg.resolve.likeness import MANY, Pile, _meets
from kg.resolve.people import Cluster, shipped
from kg.resolve.personal import compatible, name_key, parse
from kg.resolve.signatures import signatures
from tests.conftest import ROOT, kg


def pile(*papers: tuple[Any, ...]) -> list[Authorship]:
    """Authorships of papers, each given as (paper, title, year, names…); a name may be (name, orcid) or (name, orcid, affiliation)."""
    found = []
    for paper, title, year, *names in papers:
        for n, name in enumerate(names, 1):
            name, orcid, *where = (name, None) if isinstance(name, str) else name
            found.append(Authorship(paper, paper, n, name, orcid, tuple(where), title, year, None))
    return found


def persons(authorships: list[Authorship], name: str, decided: tuple[PersonDecision, ...] = ()) -> list[list[str]]:
    """The papers of each person who bears that name, the persons in order of their papers."""
    people, _ = resolve_people(authorships, decided)
    return sorted(sorted({authorships[i].entry for i in p.authorships}) for p in people if name in (p.name, *p.variants))


# ---- names


@pytest.mark.parametrize(
    ("left", "right", "can"),
    [
        ("José Núñez", "Jose Nunez", True), ("J. Smith", "John Smith", True), ("J.K. Rowe", "Joan K. Rowe", True), ("JK Rowe", "Joan Karen Rowe", True),
        ("Smith, John", "John Smith", True), ("Jean-Pierre Dubois", "Jean Pierre Dubois", True), ("Xiao-Li Meng", "Xiaoli Meng", True), ("Chris Manning", "Christopher D. Manning", True),
        ("John Smith, Jr.", "John Smith", True), ("Smith, John, Jr.", "John Smith Jr", True), ("John Smith, PhD", "John Smith", True), ("Łukasz Søren", "Lukasz Soren", True),
        ("Gabriel Garcia-Marquez", "Gabriel Garcia Marquez", True), ("Rami Al-Rfou", "Rami Al Rfou", True), ("Wei Li*", "Wei Li (李伟)", True), ("Md. Rahman", "M. Rahman", True),
        ("John Smith Jr.", "John Smith Sr.", False), ("John Smith II", "John Smith III", False),
        ("John A. Smith", "John Smith", True), ("Maria de la Cruz", "Maria Cruz", True), ("John Smith Jr.", "John Smith", True), ("Dr. Ada Moreau", "Ada Moreau", True),
        ("John Smith", "James Smith", False), ("John A. Smith", "John B. Smith", False), ("Wei Li", "Wei Liu", False), ("Yang Liu", "Yan Liu", False), ("Xiao Li", "Xiaoli Li", False),
        ("Xiao Ming Zhang", "Xiao Li Zhang", False), ("Wei Wang 0001", "Wei Wang 0002", False), ("Alexander Berg", "Alexandra Berg", False), ("Christos Vlachos", "Christine Vlachos", False),
        ("Plato", "Plato Smith", False),
    ],
)  # fmt: skip
def test_names_that_can_be_one_person_s(left: str, right: str, can: bool) -> None:
    assert can is compatible(name_key(left), name_key(right)) is compatible(name_key(right), name_key(left))


@given(st.text(max_size=60).filter(str.strip))
@settings(max_examples=300, deadline=None)
def test_any_text_has_a_key_and_parts(name: str) -> None:
    key = name_key(name)

    assert parse(key).block[1]
    assert compatible(key, key)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["W.", "Wei", "Wei-Li", "Will", "William", "Xiao"]),
            st.sampled_from(["", "A.", "Bo", "C.", "Li"]),
            st.sampled_from(["", "A.", "Li"]),
        ),
        max_size=9,
    )
)
@settings(max_examples=100, deadline=None)
def test_groups_find_all_names_that_can_be_one_person_s(parts: list[tuple[str, ...]]) -> None:
    keys = sorted({name_key(" ".join((*p, "Wang"))) for p in parts})

    assert [(a, b) for a in keys for b in keys if a <= b and compatible(a, b)] == list(_meets(keys))


def test_a_name_in_two_entries_of_one_paper_is_one_signature() -> None:
    full = [Authorship("a", "p", n, name, None, (), "T", 2020, None) for n, name in enumerate(("John Smith", "Wei Li", "Wei Liu"), 1)]
    short = [Authorship("b", "p", n, name, None, (), "T", 2020, None) for n, name in enumerate(("J. Smith", "W. Li", "W. Liu"), 1)]

    assert [["John Smith", "J. Smith"], ["Wei Li", "W. Li"], ["Wei Liu", "W. Liu"]] == [
        [(full + short)[i].name for i in s.members] for s in signatures(full + short)
    ]


def test_names_of_one_author_meet_in_two_entries_also_swapped_and_a_name_twice_is_one_by_its_orcid() -> None:
    one = [Authorship("a", "p", n, name, None, (), "T", 2020, None) for n, name in enumerate(("Li Wei", "Łukasz Rost"), 1)]
    other = [Authorship("b", "p", n, name, None, (), "T", 2020, None) for n, name in enumerate(("Wei Li", "Lukasz Rost"), 1)]
    twice = [Authorship("a", "p", n, "John Smith", orcid, (), "T", 2020, None) for n, orcid in enumerate(("0000-0001", "0000-0001", None), 1)]

    assert [[0, 2], [1, 3]] == [s.members for s in signatures(one + other)]
    assert [[0, 1], [2]] == [s.members for s in signatures(twice)]


# ---- who is joined


TEAM = ("Ilse Vanderbroek", "Radomir Kostić")


def test_shared_co_authors_join_a_short_name_with_the_full_one() -> None:
    both = pile(("a", "Tidal flow networks for harbours", 2020, "John Smithson", *TEAM), ("b", "Tidal flow networks revisited", 2021, "J. Smithson", *TEAM))

    assert [["a", "b"]] == persons(both, "John Smithson")


@pytest.mark.parametrize(
    ("left", "right"), [("Michael Jordan", "Michael I. Jordan"), ("Mike Jordan", "Michael Jordan"), ("U. K. Vasbotn", "U. Vasbotn"), ("J. Smith", "John Smith"), ("Ed Vasbotn", "Edward Vasbotn")]
)  # fmt: skip
def test_another_form_of_a_name_with_two_shared_co_authors_is_one_person(left: str, right: str) -> None:
    assert [["a", "b"]] == persons(pile(("a", "Harbours", 2015, left, *TEAM), ("b", "Rulings", 2019, right, *TEAM)), left)


def test_an_initial_that_may_mean_two_people_joins_neither_for_its_co_authors_alone() -> None:
    found = pile(("a", "Harbours", 2015, "Yang Zhang", *TEAM), ("b", "Rulings", 2019, "Ying Zhang", *TEAM), ("c", "Proteins", 2011, "Y. Zhang", *TEAM))

    assert not Pile(signatures(found), shipped().counts).other_form(0, 6)


def test_two_entries_of_one_paper_with_other_orcids_leave_both_orcids_to_their_people() -> None:
    found = pile(("a", "A", 2020, ("Ann Bo", "0000-0001")), ("b", "B", 2020, ("Ann Bo", "0000-0002")), ("c", "C", 2021, ("Ann Bo", "0000-0002")))

    assert [["a", "b", "c"]] == persons(found, "Ann Bo", (PersonDecision("Ann Bo", "a", "Ann Bo", "b", True),))


def test_a_common_name_with_nothing_shared_is_two_persons() -> None:
    both = pile(
        ("a", "Deep quantum chemistry", 2014, "Wei Wang", "Lena Fischer", "Omar Haddad"), ("b", "Legal text summarisation", 2023, "Wei Wang", "Paulo Reis", "Mina Sato"),
        *((f"c{i}", f"Study number {i} of {w}", 2016 + i, "Wei Wang", f"Ana {w}", f"Bo {w}") for i, w in enumerate(("Kranz", "Lopes", "Mistry", "Novak", "Oduya", "Petit"))),
    )  # fmt: skip

    assert 8 == len(persons(both, "Wei Wang"))


def test_a_rare_name_is_one_person() -> None:
    both = pile(
        ("a", "Sediment transport by learning", 2020, "Thorvaldur Eyjólfsson", "Lena Fischer"),
        ("b", "Sediment transport at scale", 2021, "Thorvaldur Eyjólfsson", "Paulo Reis"),
    )

    assert [["a", "b"]] == persons(both, "Thorvaldur Eyjólfsson")


def test_two_authors_of_one_paper_are_never_one() -> None:
    both = pile(("a", "A", 2020, "Wei Wang", "Wei Wang", *TEAM), ("b", "B", 2020, ("Wei Wang", "0000-0001"), ("W. Wang", "0000-0001"), *TEAM))
    people, _ = resolve_people(both)

    assert all(len({both[i].paper for i in p.authorships}) == len(p.authorships) for p in people)


def test_an_orcid_joins_other_names_and_parts_equal_ones() -> None:
    found = pile(
        ("a", "A", 2020, ("Wei Li", "0000-0001")), ("b", "B", 2020, ("Wei Li", "0000-0002")), ("c", "C", 2021, ("Wei Li", "0000-0001")),
        ("d", "D", 2021, ("Anna Berg", "0000-0003")), ("e", "E", 2022, ("Anna Lind", "0000-0003")),
    )  # fmt: skip

    assert [["a", "c"], ["b"]] == persons(found, "Wei Li")
    assert [["d", "e"]] == persons(found, "Anna Berg")


def test_a_short_name_never_joins_two_full_ones() -> None:
    found = pile(*((f"p{i}", "Tidal flow networks", 2020, name, *TEAM) for i, name in enumerate(("John Smithson", "J. Smithson", "James Smithson"))))
    people, _ = resolve_people(found)

    assert not [p for p in people if {"John Smithson", "James Smithson"} <= {p.name, *p.variants}]


def test_a_swapped_name_needs_evidence() -> None:
    team = pile(("a", "Kernels for graphs", 2020, "Xueming Qian", *TEAM), ("b", "Kernels for graphs at scale", 2020, "Qian Xueming", *TEAM))
    strangers = pile(("a", "Kernels for graphs", 2020, "Xueming Qian", "Lena Fischer"), ("b", "Legal texts", 2010, "Qian Xueming", "Omar Haddad"))

    assert [["a", "b"]] == persons(team, "Xueming Qian")
    assert [["a"]] == persons(strangers, "Xueming Qian")


def made_up(seed: int, papers: int = 60) -> list[Authorship]:
    r = random.Random(seed)
    names = [
        "Wei Wang",
        "W. Wang",
        "Wei Wang 0002",
        "Wang Wei",
        "John Smith",
        "J. Smith",
        "James Smith",
        "J. A. Smith",
        "José Núñez",
        "Jose Nunez",
        "Ada Moreau",
        "Moreau, Ada",
        "Q",
    ]
    orcids = [None] * 6 + ["0000-0001", "0000-0002"]
    return pile(*(
        (f"p{i}", " ".join(r.sample(["flow", "graph", "text", "tide", "harbour", "kernel"], 3)), r.choice([None, 2019, 2022]), *((n, r.choice(orcids)) for n in {name_key(n): n for n in r.sample(names, r.randint(1, 5))}.values()))
        for i in range(papers)
    ))  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_order_makes_no_difference_and_constraints_hold(seed: int) -> None:
    found = made_up(seed)
    mixed = random.Random(seed).sample(found, len(found))
    one, other = resolve_people(found), resolve_people(mixed)
    named = lambda people, of: [(p.id, p.name, p.variants, p.orcid, sorted((of[i].paper, of[i].position) for i in p.authorships)) for p in people]

    assert named(one[0], found) == named(other[0], mixed)
    assert one[1] == other[1]
    for p in one[0]:
        assert len({found[i].paper for i in p.authorships}) == len(p.authorships)
        assert len({found[i].orcid for i in p.authorships} - {None}) <= 1
        keys = {name_key(found[i].name) for i in p.authorships if found[i].orcid is None}
        assert all(compatible(a, b) or sorted(a.split()) == sorted(b.split()) for a in keys for b in keys) or p.orcid
    assert len(found) == sum(len(p.authorships) for p in one[0])
    assert len(one[0]) == len({p.id for p in one[0]})


def test_resolving_a_person_s_papers_again_changes_nothing() -> None:
    found = made_up(9)
    people, _ = resolve_people(found)
    again, _ = resolve_people([found[i] for p in people for i in p.authorships])

    assert [p.id for p in people] == [p.id for p in again]


def test_words_of_every_title_say_nothing() -> None:
    places = ["Aalto University", "IBM", "Kyoto University", "Bell Labs", "University of Minho"]
    papers = [(f"p{i}", 2000 + i, (name, None, places[i % 5])) for name in ("Wei Wang", "Hui Zhang") for i in range(len(name), 25 + len(name))]
    named, bare = (resolve_people(pile(*((p + w[0], title and f"{title} {n}", y, w) for n, (p, y, w) in enumerate(papers)))) for title in ("Paper", None))

    assert [(p.id, p.authorships) for p in named[0]] == [(p.id, p.authorships) for p in bare[0]]


def test_what_conflicts_is_named() -> None:
    a = Cluster({"p"}, {"john smith"}, {"1"})

    assert a.conflict(Cluster({"p"}, {"john smith"}, set())) == "but both are authors of one paper"
    assert a.conflict(Cluster({"q"}, {"john smith"}, {"2"})) == "but their ORCIDs differ"
    assert a.conflict(Cluster({"q"}, {"james smith"}, set())) == "but their given names differ"
    assert a.conflict(Cluster({"q"}, {"j smith"}, {"1"})) is None


def test_pairs_of_a_very_common_name_grow_with_the_papers_not_with_their_square() -> None:
    def count(n: int) -> int:
        papers = ((f"p{i:05}", "A title", 2000 + i % 20, "Wei Wang", f"Ana N{i % (n // 4)}", f"Bo M{i}") for i in range(n))
        return sum(1 for _ in Pile(signatures(pile(*papers)), shipped().counts).pairs())

    assert count(100) == 4950 + 6 * 25  # all pairs of the common name, and those of each "Ana"
    small, large = count(400), count(1600)
    assert MANY < 1600 * 1599 // 2 and large < 5 * small


def test_every_merge_says_why() -> None:
    _, merges = resolve_people(made_up(3))

    assert merges and all(m.rule and m.evidence and 0 <= m.score <= 1 for m in merges)
    assert {True, False} == {m.joined for m in merges}


# ---- corrections


PILE = [
    {"id": "a", "title": "Tidal flow networks for harbours", "authors": ["John Smithson", *TEAM], "date": "2020"},
    {"id": "b", "title": "Tidal flow networks revisited", "authors": ["J. Smithson", *TEAM], "date": "2021"},
    {"id": "c", "title": "Court rulings as graphs", "authors": ["Wei Wang", "Lena Fischer"], "date": "2012"},
    {"id": "d", "title": "Protein surfaces at rest", "authors": ["Wei Wang", "Omar Haddad"], "date": "2023"},
]


def built(folder: Path, corrections: str | None = None, rows: list[dict] = PILE) -> dict[tuple[str, str], str]:
    """The person of each (name, entry) in a graph of PILE."""
    folder.mkdir(exist_ok=True)
    (folder / "pile.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    rules = folder / "c.csv"
    if corrections is not None:
        rules.write_text(corrections, encoding="utf-8")
    build([folder / "pile.jsonl"], folder / "g", corrections=rules if corrections is not None else None)
    nodes = {n["id"]: n for n in tables.read(folder / "g", "nodes").to_pylist()}
    edges = [e for e in tables.read(folder / "g", "edges").to_pylist() if e["kind"] == "AUTHORED"]
    return {(nodes[e["source"]]["name"], nodes[e["target"]]["entries"][0]): e["source"] for e in edges}


def test_people_are_joined_parted_and_renamed_by_corrections_which_survive_new_input(tmp_path: Path) -> None:
    before = built(tmp_path)
    assert before["John Smithson", "a"] == before["John Smithson", "b"]
    assert before["Wei Wang", "c"] != before["Wei Wang", "d"]

    rules = (
        "action,name,paper,to,to paper,kind\n"
        "apart,John Smithson,Tidal flow networks for harbours,J. Smithson,b,author\n"
        "same,Wei Wang,Court rulings as graphs,Wei Wang,Protein surfaces at rest,author\n"
        "rename,Radomir Kostić,,Radomir Kostic-Weiss,,author\n"
    )
    after = built(tmp_path, rules)
    assert after["John Smithson", "a"] != after["J. Smithson", "b"]
    assert after["Wei Wang", "c"] == after["Wei Wang", "d"]
    assert ("Radomir Kostic-Weiss", "a") in after
    (renamed,) = [n for n in tables.read(tmp_path / "g", "nodes").to_pylist() if n["name"] == "Radomir Kostic-Weiss"]
    assert ["Radomir Kostić"] == renamed["variants"]

    more = built(tmp_path, None, [*PILE, {"id": "e", "title": "Harbour flow in winter", "authors": ["John Smithson", *TEAM], "date": "2022"}])
    assert more["John Smithson", "a"] == more["John Smithson", "e"] != more["J. Smithson", "b"]
    assert more["Wei Wang", "c"] == more["Wei Wang", "d"]


def test_a_review_lists_doubtful_people_and_obeys_what_is_filled_in(tmp_path: Path) -> None:
    papers = (("Tidal flow of graphs", "2012"), ("Texts of courts", "2018"), ("Tidal flow of graphs in winter", "2014"), ("Protein shape", "2022"))
    rows = [{"id": f"p{i}", "title": title, "date": date, "authors": ["Li Zhang", f"Ana N{i}"]} for i, (title, date) in enumerate(papers)]
    built(tmp_path, None, rows)
    done = kg("review", "--graph", tmp_path / "g", "-o", tmp_path / "review.csv")
    table = list(csv.DictReader((tmp_path / "review.csv").read_text(encoding="utf-8").splitlines()))
    doubt = [r for r in table if r["kind"] == "author" and r["now"] == "apart" and r["name"] == "Li Zhang"]

    assert 0 == done.returncode and doubt
    assert all(r["paper"] and r["to paper"] and r["evidence"] and 0 < float(r["score"]) < 0.9 for r in doubt)
    doubt[0]["action"] = "same"
    with open(tmp_path / "filled.csv", "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, table[0].keys())
        writer.writeheader()
        writer.writerows(table)
    build([], tmp_path / "g", corrections=tmp_path / "filled.csv")
    left = json.loads(kg("review", "--graph", tmp_path / "g", "--json").stdout)
    assert not [r for r in left if (r["name"], r["paper"], r["to paper"]) == ("Li Zhang", doubt[0]["paper"], doubt[0]["to paper"])]
    assert "a correction says so" in kg("why", "Li Zhang", "--graph", tmp_path / "g").stdout


def test_what_a_review_shows_of_initials_can_be_parted(tmp_path: Path) -> None:
    before = built(tmp_path)
    rows = [r for r in json.loads(kg("review", "--graph", tmp_path / "g", "--json").stdout) if "J. Smithson" in (r["name"], r["to"])]
    assert before["John Smithson", "a"] == before["John Smithson", "b"] and rows
    rules = "action,name,paper,to,to paper,kind\n" + f"apart,{rows[0]['name']},{rows[0]['paper']},{rows[0]['to']},{rows[0]['to paper']},author\n"
    after = built(tmp_path, rules)
    assert after["John Smithson", "a"] != after["J. Smithson", "b"]


def test_a_rename_with_a_paper_renames_one_bearer_and_chains_are_followed(tmp_path: Path) -> None:
    rules = 'action,name,paper,to,to paper,kind\nrename,Wei Wang,c,Wei Q. Wang,,author\nrename,"Fischer, Lena",,Lena Fisher,,author\nrename,Lena Fisher,,Helena Fisher,,author\n'
    found = built(tmp_path, rules)

    assert {("Wei Q. Wang", "c"), ("Wei Wang", "d"), ("Helena Fisher", "c")} <= found.keys()


def test_corrections_that_meet_nobody_are_told(tmp_path: Path) -> None:
    built(tmp_path)
    (tmp_path / "r.csv").write_text(
        "action,name,paper,to,to paper,kind\nsame,Nobody Here,,Wei Wang,,author\napart,Wei Wang,c,Wei Wang,No such paper,author\nrename,J Smithson,,Jay Smithson,,author\nforget,GhostNet,,,,\n",
        encoding="utf-8",
    )
    done = kg("build", "-o", tmp_path / "g", "--corrections", tmp_path / "r.csv")

    assert 0 == done.returncode and "3 corrections met nothing here: same 'Nobody Here' – 'Wei Wang'; apart 'Wei Wang' of 'c'" in done.stderr
    assert "forget 'GhostNet'" in done.stderr and "Smithson" not in done.stderr


def test_a_very_long_list_of_authors_makes_no_co_author_edges(tmp_path: Path) -> None:
    for n, edges in ((100, 4950), (101, 0)):
        built(tmp_path / str(n), None, [{"id": "a", "title": "Collisions", "authors": [f"Ana Q{i}" for i in range(n)]}])
        assert edges == sum(e["kind"] == "CO_AUTHORED_WITH" for e in tables.read(tmp_path / str(n) / "g", "edges").to_pylist())


def test_a_correction_by_name_alone_leaves_two_authors_of_one_paper_two() -> None:
    found = pile(("a", "A", 2020, "Wei Li", "Wei Li", "W Li"), ("b", "B", 2021, "Wei Li"))
    people, _ = resolve_people(found, (PersonDecision("Wei Li", "", "W Li", "", True),))

    assert all(len({found[i].paper for i in p.authorships}) == len(p.authorships) for p in people)


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        ("forget,Wei Wang,,,,author\n", 2, "not for an author: choose rename, same, apart"),
        ("apart,Wei Wang,,Wei Wang,,author\n", 2, "names one author twice: fill in the columns paper and to paper"),
        ("same,Wei Wang,A,Wei Wang,B,author\napart,Wei Wang,B,Wei Wang,A,author\n", 3, "contradicts line 2"),
        ("same,Wei Wang,A,Wei Wang,B,author\nsame,Wei Wang,B,Wei Wang,C,author\napart,Wei Wang,C,Wei Wang,A,author\n", 4, "are the same by other lines"),
    ],
)
def test_wrong_corrections_of_people_are_named_with_line_and_mend(tmp_path: Path, rows: str, line: int, says: str) -> None:
    (tmp_path / "c.csv").write_text("action,name,paper,to,to paper,kind\n" + rows, encoding="utf-8")

    with pytest.raises(ReadError, match=f"c.csv: line {line}: .*{says}"):
        read_corrections(tmp_path / "c.csv")


# ---- figures


def test_b_cubed_by_hand() -> None:
    precision, recall, f1 = b_cubed({1: "a", 2: "a", 3: "b"}, {1: "x", 2: "y", 3: "y"})

    assert (precision, recall) == (pytest.approx((1 + 0.5 + 0.5) / 3), pytest.approx((0.5 + 0.5 + 1) / 3))
    assert pytest.approx(2 * precision * recall / (precision + recall)) == f1


def test_the_readme_gives_the_figures_that_were_measured() -> None:
    measured = json.loads((ROOT / "kg/resolve/people.json").read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    for name, found in measured.items():
        assert f"| {name} | {found['mentions']:,} | {found['same name'][2]:.3f} | {found['resolved'][2]:.3f} |" in readme


@pytest.mark.slow
def test_the_model_of_authors_can_be_made_again(shared: Path, tmp_path: Path) -> None:
    from kg.training import train

    train("authors", shared / "data", None, tmp_path, tmp_path)

    for name in ("people.npz", "name_counts.tsv.gz", "people.json"):
        assert (tmp_path / name).read_bytes() == (ROOT / "kg/resolve" / name).read_bytes(), name
