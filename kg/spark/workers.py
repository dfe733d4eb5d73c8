"""What the workers do: tables to tables, with the same functions as on one machine. Nothing here knows Spark.

A step that gives rows of several tables gives one table with a column for each, a struct that is null in the rows of the others (`tagged`).
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa

from kg import tables
from kg.build.wishes import Wishes
from kg.errors import ReadError
from kg.extract import extract
from kg.graph import Columns, Told, claims, edges
from kg.graph.papers import stub_row
from kg.model import Kind, Mention, Reference, Rejected, Relation, content_id
from kg.readers import read_input
from kg.readers.inputs import Input, inputs
from kg.readers.source import Options
from kg.resolve import Authorship, Usage, resolve_names, resolve_papers
from kg.resolve.blocks import LARGE, block_of
from kg.resolve.citations import Cited, Work, cited_by, resolve_references, work_of
from kg.resolve.corrections import renamed
from kg.resolve.likeness import Named
from kg.resolve.papers import Sketch
from kg.resolve.people import crossings, resolve_signatures
from kg.resolve.personal import swapped
from kg.resolve.signatures import Signature, signatures
from kg.resolve.usages import filed, touched

_text, _int = pa.string(), pa.int64()
_texts = pa.list_(_text)
SOURCES = pa.schema([("name", _text), ("sha256", _text), ("format", _text), ("entries", _int), ("rejected", _int)])
FAILED = pa.schema([("name", _text), ("reason", _text), ("named", pa.bool_())])
TOUCHES = pa.schema([("item", _text), ("key", _text)])
NUMBERED = pa.schema([*tables.MENTIONS, ("n", _int)])
PAPERS = pa.schema([("entry", _text), ("paper", _text)])
AUTHORSHIP = [("entry", _text), ("position", _int), ("name", _text), ("orcid", _text), ("affiliations", _texts), ("title", _text), ("year", _int), ("venue", _text), ("cut_short", pa.bool_()), ("printed", _text)]  # fmt: skip
SIGNATURES = pa.schema(
    [
        ("id", _text), ("key", _text), ("name", _text), ("paper", _text), ("n", _int), ("rank", _int), ("position", _int), ("title", _text), ("year", _int), ("venue", _text),
        ("cut_short", pa.bool_()), ("orcids", _texts), ("affiliations", _texts), ("coauthors", _texts), ("block", _text), ("fine", _text), ("members", pa.list_(pa.struct(AUTHORSHIP))),
    ]
)  # fmt: skip
PERSONS = pa.schema([("entry", _text), ("position", _int), ("person", _text)])
USAGES = pa.schema(
    [("entry", _text), ("n", _int), ("kind", _text), ("name", _text), ("aliases", _texts), ("long_form", _text), ("filed", _text), ("keys", _texts)]
)
MEANT = pa.schema([("entry", _text), ("n", _int), ("node", _text)])
CITING = pa.schema([("item", _text), ("paper", _text), ("n", _int), ("keys", _texts), ("title", _text), ("year", _int), ("said", _text)])
CLAIMS = pa.schema([pa.field(f.name, _text if pa.types.is_dictionary(f.type) else f.type) for f in edges.CLAIMS])
FOLLOWS = pa.schema([pa.field(f.name, _text if pa.types.is_dictionary(f.type) else f.type) for f in edges.FOLLOWS])
READ = {"entry": tables.ENTRIES, "report": tables.REPORT, "rejected": tables.REJECTED, "source": SOURCES, "failed": FAILED}
RESOLVED = {"node": tables.NODES, "meant": MEANT, "merge": tables.MERGES}
PEOPLE = {"node": tables.NODES, "person": PERSONS, "merge": tables.MERGES}
WORKS = {"paper": PAPERS, "merge": tables.MERGES}
RELATED = pa.schema([("relation", _text)])
SAID = {
    "node": tables.NODES, "claim": pa.schema([*RELATED, *CLAIMS]), "follow": pa.schema([*RELATED, *FOLLOWS]), "rejected": tables.REJECTED,
}  # fmt: skip
MADE = {"edge": tables.EDGES, "evidence": tables.EVIDENCE}
Tables = Mapping[str, pa.Table]


def tagged_schema(parts: Mapping[str, pa.Schema]) -> pa.Schema:
    return pa.schema([(name, pa.struct(list(schema))) for name, schema in parts.items()])


def tagged(found: Tables, parts: Mapping[str, pa.Schema]) -> pa.Table:
    """Tables as one, each in a column of its own."""
    out, schema = [], tagged_schema(parts)
    for name, t in found.items():
        if len(t):
            ours = pa.chunked_array([b.to_struct_array() for b in t.cast(parts[name]).combine_chunks().to_batches()])
            out.append(pa.table([ours if f.name == name else pa.nulls(len(t), f.type) for f in schema], schema=schema))
    return pa.concat_tables(out) if out else schema.empty_table()


# ---- reading and extracting


def read(files: pa.Table, format: str | None, options: Options, names: Mapping[str, str], named: Sequence[str]) -> pa.Table:
    """What files (path, content) hold. `names` are what the beginnings of paths are called; a file among `named` must be readable, others are refused whole."""
    found: dict[str, list[pa.Table]] = defaultdict(list)
    for file in files.to_pylist():
        path = file["path"]
        base = max((b for b in names if path == b or path.startswith(b.rstrip("/") + "/")), key=len, default=None)
        name = path if base is None else names[base].rstrip("/") + path[len(base) :] if path != base else names[base]
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder) / Path(path).name
            here.write_bytes(file["content"])
            for one in inputs([here]):
                own = Input(one.name.replace(here.as_posix(), name, 1), one.opened, one.named and path in named)
                for part, t in _read(own, format, options).items():
                    found[part].append(t)
    return tagged({part: pa.concat_tables(parts) for part, parts in found.items()}, READ)


def _read(file: Input, format: str | None, options: Options) -> Tables:
    try:
        reading = read_input(file, format=format, options=options)
    except ReadError as e:
        reason = str(e).removeprefix(f"{file.name}: ")
        refused = Rejected(file.name, 1, 0, 0, "", f"this file was not read: {reason}")
        return {
            "failed": pa.table([[file.name], [str(e)], [file.named]], schema=FAILED), "rejected": tables.table([refused], tables.REJECTED),
            "report": pa.table([[file.name], [1], ["rejected"]], schema=tables.REPORT),
            "source": pa.table([[file.name], [file.sha256()], ["none"], [0], [1]], schema=SOURCES),
        }  # fmt: skip
    lines, became = zip(*reading.became) if reading.became else ((), ())
    return {
        "entry": tables.table(reading.entries, tables.ENTRIES), "report": pa.table([[file.name] * len(lines), lines, became], schema=tables.REPORT),
        "rejected": tables.table(reading.rejected, tables.REJECTED),
        "source": pa.table([[file.name], [file.sha256()], [reading.format], [len(reading.entries)], [len(reading.rejected)]], schema=SOURCES),
    }  # fmt: skip


def mark(source: str) -> str:
    """What tells an entry of this file from one of the same id in another."""
    return f"~{content_id(source)[:6]}"


def mentions(batch: pa.Table, least: float | None) -> pa.Table:
    """The mentions of entries, numbered."""
    return _numbered(found for _, found in extract(tables.entries_from(batch), least))


def _numbered(found: Iterable[Sequence[Mention]]) -> pa.Table:
    kept = [list(ms) for ms in found]
    return tables.table((m for ms in kept for m in ms), tables.MENTIONS).append_column("n", pa.array([n for ms in kept for n in range(len(ms))], _int))


def as_wished(batch: pa.Table, wishes: Wishes) -> pa.Table:
    """Entries with their mentions in a column `mentions`, after lexicon and corrections."""
    known = wishes.knowledge
    entries = tables.entries_from(batch.drop_columns(["mentions"]))
    column = [m or [] for m in batch["mentions"].to_pylist()]
    return _numbered(known.apply(e, tables.mentions_from(_mentions(rows))) for e, rows in zip(entries, column))


def _mentions(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(sorted(rows, key=lambda r: r["n"]), schema=tables.MENTIONS)


# ---- papers


def paper_keys(batch: pa.Table) -> pa.Table:
    """By what each entry may meet another one."""
    rows = []
    for e in tables.entries_from(batch):
        s = Sketch.of(e)
        keys = [f"{what} {value}" for what, value in zip("adtmh", (s.arxiv_id, s.doi, s.title, s.main, s.head)) if value] + [f"i {x}" for x in s.identifiers]
        rows += [{"item": e.id, "key": key} for key in keys]
    return pa.Table.from_pylist(rows, schema=TOUCHES)


def papers(group: pa.Table) -> pa.Table:
    """The papers of entries that meet."""
    entries = sorted(tables.entries_from(group), key=lambda e: e.id)
    works, merges = resolve_papers(entries)
    rows = [{"entry": entries[i].id, "paper": w.id} for w in works for i in w.entries]
    return tagged({"paper": pa.Table.from_pylist(rows, schema=PAPERS), "merge": tables.table(merges, tables.MERGES)}, WORKS)


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
        members = [slots[i]._asdict() | {"affiliations": list(slots[i].affiliations)} for i in s.members]
        rows.append({
            "id": f"{s.paper} {n}", "key": s.key, "name": s.name, "paper": s.paper, "n": n, "rank": s.rank, "position": s.position, "title": s.title, "year": s.year, "venue": s.venue,
            "cut_short": s.cut_short, "orcids": sorted(s.orcids), "affiliations": sorted(s.affiliations), "coauthors": sorted(s.coauthors), "block": block_of(s.key), "fine": block_of(s.key, LARGE + 1),
            "members": members,
        })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SIGNATURES)


def meeting_names(batch: pa.Table) -> pa.Table:
    """Signatures with the name that they share with the same name in the other order, if it has two parts: columns `item`, `key`."""
    found = [(id, min(key, swapped(key) or key)) for id, key in zip(batch["id"].to_pylist(), batch["key"].to_pylist()) if swapped(key)]
    return pa.Table.from_pylist([{"item": id, "key": key} for id, key in found], schema=TOUCHES)


def _signatures(t: pa.Table) -> tuple[list[Signature], list[Authorship]]:
    found, slots = [], []
    for r in sorted(t.to_pylist(), key=lambda r: (r["paper"], r["n"])):
        members = [Authorship(**m | {"paper": r["paper"], "affiliations": tuple(m["affiliations"])}) for m in r["members"]]
        found.append(
            Signature(
                r["key"], r["name"], r["paper"], r["rank"], r["position"], r["title"], r["year"], r["venue"], list(range(len(slots), len(slots) + len(members))), r["cut_short"],
                frozenset(r["orcids"]), frozenset(r["affiliations"]), frozenset(r["coauthors"]),
            )
        )  # fmt: skip
        slots += members
    return found, slots


def crossing(group: pa.Table) -> pa.Table:
    """Blocks that are to be judged together (columns `item`, `key`), out of signatures that share an ORCID or a name in either order."""
    found, _ = _signatures(group)
    size = dict(zip(group["block"].to_pylist(), group["size"].to_pylist()))
    block = lambda i: block_of(found[i].key, size[block_of(found[i].key)])
    pairs = sorted({(block(x.left), block(x.right)) for x in crossings(found)})
    return pa.Table.from_pylist([{"item": a, "key": b} for a, b in pairs if a != b], schema=TOUCHES)


def people(group: pa.Table, wishes: Wishes) -> pa.Table:
    """The persons of signatures that are judged together; each row has what is known of the names of its co-authors (`others`) and the `size` of its block."""
    found, slots = _signatures(group.drop_columns(["others"]))
    others = {o["key"]: Named(o["papers"], o["name"]) for row in group["others"].to_pylist() for o in row or ()}
    sizes = dict(zip(group["block"].to_pylist(), group["size"].to_pylist()))
    persons, merges = resolve_signatures(found, slots, others, wishes.people, sizes=sizes)
    nodes = [{"id": p.id, "kind": Kind.AUTHOR.value, "name": p.name, "variants": list(p.variants), "orcid": p.orcid} for p in persons]
    rows = [{"entry": slots[i].entry, "position": slots[i].position, "person": p.id} for p in persons for i in p.authorships]
    return tagged(
        {"node": tables.table(nodes, tables.NODES), "person": pa.Table.from_pylist(rows, schema=PERSONS), "merge": tables.table(merges, tables.MERGES)}, PEOPLE
    )


# ---- names


def usages(batch: pa.Table, wishes: Wishes) -> pa.Table:
    """Mentions (with their number `n` in their entry) without places, with the blocks that they touch."""
    kinds = {k.value: k for k in Kind}
    rows = []
    for r in batch.to_pylist():
        u = Usage(r["entry"], kinds[r["kind"]], r["name"], tuple(r["aliases"]), r["long_form"])
        rows.append(
            {k: r[k] for k in ("entry", "n", "kind", "name", "aliases", "long_form")} | {"filed": filed(u), "keys": sorted(touched(u, wishes.decisions))}
        )
    return pa.Table.from_pylist(rows, schema=USAGES)


def names(group: pa.Table, wishes: Wishes) -> pa.Table:
    """The things of mentions that touch the same blocks; a column `beside` has the blocks of all names of their entry."""
    kinds = {k.value: k for k in Kind}
    rows = sorted(group.to_pylist(), key=lambda r: (r["entry"], r["n"]))
    ours = [Usage(r["entry"], kinds[r["kind"]], r["name"], tuple(r["aliases"]), r["long_form"]) for r in rows]
    things, merges = resolve_names(ours, wishes.decisions, {r["entry"]: set(r["beside"]) for r in rows})
    nodes = [{"id": t.id, "kind": t.kind.value, "name": t.name, "aliases": list(t.aliases), "long_form": t.long_form} for t in things]
    meant = [{"entry": rows[i]["entry"], "n": rows[i]["n"], "node": t.id} for t in things for i in t.mentions]
    return tagged(
        {"node": tables.table(nodes, tables.NODES), "meant": pa.Table.from_pylist(meant, schema=MEANT), "merge": tables.table(merges, tables.MERGES)}, RESOLVED
    )


# ---- citations


def citing(batch: pa.Table) -> pa.Table:
    """Works and references, by what they may be known; a work's `n` is -1."""
    rows = []
    for e, paper in zip(tables.entries_from(batch.select(tables.ENTRIES.names)), batch["paper"].to_pylist()):
        w = work_of(e, paper)
        rows.append({"item": e.id, "paper": paper, "n": -1, "keys": w.keys, "title": w.title, "year": w.year, "said": None})
        rows += [
            {"item": e.id, "paper": paper, "n": c.n, "keys": c.said.keys, "title": c.title, "year": c.said.year, "said": c.said.title} for c in cited_by(e)
        ]
    return pa.Table.from_pylist([r | {"keys": list(r["keys"])} for r in rows], schema=CITING)


