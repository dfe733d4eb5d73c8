"""From an entry to its mentions: recognise, gather candidates, decide kind, confidence and role, show the evidence.

The trained parts lie in `model/`: the recogniser (spaCy), the corpus table, and four sets of trees (kind, which names are one, role of a
method, role of a data set); `meta.json` has their version, the thresholds by kind and the calibration of the confidence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kg.extract import addresses, candidates, corpus, decisions, features, grouping, recogniser, spelling, surroundings
from kg.extract.candidates import Candidate
from kg.extract.recogniser import Read
from kg.extract.view import View, around, view
from kg.model import NAMED_FIELDS, Entry, Kind, Mention, Place
from kg.text import plain, sentences

if TYPE_CHECKING:
    from spacy.tokens import Doc

MODEL = Path(__file__).parent / "model"
BATCH = 64
_SLASH = re.compile(r"(?P<stem>\S{0,60}?[^\W\d_]\S{0,60}?[\s\-]?)(?P<first>\d{1,5}[A-Za-z]?)\s?/\s?(?:(?P=stem))?-?(?P<second>\d{1,5}[A-Za-z]?)")


@dataclass(frozen=True)
class Models:
    """All trained parts, and the version of their training."""

    recogniser: recogniser.Recogniser
    table: corpus.CorpusTable
    decisions: decisions.Decisions
    version: str


@cache
def models(path: Path = MODEL) -> Models:
    """The trained parts, loaded once a process."""
    version = json.loads((path / "meta.json").read_text(encoding="utf-8"))["version"]
    return Models(recogniser.load(path / "recogniser"), corpus.load(path / "corpus.tsv.gz"), decisions.load(path), version)


def extract(entries: Iterable[Entry], model: Models | None = None, min_confidence: float | None = None) -> Iterator[tuple[Entry, tuple[Mention, ...]]]:
    """The mentions of each entry, in the order of the entries; works in batches, so memory does not grow with their number.

    Names are taken where their kind's F1 is best, or from `min_confidence` on.
    """
    entries = iter(entries)
    while batch := list(islice(entries, BATCH)):
        m = model or models()
        views = [view(e) for e in batch]
        read = m.recogniser.read([v.clean.text for v in views], BATCH)
        yield from zip(batch, _mentions(m, batch, views, list(read), min_confidence))


def prepare(
    table: corpus.CorpusTable, near: surroundings.Surroundings | None, spelt: spelling.Spelling | None, v: View, read: Read
) -> tuple[list[Candidate], features.Places, np.ndarray]:
    """Candidates of a recognised text, where they stand, and their features; training, which has not learned all of that yet, and extraction share it."""
    found = candidates.find(read.doc, v.clean.text, read.names, read.chances, v.title_length, table.candidates)
    places = features.places(read.doc, v.clean.text, v.title_length, v.sentences, found)
    return found, places, features.matrix(places, read.chances, found, table, near, spelt)


def _mentions(m: Models, entries: Sequence[Entry], views: Sequence[View], read: Sequence[Read], least: float | None) -> Iterator[tuple[Mention, ...]]:
    prepared = [(found, X) for v, r in zip(views, read) for found, _, X in [prepare(m.table, m.decisions.near, m.decisions.spelling, v, r)]]
    # The trees are asked once for all entries: their answer for a row does not depend on the other rows.
    kinds = np.split(m.decisions.kinds.probabilities(np.concatenate([x for _, x in prepared])), np.cumsum([len(x) for _, x in prepared])[:-1])
    choices = [m.decisions.choose(p, least) for p in kinds]
    paired = [_pairs(v, r.doc, found, chosen) for v, r, (found, _), chosen in zip(views, read, prepared, choices)]
    same = np.split(m.decisions.same.probabilities(np.concatenate([x for _, x in paired]))[:, 1], np.cumsum([len(x) for _, x in paired])[:-1])
    for entry, v, (found, X), chosen, (which, _), one in zip(entries, views, prepared, choices, paired, same):
        mentions = list(_asserted(entry))
        for named in m.decisions.name(chosen, found, X, which, one):
            mentions += _of_named(m, entry, v, named)
        mentions += _repositories(m, entry)
        yield tuple(mentions)


def _pairs(v: View, doc: Doc, found: Sequence[Candidate], chosen: Sequence[decisions.Choice]) -> tuple[list[tuple[int, int]], np.ndarray]:
    taken = [found[c.index] for c in chosen]
    return grouping.pairs([c.kind for c in chosen], [c.chance for c in chosen], taken, grouping.vectors(doc, taken), v.clean.text, v.title_length)


def _of_named(m: Models, entry: Entry, v: View, named: decisions.Named) -> Iterator[Mention]:
    text, first = v.clean.text, named.candidates[0]
    kind = named.kind
    places = tuple(v.place(entry, span) for span in sorted({s for c in named.candidates for s in c.spans}))
    name, forms = forms_of(text, named.candidates)
    as_printed = {" ".join(entry.text[p.start : p.end].split()) for p in places if p.start < p.end}
    aliases = tuple(sorted({*forms, *as_printed} - {name}, key=lambda f: (-len(f), f)))
    extractor = f"trained/{m.version}"
    if kind in (Kind.DATASET, Kind.BENCHMARK) and (parts := _SLASH.fullmatch(name)):
        # CIFAR-10/100 is two; each keeps the common form as an alias.
        for number in (parts["first"], parts["second"]):
            yield Mention(entry.id, kind, f"{parts['stem'].rstrip()}{number}", (name, *aliases), None, named.role, named.confidence, extractor, places)
        return
    yield Mention(entry.id, kind, name, aliases, name if first.acronym else None, named.role, named.confidence, extractor, places)


def forms_of(text: str, group: Sequence[Candidate]) -> tuple[str, tuple[str, ...]]:
    """Name and aliases: the fullest form of the first candidate that is no acronym, the commonest of equally full ones; then all the others, longest first."""
    forms = group[0].forms(text)
    short = {text[a:b] for a, b in group[0].short_spans}
    long = [f for f in forms if f not in short] or list(forms)
    name = " ".join(max(long, key=lambda f: (len(f), forms[f], f)).split())
    others = {" ".join(f.split()) for c in group for f in c.all_forms(text)} - {name}
    return name, tuple(sorted(others, key=lambda f: (-len(f), f)))


def _asserted(entry: Entry) -> Iterator[Mention]:
    """What the source's record says of itself; its places are where the name stands in the text, if it does."""
    spans = sentences(entry.text) if entry.assertions else []
    for a in entry.assertions:
        if a.field == "repositories":
            found = addresses.find(a.name)
            name = found[0].name if found else a.name.lower().strip().rstrip("/")
            yield Mention(entry.id, Kind.REPOSITORY, name, (), None, a.role or "own", 1.0, "source", ())
            continue
        kind = NAMED_FIELDS[a.field]
        role = a.role or {Kind.METHOD: "used", Kind.DATASET: "used", Kind.BENCHMARK: "used"}.get(kind)
        places = tuple(Place(at, end, entry.text[slice(*around(spans, at, end))]) for at, end in candidates.standing(entry.text, a.name)) if a.name else ()
        yield Mention(entry.id, kind, plain(a.name), tuple(a.aliases), None, role, 1.0, "source", places)


