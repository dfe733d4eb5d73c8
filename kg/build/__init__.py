"""The street: read → extract → resolve → assemble → write. One folder comes out, whole or not at all."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from kg import __version__, tables
from kg.build.arrays import batches, unknown
from kg.build.flow import Done, Progress, as_wished, resolve
from kg.build.memory import Memory
from kg.build.memory import version as resolution
from kg.build.pile import Pile, check_folder, in_order, old_pile, read_pile, united, without
from kg.build.processes import Spread, frugal, give_back, processes
from kg.build.wishes import Wishes, unmet, wishes_of
from kg.build.workers import mentions
from kg.errors import StoreError, WrongUse
from kg.extract import extract, version
from kg.files import only_writer, whole_folder
from kg.graph import assemble
from kg.manifest import FORMAT, read_manifest
from kg.model import Entry, Mention
from kg.readers import read_all
from kg.readers.inputs import Input
from kg.readers.source import Options, Reading
from kg.stores import embedded

BATCH = 64  # entries that a process extracts at once
LOOKUPS = "lookups"  # where a folder keeps the answers of public services


def build(
    files: Sequence[Path | Input], out: Path, *, format: str | None = None, author: str | None = None, columns: Mapping[str, str] | None = None, jobs: int = 1, lexicon: Path | None = None, corrections: Path | None = None,
    min_confidence: float | None = None, progress: Progress | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Build the graph of `files` (files, folders, archives, `-`) into the folder `out`, adding to what is there; return the manifest.

    Entries that the folder holds unchanged are not extracted again, and of people, names and papers only what changed is resolved anew; the folder is,
    byte for byte, what a build from all sources at once gives. A lexicon, corrections and a least confidence are kept in the folder and hold
    for later builds, until others are given. Raises ReadError or StoreError, this also while another process builds there; then the folder is as it was.
    """
    with only_writer(out), frugal():
        there = check_folder(out)
        manifest = read_manifest(out, older=True) if there else {}
        wishes = wishes_of(manifest, lexicon, corrections, min_confidence)
        if not there and not files:
            raise WrongUse(f"{out.as_posix()}: nothing to build from: give listings, or a folder that has some")
        # Held by nobody but who takes it.
        new = [read_pile(files, format, Options(author, tuple((columns or {}).items())))]
        return _rebuilt(out, manifest, wishes, lambda old: united(old, new.pop()), jobs, progress)


def retract(source: str, out: Path, *, jobs: int = 1, progress: Progress | None = None) -> dict[str, Any]:
    """Take one source, by its name in the manifest or its path, out of the folder `out`; return the manifest.

    The folder is, byte for byte, what a build from the other sources gives. Raises WrongUse, naming the sources, if it has no such one, and StoreError as `build` does.
    """
    with only_writer(out), frugal():
        manifest = read_manifest(out, older=True)
        name = _source(source, [s["name"] for s in manifest["sources"]], out)
        return _rebuilt(out, manifest, wishes_of(manifest, None, None, None), lambda old: united(without(old, [name]), Pile.empty()), jobs, progress)


def _source(given: str, names: Sequence[str], out: Path) -> str:
    """The source that is meant: by its whole name, else by its path, else by the end of its name, if that fits one only."""
    path = Path(given)
    fits = [lambda n: n == given, lambda n: Path(n).resolve() == path.resolve(), lambda n: Path(n).parts[-len(path.parts) :] == path.parts]
    for fit in fits:
        found = [n for n in names if fit(n)]
        if len(found) == 1:
            return found[0]
        if found:
            raise WrongUse(f"{given}: {len(found)} sources of {out.as_posix()} end so: give one of {', '.join(found)}")
    raise WrongUse(f"{given}: no source of {out.as_posix()}: it has {', '.join(names) or 'none'}")


