"""Connected components of pairs that no machine needs to hold: large-star and small-star rounds.

Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii, "Connected Components in MapReduce and Beyond", SoCC 2014. Few pairs are one task's work.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from kg.spark.tasks import forest

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from kg.spark.steps import Steps

SMALL = 2_000_000  # pairs that one task takes: about 0.5 GB
_PAIR = pa.schema([("u", pa.string()), ("v", pa.string())])


def components(steps: Steps, touches: DataFrame, name: str, small: int = SMALL) -> DataFrame:
    """Items that share keys, directly or by way of others, have one component: columns `item`, `component`, out of `item`, `key`. Items that share nothing are left out."""
    from pyspark.sql import functions as F

    shared = touches.groupBy("key").count().where("count > 1").select("key")
    pairs = touches.join(shared, "key").select(F.concat(F.lit("i "), "item").alias("u"), F.concat(F.lit("k "), "key").alias("v")).distinct()
    pairs = steps.kept(pairs, f"{name}-pairs")
    if pairs.count() <= small:
        stars = steps.kept(pairs.coalesce(1).mapInArrow(_forest, "u string, v string"), f"{name}-stars")
    else:
        stars = _rounds(steps, pairs, name)
    # The least of each component is an item, since "i" comes before "k".
    roots = stars.select("v").distinct().select(F.col("v").alias("u"), "v")
    return stars.union(roots).where("u like 'i %'").select(F.expr("substring(u, 3)").alias("item"), F.col("v").alias("component"))


def _rounds(steps: Steps, pairs: DataFrame, name: str) -> DataFrame:
    from pyspark.sql import functions as F

    mark = lambda d: tuple(d.agg(F.count("*"), F.coalesce(F.sum(F.xxhash64("u", "v").cast("decimal(38,0)")), F.lit(0))).first())
    # What a partition can join by itself needs no round; stars have the greater end first.
    stars = steps.kept(pairs.mapInArrow(_forest, "u string, v string").distinct(), f"{name}-round-0")
    before = mark(stars)
    for n in range(1, 100):
        stars = steps.kept(_star(_star(stars, True), False), f"{name}-round-{n}")
        after = mark(stars)
        if after == before:
            return stars
        before = after
    raise AssertionError("stars did not settle in a hundred rounds")


def _star(edges: DataFrame, large: bool) -> DataFrame:
    """Each end's neighbours (greater ones, or the others) go to the least of them and it."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    other = edges.select(F.col("v").alias("u"), F.col("u").alias("v")) if large else edges.select("u", F.col("u").alias("v"))
    near = edges.union(other)
    near = near.select("u", "v", F.least(F.min("v").over(Window.partitionBy("u")), F.col("u")).alias("m"))
    return near.where("v > u" if large else "v <> m").select(F.col("v").alias("u"), F.col("m").alias("v")).distinct()


def _forest(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    pairs = ((a, b) for batch in batches for a, b in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist()))
    rows = list(forest(pairs))
    for at in range(0, len(rows), 10_000):
        yield pa.RecordBatch.from_arrays([pa.array(c, pa.string()) for c in zip(*rows[at : at + 10_000])], schema=_PAIR)
