"""Named questions: the files of `cypher/ask`, their headers and their parameters.

A header is made of `//` lines: `Theme`, `Why`, one `Param` a parameter (`name (type = default) what it is`; the type is text, integer,
number, or kinds of node, if the value names one), `Returns`, `Empty` (why there may be no rows).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import QueryError, WrongUse
from kg.model import Kind

_HEADER = re.compile(r"//\s*(Theme|Why|Param|Returns|Empty)\s*:\s*(.*)")
_PARAMETER = re.compile(r"(?P<name>\w+)\s*\((?P<type>[^()=]*)(?:=(?P<default>[^()]*))?\)(?P<text>.*)")

# Strings, names in backticks, comments; what does not end goes on to the end of the text, so that nothing is looked through twice.
_NO_CODE = re.compile(r"'(?:[^'\\]|\\.)*(?:'|\\?\Z)|\"(?:[^\"\\]|\\.)*(?:\"|\\?\Z)|`[^`]*(?:`|\Z)|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)", re.S)
_LOAD_CSV = re.compile(r"(?P<load>\bLOAD`?)|(?P<csv>CSV\b)|(?P<end>[\n\r])|(?P<gap>\s|`)|(?P<line>//)|(?P<open>/\*)|(?P<close>\*/)|.", re.I | re.S)


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
    """A question of cypher/ask, or a query without a name: what its header says, and the whole text."""

    name: str
    theme: str
    why: str
    parameters: tuple[Parameter, ...]
    returns: str
    empty: str
    text: str


def folder() -> Path:
    """Where the Cypher files lie: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).parent / "cypher"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "cypher"


def statements(engine: str) -> list[str]:
    """An engine's constraints and indexes: the statements of its file in `cypher/schema`, each of which ends with a semicolon."""
    text = (folder() / "schema" / f"{engine}.cypher").read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("//"))
    return [s.strip().rstrip(";") for s in code.split(";\n") if s.strip()]


def labels_of(statement: str) -> list[str]:
    """The labels that a statement of a constraint or an index is about."""
    return statement.split("(n:")[1].split(")")[0].split("|")