def _repositories(m: Models, entry: Entry) -> Iterator[Mention]:
    by_name: dict[str, list[tuple[addresses.Address, str]]] = {}
    spans = sentences(entry.text)
    texts = [entry.text] + ([entry.comment] if entry.comment else []) + ([entry.url] if entry.url else [])
    for i, text in enumerate(texts):
        for address in addresses.find(text):
            by_name.setdefault(address.name, []).append((address, "text" if i == 0 else "record"))
    for name, found in by_name.items():
        places: list[Place] = []
        role = "own"
        for address, where in found:
            if where == "text":
                sentence = around(spans, address.start, address.end)
                if addresses.role(entry.text, address, sentence) == "used" and not places:
                    role = "used"
                places.append(Place(address.start, address.end, entry.text[slice(*sentence)]))
        # An address is a fact; that it is the paper's own is a reading.
        yield Mention(entry.id, Kind.REPOSITORY, name, (), None, role, 0.98, f"address/{m.version}", tuple(places))


def item(mention: Mention) -> dict[str, Any]:
    """A mention in the gold shape, with confidence and evidence."""
    out: dict[str, Any] = {"name": mention.name, "aliases": list(mention.aliases)}
    if mention.role is not None:
        out["role"] = mention.role
    return out | {
        "confidence": mention.confidence,
        "extractor": mention.extractor,
        "evidence": [{"start": p.start, "end": p.end, "sentence": p.sentence} for p in mention.places],
    }


def to_gold(entry: Entry, mentions: Sequence[Mention]) -> dict[str, Any]:
    """An entry and its mentions as one object in the shape of the annotation guidelines."""
    out: dict[str, Any] = {
        "id": entry.id, "title": entry.field(entry.title), "authors": [" ".join(p.name.split()) for p in entry.authors], "truncated_authors": entry.truncated_authors,
        "category": entry.categories[0] if entry.categories else None, "date": entry.date, "code_flag": entry.code_flag, "affiliations": list(entry.affiliations),
    }  # fmt: skip
    for field, kind in NAMED_FIELDS.items():
        out[field] = [item(m) for m in mentions if m.kind is kind]
    out["repositories"] = [item(m) for m in mentions if m.kind is Kind.REPOSITORY]
    out["source"] = {"file": entry.source, "line": entry.line, "bytes": [entry.byte_start, entry.byte_end], "format": entry.format}
    out["text"] = entry.text
    return out
