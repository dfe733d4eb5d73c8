"""What workers do, on one machine and on many: tables to tables, batch by batch. A batch has whole units: all entries of a paper, all names that may meet.

A step that gives rows of several tables gives them by name, each with the schema that is told for it here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kg import tables
from kg.build.wishes import Wishes
from kg.extract import extract
from kg.graph import Columns, Told, claims
from kg.model import Kind, Mention
from kg.resolve import Authorship, Usage, resolve_names, resolve_papers
from kg.resolve.blocks import LARGE, block_of
from kg.resolve.corrections import renamed
from kg.resolve.likeness import Named
from kg.resolve.papers import Sketch, alone
from kg.resolve.people import crossings, resolve_signatures
from kg.resolve.personal import name_key
from kg.resolve.signatures import Signature, signatures
from kg.resolve.usages import filed, touched
from kg.resolve.venues import Venue

_text, _int = pa.string(), pa.int64()
_texts = pa.list_(_text)
TOUCHES = pa.schema([("item", _text), ("key", _text)])
NUMBERED = pa.schema([*tables.MENTIONS, ("n", _int)])
PAPERS = pa.schema([("entry", _text), ("paper", _text)])
SIGNATURES = pa.schema([f for f in tables.SIGNED if f.name != "digest"])
USAGES = [("entry", _text), ("n", _int), ("kind", _text), ("name", _text), ("aliases", _texts), ("long_form", _text)]
OTHERS = pa.list_(pa.struct([("key", _text), ("papers", _int), ("name", _text)]))
# What the n-th mention of an entry, or the author in its n-th place (0: whose page it is), turns out to be.
MEANT = pa.schema([("entry", _text), ("n", _int), ("node", _text)])
RESOLVED = {"node": tables.NODES, "meant": MEANT, "merge": tables.MERGES}
WORKS = {"paper": PAPERS, "merge": tables.MERGES}
Tables = dict[str, pa.Table]


# ---- extracting


def mentions(batch: pa.Table, least: float | None) -> pa.Table:
    """The mentions of entries, numbered."""
    return _numbered(found for _, found in extract(tables.entries_from(batch), least))


def _numbered(found: Iterable[Sequence[Mention]]) -> pa.Table:
    kept = [list(ms) for ms in found]
    return tables.table((m for ms in kept for m in ms), tables.MENTIONS).append_column("n", pa.array([n for ms in kept for n in range(len(ms))], _int))


def as_wished(batch: pa.Table, wishes: Wishes) -> pa.Table:
    """The mentions, numbered, of entries that have them in a column `mentions`, after lexicon and corrections."""
    known = wishes.knowledge
    entries = tables.entries_from(batch.select(tables.ENTRIES.names))
    spoken = _each(batch["mentions"], tables.MENTIONS, tables.mentions_from)
    return _numbered(known.apply(e, found) for e, found in zip(entries, spoken))


def _each(column: pa.ChunkedArray, schema: pa.Schema, records: Callable[[pa.Table], list[Any]]) -> list[list[Any]]:
    """Of a column of lists of structs with a field `n` each row's list as records, in the order of `n`."""
    whole = column.combine_chunks()
    flat = pa.table(pc.list_flatten(whole).flatten(), schema=pa.schema(list(whole.type.value_type)))
    rows = pa.table({"row": pc.list_parent_indices(whole), "n": flat["n"]})
    order = pc.sort_indices(rows, [("row", "ascending"), ("n", "ascending")])
    found = records(flat.select(schema.names).take(order))
    ends = pc.fill_null(pc.list_value_length(whole), 0).to_numpy(zero_copy_only=False).cumsum().tolist()
    return [found[a:b] for a, b in zip([0, *ends], ends)]


# ---- papers


def paper_keys(batch: pa.Table) -> pa.Table:
    """By what each entry may meet another one (`keys`), and the id of its paper if it meets none (`key`), as in tables.TOUCHED."""
    rows = []
    for e in tables.entries_from(batch):
        s = Sketch.of(e)
        keys = [f"{what} {value}" for what, value in zip("adtmh", (s.arxiv_id, s.doi, s.title, s.main, s.head)) if value] + [f"i {x}" for x in s.identifiers]
        rows.append({"entry": e.id, "n": -1, "key": alone(e, s), "keys": keys})
    return tables.table(rows, tables.TOUCHED)


