"""Training: how annotations become training documents, what is held out, and that the shipped name model can be made again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from kg.errors import KgError
from kg.extract import linear, spelling, surroundings
from kg.extract.candidates import Candidate
from kg.extract.features import Places, places
from kg.extract.training_data import answer, occurrences, split, to_doc
from kg.model import Entry, Span
from kg.text import sentences
from tests import annotated

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


def placed(text: str, *names: str) -> tuple[list[Candidate], Places]:
    import spacy

    found = [Candidate(n, spans=[(m.start(), m.end()) for m in re.finditer(n, text)]) for n in names]
    return found, places(spacy.blank("en")(text), text, text.index("\n"), sentences(text), found)


def test_words_round_a_place_are_those_of_its_sentence() -> None:
    text = "TideNet works\nWe try TideNet on sand. Salt is no TideNet."
    _, p = placed(text, "TideNet")
    round_ = [[p.words[i] for i in row if i >= 0] for row in surroundings.windows(p)]

    assert [["works"], ["we", "try", "on", "sand", "."], ["salt", "is", "no", "."]] == [[w for w in r if w.strip()] for r in round_]
    far, near = surroundings.slots(p)[1:, surroundings.BEFORE - 2 : surroundings.BEFORE].T
    assert (near == 0).all() and (far == 1).all()
    assert (surroundings.slots(p)[0] >= surroundings.SLOTS // 2).all()  # the title has its own


def test_a_model_of_surroundings_learns_what_words_say_and_stays_the_same_when_stored(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="training needs scikit-learn: pip install 'kg[train]'")
    from kg.extract.training_linear import learn_surroundings

    said = {
        "Method": "We propose Alpha here", "Dataset": "Trained on Alpha images", "Benchmark": "The Alpha leaderboard is hard", "Task": "The task of Alpha matters",
        "Metric": "Points of Alpha gained", "nothing": "It rains Alpha today",
    }  # fmt: skip
    roles = {"proposed": "We propose Alpha here", "used": "It relies upon Alpha now", "compared": "It outperforms Alpha by far"}
    made = [(placed(f"T\n{t} {i}.", "Alpha")[1], [(k, "proposed" if k == "Method" else None, None)]) for i in range(8) for k, t in said.items()]
    made += [(placed(f"T\n{t} {i}.", "Alpha")[1], [("Method", r, None)]) for i in range(8) for r, t in roles.items()]
    model = learn_surroundings(made)
    linear.save(model, tmp_path / "s.npz")
    stored = linear.load(surroundings.Surroundings, tmp_path / "s.npz")

    for text, answer_ in (
        ("It outperforms Alpha by 3 points.", "role compared"),
        ("We propose Alpha.", "role proposed"),
        ("It relies upon Alpha.", "role used"),
    ):
        _, p = placed(f"T\n{text}", "Alpha")
        says = dict(zip(surroundings.ANSWERS, stored.scores(p)[0].tolist()))
        assert answer_ == max((a for a in says if a.startswith("role")), key=says.__getitem__)
        assert (model.scores(p) == stored.scores(p)).all()
    assert stored.scores(placed("T\nzzz Alpha zzz.", "Alpha")[1])[0] == pytest.approx(stored.scores(placed("T\nqqq Alpha qqq.", "Alpha")[1])[0])


def test_a_model_of_spelling_knows_kinds_by_their_pieces_and_stays_the_same_when_stored(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="training needs scikit-learn: pip install 'kg[train]'")
    from kg.extract.training_linear import learn_spelling

    heads = {"Method": "{}Net", "Dataset": "{}QA", "Benchmark": "{}Bench", "Task": "{} parsing", "Metric": "{} score", "nothing": "our {}"}
    stems = ("Alpha", "Brine", "Cedar", "Delta", "Ember", "Fjord", "Grain", "Heath")
    model = learn_spelling([h.format(s) for s in stems for h in heads.values()], [k for _ in stems for k in heads])
    linear.save(model, tmp_path / "s.npz")
    stored = linear.load(spelling.Spelling, tmp_path / "s.npz")

    new = ["QuartzNet", "TideQA", "SaltBench", "tide parsing", "salt score", "our tide"]
    assert list(heads) == [spelling.ANSWERS[i] for i in stored.scores(new).argmax(axis=1)]
    assert (model.scores(new) == stored.scores(new)).all()
    assert (stored.scores(new)[2:3] == stored.scores([new[2]])).all()  # whatever stands beside it
    assert stored.scores(["日本語"])[0] == pytest.approx(stored.bias, abs=1e-3)
    assert (0, len(spelling.ANSWERS)) == stored.scores([]).shape


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


@pytest.mark.slow
def test_the_shipped_acronyms_can_be_made_again(shared: Path, tmp_path: Path) -> None:
    from kg.resolve import acronyms
    from kg.training import train

    measured = train("acronyms", shared / "data", None, tmp_path, tmp_path)

    assert acronyms.PATH.read_bytes() == (tmp_path / acronyms.PATH.name).read_bytes()
    assert measured["with one meaning"] > 1000


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with `data` and `gold`, as training takes them."""
    pytest.importorskip("sklearn.ensemble", reason="training needs scikit-learn: pip install 'kg[train]'")
    pytest.importorskip("floret", reason="training needs floret: pip install 'kg[train]'")
    folder = tmp_path_factory.mktemp("made up")
    annotated.write(folder)
    # Threads that wait for one another by running in circles take a machine from the tests beside these.
    with threadpool_limits(1):
        yield folder


