"""Train the shipped pipeline again from its data: `kg train --what extraction`.

Steps, each of which leaves its result in a work folder and is skipped when that is there:

1. *vectors*: floret embeddings of the arXiv abstracts (CC0), so that no word is unknown.
2. *pretrain*: spaCy's characters objective on the same abstracts.
3. *recognisers*: spaCy's transition-based NER over a convolutional encoder on the annotated abstracts: one on all of them, and two on a
   half each, so that the second stage can be trained on what a recogniser says of texts that it was not trained on (cross-fitting).
4. *corpus*: what the first recogniser says of each name over many abstracts, as a table.
5. *decide*: gradient-boosted trees (scikit-learn) that give each candidate its kind and confidence, and each method and data set its role.

The data: `arxiv/abstracts.jsonl.gz`, `arxiv/to_annotate.jsonl` and the annotations `gold/arxiv_train.jsonl`. A fifth of the annotated
abstracts, drawn by paper id, is held out of everything and scored at the end.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from kg.extract.candidates import LONGEST, Candidate, folded
from kg.extract.corpus import CorpusTable, Row
from kg.extract.corpus import load as load_corpus
from kg.extract.corpus import save as save_corpus
from kg.extract.pipeline import prepare, view_of
from kg.extract.trees import from_sklearn
from kg.extract.trees import save as save_trees
from kg.model import content_id
from kg.text import clean, fold, join, plain

HERE = Path(__file__).parent
KINDS = {"Method": "methods", "Dataset": "datasets", "Benchmark": "benchmarks", "Task": "tasks", "Metric": "metrics"}


def lines(path: Path) -> Iterator[dict]:
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as f:
        yield from (json.loads(line) for line in f if line.strip())


def text_of(paper: dict) -> str:
    """The text that is shown to the recogniser: cleaned title, line feed, cleaned abstract."""
    return join(clean(paper.get("title") or ""), clean(paper["abstract"])).text


def make_vectors(data: Path, work: Path) -> None:
    import floret

    with open(work / "corpus.txt", "w", encoding="utf-8") as f:
        for paper in lines(data / "arxiv/abstracts.jsonl.gz"):
            f.write(re.sub(r"\s+", " ", re.sub(r"([^\w\s-])", r" \1 ", text_of(paper))) + "\n")
    # One thread: with more, every run gives other numbers.
    floret.train_unsupervised(
        str(work / "corpus.txt"), model="skipgram", mode="floret", hashCount=2, bucket=20000, dim=96, minn=3, maxn=5, minCount=5, epoch=2, thread=1
    ).save_floret_vectors(str(work / "vectors.floret"))
    _spacy("init", "vectors", "en", work / "vectors.floret", work / "vectors", "--mode", "floret")


def make_pretraining(data: Path, work: Path, count: int = 30_000) -> None:
    texts = [text_of(paper) for paper in lines(data / "arxiv/abstracts.jsonl.gz")]
    random.Random(3).shuffle(texts)
    (work / "pretrain.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in texts[:count]), encoding="utf-8")
    _spacy("init", "fill-config", HERE / "training.cfg", work / "config.cfg")
    _spacy("pretrain", work / "config.cfg", work / "pretrained", "--paths.vectors", work / "vectors", "--paths.raw_text", work / "pretrain.jsonl")


def split(gold: list[dict]) -> dict[str, list[dict]]:
    """The annotated abstracts in three parts, by a hash of the id: `held` (a fifth, for scoring only), and two halves `X` and `Y` of the rest."""
    parts: dict[str, list[dict]] = {"held": [], "X": [], "Y": []}
    for g in sorted(gold, key=lambda g: g["id"]):
        n = int(content_id("split", g["id"]), 16) % 10
        parts["held" if n < 2 else "X" if n < 6 else "Y"].append(g)
    return parts


def occurrences(text: str, name: str) -> list[tuple[int, int]]:
    """Where a gold name stands in a cleaned text: as written if it is short or has inner capitals, else in any case."""
    if not name:
        return []
    exact = len(name) <= 6 or any(c.isupper() for c in name[1:])
    pattern = re.escape(name).replace(r"\ ", r"\s+")
    pattern = (r"(?<![A-Za-z0-9])" if name[0].isalnum() else "") + pattern + (r"(?![A-Za-z0-9])" if name[-1].isalnum() else "")
    return [m.span() for m in re.finditer(pattern, text, 0 if exact else re.I)]


def to_doc(nlp, text: str, gold: dict):
    """A training document: every occurrence of a gold form is an entity, longest first; names that are optional are missing annotation."""
    doc, found = nlp.make_doc(text), []
    for kind, field in KINDS.items():
        for item in gold[field]:
            for name in {plain(x) for x in (item["name"], *item.get("aliases", []))}:
                found += [(doc.char_span(a, b, kind, alignment_mode="expand"), 0) for a, b in occurrences(text, name)]
    for item in gold["optional"]:
        found += [(doc.char_span(a, b, "optional", alignment_mode="expand"), 1) for a, b in occurrences(text, plain(item["name"]))]
    found.sort(key=lambda x: (-(x[0].end - x[0].start), x[1], x[0].start, x[0].label_))
    used: set[int] = set()
    ents, missing = [], []
    for span, optional in found:
        if used.isdisjoint(range(span.start, span.end)):
            used.update(range(span.start, span.end))
            (missing if optional else ents).append(span)
    doc.set_ents(ents, missing=missing, default="outside")
    return doc


def make_documents(data: Path, gold: Path, work: Path) -> None:
    import spacy
    from spacy.tokens import DocBin

    nlp, papers = spacy.blank("en"), {p["id"]: p for p in lines(data / "arxiv/to_annotate.jsonl")}
    parts = split([g for path in sorted(gold.glob("arxiv_train*.jsonl")) for g in lines(path)])
    parts["all"] = parts["X"] + parts["Y"]
    for name, part in parts.items():
        DocBin(docs=[to_doc(nlp, text_of(papers[g["id"]]), g) for g in part]).to_disk(work / f"{name}.spacy")


def make_recogniser(work: Path, part: str) -> None:
    _spacy(
        "train", work / "config.cfg", "--output", work / f"ner_{part}", "--paths.train", work / f"{part}.spacy", "--paths.dev", work / "held.spacy",
        "--paths.vectors", work / "vectors", "--paths.init_tok2vec", work / "pretrained/model-last.bin",
    )  # fmt: skip


# Open lists with a permissive licence (MIT, Apache-2.0), as (file, kind, sources); the other sources state none, or share-alike.
LISTS = (
    ("datasets", 1, {"pwc_sota_extractor", "nlp_progress", "nlp_tdms", "scirex_canonical"}),
    ("benchmarks", 2, {"opencompass", "lm_eval_harness"}),
    ("methods", 0, {"pwc_sota_extractor", "scirex_canonical"}),
    ("metrics", 4, {"pwc_sota_extractor", "scirex_canonical", "nlp_tdms"}),
    ("tasks", 3, {"pwc_sota_extractor", "scirex_canonical", "nlp_progress", "nlp_tdms"}),
)


def open_lists(data: Path) -> dict[str, set[int]]:
    """Folded names of the open lists, with the numbers of the kinds that list them."""
    found: dict[str, set[int]] = defaultdict(set)
    for file, kind, sources in LISTS:
        with open(data / f"gazetteer/{file}.tsv", encoding="utf-8") as f:
            head = f.readline().rstrip("\n").split("\t")
            for line in f:
                row = dict(zip(head, line.rstrip("\n").split("\t")))
                if sources & set(re.split(r"[|,; ]+", row["source"])):
                    for name in (row["name"], *row["aliases"].split("|")):
                        if len(fold(name)) > 1:
                            found[fold(name)].add(kind)
    return found


def make_corpus(data: Path, work: Path, count: int) -> None:
    """`corpus.tsv.gz`: the first recogniser's word on each name over `count` abstracts, drawn by a seeded shuffle."""
    import spacy

    texts = [text_of(p) for p in lines(data / "arxiv/abstracts.jsonl.gz")]
    random.Random(4).shuffle(texts)
    texts = texts[:count]
    nlp = spacy.load(work / "ner_all/model-last")
    tagged: dict[str, Counter[str]] = defaultdict(Counter)
    for doc in nlp.pipe(texts, batch_size=128):
        for key, kind in sorted({(fold(e.text), e.label_) for e in doc.ents}):
            tagged[key][kind] += 1
    lists = open_lists(data)
    keep = {k for k, c in tagged.items() if sum(c.values()) >= 2 and 1 < len(k) <= 80} | set(lists)
    seen, lower = Counter(), Counter()
    tokenizer = nlp.tokenizer
    for text in texts:
        tokens = [t.text for t in tokenizer(text)]
        words = [folded(t) for t in tokens]
        here, here_lower = set(), set()
        for i, w in enumerate(words):
            if not w:
                continue
            key = ""
            for j in range(i, min(i + LONGEST, len(words))):
                key += words[j]
                if words[j] and key in keep:
                    here.add(key)
                    if all(t.islower() or not t.isalpha() for t in tokens[i : j + 1]):
                        here_lower.add(key)
        seen.update(here)
        lower.update(here_lower)
    rows = {
        k: Row(tuple(tagged[k][kind] if k in tagged else 0 for kind in KINDS), seen[k], lower[k], tuple(int(i in lists.get(k, ())) for i in range(5)))
        for k in keep
    }
    save_corpus({k: r for k, r in rows.items() if r.seen or any(r.lists)}, work / "corpus.tsv.gz")


