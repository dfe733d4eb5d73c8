"""Steps over DataFrames: functions from Arrow tables to Arrow tables run batch by batch or group by group, and results are kept between steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa

from kg.build.workers import Tables
from kg.spark.tasks import by, tagged, tagged_schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

TaskFunction = Callable[[pa.Table], pa.Table | Tables]
Schema: TypeAlias = pa.Schema | Mapping[str, pa.Schema]  # of one table, or of several by name
BUCKET = "bucket_"


@dataclass(frozen=True)
class Steps:
    """A session, a place that all its workers can write to, and how many groups of rows a step is done in."""

    spark: SparkSession
    place: str
    buckets: int

    def kept(self, df: DataFrame, name: str) -> DataFrame:
        """A result, written and read again: it is made once, and the loss of a worker later on does not lose it."""
        df.write.mode("overwrite").parquet(f"{self.place}/{name}")
        return self.spark.read.parquet(f"{self.place}/{name}")

    def mapped(self, df: DataFrame, function: TaskFunction, schema: Schema) -> DataFrame:
        """Batch by batch (`mapInArrow`)."""
        task, made = _one(function, schema)

        def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                yield from task(pa.Table.from_batches([batch])).select(made.names).cast(made).combine_chunks().to_batches()

        return df.mapInArrow(run, _struct(made))

    def grouped(self, df: DataFrame, key: str | Sequence[str], function: TaskFunction, schema: Schema, whole: bool = False) -> DataFrame:
        """Group by group (`applyInArrow`): rows with one key together; several keys share a call if the function takes the `whole` of a bucket, else it gets one after the other."""
        from pyspark.sql import functions as F

        task, made = _one(function, schema)
        keys = [key] if isinstance(key, str) else list(key)
        each = task if whole else by(keys[0], task)

        def run(t: pa.Table) -> pa.Table:
            return each(t.drop_columns([BUCKET])).select(made.names).cast(made)

        # A call for each key would cost a millisecond each; so many keys to a call as make the work of one task.
        return df.withColumn(BUCKET, F.pmod(F.xxhash64(*keys), F.lit(self.buckets))).groupBy(BUCKET).applyInArrow(run, _struct(made))

    def parts(self, df: DataFrame, parts: dict[str, pa.Schema], name: str) -> dict[str, DataFrame]:
        """The tables of a result of several, kept."""
        kept = self.kept(df, name)
        return {part: kept.where(f"{part} is not null").select(f"{part}.*") for part in parts}

    def table(self, t: pa.Table) -> DataFrame:
        """A small table as a DataFrame."""
        return self.spark.createDataFrame(t.to_pylist(), _struct(t.schema))


def _one(function: TaskFunction, schema: Schema) -> tuple[Callable[[pa.Table], pa.Table], pa.Schema]:
    """A function that gives several tables as one that gives them in one."""
    return (function, schema) if isinstance(schema, pa.Schema) else (partial(tagged, function=function, parts=schema), tagged_schema(schema))


def _struct(schema: pa.Schema) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)
