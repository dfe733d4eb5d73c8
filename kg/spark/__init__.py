"""The same street over Apache Spark, for piles that outgrow one machine: the same records, written as the same tables, in parts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import __version__, tables
from kg.build.flow import Progress
from kg.build.memory import version as resolution
from kg.build.wishes import Wishes, unmet, wishes_of
from kg.errors import ReadError, StoreError, WrongUse
from kg.extract import version
from kg.files import only_writer, whole_folder
from kg.manifest import FORMAT
from kg.readers.source import Options
from kg.spark.components import SMALL
from kg.spark.flow import Read, assemble, extract, read
from kg.spark.session import session
from kg.spark.steps import Steps
from kg.stores import embedded

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

DATABASE = 5_000_000  # edges up to which the embedded database is made too
# In which order a table's rows are; all of it is needed to tell any two apart.
ORDERS = {
    "entries": ["id"], "mentions": ["entry", "n"], "nodes": ["id"], "edges": ["id"],
    "evidence": ["edge", "entry", "coalesce(start, -1)", "surface", "extractor", "coalesce(end, -1)", "-confidence", "byte_start", "byte_end", "sentence", "source"],
    "merges": tables.MERGE_ORDER, "rejected": tables.REJECTED_ORDER, "report": ["source", "line", "became"],
}  # fmt: skip


def build(
    files: Sequence[str], out: str, master: str, *, format: str | None = None, author: str | None = None, columns: Mapping[str, str] | None = None, lexicon: Path | None = None,
    corrections: Path | None = None, min_confidence: float | None = None, buckets: int | None = None, small: int = SMALL, progress: Progress | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Build the graph of `files` (paths and URIs that the cluster can read) into the new folder `out` (a path that all workers see, or a URI) on the Spark at `master`; return the manifest.

    The tables have the rows of a build on one machine, each as a folder of parts in order. A local folder is whole or not there; elsewhere the manifest, which
    is written last, says that it is whole. The embedded database is made for a local folder of at most DATABASE edges. `buckets` is in how many groups of rows a
    step is done (by default eight for each core of the cluster), `small` the number of pairs whose components one task finds.
    """
    if not files:
        raise WrongUse("nothing to build from: give listings")
    wishes = wishes_of({}, lexicon, corrections, min_confidence)
    names, named = _names(files)
    pile = partial(read, paths=list(names), format=format, options=Options(author, tuple((columns or {}).items())), names=names, named=named)
    into = partial(_tables_into, pile=pile, wishes=wishes, buckets=buckets, small=small, tell=progress or (lambda *_: None))
    if "://" in out:
        place = out.rstrip("/")
        with session(master) as spark:
            fs, at = _file_system(spark, place)
            if fs.exists(at) and len(fs.listStatus(at)):
                raise _there(out)
            manifest = into(spark, place)
            _put(spark, f"{place}/manifest.json", _text(manifest))
        return manifest
    folder = Path(out)
    with only_writer(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise _there(out)
        with session(master) as spark, whole_folder(folder) as aside:
            manifest = into(spark, aside.resolve().as_posix())
            entries, mentions = tables.read(aside, "entries"), tables.read(aside, "mentions")
            manifest["unmet"] = unmet(tables.Rows(entries, tables.entries_from), tables.Rows(mentions, tables.mentions_from), wishes)
            if sum(manifest["edges"].values()) <= DATABASE:
                embedded.write(aside)
            (aside / "manifest.json").write_text(_text(manifest), encoding="utf-8", newline="\n")
    return manifest


def _tables_into(
    spark: SparkSession, place: str, pile: Callable[[Steps], Read], wishes: Wishes, buckets: int | None, small: int, tell: Progress
) -> dict[str, Any]:
    """Write the tables of a pile into a place that all workers see; the manifest, in which what was wished in vain is still missing."""
    steps = Steps(spark, f"{place}/steps", buckets or 8 * spark.sparkContext.defaultParallelism)
    spark.conf.set("spark.sql.shuffle.partitions", steps.buckets)
    tell("Spark: read", 0, 4)
    got = pile(steps)
    tell("Spark: extract", 1, 4)
    raw, wished = extract(steps, got.entries, wishes)
    tell("Spark: resolve", 2, 4)
    made = assemble(steps, got, raw, wished, wishes, small)
    tell("Spark: write", 3, 4)
    for name, order in ORDERS.items():
        _write(spark, made[name], name, order, place)
    count = lambda name: {r["kind"]: r["count"] for r in spark.read.parquet(f"{place}/{name}.parquet").groupBy("kind").count().orderBy("kind").collect()}
    rows = lambda name: spark.read.parquet(f"{place}/{name}.parquet").count()
    found = {
        "format": FORMAT, "kg": __version__, "model": version(), "resolution": resolution(), "sources": got.sources, "entries": rows("entries"), "nodes": count("nodes"), "edges": count("edges"),
        "evidence": rows("evidence"), "rejected": rows("rejected"), "lexicon": [asdict(r) for r in wishes.lexicon], "corrections": [asdict(r) for r in wishes.corrections],
        "min_confidence": wishes.min_confidence, "unmet": [],
    }  # fmt: skip
    _remove(spark, f"{place}/steps")
    tell("Spark: write", 4, 4)
    return found


def _there(out: str) -> StoreError:
    return StoreError(f"{out}: is there already: a build on Spark makes a new folder: choose another one for -o")


def _text(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _names(files: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """What Spark calls the given paths, and what they are called in the graph; and which of them are files that the user named. ReadError for a local one that is missing."""
    names, named = {}, []
    for given in files:
        if "://" in given:
            names[given.rstrip("/")] = given.rstrip("/")
            continue
        path = Path(given)
        if not path.exists():
            raise ReadError(f"{path.as_posix()}: no such file: check the path")
        real = path.resolve().as_posix()
        names[real] = path.as_posix()
        named += [real] if path.is_file() else []
    return names, named


def _write(spark: SparkSession, df: DataFrame, name: str, order: Sequence[str], place: str) -> None:
    """A table as a folder of parts, in order, each named by its number."""
    from pyspark.sql import functions as F

    path = f"{place}/{name}.parquet"
    df.orderBy(*map(F.expr, order)).select(*tables.TABLES[name].names).write.mode("overwrite").parquet(path)
    fs, at = _file_system(spark, path)
    jvm: Any = spark.sparkContext._jvm
    of = jvm.org.apache.hadoop.fs.Path
    for status in fs.listStatus(at):
        found = status.getPath()
        if found.getName().startswith("part-"):
            fs.rename(found, of(at, f"part-{found.getName().split('-')[1]}.parquet"))
        else:
            fs.delete(found, True)


def _file_system(spark: SparkSession, path: str) -> tuple[Any, Any]:
    context: Any = spark.sparkContext
    at = context._jvm.org.apache.hadoop.fs.Path(path)
    return at.getFileSystem(context._jsc.hadoopConfiguration()), at


def _remove(spark: SparkSession, path: str) -> None:
    fs, at = _file_system(spark, path)
    fs.delete(at, True)


def _put(spark: SparkSession, path: str, text: str) -> None:
    fs, at = _file_system(spark, path)
    stream = fs.create(at, True)
    stream.write(bytearray(text.encode("utf-8")))
    stream.close()
