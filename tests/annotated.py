"""A folder of data such as training takes, made up and small: abstracts, annotations, open lists, and authors whose person is known."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.synthetic import FAMILY, GIVEN, STEM

_HEADS = ("Net", " Former", " Graph Mixer", " Graph Flow")
_TASKS = [f"{a} {b}" for a in ("tide", "harbour", "gull", "kelp") for b in ("detection", "forecasting", "segmentation", "counting")]
_METRICS = ("accuracy", "F1 score", "recall", "mean error")


def abstract(draw: random.Random, n: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A paper, and what an annotator finds in it."""
    own, used, rival = (f"{s}{h}" for s, h in zip(draw.sample(STEM, 3), draw.choices(_HEADS, k=3)))
    data, bench = draw.choice(STEM) + draw.choice(["QA", " Reading Set"]), draw.choice(STEM) + draw.choice(["Bench", " Port Bench"])
    task, metric = draw.choice(_TASKS), draw.choice(_METRICS)
    short = own.replace(" Graph ", "") if " Graph" in own else ""  # what else the paper calls it
    said = [
        draw.choice([f"We propose {own}, a method for {task}.", f"In this paper we present {own} for {task}."]),
        draw.choice([f"It is based on {used} and trained on {data}.", f"Using {used}, it learns from the {data} dataset."]),
        draw.choice([f"On {bench}, {short or own} outperforms {rival} in {metric}.", f"Experiments on {bench} show better {metric} than {rival}."]),
        draw.choice(["The results hold for most settings.", "This makes the work of a harbour master easier.", "We discuss why, and what is left to do."]),
    ]
    id = f"{2001 + n // 1000}.{n:05}"
    authors = list(dict.fromkeys(f"{draw.choice(GIVEN)} {draw.choice(FAMILY)}" for _ in range(draw.randint(1, 5))))
    item = lambda name, role: {"name": name, "aliases": [short] if short and name == own else [], "role": role}
    return {"id": id, "title": f"{own}: {task.capitalize()} in Small Ports", "abstract": " ".join(said), "authors": authors}, {
        "id": id, "methods": [item(own, "proposed"), item(used, "used"), item(rival, "compared")], "datasets": [item(data, "used")], "benchmarks": [item(bench, "used")],
        "tasks": [{"name": task, "aliases": []}], "metrics": [{"name": metric, "aliases": []}], "repositories": [], "optional": [],
    }  # fmt: skip


def explained(draw: random.Random, n: int) -> dict[str, Any]:
    """A paper that explains an acronym."""
    long = draw.choice(["Brine Clock Averaging", "Quiet Valve Zooming"])
    short = "".join(w[0] for w in long.split())
    return {
        "id": f"2101.{n:05}",
        "title": f"On {long}",
        "abstract": f"We study {long} ({short}). With {short} tides are known.",
        "authors": ["Ada Abe", "Bao Brandt"],
    }


def mentions(draw: random.Random, people: int, papers: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Authors whose person is known, of which several may share a name, and their papers."""
    found, listed = [], []
    groups = [[(f"person {g}-{k}", f"{draw.choice(GIVEN)} {FAMILY[(g + k) % 6]}") for k in range(4)] for g in range(people)]
    for n in range(papers):
        group = draw.choice(groups)
        team, about = draw.sample(group, 3), draw.choice(STEM)
        listed.append(
            {
                "paper_id": f"p{n}",
                "authors": [name for _, name in team],
                "title": f"{about} of {group[0][0]}",
                "year": 2010 + n % 12,
                "venue": "Journal of Tides",
            }
        )
        for position, (person, name) in enumerate(team):
            found.append({
                "paper_id": f"p{n}", "position": position, "name": name, "author_id": person, "block": f"{name[0].lower()} {name.split()[-1].lower()}",
                "affiliation": f"Institute of {person[7:9]}",
            })  # fmt: skip
    return found, listed


def write(folder: Path, abstracts: int = 260, annotated: int = 90) -> None:
    """`data` and `gold` under a folder."""
    draw = random.Random(5)
    made = [abstract(draw, n) for n in range(abstracts)]
    data, gold = folder / "data", folder / "gold"
    gold.mkdir(parents=True)
    _lines(data / "arxiv/abstracts.jsonl.gz", [*(p for p, _ in made), *(explained(draw, n) for n in range(24))])
    _lines(data / "arxiv/to_annotate.jsonl", (p for p, _ in made[:annotated]))
    _lines(gold / "arxiv_train.jsonl", (g for _, g in made[:annotated]))
    (data / "gazetteer").mkdir()
    for file, name, source in (
        ("datasets", "AmberQA", "nlp_progress"), ("benchmarks", "BirchBench", "opencompass"), ("methods", "CobaltNet", "pwc_sota_extractor"),
        ("metrics", "accuracy", "nlp_tdms"), ("tasks", "tide detection", "nlp_progress"),
    ):  # fmt: skip
        (data / f"gazetteer/{file}.tsv").write_text(f"name\taliases\tkind\tsource\n{name}\t\t{file}\t{source}\n", encoding="utf-8")
    for name in ("openreview", "acl_anthology", "s2and_qian"):
        for part, papers in (("train", 240), ("dev", 60)):
            known, listed = mentions(draw, 24, papers)
            _lines(data / f"and/{name}/{part}.jsonl", known)
            if name != "s2and_qian" and part == "train":
                _lines(data / f"and/{name}/papers.jsonl.gz", listed)


def _lines(path: Path, records: Iterable[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(r) + "\n" for r in records)
    path.write_bytes(gzip.compress(text.encode(), mtime=0) if path.suffix == ".gz" else text.encode())
