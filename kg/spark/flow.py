"""The street over DataFrames: read → extract → resolve → assemble. Every step runs the functions of the one machine on a part of the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from kg import tables
from kg.build import workers as w
from kg.build.wishes import Wishes
from kg.errors import ReadError
from kg.model import Kind, Relation
from kg.readers.source import Options
from kg.resolve import resolve_venues
from kg.resolve.blocks import LARGE
from kg.resolve.personal import name_key
from kg.spark import tasks
from kg.spark.components import SMALL, components
from kg.spark.steps import Steps

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Read:
    """What was read: entries, what each line became, what was refused, the files."""

    entries: DataFrame
    report: DataFrame
    rejected: DataFrame
    sources: list[dict[str, Any]]


def read(steps: Steps, paths: Sequence[str], format: str | None, options: Options, names: Mapping[str, str], named: Sequence[str]) -> Read:
    """Read whole files, one a task; raises ReadError for one of those `named` that cannot be read, or where none can."""
    from pyspark.errors import PySparkException
    from pyspark.sql import functions as F

    try:
        files = steps.spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(list(paths)).select("path", "content")
        n = max(1, files.count())
    except PySparkException as e:
        raise ReadError(f"{', '.join(paths)}: cannot be read: {str(e).splitlines()[0]}") from None
    plain = F.regexp_replace("path", "^file:/+", "/")
    files = files.select(plain.alias("path"), "content").repartition(min(n, steps.buckets * 4), "path")
    found = steps.parts(steps.mapped(files, partial(tasks.read, format=format, options=options, names=names, named=named), tasks.READ), tasks.READ, "read")
    failed = [r.asDict() for r in found["failed"].orderBy("name").limit(1000).collect()]
    if stop := next((f for f in failed if f["named"]), None):
        raise ReadError(stop["reason"])
    sources = [r.asDict() | {"author": options.author, "columns": dict(options.columns)} for r in found["source"].orderBy("name").collect()]
    if not any(s["entries"] for s in sources):
        raise ReadError(failed[0]["reason"] if failed else f"{', '.join(paths)}: no file is there: check the path")
    # Two files may give the same entry id: all but the first file's get a mark of their file.
    entries = found["entry"]
    first = entries.groupBy("id").agg(F.min("source").alias("first"), F.countDistinct("source").alias("n")).where("n > 1").select("id", "first")
    marked = F.concat("id", F.lit("~"), F.substring(F.sha2("source", 256), 1, 6))
    new = F.when(F.col("first").isNull() | (F.col("first") == F.col("source")), F.col("id")).otherwise(marked)
    entries = entries.join(first, "id", "left").withColumn("new", new)
    renamed = entries.where("new <> id").select("source", F.col("id").alias("bare"), "new").distinct()
    entries = steps.kept(entries.withColumn("id", F.col("new")).select(*tables.ENTRIES.names), "entries")
    report = found["report"].withColumn("bare", F.regexp_extract("became", r"(?s)^(.*) [^ ]*$", 1)).join(renamed, ["source", "bare"], "left")
    became = F.when(F.col("new").isNull(), F.col("became")).otherwise(F.concat("new", F.expr("substring(became, length(bare) + 1)")))
    return Read(entries, report.select("source", "line", became.alias("became")), found["rejected"], sources)


def extract(steps: Steps, entries: DataFrame, wishes: Wishes) -> tuple[DataFrame, DataFrame]:
    """The mentions of all entries, numbered in each, and the same as the user wants them."""
    spread = entries.repartition(steps.buckets * 4, "id")
    raw = steps.kept(steps.mapped(spread, partial(w.mentions, least=wishes.min_confidence), w.NUMBERED), "mentions")
    if not wishes.lexicon and not wishes.corrections:
        return raw, raw
    with_mentions = entries.join(_lists(raw, "entry", "mentions", w.NUMBERED.names), entries["id"] == raw["entry"], "left").select(
        *tables.ENTRIES.names, "mentions"
    )
    return raw, steps.kept(steps.mapped(with_mentions, partial(w.as_wished, wishes=wishes), w.NUMBERED), "wished")


def _lists(df: DataFrame, key: str, name: str, columns: Sequence[str]) -> DataFrame:
    """Rows of one key as a list of structs."""
    from pyspark.sql import functions as F

    return df.groupBy(key).agg(F.collect_list(F.struct(*columns)).alias(name))


def resolve_papers(steps: Steps, entries: DataFrame, small: int = SMALL) -> dict[str, DataFrame]:
    """The paper of each entry, and merges."""
    from pyspark.sql import functions as F

    touches = steps.mapped(entries, w.paper_keys, tables.TOUCHED).select(F.col("entry").alias("item"), F.explode("keys").alias("key"))
    of = components(steps, touches, "papers", small).withColumnRenamed("item", "id")
    grouped = entries.join(of, "id", "left").withColumn("component", F.coalesce("component", "id"))
    return steps.parts(steps.grouped(grouped, "component", w.papers, w.WORKS), w.WORKS, "works")


def resolve_people(steps: Steps, entries: DataFrame, wishes: Wishes, small: int = SMALL) -> dict[str, DataFrame]:
    """Nodes of people, the person of each authorship, and merges; of entries with a column `paper`."""
    from pyspark.sql import functions as F

    found = steps.kept(steps.grouped(entries, "paper", partial(w.signed, wishes=wishes), w.SIGNATURES, whole=True), "signatures")
    sizes = found.groupBy("block").agg(F.count("*").alias("size"))
    found = steps.kept(found.join(sizes, "block").withColumn("own", F.when(F.col("size") <= LARGE, F.col("block")).otherwise(F.col("fine"))), "sized")
    # Blocks that links go between: by an ORCID, a name in another order, or a correction.
    orcids = found.select(F.col("id").alias("item"), F.explode("orcids").alias("key")).withColumn("key", F.concat(F.lit("o "), "key"))
    touches = orcids.union(steps.mapped(found.select("id", "key"), tasks.meeting_names, w.TOUCHES))
    several = touches.groupBy("key").agg(F.countDistinct("item").alias("n")).where("n > 1").select("key")
    meeting = touches.join(several, "key").withColumnsRenamed({"item": "id", "key": "meet"}).join(found, "id")
    crossing = steps.grouped(meeting, "meet", w.crossing, w.TOUCHES).distinct()
    decided = [{"item": name_key(d.left), "key": name_key(d.right)} for d in wishes.people]
    if decided:
        bearers = steps.kept(steps.mapped(found.select("own", "members"), partial(w.decided, wishes=wishes), w.TOUCHES).distinct(), "bearers")
        ends = steps.table(pa.Table.from_pylist(decided, schema=w.TOUCHES)).withColumnsRenamed({"item": "left", "key": "right"})
        ends = ends.join(bearers.withColumnsRenamed({"item": "a", "key": "left"}), "left").join(
            bearers.withColumnsRenamed({"item": "b", "key": "right"}), "right"
        )
        crossing = crossing.union(ends.select(F.col("a").alias("item"), F.col("b").alias("key")))
    # As items that share a key: each pair is a key of its own.
    linked = crossing.withColumn("pair", F.concat_ws("\x1f", "item", "key"))
    linked = linked.select("item", F.col("pair").alias("key")).union(linked.select(F.col("key").alias("item"), F.col("pair").alias("key")))
    group = components(steps, linked.distinct(), "people", small).withColumnRenamed("item", "own")
    found = found.join(group, "own", "left").withColumn("component", F.coalesce("component", "own"))
    known = found.groupBy("key").agg(F.count("*").alias("papers"), F.min("name").alias("name"))
    others = found.select("id", F.explode("coauthors").alias("key")).join(known, "key")
    found = found.join(_lists(others, "id", "others", ["key", "papers", "name"]), "id", "left")
    columns = [*w.SIGNATURES.names, "size", "others", "component"]
    return steps.parts(steps.grouped(found.select(*columns), "component", partial(w.people, wishes=wishes), w.RESOLVED), w.RESOLVED, "persons")


def resolve_names(steps: Steps, mentions: DataFrame, wishes: Wishes, small: int = SMALL) -> dict[str, DataFrame]:
    """Nodes of things, the thing that each mention means, and merges."""
    from pyspark.sql import functions as F

    plain = mentions.select(*(name for name, _ in w.USAGES))
    touched = steps.kept(steps.mapped(plain, partial(w.usages, wishes=wishes), tables.TOUCHED), "usages")
    beside = touched.groupBy("entry").agg(F.collect_set("key").alias("beside"))
    found = plain.join(touched.drop("key"), ["entry", "n"])
    found = found.where("size(keys) > 0").withColumn("item", F.concat_ws("\x1f", "entry", "n"))
    of = components(steps, found.select("item", F.explode("keys").alias("key")), "names", small)
    # What shares nothing is a component of its own.
    grouped = found.join(of, "item", "left").withColumn("component", F.coalesce("component", "item")).join(beside, "entry")
    columns = ["entry", "n", "kind", "name", "aliases", "long_form", "beside", "component"]
    return steps.parts(steps.grouped(grouped.select(*columns), "component", partial(w.names, wishes=wishes), w.RESOLVED), w.RESOLVED, "things")


def resolve_cited(steps: Steps, entries: DataFrame, small: int = SMALL) -> dict[str, DataFrame]:
    """Papers that are only cited, and the paper that each reference means; of entries with a column `paper`."""
    from pyspark.sql import functions as F

    found = steps.kept(steps.mapped(entries, tasks.citing, tasks.CITING), "citing").withColumn("id", F.concat_ws("\x1f", "item", "n"))
    keys = found.select(F.col("id").alias("item"), F.explode("keys").alias("key"))
    titles = found.where("title <> ''").select(F.col("id").alias("item"), F.concat(F.lit("t "), "title").alias("key"))
    of = components(steps, keys.union(titles), "cited", small).withColumnRenamed("item", "id")
    grouped = found.join(of, "id", "left").withColumn("component", F.coalesce("component", "id")).select(*tasks.CITING.names, "component")
    return steps.parts(steps.grouped(grouped, "component", tasks.cited, w.RESOLVED), w.RESOLVED, "references")


def assemble(steps: Steps, got: Read, raw: DataFrame, wished: DataFrame, wishes: Wishes, small: int = SMALL) -> dict[str, DataFrame]:
    """All tables of the graph, by name, unsorted; `mentions` has the column `n` too."""

    works = resolve_papers(steps, got.entries, small)
    entries = steps.kept(got.entries.join(works["paper"], got.entries["id"] == works["paper"]["entry"]).select(*tables.ENTRIES.names, "paper"), "with-papers")
    persons = resolve_people(steps, entries, wishes, small)
    things = resolve_names(steps, wished, wishes, small)
    counted = {r["venue"]: r["count"] for r in entries.where("venue is not null and venue <> ''").groupBy("venue").count().collect()}
    venues, venue_merges = resolve_venues(counted)
    of_venue = steps.table(
        pa.Table.from_pylist(
            [{"venue": name, "venue_id": v.id} for name, v in sorted(venues.items())], schema=pa.schema([("venue", pa.string()), ("venue_id", pa.string())])
        )
    )
    cited = resolve_cited(steps, entries, small)
    nodes_of = [x["node"] for x in (persons, things, cited)] + [steps.table(w.venue_nodes(venues))]
    merges = [x["merge"] for x in (works, persons, things)] + [steps.table(tables.table(venue_merges, tables.MERGES))]

    spoken = wished.join(things["meant"], ["entry", "n"], "left")
    full = entries.join(_lists(spoken, "entry", "mentions", [*w.NUMBERED.names, "node"]).withColumnRenamed("entry", "id"), "id", "left")
    full = full.join(_lists(persons["meant"], "entry", "persons", ["n", "node"]).withColumnRenamed("entry", "id"), "id", "left")
    full = full.join(of_venue, "venue", "left").join(_lists(cited["meant"], "entry", "cited", ["n", "node"]).withColumnRenamed("entry", "id"), "id", "left")
    full = full.select(*tables.ENTRIES.names, "paper", "mentions", "persons", "venue_id", "cited")
    said = steps.parts(steps.grouped(full, "paper", tasks.said, tasks.SAID, whole=True), tasks.SAID, "said")
    ends = ["relation", "source", "target"]
    made = steps.parts(steps.grouped(said["claim"], ends, tasks.asserted, tasks.MADE, whole=True), tasks.MADE, "made")
    derived = steps.kept(steps.grouped(said["follow"], ends, tasks.derived, tables.EDGES, whole=True), "derived")
    everything = _united([*nodes_of, said["node"]])
    return {
        "entries": got.entries, "mentions": raw, "nodes": _nodes(steps, everything, made["edge"]), "edges": made["edge"].unionByName(derived), "evidence": made["evidence"],
        "merges": _united(merges), "rejected": got.rejected.unionByName(said["rejected"]).distinct(), "report": got.report,
    }  # fmt: skip


def _united(parts: Sequence[DataFrame]) -> DataFrame:
    whole = parts[0]
    for more in parts[1:]:
        whole = whole.unionByName(more)
    return whole


def _nodes(steps: Steps, found: DataFrame, asserted: DataFrame) -> DataFrame:
    """Each node once, the best name of several; with the papers that speak of it, the year of the first, and a label that tells namesakes apart."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    best = Window.partitionBy("id").orderBy(F.length("name").desc(), "name")
    nodes = steps.kept(found.withColumn("nth", F.row_number().over(best)).where("nth = 1").drop("nth"), "nodes-once")
    written = F.col("kind") == Relation.AUTHORED.value
    spoken = asserted.where(F.col("kind") != Relation.AFFILIATED_WITH.value)
    pairs = spoken.select(
        F.when(written, F.col("source")).otherwise(F.col("target")).alias("id"), F.when(written, F.col("target")).otherwise(F.col("source")).alias("paper")
    )
    years = nodes.where(F.col("kind") == Kind.PAPER.value).select(F.col("id").alias("paper"), F.col("year").alias("of"))
    counted = pairs.join(years, "paper", "left").groupBy("id").agg(F.count("*").alias("spoken"), F.min("of").alias("first"))
    nodes = nodes.join(counted, "id", "left")
    papers = F.col("kind") == Kind.PAPER.value
    nodes = nodes.withColumn("papers", F.when(papers, F.col("papers")).otherwise(F.coalesce("spoken", F.lit(0))))
    nodes = (
        nodes.withColumn("first_year", F.when(papers, F.col("first_year")).otherwise(F.col("first")))
        .withColumn("label", F.coalesce("label", "name"))
        .select(*tables.NODES.names)
    )
    people = steps.kept(
        steps.mapped(nodes.where(F.col("kind") == Kind.AUTHOR.value), tasks.folded, pa.schema([*tables.NODES, ("folded", pa.string())])), "nodes-people"
    )
    same = Window.partitionBy("folded")
    people = people.withColumn("n", F.count("*").over(same)).withColumn("nth", F.row_number().over(same.orderBy(F.col("papers").desc(), "id")))
    label = F.when(F.col("n") > 1, F.concat("name", F.lit(" ("), F.col("nth").cast("string"), F.lit(")"))).otherwise(F.col("name"))
    return nodes.where(F.col("kind") != Kind.AUTHOR.value).unionByName(people.withColumn("label", label).select(*tables.NODES.names))
