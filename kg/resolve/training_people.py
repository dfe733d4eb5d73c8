"""Train the model of kg.resolve.people from disambiguated authors: `kg train --what authors`. Needs scikit-learn; the tool itself does not.

The data are mentions of authors with their true person, by block (first initial and family name), and the papers that they are on. Pairs are
drawn from piles of some of the blocks, since what is counted over a pile (how ambiguous a name is there) depends on its size.
"""

from __future__ import annotations

import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from kg import trees
from kg.files import read_records, write_packed
from kg.resolve.likeness import COUNTS, Counts, Pile, place_words, read_counts, title_words
from kg.resolve.people import MODEL, Judge, resolve_people
from kg.resolve.personal import name_key, parse
from kg.resolve.signatures import Authorship, signatures

# Each set with the greatest number of pairs that one block gives: where hardly any name is two persons', more pairs teach little.
SETS = {"openreview": 150, "acl_anthology": 40, "s2and_qian": 150}
WEIGHTS = {"acl_anthology": 1.3}
SMALL = 3.0  # small piles give few pairs, and are what many users have
PARTS = 5
LEAST = 3  # times that a name must stand in the papers to be counted
SETTINGS: dict[str, Any] = {
    "max_iter": 250,
    "max_leaf_nodes": trees.LEAVES,
    "learning_rate": 0.05,
    "l2_regularization": 2,
    "min_samples_leaf": 30,
    "max_features": 0.5,
    "early_stopping": False,
}
SEEDS = (1, 2, 3)  # models whose mean is taken: one alone is as good, but sways more from one set of blocks to the next
Measure = Callable[[dict[Any, Any], dict[Any, Any]], tuple[float, float, float]]


@dataclass(frozen=True)
class Way:
    """What a source tells: sources differ in affiliations, initials (`shortened` is the share of such papers), how many authors are shown beside the one
    whose page it is (0: all), and in how large a pile it is (`split` in so many)."""

    affiliations: bool = True
    shortened: float = 0.0
    shown: int = 0
    split: int = 1

    @property
    def needs_papers(self) -> bool:
        return replace(self, split=1) != Way()


WAYS = {
    "": Way(), " without affiliations": Way(False), " with initials": Way(False, shortened=0.3), " on pages": Way(False, shown=4), " in small piles": Way(split=12),
}  # fmt: skip


def train(data: Path, out: Path, b_cubed: Measure) -> dict[str, Any]:
    """Count names, fit the trees, write both into `out`; return B³ (precision, recall, F1) on the held-out blocks of each set."""
    write_packed(_counts(data), out / COUNTS)
    X, y, weight = zip(*_examples(data / "and", read_counts(out / COUNTS)))
    examples = np.vstack(X), np.concatenate(y), np.concatenate(weight)
    fitted = [HistGradientBoostingClassifier(random_state=seed, **SETTINGS).fit(*examples) for seed in SEEDS]
    trees.save(trees.average([trees.from_sklearn(m) for m in fitted]), out / MODEL)
    return measure(data, b_cubed, Judge.load(out))


def measure(data: Path, b_cubed: Measure, judge: Judge, part: str = "dev") -> dict[str, Any]:
    """B³ of a model on a part of each set, beside that of "same full name, same person"."""
    found = {}
    for name in SETS:
        mentions, papers = read(data / "and" / name, part)
        for label, way in _ways(papers):
            truth: dict[Any, str] = {}
            resolved: dict[Any, str] = {}
            same_name: dict[Any, str] = {}
            for n, pile in enumerate(_piles(mentions, way)):
                authorships, true = pile_of(pile, papers, way)
                people, _ = resolve_people(authorships, judge=judge)
                truth |= {(n, i): f"{n} {person}" for i, person in true.items()}
                resolved |= {(n, i): f"{n} {p.id}" for p in people for i in p.authorships}
                same_name |= {(n, i): f"{n} {name_key(authorships[i].name)}" for i in true}
            found[f"{name}{label}"] = {"resolved": b_cubed(truth, resolved), "same name": b_cubed(truth, same_name), "mentions": len(truth)}
    return found


def read(folder: Path, part: str) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """The mentions of one part of a set, and its papers by id, if it has any."""
    papers = folder / "papers.jsonl.gz"
    return list(read_records(folder / f"{part}.jsonl")), {p["paper_id"]: p for p in (read_records(papers) if papers.is_file() else ())}


