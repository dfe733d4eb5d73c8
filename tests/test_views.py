"""Pages open in a real browser without a network, answer to mouse and keys, show what the graph says, and obey nothing that a listing brings."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import kg
from kg.build import build
from kg.errors import QueryError, StoreError, WrongUse
from kg.graph import read_graph
from kg.views import show, write_view
from kg.views.layout import layout
from kg.views.page import library

HOSTILE = '<img src=x onerror="document.title=1"></script><script>document.title="pwned"</script>{{7*7}} href javascript:alert(1)'
VIEWS = [("co-authors",), ("methods",), ("all",), ("ego", "Mira Halvorsen"), ("timeline",), ("path", "Noor El-Amin", "ImageNet")]


def part(page: str, name: str) -> dict | list:
    return json.loads(re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.S)[1])


@pytest.fixture
def open_page(browser) -> Iterator[Callable]:
    """Opens a file as a user does; at the end nothing but files may have been asked for, and nothing may stand on the console."""
    asked: list[str] = []
    told: list[str] = []
    contexts = []

    def opened(path: Path, fragment: str = "", size: tuple[int, int] = (1280, 800), ready: bool = True, **options):
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: asked.append(r.url))
        page.on("console", lambda m: told.append(m.text) if "willReadFrequently" not in m.text else None)  # that is about `ink`
        page.on("pageerror", lambda e: told.append(str(e)))
        page.goto(path.as_uri() + fragment)
        if ready:
            page.wait_for_selector("body[data-ready]", timeout=30_000)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [] == [u for u in asked if not u.startswith(("file:", "blob:", "about:"))]
    assert [] == told


@pytest.fixture(scope="module")
def pages(sample_graph: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every view of the samples."""
    folder = tmp_path_factory.mktemp("views")
    for view, *names in VIEWS:
        write_view(view, sample_graph, folder / f"{view}.html", *names)
    write_view("communities", sample_graph, folder / "communities")
    return {p.stem: p for p in folder.glob("*.html")} | {"communities": folder / "communities" / "index.html"}


def panel(page) -> str:
    return page.inner_text("#panel")


def shown(page) -> tuple[int, int]:
    found = re.search(r"(\d+) of \d+ nodes and (\d+) of \d+ edges visible", page.inner_text("#shown"))
    return int(found[1]), int(found[2])


def ink(page) -> int:
    """How many pixels of the drawing are painted."""
    return page.evaluate("""() => { const c = document.querySelector('#graph canvas'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n; }""")


@pytest.mark.parametrize("view", [v for v, *_ in VIEWS])
def test_a_view_is_one_file_that_loads_nothing(view: str, pages: dict[str, Path]) -> None:
    page = pages[view].read_text(encoding="utf-8")
    markup = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.S)

    assert not re.search(r"\b(?:src|href)\s*=", markup)
    assert "default-src 'none'" in page and "unsafe-inline" not in markup
    assert re.search(r"Showing \d+ of \d+ nodes and \d+ edges \(.+\); from 21 entries in 3 files", page)


@pytest.mark.parametrize("view", [*(v for v, *_ in VIEWS), "communities"])
def test_a_view_draws_itself_without_asking_the_network(view: str, pages: dict[str, Path], open_page) -> None:
    page = open_page(pages[view])

    assert ink(page) > 500
    assert page.title() == page.inner_text("h1")
    assert "Click a node or an edge" in panel(page) or "Each bubble" in panel(page)


def test_search_finds_by_key_and_arrows_and_lets_go(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["all"])
    page.keyboard.press("/")
    page.keyboard.type("petr")
    page.keyboard.type("akis")
    hits = page.locator("#hits li")

    assert "Jonas Petrakis" in hits.first.inner_text() and "Author · 20" in hits.first.inner_text()
    page.keyboard.press("Enter")
    assert "Jonas Petrakis" == page.inner_text("#panel h2")
    assert page.url.endswith(
        "#n=" + page.evaluate("encodeURIComponent(JSON.parse(document.getElementById('nodes').textContent).find(n => n.label === 'Jonas Petrakis').key)")
    )

    page.fill("#search", "a")
    first = page.locator("#hits li[aria-selected=true]").inner_text()
    page.keyboard.press("ArrowDown")
    second = page.locator("#hits li[aria-selected=true]").inner_text()
    page.keyboard.press("ArrowUp")
    assert first != second and first == page.locator("#hits li[aria-selected=true]").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("#hits").is_hidden()
    page.keyboard.press("Escape")
    assert "Click a node" in panel(page) and "#" not in page.url


