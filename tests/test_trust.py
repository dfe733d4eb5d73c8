"""Nothing is lost: whatever ends a command, and whoever writes beside it, the old state is there or the new one; and what is damaged is named, with the mend."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.analysis import statistics
from kg.build import build
from kg.errors import StoreError
from kg.exports import export
from kg.files import only_writer
from kg.stores import open_store
from tests.conftest import ALONE, ROOT, SAMPLE_FILES, kg
from tests.test_build import digest

unmeasured = pytest.mark.skipif(
    "COVERAGE_RUN" in os.environ, reason="coverage writes files of its own, which a full disk and a kill catch too: make test runs it"
)

ENVIRONMENT = os.environ | ALONE
RECORDS = SAMPLE_FILES[2]


def started(*arguments: object, cwd: Path = ROOT, **more: object) -> subprocess.Popen[str]:
    """A command that runs beside the test."""
    return subprocess.Popen([sys.executable, "-m", "kg.cli", *map(str, arguments)], cwd=cwd, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True, **more)


def until(happened: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def state(path: Path) -> object:
    """What is at a path: the bytes of a file, or of all files of a folder."""
    if path.is_dir():
        return {p.relative_to(path).as_posix(): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}
    return path.read_bytes() if path.exists() else None


# ---- killed

COMMANDS = {
    "build": (["build", *SAMPLE_FILES[:2], "-o", "graph"], "graph"),
    "build with processes": (["build", *SAMPLE_FILES[:2], "-o", "graph", "--jobs", 2], "graph"),
    "retract": (["retract", RECORDS.name, "--graph", "graph"], "graph"),
    "export to a file": (["export", "node-link", "graph", "-o", "out.json"], "out.json"),
    "export to a folder": (["export", "neo4j-csv", "graph", "-o", "out"], "out"),
    "view": (["view", "all", "--graph", "graph", "-o", "out.html"], "out.html"),
    "report": (["report", "graph", "-o", "report.html"], "report.html"),
}


@pytest.fixture(scope="module")
def two_sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("two") / "graph"
    build(SAMPLE_FILES[1:], out)
    return out


def killed(command: str, times: int, folder: Path, tmp_path: Path, seed: int) -> None:
    """A command that is killed at random moments leaves what was there or what it makes; the next run ends well, and nothing else lies about."""
    arguments, made = COMMANDS[command]
    home, r = tmp_path / "home", random.Random(f"{command} {seed}")

    def fresh() -> None:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        shutil.copytree(folder, home / "graph")
        if made != "graph":
            target = home / made
            target.mkdir() if command.endswith("folder") else target.write_text("old")

    def run() -> None:
        begun = time.monotonic()
        done = kg(*arguments, cwd=home)
        took.append(time.monotonic() - begun)
        assert 0 == done.returncode, done.stderr

    took: list[float] = []
    fresh()
    before = state(home / made)
    run()
    after = state(home / made)
    assert before != after
    expected = sorted(p.name for p in home.iterdir())
    for _ in range(times):
        fresh()
        process = started(*arguments, cwd=home, start_new_session=True)
        try:
            # Most of a short command is the start of Python, which nothing can spoil.
            process.wait(r.uniform(0.3, 1.1) * took[0])
        except subprocess.TimeoutExpired:
            process.kill()  # its processes end by themselves, or they would hold the files
        process.communicate()
        assert state(home / made) in (before, after)
        # What was taken out cannot be taken out again; then the next that writes there is a build.
        if command == "retract" and after == state(home / made):
            again = kg("build", "-o", "graph", cwd=home)
            assert 0 == again.returncode, again.stderr
        else:
            run()
        assert after == state(home / made)
        assert expected == sorted(p.name for p in home.iterdir()), "what the killed one left is cleared away"


@unmeasured
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_killed_leaves_the_old_state_or_the_new_one(command: str, two_sources: Path, tmp_path: Path) -> None:
    killed(command, 2, two_sources, tmp_path, 1)


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_hundred_kills(command: str, two_sources: Path, tmp_path: Path) -> None:
    killed(command, 20, two_sources, tmp_path, 2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_who_is_asked_to_end_clears_away_what_was_begun(number: signal.Signals, two_sources: Path, tmp_path: Path) -> None:
    shutil.copytree(two_sources, tmp_path / "graph")
    before = digest(tmp_path / "graph")
    # Who started the tests in the background of a shell may have Ctrl-C ignored, and a command would inherit that.
    heard = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)
    process = started("build", "-", "-o", "graph", "--jobs", 2, cwd=tmp_path, stdin=subprocess.PIPE, preexec_fn=heard)
    until(lambda: (tmp_path / ".graph.lock").exists() and (tmp_path / ".graph.lock").read_text())
    process.send_signal(number)
    said = process.communicate(timeout=30)[1]

    assert 128 + number == process.returncode and "Traceback" not in said
    assert before == digest(tmp_path / "graph") and ["graph"] == [p.name for p in tmp_path.iterdir()]


# ---- two at once


def test_two_builds_at_once_one_is_refused_and_the_holder_named(tmp_path: Path) -> None:
    first = started("build", "-", "--format", "jsonl", "-o", "graph", cwd=tmp_path, stdin=subprocess.PIPE)
    until(lambda: (tmp_path / ".graph.lock").exists() and (tmp_path / ".graph.lock").read_text())
    for arguments in (["build", RECORDS, "-o", "graph"], ["retract", "x", "--graph", "graph"]):
        second = kg(*arguments, cwd=tmp_path)
        assert 1 == second.returncode and f"graph: process {first.pid} is writing it: wait" in second.stderr and 1 == len(second.stderr.splitlines())
    _, said = first.communicate(RECORDS.read_text(encoding="utf-8"), timeout=120)

    assert 0 == first.returncode, said
    assert ["graph"] == [p.name for p in tmp_path.iterdir()]
    assert 0 == kg("build", SAMPLE_FILES[1], "-o", "graph", cwd=tmp_path).returncode


def test_a_dead_process_holds_nobody_up(tmp_path: Path) -> None:
    first = started("build", "-", "-o", "graph", cwd=tmp_path, stdin=subprocess.PIPE)
    until(lambda: (tmp_path / ".graph.lock").exists() and (tmp_path / ".graph.lock").read_text())
    first.kill()
    first.communicate()
    assert (tmp_path / ".graph.lock").exists()
    build([RECORDS], tmp_path / "graph")

    assert ["graph"] == [p.name for p in tmp_path.iterdir()]


def test_many_writers_come_one_after_the_other(tmp_path: Path) -> None:
    """Each of some processes adds its number to a file while it holds the place; none is lost."""
    code = """if True:
        import sys, time
        from pathlib import Path
        from kg.errors import StoreError
        from kg.files import only_writer
        while True:
            try:
                with only_writer(Path("out")):
                    said = Path("said").read_text()
                    time.sleep(0.02)
                    Path("said").write_text(said + sys.argv[1])
                break
            except StoreError:
                time.sleep(0.001)
    """
    (tmp_path / "said").write_text("")
    running = [subprocess.Popen([sys.executable, "-c", code, str(n)], cwd=tmp_path, env=ENVIRONMENT) for n in range(8)]
    assert [0] * 8 == [p.wait(60) for p in running]

    assert list("01234567") == sorted((tmp_path / "said").read_text()) and ["said"] == [p.name for p in tmp_path.iterdir()]


def test_a_build_that_fails_leaves_no_folder_on_the_way(tmp_path: Path) -> None:
    assert 1 == kg("build", tmp_path / "missing.jsonl", "-o", tmp_path / "a/b/graph").returncode
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("out", [".", "..", "a/.."])
def test_a_place_without_a_name_is_refused(out: str, two_sources: Path, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for arguments in (["build", RECORDS, "-o", out], ["export", "neo4j-csv", two_sources, "-o", out], ["view", "all", "--graph", two_sources, "-o", out]):
        done = kg(*arguments, cwd=tmp_path)
        assert done.returncode in (1, 2) and 1 == len(done.stderr.splitlines()), done.stderr
    assert ["a"] == [p.name for p in tmp_path.iterdir()]


# ---- no room, no right


@unmeasured
@pytest.mark.parametrize("command", COMMANDS)
def test_no_room_on_the_disk_is_one_line_and_the_old_state_stays(command: str, two_sources: Path, tmp_path: Path) -> None:
    arguments, made = COMMANDS[command]
    shutil.copytree(two_sources, tmp_path / "graph")
    shutil.copytree(two_sources, tmp_path / "room")
    assert 0 == kg(*[a if a != "graph" else "room" for a in arguments], cwd=tmp_path).returncode
    full = tmp_path / ("room" if made == "graph" else made)
    sizes = sorted({p.stat().st_size for p in (full.rglob("*") if full.is_dir() else [full]) if p.is_file()})
    for path in (full, tmp_path / "room"):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    before, expected = state(tmp_path / made), sorted(p.name for p in tmp_path.iterdir())
    # A file that cannot grow beyond a limit is what a full disk is; the limits are such that each time another file is the first that finds no room.
    for size in {sizes[-1] - 1, sizes[len(sizes) // 2] - 1, 4}:
        process = started(*arguments, cwd=tmp_path, preexec_fn=lambda size=size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
        said = process.communicate(timeout=120)[1]
        assert 1 == process.returncode and 1 == len(said.strip().splitlines()) and said.startswith("kg: ") and "cannot be written" in said, said
        assert before == state(tmp_path / made) and expected == sorted(p.name for p in tmp_path.iterdir())


def test_a_place_that_cannot_be_written_to_is_one_line(two_sources: Path) -> None:
    for arguments in (
        ["build", RECORDS, "-o", "/proc/graph"],
        ["export", "node-link", two_sources, "-o", "/proc/x.json"],
        ["view", "all", "--graph", two_sources, "-o", "/proc/x"],
    ):
        done = kg(*arguments)
        assert 1 == done.returncode and 1 == len(done.stderr.splitlines()) and "cannot be written" in done.stderr, done.stderr


# ---- moved, read only, damaged

QUESTIONS = (["ask", "co-authors", "--param", "author=Mira Halvorsen"], ["ask", "top-methods"], ["stats"], ["why", "ByT5"], ["analyze"])


def test_a_folder_that_is_copied_elsewhere_and_cannot_be_written_to_answers_as_before(two_sources: Path, tmp_path: Path) -> None:
    away = tmp_path / "a place with blanks, ünïcode" / ("long" * 50)
    shutil.copytree(two_sources, away)
    for path in (*away.iterdir(), away):
        path.chmod(0o555 if path.is_dir() else 0o444)
        os.utime(path, (0, 0))
    before = {p.name: p.stat().st_mtime_ns for p in away.iterdir()}
    for question in QUESTIONS:
        here, there = kg(*question, "--graph", two_sources), kg(*question, "--graph", away)
        assert (here.returncode, here.stdout) == (there.returncode, there.stdout), there.stderr
    assert 0 == kg("view", "all", "--graph", away, "-o", tmp_path / "view.html").returncode
    assert 0 == kg("export", "graphml", away, "-o", tmp_path / "x.graphml").returncode
    assert before == {p.name: p.stat().st_mtime_ns for p in away.iterdir()}
    away.chmod(0o755)


def test_clocks_do_not_matter(two_sources: Path, tmp_path: Path) -> None:
    shutil.copytree(two_sources, tmp_path / "graph")
    for path in (tmp_path / "graph").iterdir():
        os.utime(path, (4e9, 4e9))
    build([SAMPLE_FILES[0]], tmp_path / "graph")
    build(SAMPLE_FILES, tmp_path / "at-once")

    assert digest(tmp_path / "at-once") == digest(tmp_path / "graph")


@pytest.mark.parametrize("harm", ["cut off", "emptied", "edited", "removed", "another table"])
def test_a_damaged_folder_is_named_with_the_mend(harm: str, two_sources: Path, tmp_path: Path) -> None:
    """Every file of a folder, damaged in turn: whoever reads it says which it is; who does not may go on."""
    noticed: set[str] = set()
    names = sorted(p.name for p in two_sources.iterdir())
    for name in names:
        harmed = tmp_path / name / "harmed"
        shutil.copytree(two_sources, harmed)
        harm_of(harm, harmed / name)
        for n, use in enumerate((lambda g: build([SAMPLE_FILES[0]], g), statistics, asked, lambda g: export("node-link", g, g.parent / "x"))):
            graph = harmed.with_name(f"graph{n}")
            shutil.copytree(harmed, graph)
            try:
                use(graph)
            except StoreError as e:
                assert name in str(e) and 1 == len(str(e).splitlines()), (name, n, str(e))
                assert "build the folder again" in str(e) or "ake one with" in str(e), (name, n, str(e))
                assert state(harmed) == state(graph)
                noticed.add(name)
    # These no question reads; they are for later builds, `kg why` and `kg review`.
    assert noticed >= set(names) - {"merges.parquet", "report.parquet", "rejected.parquet", "touched.parquet", "signed.parquet", "units.parquet"}


def asked(graph: Path) -> None:
    store = open_store(graph, None)
    store.ask("MATCH (p:Paper) RETURN count(p) AS n", {})
    store.close()


def harm_of(harm: str, path: Path) -> None:
    raw = path.read_bytes()
    middle = len(raw) // 3  # line feeds, so that text within quotes is damaged too
    if harm == "removed":
        path.unlink()
    elif harm == "another table":
        shutil.copy(path.with_name("units.parquet" if path.name == "report.parquet" else "report.parquet"), path)
    else:
        path.write_bytes({"cut off": raw[: len(raw) // 2], "emptied": b"", "edited": raw[:middle] + b"\n#" * 20 + raw[middle + 40 :]}[harm])


def test_only_writer_names_who_holds_the_place(tmp_path: Path) -> None:
    with only_writer(tmp_path / "graph"), pytest.raises(StoreError, match=f"process {os.getpid()} is writing it"), only_writer(tmp_path / "graph"):
        pass
    assert [] == list(tmp_path.iterdir())


# ---- no network


def test_the_guard_of_these_tests_refuses_what_is_not_this_machine() -> None:
    """The tests themselves, and the commands that they start with ALONE, run with it; so what passes there touches no network."""
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True)
    assert "a network is touched" in done.stderr
    with pytest.raises(RuntimeError, match="a network is touched"):
        socket.getaddrinfo("example.org", 80)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_the_main_commands_run_where_there_is_no_network_at_all(two_sources: Path, tmp_path: Path) -> None:
    """In a name space of its own without even a loopback: that holds for native code too."""
    alone = ["unshare", "--user", "--net", "--map-root-user"]
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], capture_output=True).returncode:
        pytest.skip("this system lets nobody make a name space without a network")
    commands = (
        ["build", RECORDS, SAMPLE_FILES[1], "-o", "graph", "--jobs", 2], ["ask", "top-methods", "--graph", "graph"], ["why", "ByT5", "--graph", "graph"], ["stats", "--graph", "graph"],
        ["view", "all", "--graph", "graph"], ["report", "graph", "-o", "report.html"], ["export", "graphml", "graph", "-o", "x.graphml"], ["extract", RECORDS], ["retract", RECORDS, "--graph", "graph"],
    )  # fmt: skip
    for arguments in commands:
        done = subprocess.run(
            [*alone, sys.executable, "-m", "kg.cli", *map(str, arguments)],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert 0 == done.returncode, (arguments, done.stderr)
