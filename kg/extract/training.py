"""Train the shipped extraction again from its data: `kg train --what extraction`.

Steps, each of which leaves its result in a work folder and is skipped when that is there:

1. *vectors*: floret embeddings of the arXiv abstracts (CC0), so that no word is unknown.
2. *pretrain*: spaCy's characters objective on the same abstracts.
3. *recognisers*: spaCy's transition-based NER and a tagger over one convolutional encoder, on the annotated abstracts. A fifth of these,
   drawn by paper id, is held out (`held`); the rest is cut into X and Y. A learns from X and Y, B from X and held, C from Y and held, D
   from all: each part is then read by a recogniser that has not seen it.
4. *names*: what A, B and C say of each name over abstracts that nobody annotated, a table each.
5. *first*, *corpora*: trees as below, without the column that they make here; what they say of each name over the same abstracts is
   added to its table. What is shipped has that of A.
6. *decisions*: trees (scikit-learn) that give each candidate its kind and confidence, join names of one thing, and give methods and data
   sets their role. What is measured learned from X and Y and reads the held-out fifth with A; what is shipped learned from all and reads with D.

The data: `arxiv/abstracts.jsonl.gz`, `arxiv/to_annotate.jsonl`, `gazetteer/*.tsv` and the annotations `gold/arxiv_train*.jsonl`.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from kg.extract import linear
from kg.extract.corpus import load as load_corpus
from kg.extract.recogniser import split_words
from kg.extract.training_corpus import make_corpora, make_weighed
from kg.extract.training_data import annotated, entry_of, papers, split, text_of, to_doc
from kg.extract.training_decisions import Example, Score, examples, learn, learn_all, learn_kinds, save_decisions, with_scores
from kg.files import read_records
from kg.trees import save as save_trees

CONFIG = Path(__file__).parent / "training.cfg"
LEARNS_FROM = {"A": ("X", "Y"), "B": ("X", "held"), "C": ("Y", "held"), "D": ("X", "Y", "held")}
READ_BY = {"X": "C", "Y": "B", "held": "A"}


def make_vectors(data: Path, work: Path) -> None:
    """floret vectors of all abstracts, as a spaCy pipeline in `vectors`."""
    import floret

    with open(work / "corpus.txt", "w", encoding="utf-8") as f:
        for paper in read_records(data / "arxiv/abstracts.jsonl.gz"):
            f.write(re.sub(r"\s+", " ", re.sub(r"([^\w\s-])", r" \1 ", text_of(paper))) + "\n")
    # One thread: with more, every run gives other numbers.
    floret.train_unsupervised(
        str(work / "corpus.txt"), model="skipgram", mode="floret", hashCount=2, bucket=20000, dim=96, minn=3, maxn=5, minCount=5, epoch=2, thread=1
    ).save_floret_vectors(str(work / "vectors.floret"))
    _spacy("init", "vectors", "en", work / "vectors.floret", work / "vectors", "--mode", "floret")


def make_pretraining(data: Path, work: Path, config: Path, count: int = 30_000) -> None:
    """`count` abstracts, the filled configuration, and an encoder that was pretrained on them in `pretrained`."""
    texts = [text_of(paper) for paper in read_records(data / "arxiv/abstracts.jsonl.gz")]
    random.Random(3).shuffle(texts)
    (work / "pretrain.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in texts[:count]), encoding="utf-8")
    _spacy("init", "fill-config", config, work / "config.cfg")
    _spacy("pretrain", work / "config.cfg", work / "pretrained", "--paths.vectors", work / "vectors", "--paths.raw_text", work / "pretrain.jsonl")


def make_documents(data: Path, gold: Path, work: Path) -> None:
    """The annotated abstracts as documents: what each recogniser learns from, and the held-out fifth."""
    import spacy
    from spacy.tokens import DocBin

    nlp, records, parts = split_words(spacy.blank("en")), papers(data), split(annotated(gold))
    made = {name: [to_doc(nlp, text_of(records[g["id"]]), g) for g in part] for name, part in parts.items()}
    for name, learned in ({"held": ("held",)} | LEARNS_FROM).items():
        DocBin(docs=[doc for part in learned for doc in made[part]]).to_disk(work / f"{name}.spacy")


def make_recogniser(work: Path, learned: Path, out: Path, seen_by_side: Path, **settings: object) -> None:
    """Train spaCy's pipeline on the documents `learned`; `seen_by_side` are scored now and then. `settings` go over those of training.cfg, as "training.dropout"."""
    from spacy.training.initialize import init_nlp
    from spacy.training.loop import train
    from spacy.util import load_config
    from thinc.api import NumpyOps, set_current_ops

    # numpy's matrix products are several times as fast as those of spaCy's default.
    set_current_ops(NumpyOps(use_blis=False))
    paths = {"train": learned, "dev": seen_by_side, "vectors": work / "vectors", "init_tok2vec": work / "pretrained/model-last.bin"}
    config = load_config(work / "config.cfg", overrides={f"paths.{k}": str(v) for k, v in paths.items()} | settings, interpolate=False)
    out.mkdir(parents=True, exist_ok=True)
    train(init_nlp(config), out)


