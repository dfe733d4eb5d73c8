"""What is added, changed, taken out and compared: a folder is what a build from its sources gives, and only what changed is worked on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from kg import build as building
from kg import tables
from kg.build import build, flow, retract, workers
from kg.build.processes import processes
from kg.diff import diff, lines, summary
from kg.errors import KgError, StoreError, WrongUse
from kg.manifest import FORMAT, read_manifest
from tests import synthetic
from tests.conftest import ALONE, ROOT, SAMPLE_FILES, SAMPLES, kg
from tests.test_build import digest


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three piles of made-up papers that share people, names and references."""
    folder = tmp_path_factory.mktemp("parts")
    papers = synthetic.papers(330)
    for n, (a, b) in enumerate(((0, 200), (200, 300), (300, 330))):
        (folder / f"{n}.jsonl").write_text("".join(json.dumps(p, ensure_ascii=False) + "\n" for p in papers[a:b]), encoding="utf-8")
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def whole(parts: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "graph"
    build(parts, out)
    return out


def test_increments_give_the_bytes_of_a_build_at_once(parts: list[Path], whole: Path, tmp_path: Path) -> None:
    for part in parts[::-1]:
        build([part], tmp_path / "graph")

    assert digest(whole) == digest(tmp_path / "graph")


def test_how_much_is_worked_on_at_once_changes_nothing(parts: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corrections = tmp_path / "corrections.csv"
    corrections.write_text("action,name,kind,to\nsame,Ann Berg,author,Ana Berg\n", encoding="utf-8")
    build([SAMPLES / "formats", parts[2]], tmp_path / "many", corrections=corrections)
    for size in ("ENTRIES", "MENTIONS", "SIGNATURES"):
        monkeypatch.setattr(flow, size, 1)
    build([SAMPLES / "formats", parts[2]], tmp_path / "one", corrections=corrections)

    assert digest(tmp_path / "many") == digest(tmp_path / "one")


def test_a_correction_may_speak_of_a_name_as_it_was_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pile = tmp_path / "pile.jsonl"
    records = [{"id": "a", "title": "Tides of the North", "authors": ["Ann Berg"]}, {"id": "b", "title": "Dunes at Rest", "authors": ["Maria Voss"]}]
    pile.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    corrections = tmp_path / "corrections.csv"
    people = lambda: sorted(n["name"] for n in tables.read(tmp_path / "graph", "nodes", kind="Author").to_pylist())
    monkeypatch.setattr(flow, "SIGNATURES", 1)
    corrections.write_text("action,name,kind,to\nrename,Ann Berg,author,Zoe Stone\n", encoding="utf-8")
    build([pile], tmp_path / "graph", corrections=corrections)
    assert ["Maria Voss", "Zoe Stone"] == people()

    corrections.write_text("action,name,kind,to\nrename,Ann Berg,author,Zoe Stone\nsame,Ann Berg,author,Maria Voss\n", encoding="utf-8")
    build([], tmp_path / "graph", corrections=corrections)
    assert 1 == len(people())
    build([pile], tmp_path / "at-once", corrections=corrections)
    assert digest(tmp_path / "at-once") == digest(tmp_path / "graph")


def test_jobs_change_nothing(parts: list[Path], whole: Path, tmp_path: Path) -> None:
    done = kg("build", *parts, "-o", tmp_path / "graph", "--jobs", 3)

    assert 0 == done.returncode, done.stderr
    assert digest(whole) == digest(tmp_path / "graph")


def test_only_new_and_changed_entries_are_extracted_and_only_changed_units_resolved(parts: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extracted: list[str] = []
    of_entries = building.mentions
    monkeypatch.setattr(building, "mentions", lambda batch, **k: extracted.extend(batch["id"].to_pylist()) or of_entries(batch, **k))
    # What each step of the workers is given: entries, mentions, names on papers.
    worked: Counter[str] = Counter()
    for step in ("paper_keys", "signed", "people", "usages", "names", "said"):
        real = getattr(workers, step)
        monkeypatch.setattr(workers, step, lambda t, step=step, real=real, **k: worked.update({step: len(t)}) or real(t, **k))
    build(parts[:2], tmp_path / "graph")
    first = dict(worked)
    assert 300 == len(extracted) == first["paper_keys"] == first["said"] and 300 < first["people"] and 300 < first["names"] <= first["usages"]

    extracted.clear(), worked.clear()
    build(parts[:2], tmp_path / "graph")
    assert [] == extracted and {} == worked

    build([parts[2]], tmp_path / "graph")
    assert {f"made-{n:05}" for n in range(300, 330)} == set(extracted)
    assert 30 == worked["paper_keys"] == worked["signed"] and 0 < worked["usages"] < first["usages"] / 5
    for step in ("people", "names", "said"):
        assert 0 < worked[step] < first[step], step

    extracted.clear()
    pile = parts[2].read_text(encoding="utf-8").splitlines()
    changed = tmp_path / parts[2].name
    record = json.loads(pile[3])
    changed.write_text("\n".join([*pile[:3], json.dumps(record | {"title": "Another Title Altogether"}), *pile[4:]]), encoding="utf-8")
    build([changed], tmp_path / "graph")
    assert [record["id"]] == [e.partition("~")[0] for e in extracted]


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_retracting_is_building_without(gone: int, parts: list[Path], whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "graph")
    retract(parts[gone].as_posix(), tmp_path / "graph")
    build([p for n, p in enumerate(parts) if n != gone], tmp_path / "without")

    assert digest(tmp_path / "without") == digest(tmp_path / "graph")


def test_a_source_may_be_named_by_the_end_of_its_path_and_an_unknown_one_is_refused(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "graph")
    before = digest(tmp_path / "graph")
    done = kg("retract", "7.jsonl", "--graph", tmp_path / "graph")
    assert 2 == done.returncode and "no source of" in done.stderr and "0.jsonl" in done.stderr and 1 == len(done.stderr.splitlines())
    assert before == digest(tmp_path / "graph")

    assert 0 == kg("retract", "1.jsonl", "--graph", tmp_path / "graph").returncode
    assert 2 == len(read_manifest(tmp_path / "graph")["sources"])


def test_retracting_the_last_source_leaves_an_empty_graph_that_can_be_built_on(parts: list[Path], tmp_path: Path) -> None:
    build([parts[2]], tmp_path / "graph")
    build([parts[2]], tmp_path / "alone")
    retract("2.jsonl", tmp_path / "graph")
    assert 0 == read_manifest(tmp_path / "graph")["entries"] == len(tables.read(tmp_path / "graph", "nodes"))
    assert [] == json.loads(kg("ask", "top-authors", "--json", "--graph", tmp_path / "graph").stdout)

    build([parts[2]], tmp_path / "graph")
    assert digest(tmp_path / "alone") == digest(tmp_path / "graph")


def test_two_sources_that_end_alike_are_told_apart(parts: list[Path], tmp_path: Path) -> None:
    for folder, part in zip("ab", parts[1:]):
        (tmp_path / folder).mkdir()
        shutil.copy(part, tmp_path / folder / "pile.jsonl")
    build([tmp_path / "a/pile.jsonl", tmp_path / "b/pile.jsonl"], tmp_path / "graph")

    with pytest.raises(WrongUse, match="2 sources"):
        retract("pile.jsonl", tmp_path / "graph")
    retract("b/pile.jsonl", tmp_path / "graph")
    assert [(tmp_path / "a/pile.jsonl").as_posix()] == [s["name"] for s in read_manifest(tmp_path / "graph")["sources"]]


# ---- older folders


def _aged(folder: Path, version: int) -> None:
    """Make a folder look as an older version wrote it."""
    t = pq.read_table(folder / "entries.parquet")
    pq.write_table(t.drop_columns(["content", "record"]), folder / "entries.parquet")
    for name in ("touched", "signed", "units"):
        (folder / f"{name}.parquet").unlink()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": version}), encoding="utf-8")


def test_an_older_folder_is_upgraded_by_building_and_named_with_that_mend_elsewhere(
    parts: list[Path], whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(whole, tmp_path / "graph")
    _aged(tmp_path / "graph", 3)
    done = kg("stats", "--graph", tmp_path / "graph")
    assert 1 == done.returncode and f"upgrade the folder with: kg build -o {tmp_path.as_posix()}/graph" in done.stderr

    monkeypatch.setattr(building, "mentions", lambda *_, **__: pytest.fail("nothing is to be extracted again"))
    build([], tmp_path / "graph")
    assert digest(whole) == digest(tmp_path / "graph")


@pytest.mark.parametrize(("version", "mend"), [(2, "from its sources"), (FORMAT + 1, "newer kg"), ("x", "from its sources")])
def test_a_folder_that_cannot_be_upgraded_is_refused(version: Any, mend: str, whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "graph")
    _aged(tmp_path / "graph", version)

    with pytest.raises(StoreError, match=mend):
        build([], tmp_path / "graph")


# ---- differences


def test_a_difference_names_what_is_new_gone_and_changed(tmp_path: Path) -> None:
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    first = {"id": "a", "title": "Harbour Tides in Flow", "authors": ["Ada Moreau", "Lin Zhou"], "methods": [{"name": "TideNet", "role": "used"}]}
    second = {"id": "b", "title": "Dune Grains at Rest", "authors": ["Noor El-Amin"], "methods": [{"name": "DuneNet", "role": "proposed"}]}
    third = {"id": "c", "title": "Kelp Forests from Above", "authors": ["Ada Moreau"], "methods": [{"name": "KelpNet", "role": "proposed"}]}
    old.write_text("\n".join(map(json.dumps, (first, second))), encoding="utf-8")
    later = first | {"doi": "10.5555/12345678", "methods": [{"name": "TideNet", "role": "proposed"}]}
    new.write_text("\n".join(map(json.dumps, (later, third))), encoding="utf-8")
    build([old], tmp_path / "a")
    build([new], tmp_path / "b")
    found = diff(tmp_path / "a", tmp_path / "b")
    of = lambda change, what: [r["name"] for r in found if (r["change"], r["what"]) == (change, what)]

    assert (
        ["Kelp Forests from Above"] == of("new", "Paper")
        and ["Dune Grains at Rest"] == of("gone", "Paper")
        and ["Harbour Tides in Flow"] == of("changed", "Paper")
    )
    assert "KelpNet" in of("new", "Method") and "DuneNet" in of("gone", "Method") and [] == of("changed", "Method")
    assert ["Noor El-Amin"] == of("gone", "Author") and [] == of("new", "Author")
    (paper,) = (r for r in found if (r["change"], r["what"]) == ("changed", "Paper"))
    assert {"doi": [None, "10.5555/12345678"]} == paper["fields"]
    (edge,) = (r for r in found if r["change"] == "changed" and r["what"] == "PROPOSES")
    assert ["USES", "PROPOSES"] == edge["fields"]["kind"] and "Harbour Tides in Flow → TideNet" == edge["name"]
    assert {"what": "Paper", "new": 1, "gone": 1, "changed": 1} in summary(found)
    assert "  + Kelp Forests from Above" in lines(found) and "      doi: nothing → 10.5555/12345678" in lines(found)


def test_the_command_says_words_json_and_a_page(whole: Path, parts: list[Path], tmp_path: Path) -> None:
    build(parts[:2], tmp_path / "before")
    done = kg("diff", tmp_path / "before", whole, "--only", "Method", "--only", "Paper", "--top", 3)
    said = done.stdout.splitlines()
    assert "Paper: " in said[0] and said[1].startswith("  + ") and any(" more: --top gives more" in line for line in said)
    rows = json.loads(kg("diff", tmp_path / "before", whole, "--json").stdout)
    assert 30 == sum((r["change"], r["what"]) == ("new", "Paper") and ", part " in r["name"] for r in rows)
    assert {"change", "what", "name", "id", "fields"} == set(rows[0])
    assert "no difference\n" == kg("diff", whole, whole).stdout and [] == json.loads(kg("diff", whole, whole, "--json").stdout)

    assert 0 == kg("diff", tmp_path / "before", whole, "-o", tmp_path / "diff.html").returncode
    page = (tmp_path / "diff.html").read_text(encoding="utf-8")
    assert (
        "What has changed" in page and "Content-Security-Policy" in page and "<script" not in page and "''" not in page.split("<body>")[0].split("</style>")[1]
    )

    wrong = kg("diff", whole, whole, "--only", "Methods")
    assert 2 == wrong.returncode and "no kind of node" in wrong.stderr and 1 == len(wrong.stderr.splitlines())
    none = kg("diff", whole, tmp_path)
    assert 1 == none.returncode and "no graph folder" in none.stderr


# ---- processes


def test_ctrl_c_ends_a_build_with_processes_at_once_and_leaves_the_old_graph(parts: list[Path], tmp_path: Path) -> None:
    build([SAMPLE_FILES[2]], tmp_path / "graph")
    before = digest(tmp_path / "graph")
    command = [sys.executable, "-m", "kg.cli", "build", *map(str, parts), "-o", str(tmp_path / "graph"), "--jobs", "2"]
    # Who started the tests in the background of a shell may have Ctrl-C ignored, and a command would inherit that.
    heard = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)
    environment = os.environ | ALONE
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=heard)
    deadline = time.monotonic() + 60
    while len(_children(running.pid)) < 3 and time.monotonic() < deadline:  # two workers, and what multiprocessing tracks its resources with
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGINT)
    said = running.communicate(timeout=30)[1]

    assert running.returncode not in (0, None) and "Traceback" not in said
    assert before == digest(tmp_path / "graph") and ["graph"] == [p.name for p in tmp_path.iterdir()]
    assert not _children(running.pid)


def _children(process: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def test_a_process_that_is_killed_is_an_error_with_the_mend() -> None:
    with pytest.raises(KgError, match="fewer with --jobs"), processes(2) as spread:
        list(spread(_die, range(4)))


def test_answers_come_in_the_order_of_the_questions() -> None:
    with processes(2) as spread:
        assert [n * n for n in range(50)] == list(spread(_square, range(50)))


def test_a_terminal_sees_how_far_it_is_with_rate_and_time_left(parts: list[Path], tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "kg.cli", "build", str(parts[0]), "-o", str(tmp_path / "graph")]
    running = subprocess.Popen(command, cwd=ROOT, env=os.environ | ALONE | {"TERM": "xterm", "COLUMNS": "200"}, stderr=theirs)
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 1 << 16):
            seen += piece
    except OSError:  # the other end is closed
        pass
    assert 0 == running.wait() and b"extract" in seen and b"people" in seen and b"200/200" in seen and b"/s" in seen


def _die(n: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _square(n: int) -> int:
    time.sleep(0.01 * (n % 3))
    return n * n


def test_papers_that_cite_each_other_do_not_differ_from_themselves(tmp_path: Path) -> None:
    records = [
        {"id": x, "title": f"A Paper Called {x}", "doi": f"10.5555/{x}", "references": [{"doi": f"10.5555/{y}"}]} for x, y in (("one", "two"), ("two", "one"))
    ]
    (tmp_path / "x.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    build([tmp_path / "x.jsonl"], tmp_path / "graph")

    assert 2 == read_manifest(tmp_path / "graph")["edges"]["CITES"]
    assert [] == diff(tmp_path / "graph", tmp_path / "graph")


def test_what_is_refused_twice_on_one_line_is_in_order(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[" + ",".join(['{"title":"A paper"}', *["{}"] * 9]) + "]", encoding="utf-8")
    build([tmp_path / "x.json"], tmp_path / "graph")
    places = [r["byte_start"] for r in tables.read(tmp_path / "graph", "rejected").to_pylist()]

    assert 9 == len(places) and places == sorted(places)
