"""Resolution joins what is one and leaves apart what is not, and says by which rule."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from kg.model import Entry, Kind, Mention, Person, Span
from kg.resolve import Decision, resolve_names, resolve_papers
from kg.resolve.cluster import UnionFind
from kg.resolve.personal import name_key, parse
from kg.resolve.venues import core


def mention(name: str, *aliases: str, entry: str = "e", kind: Kind = Kind.METHOD, long_form: str | None = None) -> Mention:
    return Mention(entry, kind, name, aliases, long_form, "used", 0.9, "test", ())


def joined(left: Mention, right: Mention, *others: Mention) -> bool:
    things, _ = resolve_names([left, right, *others])
    return any({0, 1} <= set(t.mentions) for t in things)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("MS-COCO", "MS COCO"), ("GANs", "GAN"), ("ResNets", "ResNet"), ("transformers", "transformer"), ("Vision Transformers", "vision transformer"),
        ("CIFAR‑10", "CIFAR-10"), (r"MS$^3$D", "MS3D"), ("k-nearest neighbors", "k-nearest neighbor"), ("Word2Vec", "word2vec"),
    ],
)  # fmt: skip
def test_variants_are_one(left: str, right: str) -> None:
    assert joined(mention(left, entry="a"), mention(right, entry="b"))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("GPT-3", "GPT-4"), ("ResNet-50", "ResNet-101"), ("CIFAR-10", "CIFAR-100"), ("Llama-2-7B", "Llama-2-70B"), ("YOLOv5", "YOLOv8"), ("BERT", "RoBERTa"), ("GAN", "WGAN"),
        ("LSTM", "BiLSTM"), ("SQuAD 1.1", "SQuAD 2.0"), ("BERT", "SciBERT"), ("Keras", "Kera"), ("Adams", "Adam"), ("machine translation", "machine learning"), ("C", "C++"),
    ],
)  # fmt: skip
def test_different_things_stay_apart(left: str, right: str) -> None:
    assert not joined(mention(left, entry="a"), mention(right, entry="b"))


def test_an_acronym_is_its_long_form_when_one_entry_says_so() -> None:
    long = mention("Brine Clock Averaging", "BCA", entry="a", long_form="Brine Clock Averaging")

    assert joined(long, mention("BCA", entry="b"))


def test_an_acronym_that_most_papers_use_for_something_else_is_not_its_long_form_here() -> None:
    long = mention("Sharpness-Aware Minimization", "SAM", entry="a", long_form="Sharpness-Aware Minimization")
    things, merges = resolve_names([long, mention("SAM", entry="b")])

    assert 2 == len(things)
    assert [("SAM", "Sharpness-Aware Minimization", False)] == [(m.left, m.right, m.joined) for m in merges]


def test_an_ambiguous_acronym_goes_with_the_long_form_that_it_shares_neighbours_with() -> None:
    minimization = mention("Sharpness-Aware Minimization", "SAM", entry="a", long_form="Sharpness-Aware Minimization")
    segment = mention("Segment Anything Model", "SAM", entry="b", long_form="Segment Anything Model")
    beside = [mention(n, entry=e) for e in "ac" for n in ("AdamW", "flat minima")] + [mention("prompting", entry="b")]
    bare = mention("SAM", entry="c")
    things, merges = resolve_names([minimization, bare, segment, *beside])

    assert any({0, 1} <= set(t.mentions) for t in things)
    assert not any({1, 2} <= set(t.mentions) for t in things)
    assert ["acronym of two things, by the names beside it"] == [m.rule for m in merges if m.joined]
    assert not joined(minimization, bare, segment, *beside[:1], *beside[2:3])  # one name in common is too little


def test_a_source_s_aliases_tell_acronyms_of_two_things_too() -> None:
    one, other = mention("Sharpness-Aware Minimization", "SAM", entry="a"), mention("Segment Anything Model", "SAM", entry="b")

    assert 3 == len(resolve_names([one, other, mention("SAM", entry="c")])[0])


def test_what_a_person_decided_outranks_all_else() -> None:
    gpt, older, gan, gans = (mention(n, entry=n) for n in ("GPT-4", "GPT-3", "GAN", "GANs"))
    decided = [Decision("gpt-4", "GPT3", True), Decision("GANs", "GAN", False, Kind.METHOD)]
    things, merges = resolve_names([gpt, older, gan, gans], decided)

    assert sorted((0, 1)) in [sorted(t.mentions) for t in things]
    assert 3 == len(things) == len({t.id for t in things})
    assert [("a correction says so", False), ("a correction says so", True)] == sorted((m.rule, m.joined) for m in merges)
    assert (
        2 == len(resolve_names([gan, gans], [Decision("GAN", "GANs", False, Kind.DATASET), Decision("GAN", "U-Net", True)])[0]) + 1
    )  # of another kind, not there


def test_names_that_are_apart_stay_so_by_way_of_others() -> None:
    long = mention("Brine Clock Averaging", "BCA", entry="a", long_form="Brine Clock Averaging")
    rows = [long, mention("BCA", entry="b"), mention("BCA model", entry="c")]

    assert 1 == len(resolve_names(rows)[0])
    things, _ = resolve_names(rows, [Decision("BCA", "Brine Clock Averaging", False)])
    assert not any({0, 1} <= set(t.mentions) for t in things)


@pytest.mark.parametrize("seed", range(10))
def test_random_piles_keep_numbers_apart_and_do_not_depend_on_order(seed: int) -> None:
    rng = random.Random(seed)
    stems = ("Tide", "Brine", "GAN", "Adam", "graph network", "SAM")
    forms = [f"{s}{sep}{n}{end}" for s in stems for sep in ("-", " ", "") for n in ("", "2", "3") for end in ("", "s", " model", " algorithm")]
    rows = [mention(rng.choice(forms), *rng.sample(forms, rng.randint(0, 2)), entry=str(rng.randint(0, 15))) for _ in range(60)]
    things, _ = resolve_names(rows)

    assert sorted(i for t in things for i in t.mentions) == list(range(len(rows)))
    for t in things:
        assert 1 >= len({c for i in t.mentions for c in rows[i].name if c.isdigit()})
    of = lambda rows: sorted((t.id, t.name, t.aliases, tuple(sorted(rows[i].name for i in t.mentions))) for t in resolve_names(rows)[0])
    shuffled = rng.sample(rows, len(rows))
    assert of(rows) == of(shuffled)
    # Saying a thing twice changes nothing.
    for t in things:
        alone, twice = (resolve_names([rows[i] for i in t.mentions] * n)[0] for n in (1, 2))
        assert len(alone) == len(twice)


@pytest.mark.parametrize("seed", range(20))
def test_sets_that_were_joined_are_the_connected_components(seed: int) -> None:
    import networkx as nx

    graph = nx.gnm_random_graph(40, 10 + 3 * seed, seed=seed)
    sets = UnionFind([str(n) for n in graph])
    for a, b in graph.edges:
        sets.join(str(a), str(b))

    found: dict[str, set[int]] = {}
    for n in graph:
        found.setdefault(sets.find(str(n)), set()).add(n)
    assert sorted(map(sorted, nx.connected_components(graph))) == sorted(map(sorted, found.values()))
    assert all(root == min(map(str, members)) for root, members in found.items())


@pytest.mark.parametrize("seed", range(5))
def test_odd_names_are_no_trouble(seed: int) -> None:
    rng = random.Random(seed)
    signs = [*"abXY019 -–/·×()[]{}$\\^_'’\"&.,:;|*+#λβ日本é\n\tİßﬁ", "\u0301", "\u200b", "🦊"]
    kinds = (Kind.METHOD, Kind.DATASET, Kind.BENCHMARK, Kind.TASK, Kind.METRIC)
    word = lambda least, most: "".join(rng.choices(signs, k=rng.randint(least, most)))
    rows = [mention(word(1, 12), *(word(0, 8) for _ in range(rng.randint(0, 2))), entry=str(rng.randint(0, 9)), kind=rng.choice(kinds)) for _ in range(400)]
    rows += [mention("a " * 20_000, "AB", entry="x"), mention("A" * 20_000 + " (AB)", entry="y"), mention("(" * 5_000 + "-" * 5_000, entry="z")]
    things, _ = resolve_names(rows)

    assert sorted(i for t in things for i in t.mentions) == list(range(len(rows)))
    assert len({t.id for t in things}) == len(things)


PAIRS = [
    line.split("\t")
    for line in (Path(__file__).parent / "samples/name_pairs.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def of_pair(entry: str, kind: str, side: str) -> Mention:
    name, *aliases = side.split(" = ")
    return Mention(entry, Kind(kind.capitalize()), name, tuple(aliases), None, None, 1.0, "source", ())


def test_there_are_enough_pairs() -> None:
    assert len(PAIRS) >= 400
    assert all(v in ("same", "apart") for v, *_ in PAIRS)
    assert len({(k, *sorted((a, b))) for _, k, a, b in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize(("kind", "left", "right"), [p for v, *p in PAIRS if v == "apart"])
def test_no_pair_that_is_two_is_joined(kind: str, left: str, right: str) -> None:
    assert not joined(of_pair("a", kind, left), of_pair("b", kind, right))


def test_nearly_all_pairs_that_are_one_are_joined() -> None:
    same = [p for v, *p in PAIRS if v == "same"]
    missed = [p for p in same if not joined(of_pair("a", p[0], p[1]), of_pair("b", p[0], p[2]))]

    assert len(missed) <= 0.05 * len(same), missed


def test_an_acronym_of_two_long_forms_stays_apart() -> None:
    minimization = mention("Sharpness-Aware Minimization", "SAM", entry="a", long_form="Sharpness-Aware Minimization")
    segment = mention("Segment Anything Model", "SAM", entry="b", long_form="Segment Anything Model")
    bare = mention("SAM", entry="c")
    things, _ = resolve_names([minimization, segment, bare])

    assert 3 == len(things)


def test_a_form_that_two_names_of_an_entry_share_joins_neither() -> None:
    """CIFAR-10/100 is an alias of both; it must not make one of them."""
    assert not joined(mention("CIFAR-10", "CIFAR-10/100", kind=Kind.DATASET), mention("CIFAR-100", "CIFAR-10/100", kind=Kind.DATASET))


def test_digits_outrank_an_alias() -> None:
    left, right = mention("GPT-4", "GPT-3", entry="a"), mention("GPT-3", entry="b")
    things, merges = resolve_names([left, right])

    assert 2 == len(things)
    assert [False] == [m.joined for m in merges]


def test_a_data_set_and_a_benchmark_of_one_name_are_one_node_of_the_majority_s_kind() -> None:
    rows = [mention("GLUE", entry=str(i), kind=k) for i, k in enumerate([Kind.DATASET, Kind.BENCHMARK, Kind.BENCHMARK])]
    things, _ = resolve_names(rows)

    assert [(Kind.BENCHMARK, (0, 1, 2))] == [(t.kind, t.mentions) for t in things]


def test_resolution_does_not_depend_on_order() -> None:
    rows = [mention(n, entry=str(i)) for i, n in enumerate(["GAN", "GANs", "gan", "ResNet", "ResNets", "BERT", "GPT-3", "GPT-4"])]
    rows.append(mention("Generative Adversarial Network", "GAN", entry="x", long_form="Generative Adversarial Network"))
    expected = [(t.id, t.name, t.aliases) for t in resolve_names(rows)[0]]
    for seed in range(5):
        random.Random(seed).shuffle(rows)
        assert expected == [(t.id, t.name, t.aliases) for t in resolve_names(rows)[0]]


# ---- papers


def entry(name: str, title: str | None = None, abstract: str | None = None, authors: tuple[str, ...] = (), **more) -> Entry:
    text = "\n".join(x for x in (title, abstract) if x)
    spans = {"title": Span(0, len(title)) if title else None, "abstract": Span(len(text) - len(abstract), len(text)) if abstract else None}
    return Entry(name, f"{name}.jsonl", 1, 0, 1, text, "jsonl", authors=tuple(Person(a) for a in authors), **spans, **more)


ABSTRACT = "We study how papers that were pasted twice can be known again, and show that their abstracts tell, even where the ends are cut off by the page."


def works(*entries: Entry) -> int:
    return len(resolve_papers(entries)[0])


def test_one_paper_in_two_files_is_one() -> None:
    assert 1 == works(entry("a", None, ABSTRACT), entry("b", None, ABSTRACT))


TWO = ("Ada Lovelace", "Mira Halvorsen")


@pytest.mark.parametrize(
    ("left", "right", "count"),
    [
        (("TideNet: A Net of Tides", None, TWO), ("TideNet: Learning Tides", None, TWO[::-1]), 1),
        (("TideNet: A Net of Tides", None, TWO), ("TideNet", None, TWO), 1),
        (("TideNet: A Net of Tides", None, TWO), ("TideNet: Learning Tides", None, TWO[:1]), 2),
        (("TideNet: A Net of Tides", None, ()), ("TideNet: Learning Tides", None, ()), 2),
        (("TideNet, Part I: Sand", None, TWO), ("TideNet, Part II: Salt", None, TWO), 2),
        (("On tides: Part I", None, TWO), ("On tides: Part II", None, TWO), 2),
        (("TideNet: tides of 2020", None, TWO), ("TideNet: tides of 2021", None, TWO), 2),
        (("TideNet: A Net of Tides", ABSTRACT, TWO), ("TideNet: Learning Tides", ABSTRACT.replace("We study", "This work studies"), TWO), 1),
        (
            ("TideNet: A Net of Tides", ABSTRACT, TWO),
            ("TideNet: Learning Tides", "Salt and sand are measured in harbours by clocks that nobody winds.", TWO),
            2,
        ),
    ],
)
def test_another_subtitle_is_one_paper_if_all_else_agrees(left: tuple, right: tuple, count: int) -> None:
    assert count == works(entry("a", *left), entry("b", *right)) == works(entry("b", *right), entry("a", *left))


def test_a_cut_off_abstract_is_known_again() -> None:
    assert 1 == works(entry("a", None, ABSTRACT), entry("b", None, ABSTRACT[:110] + " ..."))


def test_a_titled_entry_and_its_bare_abstract_are_one_paper_named_by_the_title() -> None:
    found, merges = resolve_papers([entry("a", "A Title of Some Length", ABSTRACT), entry("b", None, ABSTRACT)])

    assert 1 == len(found)
    assert ["same abstract"] == [m.rule for m in merges]


def test_equal_titles_of_other_people_are_two_papers() -> None:
    assert 2 == works(
        entry("a", "Learning to Learn", ABSTRACT, ("Ann Lee",)),
        entry("b", "Learning to Learn", "Something else entirely is said here, at length and in detail.", ("Bo Chen",)),
    )


def test_equal_titles_with_a_shared_author_are_one() -> None:
    assert 1 == works(entry("a", "Learning to Learn", None, ("Ann Lee", "Bo Chen")), entry("b", "Learning to learn", ABSTRACT, ("A. Lee",)))


def test_other_arxiv_ids_keep_papers_apart() -> None:
    assert 2 == works(entry("a", "Learning to Learn", ABSTRACT, arxiv_id="2301.00001"), entry("b", "Learning to Learn", ABSTRACT, arxiv_id="2301.00002"))


def test_an_arxiv_id_joins_whatever_the_title() -> None:
    assert 1 == works(entry("a", "First Version of It", None, arxiv_id="2301.00001"), entry("b", "Second Version, Renamed", None, arxiv_id="2301.00001"))


def test_a_long_form_in_both_numbers_is_no_homonym() -> None:
    one = mention("convolutional neural network", "CNN", entry="a", long_form="convolutional neural network")
    many = mention("Convolutional Neural Networks", "CNNs", "CNN", entry="b", long_form="Convolutional Neural Networks")
    bare = mention("CNN", entry="c")
    things, _ = resolve_names([one, many, bare])

    assert [(0, 1, 2)] == [t.mentions for t in things]


@pytest.mark.parametrize(("left", "right", "kind", "same"), [
    ("GLUE benchmark", "GLUE", Kind.BENCHMARK, True), ("HOOD method", "HOOD", Kind.METHOD, True), ("CIFAR-10 dataset", "CIFAR-10", Kind.DATASET, True),
    ("SuperGLUE benchmark", "GLUE", Kind.BENCHMARK, False), ("diffusion model", "diffusion", Kind.METHOD, False), ("CIFAR-100 dataset", "CIFAR-10", Kind.DATASET, False),
])  # fmt: skip
def test_a_head_that_adds_nothing_does_not_part_a_name(left: str, right: str, kind: Kind, same: bool) -> None:
    assert same == joined(mention(left, entry="a", kind=kind), mention(right, entry="b", kind=kind))


@pytest.mark.parametrize("name", ["Clustering", "Algorithm", "Optimizer", "the Classifier"])
def test_a_name_that_is_nothing_but_a_head_stays_what_it_is(name: str) -> None:
    things, _ = resolve_names([mention(name), mention("Adam", entry="b"), mention("Adam optimizer", entry="c")])

    assert 2 == len(things) and name in {t.name for t in things}


def test_what_a_merge_tells_does_not_depend_on_names_that_it_has_nothing_to_do_with() -> None:
    ours = [mention("Cityscapes", entry="b", kind=Kind.DATASET), mention("Cityscapes dataset", entry="c", kind=Kind.DATASET)]
    _, alone = resolve_names(ours)
    # In small letters it is a plural, and another name.
    _, beside = resolve_names([*ours, mention("cityscapes", entry="a", kind=Kind.DATASET)])

    assert {m.evidence for m in alone} == {m.evidence for m in beside if m.left != "cityscapes" != m.right} != set()


def test_a_name_that_is_the_acronym_of_its_own_long_form_is_the_acronym_elsewhere_too() -> None:
    assert joined(mention("BCA", "Brine Clock Averaging", entry="a"), mention("BCA", entry="b"))


def test_long_forms_of_one_acronym_are_compared_as_what_they_name() -> None:
    of = lambda long, entry: mention(long, "ZQA", entry=entry, kind=Kind.DATASET, long_form=long)
    things, _ = resolve_names(
        [of("Zebra Question Answering Dataset", "a"), of("Zebra Question Answering Corpus", "b"), mention("ZQA", entry="c", kind=Kind.DATASET)]
    )

    assert 1 == len(things)


@pytest.mark.parametrize("title", ["Response Ranking with Deep Matching Networks", "Index Structures That Learn", "Comment Threads and How They Grow"])
def test_a_title_that_only_begins_as_common_ones_do_is_one_paper_s(title: str) -> None:
    of = lambda id, venue, year: Entry(id=id, source="s", line=1, byte_start=0, byte_end=1, text=title, format="dblp", title=Span(0, len(title)), authors=(Person("Ada Berg"), Person("Bo Chen")), venue=venue, date=year)  # fmt: skip
    works, _ = resolve_papers([of("a", "CoRR", "2018"), of("b", "WSDM", "2019")])

    assert 1 == len(works)


@pytest.mark.parametrize("mark", ["...", "…", " ..."])
def test_a_venue_that_is_cut_off_is_the_one_that_begins_so(mark: str) -> None:
    assert core("Proceedings of the IEEE/CVF conference on computer vision and pattern" + mark) == ("CVPR", None)


@pytest.mark.parametrize("behind", [", PhD", " Jr.", " 0002"])
def test_the_hyphen_of_a_family_name_parts_it_whatever_stands_behind(behind: str) -> None:
    assert parse(name_key("Maria Garcia-Lopez")).family == parse(name_key("Maria Garcia-Lopez" + behind)).family == "lopez"