def make_first(data: Path, gold: Path, work: Path) -> None:
    """The trees that weigh the names of the corpus, for each recogniser: from the parts that it has seen, as others read them."""
    seen = _seen(data, gold, work, "names")
    for name in READ_BY.values():
        near, kinds = learn_kinds([e for part in LEARNS_FROM[name] for e in seen[part]])
        (work / f"first_{name}").mkdir(exist_ok=True)
        linear.save(near, work / f"first_{name}/surroundings.npz")
        save_trees(kinds, work / f"first_{name}/kinds.npz")


def _seen(data: Path, gold: Path, work: Path, table: str) -> dict[str, list[Example]]:
    """The parts of the annotated abstracts, each as a recogniser reads it that has not seen it."""
    records, parts = papers(data), split(annotated(gold))
    return {
        part: examples(records, parts[part], work / f"recogniser_{by}/model-last", load_corpus(work / f"{table}_{by}.tsv.gz")) for part, by in READ_BY.items()
    }


def make_decisions(data: Path, gold: Path, work: Path, score: Score) -> None:
    """The second stage twice: `measured` without the held-out fifth, and `shipped` from everything, with the thresholds that were measured."""
    seen = _seen(data, gold, work, "corpus")
    measured, chances = learn(seen["X"] + seen["Y"], score)
    save_decisions(measured, work / "measured")
    chances += [measured.kinds.probabilities(with_scores(e, measured.near, measured.spelling).X) for e in seen["held"]]
    save_decisions(learn_all(seen["X"] + seen["Y"] + seen["held"], chances, measured), work / "shipped")


def held_out(data: Path, gold: Path, model: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Gold and predicted entries of the held-out fifth, for `kg score`."""
    from kg.extract.pipeline import extract, models, to_gold

    golds, records = split(annotated(gold))["held"], papers(data)
    return golds, [to_gold(e, ms) for e, ms in extract((entry_of(records[g["id"]]) for g in golds), models(model))]


def ship(work: Path, out: Path, decisions: str, recogniser: str, about: dict[str, Any]) -> None:
    """Put the trained parts together under `out`, as kg.extract.pipeline loads them; `about` goes into meta.json."""
    import spacy

    out.mkdir(parents=True, exist_ok=True)
    nlp = split_words(spacy.load(work / f"recogniser_{recogniser}/model-last"))
    nlp.meta.update(
        name="recogniser",
        version=about["version"],
        spacy_version=">=3.8,<3.9",
        description="Methods, datasets, benchmarks, tasks and metrics in abstracts",
        performance={},
    )
    # Where it was trained is nobody's business.
    nlp.config["paths"] = dict.fromkeys(nlp.config["paths"])
    nlp.to_disk(out / "recogniser")
    shutil.copyfile(work / "corpus_A.tsv.gz", out / "corpus.tsv.gz")
    for name in ("surroundings", "spelling", "kinds", "same", "method_roles", "data_roles"):
        shutil.copyfile(work / decisions / f"{name}.npz", out / f"{name}.npz")
    meta = json.loads((work / decisions / "meta.json").read_text(encoding="utf-8"))
    (out / "meta.json").write_text(json.dumps(about | meta, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def train(
    data: Path, gold: Path, work: Path, out: Path, version: str, date: str | None, score: Score, abstracts: int = 44_000, config: Path = CONFIG
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """All steps; what lies in `work` already is not made again. A few hours on two cores.

    `abstracts` are so many behind the corpus table, `config` is spaCy's of the recogniser. `score` is kg.evaluate's; `date` goes into the
    model as it is given. Returns gold and predicted entries of the held-out fifth, read by the pipeline that has not seen it.
    """
    work.mkdir(parents=True, exist_ok=True)
    steps = (
        ("vectors", lambda: make_vectors(data, work)),
        ("pretrained/model-last.bin", lambda: make_pretraining(data, work, config)),
        ("D.spacy", lambda: make_documents(data, gold, work)),
        *(
            (f"recogniser_{name}/model-last", lambda name=name: make_recogniser(work, work / f"{name}.spacy", work / f"recogniser_{name}", work / "held.spacy"))
            for name in LEARNS_FROM
        ),
        ("names_C.tsv.gz", lambda: make_corpora(data, gold, work, sorted(READ_BY.values()), abstracts)),
        ("first_A/kinds.npz", lambda: make_first(data, gold, work)),
        ("corpus_C.tsv.gz", lambda: make_weighed(data, gold, work, sorted(READ_BY.values()), abstracts)),
        ("shipped/meta.json", lambda: make_decisions(data, gold, work, score)),
    )
    for result, step in steps:
        if not (work / result).exists():
            step()
    read = [data / "arxiv/abstracts.jsonl.gz", data / "arxiv/to_annotate.jsonl", *sorted(gold.glob("arxiv_train*.jsonl"))]
    about = {"version": version, "date": date, "data": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in read}}
    ship(work, work / "measured/model", "measured", "A", about)
    ship(work, out, "shipped", "D", about)
    return held_out(data, gold, work / "measured/model")


def _spacy(*arguments: object) -> None:
    subprocess.run([sys.executable, "-m", "spacy", *map(str, arguments)], check=True)
