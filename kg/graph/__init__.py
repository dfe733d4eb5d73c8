"""The graph: nodes, edges and evidence out of resolved entities; NetworkX out of the tables."""

from kg.graph.assembly import TEAM, Graph, Pieces, assemble, counts
from kg.graph.networks import node_link, read_graph, to_networkx
from kg.graph.papers import paper_row

__all__ = ["TEAM", "Graph", "Pieces", "assemble", "counts", "node_link", "paper_row", "read_graph", "to_networkx"]
