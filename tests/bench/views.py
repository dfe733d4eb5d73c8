"""How soon a page is ready, how smoothly it moves and how large it is, beside the page that pyvis writes by default of the same graph.

    python -m tests.bench.views [1000 5000] [--pyvis 300]

The graphs are made up: authors in communities (teams of 1 to 8, some across), or papers with authors, methods and data. Times are of one headless
Chromium without a GPU: compare the rows of one run. `ready` is from opening the file to the first whole drawing, with all controls working; of pyvis's page
to the end of its stabilization, with the network switched off. `frames` are animation frames a second while the mouse drags the view.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import networkx as nx

import kg
from tests.bench import Ratio
from tests.conftest import find_chromium

LIMIT = 240  # seconds after which a page counts as not ready


def co_authors(n: int, seed: int = 7) -> nx.MultiDiGraph:
    """Authors, their papers and who wrote with whom; about 3.3 edges an author."""
    r = random.Random(seed)
    g = nx.MultiDiGraph(about="made-up authors")
    groups = max(1, n // 60)
    of: dict[int, list[str]] = {}
    for i in range(n):
        of.setdefault(r.randrange(groups), []).append(f"author:{i}")
        g.add_node(f"author:{i}", kind="Author", name=f"Author {i}", label=f"Author {i}", papers=0)
    pairs: dict[tuple[str, str], list[str]] = {}
    lonely = [f"author:{i}" for i in range(n)]
    while lonely or len(pairs) < 3.3 * n:
        home = of[r.choice(list(of))]
        # Everybody writes with somebody at least once.
        first = {lonely.pop(), r.choice(home), r.choice(home)} if lonely else set()
        team = sorted(first or {r.choice(home) if r.random() < 0.93 else f"author:{r.randrange(n)}" for _ in range(r.choice((2, 2, 3, 3, 4, 5, 6, 8)))})
        paper = f"paper:{g.number_of_nodes()}"
        title = f"On the {r.choice(('robust', 'sparse', 'deep', 'fast'))} estimation of quantity {g.number_of_nodes()} from few observations"
        g.add_node(paper, kind="Paper", name=title, label=title, title=title, year=2015 + r.randrange(11), url=f"https://example.org/{g.number_of_nodes()}")
        for k, a in enumerate(team, 1):
            g.nodes[a]["papers"] += 1
            g.add_edge(a, paper, key=f"{a} {paper}", kind="AUTHORED", position=k, confidence=1.0, entry="1", sentence=", ".join(team))
            for b in team[k:]:
                pairs.setdefault((a, b), []).append(paper)
    for (a, b), papers in pairs.items():
        g.add_edge(a, b, key=f"{a} {b}", kind="CO_AUTHORED_WITH", papers=papers, weight=float(len(papers)), first_year=2015, last_year=2025)
    return g


def mixed(n: int, seed: int = 7) -> nx.MultiDiGraph:
    """Papers, authors, methods and data; about 1.9 edges a node."""
    r = random.Random(seed)
    g = nx.MultiDiGraph(about="made-up papers")
    shares = (("Paper", 0.35), ("Author", 0.35), ("Method", 0.2), ("Dataset", 0.1))
    ids = {kind: [f"{kind.lower()}:{i}" for i in range(int(n * share))] for kind, share in shares}
    for kind, members in ids.items():
        for i, m in enumerate(members):
            name = f"{kind} {i} of some length" if kind != "Paper" else f"A paper with the number {i} and a title as long as titles are"
            g.add_node(m, kind=kind, name=name, label=name, papers=1, **({"year": 2015 + i % 11, "title": name} if kind == "Paper" else {}))
    links = (("Author", "AUTHORED", 2.6), ("Method", "USES", 1.9), ("Dataset", "EVALUATES_ON", 0.9))
    for paper in ids["Paper"]:
        for kind, relation, mean in links:
            for other in {
                ids[kind][min(int(r.paretovariate(0.9)) - 1, len(ids[kind]) - 1) if r.random() < 0.3 else r.randrange(len(ids[kind]))]
                for _ in range(max(1, round(r.gauss(mean, 0.7))))
            }:
                ends = (other, paper) if kind == "Author" else (paper, other)
                sentence = f"In this work {g.nodes[other]['name']} is put to the test on a problem that others have left open for years."
                g.add_edge(*ends, key=f"{relation} {paper} {other}", kind=relation, confidence=round(r.uniform(0.3, 1), 2), entry="1", sentence=sentence)
    return g


def pyvis_default(g: nx.MultiDiGraph, view: str, out: Path) -> None:
    from pyvis.network import Network

    drawn = [n for n, row in g.nodes(data=True) if view == "all" or row["kind"] == "Author"]
    network = Network(cdn_resources="in_line", directed=True)
    for n in drawn:
        network.add_node(n, g.nodes[n]["label"])
    for a, b in g.subgraph(drawn).edges():
        network.add_edge(a, b)
    out.write_text(network.generate_html(), encoding="utf-8")


def ready(browser, path: Path, done: str) -> tuple[float | None, object]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    page = context.new_page()
    start = time.perf_counter()
    page.goto(path.as_uri(), wait_until="commit")
    try:
        page.wait_for_function(done, timeout=LIMIT * 1000, polling=20)
    except Exception:
        return None, page
    return time.perf_counter() - start, page


def frames(page) -> float:
    """Animation frames a second while the view is dragged for two seconds."""
    page.evaluate("() => { window.times = []; const f = (t) => { window.times.push(t); requestAnimationFrame(f); }; requestAnimationFrame(f); }")
    page.mouse.move(560, 420)
    page.mouse.down()
    start, k = time.perf_counter(), 0
    while time.perf_counter() - start < 2:
        page.mouse.move(560 + 150 * ((k % 40) / 40), 420 + 60 * ((k % 24) / 24))
        k += 1
    page.mouse.up()
    times = page.evaluate("() => window.times")
    gaps = [b - a for a, b in pairwise(times)]
    return 1000 / statistics.mean(gaps)


def main(arguments: list[str]) -> list[Ratio]:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser()
    parser.add_argument("nodes", nargs="*", type=int, default=[1000, 5000])
    parser.add_argument("--pyvis", type=int, default=500, help="pyvis's default is measured up to so many nodes")
    chosen = parser.parse_args(arguments)
    found: list[Ratio] = []
    chromium = find_chromium()
    print("view\tnodes\tedges\tby\twritten in s\tMB\tready s\tframes/s")
    with sync_playwright() as p, tempfile.TemporaryDirectory() as folder:
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for n in sorted({*chosen.nodes, chosen.pyvis}):
            for view, make in (("co-authors", co_authors), ("all", mixed)):
                g, out = make(n), Path(folder) / "view.html"
                edges = sum(row["kind"] == "CO_AUTHORED_WITH" for *_, row in g.edges(data=True)) if view == "co-authors" else g.number_of_edges()
                start = time.perf_counter()
                kg.show(g, view, max_nodes=n).write(out)
                written = time.perf_counter() - start
                times = []
                for _ in range(3):
                    took, page = ready(browser, out, "() => document.body && document.body.dataset.ready")
                    times.append(took)
                    rate = frames(page)
                    page.context.close()
                print(f"{view}\t{n}\t{edges}\tkg\t{written:.1f}\t{out.stat().st_size / 1e6:.2f}\t{statistics.median(times):.2f}\t{rate:.0f}", flush=True)
                if n <= chosen.pyvis:
                    start = time.perf_counter()
                    pyvis_default(g, view, out)
                    written = time.perf_counter() - start
                    took, page = ready(
                        browser,
                        out,
                        "() => { const bar = document.getElementById('loadingBar'); return typeof network !== 'undefined' && network && (bar ? bar.style.opacity === '0' || bar.style.display === 'none' : true); }",
                    )
                    rate = frames(page)
                    page.context.close()
                    said = f"{took:.2f}" if took is not None else f"not in {LIMIT}"
                    shown = f"{took / statistics.median(times):.1f}" if took is not None else f"over {LIMIT / statistics.median(times):.0f}"
                    found.append(Ratio(f"time until pyvis's default shows {n} nodes ({view}) against our view", shown))
                    print(f"{view}\t{n}\t{edges}\tpyvis\t{written:.1f}\t{out.stat().st_size / 1e6:.2f}\t{said}\t{rate:.0f}", flush=True)
        browser.close()
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
