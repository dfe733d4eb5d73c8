"""A pile of a few thousand made-up papers, the same every time: JSON lines that assert what they name, with awkward names among them."""

from __future__ import annotations

import json
import random
from pathlib import Path

GIVEN = "Ada Bao Chen Dora Emil Fatima Goran Hana Ines Jonas Kira Li Mei Nils Olu Priya Quentin Rosa Sven Tao Uma Viktor Wen Xin Yara Zoë".split()
FAMILY = "Abe Brandt Castro Diallo Eriksen Fofana García Huang Ito Jensen Kowalski Lindqvist Moreau Nkosi Okafor Petrov Quispe Rossi Şahin Tanaka Ueda Varga Wu Xu Yılmaz Zhang".split()
STEM = "Amber Birch Cobalt Dune Ember Fjord Grove Harbor Iris Juniper Kelp Lumen Moss Nova Onyx Pine Quartz Reef Slate Tundra".split()
_HEAD = "Net Former Flow Tune Sketch Mixer Graph Prompt Field Cache".split()
_TASKS = [
    f"{a} {b}"
    for a in ("image", "text", "graph", "speech", "protein", "video")
    for b in ("classification", "retrieval", "segmentation", "generation", "alignment")
]
_METRICS = ["accuracy", "BLEU", "mAP", "perplexity", "F1 score", "word error rate", "latency", "AUROC"]
# Names that a careless writer of queries, CSV or HTML trips over.
AWKWARD = [
    "O'Hara-Net",
    'Quote"Former',
    "Back`Tick",
    "$\\alpha$-Flow",
    "Semi;Colon, Inc",
    "Emoji🦊Net",
    "Line\u2028Break",
    "Tab\tName",
    "{Brace}",
    "日本語モデル",
    "--dash",
    "=SUM(A1)",
    "\\backslash\\",
    "''",
    "É́clair",
]


def papers(n: int, seed: int = 7) -> list[dict]:
    r = random.Random(seed)
    people = [f"{g} {f}" for g in GIVEN for f in FAMILY]
    r.shuffle(people)
    methods = [f"{s}{h}" for s in STEM for h in _HEAD] + AWKWARD
    r.shuffle(methods)
    # Other ways to write a name, for the resolution to join.
    said = {m: [m, m, m, m + "s", m.replace("Net", "-Net")] for m in methods if m.isalpha() and m.isascii()}
    data = [f"{s}-{k}" for s in STEM for k in ("Bench", "QA", "1K")]

    def zipf(items: list[str], k: int) -> list[str]:
        """Some different ones, the first most often."""
        return list(dict.fromkeys(items[min(int(r.paretovariate(0.6)) - 1, len(items) - 1)] for _ in range(k)))

    out = []
    for i in range(n):
        team = r.randrange(0, len(people), 13)
        authors = list(dict.fromkeys(people[(team + r.randrange(12) + 13 * (r.random() < 0.03)) % len(people)] for _ in range(r.randint(1, 6))))
        names = zipf(methods, r.randint(1, 4))
        own = names[0] if r.random() < 0.5 else None
        record = {
            "id": f"made-{i:05}", "title": f"{own + ': ' if own else ''}{r.choice(STEM)} {r.choice(_HEAD).lower()} for {r.choice(_TASKS)}, part {i}",
            "authors": [{"name": a, "affiliations": [f"{a.split()[-1]} Institute"]} if r.random() < 0.1 else a for a in authors],
            "date": f"{r.randint(2012, 2025)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}", "categories": zipf(["cs.LG", "cs.CV", "cs.CL", "stat.ML", "q-bio.QM"], 2),
            "methods": [{"name": r.choice(said.get(m, [m])), "role": "proposed" if m == own else r.choice(["used", "used", "compared"])} for m in names],
            "datasets": [{"name": d, "role": "introduced" if r.random() < 0.05 else "used"} for d in zipf(data, r.randint(0, 3))],
            "benchmarks": [{"name": f"{b} Challenge", "role": "used"} for b in zipf(STEM, r.randint(0, 1))], "tasks": [{"name": t} for t in zipf(_TASKS, r.randint(0, 2))],
            "metrics": [{"name": m} for m in zipf(_METRICS, r.randint(0, 2))],
        }  # fmt: skip
        if r.random() < 0.3:
            record["repositories"] = [{"name": f"github.com/group{team}/{r.choice(STEM).lower()}{r.randrange(40)}", "role": r.choice(["own", "own", "used"])}]
        if r.random() < 0.02:
            record["date"] = record["date"][: r.choice([4, 7])]
        if r.random() < 0.03:
            del record["date"]
        if i % 60 == 7:  # a method that is called like a data set
            record["methods"].append({"name": data[0], "role": "used"})
        if i % 60 == 11:  # a method with an acronym, and the acronym alone
            record["methods"].append({"name": "Quiet Valve Zooming", "aliases": ["QVZ"], "role": "used"} if i % 120 == 11 else {"name": "QVZ", "role": "used"})
        if i % 997 == 5:
            record["abstract"] = " ".join(
                f"Sentence {k} says 'nothing' about {r.choice(AWKWARD)} and \\textbf{{{r.choice(STEM)}}}." for k in range(2000)
            )  # about 100 kB
        record |= _published(random.Random(f"{seed} {i}"), out)
        out.append(record)
    return out


def _published(r: random.Random, before: list[dict]) -> dict:
    """Venue, keywords and references of some papers: earlier ones by title, and works that are only cited."""
    found: dict = {}
    if r.random() < 0.4:
        found["venue"] = r.choice(
            [
                "NeurIPS 2019",
                "Advances in Neural Information Processing Systems 32",
                "Amber Letters",
                "Amber Letters 4 (2020) 1-9",
                "Proc. of the 3rd Dune Workshop",
                "arXiv preprint",
            ]
        )
    if r.random() < 0.2:
        found["keywords"] = r.sample([f"{x.lower()} studies" for x in STEM], 2)
    if before and r.random() < 0.3:
        cited = [{"title": p["title"], "year": int(p["date"][:4])} for p in r.sample(before, min(2, len(before))) if "date" in p]
        found["references"] = [*cited, f"10.5555/only.cited.{min(int(r.paretovariate(0.6)), 60)}"]
    return found


def write(path: Path, n: int, seed: int = 7) -> Path:
    path.write_text("".join(json.dumps(p, ensure_ascii=False) + "\n" for p in papers(n, seed)), encoding="utf-8")
    return path
