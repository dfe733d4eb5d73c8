"""The README is true: its commands run, every command is in it, and its counts are the real ones."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kg import __version__, queries
from kg import __version__ as kg_version
from kg.readers import READERS
from tests.conftest import ALONE, ROOT, SAMPLES
from tests.test_cli import COMMANDS
from tests.test_formats import SAMPLES_OF

README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """Every `kg …` line of the README's console blocks, lines that end in a backslash joined."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.S)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line[2:] for line in lines if line.startswith("$ kg ")]


def test_every_command_is_in_the_readme_and_every_one_there_exists() -> None:
    for command in COMMANDS:
        assert f"kg {command}" in README
    assert {shlex.split(c)[1] for c in commands()} <= set(COMMANDS)


def test_every_question_is_in_the_readme() -> None:
    for name in queries.questions():
        assert f"`{name}`" in README
    assert f"{len(queries.questions())} questions" in README


def test_the_readme_s_table_of_formats_is_that_of_the_readers() -> None:
    """What each reads and gives, word for word, and the samples that it is tested with."""
    samples: dict[str, list[str]] = {"listing": ["101_author_page.txt"], "abstracts": ["102_topic_page.txt"], "jsonl": ["103_records.jsonl"]}
    for s in SAMPLES_OF:
        samples.setdefault(s.format, []).append(s.name)
    wanted = [f"| `{name}` | {f.files} | {f.gives} | {', '.join(f'`{x}`' for x in samples[name])} |" for name, f in sorted(READERS.items())]

    assert wanted == [line for line in README.splitlines() if line.split("`")[1:2] and line.startswith("| `") and line.split("`")[1] in READERS]


def test_the_readme_s_commands_run_in_its_order(tmp_path: Path) -> None:
    """In a folder that holds the samples, as the README says; training and scoring need data that is not there and are left out."""
    shutil.copytree(SAMPLES, tmp_path / "tests" / "samples")
    shim = tmp_path / "bin"
    shim.mkdir()
    (shim / "kg").write_text(f"#!/bin/sh\nexec '{sys.executable}' -m kg.cli \"$@\"\n", encoding="utf-8")
    (shim / "kg").chmod(0o755)
    ran = 0
    for command in commands():
        if "gold" in command or "seeds" in command:
            continue
        done = subprocess.run(
            command,
            shell=True,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env=ALONE | {"PATH": f"{shim}:/usr/bin:/bin", "HOME": str(tmp_path)},
        )
        assert 0 == done.returncode, f"{command}: {done.stderr}"
        ran += 1

    assert ran >= 8


def test_the_sample_s_counts_are_those_of_the_readme(sample_graph: Path) -> None:
    from kg.manifest import read_manifest

    manifest = read_manifest(sample_graph)
    said = re.search(r"graph: (\d+) entries, (\d+) nodes, (\d+) edges, (\d+) rejected", README)

    assert [manifest["entries"], sum(manifest["nodes"].values()), sum(manifest["edges"].values()), manifest["rejected"]] == [int(x) for x in said.groups()]


def test_the_counts_of_all_formats_are_those_of_the_readme(tmp_path: Path) -> None:
    from kg.build import build

    manifest = build([SAMPLES / "formats"], tmp_path / "library")
    said = re.search(r"library: (\d+) entries, (\d+) nodes, (\d+) edges, (\d+) rejected", README)

    assert [manifest["entries"], sum(manifest["nodes"].values()), sum(manifest["edges"].values()), manifest["rejected"]] == [int(x) for x in said.groups()]


@pytest.mark.parametrize("target", re.findall(r"`make ([\w-]+)`", README))
def test_make_targets_exist(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)


def test_the_changelog_has_this_version() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_readme_s_quality_figures_are_the_measured_ones(seeds: list[Path], shared: Path) -> None:
    """The table of scores on the seeds, to two decimals."""
    from kg import evaluate
    from kg.extract import extract
    from kg.extract.pipeline import to_gold
    from kg.readers import read

    predicted = {e.id: to_gold(e, ms) for path in seeds for e, ms in extract(read(path).entries)}
    scores, _ = evaluate.score(evaluate.load(shared / "gold/seeds.jsonl"), predicted)
    row = re.search(r"\| seeds \|(.*)\|", README)[1]
    said = [float(x) for x in row.split("|")]

    assert [round(scores[f]["F1"], 2) for f in ("methods", "datasets+benchmarks", "tasks", "metrics")] + [round(scores["methods.role"]["accuracy"], 2)] == said


def test_the_readme_s_figures_on_the_held_out_abstracts_are_those_beside_the_weights() -> None:
    measured = json.loads((ROOT / "kg/extract/model/measured.json").read_text(encoding="utf-8"))
    scores, fields = measured["scores"], ("methods", "datasets", "benchmarks", "tasks", "metrics")
    cells = lambda name: [float(x) for x in re.search(rf"\| {re.escape(name)} \|(.*)\|", README)[1].split("|")]

    assert cells("held out") == [round(scores[f]["F1"], 2) for f in ("methods", "datasets+benchmarks", "tasks", "metrics")] + [
        round(scores["methods.role"]["accuracy"], 2)
    ]
    for row in measured["calibration"]:
        name = "below 0.5" if row["from"] == 0 else "0.9 and more" if row["to"] == 1 else f"{row['from']} to {row['to']}"
        assert cells(name) == [row["items"], round(row["confidence"], 2), round(row["right"], 2)]
    assert f"{sum(r['items'] for r in measured['calibration']):,} items" in README
    assert cells("annotated") == [scores[f]["gold"] for f in fields]
    for cause in {c for f in fields for c in measured["errors"][f]}:
        assert cells(cause.replace("an item", "an annotated name")) == [measured["errors"][f].get(cause, 0) for f in fields], cause


def test_the_readme_s_count_of_name_pairs_is_the_suite_s() -> None:
    from tests.test_resolve import PAIRS, joined, of_pair

    said = re.search(r"has (\d+) pairs: none of the (\d+) that are two is joined, (\d+) of the (\d+) that are one", README)
    of = lambda verdict: [p for v, *p in PAIRS if v == verdict]
    right = sum(joined(of_pair("a", kind, left), of_pair("b", kind, right)) for kind, left, right in of("same"))

    assert [len(PAIRS), len(of("apart")), right, len(of("same"))] == [int(x) for x in said.groups()]


def test_the_citation_names_this_version() -> None:
    assert f"version: {kg_version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