def pile_of(mentions: Sequence[dict[str, Any]], papers: dict[str, dict[str, Any]], way: Way) -> tuple[list[Authorship], dict[int, str]]:
    """The authorships of all papers of these mentions, and the true person of those that are mentions."""
    of_paper: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    for m in mentions:
        of_paper[str(m["paper_id"])][m["position"]] = m
    authorships: list[Authorship] = []
    truth: dict[int, str] = {}
    for paper, known in sorted(of_paper.items()):
        record = papers.get(paper, {})
        names = dict(enumerate(record.get("authors", ()))) | {n: m["name"] for n, m in known.items()}
        short = zlib.crc32(paper.encode()) % 1000 < 1000 * way.shortened  # a source shortens all names of a paper, or none
        cut_short = 0 < way.shown < len(names)
        hidden = [n for n in sorted(known) if cut_short and n >= way.shown]
        owner = hidden[zlib.crc32(paper.encode()) % len(hidden)] if hidden else -1
        # Where only some authors are known, as in a set without papers, these are all that a listing has: positions count them.
        for place, (n, name) in enumerate(sorted(names.items()), 1):
            if cut_short and n >= way.shown and n != owner:
                continue
            at = known.get(n, {})
            if at:
                truth[len(authorships)] = at["author_id"]
            where = (at["affiliation"],) if way.affiliations and at.get("affiliation") else ()
            name, position = _shortened(name, paper) if short else name, 0 if n == owner else place
            authorships.append(Authorship(paper, paper, position, name, None, where, record.get("title"), record.get("year"), record.get("venue"), cut_short))
    return authorships, truth


def _shortened(name: str, paper: str) -> str:
    """A name as a source may shorten it: given names as initials, or the first one alone."""
    *given, family = name.split()
    if zlib.crc32(f"way {paper}".encode()) % 3 == 0:
        return " ".join([*given[:1], family])
    return " ".join([*(f"{g[0]}." for g in given), family])


def _examples(folder: Path, counts: Counts) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Features, truth and weight of drawn pairs, of each part of each set in each way."""
    for name, most in SETS.items():
        mentions, papers = read(folder / name, "train")
        for _, way in _ways(papers):
            for part in range(PARTS):
                ours = [m for m in mentions if zlib.crc32(f"1{m['block']}".encode()) % PARTS == part]
                for pile in _piles(ours, way):
                    X, y = _drawn(*pile_of(pile, papers, way), counts, most, random.Random(part), way.shortened > 0)
                    yield X, y, np.full(len(y), WEIGHTS.get(name, 1.0) * (SMALL if way.split > 1 else 1.0))


def _ways(papers: dict[str, dict[str, Any]]) -> list[tuple[str, Way]]:
    """Those that a set allows."""
    return [(label, way) for label, way in WAYS.items() if papers or not way.needs_papers]


def _piles(mentions: list[dict[str, Any]], way: Way) -> list[list[dict[str, Any]]]:
    """The mentions as one pile, or split by their papers into several."""
    return [[m for m in mentions if zlib.crc32(str(m["paper_id"]).encode()) % way.split == k] for k in range(way.split)]


def _drawn(authorships: list[Authorship], truth: dict[int, str], counts: Counts, most: int, draw: random.Random, short: bool) -> tuple[np.ndarray, np.ndarray]:
    """At most so many pairs of each block; of a pile with short names only those that have one, or differ."""
    found = signatures(authorships)
    pile = Pile(found, counts)
    who = [truth.get(s.members[0]) for s in found]
    blocks: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for i, j in pile.pairs():
        if who[i] and who[j] and not (short and found[i].key == found[j].key and parse(found[i].key).whole):
            blocks[parse(found[i].key).block].append((i, j))
    pairs = [p for _, all in sorted(blocks.items()) for p in (all if len(all) <= most else draw.sample(all, most))]
    return pile.features(pairs), np.array([who[i] == who[j] for i, j in pairs])


def _counts(data: Path) -> Iterator[tuple[str, str, int]]:
    """Rows of the table of counts: the part; a name or a word; how many authors of papers, titles or affiliations have it."""
    tables: dict[str, Counter[str]] = {"given": Counter(), "family": Counter(), "full": Counter(), "word": Counter(), "place": Counter()}
    for paper in read_records(data / "arxiv/abstracts.jsonl.gz"):
        tables["word"].update({"", *title_words(paper["title"])})
        for name in (parse(name_key(author)) for author in paper["authors"]):
            if name.given:
                tables["given"][name.given[0]] += 1
                tables["family"][name.family] += 1
                tables["full"][f"{name.given[0]} {name.family}"] += 1
    for mention in (m for name in SETS for m in read(data / "and" / name, "train")[0] if m.get("affiliation")):
        tables["place"].update({"", *place_words([mention["affiliation"]])})
    for part, table in sorted(tables.items()):
        yield from ((part, name, n) for name, n in sorted(table.items()) if n >= LEAST)
