"""From the pile to the graph on one machine: the workers' steps (kg.build.workers) over batches of tables, in as many processes as there are, and what joins them.

Only tables are held here, records only by the workers, a batch at a time. Units (kg.build.memory) that the folder knows are not worked on again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kg import tables
from kg.build import workers as w
from kg.build.arrays import batches, components, cut, joined, lists, one, rows_of, structs, unit_keys, unknown
from kg.build.memory import NAMES, PAPERS, PEOPLE, Memory, Results, units
from kg.build.processes import Spread, give_back
from kg.build.wishes import Wishes
from kg.graph import Columns
from kg.graph.papers import Stub
from kg.model import content_id
from kg.resolve import resolve_citations, resolve_venues
from kg.resolve.blocks import LARGE
from kg.resolve.personal import name_key, swapped

ENTRIES, MENTIONS, SIGNATURES = 500, 2_000, 2_000  # rows that a worker gets at once, at least
Progress = Callable[[str, int, int], None]
Done = Callable[[str, pa.Table], None]
Made = TypeVar("Made")


@dataclass(frozen=True)
class Street:
    """What all stages need: what the user wants, the processes, what is remembered, who takes tables that are done, and whom to tell how far it is."""

    wishes: Wishes
    spread: Spread
    memory: Memory
    done: Done
    tell: Progress

    def each(self, what: str, function: Callable[[pa.Table], Made], parts: Iterable[pa.Table], whole: int) -> Iterator[Made]:
        """What workers make of each of some parts, that have `whole` rows together; tells how far they are."""
        sizes: list[int] = []
        done = 0
        for n, made in enumerate(self.spread(function, _counted(parts, sizes))):
            yield made
            done += sizes[n]
            self.tell(what, done, whole)
        give_back()

    def worked(self, what: str, function: Callable[[pa.Table], pa.Table], parts: Iterable[pa.Table], whole: int, schema: pa.Schema) -> pa.Table:
        """The same as one table."""
        return pa.concat_tables([schema.empty_table(), *self.each(what, function, parts, whole)])

    def several(self, what: str, function: Callable[[pa.Table], w.Tables], parts: Iterable[pa.Table], whole: int, schemas: Mapping[str, pa.Schema]) -> w.Tables:
        """The same of workers that make several tables."""
        made = {name: [schema.empty_table()] for name, schema in schemas.items()}
        for some in self.each(what, function, parts, whole):
            for name, t in some.items():
                made[name].append(t)
        return {name: pa.concat_tables(found) for name, found in made.items()}

    def resolved(self, stage: str, rows: pa.Table, of: np.ndarray, keys: Mapping[int, str], function: Callable[[pa.Table], w.Tables], size: int) -> Results:
        """The results of units, of which each row of `rows` is in one (`of`) whose key is known: out of the folder, else by workers. `rows` has `entry` and `n`, or `members`, with these."""
        known = self.memory.known(stage, list(keys.values()))
        have = set(known["unit"].unique().to_pylist())
        fresh = np.isin(of, np.array([u for u, key in keys.items() if key not in have], np.int64))
        part = rows if fresh.all() else rows.filter(pa.array(fresh))
        made = self.several(stage, function, batches(part, of[fresh], size), len(part), w.RESOLVED)
        results = self.memory.results(known)
        key_of = pa.array([keys[u] for u in of[fresh].tolist()], pa.string())
        self.done("units", units(stage, [(results.meant, one(known["unit"])), (made["meant"], _keys_of(made["meant"], part, key_of))]))
        return Results(*(pa.concat_tables([old, new]) for old, new in zip(results, (made["node"], made["meant"], made["merge"]))))


def _counted(parts: Iterable[pa.Table], sizes: list[int]) -> Iterator[pa.Table]:
    for t in parts:
        sizes.append(len(t))
        yield t


def _keys_of(meant: pa.Table, part: pa.Table, keys: pa.Array) -> pa.Array:
    """The unit's key for each row of what is meant, by entry and number."""
    if "members" in part.column_names:
        places, at = pc.list_flatten(one(part["members"])), pc.list_parent_indices(one(part["members"]))
        entry, n, keys = pc.struct_field(places, "entry"), pc.struct_field(places, "position"), keys.take(at)
    else:
        entry, n = one(part["entry"]), one(part["n"])
    return keys.take(pa.array(rows_of(_place(one(meant["entry"]), one(meant["n"])), _place(entry, n))))


