"""The corpus table: what the recogniser says of each name over many abstracts, and in which contexts the name stands there."""

from __future__ import annotations

import json
import multiprocessing
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from kg.extract.candidates import LONGEST, core_end, folded, key_of, trimmed
from kg.extract.corpus import CONTEXTS, Row, context_of, save
from kg.extract.recogniser import load, offsets, split_words
from kg.extract.training_data import KINDS, annotated, lines, open_lists, text_of


def corpus_papers(data: Path, gold: Path, count: int) -> list[str]:
    """The texts behind the corpus table, in a seeded order: all arXiv abstracts but the annotated ones, of which the recogniser knows the answers."""
    known = {g["id"] for g in annotated(gold)}
    papers = [p for p in lines(data / "arxiv/abstracts.jsonl.gz") if p["id"] not in known]
    random.Random(4).shuffle(papers)
    return [text_of(p) for p in papers[:count]]


def tag(recogniser: Path, texts: list[str], out: Path) -> None:
    """One line a text, nothing if the file is there already: what the recogniser takes for names, as JSON pairs (key, kind), each once."""
    if out.exists():
        return
    aside = out.with_suffix(".part")
    with open(aside, "w", encoding="utf-8") as f:
        for doc, names, _ in load(recogniser).read(texts):
            text, words, found = doc.text, offsets(doc), set()
            for i, j, kind in names:
                a, b = trimmed(text, words[i][0], words[j - 1][1])
                name = text[a:b]
                found.add((key_of(name[: core_end(name)]), kind))
            f.write(json.dumps(sorted(found)) + "\n")
    aside.replace(out)


def make_corpora(data: Path, gold: Path, work: Path, names: Sequence[str], count: int, processes: int = 2) -> None:
    """`corpus_NAME.tsv.gz` for each recogniser NAME: its word on each name over `count` abstracts, and where the names stand in them."""
    texts = corpus_papers(data, gold, count)
    size = -(-len(texts) // processes)
    parts = [texts[i : i + size] for i in range(0, len(texts), size)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        pool.starmap(
            tag, [(work / f"recogniser_{n}/model-last", part, work / f"tagged_{n}{i}.jsonl") for n in names for i, part in enumerate(parts)], chunksize=1
        )
    tagged = {n: _tally(work / f"tagged_{n}{i}.jsonl" for i in range(len(parts))) for n in names}
    lists = open_lists(data)
    keep = {n: {k for k, c in tagged[n].items() if sum(c.values()) >= 2 and 1 < len(k) <= 80} | set(lists) for n in names}
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        counted = pool.starmap(standing, [(part, set().union(*keep.values())) for part in parts])
    seen, lower, contexts = Counter(), Counter(), defaultdict(Counter)
    for s, low, c in counted:
        seen += s
        lower += low
        for k, v in c.items():
            contexts[k].update(v)
    for n in names:
        rows = {
            k: Row(
                tuple(tagged[n][k][kind] if k in tagged[n] else 0 for kind in KINDS), seen[k], lower[k],
                tuple(contexts[k][i] if k in contexts else 0 for i in range(len(CONTEXTS))), tuple(int(i in lists.get(k, ())) for i in range(5)),
            )
            for k in sorted(keep[n])
        }  # fmt: skip
        save({k: r for k, r in rows.items() if r.seen or any(r.lists)}, work / f"corpus_{n}.tsv.gz")


def _tally(files: Iterable[Path]) -> dict[str, Counter[str]]:
    tagged: dict[str, Counter[str]] = defaultdict(Counter)
    for path in files:
        for found in lines(path):
            for key, kind in found:
                tagged[key][kind] += 1
    return tagged


def standing(texts: list[str], keep: set[str]) -> tuple[Counter, Counter, dict[str, Counter]]:
    """In how many texts each key of `keep` stands, in how many in lower case only, and in how many in which context."""
    import spacy

    tokenizer = split_words(spacy.blank("en")).tokenizer
    seen, lower, contexts = Counter(), Counter(), defaultdict(Counter)
    for text in texts:
        tokens = [t.text for t in tokenizer(text)]
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
