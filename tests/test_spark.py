"""Spark: a real local cluster of two workers gives the records of one machine, also when workers die, and components come out right at any size."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from kg import build as local
from kg import tables
from kg.errors import ReadError, StoreError, WrongUse
from kg.exports import FORMATS, export
from kg.manifest import read_manifest
from kg.resolve.cluster import UnionFind
from kg.views import write_view
from kg.views.report import write_report
from tests import synthetic
from tests.conftest import SAMPLES, kg, missing

MASTER = "local-cluster[2,1,1024]"


@pytest.fixture(scope="module", autouse=True)
def java() -> None:
    try:
        import pyspark  # noqa: F401
    except ModuleNotFoundError:
        missing("pyspark (the extra spark)")
    if shutil.which("java") is None:
        missing("Java")
    found = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    if not any(f'version "{n}' in found for n in range(17, 26)):
        missing("Java 17 or newer")


@pytest.fixture(scope="module")
def cluster() -> Iterator:
    """A session with a cluster of two workers that have the package from an archive only."""
    from kg.spark.session import session

    with pytest.MonkeyPatch.context() as patch:
        # Short-lived Java processes start twice as fast without the second compiler and the parallel collector.
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto")
        with session(MASTER) as spark:
            yield spark


@pytest.fixture(scope="module")
def pile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the samples of all formats, and two thousand made-up papers in two files that share ids."""
    folder = tmp_path_factory.mktemp("pile") / "a pile"
    shutil.copytree(SAMPLES / "formats", folder / "formats")
    papers = synthetic.papers(2000)
    for name, part in (("made", papers[:1200]), ("more", papers[1100:])):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(p, ensure_ascii=False) + "\n" for p in part), encoding="utf-8")
    return folder


def same(left: Path, right: Path) -> None:
    """Table by table the same rows in the same order, and the same manifest."""
    for name in tables.TABLES:
        if name not in ("touched", "signed", "units"):
            a, b = tables.read(left, name), tables.read(right, name)
            assert len(a) == len(b), name
            assert [] == [(x, y) for x, y in zip(a.to_pylist(), b.to_pylist()) if x != y][:3], name
    assert read_manifest(left) == read_manifest(right)


def written(home: Path) -> dict[str, bytes]:
    """What is made of the folder `graph` of a place: its database, exports and pages. (neo4j-admin's arguments name the place itself.)"""
    (home / "made").mkdir()
    for format in FORMATS:
        export(format, home / "graph", home / "made" / format)
    for view in ("all", "co-authors", "timeline"):
        write_view(view, home / "graph", home / "made" / f"{view}.html")
    write_report(home / "graph", home / "made/report.html")
    files = {p for p in (home / "made").rglob("*") if p.is_file() and p.suffix != ".args"}
    return {p.relative_to(home).as_posix(): p.read_bytes() for p in sorted(files | {home / "graph/graph.kgl"})}


def test_the_cluster_gives_the_rows_of_one_machine(cluster, pile: Path, tmp_path: Path) -> None:
    from kg.spark import build

    corrections = tmp_path / "corrections.csv"
    corrections.write_text(
        "action,name,kind,to\nrename,AmberNet,method,Amber Net Two\nforget,accuracy,metric,\nsame,Ann Berg,author,Ana Berg\n", encoding="utf-8"
    )
    clusters, ours = tmp_path / "cluster/graph", tmp_path / "local/graph"
    build([pile.as_posix()], clusters.as_posix(), MASTER, corrections=corrections, buckets=4, small=3000)
    local.build([pile], ours, corrections=corrections)

    same(ours, clusters)
    ask = lambda folder: json.loads(kg("ask", "top-methods", "--json", "--graph", folder).stdout)
    assert ask(ours) == ask(clusters) != []
    theirs, here = written(clusters.parent), written(ours.parent)
    assert sorted(here) == sorted(theirs) and [] == [name for name in here if here[name] != theirs[name]]
    # What the cluster wrote can be built on.
    local.build([SAMPLES / "103_records.jsonl"], clusters)
    local.build([SAMPLES / "103_records.jsonl"], ours)
    same(ours, clusters)


