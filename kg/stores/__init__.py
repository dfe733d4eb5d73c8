"""Stores: databases made from a graph folder's tables, one behaviour for all."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from kg.model import Kind
from kg.queries import Question


class Store(Protocol):
    """A database that answers Cypher."""

    def ask(self, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows of a read-only query, in its order; QueryError if it is wrong or would write."""

    def close(self) -> None: ...


def open_store(folder: Path) -> Store:
    """The embedded database of a graph folder."""
    from kg.stores.embedded import Embedded

    return Embedded(folder)


def why_empty(store: Store, question: Question, arguments: Mapping[str, Any]) -> str:
    """Why a question has no rows: a name that the graph does not hold (with near ones), else what the question's header says."""
    for p in question.parameters:
        if not p.kinds or not isinstance(arguments.get(p.name), str):
            continue
        forms = _forms(store, p.kinds)
        if arguments[p.name].casefold() not in forms:
            near = [forms[f] for f in difflib.get_close_matches(arguments[p.name].casefold(), forms, 3, 0.6)]
            hint = f"; near: {', '.join(dict.fromkeys(near))}" if near else ""
            return f"no {' or '.join(k.value for k in p.kinds)} named {arguments[p.name]!r} is in this graph{hint}"
    return question.empty or "nothing in this graph matches"


def _forms(store: Store, kinds: tuple[Kind, ...]) -> dict[str, str]:
    """Every form of the names of these kinds, without case, with the name that it belongs to."""
    forms: dict[str, str] = {}
    for kind in kinds:
        query = f"MATCH (n:{kind.value}) RETURN n.name AS name, coalesce(n.aliases, []) + coalesce(n.variants, []) AS others ORDER BY name"
        for row in store.ask(query, {}):
            for form in (row["name"], *row["others"]):
                forms.setdefault(form.casefold(), row["name"])
    return forms