def refuse_reading_files(query: str) -> None:
    """QueryError for LOAD CSV: it changes no graph, so the engines' own read-only doors let it pass, but it reads files and addresses.

    The words are refused wherever they stand, in a string too, and whatever blanks, comments or backticks stand between them: engines differ
    in what ends a string or a comment.
    """
    plain = re.sub(r"\\u+([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), query)
    # Behind some LOAD: between the words, in a comment to the end of the line, in one that an asterisk ends. All that may be so at once are followed together.
    between = in_line = in_comment = False
    for m in _LOAD_CSV.finditer(plain):
        what = m.lastgroup
        if between and what == "csv":
            raise QueryError("LOAD CSV is refused: a question reads the graph, no files or addresses (a name with these words goes into a parameter)")
        in_line, in_comment, between = (
            (in_line and what != "end") or (between and what == "line"),
            in_comment or (between and what == "open"),
            what == "load" or (between and what in ("gap", "end")) or (in_line and what == "end") or (in_comment and what == "close"),
        )


def questions() -> dict[str, Question]:
    """All named questions, by name."""
    return {path.stem: parse(path.stem, path.read_text(encoding="utf-8")) for path in sorted((folder() / "ask").glob("*.cypher"))}


def parse(name: str, text: str) -> Question:
    """A question out of a file's text; what the header does not say is empty."""
    header: dict[str, list[str]] = {}
    for line in text.splitlines():
        if m := _HEADER.match(line):
            header.setdefault(m[1], []).append(m[2].strip())
    one = lambda key: " ".join(header.get(key, []))
    return Question(name, one("Theme"), one("Why"), tuple(_parameter(name, p) for p in header.get("Param", [])), one("Returns"), one("Empty"), text)


def _parameter(question: str, line: str) -> Parameter:
    m = _PARAMETER.fullmatch(line)
    if not m:
        raise QueryError(f"{question}: the header's line 'Param: {line}' is not 'name (type = default) what it is'")
    names = [t.strip() for t in m["type"].split(",")]
    kinds = tuple(k for k in Kind if k.value in names)
    type_ = "text" if kinds and len(kinds) == len(names) else names[0]
    if type_ not in ("text", "integer", "number"):
        raise QueryError(f"{question}: parameter {m['name']!r}: {m['type'].strip()!r} is no type: give text, integer, number, or kinds of node such as Author")
    return Parameter(
        m["name"], type_, kinds, _convert(m["name"], type_, m["default"].strip()) if m["default"] is not None else None, m["default"] is None, m["text"].strip()
    )


def find(question: str) -> Question:
    """The question by its name, by the path of a `.cypher` file, or Cypher text itself."""
    known = questions()
    if question in known:
        return known[question]
    # Path.is_file fails for a text too long to be a name.
    if question.endswith(".cypher") or os.path.isfile(question):
        path = Path(question)
        try:
            return parse(path.stem, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as e:
            raise QueryError(f"{question}: cannot be read: {getattr(e, 'strerror', None) or 'it is not UTF-8 text'}") from None
    if re.search(r"\b(?:MATCH|RETURN|UNWIND|CALL|WITH|CREATE|MERGE|DROP|ALTER|SHOW|TERMINATE|LOAD)\b", question, re.I) and re.search(r"\s", question.strip()):
        return Question("", "", "", (), "", "", question)
    raise WrongUse(f"no question {question!r}{near(question, known)}: kg ask alone lists them; a .cypher file or Cypher text is taken too")


def near(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` with the nearest of the known words, or nothing."""
    import difflib

    close = difflib.get_close_matches(word, list(known), 1, 0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def refuse_unknown(question: Question, given: Mapping[str, str]) -> None:
    """WrongUse for a parameter that a named question does not take; a query without a header takes any."""
    names = [p.name for p in question.parameters]
    for key in given if names else ():
        if key not in names:
            raise WrongUse(f"{question.name}: no parameter {key!r}{near(key, names)} (it takes {', '.join(names)})")


def missing(question: Question, given: Mapping[str, str]) -> Parameter | None:
    """The first parameter that the question needs and that is not given; in a query without a header, what it names after a `$`."""
    code = _NO_CODE.sub("", question.text) if not question.parameters else ""
    named = [Parameter(name, "any", (), None, True, "the query names it") for name in dict.fromkeys(re.findall(r"\$([A-Za-z_]\w*)", code))]
    return next((p for p in (*question.parameters, *named) if p.required and p.name not in given), None)


def arguments(question: Question, given: Mapping[str, str], min_confidence: float | None = None) -> dict[str, Any]:
    """The parameters of a question from what the user gave as text; WrongUse names what is missing, unknown or of a wrong type."""
    refuse_unknown(question, given)
    if min_confidence is not None:
        if "$min_confidence" not in question.text:
            raise WrongUse(
                f"{question.name or 'this query'}: --min-confidence does nothing here: it has no $min_confidence, since it reads no claims with a confidence"
            )
        if "min_confidence" in given:
            raise WrongUse(f"{question.name or 'this query'}: --min-confidence and --param min_confidence say the same: give one")
        given = {**given, "min_confidence": "0"}
    if p := missing(question, given):
        raise WrongUse(f"{question.name or 'this query'}: parameter {p.name!r} is missing ({p.text}): add --param {p.name}=…")
    types = {p.name: p.type for p in question.parameters}
    out = {p.name: p.default for p in question.parameters} | {k: _convert(k, types.get(k, "any"), v) for k, v in given.items()}
    return out if min_confidence is None else out | {"min_confidence": float(min_confidence)}


THEMES = ("people", "methods", "data", "tasks", "code", "papers", "trust")


def by_theme() -> list[Question]:
    """All named questions, theme by theme."""
    return sorted(questions().values(), key=lambda q: (THEMES.index(q.theme) if q.theme in THEMES else len(THEMES), q.theme, q.name))


def shown_default(p: Parameter) -> str:
    """The value that an optional parameter has where none is given, as a user would write it."""
    return f"{p.default:g}" if isinstance(p.default, (int, float)) else str(p.default)


def page(q: Question) -> str:
    """What a question asks, takes and returns, for reading."""
    lines = [f"{q.name or 'query'}: {q.why}" if q.why else q.name or "query", ""]
    for p in q.parameters:
        kinds = f"{', '.join(k.value for k in p.kinds)}: " if p.kinds else ""
        lines.append(f"  --param {p.name}=…  {kinds}{p.text} ({p.type}, {'required' if p.required else f'default {shown_default(p)}'})")
    if any(p.name == "min_confidence" for p in q.parameters):
        lines.append("  --min-confidence X sets min_confidence")
    if q.returns:
        lines += ["", f"Returns: {q.returns}"]
    if q.empty:
        lines.append(f"No rows: {q.empty}")
    code = "\n".join(line for line in q.text.splitlines() if not _HEADER.match(line))
    return "\n".join([*lines, "", code.strip()])


def _convert(name: str, type_: str, value: str) -> Any:
    if type_ == "integer":
        if not re.fullmatch(r"[0-9]{1,9}", value):
            raise WrongUse(f"parameter {name!r} is {value!r}: give a whole number, 0 or more")
        if name == "limit" and int(value) == 0:
            raise WrongUse("parameter 'limit' is 0: give a whole number from 1 on")
        return int(value)
    if type_ == "number":
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]*)?|\.[0-9]+", value):
            raise WrongUse(f"parameter {name!r} is {value!r}: give a number such as 0.8")
        return float(value)
    if type_ == "any":
        try:
            parsed = json.loads(value)
        except (json.JSONDecodeError, RecursionError):
            return value
        if isinstance(parsed, int) and not -(2**63) <= parsed < 2**63:
            raise WrongUse(f"parameter {name!r} is {value}: no database holds a whole number of that size; put it in quotes to mean text")
        return parsed
    return value
