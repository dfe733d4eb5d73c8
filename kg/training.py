"""`kg train`: which training makes which shipped part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kg.errors import KgError, MissingExtra, WrongUse

MODEL_VERSION = "1"


def train(what: str, data: Path, gold: Path | None, work: Path, out: Path | None) -> dict[str, Any]:
    """Train `names` or `extraction` from the data folder; returns what was measured on held-out data."""
    if not (data / "arxiv/abstracts.jsonl.gz").is_file():
        raise KgError(f"{data.as_posix()}: no arxiv/abstracts.jsonl.gz in it: give the data folder with --data")
    try:
        if what == "names":
            from kg.readers.names_training import train as run

            return run(data / "arxiv/abstracts.jsonl.gz", out or Path(__file__).parent / "readers")
        if what == "extraction":
            from kg.evaluate import score
            from kg.extract import training

            if gold is None or not list(gold.glob("arxiv_train*.jsonl")):
                raise KgError("no arxiv_train*.jsonl: give the folder with the annotated abstracts with --gold")
            model = out or Path(__file__).parent / "extract/model"
            training.train(data, gold, work, model, MODEL_VERSION)
            golds, found = training.held_out(data, gold, model)
            return score({g["id"]: g for g in golds}, {p["id"]: p for p in found})[0]
    except ModuleNotFoundError as e:
        raise MissingExtra(e.name or "a package", "train") from None
    raise WrongUse(f"nothing called {what!r} is trained: choose names or extraction")
