"""What `kg doctor` says of an installation."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import pytest

from kg import build as building
from kg import doctor
from tests.conftest import kg


def found() -> dict[str, doctor.Finding]:
    return {f.what: f for f in doctor.examine()}


def test_all_that_is_needed_here_works() -> None:
    done = kg("doctor", "--json")
    said = {f["what"]: f for f in json.loads(done.stdout)}

    assert 0 == done.returncode and "" == done.stderr
    assert all(f["works"] for f in said.values() if f["works"] is not None)
    assert {"kg", "Python", "spacy", "kglite", "neo4j", "pyvis", "networkx", "models", "embedded database", "Java"} <= set(said)
    assert "PlumNet" in said["embedded database"]["said"]
    assert "works" in kg("doctor").stdout


def test_what_is_missing_is_told_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name in ("pyspark", "kglite"):
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setenv("PATH", "")
    said = found()

    assert (False, "not installed: pip install kglite") == said["kglite"][1:]
    assert None is said["pyspark"].works and "pip install 'kg[spark]'" in said["pyspark"].said
    assert None is said["Java"].works


def test_what_fails_is_told_and_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("no model\nhere")

    monkeypatch.setattr(building, "build", broken)
    said = found()

    assert (False, "OSError: no model here") == said["models"][1:] and "embedded database" not in said


@pytest.mark.parametrize("says", ['echo "no Java here" >&2; exit 1', """echo 'openjdk version "1.8.0_392"' >&2"""])
def test_a_java_that_is_none_or_too_old_does_not_count(says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "java").write_text(f"#!/bin/sh\n{says}\n")
    (tmp_path / "java").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    assert None is found()["Java"].works and "version 17 or newer" in found()["Java"].said