def test_workers_have_the_package_from_the_archive(cluster) -> None:
    def where(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import kg.extract

        for _ in batches:
            yield pa.RecordBatch.from_pydict({"file": [kg.extract.__file__]})

    places = {r["file"] for r in cluster.range(0, 2, 1, 2).mapInArrow(where, "file string").collect()}

    assert all("/app-" in p for p in places), places


@pytest.mark.parametrize("victim", ["worker", "executor"])
def test_a_worker_that_is_killed_in_the_middle_changes_nothing(victim: str, cluster, pile: Path, tmp_path: Path) -> None:
    from kg.build import workers as w
    from kg.readers.source import Options
    from kg.spark import flow
    from kg.spark.steps import Steps

    steps = Steps(cluster, (tmp_path / "steps").as_posix(), 4)
    got = flow.read(steps, [(pile / "made.jsonl").as_posix()], None, Options(), {(pile / "made.jsonl").as_posix(): "made.jsonl"}, [])
    expected = sorted(map(repr, steps.mapped(got.entries, w.paper_keys, tables.TOUCHED).collect()))
    marker = (tmp_path / "marker").as_posix()

    def dying(batch: pa.Table) -> pa.Table:
        try:
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return w.paper_keys(batch)
        _kill(victim)
        raise AssertionError("still alive")

    found = steps.kept(steps.mapped(got.entries, dying, tables.TOUCHED), "touched")
    assert expected == sorted(map(repr, found.collect())) and Path(marker).exists()


def _kill(victim: str) -> None:
    """End the process that runs this task, or the Java process that started it."""
    import signal
    import time

    if victim == "executor":
        daemon = os.getppid()
        with open(f"/proc/{daemon}/stat") as f:
            java = int(f.read().rsplit(")", 1)[1].split()[1])
        with open(f"/proc/{java}/cmdline", "rb") as f:
            assert b"CoarseGrainedExecutorBackend" in f.read(), "not an executor"
        os.kill(java, signal.SIGKILL)
        time.sleep(60)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("small", [10**9, 0])
def test_components_are_those_of_disjoint_sets(small: int, cluster, tmp_path: Path) -> None:
    from kg.build.workers import TOUCHES
    from kg.spark.components import components
    from kg.spark.steps import Steps

    r = random.Random(3)
    rows = [(f"n{r.randrange(900)}", f"k{r.randrange(700)}") for _ in range(800)]
    rows += [(f"chain{n}", f"link{k}") for n in range(60) for k in (n, n + 1)] + [(f"leaf{n}", "hub") for n in range(50)] + [("alone", "nothing else")]
    steps = Steps(cluster, tmp_path.as_posix(), 4)
    touches = steps.table(pa.table(list(zip(*rows)), schema=TOUCHES))
    found = {x["item"]: x["component"] for x in components(steps, touches, "test", small).collect()}

    sets = UnionFind({f"i{a}" for a, _ in rows} | {f"k{b}" for _, b in rows})
    for a, b in rows:
        sets.join(f"i{a}", f"k{b}")
    groups: dict[str, set[str]] = {}
    for a, _ in rows:
        groups.setdefault(sets.find(f"i{a}"), set()).add(a)
    ours: dict[str, set[str]] = {}
    for item, component in found.items():
        ours.setdefault(component, set()).add(item)
    assert sorted(map(sorted, (g for g in groups.values() if len(g) > 1))) == sorted(sorted(g) for g in ours.values() if len(g) > 1)


def test_what_cannot_be_read_or_written_is_said_in_one_line(cluster, tmp_path: Path) -> None:
    from kg.spark import build

    (tmp_path / "empty.txt").write_text("\n", encoding="utf-8")
    with pytest.raises(ReadError, match=r"empty\.txt: the file is empty"):
        build([(tmp_path / "empty.txt").as_posix()], (tmp_path / "g").as_posix(), MASTER)
    with pytest.raises(ReadError, match="no such file"):
        build([(tmp_path / "none.txt").as_posix()], (tmp_path / "g").as_posix(), MASTER)
    with pytest.raises(StoreError, match="choose another one for -o"):
        build([(SAMPLES / "103_records.jsonl").as_posix()], tmp_path.as_posix(), MASTER)
    with pytest.raises(StoreError, match="choose another one for -o"):
        build([(SAMPLES / "103_records.jsonl").as_posix()], tmp_path.as_uri(), MASTER)
    with pytest.raises(WrongUse, match="nothing to build from"):
        build([], (tmp_path / "g").as_posix(), MASTER)
    assert not (tmp_path / "g").exists() and ["empty.txt"] == [p.name for p in tmp_path.iterdir()]


def test_the_command_builds_on_a_master_and_reads_and_writes_uris(tmp_path: Path) -> None:
    done = kg("build", (SAMPLES / "103_records.jsonl").as_uri(), "-o", (tmp_path / "remote").as_uri(), "--spark", "local[2]")
    assert 0 == done.returncode, done.stderr
    assert read_manifest(tmp_path / "remote")["entries"] == 2 == len(tables.read(tmp_path / "remote", "entries"))
    assert not list((tmp_path / "remote").glob("steps*"))


@pytest.mark.slow
def test_a_master_that_does_not_answer_is_said_in_one_line(tmp_path: Path) -> None:
    """Spark tries for a minute."""
    wrong = kg("build", SAMPLES / "103_records.jsonl", "-o", tmp_path / "g", "--spark", "spark://127.0.0.1:1")
    assert 1 == wrong.returncode and "does not start" in wrong.stderr.splitlines()[-1]
