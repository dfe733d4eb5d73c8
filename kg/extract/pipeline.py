"""From an entry to its mentions: recognise, gather candidates, decide kind, confidence and role, show the evidence.

The trained parts lie in `model/`: the recogniser (spaCy), the corpus table, and three sets of trees (kind, role of a method, role of a
data set); `meta.json` has their version, the thresholds by kind and the calibration of the confidence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kg.extract import addresses, candidates, corpus, features, trees
from kg.extract.candidates import Candidate
from kg.model import NAMED_FIELDS, Entry, Kind, Mention, Place
from kg.text import Clean, clean, join, plain, sentences

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODEL = Path(__file__).parent / "model"
BATCH = 64
RUN = 40
_RUN = re.compile(rf"[^\w\s]{{{RUN},}}")
_SLASH = re.compile(r"(?P<stem>\S*?[^\W\d_]\S*?[\s\-]?)(?P<first>\d{1,5}[A-Za-z]?)\s?/\s?(?:(?P=stem))?-?(?P<second>\d{1,5}[A-Za-z]?)")


@dataclass(frozen=True, slots=True)
class View:
    """What the recogniser reads of an entry: cleaned title, line feed, cleaned abstract, and the way back to the entry's text."""

    clean: Clean
    title_length: int
    sentences: list[tuple[int, int]]


@dataclass(frozen=True)
class Models:
    recogniser: Language
    table: corpus.CorpusTable
    kinds: trees.Trees
    method_roles: trees.Trees
    data_roles: trees.Trees
    thresholds: dict[str, float]
    calibration: dict[str, list[list[float]]]
    version: str


@cache
def models(path: Path = MODEL) -> Models:
    """The trained parts, loaded once a process."""
    import spacy

    meta = json.loads((path / "meta.json").read_text(encoding="utf-8"))
    return Models(
        spacy.load(path / "recogniser"), corpus.load(path / "corpus.tsv.gz"), trees.load(path / "kinds.npz"), trees.load(path / "method_roles.npz"),
        trees.load(path / "data_roles.npz"), meta["thresholds"], meta["calibration"], meta["version"],
    )  # fmt: skip


def view(entry: Entry) -> View:
    return view_of(*(clean(entry.text, s.start, s.end) if s else Clean("", (), ()) for s in (entry.title, entry.abstract)))


def view_of(title: Clean, abstract: Clean) -> View:
    """The view of a cleaned title and abstract; training and extraction share it."""
    text = _without_runs(join(title, abstract))
    return View(text, len(_without_runs(title).text), sentences(text.text))


def _without_runs(c: Clean) -> Clean:
    """A copy in which runs of more than RUN marks are cut to so many: no name is in them, and a tokenizer takes them apart one by one."""
    if not _RUN.search(c.text):
        return c
    kept: list[int] = []
    at = 0
    for m in _RUN.finditer(c.text):
        kept += range(at, m.start() + RUN)
        at = m.end()
    kept += range(at, len(c.text))
    return Clean("".join(c.text[i] for i in kept), tuple(c.starts[i] for i in kept), tuple(c.ends[i] for i in kept))


def extract(entries: Iterable[Entry], model: Models | None = None) -> Iterator[tuple[Entry, tuple[Mention, ...]]]:
    """The mentions of each entry, in the order of the entries; works in batches, so memory does not grow with their number."""
    entries = iter(entries)
    while batch := list(islice(entries, BATCH)):
        m = model or models()
        views = [view(e) for e in batch]
        docs = m.recogniser.pipe([v.clean.text for v in views], batch_size=BATCH)
        yield from zip(batch, _mentions(m, batch, views, list(docs)))


def prepare(m_table: corpus.CorpusTable, v: View, doc: Doc) -> tuple[list[Candidate], list[list[float]]]:
    """Candidates of a recognised text and their features; training and extraction share it."""
    found = candidates.find(doc, v.title_length, m_table.candidates)
    starts = sorted(a for c in found for a, _ in c.spans)
    text = v.clean.text
    return found, [features.of(text, v.title_length, v.sentences, c, m_table, len(found), starts) for c in found]


def _mentions(m: Models, entries: Sequence[Entry], views: Sequence[View], docs: Sequence[Doc]) -> Iterator[tuple[Mention, ...]]:
    prepared = [prepare(m.table, v, d) for v, d in zip(views, docs)]
    rows = [x for _, xs in prepared for x in xs]
    if rows:
        X = np.array(rows, dtype=np.float32)
        kinds, methods, data = m.kinds.probabilities(X), m.method_roles.probabilities(X), m.data_roles.probabilities(X)
    at = 0
    for entry, v, (found, _xs) in zip(entries, views, prepared):
        mentions = list(_asserted(entry))
        for i, candidate in enumerate(found, at):
            decided = decide(m, kinds[i])
            if decided:
                kind, confidence = decided
                roles = (m.method_roles, methods) if kind is Kind.METHOD else (m.data_roles, data) if kind in (Kind.DATASET, Kind.BENCHMARK) else None
                role = roles[0].classes[int(roles[1][i].argmax())] if roles else None
                mentions += _of_candidate(m, entry, v, candidate, kind, role, confidence)
        at += len(found)
        mentions += _repositories(m, entry)
        yield tuple(mentions)


def decide(m: Models, p: np.ndarray) -> tuple[Kind, float] | None:
    """The likeliest kind and its calibrated confidence, or None where no kind reaches its threshold."""
    chances = {c: float(x) for c, x in zip(m.kinds.classes, p) if c != "nothing"}
    kind = max(chances, key=lambda c: (chances[c] - m.thresholds[c], c))
    if chances[kind] < m.thresholds[kind]:
        return None
    points = m.calibration[kind]
    confidence = float(np.interp(chances[kind], [x for x, _ in points], [y for _, y in points]))
    return Kind(kind), round(min(max(confidence, 0.01), 0.99), 3)


