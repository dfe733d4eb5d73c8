"""What the tests share: the samples, a graph built from them, and the data that is not part of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest

from tests import synthetic
from tests.guard import sitecustomize  # noqa: F401  no test touches a network
from tests.neo4j import server

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "tests" / "samples"
SAMPLE_FILES = sorted(p for p in SAMPLES.iterdir() if p.name[:3] in ("101", "102", "103"))
# What a command is started with: the checkout, and no network but this machine.
ALONE = {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "guard")))}
SHARED = Path(os.environ.get("KG_SHARED", ROOT.parent / "shared"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Side by side run whole files, which share what they build; all that talks to Neo4j is one group, so that one server is started."""
    for item in items if config.pluginmanager.hasplugin("xdist") else ():
        talks = item.path.name == "test_neo4j.py" or "neo4j_server" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("neo4j" if talks else item.path.name))


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
        env=os.environ | ALONE | (env or {}),
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


def _made(tmp_path_factory: pytest.TempPathFactory, n: int) -> Path:
    from kg.build import build

    folder = tmp_path_factory.mktemp("made")
    build([synthetic.write(folder / "made.jsonl", n)], folder / "graph")
    return folder / "graph"


@pytest.fixture(scope="session")
def made_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph folder of three thousand made-up papers."""
    return _made(tmp_path_factory, 3000)


@pytest.fixture(scope="session")
def awkward_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A smaller one with the same awkward names and an abstract of 100 kB."""
    return _made(tmp_path_factory, 700)


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Server]:
    """A real Neo4j with a password, for the whole session; whoever needs it empty calls `emptied`."""
    try:
        with server.running(tmp_path_factory.mktemp("neo4j")) as started:
            yield started
    except server.CannotStart as e:
        missing(str(e))


def emptied(started: server.Server) -> server.Server:
    """The server with nothing in it, no constraints and no indexes."""
    with driver(started) as d, d.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 200 ROWS").consume()
        for row in session.run("SHOW CONSTRAINTS YIELD name").data():
            session.run(f"DROP CONSTRAINT {row['name']}").consume()
        for row in session.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'").data():
            session.run(f"DROP INDEX {row['name']}").consume()
    return started


def driver(started: server.Server) -> neo4j.Driver:
    return neo4j.GraphDatabase.driver(started.uri, auth=("neo4j", started.password) if started.password else None)


def find_chromium() -> str | None:
    return next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = find_chromium()
    if found is None:
        missing("a Chromium browser")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator:
    """A real Chromium, driven by playwright."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright (pip install 'kg[dev]')")
    with sync_playwright() as p:
        started = p.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()
