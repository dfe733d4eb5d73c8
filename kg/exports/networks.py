"""The graph as files that NetworkX, Gephi and others read: node-link JSON, GraphML, GEXF."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import networkx as nx

from kg import tables
from kg.graph import node_link, to_networkx

# What XML 1.0 cannot hold; and carriage returns, which its readers change.
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def _graph(folder: Path) -> nx.MultiDiGraph:
    return to_networkx(tables.read(folder, "nodes"), tables.read(folder, "edges"))


def write_node_link(folder: Path, out: Path) -> None:
    """NetworkX node-link JSON with `nodes` and `edges`."""
    data = node_link(_graph(folder))
    out.write_text(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n", encoding="utf-8", newline="\n")


def write_graphml(folder: Path, out: Path) -> None:
    """GraphML; lists are JSON text, as in GEXF. `networkx.read_graphml(…, force_multigraph=True)` reads it."""
    # Of NetworkX's two writers the one of the standard library: the other is used only where lxml happens to be installed.
    nx.write_graphml_xml(_flat(_graph(folder)), out)


def write_gexf(folder: Path, out: Path) -> None:
    """GEXF 1.2, which Gephi opens and `networkx.read_gexf` reads."""
    writer = nx.readwrite.gexf.GEXFWriter(encoding="utf-8", prettyprint=True, version="1.2draft")
    writer.add_graph(_flat(_graph(folder)))
    for meta in writer.xml.iter("meta"):
        # NetworkX writes the day: the same graph is to give the same bytes.
        meta.attrib.pop("lastmodifieddate", None)
    with out.open("wb") as f:
        writer.write(f)


def _flat(g: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """The graph with texts, numbers and booleans only."""
    out = nx.MultiDiGraph()
    for n, row in g.nodes(data=True):
        out.add_node(_xml(n), **{k: _value(v) for k, v in row.items() if v != []})
    for a, b, key, row in g.edges(keys=True, data=True):
        out.add_edge(_xml(a), _xml(b), key=_xml(key), **{k: _value(v) for k, v in row.items() if v != []})
    return out


def _value(value: Any) -> Any:
    return _xml(json.dumps(value, ensure_ascii=False)) if isinstance(value, (list, tuple)) else _xml(value) if isinstance(value, str) else value


def _xml(text: str) -> str:
    return _NOT_XML.sub(lambda m: " " if m[0] == "\r" else "\ufffd", text)
