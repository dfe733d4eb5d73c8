"""The street: read → extract → resolve → assemble → write. One folder comes out, whole or not at all."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from kg import __version__, tables
from kg.errors import StoreError, WrongUse
from kg.extract import extract, knowledge, version
from kg.files import clear_left_overs, whole_folder
from kg.graph import Graph, Pieces, assemble, counts
from kg.manifest import FORMAT, read_manifest
from kg.model import Entry, Kind, Mention, Person, Rejected, content_id
from kg.readers import read_all
from kg.readers.inputs import Input
from kg.readers.source import Options, Reading
from kg.resolve import (
    Authorship,
    Decision,
    Identity,
    PersonDecision,
    Renaming,
    Thing,
    resolve_citations,
    resolve_names,
    resolve_papers,
    resolve_people,
    resolve_venues,
)
from kg.resolve.personal import name_key
from kg.stores import embedded
from kg.stores.rows import rows_of
from kg.text import fold

BATCH = 64
LOOKUPS = "lookups"  # where a folder keeps the answers of public services
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Pile:
    """Everything that was read: entries with their mentions, what was refused, what each line became, and the files."""

    entries: list[Entry]
    mentions: dict[str, tuple[Mention, ...]]
    rejected: list[Rejected]
    report: list[dict[str, Any]]
    sources: list[dict[str, Any]]


def build(
    files: Sequence[Path | Input], out: Path, *, format: str | None = None, author: str | None = None, columns: Mapping[str, str] | None = None, jobs: int = 1, lexicon: Path | None = None, corrections: Path | None = None,
    min_confidence: float | None = None, progress: Progress | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Build the graph of `files` (files, folders, archives, `-`) into the folder `out`, adding to what is there; return the manifest.

    Entries that the folder holds unchanged are not extracted again; the rest of the work is done anew, so that the folder is what a build
    from all sources at once gives. A lexicon, corrections and a least confidence are kept in the folder and hold for later builds, until
    others are given. Raises ReadError or StoreError; then the folder is as it was.
    """
    clear_left_overs(out)
    wishes = _wishes(read_manifest(out) if (out / "manifest.json").is_file() else {}, lexicon, corrections, min_confidence)
    old = _old(out, wishes)
    if old is None and not files:
        raise WrongUse(f"{out.as_posix()}: nothing to build from: give listings, or a folder that has some")
    pile = _read(files, old, format, Options(author, tuple((columns or {}).items())))
    tell = progress or (lambda *_: None)
    mentions = dict(_known(pile, old))
    fresh = [e for e in pile.entries if e.id not in mentions]
    for done, (entry, found) in enumerate(_extract(fresh, jobs, wishes.min_confidence), 1):
        mentions[entry.id] = found
        tell("extract", done, len(fresh))
    pile = replace(pile, mentions=mentions)
    known = wishes.knowledge
    corrected = {e.id: known.apply(e, mentions[e.id]) for e in pile.entries}
    graph, merges = resolve(replace(pile, mentions=corrected), wishes, _repositories(out))
    return _write(pile, graph, merges, wishes, out)


@dataclass(frozen=True)
class Wishes:
    """What the user wants of an extraction beyond the trained model."""

    lexicon: tuple[knowledge.Rule, ...] = ()
    corrections: tuple[knowledge.Rule, ...] = ()
    min_confidence: float | None = None

    @property
    def decisions(self) -> list[Decision]:
        """Which names are one and which are two, as the corrections say."""
        of_things = (r for r in self.corrections if r.action in knowledge.PAIRS and r.kind != Kind.AUTHOR.value)
        return [Decision(r.name, r.to, r.action == "same", Kind(r.kind) if r.kind else None) for r in of_things]

    @property
    def people(self) -> list[PersonDecision]:
        """Which bearers of names are one person and which are two."""
        return [PersonDecision(r.name, r.paper, r.to, r.to_paper, r.action == "same") for r in self._of_people if r.action in knowledge.PAIRS]

    @property
    def renamings(self) -> list[Renaming]:
        """What people are to be called."""
        return [Renaming(r.name, r.paper, r.to) for r in self._of_people if r.action == "rename"]

    @property
    def _of_people(self) -> list[knowledge.Rule]:
        return [r for r in self.corrections if r.kind == Kind.AUTHOR.value]

    @property
    def knowledge(self) -> knowledge.Knowledge:
        """The corrections stand above the lexicon."""
        return knowledge.Knowledge((*self.corrections, *self.lexicon))


