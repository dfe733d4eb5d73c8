"""Stores: databases made from a graph folder's tables, one behaviour for all."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kg import queries
from kg.errors import WrongUse
from kg.model import Kind
from kg.queries import Parameter, Question
from kg.text import fold


class Store(Protocol):
    """A database that answers Cypher."""

    def ask(self, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows of a read-only query, in its order; QueryError if it is wrong or would write."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Answer:
    """Rows, and what the user should know about them: why there are none, or that a name was taken for another way to write it."""

    rows: list[dict[str, Any]]
    note: str


def open_store(folder: Path, neo4j: str | None = None) -> Store:
    """The embedded database of a graph folder, or the Neo4j at an address."""
    if neo4j:
        from kg.stores.neo4j import Neo4j

        return Neo4j(neo4j)
    from kg.stores.embedded import Embedded

    return Embedded(folder)


def answer(store: Store, question: Question, given: Mapping[str, str], min_confidence: float | None = None) -> Answer:
    """Ask a question with parameters as the user wrote them. WrongUse names what is wrong with them, QueryError what is wrong with the query."""
    queries.refuse_unknown(question, given)
    lacking = queries.missing(question, given if min_confidence is None else {**given, "min_confidence": ""})
    if lacking and lacking.kinds and (known := _most_named(store, lacking)):
        raise WrongUse(f"{question.name}: parameter {lacking.name!r} is missing ({lacking.text}): add for example --param {lacking.name}={known!r}")
    arguments = queries.arguments(question, given, min_confidence)
    rows = store.ask(question.text, arguments)
    if not rows and (other := _as_written_here(store, question, arguments)):
        rows = store.ask(question.text, arguments | other)
        if rows:
            return Answer(rows, "; ".join(f"{arguments[k]!r} was taken for {v!r}" for k, v in other.items()))
    return Answer(rows, "" if rows else f"no rows: {why_empty(store, question, arguments | other)}")


def _as_written_here(store: Store, question: Question, arguments: Mapping[str, Any]) -> dict[str, str]:
    """Names that the graph holds in another spelling (hyphens, accents, capitals, blanks), for those that it does not hold as given."""
    out = {}
    for p in question.parameters:
        value = arguments.get(p.name)
        if p.kinds and isinstance(value, str):
            forms = _forms(store, p.kinds)
            close = {name for form, name in forms.items() if fold(form) == fold(value)} if value.casefold() not in forms and fold(value) else set()
            if len(close) == 1:
                out[p.name] = close.pop()
    return out


def why_empty(store: Store, question: Question, arguments: Mapping[str, Any]) -> str:
    """Why a question has no rows: a name that the graph does not hold (with the nearest), else what the question's header says."""
    for p in question.parameters:
        if not p.kinds or not isinstance(arguments.get(p.name), str):
            continue
        forms = _forms(store, p.kinds)
        if arguments[p.name].casefold() not in forms:
            close = difflib.get_close_matches(arguments[p.name].casefold(), forms, 1, 0.6)
            return f"no {_named(p.kinds)} {arguments[p.name]!r}" + (f"; did you mean {forms[close[0]]!r}?" if close else " is in this graph")
    return question.empty or "nothing in this graph matches"


def _named(kinds: tuple[Kind, ...]) -> str:
    return " or ".join(k.value.lower() for k in kinds)


def _most_named(store: Store, p: Parameter) -> str | None:
    """The value of that kind which most papers name."""
    order = "n.name AS name, n.year AS papers" if Kind.PAPER in p.kinds else "n.name AS name, n.papers AS papers"
    here = " AND n.stub = false" if Kind.PAPER in p.kinds else ""
    rows = store.ask(
        f"MATCH (n:{'|'.join(k.value for k in p.kinds)}) WHERE n.name IS NOT NULL{here} RETURN {order}, n.id AS id ORDER BY papers DESC, name, id LIMIT 1", {}
    )
    return rows[0]["name"] if rows else None


def _forms(store: Store, kinds: tuple[Kind, ...]) -> dict[str, str]:
    """Every form of the names of these kinds, without case, with the name that it belongs to."""
    forms: dict[str, str] = {}
    for kind in kinds:
        other = "coalesce(n.aliases, []) + coalesce(n.variants, []) + [n.long_form, n.title, n.label]"
        query = f"MATCH (n:{kind.value}) WHERE n.name IS NOT NULL RETURN n.name AS name, {other} AS others, n.id AS id ORDER BY name, id"
        for row in store.ask(query, {}):
            for form in (row["name"], *row["others"]):
                if form:
                    forms.setdefault(form.casefold(), row["name"])
    return forms
