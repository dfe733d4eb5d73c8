"""Claims into edges and evidence, table by table: an edge is the claims that share its ends."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kg import tables
from kg.graph.claims import Claim, Follows
from kg.model import Relation

# Texts repeat in all of these.
EDGES, EVIDENCE = tables.coded(tables.EDGES, "id"), tables.coded(tables.EVIDENCE)
_text, _int = pa.string(), pa.int64()
CLAIMS = tables.coded(
    pa.schema(
        [
            ("source", _text), ("target", _text), ("position", _int), ("inferred", pa.bool_()), ("role", _text), ("entry", _text), ("file", _text), ("byte_start", _int), ("byte_end", _int),
            ("start", _int), ("end", _int), ("surface", _text), ("sentence", _text), ("extractor", _text), ("confidence", pa.float64()),
        ]
    )
)  # fmt: skip
FOLLOWS = tables.coded(pa.schema([("source", _text), ("target", _text), ("paper", _text), ("year", _int), ("share", pa.float64())]))


def claims_table(claims: Sequence[Claim]) -> pa.Table:
    """Claims of one relation as a table."""
    rows = [(*c[:5], *c.said) for c in claims]
    return pa.table([pa.array(column, type=f.type) for column, f in zip(zip(*rows), CLAIMS)] if rows else [[] for _ in CLAIMS], schema=CLAIMS)


def follows_table(rows: Sequence[Follows]) -> pa.Table:
    """What follows for one derived relation as a table."""
    return pa.table([pa.array(column, type=f.type) for column, f in zip(zip(*rows), FOLLOWS)] if rows else [[] for _ in FOLLOWS], schema=FOLLOWS)


def asserted(relation: Relation, claims: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The edges of one relation, out of claims as `joined` gives them, and their evidence (as in tables.EDGES and tables.EVIDENCE), each in the order of the edges' ids. Equal evidence of an edge stands once."""
    if not claims.num_rows:
        return EDGES.empty_table(), EVIDENCE.empty_table()
    codes = {name: _ranks(claims[name]) for name in ("source", "target", "entry", "surface", "sentence", "extractor", "file")}
    edge, first, ids = _edges(relation, codes["source"], codes["target"])
    number = {name: _numbers(claims[name]) for name in ("byte_start", "byte_end", "start", "end", "confidence")}
    keys = [edge, codes["entry"][0], number["start"], codes["surface"][0], codes["extractor"][0], number["end"], -number["confidence"], number["byte_start"], number["byte_end"],
            codes["sentence"][0], codes["file"][0]]  # fmt: skip
    order = np.lexsort(keys[::-1])
    order = order[_fresh([k[order] for k in keys])]
    sorted_edge = edge[order]
    starts = np.flatnonzero(_fresh([sorted_edge]))
    # Places: what several extractors say of one place, or with other confidence, counts once an extractor.
    places = np.lexsort([codes["extractor"][0][order], number["end"][order], number["start"][order], codes["entry"][0][order], sorted_edge])
    at = order[places]
    distinct = _fresh([edge[at], codes["entry"][0][at], number["start"][at], number["end"][at], codes["extractor"][0][at]])
    evidence_count = np.bincount(edge[at][distinct], minlength=len(ids))
    best_order = np.lexsort([codes["file"][0][order], number["start"][order], codes["entry"][0][order], -number["confidence"][order], sorted_edge])
    best = order[best_order][starts]
    n = len(ids)
    take = lambda name, rows: claims[name].take(pa.array(rows))
    edges = tables.filled(
        n,
        {
            "id": ids, "kind": _constant(relation.value, n), "source": take("source", first), "target": take("target", first), "position": take("position", first),
            "inferred": take("inferred", first), "role": take("role", first), "confidence": pa.array(number["confidence"][best]), "evidence": pa.array(evidence_count),
            "sentence": take("sentence", best), "entry": take("entry", best),
        },
        EDGES,
    )  # fmt: skip
    columns = {name: take({"source": "file"}.get(name, name), order) for name in EVIDENCE.names if name != "edge"}
    evidence = tables.filled(len(order), {"edge": pa.DictionaryArray.from_arrays(pa.array(sorted_edge.astype(np.int32)), ids)} | columns, EVIDENCE)
    return edges, evidence


