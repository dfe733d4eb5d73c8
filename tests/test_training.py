"""Training: how annotations become training documents, what is held out, and that the shipped name model can be made again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.extract.candidates import Candidate
from kg.extract.training_data import answer, occurrences, split, to_doc

GOLD = {
    "id": "x", "methods": [{"name": "SAM", "aliases": ["Sharpness-Aware Minimization"], "role": "used"}], "datasets": [{"name": "CIFAR-10", "aliases": [], "role": "used"}],
    "benchmarks": [], "tasks": [], "metrics": [], "optional": [{"name": "flat minima", "why": "open"}],
}  # fmt: skip
TEXT = "Sharpness-Aware Minimization (SAM) finds flat minima. Samples of SAM on CIFAR-10 and CIFAR-100."


def test_names_are_found_as_words_of_their_own() -> None:
    assert ["SAM", "SAM"] == [TEXT[a:b] for a, b in occurrences(TEXT, "SAM")]
    assert ["CIFAR-10 and"] == [TEXT[a : b + 4] for a, b in occurrences(TEXT, "CIFAR-10")]
    assert ["flat minima"] == [TEXT[a:b] for a, b in occurrences(TEXT, "Flat minima")]


def test_what_annotators_left_open_is_neither_entity_nor_outside() -> None:
    import spacy

    doc = to_doc(spacy.blank("en"), TEXT, GOLD)

    assert [("Sharpness-Aware Minimization", "Method"), ("SAM", "Method"), ("SAM", "Method"), ("CIFAR-10", "Dataset")] == [(e.text, e.label_) for e in doc.ents]
    assert ["flat", "minima"] == [t.text for t in doc if not t.ent_iob_] == [t.text for t in doc if not t.tag_]
    assert ["B-Method", "I-Method", "I-Method", "I-Method", "O"] == [t.tag_ for t in doc[:5]]


@pytest.mark.parametrize(
    ("name", "expected"), [("SAM", ("Method", "used", ("Method", 0))), ("flat minima", (None, None, None)), ("Samples", ("nothing", None, None))]
)
def test_a_candidate_s_answer_is_the_annotators(name: str, expected: tuple) -> None:
    at = TEXT.index(name)

    assert expected == answer(GOLD, TEXT, Candidate("k", spans=[(at, at + len(name))]))


def test_a_fifth_is_held_out_by_the_id_alone() -> None:
    gold = [{"id": str(i)} for i in range(2000)]
    parts = split(gold)

    assert 2000 == sum(map(len, parts.values()))
    assert 0.17 < len(parts["held"]) / 2000 < 0.23
    assert {g["id"] for g in parts["held"]} == {g["id"] for g in split(gold[::-1])["held"]}


@pytest.mark.slow
def test_the_shipped_name_model_can_be_made_again(shared: Path, tmp_path: Path) -> None:
    """The same bytes as shipped, and at least 99.5 % of the splits right on papers that nothing has seen."""
    pytest.importorskip("sklearn", reason="training needs scikit-learn: pip install 'kg[train]'")
    from kg.readers import names_training

    measured = names_training.train(shared / "data/arxiv/abstracts.jsonl.gz", tmp_path)
    shipped = Path(names_training.__file__).parent

    assert measured["exact splits on unseen papers"] >= 0.995
    assert (shipped / "names.tsv.gz").read_bytes() == (tmp_path / "names.tsv.gz").read_bytes()
    ours, made = (json.loads((p / "names.json").read_text(encoding="utf-8")) for p in (shipped, tmp_path))
    assert ours["letters"] == made["letters"]
    assert made["weights"] == pytest.approx(ours["weights"], abs=0.05)
