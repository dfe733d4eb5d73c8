"""Make `names.tsv.gz` and `names.json` again from arXiv's titles and author lists: `kg train --what names`.

The counts hold words only (facts, CC0 metadata). The weights are those of a logistic regression over all places where a title might end,
fitted with counts that come from other papers than the fitted ones, so that the model learns how much an unseen name is worth.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.files import read_records, write_packed
from kg.readers.names import WORD_EDGE, Counts, NameModel, boundaries, split, split_features, tail


def papers(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Id, title and authors of each paper that has authors."""
    for paper in read_records(path):
        names = [" ".join(a.split()) for a in paper["authors"]]
        if names and all(len(n) > 1 for n in names):
            yield paper["id"], " ".join(paper["title"].split()), names


def bucket(paper: str) -> int:
    """0..9, by a hash of the id: the counts, the weights and the test use different papers."""
    return int(hashlib.sha256(paper.encode()).hexdigest(), 16) % 10


def count(rows: Iterable[tuple[str, str, list[str]]]) -> dict[str, list[int]]:
    """How often each word is a given name, a family name, in a title, at the end of one."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for _, title, names in rows:
        words = [w.strip(WORD_EDGE) for w in title.split()]
        pieces = [p for w in words for p in {w, re.split(r"[-‐‑/–—:.]", w)[-1]} if p]
        for p in pieces:
            counts[p][2] += 1
        for p in {words[-1], re.split(r"[-‐‑/–—:.]", words[-1])[-1]}:
            counts[p][3] += 1
        for name in names:
            tokens = re.split(r"[ ~]+", name.strip(" *"))
            for t in tokens[:-1]:
                counts[t][0] += 1
            counts[tokens[-1]][1] += 1
    counts.pop("", None)
    return counts


def letters(counts: dict[str, list[int]], least: int = 40) -> dict[str, float]:
    """Log ratio of each trigram's share among words of names and among words of titles (each word counted once, smoothed)."""
    name: Counter[str] = Counter()
    title: Counter[str] = Counter()
    for word, (given, family, in_title, _) in counts.items():
        padded = f"^{word.lower()}$"
        side = name if given + family > in_title else title
        side.update(padded[i : i + 3] for i in range(len(padded) - 2))
    n, t = sum(name.values()), sum(title.values())
    return {g: round(math.log((name[g] + 5) / n) - math.log((title[g] + 5) / t), 2) for g in sorted(name | title) if name[g] + title[g] >= least}


def glue(title: str, names: list[str], draw: random.Random) -> str:
    """A title and its authors as pages glue them together."""
    shown = draw.choice([3, 3, 3, 3, 3, 2, 5, len(names)])
    return f"{title}{', '.join(names[:shown])}{' et al.' if len(names) > shown else ''}"


def train(abstracts: Path, out: Path) -> dict[str, float]:
    """Write both files into `out`; return the share of exact splits on the papers that neither counts nor weights have seen."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    rows = list(papers(abstracts))
    draw = random.Random(5)

    def fitted(counts: dict[str, list[int]], sample: list[tuple[str, str, list[str]]]) -> NameModel:
        bare = NameModel({w: Counts(*c) for w, c in counts.items() if sum(c[:3]) >= 2}, letters(counts), {})
        X, y = [], []
        for _, title, names in sample:
            line = glue(title, names, draw)
            found = boundaries(line, tail(line)[0])
            if any(at == len(title) for at, _ in found):
                for at, spans in found:
                    X.append(split_features(bare, line, at, spans))
                    y.append(at == len(title))
        keys = sorted(X[0])
        matrix = [[x[k] for k in keys] for x in X]
        scaler = StandardScaler().fit(matrix)
        fit = LogisticRegression(C=1.0, max_iter=2000).fit(scaler.transform(matrix), y)
        scale = [s or 1.0 for s in scaler.scale_]
        weights = {k: round(float(c / s), 4) for k, c, s in zip(keys, fit.coef_[0], scale)}
        weights["bias"] = round(float(fit.intercept_[0] - sum(c * m / s for c, m, s in zip(fit.coef_[0], scaler.mean_, scale))), 4)
        return NameModel(bare.words, bare.letters, weights)

    counting = [r for r in rows if bucket(r[0]) < 7]
    fitting = [r for r in rows if bucket(r[0]) == 7]
    testing = [r for r in rows if bucket(r[0]) >= 8][:6000]
    m = fitted(count(counting), fitting)
    exact = 0
    for _, title, names in testing:
        s = split(f"{title}{', '.join(names[:3])}{' et al.' if len(names) > 3 else ''}", m)
        exact += s is not None and s.at == len(title)
    # What ships counts all papers with the weights that were fitted on unseen ones.
    counts = count(rows)
    write_packed(((word, *counts[word]) for word in sorted(counts) if sum(counts[word][:3]) >= 2 and "\t" not in word), out / "names.tsv.gz")
    (out / "names.json").write_text(
        json.dumps({"letters": letters(counts), "weights": m.weights}, indent=0, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
    )
    return {"exact splits on unseen papers": exact / len(testing), "papers": len(testing)}
