"""Analysis: NetworkX in, tables out. What the graph already holds (joint papers, Newman's weights, who is evaluated on what) is read, not made again."""

from kg.analysis.counts import refused, statistics

__all__ = ["refused", "statistics"]