def labelled(data: Path, gold: list[dict], recogniser: Path, table: CorpusTable) -> Iterator[tuple[dict, str, list, list[list[float]]]]:
    """Each annotated abstract with its text, its candidates and their features, as the given recogniser sees it."""
    import spacy

    nlp, papers = spacy.load(recogniser), {p["id"]: p for p in lines(data / "arxiv/to_annotate.jsonl")}
    views = []
    for g in gold:
        paper = papers[g["id"]]
        views.append(view_of(clean(paper.get("title") or ""), clean(paper["abstract"])))
    for g, v, doc in zip(gold, views, nlp.pipe([v.clean.text for v in views], batch_size=64)):
        found, rows = prepare(table, v, doc)
        yield g, v.clean.text, found, rows


def answer(g: dict, text: str, candidate: Candidate) -> tuple[str | None, str | None]:
    """The gold kind of a candidate ("nothing" where there is none, None where the annotators left it open) and its role."""
    forms = {fold(f) for f in candidate.forms(text)}
    for kind, field in KINDS.items():
        for item in g[field]:
            if forms & {fold(x) for x in (item["name"], *item.get("aliases", []))}:
                return kind, item.get("role")
    if any(forms & {fold(x) for x in (o["name"], *o.get("aliases", []))} for o in g["optional"]):
        return None, None
    return "nothing", None


