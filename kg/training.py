"""`kg train`: which training makes which shipped part."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from kg.errors import KgError, MissingExtra, WrongUse
from kg.files import read_records

MODEL_VERSION = "4"


def train(what: str, data: Path, gold: Path | None, work: Path, out: Path | None, date: str | None = None) -> dict[str, Any]:
    """Train `names`, `extraction`, `acronyms` or `authors` from the data folder; returns what was measured on held-out data, which is also written beside the weights.

    Raises WrongUse for another name, KgError where the data is not there, MissingExtra without what training needs.
    """
    if what not in ("names", "extraction", "acronyms", "authors"):
        raise WrongUse(f"nothing called {what!r} is trained: choose names, extraction, acronyms or authors")
    if not (data / "arxiv/abstracts.jsonl.gz").is_file():
        raise KgError(f"{data.as_posix()}: no arxiv/abstracts.jsonl.gz in it: give the data folder with --data")
    try:
        if what == "names":
            from kg.readers.names_training import train as run

            return run(data / "arxiv/abstracts.jsonl.gz", out or Path(__file__).parent / "readers")
        if what == "extraction":
            from kg.evaluate import reliability, remaining, score
            from kg.extract import training

            if gold is None or not list(gold.glob("arxiv_train*.jsonl")):
                raise KgError("no arxiv_train*.jsonl: give the folder with the annotated abstracts with --gold")
            model = out or Path(__file__).parent / "extract/model"
            golds, found = ({x["id"]: x for x in side} for side in training.train(data, gold, work, model, MODEL_VERSION, date, score))
            measured = {"scores": score(golds, found)[0], "calibration": reliability(golds, found), "errors": remaining(golds, found)}
            (model / "measured.json").write_text(json.dumps(measured, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            return measured
        if what == "authors":
            from kg.evaluate import b_cubed
            from kg.resolve import training_people

            if not (data / "and").is_dir():
                raise KgError(f"{data.as_posix()}: no folder and/ with disambiguated authors in it: give the data folder with --data")
            out = out or Path(__file__).parent / "resolve"
            found = training_people.train(data, out, b_cubed)
            (out / "people.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            return found
        return _acronyms(data / "arxiv/abstracts.jsonl.gz", out or Path(__file__).parent / "resolve")
    except ModuleNotFoundError as e:
        raise MissingExtra(e.name or "a package", "train") from None


def _acronyms(abstracts: Path, out: Path) -> dict[str, Any]:
    """Count how abstracts explain their acronyms, and keep what these mean."""
    from kg.extract.acronyms import find
    from kg.extract.training_data import text_of
    from kg.resolve import acronyms

    explained: dict[str, Counter[str]] = {}
    for text in map(text_of, read_records(abstracts)):
        for short, long in {(text[slice(*p.short)], " ".join(text[slice(*p.long)].split())) for p in find(text)}:
            explained.setdefault(short, Counter())[long] += 1
    rows = list(acronyms.meanings(explained))
    acronyms.save(rows, out / acronyms.PATH.name)
    return {"acronyms": len(rows), "with one meaning": sum(sure for _, _, sure, _ in rows)}