def papers(group: pa.Table) -> Tables:
    """The papers of entries that meet, as in WORKS."""
    entries = sorted(tables.entries_from(group.select(tables.ENTRIES.names)), key=lambda e: e.id)
    works, merges = resolve_papers(entries)
    rows = [{"entry": entries[i].id, "paper": w.id} for w in works for i in w.entries]
    return {"paper": pa.Table.from_pylist(rows, schema=PAPERS), "merge": tables.table(merges, tables.MERGES)}


# ---- people


def signed(batch: pa.Table, wishes: Wishes) -> pa.Table:
    """The signatures of papers, whose entries (with a column `paper`) are all in the batch."""
    order = sorted(zip(batch["paper"].to_pylist(), tables.entries_from(batch.select(tables.ENTRIES.names))), key=lambda x: (x[0], x[1].id))
    slots: list[Authorship] = []
    for paper, e in order:
        title, year = e.field(e.title), int(e.date[:4]) if e.date else None
        if e.page_author:
            slots.append(Authorship(e.id, paper, 0, e.page_author, None, (), title, year, e.venue, e.truncated_authors))
        slots += [Authorship(e.id, paper, n, p.name, p.orcid, p.affiliations, title, year, e.venue, e.truncated_authors) for n, p in enumerate(e.authors, 1)]
    slots = list(renamed(slots, wishes.renamings))
    counted: Counter[str] = Counter()
    rows = []
    for s in signatures(slots):
        n = counted[s.paper]
        counted[s.paper] += 1
        several = len(s.members) > 1
        members = [
            {"entry": a.entry, "position": a.position, "name": a.name, "orcid": a.orcid, "printed": a.printed, "title": a.title if several else None}
            for a in (slots[i] for i in s.members)
        ]
        rows.append({
            "id": f"{s.paper} {n}", "key": s.key, "name": s.name, "paper": s.paper, "n": n, "rank": s.rank, "position": s.position, "title": s.title, "year": s.year, "venue": s.venue,
            "cut_short": s.cut_short, "orcids": sorted(s.orcids), "affiliations": sorted(s.affiliations), "coauthors": sorted(s.coauthors), "block": block_of(s.key), "fine": block_of(s.key, LARGE + 1),
            "members": members,
        })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SIGNATURES)


def _signatures(t: pa.Table) -> tuple[list[Signature], list[Authorship]]:
    found: list[Signature] = []
    slots: list[Authorship] = []
    for r in sorted(t.to_pylist(), key=lambda r: (r["paper"], r["n"])):
        places = range(len(slots), len(slots) + len(r["members"]))
        for m in r["members"]:
            title = m["title"] if len(places) > 1 else r["title"]
            slots.append(Authorship(m["entry"], r["paper"], m["position"], m["name"], m["orcid"], (), title, None, None, False, m["printed"]))
        found.append(
            Signature(
                r["key"], r["name"], r["paper"], r["rank"], r["position"], r["title"], r["year"], r["venue"], list(places), r["cut_short"],
                frozenset(r["orcids"]), frozenset(r["affiliations"]), frozenset(r["coauthors"]),
            )
        )  # fmt: skip
    return found, slots


def crossing(group: pa.Table) -> pa.Table:
    """Blocks that are to be judged together (columns `item`, `key`), out of signatures that share an ORCID or a name in either order."""
    found, _ = _signatures(group)
    size = dict(zip(group["block"].to_pylist(), group["size"].to_pylist()))
    block = lambda i: block_of(found[i].key, size[block_of(found[i].key)])
    pairs = sorted({(block(x.left), block(x.right)) for x in crossings(found)})
    return pa.Table.from_pylist([{"item": a, "key": b} for a, b in pairs if a != b], schema=TOUCHES)


def decided(batch: pa.Table, wishes: Wishes) -> pa.Table:
    """In which blocks (`item`, out of a column `own`) stand the names of which corrections speak (`key`), also as they were printed before another correction renamed them."""
    wanted = {name_key(n) for d in wishes.people for n in (d.left, d.right)}
    rows = {
        (own, key)
        for own, members in zip(batch["own"].to_pylist(), batch["members"].to_pylist())
        for key in {name_key(n) for m in members for n in (m["name"], m["printed"]) if n} & wanted
    }
    return pa.Table.from_pylist([{"item": own, "key": key} for own, key in sorted(rows)], schema=TOUCHES)


