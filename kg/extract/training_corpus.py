"""The corpus table: what the recogniser says of each name over many abstracts, in which contexts the name stands there, and what the trees make of it."""

from __future__ import annotations

import json
import multiprocessing
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kg.extract import linear
from kg.extract.candidates import LONGEST, core_end, folded, key_of, trimmed
from kg.extract.corpus import CONTEXTS, Row, context_of, load_rows, save
from kg.extract.corpus import load as load_corpus
from kg.extract.pipeline import BATCH, prepare
from kg.extract.recogniser import load, offsets, split_words
from kg.extract.surroundings import Surroundings
from kg.extract.training_data import KINDS, annotated, open_lists, paper_view, text_of
from kg.files import read_records
from kg.trees import load as load_trees


def corpus_papers(data: Path, gold: Path, count: int) -> list[dict[str, Any]]:
    """The papers behind the corpus table, in a seeded order: all arXiv abstracts but the annotated ones, of which the recogniser knows the answers."""
    known = {g["id"] for g in annotated(gold)}
    papers = [p for p in read_records(data / "arxiv/abstracts.jsonl.gz") if p["id"] not in known]
    random.Random(4).shuffle(papers)
    return papers[:count]


def tag(recogniser: Path, papers: list[dict[str, Any]], out: Path) -> None:
    """One line a paper, nothing if the file is there already: what the recogniser takes for names, as JSON pairs (key, kind), each once."""
    if out.exists():
        return
    aside = out.with_suffix(".part")
    with open(aside, "w", encoding="utf-8") as f:
        for doc, names, _ in load(recogniser).read(map(text_of, papers)):
            text, words, found = doc.text, offsets(doc), set()
            for i, j, kind in names:
                a, b = trimmed(text, words[i][0], words[j - 1][1])
                name = text[a:b]
                found.add((key_of(name[: core_end(name)]), kind))
            f.write(json.dumps(sorted(found)) + "\n")
    aside.replace(out)


def make_corpora(data: Path, gold: Path, work: Path, names: Sequence[str], count: int, processes: int = 2) -> None:
    """`names_NAME.tsv.gz` for each recogniser NAME: its word on each name over `count` abstracts, and where the names stand in them."""
    parts = _parts(corpus_papers(data, gold, count), processes)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        pool.starmap(
            tag, [(work / f"recogniser_{n}/model-last", part, work / f"tagged_{n}{i}.jsonl") for n in names for i, part in enumerate(parts)], chunksize=1
        )
    tagged = {n: _tally(work / f"tagged_{n}{i}.jsonl" for i in range(len(parts))) for n in names}
    lists = open_lists(data)
    keep = {n: {k for k, c in tagged[n].items() if sum(c.values()) >= 2 and 1 < len(k) <= 80} | set(lists) for n in names}
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        counted = pool.starmap(standing, [(part, set().union(*keep.values())) for part in parts])
    seen: Counter[str] = Counter()
    lower: Counter[str] = Counter()
    contexts: dict[str, Counter[int]] = defaultdict(Counter)
    for s, low, c in counted:
        seen += s
        lower += low
        for k, v in c.items():
            contexts[k].update(v)
    for n in names:
        rows = {
            k: Row(
                tuple(tagged[n][k][kind] if k in tagged[n] else 0 for kind in KINDS), seen[k], lower[k],
                tuple(contexts[k][i] if k in contexts else 0 for i in range(len(CONTEXTS))), tuple(int(i in lists.get(k, ())) for i in range(len(KINDS))),
            )
            for k in sorted(keep[n])
        }  # fmt: skip
        save({k: r for k, r in rows.items() if r.seen or any(r.lists)}, work / f"names_{n}.tsv.gz")