def _wishes(kept: Mapping[str, Any], lexicon: Path | None, corrections: Path | None, min_confidence: float | None) -> Wishes:
    """The given wishes, and in the place of those that are not given the ones that a folder's manifest keeps."""
    rules = lambda name: tuple(knowledge.Rule(**r | {"aliases": tuple(r["aliases"])}) for r in kept.get(name, ()))
    return Wishes(
        tuple(knowledge.read_lexicon(lexicon)) if lexicon else rules("lexicon"), tuple(knowledge.read_corrections(corrections)) if corrections else rules("corrections"),
        min_confidence if min_confidence is not None else kept.get("min_confidence"),
    )  # fmt: skip


def resolve(pile: Pile, wishes: Wishes = Wishes(), repositories: Mapping[str, Any] = {}) -> tuple[Graph, list]:
    """Entities out of the pile, and the graph of them. `repositories` is what is known of repositories (host/owner/name) from elsewhere."""
    entries = pile.entries
    mentions = [m for e in entries for m in pile.mentions[e.id]]
    works, paper_merges = resolve_papers(entries)
    things, name_merges = resolve_names(mentions, wishes.decisions)
    paper_of = {entries[i].id: w.id for w in works for i in w.entries}
    slots = [(e, n, p) for e in entries for n, p in enumerate(e.authors, 1)]
    pages = [(e, 0, Person(e.page_author)) for e in entries if e.page_author]
    authorships = [
        Authorship(e.id, paper_of[e.id], n, p.name, p.orcid, p.affiliations, e.field(e.title), _year(e), e.venue, e.truncated_authors) for e, n, p in (*slots, *pages)
    ]  # fmt: skip
    people, people_merges = resolve_people(authorships, wishes.people, wishes.renamings)
    venues, venue_merges = resolve_venues(e.venue for e in entries if e.venue)
    cited, stubs = resolve_citations(entries, paper_of)
    person_at = {i: p.id for p in people for i in p.authorships}
    pieces = Pieces(
        entries=entries,
        mentions=mentions,
        paper_of=paper_of,
        node_of={i: t.id for t in things for i in t.mentions},
        things=[_thing_row(t) for t in things],
        author_of={(e.id, n): person_at[k] for k, (e, n, _) in enumerate(slots)},
        page_author_of={e.id: person_at[len(slots) + k] for k, (e, _, _) in enumerate(pages)},
        people=[_person_row(p) for p in people],
        venue_of={name: v.id for name, v in venues.items()},
        venues=[{"id": v.id, "kind": Kind.VENUE.value, "name": v.name, "aliases": list(v.aliases)} for v in {v.id: v for v in venues.values()}.values()],
        cited_by=cited,
        stubs=stubs,
        repositories=repositories,
    )
    return assemble(pieces), sorted([*paper_merges, *name_merges, *people_merges, *venue_merges], key=lambda m: (m.kind.value, m.node, m.left, m.right, m.rule))


def _repositories(out: Path) -> dict[str, Any]:
    """What was looked up of repositories, by host/owner/name."""
    path = out / LOOKUPS / "github.jsonl"
    try:
        found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
        return {r.pop("repository"): r for r in found}
    except (OSError, ValueError, KeyError, AttributeError):
        raise StoreError(f"{path.as_posix()}: damaged: remove it, and look up again with: kg enrich {out.as_posix()} --from github") from None


def _thing_row(t: Thing) -> dict[str, Any]:
    return {"id": t.id, "kind": t.kind.value, "name": t.name, "aliases": list(t.aliases), "long_form": t.long_form}


def _person_row(p: Identity) -> dict[str, Any]:
    return {"id": p.id, "kind": Kind.AUTHOR.value, "name": p.name, "variants": list(p.variants), "orcid": p.orcid}


def _year(e: Entry) -> int | None:
    return int(e.date[:4]) if e.date else None