def cited(group: pa.Table) -> pa.Table:
    """What references mean that may mean the same."""
    rows = sorted(group.to_pylist(), key=lambda r: (r["item"], r["n"]))
    works = [Work(r["paper"], tuple(r["keys"]), r["title"], r["year"]) for r in rows if r["n"] < 0]
    refs = [Cited(r["item"], r["n"], r["title"], Reference(tuple(r["keys"]), r["said"], r["year"])) for r in rows if r["n"] >= 0]
    meant, stubs = resolve_references(works, refs)
    found = [{"entry": entry, "n": n, "node": node} for (entry, n), node in meant.items()]
    return tagged({"node": tables.table(map(stub_row, stubs), tables.NODES), "meant": pa.Table.from_pylist(found, schema=MEANT)}, RESOLVED)


# ---- assembly


def said(batch: pa.Table, repositories: Mapping[str, Any]) -> pa.Table:
    """What papers say, all of whose entries are in the batch, with columns `paper`, `mentions`, `persons`, `venue_id` and `cited`."""
    gathered = claims.Sayings()
    of_paper: dict[str, list[Told]] = defaultdict(list)
    extra = {name: batch[name].to_pylist() for name in ("paper", "mentions", "persons", "venue_id", "cited")}
    for i, e in enumerate(tables.entries_from(batch.select(tables.ENTRIES.names))):
        spoken = sorted(extra["mentions"][i] or (), key=lambda r: r["n"])
        persons = {p["position"]: p["person"] for p in extra["persons"][i] or ()}
        refs = {c["n"]: c["node"] for c in extra["cited"][i] or ()}
        found = tables.mentions_from(_mentions(spoken))
        authors = [persons[n] for n in range(1, len(e.authors) + 1)]
        told = Told(e, authors, persons.get(0), found, [m["node"] or "" for m in spoken], extra["venue_id"][i], [refs.get(n) for n in range(len(e.references))])
        of_paper[extra["paper"][i]].append(told)
    for paper in sorted(of_paper):
        claims.say(gathered, paper, of_paper[paper], repositories)
    columns = Columns()
    columns.take(gathered)
    nodes = [*columns.papers, tables.table(columns.nodes.values(), tables.NODES)]
    return tagged(
        {
            "node": pa.concat_tables(nodes), "claim": _related(columns.claims, CLAIMS), "follow": _related(columns.follows, FOLLOWS),
            "rejected": tables.table(columns.rejected, tables.REJECTED),
        },
        SAID,
    )  # fmt: skip


