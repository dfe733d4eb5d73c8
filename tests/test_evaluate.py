"""Our scorer counts as the annotation guidelines say, and as the reference scorer does."""

from __future__ import annotations

import copy
import importlib.util
import json
import random
from pathlib import Path

import pytest

from kg import evaluate
from kg.errors import ReadError

GOLD = {
    "a": {
        "id": "a", "title": "T", "authors": ["A B"], "category": "LG", "date": None, "code_flag": True,
        "methods": [{"name": "MS3D", "aliases": ["MS$^3$D"], "role": "proposed"}, {"name": "SAM", "aliases": [], "role": "used"}],
        "datasets": [{"name": "CIFAR-10", "aliases": [], "role": "used"}], "benchmarks": [], "tasks": [], "metrics": [], "repositories": ["github.com/a/b"],
        "optional": [{"name": "federated learning", "why": "open"}],
    }
}  # fmt: skip


def test_a_perfect_answer_scores_one() -> None:
    scores, differences = evaluate.score(GOLD, GOLD)

    assert {"P": 1.0, "R": 1.0, "F1": 1.0, "gold": 2} == scores["methods"]
    assert {"accuracy": 1.0, "n": 2} == scores["methods.role"]
    assert [] == differences


def test_surface_forms_match_and_optional_items_do_not_count() -> None:
    predicted = copy.deepcopy(GOLD)
    predicted["a"]["methods"] = [{"name": "ms-3d", "role": "used"}, {"name": "Federated Learning"}, {"name": "wrong"}]
    predicted["a"]["repositories"] = [{"name": "https://github.com/A/B.git."}]
    scores, differences = evaluate.score(GOLD, predicted)

    assert {"P": 0.5, "R": 0.5, "F1": 0.5, "gold": 2} == scores["methods"]
    assert {"accuracy": 0.0, "n": 1} == scores["methods.role"]
    assert 1.0 == scores["repositories"]["F1"]
    assert {("missed", "SAM"), ("extra", "wrong")} == {(d.what, d.text) for d in differences}


def test_a_benchmark_called_a_data_set_counts_in_the_joint_figure_only() -> None:
    predicted = copy.deepcopy(GOLD)
    predicted["a"]["benchmarks"], predicted["a"]["datasets"] = predicted["a"]["datasets"], []
    scores, _ = evaluate.score(GOLD, predicted)

    assert (0.0, 1.0) == (scores["datasets"]["F1"], scores["datasets+benchmarks"]["F1"])


def test_missing_entries_are_counted() -> None:
    scores, _ = evaluate.score(GOLD, {})

    assert {"gold": 1, "missing": 1} == scores["entries"]
    assert 0.0 == scores["methods"]["R"]


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"id": "a"}\n{"title": 1}\n', encoding="utf-8")
    with pytest.raises(ReadError, match=r"x\.jsonl: line 2: not an entry"):
        evaluate.load(tmp_path / "x.jsonl")
    for line in (
        '{"id": "a", "methods": ["x"]}',
        '{"id": "a", "methods": [{"nme": "x"}]}',
        "[1]",
        '{"id": "b"}\n{"id": "b"}',
        '{"id": "a", "authors": [{"first": "A"}]}',
        '{"id": "a", "optional": [{}]}',
        "[" * 100_000,
    ):
        (tmp_path / "y.jsonl").write_text(line, encoding="utf-8")
        with pytest.raises(ReadError, match=r"y\.jsonl: line [12]: "):
            evaluate.load(tmp_path / "y.jsonl")
    with pytest.raises(ReadError, match="cannot be read"):
        evaluate.load(tmp_path / "none.jsonl")


def _reference(shared: Path):
    spec = importlib.util.spec_from_file_location("reference_score", shared / "gold/score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _spoiled(entry: dict, draw: random.Random) -> dict:
    """A plausible wrong answer: things left out, added, renamed, moved to another kind, with other roles."""
    entry = copy.deepcopy(entry)
    for field in evaluate.LISTS:
        entry[field] = [x for x in entry[field] if draw.random() < 0.8]
        for x in entry[field]:
            if draw.random() < 0.2:
                x["name"] = draw.choice([x["name"].upper(), x["name"].replace(" ", "-"), x["name"] + " model"])
            if "role" in x and draw.random() < 0.2:
                x["role"] = draw.choice(["used", "compared", "introduced"])
        if draw.random() < 0.3:
            entry[field].append({"name": draw.choice(["Foo", "SAM", *(o["name"] for o in entry.get("optional", []))])})
    if entry["methods"] and draw.random() < 0.3:
        entry["tasks"].append(entry["methods"].pop())
    if entry.get("repositories") and draw.random() < 0.3:
        entry["repositories"] = [{"name": entry["repositories"][0] + ".git"}, "github.com/x/y"]
    if entry.get("title") and draw.random() < 0.2:
        entry |= {"title": "other", "authors": ["X"], "code_flag": None}
    return entry


@pytest.mark.parametrize("name", ["seeds", "arxiv_train"])
def test_we_agree_with_the_reference_scorer_on_every_field(name: str, shared: Path) -> None:
    reference = _reference(shared)
    draw = random.Random(3)
    gold = {g["id"]: g for g in map(json.loads, (shared / f"gold/{name}.jsonl").read_text(encoding="utf-8").splitlines())}
    predicted = {k: _spoiled(g, draw) for k, g in gold.items() if draw.random() < 0.95}

    theirs, errors = reference.score(gold, predicted)
    ours, differences = evaluate.score(gold, predicted)
    assert theirs == ours
    assert len(errors) == len(differences)


def test_confidences_are_compared_with_what_is_right() -> None:
    gold = {"x": {"id": "x", "methods": [{"name": "A"}, {"name": "B"}], "optional": [{"name": "D"}]}}
    found = {
        "x": {
            "id": "x",
            "methods": [
                {"name": "A", "confidence": 0.95},
                {"name": "C", "confidence": 0.93},
                {"name": "B", "confidence": 0.65},
                {"name": "D", "confidence": 0.6},
            ],
        }
    }

    assert [
        {"from": 0.6, "to": 0.7, "items": 1, "confidence": 0.65, "right": 1.0},
        {"from": 0.9, "to": 1.0, "items": 2, "confidence": 0.94, "right": 0.5},
    ] == evaluate.reliability(gold, found)


def test_errors_are_counted_by_cause() -> None:
    gold = {
        "x": {
            "id": "x",
            "methods": [{"name": "Alpha Net", "aliases": ["AN"]}, {"name": "Beta"}, {"name": "Gamma"}],
            "datasets": [{"name": "Delta"}],
            "optional": [{"name": "open"}],
        }
    }
    found = {"x": {"id": "x", "methods": [{"name": n} for n in ("Alpha Net", "AN", "Delta", "Alpha", "Zeta", "open")], "tasks": [{"name": "Beta"}]}}

    assert {
        "extra, not annotated": 1, "extra, of another kind": 1, "extra, part or more of an item": 1, "extra, second name of one item": 1,
        "missed, not taken": 1, "missed, taken for another kind": 1,
    } == evaluate.remaining(gold, found)["methods"]  # fmt: skip
