"""Records of our own form, one JSON object a line (or in one array): what other sources' records are turned into; see records.py for what they may hold.

All but one of title and abstract is optional. A record may assert its own `methods`, `datasets`, `benchmarks`, `tasks`, `metrics` and
`repositories`, in the shape of the gold entries. A record that cannot be used is refused with its line and the reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.readers.format import Format
from kg.readers.inputs import Input
from kg.readers.json_records import json_records
from kg.readers.records import entries
from kg.readers.source import Item, Options


def read_jsonl(file: Input, options: Options) -> Iterator[Item]:
    """One entry an object; records name their authors themselves."""
    return entries(file.name, "jsonl", json_records(file), lambda record: record)


FORMAT = Format(
    "JSON lines (or an array) of our own form",
    "all that an entry can have; a record may assert its own methods, data sets, benchmarks, tasks, metrics, repositories, references",
    lambda o: 2 * sum(line.lstrip()[:1] == b"{" for line in o.lines) >= len(o.lines) or (bool(o.records) and o.text.lstrip()[:1] in ("[", "{")),
    read_jsonl,
)
