"""The evidence of a node: what it is made of, which merges made it, and for each edge where it is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from kg import tables
from kg.errors import QueryError
from kg.text import fold


def find_nodes(nodes: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Nodes of that id, name or other form; exact forms go before folded ones."""
    exact = [n for n in nodes if name in (n["id"], n["name"], n["title"]) or name in (n["aliases"] or ()) or name in (n["variants"] or ())]
    if exact:
        return exact
    key = fold(name)
    return [
        n for n in nodes if key and key in {fold(x) for x in (n["name"], n["title"] or "", n["long_form"] or "", *(n["aliases"] or ()), *(n["variants"] or ()))}
    ]


def why(folder: Path, name: str) -> list[dict[str, Any]]:
    """For each node of that name: the node, its merges, and its edges with their evidence. QueryError if there is none."""
    nodes = tables.read(folder, "nodes").to_pylist()
    found = find_nodes(nodes, name)
    if not found:
        import difflib

        near = difflib.get_close_matches(name, sorted({n["name"] for n in nodes}), 3, 0.6)
        raise QueryError(f"nothing is named {name!r} in {folder.as_posix()}" + (f": near are {', '.join(near)}" if near else ""))
    by_id = {n["id"]: n for n in nodes}
    edges, evidence, merges = (tables.read(folder, t) for t in ("edges", "evidence", "merges"))
    out = []
    for node in found:
        own = edges.filter(pc.or_(pc.equal(edges["source"], node["id"]), pc.equal(edges["target"], node["id"]))).to_pylist()
        ids = [e["id"] for e in own]
        said: dict[str, list[dict]] = {}
        if ids:
            import pyarrow as pa

            for row in evidence.filter(pc.is_in(evidence["edge"], pa.array(ids))).to_pylist():
                said.setdefault(row["edge"], []).append({k: v for k, v in row.items() if k != "edge"})
        out.append({
            "node": {k: v for k, v in node.items() if v not in (None, [])},
            "merges": [{k: v for k, v in m.items() if k != "node"} for m in merges.filter(pc.equal(merges["node"], node["id"])).to_pylist()],
            "edges": [
                {"kind": e["kind"], "from": by_id[e["source"]]["label"], "to": by_id[e["target"]]["label"], "role": e["role"], "inferred": e["inferred"], "confidence": e["confidence"],
                 "papers": [by_id[p]["label"] for p in e["papers"] or ()], "evidence": said.get(e["id"], [])}
                for e in sorted(own, key=lambda e: (e["kind"], by_id[e["source"]]["label"], by_id[e["target"]]["label"], e["id"]))
            ],
        })  # fmt: skip
    return out


def lines(found: list[dict[str, Any]]) -> list[str]:
    """The same as text."""
    out = []
    for item in found:
        node = item["node"]
        also = ", ".join(
            x for x in (*node.get("aliases", ()), *node.get("variants", ()), *([node["long_form"]] if node.get("long_form") else [])) if x != node["name"]
        )
        out.append(f"{node['kind']} {node['name']}" + (f" (also: {also})" if also else ""))
        for m in item["merges"]:
            out.append(f"  {'joined' if m['joined'] else 'kept apart'}: {m['left']} | {m['right']} ({m['rule']}, {m['score']:.2f})")
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
