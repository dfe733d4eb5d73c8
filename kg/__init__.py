"""kg: paper listings into a typed, evidence-backed knowledge graph."""

from __future__ import annotations

from typing import Any

__version__ = "0.6.0"

# The public functions and where they live; each is imported when it is first asked for, so that importing kg costs nothing.
_HOMES = {"read_graph": "kg.graph", "show": "kg.views"}
__all__ = ["__version__", "read_graph", "show"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kg' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
