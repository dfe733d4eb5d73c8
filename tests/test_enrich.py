"""Look-ups: against a server of our own on the loopback that speaks the services' protocols, with answers of their shape written by us."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from kg import tables
from kg.build import build
from kg.enrich import LookupFailed, enrich
from kg.errors import StoreError, WrongUse
from kg.manifest import read_manifest
from tests.conftest import SAMPLES

FORMATS = SAMPLES / "formats"
WORKS = json.loads((FORMATS / "openalex.json").read_text(encoding="utf-8"))["results"]
FEED = (FORMATS / "arxiv-atom.xml").read_text(encoding="utf-8")
REPOSITORY = {"full_name": "TideNet/tidenet", "html_url": "https://github.com/TideNet/tidenet", "description": "Tides <b>told</b>", "stargazers_count": 12, "language": "Python", "license": {"spdx_id": "MIT"}, "archived": False}  # fmt: skip


@dataclass
class Public:
    """The server: its address, the paths that were asked for, and what to do with the next questions (statuses before a good answer)."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    body: bytes | None = None

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, bytes]:
        if self.body is not None:
            return 200, self.body
        if path == "/works":
            wanted = query["filter"][0]
            if wanted.startswith("doi:"):
                dois = wanted.removeprefix("doi:").split("|")
                found = [w for w in WORKS if (w.get("doi") or "").removeprefix("https://doi.org/") in dois]
            else:
                words = wanted.removeprefix("title.search:").lower()
                found = [w for w in WORKS if words in (w["title"] or "").lower().replace(":", "").replace("  ", " ")]
            return 200, json.dumps({"meta": {"count": len(found)}, "results": found}).encode()
        if path == "/api/query":
            ids = query["id_list"][0].split(",")
            head, *entries = FEED.split("  <entry>")
            return 200, "".join([head, *(f"  <entry>{e.removesuffix('</feed>')}" for e in entries if any(f"/{i}v" in e for i in ids)), "</feed>"]).encode()
        if path.lower() == "/repos/tidenet/tidenet":
            return 200, json.dumps(REPOSITORY).encode()
        return 404, b'{"message": "Not Found"}'