def test_the_extraction_can_be_trained_from_nothing(made_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All steps, on little: what is trained finds what was annotated, in papers that it has not seen."""
    from kg.extract import pipeline, training
    from kg.training import train

    config = training.CONFIG.read_text(encoding="utf-8").replace("max_steps = 4000", "max_steps = 60").replace("eval_frequency = 1000", "eval_frequency = 30")
    (tmp_path / "small.cfg").write_text(config, encoding="utf-8")
    monkeypatch.setattr(training, "train", partial(training.train, abstracts=120, config=tmp_path / "small.cfg"))
    measured = train("extraction", made_up / "data", made_up / "gold", tmp_path / "work", tmp_path / "model")

    scores = measured["scores"]
    assert all(scores[field]["F1"] > 0.8 for field in ("methods", "datasets+benchmarks", "tasks", "metrics"))
    assert scores["methods.role"]["accuracy"] > 0.8
    assert measured == json.loads((tmp_path / "model/measured.json").read_text(encoding="utf-8"))
    text = "Slate Graph Mixer: Gull counting\nWe propose Slate Graph Mixer, a method for gull counting. On MossBench, SlateMixer outperforms OnyxNet in recall."
    found = pipeline.extract([Entry("x", "s", 1, 0, 0, text, "jsonl", Span(0, 32), Span(33, len(text)))], pipeline.models(tmp_path / "model"))
    assert {"MossBench", "OnyxNet", "recall"} <= {m.name for _, mentions in found for m in mentions}


@pytest.mark.parametrize(
    ("what", "files", "measured"),
    [
        ("names", {"names.tsv.gz", "names.json"}, "exact splits on unseen papers"), ("acronyms", {"acronyms.tsv.gz"}, "acronyms"),
        ("authors", {"name_counts.tsv.gz", "people.npz", "people.json"}, "openreview"),
    ],
)  # fmt: skip
def test_the_other_models_can_be_trained_from_nothing(what: str, files: set[str], measured: str, made_up: Path, tmp_path: Path) -> None:
    from kg.training import train

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = train(what, made_up / "data", None, tmp_path, tmp_path / "a")
    again = train(what, made_up / "data", None, tmp_path, tmp_path / "b")

    assert files == {p.name for p in (tmp_path / "a").iterdir()}
    assert first == again and first[measured]
    assert [] == [name for name in files if (tmp_path / "a" / name).read_bytes() != (tmp_path / "b" / name).read_bytes()]


def test_data_that_are_not_there_are_named(made_up: Path, tmp_path: Path) -> None:
    from kg.training import train

    with pytest.raises(KgError, match=r"no arxiv_train\*.jsonl"):
        train("extraction", made_up / "data", tmp_path, tmp_path, None)
    (tmp_path / "arxiv").mkdir()
    (tmp_path / "arxiv/abstracts.jsonl.gz").write_bytes((made_up / "data/arxiv/abstracts.jsonl.gz").read_bytes())
    with pytest.raises(KgError, match="no folder and/"):
        train("authors", tmp_path, None, tmp_path, None)
