"""Pages open in a real browser without a network, show what the graph says, and obey nothing that a listing brings."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from kg.build import build
from kg.errors import StoreError, WrongUse
from kg.views import layout, library, write_view

HOSTILE = '<img src=x onerror="document.title=1"></script><script>document.title="pwned"</script>{{7*7}} href'


def data_of(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])


def dom(chromium: str, page: Path, tmp_path: Path) -> tuple[str, list[str]]:
    """The page's document after its scripts ran, and every address that the browser asked for."""
    log = tmp_path / "net.json"
    done = subprocess.run(
        [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
         f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}", "--net-log-capture-mode=Everything", "--virtual-time-budget=20000", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, encoding="utf-8", timeout=180,
    )  # fmt: skip
    asked = re.findall(r'"url":"(https?://[^"]+)"', log.read_text(encoding="utf-8", errors="replace")) if log.exists() else []
    return done.stdout, asked


@pytest.mark.parametrize(("view", "name"), [("co-authors", None), ("methods", None), ("all", None), ("ego", "Mira Halvorsen")])
def test_a_view_is_one_file_that_loads_nothing(view: str, name: str | None, sample_graph: Path, tmp_path: Path) -> None:
    out = tmp_path / "view.html"
    shown = write_view(view, sample_graph, out, name=name)
    page = out.read_text(encoding="utf-8")
    markup = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.S)

    assert ["view.html"] == [p.name for p in tmp_path.iterdir()]
    assert shown["nodes"] == len(data_of(page)["nodes"]) and shown["edges"] == len(data_of(page)["edges"])
    assert not re.search(r"\b(?:src|href)\s*=", markup)
    assert "default-src 'none'" in page


def test_a_page_draws_itself_without_asking_the_network(chromium: str, sample_graph: Path, tmp_path: Path) -> None:
    write_view("all", sample_graph, tmp_path / "view.html")
    document, asked = dom(chromium, tmp_path / "view.html", tmp_path)

    assert 'data-ready="1"' in document
    assert "<canvas" in document
    assert "Author 1" in document
    assert [] == [u for u in asked if not re.match(r"https?://(?:[\w.-]+\.)?(?:google|googleapis|gstatic|gvt1)\.com", u)]


def test_a_deep_link_opens_the_panel_with_the_evidence(chromium: str, sample_graph: Path, tmp_path: Path) -> None:
    write_view("all", sample_graph, tmp_path / "view.html")
    page = (tmp_path / "view.html").read_text(encoding="utf-8")
    node = next(n["id"] for n in data_of(page)["nodes"] if n["name"] == "Mira Halvorsen")
    done = dom(chromium, _Linked(tmp_path / "view.html", node), tmp_path)[0]

    assert "<h2>Mira Halvorsen</h2>" in done
    assert "authored (" in done


class _Linked:
    """A path with a fragment."""

    def __init__(self, path: Path, node: str) -> None:
        self.path, self.node = path, node

    def as_uri(self) -> str:
        return f"{self.path.as_uri()}#n={self.node}"


def test_hostile_names_stay_text(chromium: str, tmp_path: Path) -> None:
    record = {"title": HOSTILE, "authors": [HOSTILE, "Ada Moreau"], "methods": [{"name": HOSTILE, "role": "proposed"}], "url": "javascript:alert(1)"}
    (tmp_path / "1.jsonl").write_text(json.dumps(record), encoding="utf-8")
    build([tmp_path / "1.jsonl"], tmp_path / "graph")
    write_view("all", tmp_path / "graph", tmp_path / "view.html")
    document, _ = dom(chromium, tmp_path / "view.html", tmp_path)

    assert 'data-ready="1"' in document
    assert "<title>Knowledge graph</title>" in document
    assert "<img" not in document and 'href="javascript' not in document


def test_the_same_graph_gives_the_same_page(sample_graph: Path, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        write_view("all", sample_graph, tmp_path / name)

    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_page_says_what_it_left_out(sample_graph: Path, tmp_path: Path) -> None:
    shown = write_view("all", sample_graph, tmp_path / "v.html", max_nodes=10)

    assert 10 == shown["nodes"]
    assert re.search(r"Showing 10 of \d+ nodes and \d+ edges \(those with the most papers", (tmp_path / "v.html").read_text(encoding="utf-8"))


def test_nodes_do_not_lie_on_each_other() -> None:
    ids = [f"n{i}" for i in range(120)]
    places = layout(ids, [(ids[i], ids[i // 2]) for i in range(1, 80)])

    assert len(set(places.values())) == len(ids)


def test_vis_network_comes_from_the_installed_pyvis() -> None:
    text = library()

    assert "vis-network" in text[:2000] and "</script" not in text and "9.1.2" in text[:3000]


def test_wrong_calls_are_answered_in_words(sample_graph: Path, tmp_path: Path) -> None:
    for arguments, says in ((("map", sample_graph, tmp_path / "v"), "no view 'map'"), (("ego", sample_graph, tmp_path / "v"), "needs a name")):
        with pytest.raises(WrongUse, match=says):
            write_view(*arguments)
    with pytest.raises(StoreError, match="no graph folder"):
        write_view("all", tmp_path, tmp_path / "v")
    with pytest.raises(StoreError, match="cannot be written"):
        write_view("all", sample_graph, tmp_path / "none" / "v.html")