def derived(relation: Relation, follows: pa.Table) -> pa.Table:
    """The edges of one derived relation, out of what follows as `joined` gives it: papers in order, their weight and years."""
    if not follows.num_rows:
        return EDGES.empty_table()
    source, target, papers = (_ranks(follows[name]) for name in ("source", "target", "paper"))
    edge, first, ids = _edges(relation, source, target)
    order = np.lexsort([papers[0], edge])
    starts = np.flatnonzero(_fresh([edge[order]]))
    offsets = pa.array(np.append(starts, len(order)).astype(np.int32))
    share = _numbers(follows["share"])[order]
    years = _numbers(follows["year"], missing=-1)[order]
    early, late = np.minimum.reduceat(np.where(years < 0, 1 << 30, years), starts), np.maximum.reduceat(years, starts)
    unknown = late < 0
    n = len(ids)
    return tables.filled(
        n,
        {
            "id": ids, "kind": _constant(relation.value, n), "source": follows["source"].take(pa.array(first)), "target": follows["target"].take(pa.array(first)),
            "papers": pa.ListArray.from_arrays(offsets, papers[1].take(pa.array(papers[0][order]))),
            "weight": pa.array([round(float(w), 6) for w in np.add.reduceat(share, starts)]), "first_year": pa.array(early, mask=unknown), "last_year": pa.array(late, mask=unknown),
        },
        EDGES,
    )  # fmt: skip


def joined(parts: Iterable[pa.Table], schema: pa.Schema) -> pa.Table:
    """Tables of one schema as one whose codes agree."""
    found = [p for p in parts if p.num_rows]
    return pa.concat_tables(found).unify_dictionaries() if found else schema.empty_table()


def _ranks(column: pa.ChunkedArray) -> tuple[np.ndarray, pa.Array]:
    """A column of texts as numbers that are ordered as the texts are, and the texts in order; the codes of its pieces agree."""
    dictionary = column.chunk(0).dictionary
    order = pc.sort_indices(dictionary)
    rank = np.empty(len(order), np.int64)
    rank[order.to_numpy()] = np.arange(len(order))
    return np.concatenate([rank[c.indices.to_numpy()] for c in column.chunks]), dictionary.take(order)


def _numbers(column: pa.ChunkedArray, missing: int = -1) -> np.ndarray:
    return pc.fill_null(column, missing).to_numpy()


def _edges(relation: Relation, source: tuple[np.ndarray, pa.Array], target: tuple[np.ndarray, pa.Array]) -> tuple[np.ndarray, np.ndarray, pa.Array]:
    """Of each row the number of its edge, edges in the order of their ids; for each edge a row that has it, and its id."""
    key = source[0] * len(target[1]) + target[0]
    pairs, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    sources, targets = source[1].to_pylist(), target[1].to_pylist()
    n = len(targets)
    # kg.model.edge_id, of many.
    head = f"{relation.value}\x1f"
    ids = [hashlib.sha256(f"{head}{sources[p // n]}\x1f{targets[p % n]}".encode("utf-8", "surrogatepass")).hexdigest()[:16] for p in pairs.tolist()]
    order = np.argsort(np.array(ids), kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    prefix = f"{relation.value.lower()}:"
    return rank[inverse], first[order], pa.array([prefix + ids[i] for i in order.tolist()])


def _fresh(keys: Sequence[np.ndarray]) -> np.ndarray:
    """Which of sorted rows differ from the one before."""
    out = np.zeros(len(keys[0]), bool)
    out[:1] = True
    for key in keys:
        out[1:] |= key[1:] != key[:-1]
    return out


def _constant(value: str, n: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([value]))