def _place(entry: pa.Array, n: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(entry, pc.cast(n, pa.string()), "\x1f")


def as_wished(entries: pa.Table, mentions: pa.Table, wishes: Wishes, spread: Spread) -> pa.Table:
    """The mentions after lexicon and corrections; mentions are in the order of their entries."""
    if not wishes.lexicon and not wishes.corrections:
        return mentions
    of_entry, numbered = _numbered(entries, mentions)
    parts = _with_mentions(entries, numbered, of_entry, (np.arange(at, min(at + ENTRIES, len(entries))) for at in range(0, len(entries), ENTRIES)))
    made = list(spread(partial(w.as_wished, wishes=wishes), parts))
    return pa.concat_tables([w.NUMBERED.empty_table(), *made]).drop_columns(["n"])


def _numbered(entries: pa.Table, mentions: pa.Table) -> tuple[np.ndarray, pa.Table]:
    """The row of each mention's entry, and the mentions with their number in it."""
    of_entry = rows_of(mentions["entry"], entries["id"])
    starts = np.searchsorted(of_entry, np.arange(len(entries) + 1))
    return of_entry, mentions.append_column("n", pa.array(np.arange(len(mentions)) - starts[of_entry], pa.int64()))


def _with_mentions(entries: pa.Table, mentions: pa.Table, of_entry: np.ndarray, parts: Iterable[np.ndarray]) -> Iterator[pa.Table]:
    """Entries, some at a time by their rows, with a column of lists of their mentions."""
    starts = np.searchsorted(of_entry, np.arange(len(entries) + 1))
    for rows in parts:
        at = np.concatenate([np.arange(starts[i], starts[i + 1]) for i in rows])
        offsets = np.append(0, (starts[rows + 1] - starts[rows]).cumsum()).astype(np.int32)
        yield entries.take(pa.array(rows)).append_column("mentions", pa.ListArray.from_arrays(pa.array(offsets), structs(mentions.take(pa.array(at)))))


def resolve(
    stock: dict[str, pa.Table], wishes: Wishes, repositories: Mapping[str, Any], spread: Spread, memory: Memory, done: Done, tell: Progress = lambda *_: None
) -> tuple[Columns, list[pa.Table], Sequence[Stub]]:  # fmt: skip
    """What `entries`, in the order of their ids, with `mentions`, in the order of their entries, as the user wants them, come to: all that a graph is assembled
    of (kg.graph.assemble). `done` takes pieces of the tables that are made: signed, touched, merges, units. `repositories` is what is known of repositories
    from elsewhere.

    Takes both tables out of `stock`, so that they are not held while edges are made of what they said.
    """
    street = Street(wishes, spread, memory, done, tell)
    entries = stock.pop("entries")
    of_entry, mentions = _numbered(entries, stock.pop("mentions"))
    # Where mentions stand is most of what is held, and not asked for before the graph.
    spoken, usages = tables.pack(mentions), mentions.select([name for name, _ in w.USAGES])
    del mentions
    give_back()
    papers, paper_merges = _papers(street, entries)
    entries = entries.append_column("paper", papers)
    people = _people(street, entries)
    persons, merged, meant = tables.pack(people.nodes), tables.pack(pa.concat_tables([paper_merges, people.merges])), {"persons": people.meant}
    del people, paper_merges
    give_back()
    things = _names(street, entries, usages, of_entry)
    del usages
    venues, venue_merges = resolve_venues(v for v in entries["venue"].to_pylist() if v)
    of_venue = {name: v.id for name, v in venues.items()}
    venue = pa.array([of_venue.get(v or "") for v in entries["venue"].to_pylist()], pa.string())
    cited, stubs = _cited(entries)
    nodes = [tables.unpack(persons), things.nodes, w.venue_nodes(venues)]
    merges = pa.concat_tables([tables.unpack(merged), things.merges, tables.table(venue_merges, tables.MERGES)])
    done("merges", merges.take(pc.sort_indices(merges, [(name, "ascending") for name in tables.MERGE_ORDER])))
    meant |= {"things": things.meant, "cited": cited}
    del persons, merged, things, merges
    said = _said(street, entries, tables.unpack(spoken), of_entry, venue, meant, repositories)
    return said, nodes, stubs


# ---- papers


def _papers(street: Street, entries: pa.Table) -> tuple[pa.Array, pa.Table]:
    """The paper of each entry, and merges."""
    known = street.memory.touches(names=False)
    fresh = unknown(entries, "id", known["entry"])
    made = street.worked("papers", w.paper_keys, batches(fresh, np.arange(len(fresh)), ENTRIES), len(fresh), tables.TOUCHED)
    touched = pa.concat_tables([known, made])
    touched = touched.take(pa.array(np.argsort(rows_of(touched["entry"], entries["id"]), kind="stable")))
    street.done("touched", touched)
    keys = one(touched["keys"])
    of = components(pc.list_parent_indices(keys).to_numpy(), pc.list_flatten(keys), len(entries))
    several = np.bincount(of, minlength=len(entries))[of] > 1
    part = entries.filter(pa.array(several))
    works = street.several("papers", w.papers, batches(part, of[several], ENTRIES), len(part), w.WORKS)
    at = rows_of(entries["id"], works["paper"]["entry"])
    return pc.if_else(pa.array(at >= 0), one(works["paper"]["paper"]).take(pa.array(np.maximum(at, 0), mask=at < 0)), one(touched["key"])), works["merge"]


# ---- people


def _people(street: Street, entries: pa.Table) -> Results:
    wishes = street.wishes
    found = _signed(street, entries)
    counted = pc.value_counts(one(found["block"]))
    size = counted.field("counts").take(pc.index_in(one(found["block"]), counted.field("values")))
    own = pc.if_else(pc.less_equal(size, LARGE), one(found["block"]), one(found["fine"]))
    found = found.append_column("size", size).append_column("own", own)
    of, decided = _groups(found, wishes)
    found = found.append_column("others", _others(found, of))
    keys = unit_keys(found, of, _told, lambda group: repr(wishes.people if group in decided else ()))
    return street.resolved(PEOPLE, found, of, keys, partial(w.people, wishes=wishes), SIGNATURES)


def _told(found: pa.Table) -> pa.Array:
    """All that the persons of signatures depend on."""
    others = one(found["others"])
    text = lambda *columns: pc.binary_join_element_wise(*(one(c).cast(pa.string()) for c in columns), " ", null_handling="replace")
    beside = pc.binary_join(pa.ListArray.from_arrays(others.offsets, text(*others.values.flatten())), " ")
    return text(found["paper"], found["n"], found["name"], pc.greater(found["size"], LARGE), found["digest"], beside)


def _signed(street: Street, entries: pa.Table) -> pa.Table:
    """The signatures of all papers, in order; those that the folder knows are not made again."""
    digest = _digests(entries)
    now = pa.table({"paper": pa.array(list(digest), pa.string()), "digest": pa.array(list(digest.values()), pa.string())})
    known = street.memory.signed(now)
    fresh = unknown(entries, "paper", known["paper"])
    of_paper = pc.dictionary_encode(one(fresh["paper"])).indices.to_numpy().astype(np.int64)
    made = street.worked("signatures", partial(w.signed, wishes=street.wishes), batches(fresh, of_paper, ENTRIES), len(fresh), w.SIGNATURES)
    made = made.append_column("digest", one(now["digest"]).take(pc.index_in(one(made["paper"]), one(now["paper"]))))
    found = pa.concat_tables([known, made])
    found = found.take(pc.sort_indices(found, [("paper", "ascending"), ("n", "ascending")]))
    street.done("signed", found)
    return found


def _digests(entries: pa.Table) -> dict[str, str]:
    """Of each paper a hash of what its entries hold."""
    held: dict[str, list[str]] = {}
    for paper, id, record in zip(*(entries[c].to_pylist() for c in ("paper", "id", "record"))):
        held.setdefault(paper, []).append(f"{id} {record}")
    return {paper: content_id(*records) for paper, records in held.items()}


def _groups(found: pa.Table, wishes: Wishes) -> tuple[np.ndarray, set[int]]:
    """The group of each signature: blocks, and those together that an ORCID, a name in another order or a correction may link; and the groups of which corrections speak."""
    encoded = pc.dictionary_encode(one(found["own"]))
    block = {name: i for i, name in enumerate(encoded.dictionary.to_pylist())}
    keys = pc.dictionary_encode(one(found["key"]))
    names = keys.dictionary.to_pylist()
    both = set(names)
    meeting = pa.array([other != name and other in both if (other := swapped(name)) else False for name in names], pa.bool_()).take(keys.indices)
    orcids = pc.list_flatten(one(found["orcids"]))
    counted = pc.value_counts(orcids)
    shared = pc.is_in(orcids, counted.field("values").filter(pc.greater(counted.field("counts"), 1)))
    linked = np.zeros(len(found), bool)
    linked[pc.list_parent_indices(one(found["orcids"])).filter(shared).to_numpy()] = True
    linked |= meeting.to_numpy(zero_copy_only=False)
    links = w.crossing(found.filter(pa.array(linked)))
    pairs = [(block[a], block[b]) for a, b in zip(links["item"].to_pylist(), links["key"].to_pylist())]
    bearers: dict[str, set[int]] = {}
    for own, name in zip(*(w.decided(found, wishes)[c].to_pylist() for c in ("item", "key"))) if wishes.people else ():
        bearers.setdefault(name, set()).add(block[own])
    for d in wishes.people:
        pairs += [(a, b) for a in bearers.get(name_key(d.left), ()) for b in bearers.get(name_key(d.right), ())]
    of_block = joined(np.array(sorted(set(pairs)), np.int64).reshape(-1, 2), len(block))
    return of_block[encoded.indices.to_numpy()], {int(of_block[b]) for those in bearers.values() for b in those}


def _others(found: pa.Table, of: np.ndarray) -> pa.Array:
    """Of each signature those of its co-authors' names that another one of its group has too, with their papers and how they are written."""
    known = pa.table({"key": found["key"], "name": found["name"]}).group_by("key").aggregate([([], "count_all"), ("name", "min")]).sort_by("key")
    coauthors = one(found["coauthors"])
    at, code = pc.list_parent_indices(coauthors).to_numpy(), rows_of(pc.list_flatten(coauthors), known["key"])
    pair = of[at] * len(known) + code
    _, inverse, n = np.unique(pair, return_inverse=True, return_counts=True)
    shared = n[inverse] > 1
    at, code = at[shared], code[shared]
    rows = pa.StructArray.from_arrays([one(known[c]).take(pa.array(code)) for c in ("key", "count_all", "name_min")], fields=list(w.OTHERS.value_type))
    return lists(at, rows, len(found))


# ---- names


def _names(street: Street, entries: pa.Table, usages: pa.Table, of_entry: np.ndarray) -> Results:
    """The things of mentions, of which `usages` has the columns of USAGES."""
    wishes = street.wishes
    known = street.memory.touches(names=True)
    fresh = unknown(usages, "entry", known["entry"])
    made = street.worked("names touched", partial(w.usages, wishes=wishes), batches(fresh, np.arange(len(fresh)), MENTIONS), len(fresh), tables.TOUCHED)
    touched = pa.concat_tables([known, made])
    entry = rows_of(touched["entry"], entries["id"])
    touched = touched.take(pa.array(np.lexsort([touched["n"].to_numpy(), entry])))
    street.done("touched", touched)
    keys = one(touched["keys"])
    of = components(pc.list_parent_indices(keys).to_numpy(), pc.list_flatten(keys), len(touched))
    beside = lists(of_entry, touched["key"], len(entries))
    told = pc.binary_join_element_wise(one(usages["entry"]), pc.cast(one(usages["n"]), pa.string()), one(entries["record"]).take(pa.array(of_entry)), " ")
    some = pc.greater(pc.list_value_length(keys), 0)
    rows = usages.append_column("beside", beside.take(pa.array(of_entry))).append_column("told", told).filter(some)
    of = of[some.to_numpy(zero_copy_only=False)]
    unit = unit_keys(rows, of, lambda part: part["told"])
    return street.resolved(NAMES, rows.drop_columns(["told"]), of, unit, partial(w.names, wishes=wishes), MENTIONS)


# ---- what is cited


def _cited(entries: pa.Table) -> tuple[pa.Table, Sequence[Any]]:
    """The paper that each reference means, and papers that are only cited."""
    if not pc.any(pc.greater(pc.list_value_length(entries["references"]), 0)).as_py():
        return w.MEANT.empty_table(), []
    paper_of = dict(zip(entries["id"].to_pylist(), entries["paper"].to_pylist()))
    found, stubs = resolve_citations(tables.Rows(entries.select(tables.ENTRIES.names), tables.entries_from), paper_of)
    return tables.table([{"entry": entry, "n": n, "node": node} for (entry, n), node in found.items()], w.MEANT), stubs


# ---- assembly


def _said(
    street: Street, entries: pa.Table, mentions: pa.Table, of_entry: np.ndarray, venue: pa.Array, meant: Mapping[str, pa.Table], repositories: Mapping[str, Any]
) -> Columns:  # fmt: skip
    """What all papers say: of those whose unit is known out of the folder, of the others by workers."""
    at = rows_of(_place(one(mentions["entry"]), one(mentions["n"])), _place(one(meant["things"]["entry"]), one(meant["things"]["n"])))
    node = one(meant["things"]["node"]).take(pa.array(np.maximum(at, 0), mask=at < 0)) if len(meant["things"]) else pa.nulls(len(mentions), pa.string())
    persons, cited = (_by_entry(meant[name], entries) for name in ("persons", "cited"))
    keys = _paper_keys(entries, venue, lists(of_entry, node, len(entries)), persons, cited, repositories)
    known = street.memory.known(PAPERS, list(keys.values()))
    have = one(known["entry"])
    fresh = pc.invert(pc.is_in(one(entries["paper"]), have))
    columns = Columns()
    if len(have):
        said = street.memory.sayings(have, one(entries["id"]).filter(pc.invert(fresh)))
        columns.take(said)
    rows = entries.append_column("venue_id", venue).append_column("persons", persons).append_column("cited", cited)
    code = pc.dictionary_encode(one(entries["paper"])).indices.to_numpy().astype(np.int64)
    at = np.flatnonzero(fresh.to_numpy(zero_copy_only=False))
    parts = _with_mentions(rows, mentions.append_column("node", node), of_entry, (at[some] for some in cut(code[at], ENTRIES)))
    for made in street.each("graph", partial(w.said, repositories=repositories), parts, len(at)):
        columns.take(made)
    papers = pa.array(list(keys), pa.string())
    kept = pa.table([papers, pa.array([0] * len(papers), pa.int64()), papers], schema=w.MEANT)
    street.done("units", units(PAPERS, [(kept, pa.array(list(keys.values()), pa.string()))]))
    return columns


def _by_entry(meant: pa.Table, entries: pa.Table) -> pa.Array:
    """What is meant, as lists of `n` and `node`, in the order of n, for each entry."""
    at = rows_of(meant["entry"], entries["id"])
    order = np.lexsort([meant["n"].to_numpy(), at])
    return lists(at[order], structs(meant.select(["n", "node"]).take(pa.array(order))), len(entries))


def _paper_keys(entries: pa.Table, venue: pa.Array, things: pa.Array, persons: pa.Array, cited: pa.Array, repositories: Mapping[str, Any]) -> dict[str, str]:
    """For each paper the key of its unit."""
    flat = lambda rows: pa.ListArray.from_arrays(rows.offsets, pc.struct_field(rows.values, "node"))
    joint = lambda found: pc.binary_join(pa.ListArray.from_arrays(found.offsets, pc.fill_null(found.values, "")), " ")
    encoded = pc.dictionary_encode(one(entries["paper"]))
    papers = encoded.dictionary.to_pylist()
    looked_up = content_id(repr(sorted(repositories.items()))) if repositories else ""
    rows = entries.select(["id", "record"]).append_column("venue", pc.fill_null(venue, ""))
    for name, column in (("things", things), ("persons", flat(persons)), ("cited", flat(cited))):
        rows = rows.append_column(name, column)
    told = lambda t: pc.binary_join_element_wise(
        *(one(t[c]) for c in ("id", "record", "venue")), *(joint(one(t[c])) for c in ("things", "persons", "cited")), "\x1f"
    )
    keys = unit_keys(rows, encoded.indices.to_numpy().astype(np.int64), told, lambda paper: f"{papers[paper]} {looked_up}")
    return dict(sorted((papers[unit], key) for unit, key in keys.items()))
