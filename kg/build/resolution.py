"""Out of the pile's tables the entities and the graph: what resolution and assembly need of them, batch by batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kg import tables
from kg.build.pile import Pile
from kg.build.wishes import Wishes
from kg.graph import Graph, Told, assemble, gather
from kg.model import Entry, Kind, Mention, Merge
from kg.resolve import Authorship, Usage, resolve_citations, resolve_names, resolve_papers, resolve_people, resolve_venues
from kg.resolve.people import Judging

BATCH = 2_000  # entries that are records at once


def resolve(pile: Pile, mentions: pa.Table, wishes: Wishes, repositories: Mapping[str, Any], judging: Judging | None) -> tuple[Graph, list[Merge]]:
    """The graph of a pile with `mentions` as the user wants them, and every merge. `repositories` is what is known of repositories from elsewhere."""
    entries = tables.Rows(pile.entries, tables.entries_from, BATCH)
    ids = pile.entries["id"].to_pylist()
    works, merges = resolve_papers(entries)
    papers = [""] * len(ids)
    for w in works:
        for i in w.entries:
            papers[i] = w.id
    del works
    paper_of = dict(zip(ids, papers))
    slots = list(_authorships(entries, papers))
    people, found = resolve_people(slots, wishes.people, wishes.renamings, judging=judging)
    merges += found
    persons = [""] * len(slots)
    for p in people:
        for i in p.authorships:
            persons[i] = p.id
    authors = _by_entry(persons, slots, ids)
    del slots
    nodes = {
        Kind.AUTHOR: _table(
            {"id": [p.id for p in people], "name": [p.name for p in people], "variants": [p.variants for p in people], "orcid": [p.orcid for p in people]},
            Kind.AUTHOR,
        )
    }
    del people
    things, found = resolve_names(_usages(mentions), wishes.decisions)
    merges += found
    thing_of = [""] * len(mentions)
    for t in things:
        for i in t.mentions:
            thing_of[i] = t.id
    for kind in sorted({t.kind for t in things}):
        ours = [t for t in things if t.kind is kind]
        nodes[kind] = _table(
            {"id": [t.id for t in ours], "name": [t.name for t in ours], "aliases": [t.aliases for t in ours], "long_form": [t.long_form for t in ours]}, kind
        )
    del things
    venues, found = resolve_venues(v for v in pile.entries["venue"].to_pylist() if v)
    merges += found
    places = list({v.id: v for v in venues.values()}.values())
    nodes[Kind.VENUE] = _table({"id": [v.id for v in places], "name": [v.name for v in places], "aliases": [v.aliases for v in places]}, Kind.VENUE)
    cited, stubs = resolve_citations(entries, paper_of) if pc.any(pc.greater(pc.list_value_length(pile.entries["references"]), 0)).as_py() else ({}, [])
    of_venue = {name: v.id for name, v in venues.items()}

    def told(e: Entry, row: int, spoken: Sequence[Mention], meant: Sequence[str]) -> Told:
        owner, *printed = authors[row] if e.page_author else (None, *authors[row])
        return Told(e, printed, owner, spoken, meant, of_venue.get(e.venue or ""), [cited.get((e.id, n)) for n in range(len(e.references))])

    said = gather(_papers(pile.entries, mentions, papers, thing_of, told), repositories)
    return assemble(said, nodes, stubs), sorted(
        merges, key=lambda m: (m.kind.value, m.node, m.left, m.right, m.rule, m.evidence, m.left_paper, m.right_paper, m.score)
    )


def _table(columns: Mapping[str, Sequence[Any]], kind: Kind) -> pa.Table:
    n = len(columns["id"])
    made = {name: pa.array(values, tables.NODES.field(name).type) for name, values in columns.items()}
    return tables.filled(n, made | {"kind": pa.array([kind.value] * n)}, tables.NODES)


def _authorships(entries: Sequence[Entry], papers: Sequence[str]) -> Iterator[Authorship]:
    """The authors of each entry in order; before them, at position 0, the author whose page it is, if the entry hides authors."""
    for e, paper in zip(entries, papers):
        title, year = e.field(e.title), int(e.date[:4]) if e.date else None
        if e.page_author:
            yield Authorship(e.id, paper, 0, e.page_author, None, (), title, year, e.venue, e.truncated_authors)
        for n, p in enumerate(e.authors, 1):
            yield Authorship(e.id, paper, n, p.name, p.orcid, p.affiliations, title, year, e.venue, e.truncated_authors)


def _by_entry(persons: Sequence[str], slots: Sequence[Authorship], ids: Sequence[str]) -> list[list[str]]:
    """The persons of each entry's authorships, in their order."""
    found: dict[str, list[str]] = {id: [] for id in ids}
    for person, a in zip(persons, slots):
        found[a.entry].append(person)
    return list(found.values())


def _usages(mentions: pa.Table) -> list[Usage]:
    """What names things, without where."""
    kinds = {k.value: k for k in Kind}
    rows = zip(*(mentions[name].to_pylist() for name in Usage._fields))
    return [Usage(entry, kinds[kind], name, tuple(aliases), long_form) for entry, kind, name, aliases, long_form in rows]


def _papers(entries: pa.Table, mentions: pa.Table, papers: Sequence[str], things: Sequence[str], told: Callable[..., Told]) -> Iterator[tuple[str, list[Told]]]:
    """Paper by paper, in the order of their ids, what was resolved of its entries."""
    counts = Counter(mentions["entry"].to_pylist())
    starts, at = [], 0
    for id in entries["id"].to_pylist():
        starts.append(at)
        at += counts[id]
    starts.append(at)
    order = sorted(range(len(papers)), key=lambda i: (papers[i], i))

    def rows() -> Iterator[tuple[str, Told]]:
        for a in range(0, len(order), BATCH):
            those = order[a : a + BATCH]
            where = [m for i in those for m in range(starts[i], starts[i + 1])]
            spoken = iter(tables.mentions_from(mentions.take(pa.array(where, pa.int64()))))
            for i, e in zip(those, tables.entries_from(entries.take(pa.array(those, pa.int64())))):
                n = starts[i + 1] - starts[i]
                yield papers[i], told(e, i, [next(spoken) for _ in range(n)], things[starts[i] : starts[i + 1]])

    for paper, found in groupby(rows(), key=lambda row: row[0]):
        yield paper, [t for _, t in found]
