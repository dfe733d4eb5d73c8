"""No regular expression takes time that grows faster than the text it is given."""

from __future__ import annotations

import io
import time

import pytest

from kg.errors import KgError
from kg.readers import read_input
from kg.readers.inputs import Input
from kg.readers.source import Options
from tests.patterns import Used, attacks, run, seconds, text_of, used
from tests.test_formats import FORMATS, SAMPLES_OF, Sample

USED = used()
# Passed on to a function that holds them against the beginning of lines, of which each is looked at once.
HELD = {"kg.readers.ris._BEGIN", "kg.readers.ris._END"}
SHOWN = [u for u in USED if u.where not in HELD]


def growth(u: Used, attack: tuple[str, str, str], n: int, times: int) -> tuple[float, float]:
    """How many times as long a text of `times` times the length takes, and the time itself."""
    short, long = run(u, text_of(attack, n)), run(u, text_of(attack, times * n))
    took = seconds(long)
    if took < 0.003:
        return 0.0, took
    return (took if took > 0.1 else seconds(long, 3)) / max(seconds(short, 5), 1e-6), took


@pytest.mark.parametrize("u", SHOWN, ids=[u.where for u in SHOWN])
def test_a_pattern_takes_no_more_time_a_character_on_longer_texts(u: Used) -> None:
    """Four times the text in less than eight times the time: a quadratic pattern takes sixteen."""
    for attack in attacks(u.pattern, u.flags):
        assert growth(u, attack, 4_000, 4)[0] < 8 or growth(u, attack, 16_000, 4)[0] < 8, (attack, u.pattern)


@pytest.mark.slow
@pytest.mark.parametrize("u", SHOWN, ids=[u.where for u in SHOWN])
def test_a_pattern_is_linear_from_ten_thousand_characters_to_a_million(u: Used) -> None:
    """Ten times the text in at most 1.3 times ten times the time, for the texts that are the slowest of all."""
    by_time = sorted(attacks(u.pattern, u.flags), key=lambda a: seconds(run(u, text_of(a, 10_000))))
    for attack in by_time[-3:]:
        for n in (10_000, 100_000):
            assert min(growth(u, attack, n, 10)[0] for _ in range(3)) <= 13, (n, attack, u.pattern)


@pytest.mark.parametrize(
    ("pattern", "slow"),
    [(r"\s+$", True), (r"\s*,", True), (r"[a-z]+\d", True), (r"\(\s*([^()]*?)\s*\)", True), (r"(?:(?<!\s)\s+)?,", False), (r"\([^()]*\)", False)],
)
def test_slow_patterns_are_told_from_others(pattern: str, slow: bool) -> None:
    """The texts show what is wrong with patterns that are known to be slow, and nothing in others."""
    u = Used("here", pattern, 0, True)

    assert slow == any(growth(u, a, 1_000, 4)[0] > 8 for a in attacks(pattern, 0))


def test_all_patterns_of_the_package_are_among_them() -> None:
    assert len(USED) > 250
    assert {"kg.text._MARKUP", "kg.extract.addresses._ADDRESS", "kg.queries._LOAD_CSV", "kg.readers.json_records._TOKEN"} <= {u.where for u in USED}


# What a title, a name or a date may be stretched with.
UNITS = [*" aA0,.()[]{}\\$\"'-_*&<>;|\t", ", ", "a ", "A. ", "and ", "a, ", "et al ", "2020 ", "https://github.com/a/b ", "<b>", "&amp;", "\\'e", "(a) ", "é "]
PLACES = [b"TideNet: Forecasting Water Levels with Gated Recurrence", b"Mira Halvorsen", b"Halvorsen", b"2023", b"gated recurrent network"]


@pytest.mark.slow
@pytest.mark.parametrize("s", [s for s in SAMPLES_OF if s.format != "excel"], ids=lambda s: s.name)
def test_a_long_field_costs_a_reader_no_more_a_character(s: Sample) -> None:
    """Four times the field in less than six times the time, whatever it is stretched with."""
    raw = (FORMATS / s.name).read_bytes()

    def took(changed: bytes) -> float:
        start = time.process_time()
        try:
            read_input(Input(s.name, lambda: io.BytesIO(changed)), format=s.format, options=Options(None, s.columns))
        except KgError:
            pass
        return time.process_time() - start

    for place in (p for p in PLACES if p in raw):
        for unit in UNITS:
            long = lambda n, place=place, unit=unit: raw.replace(place, place + unit.encode() * (n // len(unit)), 1)
            assert took(long(40_000)) < 0.3 or took(long(40_000)) < 6 * took(long(10_000)), (place, unit)
