"""What the user knows better: a lexicon of names, and corrections. Applied to the mentions of an entry, after extraction.

Both files are tables with a head line, tab- or comma-separated. A lexicon has the columns `name`, `kind` and, if wanted, `aliases`
(separated by `|`). Corrections have `action`, `name` and, as the action needs them, `kind` and `to`:

| action | does |
|---|---|
| `add` | as a line of the lexicon: wherever `name` stands it is a `kind` |
| `rename` | what is called `name` is called `to`; the old name stays as an alias |
| `kind` | what is called `name` is a `kind` |
| `forget` | `name` is never a name (of `kind`, if one is given) |
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kg.errors import ReadError
from kg.extract.features import CUES, LEFT
from kg.model import NAMED_FIELDS, Entry, Kind, Mention, Place
from kg.text import clean, fold, join, sentences

ACTIONS = ("add", "rename", "kind", "forget")
KINDS = {kind.value.lower(): kind for kind in NAMED_FIELDS.values()} | dict(NAMED_FIELDS)
ROLES = {Kind.METHOD: "proposed", Kind.DATASET: "introduced", Kind.BENCHMARK: "introduced"}
_CUE = {word: cue for cue, words in CUES.items() for word in words.split()} | {"on": "use"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of either file; `kind` and `to` are empty where the action has none."""

    action: str
    name: str
    kind: str = ""
    to: str = ""
    aliases: tuple[str, ...] = ()


def read_lexicon(path: Path) -> list[Rule]:
    """The names of a lexicon, as rules that add them. Raises ReadError with file, line and mend."""
    return [
        Rule("add", r["name"], _kind(path, n, r["kind"]), "", tuple(a.strip() for a in r.get("aliases", "").split("|") if a.strip()))
        for n, r in _rows(path, ("name", "kind"), ("aliases",))
    ]


def read_corrections(path: Path) -> list[Rule]:
    """The rules of a corrections file. Raises ReadError with file, line and mend, also where two lines contradict each other."""
    rules: dict[tuple[str, str], tuple[int, Rule]] = {}
    for n, r in _rows(path, ("action", "name"), ("kind", "to", "aliases")):
        action = r["action"].lower()
        if action not in ACTIONS:
            raise ReadError(f"{path.as_posix()}: line {n}: unknown action {r['action']!r}: choose {', '.join(ACTIONS)}")
        if action in ("add", "kind") and not r.get("kind"):
            raise ReadError(f"{path.as_posix()}: line {n}: {action} {r['name']!r} says no kind: fill in the column kind")
        if action == "rename" and not r.get("to"):
            raise ReadError(f"{path.as_posix()}: line {n}: rename {r['name']!r} says no new name: fill in the column to")
        kind = _kind(path, n, r["kind"]) if r.get("kind") else ""
        rule = Rule(
            action, r["name"], kind, r.get("to", "") if action == "rename" else "", tuple(a.strip() for a in r.get("aliases", "").split("|") if a.strip())
        )
        about = ("is" if action != "rename" else "rename", fold(rule.name))
        before = rules.get(about)
        if before and before[1] != rule:
            raise ReadError(f"{path.as_posix()}: line {n}: contradicts line {before[0]} on {rule.name!r}: keep one of the two")
        rules[about] = (n, rule)
    return [rule for _, rule in rules.values()]


def _kind(path: Path, line: int, word: str) -> str:
    kind = KINDS.get(word.strip().lower())
    if kind is None:
        raise ReadError(f"{path.as_posix()}: line {line}: unknown kind {word!r}: choose {', '.join(k.value.lower() for k in NAMED_FIELDS.values())}")
    return kind.value


