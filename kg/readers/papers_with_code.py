"""The archive of Papers with Code: papers with abstracts, links between papers and code, methods, data sets, evaluation tables.

What a file says of a paper becomes an entry of that paper; the entries of one paper meet in resolution, by arXiv id or title. Methods, data
sets, tasks, metrics and repositories are the archive's own assertions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kg.readers.format import Format
from kg.readers.identifiers import arxiv_of, last_part, repository_of
from kg.readers.inputs import Input
from kg.readers.json_records import json_records
from kg.readers.records import BadRecord, Record, entries, objects, text
from kg.readers.source import Item, Options


def _records(r: Record) -> Record | Iterator[Record]:
    """The kind of a record shows by what it has."""
    if "repo_url" in r:
        return _link(r)
    if "datasets" in r and "task" in r:
        return _results(r)
    if "paper_url" in r:
        return _paper(r)
    if "paper" in r:
        return _thing(r)
    raise BadRecord("none of the archive's records: it has neither paper_url, repo_url, paper nor datasets")


def _strings(values: Any) -> list[str]:
    return [v for v in values if isinstance(v, str)] if isinstance(values, list) else []


def _paper(r: Record) -> Record:
    methods = [
        {"name": m["name"], "aliases": _other(m, "full_name"), "role": "used"} for m in objects(r, "methods") if isinstance(m.get("name"), str)
    ]  # fmt: skip
    return {
        "id": text(r, "paper_url"), "title": text(r, "title"), "abstract": text(r, "abstract"), "authors": _strings(r.get("authors")), "date": (text(r, "date") or "")[:10] or None,
        "arxiv_id": text(r, "arxiv_id"), "url": text(r, "url_abs") or text(r, "paper_url"), "venue": text(r, "conference") or _proceeding(text(r, "proceeding")), "methods": methods,
        "tasks": [{"name": t} for t in _strings(r.get("tasks"))], "identifiers": {"pwc": last_part(text(r, "paper_url"))},
    }  # fmt: skip


def _proceeding(slug: str | None) -> str | None:
    """ "neurips-2019-12" is NeurIPS 2019 of December."""
    if not slug:
        return None
    parts = slug.split("-")
    year = next((n for n, p in enumerate(parts) if len(p) == 4 and p.isdigit()), None)
    return " ".join(parts[: year + 1] if year is not None else parts)


def _other(thing: Mapping[str, Any], key: str) -> list[str]:
    return [v] if isinstance(v := thing.get(key), str) and v.strip() and v != thing.get("name") else []


def _link(r: Record) -> Record:
    repository = repository_of(r.get("repo_url"))
    if not repository:
        raise BadRecord(f"{r.get('repo_url')!r} is no repository of a known host")
    # Code that is official, or that the paper itself names, is the paper's own; other code follows it.
    own = r.get("is_official") is True or r.get("mentioned_in_paper") is True
    return {
        "title": text(r, "paper_title"), "arxiv_id": text(r, "paper_arxiv_id"), "url": text(r, "paper_url_abs") or text(r, "paper_url"), "identifiers": {"pwc": last_part(text(r, "paper_url"))},
        "repositories": [{"name": repository, "role": "own" if own else "used"}],
    }  # fmt: skip


def _thing(r: Record) -> Record:
    """A method or data set with the paper that brought it."""
    paper = r.get("paper")
    if not isinstance(paper, Mapping) or not text(paper, "title"):
        raise BadRecord(f"{r.get('name')!r} names no paper that it comes from")
    name = {"name": text(r, "name") or text(r, "full_name") or "", "aliases": _other(r, "full_name")}
    about = {"title": text(paper, "title"), "url": text(paper, "url"), "identifiers": {"pwc": last_part(text(paper, "url"))}}
    if arxiv := arxiv_of(text(r, "source_url")):
        about |= {"arxiv_id": arxiv[0]}
    if "/dataset/" in (text(r, "url") or "") or "modalities" in r:
        tasks = [{"name": t} for x in r.get("tasks") or [] if isinstance(x, Mapping) and isinstance(t := x.get("task"), str)]
        return about | {"datasets": [name | {"role": "introduced"}], "tasks": tasks}
    return about | {"methods": [name | {"role": "proposed"}]}


def _results(r: Record) -> Iterator[Record]:
    """The rows of an evaluation table: a paper, the model that it reports, the data, the metrics."""
    task = text(r, "task")
    for table in objects(r, "datasets"):
        data, best = text(table, "dataset"), table.get("sota")
        for row in objects(best, "rows") if isinstance(best, Mapping) else ():
            if not text(row, "paper_title"):
                continue
            measured = row.get("metrics")
            codes = [c for x in objects(row, "code_links") if (c := repository_of(x.get("url")))]
            yield {
                "title": text(row, "paper_title"), "url": text(row, "paper_url"), "date": (text(row, "paper_date") or "")[:10] or None, "tasks": [{"name": task}] if task else [],
                "methods": [{"name": m, "role": "used"}] if (m := text(row, "model_name")) else [], "datasets": [{"name": data, "role": "used"}] if data else [],
                "metrics": [{"name": m} for m in measured if m.strip()] if isinstance(measured, Mapping) else [], "repositories": [{"name": c, "role": "used"} for c in codes],
            }  # fmt: skip
    for sub in objects(r, "subtasks"):
        yield from _results(sub)


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "papers-with-code", json_records(file), _records)


def _looks(r: Record) -> bool:
    keys = set(r)
    return bool({"paper_url", "repo_url"} & keys) or {"task", "datasets", "subtasks"} <= keys or ("paper" in keys and "full_name" in keys)


FORMAT = Format(
    "the archive of Papers with Code (papers, links to code, methods, data sets, evaluation tables)",
    "title, abstract, authors, date, venue, arXiv id; as its assertions methods, data sets, tasks, metrics, repositories (own where official or named in the paper)",
    lambda o: o.any_record(_looks),
    read,
)
