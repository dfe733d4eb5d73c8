"""CSV files for `neo4j-admin database import full`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kg.errors import WrongUse
from kg.manifest import read_manifest
from kg.model import DERIVED, Kind, Relation
from kg.stores.rows import EVIDENCE, NODES, RELATIONSHIPS, edge_frames, fitting, graph_name, node_frames

# The word of `neo4j-admin database import` for each type of property.
_CSV_TYPES = {
    "text": "string",
    "int": "long",
    "float": "double",
    "bool": "boolean",
    "date": "date",
    "texts": "string[]",
    "ints": "long[]",
    "floats": "double[]",
}


PART = 1_000_000  # rows of a kind that a file holds, before another one is begun


def write_neo4j_csv(folder: Path, out: Path, final: Path) -> None:
    """A header file and CSV files of PART rows each for every kind of node and relationship, and `neo4j-admin.args` with their places in `final`.

    They hold what `kg load` puts into a database, under the folder's name. Values of a list are parted by a character that no value has.
    """
    if not str(final).isprintable() or "," in str(final):
        raise WrongUse(f"{final.as_posix()}: neo4j-admin cannot read files under a path with a comma or a control character: choose another folder for -o")
    read_manifest(folder)
    with fitting(folder):
        arguments, longest = _tables(folder, out, final)
    # Its buffer of 4 MB has to hold the longest field.
    if longest > 4_000_000:
        arguments.append(f"--read-buffer-size={longest // 1_000_000 * 2}m")
    (out / "neo4j-admin.args").write_text("\n".join(arguments) + "\n", encoding="utf-8", newline="\n")


def _tables(folder: Path, out: Path, final: Path) -> tuple[list[str], int]:
    """Write header and rows of each kind; return the arguments, and the length of the longest row in bytes."""
    name, separator, longest = graph_name(folder), _unused(folder), 0
    written: dict[tuple[int, int], tuple[str, list[Path]]] = {}  # options with their files, in the order of the model
    rows: Counter[str] = Counter()

    def write(at: tuple[int, int], stem: str, option: str, label: str, header: list[str], types: dict[str, str], lead: tuple[str, ...], t: pa.Table) -> None:
        keys = [k for k in types if k != "id"]
        option, files = written.setdefault(at, (f"--{option}={label}=", [final / f"{stem}-header.csv"]))
        if len(files) == 1:
            _write_csv(out / files[0].name, [[*header, *(f"{k}:{_CSV_TYPES[types[k]]}" for k in keys), "graphs:string[]"]], separator)
        nonlocal longest
        while len(t):
            n, free = divmod(rows[stem], PART)
            piece, t = t[: PART - free], t[PART - free :]
            body = f"{stem}-{n + 1}.csv" if n else f"{stem}.csv"
            if not free:
                files.append(final / body)
            rows[stem] += len(piece)
            longest = max(longest, _write_csv(out / body, ([*(r[k] for k in lead), *(r.get(k) for k in keys), [name]] for r in piece.to_pylist()), separator))

    # A piece at a time: a large graph need not fit into memory.
    kinds, relations = list(Kind), list(Relation)
    for kind, t in node_frames(folder):
        write((0, kinds.index(kind)), f"nodes-{kind.value}", "nodes", kind.value, ["id:ID(node)"], NODES[kind], ("id",), t)
    for (relation, _, _), t in edge_frames(folder, evidence=True):
        types = RELATIONSHIPS[relation] | ({} if relation in DERIVED else EVIDENCE)
        header = [":START_ID(node)", "id:string", ":END_ID(node)"]
        write((1, relations.index(relation)), f"relationships-{relation.value}", "relationships", relation.value, header, types, ("s", "id", "t"), t)
    files = (_argument(option + ",".join(f.as_posix() for f in those)) for _, (option, those) in sorted(written.items()))
    return [f"--array-delimiter=U+{ord(separator):04X}", *files], longest


def _unused(folder: Path) -> str:
    """A control character that stands in no text of any list."""
    candidates = [chr(c) for c in (*range(0x1F, 0x0D, -1), *range(0x08, 0x00, -1), *range(0xE000, 0xF8FF))]
    used: set[str] = set()
    for _, t in chain(node_frames(folder), edge_frames(folder, evidence=True)):
        for column in t.columns:
            if pa.types.is_list(column.type) and pa.types.is_string(column.type.value_type):
                used |= set("".join(x for x in pc.list_flatten(column.combine_chunks()).to_pylist() if x))
    return next(c for c in candidates if c not in used)


def _write_csv(path: Path, rows: Iterable[Sequence[Any]], separator: str) -> int:
    """Write the rows behind what is there; return the length of the longest in bytes."""
    longest = 0
    with path.open("ab") as f:
        for row in rows:
            longest = max(longest, f.write((",".join(_field(v, separator) for v in row) + "\n").encode("utf-8")))
    return longest


def _field(value: Any, separator: str) -> str:
    """A field: nothing for null, text always in quotes, so that an empty text stays one."""
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    text = separator.join(x if isinstance(x, str) else _field(x, separator) for x in value) if isinstance(value, list) else str(value)
    return '"' + text.replace('"', '""') + '"'


def _argument(text: str) -> str:
    """A line of an argument file: in quotes, since a path may have blanks."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
