"""The evidence of a node: what it is made of, which merges made it, and for each edge where it is said."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kg import tables
from kg.errors import QueryError
from kg.model import Kind
from kg.stores.neo4j import Neo4j
from kg.stores.rows import EVIDENCE_COLUMNS, MERGE_COLUMNS, merges_of, out_of_list
from kg.text import fold


def find_nodes(nodes: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Nodes of that id, name, label or other form; exact forms go before folded ones."""
    exact = [n for n in nodes if name in (n["id"], n["name"], n["label"], n["title"]) or name in (n["aliases"] or ()) or name in (n["variants"] or ())]
    if exact:
        return exact
    key = fold(name)
    return [
        n for n in nodes if key and key in {fold(x) for x in (n["name"], n["title"] or "", n["long_form"] or "", *(n["aliases"] or ()), *(n["variants"] or ()))}
    ]


def why(folder: Path, name: str, neo4j: str | None = None) -> list[dict[str, Any]]:
    """For each node of that name in a graph folder, or in the Neo4j at an address: the node, its merges, and its edges with their evidence.

    QueryError if there is none.
    """
    return _of_neo4j(neo4j, name) if neo4j else _of_folder(folder, name)


def unknown_name(where: str, name: str, names: Iterable[str]) -> QueryError:
    """The error that nothing is so called, with what is nearly so called."""
    import difflib

    near = difflib.get_close_matches(name, sorted(set(names)), 3, 0.6)
    return QueryError(f"nothing is named {name!r} in {where}" + (f": near are {', '.join(near)}" if near else ""))


def _item(node: dict[str, Any], merges: list[dict[str, Any]], edges: list[dict[str, Any]]) -> dict[str, Any]:
    edges = sorted(edges, key=lambda e: (e["kind"], e["from"], e["to"], e["id"]))
    return {
        "node": {k: v for k, v in node.items() if v not in (None, "", [])}, "merges": merges,
        "edges": [{k: e.get(k) for k in ("kind", "from", "to", "role", "inferred", "confidence", "papers", "evidence")} for e in edges],
    }  # fmt: skip


def _of_folder(folder: Path, name: str) -> list[dict[str, Any]]:
    nodes = tables.read(folder, "nodes").to_pylist()
    found = find_nodes(nodes, name)
    if not found:
        raise unknown_name(folder.as_posix(), name, (n["name"] for n in nodes))
    by_id = {n["id"]: n for n in nodes}
    edges, evidence, merges = (tables.read(folder, t) for t in ("edges", "evidence", "merges"))
    out = []
    for node in found:
        own = edges.filter(pc.or_(pc.equal(edges["source"], node["id"]), pc.equal(edges["target"], node["id"]))).to_pylist()
        said: dict[str, list[dict[str, Any]]] = {}
        for row in evidence.filter(pc.is_in(evidence["edge"], pa.array([e["id"] for e in own], pa.string()))).to_pylist():
            said.setdefault(row["edge"], []).append({k: v for k, v in row.items() if k != "edge"})
        ends = lambda e: {"from": by_id[e["source"]]["label"], "to": by_id[e["target"]]["label"]}
        out.append(_item(
            node, merges.filter(pc.equal(merges["node"], node["id"])).select(["kind", *MERGE_COLUMNS]).to_pylist(),
            [e | ends(e) | {"papers": [by_id[p]["label"] for p in e["papers"] or ()], "evidence": said.get(e["id"], [])} for e in own],
        ))  # fmt: skip
    return out


def _of_neo4j(uri: str, name: str) -> list[dict[str, Any]]:
    """The same out of what a load put there; what belongs to others is not looked at."""
    store = Neo4j(uri)
    try:
        ours = f"MATCH (n:{'|'.join(Kind)}) WHERE size(n.graphs) > 0"
        exact = "$name IN [n.id, n.name, n.label, n.title] + coalesce(n.aliases, []) + coalesce(n.variants, [])"
        ids = [r["id"] for r in store.ask(f"{ours} AND {exact} RETURN n.id AS id ORDER BY id", {"name": name})]
        if not ids:
            forms = "[n.name, n.title, n.long_form] + coalesce(n.aliases, []) + coalesce(n.variants, [])"
            rows = store.ask(f"{ours} RETURN n.id AS id, n.name AS name, {forms} AS forms ORDER BY id", {})
            ids = [r["id"] for r in rows if fold(name) and fold(name) in {fold(x) for x in r["forms"] if x}]
            if not ids:
                raise unknown_name(uri, name, (r["name"] for r in rows))
        return [_node_of_neo4j(store, i) for i in ids]
    finally:
        store.close()


