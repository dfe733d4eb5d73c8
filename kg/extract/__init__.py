"""Extraction: entries into mentions. spaCy and numpy are imported when the first entry is extracted, not before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.model import Entry, Mention


def extract(entries: Iterable[Entry], min_confidence: float | None = None) -> Iterator[tuple[Entry, tuple[Mention, ...]]]:
    """Each entry with its mentions, in order: what is sure enough for the best F1, or at least as sure as `min_confidence`."""
    from kg.extract.pipeline import extract as run

    return run(entries, min_confidence=min_confidence)


def version() -> str:
    """The version of the shipped model; entries are extracted again when it changes."""
    import json
    from pathlib import Path

    return json.loads((Path(__file__).parent / "model" / "meta.json").read_text(encoding="utf-8"))["version"]