def test_search_folds_accents_and_says_when_nothing_is_there(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["all"])
    page.fill("#search", "jose nunez")
    assert "José Núñez-Ortega" in page.locator("#hits li").first.inner_text()
    page.fill("#search", "qqqq")
    assert "Nothing has that name." == page.locator("#hits li").inner_text()


def click_node(page, label: str) -> None:
    """Centre a node by the search, let go, and click in the middle of the drawing, where it now lies."""
    page.fill("#search", label)
    page.keyboard.press("Enter")
    page.wait_for_timeout(400)
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    box = page.locator("#graph").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_a_click_on_a_node_shows_what_it_is_and_where_it_is_said(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["all"])
    click_node(page, "ResNet-50")

    assert "ResNet-50" == page.inner_text("#panel h2")
    assert "ResNet-50" in page.locator("#panel mark").all_inner_texts()
    assert re.search(r"101_author_page\.txt · .+, bytes \d+–\d+, confidence \d\.\d\d", panel(page))
    page.locator("#panel button.link").first.click()
    assert "ResNet-50" != page.inner_text("#panel h2")


def test_an_edge_shows_its_evidence(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["all"])
    page.fill("#search", "ResNet-50")
    page.keyboard.press("Enter")
    page.locator("#panel button.why").first.click()

    assert "→" in page.inner_text("#panel h2") and "confidence" in panel(page)
    assert page.locator("#panel blockquote").count() >= 1


def test_an_affiliation_shows_the_line_that_prints_it(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["all"])
    page.fill("#search", "example-lab")
    page.keyboard.press("Enter")
    assert "Organization" in panel(page) and "example-lab" in page.locator("#panel mark").all_inner_texts()
    page.locator("#panel button.why").first.click()
    assert "affiliated with" in panel(page) and "example-lab" in page.locator("#panel mark").all_inner_texts()


def test_a_click_on_an_edge_shows_joint_papers_and_the_lines_that_name_both(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["path"])
    a, b = page.locator("#graph").bounding_box(), part(pages["path"].read_text(encoding="utf-8"), "nodes")
    # The path lies from left to right round the middle: half way between two columns there is an edge.
    found = False
    for x in range(int(a["x"]) + 40, int(a["x"] + a["width"]) - 40, 12):
        page.mouse.click(x, a["y"] + a["height"] / 2)
        if "→" in panel(page):
            found = True
            break
    assert found and len(b) >= 3
    assert page.locator("#panel .claim").count() >= 1


def test_a_co_author_edge_names_its_papers(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["co-authors"])
    page.fill("#search", "Mira Halvorsen")
    page.keyboard.press("Enter")
    page.locator("#panel button.why").first.click()

    assert re.search(r"co-authored with", panel(page)) and re.search(r"\d papers? ·", panel(page))
    assert page.locator("#panel .claim .paper").count() >= 1
    assert {"Mira Halvorsen"} <= set(page.locator("#panel mark").all_inner_texts())


def test_neighbours_are_raised_over_a_veil(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["all"])
    painted = "() => { const c = document.querySelector('.over'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n; }"
    assert 0 == page.evaluate(painted)
    click_node(page, "Mira Halvorsen")
    everywhere = page.evaluate("() => { const c = document.querySelector('.over'); return c.width * c.height; }")
    assert everywhere == page.evaluate(painted)
    page.keyboard.press("Escape")
    assert 0 == page.evaluate(painted)
    assert "#" not in page.url

    # The same by the pointer alone, without a click.
    box = page.locator("#graph").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2 + 30, box["y"] + box["height"] / 2 + 30)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    page.wait_for_timeout(200)
    assert everywhere == page.evaluate(painted)
    assert "Click a node" in panel(page)
    page.mouse.move(box["x"] + box["width"] + 60, box["y"] + box["height"] / 2, steps=4)
    page.wait_for_timeout(200)
    assert 0 == page.evaluate(painted)


