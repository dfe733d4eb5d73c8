"""Ratios of our speed, and figures of memory and growth, against something well known in the same run; never asserted in a test."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple


class Ratio(NamedTuple):
    """One line of the table that `python -m tests.bench` prints: what is set against what, the figure, and what is wanted of it, if something is."""

    what: str
    figure: str
    wanted: str = ""


def run(name: str, arguments: list[str]) -> list[Ratio]:
    """What one bench finds."""
    return import_module(f"tests.bench.{name}").main(arguments)
