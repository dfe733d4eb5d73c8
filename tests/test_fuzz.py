"""Nobody gets in: whatever bytes come to a door (tests/fuzz/doors.py), its promises hold."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import ALONE, ROOT, missing
from tests.fuzz.__main__ import FINDS, archives, seeds
from tests.fuzz.doors import DOORS

# Pieces that mean something to some reader, and that people and programs get wrong.
TOKENS = [
    *'''"'`{}[]()<>,;:|\\/$%&#@=+-_^~*.!?''', "\n", "\r\n", "\r", "\t", "\x00", "\x0b", "\x1b[31m", "\x85", "\u2028", "\ufeff", "\u202e", "\ud7ff", "\U0001f600", "é", "İ", "ß", "ﬁ", "e\u0301",
    "{{7*7}}", "</script>", "<!--", "<![CDATA[", "]]>", "&amp;", "&#0;", "&lol;", "<?xml", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "\\begin{x}", "\\'", "$$", "\\text{", "``", "---",
    "@article{", "@string{", "@comment", "author = {", " and ", "et al.", "Abstract:", "TY  - ", "ER  - ", "arXiv:2101.00001", "10.1/x", "https://github.com/a/b", "git@github.com:",
    '{"title": "', '"results": [', "null", "1e999", "-1", "99999999999999999999", '\\u0000', "\\ud800", "=cmd()", "' OR 1=1 //", "MATCH (n) DETACH DELETE n", "LOAD CSV", "$x", "UNWIND", "RETURN",
    "2021-02-30", "0000", "Jan 99, 0000", "\xff\xfe", "A" * 300, "(" * 200, "[" * 200, "{" * 200, "\\" * 200, " " * 300,
]  # fmt: skip
PIECES = st.one_of(
    st.sampled_from(TOKENS).map(lambda t: t.encode("utf-8", "surrogatepass")),
    st.text(max_size=12).map(lambda t: t.encode("utf-8", "surrogatepass")),
    st.binary(max_size=6),
)
EDIT = st.tuples(st.floats(0, 1), st.floats(0, 0.2), PIECES, st.integers(0, 3))
SEEDS = sorted({p.read_bytes()[:6000] for p in seeds("none")})


def edited(raw: bytes, edits: list[tuple[float, float, bytes, int]]) -> bytes:
    """Pieces taken out, put in, or told twice."""
    for place, length, piece, how in edits:
        a = int(place * len(raw))
        b = min(len(raw), a + int(length * 200))
        raw = raw[:a] + (raw[a:b] if how == 1 else raw[a:b] * 2 if how == 2 else b"") + piece + raw[b:]
    return raw


def bytes_for(door: str) -> st.SearchStrategy[bytes]:
    wild = st.lists(PIECES, max_size=20).map(b"".join)
    own = [p.read_bytes()[:6000] for p in seeds(door) if door in ("read", f"read-{_format_of(p)}")] or SEEDS
    if door == "packed":
        own = archives()
    elif not door.startswith("read"):
        return wild
    return st.builds(edited, st.sampled_from(own), st.lists(EDIT, min_size=1, max_size=6)) | wild


@cache
def _format_of(path: Path) -> str:
    from kg.errors import KgError
    from kg.readers import sniff
    from kg.readers.inputs import inputs

    try:
        return sniff(inputs([path])[0])
    except KgError:
        return ""


@pytest.mark.parametrize("door", DOORS)
def test_whatever_comes_to_a_door_its_promises_hold(door: str) -> None:
    n = {"extract": 40, "html": 40, "cypher": 150, "read": 150}.get(door, 80) * int(os.environ.get("KG_FUZZ", "1"))

    @settings(max_examples=n, deadline=None, database=None, derandomize="KG_FUZZ" not in os.environ, suppress_health_check=list(HealthCheck))
    @given(bytes_for(door))
    def holds(raw: bytes) -> None:
        DOORS[door](raw)

    holds()


KEPT = sorted(p for p in FINDS.rglob("*") if p.is_file())


@pytest.mark.parametrize("find", KEPT, ids=[p.relative_to(FINDS).as_posix() for p in KEPT])
def test_what_was_found_once_is_mended(find: Path) -> None:
    DOORS[find.parent.name](find.read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS)
def test_a_fuzzer_that_follows_the_code_finds_nothing(door: str) -> None:
    try:
        import atheris  # noqa: F401
    except ImportError:
        missing("atheris (pip install atheris: Linux, Python 3.11 to 3.13)")
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", door, "--seconds", os.environ.get("KG_FUZZ_SECONDS", "30")],
        cwd=ROOT, env=os.environ | ALONE, capture_output=True, text=True, errors="replace", timeout=900,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-4000:]
