"""Columns: what belongs together, batches that keep it together, lists by their owners."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kg.model import content_id

Column: TypeAlias = pa.Array | pa.ChunkedArray
KEYED = 20_000  # rows that are texts at once


def one(column: Column) -> pa.Array:
    """A column in one piece."""
    if isinstance(column, pa.Array):
        return column
    whole = column.combine_chunks()
    return whole if isinstance(whole, pa.Array) else pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], whole.type)


def rows_of(values: Column, known: Column) -> np.ndarray:
    """The place of each value among those that are known, -1 for one that is not there."""
    return pc.fill_null(pc.index_in(one(values), one(known)), -1).to_numpy(zero_copy_only=False).astype(np.int64)


def components(owners: np.ndarray, keys: Column, n: int) -> np.ndarray:
    """Of n items the least item of each one's component: items that share a key, directly or by way of others, are in one. `owners` has the item of each key."""
    codes = pc.dictionary_encode(one(keys)).indices.to_numpy(zero_copy_only=False)
    order = np.lexsort([owners, codes])
    owners, codes = owners[order], codes[order]
    linked = (codes[1:] == codes[:-1]) & (owners[1:] != owners[:-1])
    return joined(np.stack([owners[:-1][linked], owners[1:][linked]], axis=1), n)


def joined(pairs: np.ndarray, n: int) -> np.ndarray:
    """Of n items the least one of those that pairs (rows of two items) join with it. Over row numbers in a plain list: of millions, kg.resolve.cluster's
    sets would take several times the memory."""
    above = list(range(n))

    def find(i: int) -> int:
        while above[i] != i:
            above[i] = i = above[above[i]]
        return i

    for a, b in pairs.tolist():
        a, b = find(a), find(b)
        if a != b:
            above[max(a, b)] = min(a, b)
    parent = np.array(above, np.int64)
    while (parent != (further := parent[parent])).any():
        parent = further
    return parent


def unknown(t: pa.Table, column: str, known: Column) -> pa.Table:
    """The rows whose value is not among those that are known; the table itself, not a copy, if nothing is known."""
    return t.filter(pc.invert(pc.is_in(t[column], one(known)))) if len(known) else t


def units_of(of: np.ndarray) -> Iterator[np.ndarray]:
    """The rows of each unit, in order; `of` is the unit of each row."""
    order = np.argsort(of, kind="stable")
    if len(order):
        yield from np.split(order, np.flatnonzero(np.diff(of[order])) + 1)


def cut(of: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Rows, unit after unit, at least so many at once (but the last); all rows of a unit are together."""
    order = np.argsort(of, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(of[order])) + 1, len(order)).tolist()
    start = 0
    for end in ends:
        if end - start >= size or (end == len(order) and end > start):
            yield order[start:end]
            start = end


def batches(t: pa.Table, of: np.ndarray, size: int) -> Iterator[pa.Table]:
    """The rows of a table, cut so."""
    return (t.take(pa.array(rows)) for rows in cut(of, size))


def unit_keys(t: pa.Table, of: np.ndarray, told: Callable[[pa.Table], Column], more: Callable[[int], str] = lambda unit: "") -> dict[int, str]:
    """Of each unit of rows a hash of what is told of them, a text a row, and of what more there is to it."""
    keys = {}
    for rows in cut(of, KEYED):
        texts = told(t.take(pa.array(rows))).to_pylist()
        for same in units_of(of[rows]):
            unit = int(of[rows[same[0]]])
            keys[unit] = content_id(*(texts[i] for i in same.tolist()), more(unit))
    return keys


def lists(owners: np.ndarray, values: Column, n: int) -> pa.Array:
    """Values as a list for each of n owners, in their order; empty for one that has none."""
    order = np.argsort(owners, kind="stable")
    offsets = np.concatenate([[0], np.bincount(owners, minlength=n).cumsum()]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), one(values).take(pa.array(order)))


def structs(t: pa.Table) -> pa.Array:
    """A table's rows as a column."""
    return pa.StructArray.from_arrays([one(c) for c in t.columns], fields=list(t.schema))