def test_the_legend_counts_and_switches_types_and_relations(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["all"])
    nodes, edges = shown(page)
    kinds = part(pages["all"].read_text(encoding="utf-8"), "nodes")
    methods = page.locator("#kinds label", has_text="Method")
    count = int(re.search(r"\d+", methods.inner_text())[0])
    assert count == sum(n["k"] == 2 for n in kinds)
    methods.locator("input").uncheck()
    assert nodes - count == shown(page)[0] and shown(page)[1] < edges
    methods.locator("input").check()
    assert (nodes, edges) == shown(page)
    page.locator("#relations label", has_text="co-authored with").locator("input").check()
    assert nodes == shown(page)[0] and shown(page)[1] > edges


def test_what_is_switched_off_is_let_go(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["all"])
    page.fill("#search", "Mira Halvorsen")
    page.keyboard.press("Enter")
    assert "#n=" in page.url
    page.locator("#kinds label", has_text="Author").locator("input").uncheck()
    assert "Click a node" in panel(page) and "#" not in page.url


def test_relations_are_named_from_the_side_of_the_node(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["all"])
    page.fill("#search", "ResNet-50")
    page.keyboard.press("Enter")
    headings = page.locator("#panel h3").all_inner_texts()
    assert any(h.startswith("used by (") for h in headings) and any(re.match(r"used with \(\d+, not drawn\)", h) for h in headings)
    assert "graph" == page.evaluate("document.activeElement.id")
    page.locator("#panel button.link").first.focus()
    page.keyboard.press("Enter")
    assert "H2" == page.evaluate("document.activeElement.tagName")


def slide(page, name: str, value: str) -> None:
    page.evaluate("([id, v]) => { const x = document.getElementById(id); x.value = v; x.dispatchEvent(new Event('input')); }", [name, value])


def test_sliders_filter_by_year_degree_and_confidence(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["all"])
    every = shown(page)
    for name, value in (("to", "2022"), ("from", "2026"), ("degree", "3"), ("sure", "0.9")):
        before = ink(page)
        slide(page, name, value)
        page.wait_for_timeout(150)
        assert 0 < shown(page)[0] < every[0], name
        assert ink(page) < before
        page.click("#reset")
        assert every == shown(page)


def test_the_first_year_does_not_pass_the_last(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["all"])
    slide(page, "to", "2023")
    slide(page, "from", "2026")
    assert ("2023", "2023") == (page.inner_text("#from-is"), page.inner_text("#to-is"))
    assert "without a year always shown" in page.inner_text("#undated")


def test_colours_and_sizes_change(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["all"])
    colours = "() => { const c = document.querySelector('#graph canvas'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; const s = new Map(); for (let i = 0; i < d.length; i += 4) if (d[i + 3] === 255) { const k = d[i] + ',' + d[i + 1] + ',' + d[i + 2]; s.set(k, (s.get(k) || 0) + 1); } return [...s].sort((a, b) => b[1] - a[1]).slice(0, 9).map(x => x[0]).sort().join(' '); }"
    seen = {page.evaluate(colours)}
    for choice in ("community", "year"):
        page.select_option("#colour", choice)
        page.wait_for_timeout(150)
        seen.add(page.evaluate(colours))
        assert page.locator("#key .key").count() >= 2
        # The legend has the colours of the drawing: those of years are others in the dark.
        shown = "() => [...document.querySelectorAll('#key .key')].map((p) => [p.textContent, p.dataset.colour])"
        lit = page.evaluate(shown)
        page.click("#theme")
        assert [text for text, _ in lit] == [text for text, _ in page.evaluate(shown)] and (lit == page.evaluate(shown)) == (choice == "community")
        page.click("#theme")
    assert 3 == len(seen)
    before = ink(page)
    page.select_option("#size", "degree")
    page.wait_for_timeout(150)
    assert before != ink(page)


