"""Look-ups in public services, only when asked for: what OpenAlex and arXiv know of a folder's papers, and GitHub of its repositories.

Answers are kept in the folder (`lookups/`): what was asked is not asked again, and a look-up that was broken off goes on. Papers' answers
are then built into the graph as one more source, whose values stand beside the others.
"""

from __future__ import annotations

import io
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from kg import __version__, tables
from kg.build import LOOKUPS, build
from kg.errors import KgError, WrongUse
from kg.files import whole_file
from kg.manifest import read_manifest
from kg.model import Kind
from kg.readers.arxiv_feed import paper as arxiv_paper
from kg.readers.identifiers import doi_of
from kg.readers.inputs import Input
from kg.readers.openalex import work
from kg.readers.records import BadRecord
from kg.readers.xml_records import xml_records
from kg.text import fold

TIMEOUT = 30  # seconds for an answer
Tell = Callable[[str, int, int], None]
# What is asked for: its key in the cache, and the words for the service.
Wanted = tuple[str, str]


class LookupFailed(KgError):
    """A service cannot be reached, or does not answer as it should."""


@dataclass(frozen=True)
class Service:
    """A public service: its address, the seconds between two questions that it asks for, how many things one question may name, and how it is asked."""

    address: str
    pause: float
    batch: int
    wanted: Callable[[Sequence[Mapping[str, Any]]], list[Wanted]]
    ask: Callable[[Client, Sequence[Wanted]], dict[str, Any]]


class Client:
    """Questions to one service, at its pace; a busy service is asked again after a while."""

    def __init__(self, name: str, address: str, pause: float, email: str | None) -> None:
        self.name, self.address, self._pause, self._last, self.email = name, address.rstrip("/"), pause, 0.0, email
        self._session = requests.Session()
        again = Retry(
            total=4, backoff_factor=2 if pause else 0.01, status_forcelist=(429, 500, 502, 503, 504), respect_retry_after_header=True, raise_on_status=False
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=again))
        self._session.headers["User-Agent"] = f"kg/{__version__}" + (f" (mailto:{email})" if email else "")

    def get(self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str] = {}, missing: Sequence[int] = ()) -> requests.Response | None:
        """The answer; None for a status that says that there is nothing. LookupFailed for anything else but success."""
        time.sleep(max(0.0, self._last + self._pause - time.monotonic()))
        try:
            answer = self._session.get(f"{self.address}{path}", params=parameters, headers=headers, timeout=TIMEOUT)
        except requests.RequestException as e:
            raise LookupFailed(
                f"{self.name}: {self.address} cannot be reached ({type(e).__name__}): look-ups need a network; the graph is as it was, what was found is kept; run it again to go on"
            ) from None
        finally:
            self._last = time.monotonic()
        if answer.status_code in missing:
            return None
        if answer.status_code != 200:
            raise LookupFailed(
                f"{self.name}: {self.address} answers {answer.status_code} ({answer.reason}): the graph is as it was, what was found is kept; try again later"
            )
        return answer


