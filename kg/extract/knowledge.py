"""What the user knows better: a lexicon of names, and corrections. Applied to the mentions of an entry, after extraction.

Both files are tables with a head line, tab- or comma-separated. A lexicon has the columns `name`, `kind` and, if wanted, `aliases`
(separated by `|`). Corrections have `action`, `name` and, as the action needs them, `kind` and `to`:

| action | does |
|---|---|
| `add` | as a line of the lexicon: wherever `name` stands it is a `kind` |
| `rename` | what is called `name` is called `to`; the old name stays as an alias |
| `kind` | what is called `name` is a `kind` |
| `forget` | `name` is never a name (of `kind`, if one is given) |
| `same` | `name` and `to` are one thing, whatever else is known |
| `apart` | `name` and `to` are two |

The last two are for the resolution; `kg review` writes a table in which they only have to be filled in. Lines without an action say nothing.
Of the kind `author` are `rename`, `same` and `apart`; there the columns `paper` and `to paper` (a title, or the id of an entry) say which
bearer of a name is meant, since two people may have one name.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg.errors import ReadError
from kg.extract.cues import CUES, LEFT
from kg.extract.view import View, around, view
from kg.model import NAMED_FIELDS, Entry, Kind, Mention
from kg.text import as_written, fold, from_spreadsheet

ACTIONS = ("add", "rename", "kind", "forget", "same", "apart")
PAIRS = ("same", "apart")
# Columns of `kg review`'s table that are there to be read, not to be obeyed.
FOR_READERS = ("now", "rule", "score", "evidence", "papers", "papers of to")
OF_AUTHORS = ("rename", *PAIRS)
KINDS = {kind.value.lower(): kind for kind in NAMED_FIELDS.values()} | dict(NAMED_FIELDS)
ROLES = {Kind.METHOD: "proposed", Kind.DATASET: "introduced", Kind.BENCHMARK: "introduced"}
_WORD = re.compile(r"[^\W_]+")
_CUE = {word: cue for cue, words in CUES.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of either file; `kind`, `to` and the papers are empty where the action has none."""

    action: str
    name: str
    kind: str = ""
    to: str = ""
    aliases: tuple[str, ...] = ()
    paper: str = ""
    to_paper: str = ""

    @property
    def ends(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What the rule speaks of: two names; of people also which of them."""
        people = self.kind == Kind.AUTHOR.value
        return tuple(("author", fold(n), fold(p)) if people else (fold(n),) for n, p in ((self.name, self.paper), (self.to, self.to_paper)))  # type: ignore[return-value]


def read_lexicon(path: Path) -> list[Rule]:
    """The names of a lexicon, as rules that add them. Raises ReadError with file, line and mend."""
    return [Rule("add", r["name"], _kind(path, n, r["kind"]), "", _aliases(r)) for n, r in _rows(path, ("name", "kind"), ("aliases",))]


def read_corrections(path: Path) -> list[Rule]:
    """The rules of a corrections file. Raises ReadError with file, line and mend, also where two lines contradict each other."""
    rules: dict[tuple[Any, ...], tuple[int, Rule]] = {}
    for n, r in _rows(path, ("action", "name"), ("kind", "to", "aliases", "paper", "to paper", *FOR_READERS), may_be_empty=("action",)):
        rule = _correction(path, n, r)
        if rule is None:
            continue
        about = (frozenset(rule.ends), rule.kind) if rule.action in PAIRS else ("rename" if rule.action == "rename" else "is", rule.ends[0])
        before = rules.get(about)
        if before and before[1] != rule and not (rule.action in PAIRS and before[1].action == rule.action):
            raise ReadError(f"{path.as_posix()}: line {n}: contradicts line {before[0]} on {rule.name!r}: keep one of the two")
        rules[about] = (n, rule)
    _refuse_roundabout(path, list(rules.values()))
    return [rule for _, rule in rules.values()]


def _correction(path: Path, n: int, r: dict[str, str]) -> Rule | None:
    """The rule of a line, None if it has no action; ReadError if it says too little, or what can't be."""
    action, where = r["action"].lower(), f"{path.as_posix()}: line {n}:"
    if not action:
        return None
    if action not in ACTIONS:
        raise ReadError(f"{where} unknown action {r['action']!r}: choose {', '.join(ACTIONS)}")
    if action in ("add", "kind") and not r.get("kind"):
        raise ReadError(f"{where} {action} {r['name']!r} says no kind: fill in the column kind")
    if action in ("rename", *PAIRS) and not r.get("to"):
        missing = "new name" if action == "rename" else "other name"
        raise ReadError(f"{where} {action} {r['name']!r} says no {missing}: fill in the column to")
    author = r.get("kind", "").lower() == "author"
    kind = Kind.AUTHOR.value if author else _kind(path, n, r["kind"]) if r.get("kind") else ""
    if author and action not in OF_AUTHORS:
        raise ReadError(f"{where} {action} is not for an author: choose {', '.join(OF_AUTHORS)}")
    papers = (r.get("paper", ""), r.get("to paper", "") if action in PAIRS else "") if author else ("", "")
    to = r.get("to", "") if action in ("rename", *PAIRS) else ""
    rule = Rule(action, r["name"], kind, to, _aliases(r), *papers)
    if author and action in PAIRS and rule.ends[0] == rule.ends[1]:
        raise ReadError(f"{where} {action} {r['name']!r} names one author twice: fill in the columns paper and to paper with a paper of each")
    return rule


def _refuse_roundabout(path: Path, rules: list[tuple[int, Rule]]) -> None:
    """ReadError where names that are to be apart are the same by way of others."""
    one: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for _, rule in rules:
        if rule.action == "same":
            a, b = rule.ends
            whole = one.get(a, {a}) | one.get(b, {b})
            one |= dict.fromkeys(whole, whole)
    for n, rule in rules:
        if rule.action == "apart" and rule.ends[1] in one.get(rule.ends[0], {rule.ends[0]}):
            raise ReadError(f"{path.as_posix()}: line {n}: {rule.name!r} and {rule.to!r} are the same by other lines: take out one of these")


def _aliases(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(a.strip() for a in row.get("aliases", "").split("|") if a.strip())


def _kind(path: Path, line: int, word: str) -> str:
    kind = KINDS.get(word.strip().lower())
    if kind is None:
        raise ReadError(
            f"{path.as_posix()}: line {line}: unknown kind {word!r}: choose {', '.join(k.value.lower() for k in NAMED_FIELDS.values())}, in corrections also author"
        )
    return kind.value


def _rows(path: Path, needed: tuple[str, ...], known: tuple[str, ...], may_be_empty: tuple[str, ...] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines as (number, row) by the head line; blank lines and lines that begin with # are passed over."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as e:
        raise ReadError(f"{path.as_posix()}: {e.strerror or e}: give a table that can be read") from None
    except UnicodeDecodeError:
        raise ReadError(f"{path.as_posix()}: is not UTF-8: save it as UTF-8") from None
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in first else ",")
    head: list[str] | None = None
    for row in _parsed(path, reader):
        if not any(cell.strip() for cell in row) or row[0].startswith("#"):
            continue
        if head is None:
            head = [cell.strip().lower() for cell in row]
            missing = [c for c in needed if c not in head]
            if missing or set(head) - {*needed, *known}:
                wrong = f"has no column {missing[0]!r}" if missing else f"has an unknown column {sorted(set(head) - {*needed, *known})[0]!r}"
                raise ReadError(
                    f"{path.as_posix()}: line {reader.line_num}: the head line {wrong}: it needs {', '.join(needed)}, and may have {', '.join(known)}"
                )
            continue
        if len(row) > len(head):
            raise ReadError(f"{path.as_posix()}: line {reader.line_num}: {len(row)} cells under {len(head)} columns: quote what holds a separator")
        cells = dict(zip(head, (from_spreadsheet(cell.strip()) for cell in row)))
        for column in needed:
            if not cells.get(column) and column not in may_be_empty:
                raise ReadError(f"{path.as_posix()}: line {reader.line_num}: nothing in the column {column}: fill it in or take the line out")
        yield reader.line_num, cells


def _parsed(path: Path, reader: Any) -> Iterator[list[str]]:
    """The rows of a csv.reader; what it can't take is a ReadError."""
    try:
        yield from reader
    except csv.Error as e:
        raise ReadError(f"{path.as_posix()}: line {reader.line_num}: {e}: is a quote left open, or is it no table?") from None


class Knowledge:
    """The user's rules, ready for many entries. Where two speak of one name, the earlier holds."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._of_names: dict[str, Rule] = {}
        self._names: dict[str, str] = {}
        self._added: dict[str, list[Addition]] = {}  # by the first word, so that an entry meets only rules that may have to do with it
        for rule in rules:
            if rule.action in PAIRS or rule.kind == Kind.AUTHOR.value:
                continue
            if rule.action == "rename":
                self._names[fold(rule.name)] = rule.to
                continue
            above = {n: self._of_names.setdefault(fold(n), rule) for n in (rule.name, *rule.aliases)}
            names = [n for n, r in above.items() if r is rule or r.action == "kind" or (r.action == "forget" and r.kind not in ("", rule.kind))]
            if rule.action == "add" and names:
                rule = replace(rule, kind=next((r.kind for r in above.values() if r.action == "kind"), rule.kind))
                known = Addition(rule, frozenset(map(fold, names)), tuple(map(_pattern, names)))
                for first in sorted({_first_word(n) for n in names}):
                    self._added.setdefault(first, []).append(known)

    def apply(self, entry: Entry, mentions: Iterable[Mention]) -> tuple[Mention, ...]:
        """The mentions of an entry as the user wants them; what a paper's own record asserts of itself is renamed but never forgotten."""
        kept = [m for mention in mentions for m in self._decided(mention)]
        if self._added:
            kept += self._found(entry, {form for m in kept for form in _forms(m)})
        return tuple(self._renamed(m) for m in kept)

    def _decided(self, m: Mention) -> Iterator[Mention]:
        rule = next((self._of_names[f] for f in _forms(m) if f in self._of_names), None) if m.kind in NAMED_FIELDS.values() else None
        if rule is None or m.extractor == "source" or (rule.action == "forget" and rule.kind and rule.kind != m.kind.value):
            yield m
        elif rule.action == "kind":
            yield _as(m, Kind(rule.kind))
        elif rule.action == "add":
            yield replace(_as(m, Kind(rule.kind)), confidence=1.0, extractor="lexicon")

    def _found(self, entry: Entry, named: set[str]) -> Iterator[Mention]:
        """Names that stand in the entry and are not among those that were `named` already."""
        v = view(entry)
        words = dict.fromkeys(_WORD.findall(v.clean.text.lower()))
        met = {known.rule: known for word in ("", *words) for known in self._added.get(word, ()) if not known.keys & named}
        found = [m for known in met.values() if (m := _mention(entry, v, known))]
        yield from sorted(found, key=lambda m: (m.places[0].start, m.name))

    def _renamed(self, m: Mention) -> Mention:
        to = self._names.get(fold(m.name)) if self._names else None
        if not to or m.kind not in NAMED_FIELDS.values():
            return m
        return replace(m, name=to, aliases=tuple(dict.fromkeys(a for a in (m.name, *m.aliases) if a != to)))


@dataclass(frozen=True, slots=True)
class Addition:
    """A rule that adds a name: its folded names, and what they look like."""

    rule: Rule
    keys: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]


def _pattern(name: str) -> re.Pattern[str]:
    """A name as words of its own."""
    pattern = r"\s+".join(map(re.escape, name.split()))
    return re.compile(rf"(?<![^\W_]){pattern}(?![^\W_])", 0 if as_written(name) else re.I)


def _first_word(name: str) -> str:
    """In lower case; empty if there is none, as in "++"."""
    return m[0] if (m := _WORD.search(name.lower())) else ""


def _forms(m: Mention) -> list[str]:
    return [fold(n) for n in (m.name, *m.aliases)]


def _as(m: Mention, kind: Kind) -> Mention:
    """A mention as one of another kind; a role that the kind does not have becomes its own."""
    if kind is m.kind:
        return m
    new = m.role in ("proposed", "introduced")
    role = (ROLES[kind] if new else "used") if kind in ROLES else None
    return replace(m, kind=kind, role=role)


def _mention(entry: Entry, v: View, known: Addition) -> Mention | None:
    """The mention of a name that the user knows, if it stands in the entry."""
    spans = sorted({m.span() for p in known.patterns for m in p.finditer(v.clean.text)}, key=lambda s: (s[0], -s[1]))
    spans = [s for s in spans if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in spans)]
    if not spans:
        return None
    places = tuple(v.place(entry, s) for s in spans)
    rule, kind = known.rule, Kind(known.rule.kind)
    surfaces = {" ".join(entry.text[p.start : p.end].split()) for p in places}
    return Mention(entry.id, kind, rule.name, tuple(sorted(surfaces - {rule.name})), None, _role(v, spans, kind), 1.0, "lexicon", places)


def _role(v: View, spans: Sequence[tuple[int, int]], kind: Kind) -> str | None:
    """The role by the nearest cue word before each place; the first that fits in the order proposed, used, compared."""
    if kind not in ROLES:
        return None
    nearest = set()
    for a, _ in spans:
        words = reversed(_WORD.findall(v.clean.text[around(v.sentences, a, a)[0] : a].lower())[-LEFT:])
        nearest.add(next((_CUE[w] for w in words if _CUE.get(w, "ours") != "ours"), "none"))
    if "propose" in nearest:
        return ROLES[kind]
    return "compared" if kind is Kind.METHOD and "compare" in nearest and "use" not in nearest else "used"
