"""The graph: nodes, edges and evidence out of resolved entities; NetworkX out of the tables."""

from kg.graph.assembly import Columns, Graph, assemble
from kg.graph.claims import TEAM, Told
from kg.graph.networks import node_link, read_graph, to_networkx
from kg.graph.papers import paper_row

__all__ = ["TEAM", "Columns", "Graph", "Told", "assemble", "node_link", "paper_row", "read_graph", "to_networkx"]