def _rows(path: Path, needed: tuple[str, ...], known: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
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
    for row in reader:
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
        cells = dict(zip(head, (cell.strip() for cell in row)))
        for column in needed:
            if not cells.get(column):
                raise ReadError(f"{path.as_posix()}: line {reader.line_num}: nothing in the column {column}: fill it in or take the line out")
        yield reader.line_num, cells


def apply(rules: Iterable[Rule], entry: Entry, mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """The mentions of an entry as the user's rules want them; what a paper's own record asserts of itself is renamed but never forgotten."""
    rules = list(rules)
    out = list(mentions)
    if not rules:
        return tuple(out)
    named = {fold(n): r for r in rules if r.action in ("add", "kind", "forget") for n in (r.name, *r.aliases)}
    kept = []
    for m in out:
        rule = next((named[f] for f in _forms(m) if f in named), None) if m.kind in NAMED_FIELDS.values() else None
        if rule is None or m.extractor == "source":
            kept.append(m)
        elif rule.action == "kind":
            kept.append(_as(m, Kind(rule.kind)))
        elif rule.action == "forget" and rule.kind and rule.kind != m.kind.value:
            kept.append(m)
        elif rule.action == "add":
            kept.append(replace(_as(m, Kind(rule.kind)), confidence=1.0, extractor="lexicon"))
    view = None
    for rule in (r for r in rules if r.action == "add"):
        keys = {fold(n) for n in (rule.name, *rule.aliases)}
        if any(keys & set(_forms(m)) for m in kept):
            continue
        view = view or _view(entry)
        if found := _found(entry, view, rule):
            kept.append(found)
    names = {fold(r.name): r.to for r in rules if r.action == "rename"}
    return tuple(_renamed(m, names) for m in kept)


def _forms(m: Mention) -> list[str]:
    return [fold(n) for n in (m.name, *m.aliases)]


def _as(m: Mention, kind: Kind) -> Mention:
    """A mention as one of another kind; a role that the kind does not have becomes its own."""
    if kind is m.kind:
        return m
    new = m.role in ("proposed", "introduced")
    role = (ROLES[kind] if new else "used") if kind in ROLES else None
    return replace(m, kind=kind, role=role)


def _renamed(m: Mention, names: dict[str, str]) -> Mention:
    to = names.get(fold(m.name))
    if not to or m.kind not in NAMED_FIELDS.values():
        return m
    return replace(m, name=to, aliases=tuple(dict.fromkeys(a for a in (m.name, *m.aliases) if a != to)))


def _view(entry: Entry):
    return join(*(clean(entry.text, s.start, s.end) for s in (entry.title, entry.abstract) if s))


def _found(entry: Entry, view, rule: Rule) -> Mention | None:
    """The mention of a name that the user knows, if it stands in the entry as words of its own."""
    spans = sorted({s for name in (rule.name, *rule.aliases) for s in _places(view.text, name)}, key=lambda s: (s[0], -s[1]))
    spans = [s for i, s in enumerate(spans) if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in spans)]
    if not spans:
        return None
    around = sentences(view.text)
    places = []
    for a, b in spans:
        start, end = view.source_span(a, b, entry.text)
        first, last = next(s for s in around if s[0] <= a < s[1])
        x, y = view.source_span(first, max(last, b), entry.text)
        places.append(Place(start, end, entry.text[min(x, start) : max(y, end)]))
    kind = Kind(rule.kind)
    role = _role(view.text, spans, around, kind)
    surfaces = {" ".join(entry.text[p.start : p.end].split()) for p in places}
    return Mention(entry.id, kind, rule.name, tuple(sorted(surfaces - {rule.name})), None, role, 1.0, "lexicon", tuple(places))


def _places(text: str, name: str) -> list[tuple[int, int]]:
    """Where a name stands: as written if it is short or has inner capitals, else in any case."""
    exact = len(name) <= 6 or any(c.isupper() for c in name[1:])
    pattern = r"\s+".join(map(re.escape, name.split()))
    return [m.span() for m in re.finditer(rf"(?<![^\W_]){pattern}(?![^\W_])", text, 0 if exact else re.I)]


def _role(text: str, spans: list[tuple[int, int]], around: list[tuple[int, int]], kind: Kind) -> str | None:
    """The role by the nearest cue word before each place; the first that fits in the order proposed, used, compared."""
    if kind not in ROLES:
        return None
    nearest = set()
    for a, _ in spans:
        first = next(s for s in around if s[0] <= a < s[1])[0]
        words = reversed(re.findall(r"[^\W_]+", text[first:a].lower())[-LEFT:])
        nearest.add(next((_CUE[w] for w in words if _CUE.get(w, "ours") != "ours"), "none"))
    if "propose" in nearest:
        return ROLES[kind]
    return "compared" if kind is Kind.METHOD and "compare" in nearest and "use" not in nearest else "used"
