"""What the tests share: the samples, a graph built from them, and the data that is not part of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "tests" / "samples"
SAMPLE_FILES = sorted(p for p in SAMPLES.iterdir() if p.name[:3] in ("101", "102", "103"))
SHARED = Path(os.environ.get("KG_SHARED", ROOT.parent / "shared"))


def missing(what: str) -> None:
    """A component is missing: that fails in CI, and skips on a user's machine, with the reason."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and this is CI")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with seeds, gold and corpora; it is not part of the project."""
    if not (SHARED / "seeds").is_dir():
        pytest.skip(f"no data in {SHARED}: set KG_SHARED to the folder with seeds/, gold/ and data/")
    return SHARED


@pytest.fixture(scope="session")
def seeds(shared: Path) -> list[Path]:
    return sorted((shared / "seeds").glob("*.txt"))


def kg(*arguments: object, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "kg.cli", *map(str, arguments)],
        cwd=cwd or ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | (env or {}),
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )


@pytest.fixture(scope="session")
def sample_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph folder of the samples."""
    from kg.build import build

    out = tmp_path_factory.mktemp("samples") / "graph"
    build(SAMPLE_FILES, out)
    return out


@pytest.fixture(scope="session")
def seed_graph(seeds: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph folder of the seeds."""
    from kg.build import build

    out = tmp_path_factory.mktemp("seeds") / "graph"
    build(seeds, out)
    return out


@pytest.fixture
def chromium() -> str:
    found = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
    if found is None:
        missing("a Chromium browser")
    return found