def test_what_is_visible_is_saved_as_picture_and_tables(pages: dict[str, Path], open_page, tmp_path: Path) -> None:
    page = open_page(pages["all"])
    page.locator("#kinds label", has_text="Paper").locator("input").uncheck()
    nodes, edges = shown(page)
    saved = {}
    for button in ("as-png", "as-csv", "edges-csv"):
        with page.expect_download() as download:
            page.click(f"#{button}")
        saved[button] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[button])
    rows = list(csv.DictReader(saved["as-csv"].open(encoding="utf-8", newline="")))

    assert ["knowledge-graph.png", "knowledge-graph-nodes.csv", "knowledge-graph-edges.csv"] == [p.name for p in saved.values()]
    assert saved["as-png"].read_bytes().startswith(b"\x89PNG") and saved["as-png"].stat().st_size > 10_000
    assert nodes == len(rows) and "Paper" not in {r["type"] for r in rows} and {"id", "name", "year", "papers", "degree", "community"} <= set(rows[0])
    links = list(csv.DictReader(saved["edges-csv"].open(encoding="utf-8", newline="")))
    assert edges == len(links) and {r["from_id"] for r in links} | {r["to_id"] for r in links} <= {r["id"] for r in rows}


def test_a_deep_link_opens_on_its_node(pages: dict[str, Path], open_page) -> None:
    nodes = part(pages["all"].read_text(encoding="utf-8"), "nodes")
    key = next(n["key"] for n in nodes if n["label"] == "Mira Halvorsen")

    assert "Mira Halvorsen" == open_page(pages["all"], f"#n={key}").inner_text("#panel h2")
    assert "Click a node" in panel(open_page(pages["all"], "#n=nobody"))


def test_the_list_view_sorts_and_opens(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["all"])
    page.click("#as-list")
    rows = page.locator("#list tbody tr")
    assert min(200, shown(page)[0]) == rows.count()
    assert page.locator("#graph").is_hidden()
    page.locator("#list th button", has_text="name").click()
    names = [r.split("\t")[0].strip() for r in rows.all_inner_texts()]
    assert names == page.evaluate("names => [...names].sort((a, b) => a.localeCompare(b))", names)
    rows.first.locator("button").click()
    assert names[0] == page.inner_text("#panel h2")
    page.click("#as-list")
    assert page.locator("#graph").is_visible() and ink(page) > 500


def test_keys_move_zoom_and_go_to_neighbours(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["ego"])
    picture = "() => document.querySelector('#graph canvas').toDataURL()"
    page.focus("#graph")
    pictures = [page.evaluate(picture)]
    for key in ("ArrowRight", "+", "+", "ArrowUp"):
        page.keyboard.press(key)
        page.wait_for_timeout(100)
        pictures.append(page.evaluate(picture))
    assert len(set(pictures)) == len(pictures)
    page.fill("#search", "Mira Halvorsen")
    page.keyboard.press("Enter")
    page.focus("#graph")
    for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    assert page.inner_text("#panel h2")
    focused = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
    assert "none" != focused


def test_dark_mode_follows_the_system_and_the_button(pages: dict[str, Path], open_page) -> None:
    paper = "() => getComputedStyle(document.body).backgroundColor"
    light, dark = open_page(pages["methods"]), open_page(pages["methods"], color_scheme="dark")
    assert light.evaluate(paper) != dark.evaluate(paper)
    dark.click("#theme")
    assert light.evaluate(paper) == dark.evaluate(paper)


def test_reduced_motion_moves_at_once(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["all"], reduced_motion="reduce")
    picture = "() => document.querySelector('.over').toDataURL()"
    page.fill("#search", "ResNet-50")
    page.keyboard.press("Enter")
    page.wait_for_timeout(60)
    first = page.evaluate(picture)
    page.wait_for_timeout(400)
    assert first == page.evaluate(picture)


def test_nothing_sticks_out_on_a_phone_or_a_desk(pages: dict[str, Path], open_page) -> None:
    for view in pages:
        for size in ((390, 844), (1280, 800)):
            page = open_page(pages[view], size=size)
            assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), (view, size)
            boxes = [page.locator(s).bounding_box() for s in ("header", "#controls", "main", "#panel", "footer")]
            apart = [
                (a, b)
                for i, a in enumerate(boxes)
                for b in boxes[i + 1 :]
                if a["x"] < b["x"] + b["width"] - 1
                and b["x"] < a["x"] + a["width"] - 1
                and a["y"] < b["y"] + b["height"] - 1
                and b["y"] < a["y"] + a["height"] - 1
            ]
            assert [] == apart, (view, size)
            page.context.close()


