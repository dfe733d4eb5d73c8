"""CSV files for `neo4j-admin database import full`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from kg.errors import WrongUse
from kg.model import DERIVED, Relation
from kg.stores.rows import EVIDENCE, NODES, RELATIONSHIPS, Rows, graph_name, read_rows

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
    "bools": "boolean[]",
}


def write_neo4j_csv(folder: Path, out: Path, final: Path) -> None:
    """One CSV file and one header file a kind of node and relationship, and `neo4j-admin.args` with their places in `final`.

    They hold what `kg load` puts into a database, under the folder's name. Values of a list are parted by a character that no value has.
    """
    if not str(final).isprintable() or "," in str(final):
        raise WrongUse(f"{final.as_posix()}: neo4j-admin cannot read files under a path with a comma or a control character: choose another folder for -o")
    rows = read_rows(folder, evidence=True)
    name = graph_name(folder)
    separator, longest = _unused(rows), 0
    arguments = [f"--array-delimiter=U+{ord(separator):04X}"]

    def write(stem: str, option: str, label: str, header: list[str], types: dict[str, str], lead: tuple[str, ...], same: list[dict[str, Any]]) -> None:
        keys = [k for k in types if k != "id"]
        head, body = f"{stem}-header.csv", f"{stem}.csv"
        _write_csv(out / head, [[*header, *(f"{k}:{_CSV_TYPES[types[k]]}" for k in keys), "graphs:string[]"]], separator)
        nonlocal longest
        longest = max(longest, _write_csv(out / body, ([*(r[k] for k in lead), *(r.get(k) for k in keys), [name]] for r in same), separator))
        arguments.append(_argument(f"--{option}={label}={(final / head).as_posix()},{(final / body).as_posix()}"))

    for kind, nodes in rows.nodes.items():
        if nodes:
            write(f"nodes-{kind.value}", "nodes", kind.value, ["id:ID(node)"], NODES[kind], ("id",), nodes)
    for relation in Relation:
        same = [r for key, found in rows.relationships.items() if key[0] is relation for r in found]
        if same:
            types = RELATIONSHIPS[relation] | ({} if relation in DERIVED else EVIDENCE)
            write(
                f"relationships-{relation.value}",
                "relationships",
                relation.value,
                [":START_ID(node)", "id:string", ":END_ID(node)"],
                types,
                ("s", "id", "t"),
                same,
            )
    # Its buffer of 4 MB has to hold the longest field.
    if longest > 4_000_000:
        arguments.append(f"--read-buffer-size={longest // 1_000_000 * 2}m")
    (out / "neo4j-admin.args").write_text("\n".join(arguments) + "\n", encoding="utf-8", newline="\n")


def _unused(rows: Rows) -> str:
    """A control character that stands in no text of any list."""
    texts = {
        x
        for same in (*rows.nodes.values(), *rows.relationships.values())
        for r in same
        for v in r.values()
        if isinstance(v, list)
        for x in v
        if isinstance(x, str)
    }
    candidates = (*range(0x1F, 0x0D, -1), *range(0x08, 0x00, -1), *range(0xE000, 0xF8FF))
    return next(c for c in map(chr, candidates) if not any(c in t for t in texts))


def _write_csv(path: Path, rows: Iterable[Sequence[Any]], separator: str) -> int:
    """Write the rows; return the length of the longest in bytes."""
    longest = 0
    with path.open("wb") as f:
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