def _rebuilt(out: Path, manifest: Mapping[str, Any], wishes: Wishes, change: Callable[[Pile], Pile], jobs: int, progress: Progress | None) -> dict[str, Any]:
    """Put the folder that a changed pile gives in the place of the one that is there, if there is one. Tables are written as soon as they are made."""
    with whole_folder(out) as aside:
        with tables.Writer(aside) as file:
            manifest = _made(out, manifest, wishes, change, jobs, file.add, progress or (lambda *_: None))
        # The database takes more than all tables.
        gc.collect()
        give_back()
        embedded.write(aside)
        (aside / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8", newline="\n")
    return manifest


def _made(out: Path, before: Mapping[str, Any], wishes: Wishes, change: Callable[[Pile], Pile], jobs: int, done: Done, tell: Progress) -> dict[str, Any]:
    """Make the tables of a changed pile, which `done` takes piece by piece; the manifest. `out` is the folder as it is, `before` its manifest."""
    old = old_pile(out, before["sources"]) if before else Pile.empty()
    pile = change(old)
    known = old.entries["content"].combine_chunks()
    # Mentions that another model made, or for another least confidence, are not used again.
    extracted_so = before.get("model") == version() and before.get("min_confidence") == wishes.min_confidence
    if not extracted_so:
        pile, known = replace(pile, mentions=pile.mentions[:0]), known[:0]
    spoken = extracted_so and before.get("lexicon") == _rules(wishes.lexicon) and before.get("corrections") == _rules(wishes.corrections)
    memory = Memory.of(out, old.entries, pile.entries, spoken) if before.get("resolution") == resolution() else Memory()
    del old
    give_back()
    with processes(jobs) as spread:
        found = _extracted(pile, known, wishes, spread, tell)
    pile = replace(pile, mentions=in_order(found, pile.entries))
    del found
    give_back()
    for name, t in (("entries", pile.entries), ("mentions", pile.mentions), ("report", pile.report)):
        done(name, t)
    missing = unmet(tables.Rows(pile.entries, tables.entries_from), tables.Rows(pile.mentions, tables.mentions_from), wishes)
    # Other processes than before: those hold the models, and no longer need them.
    with processes(jobs) as spread:
        stock = {"entries": pile.entries, "mentions": as_wished(pile.entries, pile.mentions, wishes, spread)}
        entries, sources, refused = len(pile.entries), pile.sources, pile.rejected
        del pile
        said = resolve(stock, wishes, _repositories(out), spread, memory, done, tell)
    graph = assemble(*said, done)
    rejected = sorted({*refused, *graph.rejected}, key=attrgetter(*tables.REJECTED_ORDER))
    done("rejected", tables.table(rejected, tables.REJECTED))
    return {
        "format": FORMAT, "kg": __version__, "model": version(), "resolution": resolution(), "sources": sources, "entries": entries, "nodes": graph.nodes, "edges": graph.edges,
        "evidence": graph.evidence, "rejected": len(rejected), "lexicon": _rules(wishes.lexicon), "corrections": _rules(wishes.corrections),
        "min_confidence": wishes.min_confidence, "unmet": missing,
    }  # fmt: skip


def _rules(rules: Sequence[Any]) -> list[dict[str, Any]]:
    """Rules as a manifest keeps them."""
    return json.loads(json.dumps([asdict(r) for r in rules]))


def _extracted(pile: Pile, known: pa.Array, wishes: Wishes, spread: Spread, tell: Progress) -> pa.Table:
    """The mentions of all entries of a pile, which has those of entries whose content is known."""
    fresh = unknown(pile.entries, "content", known)
    parts, done = [pile.mentions], 0
    for batch in spread(partial(mentions, least=wishes.min_confidence), batches(fresh, np.arange(len(fresh)), BATCH)):
        parts.append(batch.drop_columns(["n"]))
        done = min(done + BATCH, len(fresh))
        tell("extract", done, len(fresh))
    return pa.concat_tables(parts)


def _repositories(out: Path) -> dict[str, Any]:
    """What was looked up of repositories, by host/owner/name."""
    path = out / LOOKUPS / "github.jsonl"
    try:
        found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
        return {r.pop("repository"): r for r in found}
    except (OSError, ValueError, KeyError, AttributeError):
        raise StoreError(f"{path.as_posix()}: damaged: remove it, and look up again with: kg enrich {out.as_posix()} --from github") from None


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
    known = wishes_of({}, lexicon, corrections, min_confidence).knowledge
    options = Options(author, tuple((columns or {}).items()))
    for _, reading in list(read_all(files, format=format, options=options)):
        yield reading, ((e, known.apply(e, found)) for e, found in extract(reading.entries, min_confidence))
