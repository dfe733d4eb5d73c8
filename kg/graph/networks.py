"""NetworkX out of the tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import tables
from kg.errors import StoreError
from kg.manifest import read_manifest

if TYPE_CHECKING:
    import networkx as nx
    import pyarrow as pa


def to_networkx(nodes: pa.Table, edges: pa.Table) -> nx.MultiDiGraph:
    """The graph as a `networkx.MultiDiGraph`: node and edge attributes are the tables' columns without nulls; edge keys are edge ids."""
    import networkx as nx

    graph = nx.MultiDiGraph()
    for row in nodes.to_pylist():
        graph.add_node(row["id"], **{k: v for k, v in row.items() if v is not None})
    for row in edges.to_pylist():
        if row["source"] not in graph or row["target"] not in graph:
            raise StoreError(f"edge {row['id']} joins a node that is not in the nodes table: build the folder again from its sources")
        graph.add_edge(row["source"], row["target"], key=row["id"], **{k: v for k, v in row.items() if v is not None and k not in ("source", "target")})
    return graph


def read_graph(folder: Path | str) -> nx.MultiDiGraph:
    """The graph of a folder as `to_networkx` gives it; its attribute `about` says in one line where it comes from. StoreError if it is no graph folder."""
    folder = Path(folder)
    manifest = read_manifest(folder)
    graph = to_networkx(tables.read(folder, "nodes"), tables.read(folder, "edges"))
    sources = [s["name"].rsplit("/", 1)[-1] for s in manifest["sources"]]
    names = ", ".join(sources[:4]) + (" …" if len(sources) > 4 else "")
    graph.graph["about"] = (
        f"{manifest['entries']} entries in {len(sources)} file{'s' * (len(sources) != 1)} ({names}); kg {manifest['kg']}, model {manifest['model']}"
    )
    return graph


def node_link(graph: nx.MultiDiGraph) -> dict[str, Any]:
    """NetworkX node-link data with `nodes` and `edges`, as `networkx.node_link_graph(…, edges="edges")` reads it."""
    import networkx as nx

    return nx.node_link_data(graph, edges="edges")