def make_decisions(data: Path, gold: Path, work: Path) -> None:
    """The trees, on candidates that recognisers see in texts they were not trained on; thresholds and calibration out of fold."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.isotonic import IsotonicRegression
    from sklearn.model_selection import GroupKFold

    table = load_corpus(work / "corpus.tsv.gz")
    parts = split([g for path in sorted(gold.glob("arxiv_train*.jsonl")) for g in lines(path)])
    X, y, roles, groups = [], [], [], []
    total: Counter[str] = Counter()
    for half, other in (("X", "Y"), ("Y", "X")):
        for g, text, found, rows in labelled(data, parts[half], work / f"ner_{other}/model-last", table):
            total.update({k: len(g[f]) for k, f in KINDS.items()})
            for c, row in zip(found, rows):
                kind, role = answer(g, text, c)
                if kind:
                    X.append(row), y.append(kind), roles.append(role), groups.append(g["id"])
    X, y, groups = np.array(X, dtype=np.float32), np.array(y), np.array(groups)
    settings = {"learning_rate": 0.08, "max_leaf_nodes": 16, "l2_regularization": 2.0, "min_samples_leaf": 15, "random_state": 0, "early_stopping": False}

    def fit(rows, answers, rounds=160):
        return HistGradientBoostingClassifier(max_iter=rounds, **settings).fit(rows, answers)

    out = np.zeros((len(X), 6))
    for train, test in GroupKFold(n_splits=4).split(X, y, groups):
        out[test] = from_sklearn(fit(X[train], y[train])).probabilities(X[test])
    final = from_sklearn(fit(X, y))
    save_trees(final, work / "kinds.npz")
    meta = {"thresholds": {}, "calibration": {}}
    for kind in KINDS:
        p, right = out[:, final.classes.index(kind)], y == kind
        best = max((round(0.2 + 0.02 * i, 2) for i in range(26)), key=lambda t: f1(p, right, out, final.classes, t, total[kind]))
        meta["thresholds"][kind] = best
        curve = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(p, right)
        grid = np.linspace(0, 1, 21)
        meta["calibration"][kind] = [[round(float(a), 3), round(float(b), 3)] for a, b in zip(grid, curve.predict(grid))]
    for name, kinds in (("method_roles", {"Method"}), ("data_roles", {"Dataset", "Benchmark"})):
        rows = [i for i, (k, r) in enumerate(zip(y, roles)) if k in kinds and r]
        save_trees(from_sklearn(fit(X[rows], np.array([roles[i] for i in rows]), 120)), work / f"{name}.npz")
    (work / "decisions.json").write_text(json.dumps(meta, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def f1(p, right, out, classes, threshold: float, total: int) -> float:
    """F1 of taking what is the likeliest named kind and reaches the threshold; `total` gold items, found as candidates or not."""
    named = out[:, [i for i, c in enumerate(classes) if c != "nothing"]].max(axis=1)
    taken = (p >= threshold) & (p >= named)
    hit = int((taken & right).sum())
    return 2 * hit / (int(taken.sum()) + total) if total else 0.0


def ship(work: Path, out: Path, version: str) -> None:
    """Put the trained parts together under `out`, as kg.extract.pipeline loads them."""
    import spacy

    out.mkdir(parents=True, exist_ok=True)
    nlp = spacy.load(work / "ner_all/model-last")
    nlp.meta.update(
        name="recogniser",
        version=version,
        spacy_version=">=3.8,<3.9",
        description="Methods, datasets, benchmarks, tasks and metrics in abstracts",
        performance={},
    )
    # Where it was trained is nobody's business.
    nlp.config["paths"] = dict.fromkeys(nlp.config["paths"])
    nlp.to_disk(out / "recogniser")
    for name in ("corpus.tsv.gz", "kinds.npz", "method_roles.npz", "data_roles.npz"):
        shutil.copyfile(work / name, out / name)
    meta = json.loads((work / "decisions.json").read_text(encoding="utf-8"))
    (out / "meta.json").write_text(json.dumps({"version": version, **meta}, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def train(data: Path, gold: Path, work: Path, out: Path, version: str, abstracts: int = 60_000) -> None:
    """All steps; what lies in `work` already is not made again. About two hours on two cores."""
    work.mkdir(parents=True, exist_ok=True)
    steps = (
        ("vectors", lambda: make_vectors(data, work)),
        ("pretrained/model-last.bin", lambda: make_pretraining(data, work)),
        ("all.spacy", lambda: make_documents(data, gold, work)),
        ("ner_all/model-last", lambda: make_recogniser(work, "all")),
        ("ner_X/model-last", lambda: make_recogniser(work, "X")),
        ("ner_Y/model-last", lambda: make_recogniser(work, "Y")),
        ("corpus.tsv.gz", lambda: make_corpus(data, work, abstracts)),
        ("decisions.json", lambda: make_decisions(data, gold, work)),
    )
    for result, step in steps:
        if not (work / result).exists():
            step()
    ship(work, out, version)


def held_out(data: Path, gold: Path, out: Path) -> tuple[list[dict], list[dict]]:
    """Gold and predicted entries of the held-out fifth, for `kg score`."""
    from kg.extract.pipeline import extract, models, to_gold
    from kg.model import Entry, Span

    golds = split([g for path in sorted(gold.glob("arxiv_train*.jsonl")) for g in lines(path)])["held"]
    papers = {p["id"]: p for p in lines(data / "arxiv/to_annotate.jsonl")}
    entries = []
    for g in golds:
        title, abstract = papers[g["id"]].get("title") or "", papers[g["id"]]["abstract"]
        text = f"{title}\n{abstract}" if title else abstract
        entries.append(Entry(g["id"], "held", 1, 0, 0, text, "jsonl", Span(0, len(title)) if title else None, Span(len(text) - len(abstract), len(text))))
    return golds, [to_gold(e, ms) for e, ms in extract(entries, models(out))]


def _spacy(*arguments: object) -> None:
    subprocess.run([sys.executable, "-m", "spacy", *map(str, arguments)], check=True)
