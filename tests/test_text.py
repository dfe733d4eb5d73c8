"""Cleaning keeps the way back to the source; folding is stable and keeps what tells names apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.text import clean, fold, plain, sentences

PIECES = st.sampled_from(
    [
        "$",
        "\\",
        "{",
        "}",
        "^",
        "_",
        "~",
        "``",
        "''",
        "--",
        "\n",
        "\r\n",
        " ",
        "-",
        "\\text",
        "\\em ",
        "\\'e",
        "\\cite{a}",
        "ﬁ",
        "é",
        "😀",
        "a",
        "B",
        "3",
        ".",
        "\u00ad",
    ]
)
SOURCES = st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"$\text{Memory}^3$ and MS$^3$D", "Memory3 and MS3D"),
        (r"{\em generic} \textbf{bold} \emph{x}", "generic bold x"),
        (r"3.7$\times$ lower", "3.7× lower"),
        (r"Jos\'e M\"{u}ller \v{C}apek", "José Müller Čapek"),
        ("it costs $5 and $6", "it costs $5 and $6"),
        ("fine-\ntuning in\ntwo lines", "fine-tuning in two lines"),
        ("ﬁne “quoted” non‑breaking", 'fine "quoted" non-breaking'),
        (r"see \cite{abc} and 50\% of a\_b", "see  and 50% of a_b"),
    ],
)
def test_latex_and_typography_are_cleaned(source: str, expected: str) -> None:
    assert expected == clean(source).text


@given(SOURCES)
def test_each_character_of_the_copy_has_its_place_in_the_source(source: str) -> None:
    """Places never run backwards and lie inside the source."""
    c = clean(source)

    assert len(c.text) == len(c.starts) == len(c.ends)
    assert all(0 <= a <= b <= len(source) for a, b in zip(c.starts, c.ends))
    assert list(c.starts) == sorted(c.starts)


@given(SOURCES, st.integers(0, 40), st.integers(1, 40))
def test_a_span_of_the_copy_is_a_span_of_the_source(source: str, start: int, length: int) -> None:
    c = clean(source)
    if start < len(c.text):
        end = min(start + length, len(c.text))
        a, b = c.source_span(start, end, source)

        assert 0 <= a <= b <= len(source)


def test_markup_is_not_cut_in_two() -> None:
    source = r"is named $\text{Memory}^3$, since"
    c = clean(source)
    at = c.text.index("Memory3")
    a, b = c.source_span(at, at + 7, source)

    assert r"$\text{Memory}^3$" == source[a:b]


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(name: str) -> None:
    assert fold(fold(name)) == fold(fold(fold(name)))


@pytest.mark.parametrize(("left", "right"), [("MS-COCO", "ms coco"), ("CIFAR‑10", "cifar-10"), ("José", "Jose"), (r"MS$^3$D", "MS3D")])
def test_variants_of_a_name_fold_alike(left: str, right: str) -> None:
    assert fold(left) == fold(right)


@pytest.mark.parametrize(("left", "right"), [("GPT-3", "GPT-4"), ("ResNet-50", "ResNet-101"), ("BERT", "RoBERTa"), ("C", "C++")])
def test_different_names_do_not_fold_alike(left: str, right: str) -> None:
    assert fold(left) != fold(right)


def test_sentences_hold_every_character_but_the_white_space_between() -> None:
    text = "We use e.g. BERT. It works! Does it? See Fig. 3.\nNext line."
    spans = sentences(text)

    assert ["We use e.g. BERT.", "It works!", "Does it?", "See Fig. 3.", "Next line."] == [text[a:b] for a, b in spans]


def test_plain_is_one_line() -> None:
    assert "A title over two lines" == plain("A \\emph{title}\n over  two lines")


def test_hostile_markup_is_cleaned_in_linear_time() -> None:
    """A hundred thousand dollars, braces or backslashes are no trap (seconds would show a quadratic pattern)."""
    import time

    for source in ("$" * 100_000, "\\" * 100_000, "{" * 100_000, "$a" * 50_000, "\\text{" * 20_000, "(" * 100_000):
        start = time.process_time()
        clean(source)
        assert time.process_time() - start < 20


@given(st.text(max_size=80) | st.text("ab \t\n\\${}^_~`'-éﬁ\u00a0", max_size=40))
@settings(max_examples=500, deadline=None)
def test_plain_is_the_clean_copy_without_odd_spaces(source: str) -> None:
    assert plain(source) == " ".join(clean(source).text.split())


@pytest.mark.parametrize(("written", "printed"), [(r"Hy\-per\-graph", "Hypergraph"), (r"Lee et al.\@ show", "Lee et al. show"), (r"\(a\)", "a")])
def test_what_latex_does_not_print_is_left_out(written: str, printed: str) -> None:
    assert printed == clean(written).text