def _related(found: Mapping[Relation, Sequence[pa.Table]], schema: pa.Schema) -> pa.Table:
    """Tables of relations as one, with the relation."""
    parts = [t.cast(schema).add_column(0, "relation", pa.array([kind.value] * len(t), _text)) for kind, some in found.items() for t in some]
    return pa.concat_tables(parts) if parts else pa.schema([*RELATED, *schema]).empty_table()


def asserted(claims_: pa.Table) -> pa.Table:
    """Edges and evidence of claims; all of an edge are here."""
    made = [edges.asserted(Relation(kind), t.cast(edges.CLAIMS)) for kind, t in _by_relation(claims_)]
    return tagged({"edge": _joined((e for e, _ in made), tables.EDGES), "evidence": _joined((v for _, v in made), tables.EVIDENCE)}, MADE)


def derived(follows: pa.Table) -> pa.Table:
    """Edges that follow from several papers; all of an edge are here."""
    return _joined((edges.derived(Relation(kind), t.cast(edges.FOLLOWS)) for kind, t in _by_relation(follows)), tables.EDGES)


def _joined(parts: Iterable[pa.Table], schema: pa.Schema) -> pa.Table:
    found = [t.cast(schema) for t in parts]
    return pa.concat_tables(found) if found else schema.empty_table()