def people(group: pa.Table, wishes: Wishes) -> Tables:
    """The persons (as in RESOLVED) of signatures, with all that may be judged together; each row has what is known of the names of its co-authors (`others`) and the `size` of its block."""
    found, slots = _signatures(group.select(SIGNATURES.names))
    others = {o["key"]: Named(o["papers"], o["name"]) for o in pc.list_flatten(group["others"]).to_pylist()}
    sizes = dict(zip(group["block"].to_pylist(), group["size"].to_pylist()))
    persons, merges = resolve_signatures(found, slots, others, wishes.people, sizes=sizes)
    nodes = [{"id": p.id, "kind": Kind.AUTHOR.value, "name": p.name, "variants": list(p.variants), "orcid": p.orcid} for p in persons]
    meant = [{"entry": slots[i].entry, "n": slots[i].position, "node": p.id} for p in persons for i in p.authorships]
    return _resolved(nodes, meant, merges)


def _resolved(nodes: Sequence[Mapping[str, Any]], meant: Sequence[Mapping[str, Any]], merges: Sequence[Any]) -> Tables:
    return {"node": tables.table(nodes, tables.NODES), "meant": tables.table(meant, MEANT), "merge": tables.table(merges, tables.MERGES)}


# ---- names


def usages(batch: pa.Table, wishes: Wishes) -> pa.Table:
    """Of mentions (numbered in their entries by `n`) the block that they are filed under (`key`), and all that they touch (`keys`), as in tables.TOUCHED."""
    found = _usages(batch)
    return pa.table([batch["entry"], batch["n"], list(map(filed, found)), [sorted(touched(u, wishes.decisions)) for u in found]], schema=tables.TOUCHED)


def _usages(t: pa.Table) -> list[Usage]:
    kinds = {k.value: k for k in Kind}
    rows = zip(*(t[name].to_pylist() for name in Usage._fields))
    return [Usage(entry, kinds[kind], name, tuple(aliases), long_form) for entry, kind, name, aliases, long_form in rows]


def names(group: pa.Table, wishes: Wishes) -> Tables:
    """The things (as in RESOLVED) of mentions, with all that may have to do with each other; a column `beside` has the blocks of all names of their entry."""
    group = group.sort_by([("entry", "ascending"), ("n", "ascending")])
    entry, n = group["entry"].to_pylist(), group["n"].to_pylist()
    last = {e: i for i, e in enumerate(entry)}
    beside = dict(zip(last, map(set, group["beside"].take(pa.array(list(last.values()), _int)).to_pylist())))
    things, merges = resolve_names(_usages(group), wishes.decisions, beside)
    nodes = [{"id": t.id, "kind": t.kind.value, "name": t.name, "aliases": list(t.aliases), "long_form": t.long_form} for t in things]
    return _resolved(nodes, [{"entry": entry[i], "n": n[i], "node": t.id} for t in things for i in t.mentions], merges)


# ---- venues


def venue_nodes(venues: Mapping[str, Venue]) -> pa.Table:
    """The nodes of venues, by the names that mean them, as in tables.NODES."""
    once = {v.id: v for v in venues.values()}
    return tables.table(({"id": v.id, "kind": Kind.VENUE.value, "name": v.name, "aliases": list(v.aliases)} for v in once.values()), tables.NODES)


# ---- assembly


def said(batch: pa.Table, repositories: Mapping[str, Any]) -> Columns:
    """What papers say, all of whose entries are in the batch, with columns `paper`, `mentions` (NUMBERED and `node`), `persons` and `cited` (lists of `n` and `node`) and `venue_id`."""
    gathered = claims.Sayings()
    of_paper: dict[str, list[Told]] = defaultdict(list)
    entries = tables.entries_from(batch.select(tables.ENTRIES.names))
    spoken = _each(batch["mentions"], pa.schema([*tables.MENTIONS, ("node", _text)]), _meaning)
    persons, cited = (_each(batch[name], pa.schema(list(MEANT)[1:]), _nodes) for name in ("persons", "cited"))
    for i, (e, paper, venue) in enumerate(zip(entries, batch["paper"].to_pylist(), batch["venue_id"].to_pylist())):
        person, other = dict(persons[i]), dict(cited[i])
        authors = [person[n] for n in range(1, len(e.authors) + 1)]
        found, things = [m for m, _ in spoken[i]], [node for _, node in spoken[i]]
        of_paper[paper].append(Told(e, authors, person.get(0), found, things, venue, [other.get(n) for n in range(len(e.references))]))
    for paper in sorted(of_paper):
        claims.say(gathered, paper, of_paper[paper], repositories)
    return Columns.of(gathered)


def _meaning(t: pa.Table) -> list[tuple[Mention, str]]:
    return list(zip(tables.mentions_from(t.drop_columns(["node"])), (node or "" for node in t["node"].to_pylist())))


def _nodes(t: pa.Table) -> list[tuple[int, str]]:
    return list(zip(t["n"].to_pylist(), t["node"].to_pylist()))
