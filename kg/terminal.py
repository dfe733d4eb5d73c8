"""What the command line prints: rows as JSON, CSV or a table, words, a progress bar."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kg.text import spreadsheet

# What JSON may hold as it is and a terminal would obey or hide.
_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def table_of(found: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Nested counts as rows."""
    for key, value in found.items():
        if isinstance(value, dict):
            yield from ((f"{key}: {k}", n) for k, n in table_of(value))
        elif not isinstance(value, list):
            yield key, value


def clean(text: str) -> str:
    """Control characters made visible: what a listing holds must not steer the terminal."""
    return "".join(c if c in "\n\t" or c.isprintable() or (c.isspace() and c not in "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029") else _named(c) for c in text)


def _named(c: str) -> str:
    return f"\\x{ord(c):02x}" if ord(c) < 256 else f"\\u{ord(c):04x}" if ord(c) < 65536 else f"\\U{ord(c):08x}"


def json_text(value: Any) -> str:
    """A value as JSON in one line; characters that a terminal would obey are written as numbers, which readers of JSON take for the same."""
    return _STEERING.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(value, ensure_ascii=False, default=str))


def show(rows: Sequence[dict[str, Any]], how: str = "", groups: str | None = None) -> None:
    """Rows as JSON (one array), as CSV, as a table on a terminal (one a value of the column `groups`), or with tabs between the columns."""
    if how == "json":
        print(json_text(rows))
        return
    if not rows:
        return
    text = lambda v: "" if v is None else "; ".join(map(str, v)) if isinstance(v, (list, tuple)) else str(v)
    cell = lambda v: clean(text(v)).replace("\t", " ").replace("\n", " ")
    columns = list(rows[0])
    if how == "csv":
        import csv

        shown = clean if sys.stdout.isatty() else lambda t: t
        cells = lambda r: (shown(spreadsheet(r[c] if isinstance(r[c], (int, float)) else text(r[c]))) for c in columns)
        csv.writer(sys.stdout, lineterminator="\n").writerows([columns, *map(cells, rows)])
        return
    if not sys.stdout.isatty():
        print("\t".join(columns))
        for row in rows:
            print("\t".join(cell(row[c]) for c in columns))
        return
    from itertools import groupby

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    heads = [c for c in columns if c != groups]
    for title, same in groupby(rows, lambda r: r[groups] if groups else None):
        table = Table(*heads, title=title, title_justify="left")
        for row in same:
            table.add_row(*(Text(cell(row[c])) for c in heads))
        Console().print(table)


def say(text: str) -> None:
    """Print a line on stderr."""
    print(clean(text), file=sys.stderr)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """A progress bar on stderr, with rate and time left, if that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield tell