def test_the_map_of_communities_opens_their_pages_and_these_lead_back(pages: dict[str, Path], open_page) -> None:
    page = open_page(pages["communities"])
    page.fill("#search", "1 ·")
    page.keyboard.press("Enter")
    page.wait_for_timeout(400)
    assert "people" in panel(page) and "most papers" in panel(page)
    box = page.locator("#graph").bounding_box()
    with page.expect_navigation():
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("body[data-ready]")
    assert page.url.endswith("/community-01.html") and page.title().startswith("Community 1 ·")
    page.click("#home")
    page.wait_for_selector("body[data-ready]")
    assert page.url.endswith("/index.html")


def hostile_graph(folder: Path) -> Path:
    """A graph all of whose words are hostile: titles, names, affiliations, links, methods, repositories."""
    record = {
        "title": HOSTILE, "abstract": f"We propose {HOSTILE} and {HOSTILE}.", "authors": [{"name": HOSTILE, "affiliations": [HOSTILE]}, "Ada Moreau", "Bo Li"], "url": "javascript:alert(1)", "venue": HOSTILE,
        "doi": '10.1/"><img src=x onerror=alert(1)>', "date": "2024-01-01", "categories": [HOSTILE], "methods": [{"name": HOSTILE, "role": "proposed"}, {"name": "a" + HOSTILE, "role": "used"}],
        "tasks": [{"name": HOSTILE}], "repositories": [{"name": "evil.example/<img src=x onerror=alert(1)>/{{7*7}}", "role": "own"}],
    }  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / "1.jsonl").write_text(json.dumps(record), encoding="utf-8")
    build([folder / "1.jsonl"], folder / "graph")
    return folder / "graph"


@pytest.mark.parametrize("view", ["co-authors", "methods", "all", "timeline", "communities"])
def test_hostile_words_stay_text(view: str, open_page, tmp_path: Path) -> None:
    graph = hostile_graph(tmp_path / "in")
    out = tmp_path / ("out" if view == "communities" else "view.html")
    write_view(view, graph, out)
    page = open_page(out / "index.html" if view == "communities" else out)
    title = page.title()
    page.evaluate("() => { window.alert = () => { document.title = 'pwned'; }; }")
    nodes = part((out / "index.html" if view == "communities" else out).read_text(encoding="utf-8"), "nodes")
    for n in nodes:
        page.fill("#search", n["label"])
        page.keyboard.press("Enter")
        for why in page.locator("#panel button.why").all()[:2]:
            if why.is_visible():
                why.click()
                page.fill("#search", n["label"])
                page.keyboard.press("Enter")
    page.click("#as-list")

    assert title == page.title()
    assert 0 == page.locator("img").count()
    assert "{{7*7}}" in panel(page) or view in ("communities", "co-authors") or "{{7*7}}" in page.inner_text("#list")
    assert {"http:", "https:"} >= set(page.evaluate("() => [...document.querySelectorAll('#panel a[target]')].map(a => a.protocol)"))
    assert [] == page.evaluate("() => [...document.querySelectorAll('*')].flatMap(x => x.getAttributeNames()).filter(a => a.startsWith('on'))")


def test_a_script_that_is_slipped_in_is_blocked_by_the_policy(pages: dict[str, Path], browser, tmp_path: Path) -> None:
    text = (
        pages["methods"].read_text(encoding="utf-8").replace("</body>", '<script>document.title = "pwned"</script><img src="https://example.org/x.png"></body>')
    )
    (tmp_path / "v.html").write_text(text, encoding="utf-8")
    page = browser.new_page()
    asked: list[str] = []
    page.on("requestfinished", lambda r: asked.append(r.url))
    page.goto((tmp_path / "v.html").as_uri())
    page.wait_for_selector("body[data-ready]")

    assert "Methods by joint use" == page.title()
    assert not [u for u in asked if u.startswith("http")]
    page.close()


def test_a_notebook_shows_the_same_page_in_a_frame(sample_graph: Path, open_page, tmp_path: Path) -> None:
    write_view("methods", sample_graph, tmp_path / "v.html")
    frame = kg.show(sample_graph, "methods")
    assert (tmp_path / "v.html").read_text(encoding="utf-8") == frame.page
    (tmp_path / "host.html").write_text(f"<!DOCTYPE html><title>host</title>{frame._repr_html_()}", encoding="utf-8")
    host = open_page(tmp_path / "host.html", ready=False)
    inner = host.frame_locator("iframe")
    inner.locator("body[data-ready]").wait_for(timeout=30_000)
    inner.locator("#search").fill("R-Linear")
    inner.locator("#search").press("Enter")

    assert "R-Linear" == inner.locator("#panel h2").inner_text()
    assert "host" == host.title()
    assert frame.write(tmp_path / "kept.html").read_text(encoding="utf-8") == frame.page