def _by_relation(t: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    import pyarrow.compute as pc

    for kind in sorted(pc.unique(t["relation"]).to_pylist()):
        yield kind, t.filter(pc.equal(t["relation"], kind)).drop_columns(["relation"])


def folded(nodes: pa.Table) -> pa.Table:
    """Names as they are compared to tell namesakes apart; Java folds other letters than Python does."""
    return nodes.append_column("folded", pa.array([n.lower() for n in nodes["name"].to_pylist()], _text))


# ---- components


def forest(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Pairs as stars: each item but the least of its component, with that."""
    parent: dict[str, str] = {}

    def find(x: str) -> str:
        parent.setdefault(x, x)
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for a, b in pairs:
        a, b = find(a), find(b)
        if a != b:
            parent[max(a, b)] = min(a, b)
    yield from ((x, find(x)) for x in list(parent) if find(x) != x)


def by(column: str, function: Callable[[pa.Table], pa.Table]) -> Callable[[pa.Table], pa.Table]:
    """A function of one group as one of several, which a column tells apart."""

    def of_all(t: pa.Table) -> pa.Table:
        import numpy as np

        if not len(t):
            return function(t.drop_columns([column]))
        t = t.sort_by(column)
        keys = t[column].combine_chunks().dictionary_encode().indices.to_numpy()
        starts = [*np.flatnonzero(np.append(True, keys[1:] != keys[:-1])).tolist(), len(t)]
        return pa.concat_tables([function(t.slice(a, b - a).drop_columns([column])) for a, b in pairwise(starts)])

    return of_all
