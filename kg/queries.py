"""Named questions: the files of `cypher/ask`, their headers and their parameters.

A header is made of `//` lines: `Why`, one `Param` a parameter (`name (Kinds | type = default) what it is`), `Returns`, `Empty` (why there
may be no rows).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import QueryError, WrongUse
from kg.model import Kind

_PARAMETER = re.compile(r"(?P<name>\w+)\s*\((?P<type>[^()=]*?)(?:\s*=\s*(?P<default>[^()]*?))?\s*\)\s*(?P<text>.*)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a question; `kinds` are the kinds of node that it names, if it names one."""

    name: str
    type: str
    kinds: tuple[Kind, ...]
    default: Any
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    why: str
    parameters: tuple[Parameter, ...]
    returns: str
    empty: str
    text: str


def folder() -> Path:
    """Where the Cypher files lie: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).parent / "cypher"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "cypher"


def schema() -> Path:
    """Where each engine's constraints and indexes lie, one file an engine."""
    return folder() / "schema"


def questions() -> dict[str, Question]:
    """All named questions, by name."""
    return {path.stem: parse(path.stem, path.read_text(encoding="utf-8")) for path in sorted((folder() / "ask").glob("*.cypher"))}


def parse(name: str, text: str) -> Question:
    """A question out of a file's text; what the header does not say is empty."""
    header: dict[str, list[str]] = {}
    for line in text.splitlines():
        if m := re.match(r"//\s*(Why|Param|Returns|Empty)\s*:\s*(.*)", line):
            header.setdefault(m[1], []).append(m[2].strip())
    one = lambda key: " ".join(header.get(key, []))
    return Question(name, one("Why"), tuple(_parameter(name, p) for p in header.get("Param", [])), one("Returns"), one("Empty"), text)


def _parameter(question: str, line: str) -> Parameter:
    m = _PARAMETER.fullmatch(line)
    if not m:
        raise QueryError(f"{question}: the header's line 'Param: {line}' is not 'name (type = default) what it is'")
    names = [t.strip() for t in m["type"].split(",")]
    kinds = tuple(k for k in Kind if k.value in names)
    type_ = "text" if kinds else names[0]
    return Parameter(m["name"], type_, kinds, _convert(m["name"], type_, m["default"]) if m["default"] is not None else None, m["default"] is None, m["text"])


def find(question: str) -> Question:
    """The question by its name, by the path of a `.cypher` file, or Cypher text itself."""
    known = questions()
    if question in known:
        return known[question]
    if question.endswith(".cypher") or Path(question).is_file():
        path = Path(question)
        try:
            return parse(path.stem, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as e:
            raise QueryError(f"{question}: cannot be read: {getattr(e, 'strerror', None) or 'it is not UTF-8 text'}") from None
    if re.search(r"\b(?:MATCH|RETURN|UNWIND|CALL|WITH)\b", question, re.I) and re.search(r"\s", question.strip()):
        return Question("", "", (), "", "", question)
    near = _near(question, known)
    raise WrongUse(f"no question {question!r}{near}: kg ask alone lists them; a .cypher file or Cypher text is taken too")


def _near(word: str, known: Mapping[str, Any]) -> str:
    import difflib

    close = difflib.get_close_matches(word, known, 1, 0.5)
    return f" (did you mean {close[0]}?)" if close else ""


def arguments(question: Question, given: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of a question from what the user gave as text; WrongUse names what is missing, unknown or of a wrong type."""
    by_name = {p.name: p for p in question.parameters}
    if question.parameters:
        unknown = [k for k in given if k not in by_name]
        if unknown:
            raise WrongUse(f"{question.name}: no parameter {unknown[0]!r}: it takes {', '.join(by_name)}")
    missing = [p for p in question.parameters if p.required and p.name not in given]
    if missing:
        p = missing[0]
        raise WrongUse(f"{question.name}: parameter {p.name!r} is missing ({p.text}): add --param {p.name}=…")
    out = {p.name: p.default for p in question.parameters}
    for key, value in given.items():
        out[key] = _convert(key, by_name[key].type if key in by_name else "any", value)
    return out


def _convert(name: str, type_: str, value: str) -> Any:
    if type_ == "integer":
        try:
            return int(value)
        except ValueError:
            raise WrongUse(f"parameter {name!r} is {value!r}: give a whole number") from None
    if type_ == "any":
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value