def _read(files: Sequence[Path | Input], old: Pile | None, format: str | None, options: Options) -> Pile:
    """The old pile with the given files put in place of their earlier versions; entries in the order of their ids."""
    given = list(read_all(files, format=format, options=options)) if files else []
    names = {file.name for file, _ in given}
    entries: list[Entry] = [e for e in old.entries if e.source not in names] if old else []
    rejected = [r for r in old.rejected if r.source not in names] if old else []
    report = [r for r in old.report if r["source"] not in names] if old else []
    sources = [s for s in old.sources if s["name"] not in names] if old else []
    for file, reading in given:
        entries += reading.entries
        rejected += reading.rejected
        report += [{"source": file.name, "line": n, "became": what} for n, what in reading.became]
        sources.append({
            "name": file.name, "sha256": file.sha256(), "format": reading.format, "entries": len(reading.entries), "rejected": len(reading.rejected),
            "author": options.author, "columns": dict(options.columns),
        })  # fmt: skip
    entries, renamed = _distinct(entries)
    report = [r | {"became": _renamed(r, renamed)} for r in report]
    return Pile(
        sorted(entries, key=lambda e: e.id),
        {},
        sorted(rejected, key=lambda r: (r.source, r.line, r.text)),
        sorted(report, key=lambda r: (r["source"], r["line"])),
        sorted(sources, key=lambda s: s["name"]),
    )


def _distinct(entries: list[Entry]) -> tuple[list[Entry], dict[tuple[str, str], str]]:
    """Two files may give the same entry id (pages/1.txt and more/1.txt): all but the first file's get a mark of their file."""
    sources: dict[str, set[str]] = defaultdict(set)
    for e in entries:
        sources[_bare(e)].add(e.source)
    out, renamed = [], {}
    for e in entries:
        bare = _bare(e)
        name = bare if e.source == min(sources[bare]) else bare + _mark(e.source)
        renamed[e.source, bare] = name
        out.append(replace(e, id=name) if name != e.id else e)
    return out, renamed


def _mark(source: str) -> str:
    return f"~{content_id(source)[:6]}"


def _bare(e: Entry) -> str:
    return e.id.removesuffix(_mark(e.source))


def _renamed(row: dict[str, Any], renamed: dict[tuple[str, str], str]) -> str:
    first, _, rest = row["became"].rpartition(" ")
    bare = first.removesuffix(_mark(row["source"]))
    return f"{renamed[row['source'], bare]} {rest}" if (row["source"], bare) in renamed else row["became"]


def _known(pile: Pile, old: Pile | None) -> Iterator[tuple[str, tuple[Mention, ...]]]:
    """Mentions of entries that the old folder holds with the same content, whatever id they had there."""
    if old is None:
        return
    stored = {_content(e): e.id for e in old.entries}
    for e in pile.entries:
        before = stored.get(_content(e))
        if before in old.mentions:
            yield e.id, tuple(replace(m, entry=e.id) for m in old.mentions[before])


def _content(e: Entry) -> str:
    """A hash of what extraction reads of an entry."""
    return content_id(e.text, repr((e.title, e.abstract, e.comment, e.url, e.assertions)))


def _extract(entries: Sequence[Entry], jobs: int, min_confidence: float | None) -> Iterator[tuple[Entry, tuple[Mention, ...]]]:
    """Extraction in order, in `jobs` processes; the batches are the same whatever their number."""
    batches = [entries[i : i + BATCH] for i in range(0, len(entries), BATCH)]
    if jobs <= 1 or len(batches) < 2:
        for batch in batches:
            yield from extract(batch, min_confidence)
        return
    from multiprocessing import get_context

    with get_context("spawn").Pool(min(jobs, len(batches))) as pool:
        for batch in pool.imap(partial(_extract_batch, min_confidence=min_confidence), batches):
            yield from batch


def _extract_batch(batch: Sequence[Entry], min_confidence: float | None) -> list[tuple[Entry, tuple[Mention, ...]]]:
    return list(extract(batch, min_confidence))


