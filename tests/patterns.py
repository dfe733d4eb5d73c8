"""Every regular expression of the package, and texts made to be slow in it.

Of each pattern the repeats are found, and for each repeat texts that begin as the pattern does, go on repeating, and end as it does not: where a search tries many
beginnings, or a repeat many ends, such a text shows it by its growth (the kinds of slow patterns: Davis et al., The Impact of Regular Expression Denial of Service, 2018).
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kg

if sys.version_info >= (3, 11):
    from re import _constants as sre
    from re import _parser as parser
else:
    import sre_constants as sre
    import sre_parse as parser

ROOT = Path(kg.__file__).parent
SCANNING = {"search", "findall", "finditer", "sub", "subn", "split"}
ANCHORED = {"match", "fullmatch"}
LETTERS = " a\tA0-.,_\n/\\'\"{}$<>:;é(&#@[|~%*+=x\x01"
OTHER = "\x01"


@dataclass(frozen=True)
class Used:
    """A pattern, where it stands, and whether something is searched with it, or only held against a beginning."""

    where: str
    pattern: str | bytes
    flags: int
    searched: bool


def used() -> list[Used]:
    """Every pattern of the package that is written out: compiled for a module, or in a call."""
    found: dict[tuple[Any, int], tuple[str, set[str]]] = {}
    sources = {p: ast.parse(p.read_text(encoding="utf-8")) for p in sorted(ROOT.rglob("*.py"))}
    methods: dict[tuple[str, str], set[str]] = {}
    for path, tree in sources.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in SCANNING | ANCHORED and isinstance(node.value, (ast.Name, ast.Attribute)):
                name = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                methods.setdefault((path.stem if name.startswith("_") else "", name), set()).add(node.attr)
    for info in pkgutil.walk_packages([str(ROOT)], "kg."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            for n, p in enumerate(_patterns(value)):
                flags = p.flags & ~re.UNICODE if isinstance(p.pattern, str) else p.flags
                _where, how = found.setdefault((p.pattern, flags), (f"{info.name}.{name}" + (f"[{n}]" if not isinstance(value, re.Pattern) else ""), set()))
                how |= methods.get((info.name.rpartition(".")[2] if name.startswith("_") else "", name), SCANNING)
    for path, tree in sources.items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            called, said = node.func, ast.unparse(node)
            if not (called.attr == "line_like" or (isinstance(called.value, ast.Name) and called.value.id == "re" and called.attr in SCANNING | ANCHORED)):
                continue
            flags = sum({flag for name, flag in (("I", re.I), ("S", re.S), ("M", re.M)) if re.search(rf"\bre\.{name}\b", said)})
            # "x" if … else "y" are two.
            for text in (c.value for c in ast.walk(node.args[0]) if isinstance(c, ast.Constant) and isinstance(c.value, (str, bytes)) and len(c.value) > 4):
                shown, how_flags = (f"^(?:{text})", re.M) if called.attr == "line_like" else (text, flags)
                try:
                    re.compile(shown, how_flags)
                except re.error:  # a part of one that is put together as the program runs
                    continue
                _, how = found.setdefault((shown, how_flags), (f"{path.relative_to(ROOT.parent).as_posix()}:{node.lineno}", set()))
                how.add(called.attr)
    return sorted((Used(where, p, flags, bool(how & SCANNING) or not how & ANCHORED) for (p, flags), (where, how) in found.items()), key=lambda u: u.where)


def _patterns(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for k, v in value.items():
            yield from _patterns(k)
            yield from _patterns(v)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for v in value:
            yield from _patterns(v)


def attacks(pattern: str | bytes, flags: int) -> list[tuple[str, str, str]]:
    """Texts as (beginning, what is repeated, end)."""
    tree = parser.parse(pattern, flags)
    found: dict[tuple[str, str, str], None] = {}
    for before, body in _repeats(list(tree), "", flags):
        for pump in _samples(body, flags):
            if pump:
                found |= dict.fromkeys([("", pump, ""), ("", pump, OTHER), (before, pump, OTHER), ("", before + pump, OTHER), (before, pump + " ", OTHER)])
        if before:
            found |= dict.fromkeys([("", before, OTHER), ("", before, "")])
    for whole in _samples(list(tree), flags):
        if whole:
            found |= dict.fromkeys([("", whole, ""), ("", whole[:-1] or whole, OTHER)])
    return list(found)[:60]


def _repeats(items: list[Any], before: str, flags: int) -> Iterator[tuple[str, list[Any]]]:
    """Each repeat without a near end, with a text that leads to it."""
    for op, av in items:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT) or op is getattr(sre, "POSSESSIVE_REPEAT", None):
            _, high, body = av
            if high > 20:
                yield before, list(body)
            yield from _repeats(list(body), before, flags)
        elif op is sre.SUBPATTERN:
            yield from _repeats(list(av[3]), before, flags)
        elif op is sre.BRANCH:
            for branch in av[1]:
                yield from _repeats(list(branch), before, flags)
        elif op in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _repeats(list(av[1]), before, flags)
        before += next(iter(_samples([(op, av)], flags)), "")


def _samples(items: list[Any], flags: int, most: int = 3) -> list[str]:
    """A few texts that these items match."""
    texts = [""]
    for op, av in items:
        texts = [t + s for s in _one(op, av, flags)[:most] or [""] for t in texts][: most * 2]
    return list(dict.fromkeys(texts))[:most]


def _one(op: Any, av: Any, flags: int) -> list[str]:
    if op is sre.LITERAL:
        return [chr(av)]
    if op is sre.NOT_LITERAL:
        return [c for c in LETTERS if ord(c) != av][:3]
    if op is sre.ANY:
        return ["a", " ", "."]
    if op is sre.IN:
        return _of_class(av, flags)[:4]
    if op is sre.BRANCH:
        return [s for branch in av[1] for s in _samples(list(branch), flags, 1)]
    if op is sre.SUBPATTERN:
        return _samples(list(av[3]), flags)
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT) or op is getattr(sre, "POSSESSIVE_REPEAT", None):
        low, high, body = av
        n = max(low, min(1, high))
        return [s * n for s in _samples(list(body), flags)]
    return [""]


def _of_class(items: list[Any], flags: int) -> list[str]:
    chosen = [c for c in LETTERS if _in_class(c, items)]
    if not chosen:
        for op, av in items:
            chosen += [chr(av)] if op is sre.LITERAL else [chr(av[0])] if op is sre.RANGE else []
    return chosen


def _in_class(c: str, items: list[Any]) -> bool:
    negated, inside = False, False
    for op, av in items:
        if op is sre.NEGATE:
            negated = True
        elif op is sre.LITERAL:
            inside |= ord(c) == av
        elif op is sre.RANGE:
            inside |= av[0] <= ord(c) <= av[1]
        elif op is sre.CATEGORY:
            name = str(av)
            inside |= {"SPACE": c.isspace(), "DIGIT": c.isdigit(), "WORD": c.isalnum() or c == "_"}[name.rsplit("_", 1)[1]] != ("NOT" in name)
    return inside != negated


def run(u: Used, text: str) -> Callable[[], None]:
    compiled = re.compile(u.pattern, u.flags)
    subject: Any = text.encode("utf-8", "replace") if isinstance(u.pattern, bytes) else text

    def once() -> None:
        if u.searched:
            for _ in compiled.finditer(subject):
                pass
        else:
            compiled.match(subject)
            compiled.fullmatch(subject)

    return once


def seconds(do: Callable[[], None], times: int = 1) -> float:
    """The least of several runs: what else the machine does adds, and never takes away."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        do()
        best = min(best, time.process_time() - start)
    return best


def text_of(attack: tuple[str, str, str], n: int) -> str:
    before, pump, after = attack
    return before + pump * max(1, n // len(pump)) + after
