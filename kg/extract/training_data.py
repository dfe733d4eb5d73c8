"""The data that the extraction is trained on: annotated abstracts as spaCy's documents, as answers for candidates, and open lists of names."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.extract.candidates import Candidate, key_of
from kg.extract.view import View, view_of
from kg.files import read_records
from kg.model import NAMED_FIELDS, Entry, Span, content_id
from kg.text import as_written, clean, fold, join, plain

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

KINDS = {kind.value: field for field, kind in NAMED_FIELDS.items()}


def text_of(paper: dict[str, Any]) -> str:
    """The text that is shown to the recogniser: cleaned title, line feed, cleaned abstract."""
    return join(clean(paper.get("title") or ""), clean(paper["abstract"])).text


def paper_view(paper: dict[str, Any]) -> View:
    """What the extraction reads of a record."""
    return view_of(clean(paper.get("title") or ""), clean(paper["abstract"]))


def entry_of(paper: dict[str, Any]) -> Entry:
    """A record with title and abstract as the reader of JSON lines makes it."""
    title, abstract = paper.get("title") or "", paper["abstract"]
    text = f"{title}\n{abstract}" if title else abstract
    return Entry(paper["id"], "held", 1, 0, 0, text, "jsonl", Span(0, len(title)) if title else None, Span(len(text) - len(abstract), len(text)))


def annotated(gold: Path) -> list[dict[str, Any]]:
    """All annotated abstracts of a folder."""
    return [g for path in sorted(gold.glob("arxiv_train*.jsonl")) for g in read_records(path)]


def papers(data: Path) -> dict[str, dict[str, Any]]:
    """The records behind the annotated abstracts, by id."""
    return {p["id"]: p for p in read_records(data / "arxiv/to_annotate.jsonl")}


def split(gold: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The annotated abstracts in three parts, by a hash of the id: `held` (a fifth, for scoring only), and two halves `X` and `Y` of the rest."""
    parts: dict[str, list[dict[str, Any]]] = {"held": [], "X": [], "Y": []}
    for g in sorted(gold, key=lambda g: g["id"]):
        n = int(content_id("split", g["id"]), 16) % 10
        parts["held" if n < 2 else "X" if n < 6 else "Y"].append(g)
    return parts


def occurrences(text: str, name: str) -> list[tuple[int, int]]:
    """Where a gold name stands in a cleaned text: as written if it is short or has inner capitals, else in any case."""
    if not name:
        return []
    pattern = re.escape(name).replace(r"\ ", r"\s+")
    pattern = (r"(?<![A-Za-z0-9])" if name[0].isalnum() else "") + pattern + (r"(?![A-Za-z0-9])" if name[-1].isalnum() else "")
    return [m.span() for m in re.finditer(pattern, text, 0 if as_written(name) else re.I)]


def to_doc(nlp: Language, text: str, gold: dict[str, Any]) -> Doc:
    """A training document: every occurrence of a gold form is an entity, longest first; names that are optional are missing annotation."""
    doc = nlp.make_doc(text)
    found: list[Any] = []
    for kind, field in KINDS.items():
        for item in gold[field]:
            for name in {plain(x) for x in (item["name"], *item.get("aliases", []))}:
                found += [(doc.char_span(a, b, kind, alignment_mode="expand"), 0) for a, b in occurrences(text, name)]
    for item in gold["optional"]:
        found += [(doc.char_span(a, b, "optional", alignment_mode="expand"), 1) for a, b in occurrences(text, plain(item["name"]))]
    found.sort(key=lambda x: (-(x[0].end - x[0].start), x[1], x[0].start, x[0].label_))
    used: set[int] = set()
    ents: list[Any] = []
    missing: list[Any] = []
    for span, optional in found:
        if used.isdisjoint(range(span.start, span.end)):
            used.update(range(span.start, span.end))
            (missing if optional else ents).append(span)
    doc.set_ents(ents, missing=missing, default="outside")
    for token in doc:
        if token.ent_iob:  # a word of an optional name stays without a tag
            token.tag_ = f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else "O"
    return doc


def answer(g: dict[str, Any], text: str, candidate: Candidate) -> tuple[str | None, str | None, tuple[str, int] | None]:
    """The gold kind of a candidate ("nothing" where there is none, None where the annotators left it open), its role, and which item it is."""
    forms = {fold(f) for f in candidate.all_forms(text)}
    for kind, field in KINDS.items():
        for i, item in enumerate(g[field]):
            if forms & {fold(x) for x in (item["name"], *item.get("aliases", []))}:
                return kind, item.get("role"), (kind, i)
    if any(forms & {fold(x) for x in (o["name"], *o.get("aliases", []))} for o in g["optional"]):
        return None, None, None
    return "nothing", None, None


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
                        if len(key_of(name)) > 1:
                            found[key_of(name)].add(kind)
    return found