def _old(out: Path, wishes: Wishes) -> Pile | None:
    """What the folder holds already; None if it is new or empty. Mentions of another model version or least confidence are not used again."""
    if not out.exists():
        return None
    if not out.is_dir():
        raise StoreError(f"{out.as_posix()}: is a file: choose another folder for -o")
    if not any(out.iterdir()):
        return None
    manifest = read_manifest(out)
    entries = tables.entries_from(tables.read(out, "entries"))
    mentions: dict[str, list[Mention]] = {e.id: [] for e in entries}
    for m in tables.mentions_from(tables.read(out, "mentions")):
        mentions[m.entry].append(m)
    usable = manifest["model"] == version() and manifest.get("min_confidence") == wishes.min_confidence
    return Pile(
        entries, {k: tuple(v) for k, v in mentions.items()} if usable else {},
        [r for r in tables.rejected_from(tables.read(out, "rejected")) if r.line], tables.read(out, "report").to_pylist(), manifest["sources"],
    )  # fmt: skip


def _write(pile: Pile, graph: Graph, merges: list, wishes: Wishes, out: Path) -> dict[str, Any]:
    """Write the folder whole, in the place of the old one."""
    rejected = sorted({*pile.rejected, *graph.rejected}, key=lambda r: (r.source, r.line, r.text, r.reason))
    rows = {
        "entries": pile.entries, "mentions": [m for e in pile.entries for m in pile.mentions[e.id]], "nodes": graph.nodes, "edges": graph.edges, "evidence": graph.evidence,
        "merges": merges, "rejected": rejected, "report": pile.report,
    }  # fmt: skip
    made = {name: tables.table(rows[name], schema) for name, schema in tables.TABLES.items()}
    manifest = {
        "format": FORMAT, "kg": __version__, "model": version(), "sources": pile.sources, "entries": len(pile.entries), "nodes": counts(graph.nodes), "edges": counts(graph.edges),
        "evidence": len(graph.evidence), "rejected": len(rejected), "lexicon": [asdict(r) for r in wishes.lexicon], "corrections": [asdict(r) for r in wishes.corrections],
        "min_confidence": wishes.min_confidence, "unmet": _unmet(pile, wishes.corrections),
    }  # fmt: skip
    with whole_folder(out) as aside:
        tables.write(made, aside)
        embedded.write(rows_of(made), aside)
        (aside / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8", newline="\n")
    return manifest


def _unmet(pile: Pile, corrections: Sequence[knowledge.Rule]) -> list[str]:
    """The corrections that speak of names which nothing here has: perhaps misspelt, perhaps for what is still to come."""
    if not corrections:
        return []
    things = {fold(form) for e in pile.entries for m in pile.mentions[e.id] for form in (m.name, *m.aliases)} | {
        fold(x) for r in corrections for x in (r.to, *r.aliases)
    }
    people = {name_key(p.name) for e in pile.entries for p in e.authors} | {name_key(e.page_author) for e in pile.entries if e.page_author}
    people |= {name_key(r.to) for r in corrections if r.action == "rename"}
    places = {"", *(e.id for e in pile.entries), *(fold(e.field(e.title) or "") for e in pile.entries)}

    def met(r: knowledge.Rule) -> bool:
        if r.kind == Kind.AUTHOR.value:
            ends = [(r.name, r.paper), (r.to, r.to_paper)] if r.action in knowledge.PAIRS else [(r.name, r.paper)]
            return all(name_key(name) in people and (paper in places or fold(paper) in places) for name, paper in ends)
        return r.action == "add" or fold(r.name) in things

    return [" ".join(filter(None, (r.action, repr(r.name), r.paper and f"of {r.paper!r}", r.to and f"– {r.to!r}"))) for r in corrections if not met(r)]


def extracted(
    files: Sequence[Path],
    *,
    format: str | None = None,
    author: str | None = None,
    columns: Mapping[str, str] | None = None,
    lexicon: Path | None = None,
    corrections: Path | None = None,
    min_confidence: float | None = None,
) -> Iterator[tuple[Reading, Iterator[tuple[Entry, tuple[Mention, ...]]]]]:
    """What became of each file, with its entries and what they name; a bad file stops it before anything is extracted."""
    known = _wishes({}, lexicon, corrections, min_confidence).knowledge
    options = Options(author, tuple((columns or {}).items()))
    for _, reading in list(read_all(files, format=format, options=options)):
        yield reading, ((e, known.apply(e, found)) for e, found in extract(reading.entries, min_confidence))