def test_a_part_of_a_graph_is_shown_with_the_sentences_of_its_edges(sample_graph: Path, open_page, tmp_path: Path) -> None:
    g = read_graph(sample_graph)
    some = g.subgraph([n for n, row in g.nodes(data=True) if row["kind"] in ("Paper", "Method")])
    frame = show(some, "all")
    page = open_page(frame.write(tmp_path / "v.html"))

    assert (len(some), some.number_of_edges()) == (len(part(frame.page, "nodes")), len(part(frame.page, "edges")))
    page.fill("#search", "ResNet-50")
    page.keyboard.press("Enter")
    assert page.locator("#panel blockquote").count() >= 1


def test_the_same_graph_gives_the_same_page(sample_graph: Path, tmp_path: Path) -> None:
    read = lambda p: {q.name: q.read_bytes() for q in p.iterdir()} if p.is_dir() else p.read_bytes()
    for view, *names in (*VIEWS, ("communities",)):
        outs = [tmp_path / f"{view}-{k}" for k in "ab"]
        for out in outs:
            write_view(view, sample_graph, out, *names)
        assert read(outs[0]) == read(outs[1]), view


def test_a_page_says_what_it_left_out(sample_graph: Path, tmp_path: Path) -> None:
    of = {"all": r"\d papers with everything they are joined to", "co-authors": "the 5 with the most papers", "timeline": "the 5 with the most edges"}
    for view, rule in of.items():
        most = 12 if view == "all" else 5
        counts = write_view(view, sample_graph, tmp_path / "v.html", max_nodes=most)
        text = (tmp_path / "v.html").read_text(encoding="utf-8")

        assert 0 < counts["nodes"] <= most
        assert re.search(rf"Showing {counts['nodes']} of \d+ nodes and {counts['edges']} edges \({rule}", text)
    assert 3 == write_view("all", sample_graph, tmp_path / "v.html", max_nodes=3)["nodes"]


def test_a_page_holds_what_the_tables_say(sample_graph: Path, pages: dict[str, Path]) -> None:
    g = read_graph(sample_graph)
    page = pages["all"].read_text(encoding="utf-8")
    nodes, edges, data = part(page, "nodes"), part(page, "edges"), part(page, "data")

    assert {(g.nodes[n]["label"], n) for n in g} == {(n["label"], n["key"]) for n in nodes}
    assert sorted((a, b, row["kind"]) for a, b, row in g.edges(data=True)) == sorted(
        (nodes[e["from"]]["key"], nodes[e["to"]]["key"], data["relations"][e["k"]][0]) for e in edges
    )
    said = {data["sentences"][s[0]][s[1] : s[1] + s[2]] for c in data["claims"] for s in c[5]}
    assert {"Mira Halvorsen", "ResNet-50"} <= said
    assert all(e["from"] < len(nodes) and e["to"] < len(nodes) for e in edges)