@pytest.fixture
def public() -> Iterator[Public]:
    state = Public()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            state.asked.append(self.path)
            status, body = (state.statuses.pop(0), b"") if state.statuses else state.answer(parts.path, parse_qs(parts.query))
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.address = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three papers that little is known of: one by its DOI, one by its arXiv id, one by its title; and one that nobody knows."""
    records = [
        {"id": "a", "title": "TideNet: Forecasting Water Levels with Gated Recurrence", "doi": "10.5555/tide.1", "repositories": ["github.com/TideNet/tidenet", "github.com/nobody/nothing"]},
        {"id": "b", "title": "Harbour Log: A Benchmark of Tides"},
        {"id": "c", "title": "A Paper That Nobody Knows", "arxiv_id": "2110.00002"},
    ]  # fmt: skip
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    build([path], tmp_path / "graph")
    return tmp_path / "graph"


def papers(folder: Path) -> dict[str, dict]:
    return {n["title"]: n for n in tables.read(folder, "nodes").to_pylist() if n["kind"] == "Paper" and not n["stub"]}


def snapshot(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.suffix in (".parquet", ".json")}


def test_works_complete_papers_and_bring_references(folder: Path, public: Public) -> None:
    done = enrich(folder, "openalex", address=public.address, pause=0)
    found = papers(folder)
    tide = found["TideNet: Forecasting Water Levels with Gated Recurrence"]

    assert (3, 0, 2) == (done.asked, done.before, done.known)
    assert ("2301.00001", "Journal of Coastal Computing", "2023-01-01") == (tide["arxiv_id"], tide["venue"], tide["date"])
    assert tide["abstract"].startswith("We propose TideNet") and ["W4300000001", "a"] == tide["entries"]
    edges = [(e["kind"], e["source"], e["target"]) for e in tables.read(folder, "edges").to_pylist()]
    assert ("CITES", tide["id"], found["Harbour Log: A Benchmark of Tides"]["id"]) in edges
    people = {n["name"]: n["orcid"] for n in tables.read(folder, "nodes").to_pylist() if n["kind"] == "Author"}
    assert "0000-0002-1825-0097" == people["Mira Halvorsen"]
    assert "lookups/openalex.jsonl" in [s["name"] for s in read_manifest(folder)["sources"]]


def test_what_was_asked_is_not_asked_again_and_gives_the_same_bytes(folder: Path, public: Public) -> None:
    enrich(folder, "openalex", address=public.address, pause=0)
    before, asked = snapshot(folder), len(public.asked)
    again = enrich(folder, "openalex", address=public.address, pause=0)

    assert asked == len(public.asked) and 0 == again.asked
    assert before == snapshot(folder)
    # Papers that the service knows now need no question of their own.
    assert enrich(folder, "openalex", address=public.address, pause=0, refresh=True).asked < 3


def test_arxiv_and_github(folder: Path, public: Public) -> None:
    assert 1 == enrich(folder, "arxiv", address=public.address, pause=0).known
    assert (2, 1) == ((done := enrich(folder, "github", address=public.address, pause=0)).asked, done.known)

    assert "id_list=2110.00002" in public.asked[0]
    harbour = next(n for n in papers(folder).values() if n["arxiv_id"] == "2110.00002")
    assert ("v1", "2021-10-05") == (harbour["version"], harbour["date"]) and {"b", "c", "2110.00002"} == set(harbour["entries"])
    rows = {n["name"]: n for n in tables.read(folder, "nodes").to_pylist() if n["kind"] == "Repository"}
    assert (12, "Python", "MIT", "Tides <b>told</b>") == tuple(rows["tidenet/tidenet"][k] for k in ("stars", "language", "license", "description"))
    assert rows["nobody/nothing"]["stars"] is None
    build([], folder)
    assert rows == {n["name"]: n for n in tables.read(folder, "nodes").to_pylist() if n["kind"] == "Repository"}, "look-ups hold for later builds"


def test_a_busy_service_is_asked_again(folder: Path, public: Public) -> None:
    public.statuses = [429, 503]

    assert 2 == enrich(folder, "openalex", address=public.address, pause=0).known


def test_a_service_that_fails_on_the_way_leaves_the_graph_and_keeps_its_answers(folder: Path, public: Public) -> None:
    before = snapshot(folder)
    public.statuses = []
    good = public.answer
    public.answer = lambda path, query: good(path, query) if "doi:" in query["filter"][0] else (500, b"")  # type: ignore[method-assign]
    with pytest.raises(LookupFailed, match="answers 500"):
        enrich(folder, "openalex", address=public.address, pause=0)
    assert before == snapshot(folder)
    public.answer = good  # type: ignore[method-assign]

    assert 2 == enrich(folder, "openalex", address=public.address, pause=0).known


def test_a_cache_that_was_cut_off_goes_on(folder: Path, public: Public) -> None:
    enrich(folder, "github", address=public.address, pause=0)
    cache = folder / "lookups" / "github.cache.jsonl"
    whole = cache.read_bytes()
    cache.write_bytes(whole[:-20])
    again = enrich(folder, "github", address=public.address, pause=0)

    assert (1, 1) == (again.asked, again.before)
    assert sorted(whole.splitlines()) == sorted(cache.read_bytes().splitlines())


def test_offline_is_said_in_one_line(folder: Path) -> None:
    before = snapshot(folder)
    with pytest.raises(LookupFailed, match=r"cannot be reached .*: look-ups need a network") as failure:
        enrich(folder, "github", address="http://127.0.0.1:9", pause=0)

    assert "\n" not in str(failure.value) and before == snapshot(folder)
    assert not (folder / "lookups").exists()


def test_a_service_that_does_not_answer_is_given_up(folder: Path, public: Public, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.enrich.TIMEOUT", 0.2)
    good = public.answer
    public.answer = lambda path, query: time.sleep(1) or good(path, query)  # type: ignore[method-assign,func-returns-value]
    before = snapshot(folder)
    with pytest.raises(LookupFailed, match="cannot be reached"):
        enrich(folder, "github", address=public.address, pause=0)

    assert before == snapshot(folder)


@pytest.mark.parametrize("body", [b"<html>not JSON", b"[]", b'{"results": 3}'])
def test_an_answer_of_another_kind_is_an_error(folder: Path, public: Public, body: bytes) -> None:
    public.body = body
    with pytest.raises(LookupFailed, match="is it the right address"):
        enrich(folder, "openalex", address=public.address, pause=0)


def test_wrong_calls(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="choose one of openalex, arxiv, github"):
        enrich(folder, "scholar")
    with pytest.raises(WrongUse, match="is no address of a server"):
        enrich(folder, "github", address="nonsense")
    with pytest.raises(StoreError, match="no graph folder"):
        enrich(tmp_path / "nowhere", "github")


def test_a_key_stands_in_no_error(folder: Path, monkeypatch: pytest.MonkeyPatch, public: Public) -> None:
    monkeypatch.setenv("OPENALEX_API_KEY", "very-secret")
    public.body = b"nonsense"
    with pytest.raises(LookupFailed) as failure:
        enrich(folder, "openalex", address=public.address, pause=0)

    assert any("very-secret" in path for path in public.asked) and "very-secret" not in str(failure.value)
    assert not any(b"very-secret" in p.read_bytes() for p in folder.rglob("*") if p.is_file())


def test_asking_anew_without_a_network_loses_nothing(folder: Path, public: Public) -> None:
    enrich(folder, "github", address=public.address, pause=0)
    kept = (folder / "lookups/github.cache.jsonl").read_bytes()
    with pytest.raises(LookupFailed):
        enrich(folder, "github", address="http://127.0.0.1:9", pause=0, refresh=True)

    assert kept == (folder / "lookups/github.cache.jsonl").read_bytes()


def test_asking_anew_keeps_what_is_not_asked_again(folder: Path, public: Public, tmp_path: Path) -> None:
    enrich(folder, "openalex", address=public.address, pause=0)
    (tmp_path / "more.jsonl").write_text('{"id": "d", "title": "A Paper That Came Later", "doi": "10.5555/later"}\n', encoding="utf-8")
    build([tmp_path / "more.jsonl"], folder)
    enrich(folder, "openalex", address=public.address, pause=0, refresh=True)

    assert (papers(folder)["TideNet: Forecasting Water Levels with Gated Recurrence"]["abstract"] or "").startswith("We propose TideNet")