def _node_of_neo4j(store: Neo4j, id: str) -> dict[str, Any]:
    kind = next(k.value for k in Kind if id.startswith(f"{k.value.lower()}:"))
    (row,) = store.ask(f"MATCH (n:{kind} {{id: $id}}) RETURN properties(n) AS n", {"id": id})
    n = row["n"] | {"date": row["n"].get("date_text")}
    merges = [{"kind": kind} | m for m in merges_of(n)]
    query = f"MATCH (n:{kind} {{id: $id}})-[r]-() WHERE size(r.graphs) > 0 RETURN properties(r) AS r, startNode(r).label AS source, endNode(r).label AS target"
    edges = [row["r"] | {"from": row["source"], "to": row["target"]} for row in store.ask(query, {"id": id})]
    papers = sorted({p for e in edges for p in e.get("papers", ())})
    labels = {r["id"]: r["label"] for r in store.ask("UNWIND $ids AS id MATCH (p:Paper {id: id}) RETURN p.id AS id, p.label AS label", {"ids": papers})}
    for e in edges:
        sentences = e.get("evidence_sentences", ())
        e["evidence_sentence"] = [sentences[i] for i in e.get("evidence_sentence", ())]
        said = zip(*(e.get(c, ()) for c in EVIDENCE_COLUMNS))
        e["evidence"] = [{k: out_of_list(v) for k, v in zip(EVIDENCE_COLUMNS.values(), x)} for x in said]
        e["papers"] = [labels.get(p, p) for p in e.get("papers", ())]
    return _item({k: n.get(k) for k in tables.NODES.names}, merges, edges)


def lines(found: list[dict[str, Any]]) -> list[str]:
    """The same as text."""
    out = []
    for item in found:
        node = item["node"]
        also = ", ".join(
            x
            for x in dict.fromkeys((*node.get("aliases", ()), *node.get("variants", ()), *([node["long_form"]] if node.get("long_form") else [])))
            if x != node["name"]
        )
        out.append(f"{node['kind']} {node['label'] if node['kind'] == Kind.AUTHOR else node['name']}" + (f" (also: {also})" if also else ""))
        said: dict[tuple[str, str], list[str]] = {}
        for field, value, entry in zip(*(node.get(f"value_{c}", ()) for c in ("field", "text", "entry"))):
            said.setdefault((field, value), []).append(entry)
        out += [f"  {field}: {value} ({'entry' if len(entries) == 1 else 'entries'} {', '.join(entries)})" for (field, value), entries in sorted(said.items())]
        for m in item["merges"]:
            out.append(f"  {'joined' if m['joined'] else 'kept apart'}: {m['left']} | {m['right']} ({m['rule']}, {m['score']:.2f})")
            out += [f"      {m['evidence']}"] if m["evidence"] else []
        for e in item["edges"]:
            mark = " inferred" if e["inferred"] else ""
            sure = "" if e["confidence"] is None else f" [{e['confidence']:.2f}{mark}]"
            out.append(f"  {e['from']} —{e['kind']}→ {e['to']}{sure}")
            out += [f"      derived from: {p}" for p in e["papers"]]
            for x in e["evidence"]:
                place = f"{x['source']} bytes {x['byte_start']}–{x['byte_end']}" + (
                    f", characters {x['start']}–{x['end']} of entry {x['entry']}" if x["start"] is not None else f", record {x['entry']}"
                )
                out.append(f"      {' '.join((x['sentence'] or x['surface']).split())}")
                out.append(f"        {place}; {x['extractor']}, {x['confidence']:.2f}")
    return out
