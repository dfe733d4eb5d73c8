"""The graph: nodes, edges and evidence out of resolved entities; NetworkX out of the tables."""

from kg.graph.assembly import Columns, assemble
from kg.graph.claims import Told
from kg.graph.networks import node_link, read_graph, to_networkx

__all__ = ["Columns", "Told", "assemble", "node_link", "read_graph", "to_networkx"]
