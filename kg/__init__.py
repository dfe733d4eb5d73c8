"""kg: paper listings into a typed, evidence-backed knowledge graph."""

__version__ = "0.4.0"
