"""The graph in other formats, each whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kg.errors import WrongUse
from kg.exports.bibtex import write_bibtex
from kg.exports.neo4j_csv import write_neo4j_csv
from kg.exports.networks import write_gexf, write_graphml, write_node_link
from kg.exports.tabular import write_csv, write_parquet
from kg.files import refuse_other, whole_file, whole_folder
from kg.manifest import read_manifest


@dataclass(frozen=True)
class FolderFormat:
    """A format of several files: what writes them into a folder (and knows where that will stand), one that is always among them, and what theirs are called."""

    write: Callable[[Path, Path, Path], None]
    always: str
    ours: str


EXPORTS: dict[str, Callable[[Path, Path], None]] = {"node-link": write_node_link, "graphml": write_graphml, "gexf": write_gexf, "bibtex": write_bibtex}
FOLDER_EXPORTS: dict[str, FolderFormat] = {
    "csv": FolderFormat(write_csv, "nodes.csv", r"(?:nodes|edges|evidence)\.csv"),
    "parquet": FolderFormat(write_parquet, "nodes.parquet", r"(?:nodes|edges|evidence|merges)\.parquet"),
    "neo4j-csv": FolderFormat(write_neo4j_csv, "neo4j-admin.args", r"(?:nodes|relationships)-\w+(?:-header|-\d+)?\.csv"),
}
FORMATS = (*EXPORTS, *FOLDER_EXPORTS)


def export(format: str, folder: Path, out: Path) -> None:
    """Write a graph folder in one of FORMATS, to a file or (FOLDER_EXPORTS) a folder.

    WrongUse for an unknown format, StoreError for no graph folder or a place that cannot be written or holds something else.
    """
    if format not in FORMATS:
        raise WrongUse(f"no export format {format!r}: choose one of {', '.join(FORMATS)}")
    read_manifest(folder)
    if format in EXPORTS:
        with whole_file(out) as aside:
            EXPORTS[format](folder, aside)
        return
    chosen, final = FOLDER_EXPORTS[format], out.resolve()
    if final == folder.resolve():
        raise WrongUse(f"{out.as_posix()}: is the graph folder itself: choose another folder for -o")
    # A graph folder has Parquet files of the same names.
    refuse_other(out, "an export", chosen.always, "manifest.json")
    with whole_folder(final, ours=chosen.ours) as aside:
        chosen.write(folder, aside, final)