def _of_candidate(m: Models, entry: Entry, v: View, candidate: Candidate, kind: Kind, role: str | None, confidence: float) -> Iterator[Mention]:
    text = v.clean.text
    places = tuple(_place(entry, v, span) for span in candidate.spans)
    forms = candidate.forms(text)
    short = {text[a:b] for a, b in candidate.short_spans}
    long = [f for f in forms if f not in short] or list(forms)
    name = max(long, key=lambda f: (len(f), forms[f], f))
    name = " ".join(name.split())
    others = sorted(
        {" ".join(f.split()) for f in forms} | {" ".join(entry.text[p.start : p.end].split()) for p in places if p.start < p.end}, key=lambda f: (-len(f), f)
    )
    aliases = tuple(f for f in others if f != name)
    extractor = f"trained/{m.version}"
    if kind in (Kind.DATASET, Kind.BENCHMARK) and (parts := _SLASH.fullmatch(name)):
        # CIFAR-10/100 is two; each keeps the common form as an alias.
        for number in (parts["first"], parts["second"]):
            yield Mention(entry.id, kind, f"{parts['stem'].rstrip()}{number}", (name, *aliases), None, role, confidence, extractor, places)
        return
    yield Mention(entry.id, kind, name, aliases, name if candidate.acronym else None, role, confidence, extractor, places)


def _place(entry: Entry, v: View, span: tuple[int, int]) -> Place:
    start, end = v.clean.source_span(*span, entry.text)
    return Place(start, end, _sentence(entry, v, span))


def _around(spans: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """The sentence that `start` stands in, made longer where the span goes on past its end."""
    a, b = next((s for s in spans if s[0] <= start < s[1]), (start, end))
    return a, max(b, end)


def _sentence(entry: Entry, v: View, span: tuple[int, int]) -> str:
    """The sentence round a span, verbatim."""
    a, b = v.clean.source_span(*_around(v.sentences, *span), entry.text)
    first, last = v.clean.source_span(*span, entry.text)
    return entry.text[min(a, first) : max(b, last)]


def _asserted(entry: Entry) -> Iterator[Mention]:
    """What the source's record says of itself; its places are where the name stands in the text, if it does."""
    spans = sentences(entry.text) if entry.assertions else []
    for a in entry.assertions:
        if a.field == "repositories":
            found = addresses.find(a.name) or addresses.find("https://" + a.name)
            name = found[0].name if found else a.name.lower().strip().rstrip("/")
            yield Mention(entry.id, Kind.REPOSITORY, name, (), None, a.role or "own", 1.0, "source", ())
            continue
        kind = NAMED_FIELDS[a.field]
        role = a.role or {Kind.METHOD: "used", Kind.DATASET: "used", Kind.BENCHMARK: "used"}.get(kind)
        at = entry.text.find(a.name)
        end = at + len(a.name)
        places = (Place(at, end, entry.text[slice(*_around(spans, at, end))]),) if at >= 0 else ()
        yield Mention(entry.id, kind, plain(a.name), tuple(a.aliases), None, role, 1.0, "source", places)


def _repositories(m: Models, entry: Entry) -> Iterator[Mention]:
    by_name: dict[str, list[tuple[addresses.Address, str]]] = {}
    spans = sentences(entry.text)
    texts = [entry.text] + ([entry.comment] if entry.comment else []) + ([entry.url] if entry.url else [])
    for i, text in enumerate(texts):
        for address in addresses.find(text):
            by_name.setdefault(address.name, []).append((address, "text" if i == 0 else "record"))
    for name, found in by_name.items():
        places, role = [], "own"
        for address, where in found:
            if where == "text":
                around = _around(spans, address.start, address.end)
                if addresses.role(entry.text, address, around) == "used" and not places:
                    role = "used"
                places.append(Place(address.start, address.end, entry.text[around[0] : around[1]]))
        # An address is a fact; that it is the paper's own is a reading.
        yield Mention(entry.id, Kind.REPOSITORY, name, (), None, role, 0.98, f"address/{m.version}", tuple(places))


def item(mention: Mention) -> dict:
    """A mention in the gold shape, with confidence and evidence."""
    out: dict = {"name": mention.name, "aliases": list(mention.aliases)}
    if mention.role is not None:
        out["role"] = mention.role
    return out | {
        "confidence": mention.confidence,
        "extractor": mention.extractor,
        "evidence": [{"start": p.start, "end": p.end, "sentence": p.sentence} for p in mention.places],
    }


def to_gold(entry: Entry, mentions: Sequence[Mention]) -> dict:
    """An entry and its mentions as one object in the shape of the annotation guidelines."""
    out = {
        "id": entry.id, "title": entry.field(entry.title), "authors": [" ".join(p.name.split()) for p in entry.authors], "truncated_authors": entry.truncated_authors,
        "category": entry.categories[0] if entry.categories else None, "date": entry.date, "code_flag": entry.code_flag, "affiliations": list(entry.affiliations),
    }  # fmt: skip
    for field, kind in NAMED_FIELDS.items():
        out[field] = [item(m) for m in mentions if m.kind is kind]
    out["repositories"] = [item(m) for m in mentions if m.kind is Kind.REPOSITORY]
    out["source"] = {"file": entry.source, "line": entry.line, "bytes": [entry.byte_start, entry.byte_end], "format": entry.format}
    out["text"] = entry.text
    return out