def _parts(papers: list[dict[str, Any]], count: int) -> list[list[dict[str, Any]]]:
    size = -(-len(papers) // count)
    return [papers[i : i + size] for i in range(0, len(papers), size)]


def weigh(work: Path, name: str, papers: list[dict[str, Any]], out: Path) -> None:
    """One line a paper, nothing if the file is there already: its candidates, as JSON rows (key, the chances of KINDS in hundredths)."""
    if out.exists():
        return
    reader, table = load(work / f"recogniser_{name}/model-last"), load_corpus(work / f"names_{name}.tsv.gz")
    near, kinds = linear.load(Surroundings, work / f"first_{name}/surroundings.npz"), load_trees(work / f"first_{name}/kinds.npz")
    columns = [kinds.classes.index(k) for k in KINDS]
    aside = out.with_suffix(".part")
    with open(aside, "w", encoding="utf-8") as f:
        for start in range(0, len(papers), BATCH):
            views = [paper_view(p) for p in papers[start : start + BATCH]]
            for v, read in zip(views, reader.read([v.clean.text for v in views], BATCH)):
                found, _, X = prepare(table, near, None, v, read)
                chances = np.rint(100 * kinds.probabilities(X)[:, columns]).astype(int).tolist()
                f.write(json.dumps([(c.key, p) for c, p in zip(found, chances) if any(p)]) + "\n")
    aside.replace(out)


def make_weighed(data: Path, gold: Path, work: Path, names: Sequence[str], count: int, processes: int = 2) -> None:
    """`corpus_NAME.tsv.gz`: the rows of `names_NAME.tsv.gz` with what the trees of `first_NAME` make of them over the same abstracts."""
    parts = _parts(corpus_papers(data, gold, count), processes)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        pool.starmap(weigh, [(work, n, part, work / f"weighed_{n}{i}.jsonl") for n in names for i, part in enumerate(parts)], chunksize=1)
    for n in names:
        rows = load_rows(work / f"names_{n}.tsv.gz")
        met: Counter[str] = Counter()
        sums = {key: [0] * len(KINDS) for key in rows}
        for i in range(len(parts)):
            for found in read_records(work / f"weighed_{n}{i}.jsonl"):
                for key, chances in found:
                    if key in sums:
                        met[key] += 1
                        sums[key] = [a + b for a, b in zip(sums[key], chances)]
        save({key: replace(row, met=met[key], chances=tuple(sums[key])) for key, row in rows.items()}, work / f"corpus_{n}.tsv.gz")


def _tally(files: Iterable[Path]) -> dict[str, Counter[str]]:
    tagged: dict[str, Counter[str]] = defaultdict(Counter)
    for path in files:
        for found in read_records(path):
            for key, kind in found:
                tagged[key][kind] += 1
    return tagged


def standing(papers: list[dict[str, Any]], keep: set[str]) -> tuple[Counter[str], Counter[str], dict[str, Counter[int]]]:
    """In how many papers each key of `keep` stands, in how many in lower case only, and in how many in which context."""
    import spacy

    tokenizer = split_words(spacy.blank("en")).tokenizer
    seen: Counter[str] = Counter()
    lower: Counter[str] = Counter()
    contexts: dict[str, Counter[int]] = defaultdict(Counter)
    for paper in papers:
        tokens = [t.text for t in tokenizer(text_of(paper))]
        low = [t.lower() for t in tokens]
        words = [folded(t) for t in tokens]
        here: dict[str, set[int]] = {}
        cased = set()
        for i, w in enumerate(words):
            if not w:
                continue
            key = ""
            for j in range(i, min(i + LONGEST, len(words))):
                key += words[j]
                if not words[j]:
                    continue
                name = key if key in keep else key[:-1] if key[-1] == "s" and key[:-1] in keep and tokens[j][-1] == "s" else None
                if name:
                    here.setdefault(name, set()).update(context_of(low, i, j + 1))
                    if not all(t.islower() or not t.isalpha() for t in tokens[i : j + 1]):
                        cased.add(name)
        seen.update(here.keys())
        lower.update(k for k in here if k not in cased)
        for k, c in here.items():
            contexts[k].update(c)
    return seen, lower, dict(contexts)