def _json(client: Client, answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        raise LookupFailed(f"{client.name}: {client.address} answers with something else than JSON: is it the right address?") from None


# ---- OpenAlex: 50 DOIs a question; papers without one by their title


def _openalex_wanted(nodes: Sequence[Mapping[str, Any]]) -> list[Wanted]:
    found = []
    for p in _papers(nodes):
        if any(x.startswith("openalex:") for x in p["identifiers"] or ()):
            continue
        doi = p["doi"] or (f"10.48550/arxiv.{p['arxiv_id']}" if p["arxiv_id"] else None)
        if doi and "|" not in doi and "," not in doi:
            found.append((f"doi:{doi}", doi))
        elif p["title"]:
            found.append((f"title:{fold(p['title'])}", p["title"]))
    return found


def _openalex(client: Client, wanted: Sequence[Wanted]) -> dict[str, Any]:
    extra = {"mailto": client.email} if client.email else {}
    if key := os.environ.get("OPENALEX_API_KEY"):
        extra["api_key"] = key
    answers: dict[str, Any] = {}
    dois = [w for w in wanted if w[0].startswith("doi:")]
    if dois:
        works = _works(client, {"filter": "doi:" + "|".join(doi for _, doi in dois), "per-page": "100"} | extra)
        answers |= {f"doi:{doi_of(w.get('doi'))}": w for w in works if isinstance(w.get("doi"), str)}
    for key, title in (w for w in wanted if w[0].startswith("title:")):
        words = " ".join("".join(c if c.isalnum() else " " for c in title).split())
        works = _works(client, {"filter": f"title.search:{words}", "per-page": "5"} | extra)
        answers[key] = next((w for w in works if fold(w.get("title") or "") == key.removeprefix("title:")), None)
    return answers


def _works(client: Client, parameters: Mapping[str, str]) -> list[dict[str, Any]]:
    answer = client.get("/works", parameters)
    assert answer is not None  # no status is allowed to say so
    found = _json(client, answer)
    works = found.get("results") if isinstance(found, dict) else None
    if not isinstance(works, list):
        raise LookupFailed(f"{client.name}: {client.address} answers without results: is it the right address?")
    return [w for w in works if isinstance(w, dict)]


# ---- arXiv: 50 ids a question


def _arxiv_wanted(nodes: Sequence[Mapping[str, Any]]) -> list[Wanted]:
    return [(f"arxiv:{p['arxiv_id']}", p["arxiv_id"]) for p in _papers(nodes) if p["arxiv_id"]]


def _arxiv(client: Client, wanted: Sequence[Wanted]) -> dict[str, Any]:
    answer = client.get("/api/query", {"id_list": ",".join(i for _, i in wanted), "max_results": str(len(wanted))})
    assert answer is not None  # no status is allowed to say so
    content = answer.content
    found = {}
    for raw in xml_records(Input("answer", lambda: io.BytesIO(content)), ("entry",)):
        try:
            found[f"arxiv:{arxiv_paper(raw.value)['arxiv_id']}"] = raw.text.decode("utf-8", "replace") if raw.value is not None else None
        except (BadRecord, AttributeError):
            continue  # an entry that says that there is no such paper
    return found


# ---- GitHub: one repository a question


def _github_wanted(nodes: Sequence[Mapping[str, Any]]) -> list[Wanted]:
    return [
        (f"github.com/{n['name'].lower()}", n["name"])
        for n in nodes
        if n["kind"] == Kind.REPOSITORY.value and n["host"] == "github.com" and n["name"].count("/") == 1
    ]


def _github(client: Client, wanted: Sequence[Wanted]) -> dict[str, Any]:
    token = os.environ.get("GITHUB_TOKEN")
    headers = {"Accept": "application/vnd.github+json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    found: dict[str, Any] = {}
    for key, name in wanted:
        answer = client.get(f"/repos/{name}", {}, headers, missing=(404, 451))
        r = _json(client, answer) if answer is not None else None
        if not isinstance(r, dict):
            found[key] = None
            continue
        licence = r.get("license")
        found[key] = {
            "description": r.get("description"), "stars": r.get("stargazers_count"), "language": r.get("language"), "archived": r.get("archived"),
            "license": licence.get("spdx_id") if isinstance(licence, dict) else None, "url": r.get("html_url"),
        }  # fmt: skip
    return found


def _papers(nodes: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (n for n in nodes if n["kind"] == Kind.PAPER.value and not n["stub"])


SERVICES = {
    "openalex": Service("https://api.openalex.org", 0.15, 50, _openalex_wanted, _openalex),
    "arxiv": Service("https://export.arxiv.org", 3.0, 50, _arxiv_wanted, _arxiv),
    "github": Service("https://api.github.com", 0.8, 1, _github_wanted, _github),
}


@dataclass(frozen=True)
class Enriched:
    """How many things were asked for now, how many had been asked for before, and of all how many are known to the service."""

    asked: int
    before: int
    known: int


def enrich(
    folder: Path,
    source: str,
    *,
    address: str | None = None,
    email: str | None = None,
    pause: float | None = None,
    refresh: bool = False,
    tell: Tell | None = None,
) -> Enriched:
    """Ask a service for what the folder has, and build its answers into the graph.

    Raises WrongUse for an unknown service, StoreError if the folder is none, LookupFailed if the service cannot be reached (the graph is then as it was, and
    answers so far are kept). `address` names another server that speaks the same protocol.
    """
    if source not in SERVICES:
        raise WrongUse(f"unknown service {source!r}: choose one of {', '.join(SERVICES)}")
    if address and not re.match(r"https?://[^\s/]", address):
        raise WrongUse(f"--at {address}: is no address of a server: give one such as https://api.example.org")
    read_manifest(folder)
    service = SERVICES[source]
    client = Client(source, address or service.address, service.pause if pause is None else pause, email)
    wanted = list(dict.fromkeys(service.wanted(tables.read(folder, "nodes").to_pylist())))
    cache = folder / LOOKUPS / f"{source}.cache.jsonl"
    # What was asked before stays, also where the service cannot be reached now, or the graph has it by now and it is not asked again.
    answers = _kept(cache)
    todo = [w for w in wanted if refresh or w[0] not in answers]
    before = len(wanted) - len(todo)
    for at in range(0, len(todo), service.batch):
        batch = todo[at : at + service.batch]
        found = service.ask(client, batch)
        cache.parent.mkdir(exist_ok=True)
        with cache.open("a", encoding="utf-8", newline="\n") as f:
            for key, _ in batch:
                answers[key] = found.get(key)
                f.write(json.dumps({"asked": key, "answer": answers[key]}, ensure_ascii=False) + "\n")
        if tell:
            tell("look up", min(at + service.batch, len(todo)), len(todo))
    good = {key: answers[key] for key in sorted(answers) if answers[key] is not None}
    if source == "github":
        _write(folder / LOOKUPS / "github.jsonl", (json.dumps({"repository": key, **facts}, ensure_ascii=False, sort_keys=True) for key, facts in good.items()))
        build([], folder)
    elif good:
        build([_source(folder, source, good)], folder, format={"openalex": "openalex", "arxiv": "arxiv-feed"}[source])
    return Enriched(len(todo), before, len(good))


def _kept(cache: Path) -> dict[str, Any]:
    """The answers so far. A line that a killed run left half is asked for again, and cut off here so that the next line does not go on with it."""
    found: dict[str, Any] = {}
    if not cache.exists():
        return found
    raw = cache.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    for line in whole.splitlines():
        try:
            kept = json.loads(line)
            found[kept["asked"]] = kept["answer"]
        except (ValueError, KeyError, TypeError):
            continue
    if whole != raw:
        with whole_file(cache) as aside:
            aside.write_bytes(whole)
    return found


def _source(folder: Path, source: str, good: Mapping[str, Any]) -> Input:
    """The answers as a file of the source's own format, in the order of their keys or ids: so the same answers are the same bytes."""
    if source == "arxiv":
        path, lines = (
            folder / LOOKUPS / "arxiv.xml",
            ['<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">', *good.values(), "</feed>"],
        )
    else:
        works = {work(w)["id"]: w for w in good.values()}
        path, lines = folder / LOOKUPS / "openalex.jsonl", [json.dumps(works[k], ensure_ascii=False, sort_keys=True) for k in sorted(works, key=str)]
    _write(path, lines)
    raw = path.read_bytes()
    return Input(f"{LOOKUPS}/{path.name}", lambda: io.BytesIO(raw))


def _write(path: Path, lines: Any) -> None:
    with whole_file(path) as aside:
        aside.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