def test_nodes_do_not_lie_on_each_other() -> None:
    for n in (1, 2, 120, 900):
        ids = [f"n{i}" for i in range(n)]
        places = layout(ids, [(ids[i], ids[i // 2]) for i in range(1, n * 2 // 3)])
        assert n == len(set(places.values()))
        assert places == layout(list(reversed(ids)), [(ids[i // 2], ids[i]) for i in reversed(range(1, n * 2 // 3))])


def test_vis_network_comes_from_the_installed_pyvis() -> None:
    text = library()

    assert "@version 9.1.2" in text[:3000] and "</script" not in text and "{{" not in text


def test_wrong_calls_are_answered_in_words(sample_graph: Path, tmp_path: Path) -> None:
    def ask(*arguments: str) -> None:
        write_view(arguments[0], sample_graph, tmp_path / "v", *arguments[1:])

    for arguments, says in (
        (("map",), "no view 'map'"),
        (("ego",), "needs a name"),
        (("path", "a"), "needs two names"),
        (("all", "x"), "takes no name"),
        (("path", "Mira Halvorsen", "Mira Halvorsen"), "two nodes"),
    ):
        with pytest.raises(WrongUse, match=says):
            ask(*arguments)
    with pytest.raises(QueryError, match="nothing is named 'Nobody'"):
        ask("ego", "Nobody")
    with pytest.raises(WrongUse, match="folder of pages"):
        show(sample_graph, "communities")
    with pytest.raises(StoreError, match="no graph folder"):
        write_view("all", tmp_path, tmp_path / "v")
    with pytest.raises(StoreError, match="cannot be written"):
        write_view("all", sample_graph, tmp_path / "none" / "v.html")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious.txt").write_text("x")
    with pytest.raises(StoreError, match="something else"):
        write_view("communities", sample_graph, tmp_path / "full")


def test_a_name_is_taken_for_what_is_called_so_first(tmp_path: Path) -> None:
    """Another form of a better known node does not stand before the node of that name; namesakes are told of."""
    methods = [{"name": "recurrent net", "aliases": ["LSTM"], "role": "used"}, {"name": "Other", "role": "used"}]
    records = [{"id": str(i), "title": f"Paper {i} of some kind", "authors": ["Ann Abel"], "methods": methods} for i in range(3)]
    records += [{"id": str(i), "title": f"Study {i} by others", "authors": [{"name": "Wei Li", "orcid": f"0000-0001-0000-000{i}"}]} for i in (5, 6)]
    (tmp_path / "1.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    build([tmp_path / "1.jsonl"], tmp_path / "graph")
    write_view("ego", tmp_path / "graph", tmp_path / "v.html", "Wei Li")
    text = (tmp_path / "v.html").read_text(encoding="utf-8")
    assert re.search(r"Wei Li \(\d\) \(the one with the most papers of 2 that are called &#39;Wei Li&#39;\)", text)
    write_view("ego", tmp_path / "graph", tmp_path / "v.html", "Wei Li (2)")
    assert "most papers of" not in (tmp_path / "v.html").read_text(encoding="utf-8").split("<footer>")[1]


def test_a_graph_with_nothing_to_show_says_so(tmp_path: Path) -> None:
    (tmp_path / "1.jsonl").write_text(json.dumps({"title": "Alone", "authors": ["Ada Moreau"]}), encoding="utf-8")
    build([tmp_path / "1.jsonl"], tmp_path / "graph")
    for view in ("co-authors", "methods", "timeline", "communities"):
        with pytest.raises(QueryError, match="nothing to show"):
            write_view(view, tmp_path / "graph", tmp_path / "v")
    assert not (tmp_path / "v").exists()
    assert 2 == write_view("all", tmp_path / "graph", tmp_path / "v.html")["nodes"]


def test_odd_names_and_years_stay_small_and_in_one_piece(open_page, tmp_path: Path) -> None:
    """A name of 5,000 letters, one of letters of two code units, words that mean something to JavaScript, the years 1 and 9999."""
    long = "x" * 5000
    names = [long, "🦊" * 60, "طريقة", "constructor", "__proto__", "null", "=1+1"]
    records = [{"title": long, "authors": [long, "Bo Li", "Cy Ward"], "date": "0001-01-01", "methods": [{"name": n, "role": "used"} for n in names]}]
    records.append({"title": "Last", "authors": ["Bo Li", "Cy Ward"], "date": "9999-12-31", "methods": [{"name": n, "role": "used"} for n in names[1:3]]})
    (tmp_path / "1.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    build([tmp_path / "1.jsonl"], tmp_path / "graph")
    for view, *name in (("all",), ("timeline",), ("methods",), ("co-authors",), ("ego", long)):
        write_view(view, tmp_path / "graph", tmp_path / f"{view}.html", *name)
        text = (tmp_path / f"{view}.html").read_text(encoding="utf-8")
        page = open_page(tmp_path / f"{view}.html")

        assert len(text) < len(library()) + 150_000 and len(page.title()) <= 120
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        for n in part(text, "nodes")[:12]:
            page.fill("#search", n["label"])
            page.keyboard.press("Enter")
            assert n["label"] == page.evaluate("() => document.querySelector('#panel h2').textContent")
