"""A Spark session for a master, and this package on its workers."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import kg
from kg.errors import KgError, MissingExtra

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# What a build needs of Spark. It outranks a user's own settings (spark-defaults.conf, SPARK_CONF_DIR), which hold for all else.
SETTINGS = {
    "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.sql.session.timeZone": "UTC", "spark.sql.execution.arrow.maxRecordsPerBatch": "512",
    "spark.sql.parquet.compression.codec": "zstd", "spark.sql.sources.commitProtocolClass": "org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "true",
}  # fmt: skip
# A machine that is its own cluster needs no name that others can find.
_ALONE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


@contextmanager
def session(master: str) -> Iterator[SparkSession]:
    """A session for `master`, ended with the block; one that is there already is used, and left. Raises MissingExtra without pyspark, KgError if it cannot start."""
    try:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ModuleNotFoundError:
        raise MissingExtra("pyspark", "spark") from None
    # Nothing here goes by way of pandas.
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
    there = SparkSession.getActiveSession()
    if there is not None:
        yield there
        return
    with tempfile.TemporaryDirectory(prefix="kg-spark-") as folder:
        scratch = Path(folder)
        if master.startswith("local"):
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
            os.environ.setdefault("SPARK_LOCAL_HOSTNAME", "localhost")
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        if master.startswith("local-cluster"):
            os.environ["SPARK_HOME"] = str(_home(scratch))
        builder = SparkSession.builder.master(master).appName("kg build")
        package = {} if master.startswith("local[") or master == "local" else {"spark.archives": f"{_packed(scratch)}#kg"}
        places = {"spark.sql.warehouse.dir": str(scratch / "warehouse")}
        if "SPARK_CONF_DIR" not in os.environ:
            # What fails is said by us, in one line; who has a configuration sees Spark's own log.
            builder = builder.config("spark.log.level", "FATAL")
        for key, value in (SETTINGS | places | package | (_ALONE if master.startswith("local") else {})).items():
            builder = builder.config(key, value)
        try:
            spark = builder.getOrCreate()
        except (PySparkException, Py4JError, RuntimeError, OSError) as e:
            raise KgError(f"Spark at {master} does not start: {str(e).splitlines()[0]}: is Java 17 there, and the master's address right?") from None
        try:
            yield spark
        finally:
            spark.stop()


def _home(scratch: Path) -> Path:
    """Such a cluster keeps its workers' folders in Spark's own, which is that of the installed package: a folder of links in its place."""
    import pyspark

    home = scratch / "home"
    home.mkdir()
    for part in ("bin", "jars", "python", "sbin"):
        if (Path(pyspark.__file__).parent / part).exists():
            (home / part).symlink_to(Path(pyspark.__file__).parent / part)
    return home


def _packed(scratch: Path) -> Path:
    """This package as an archive. Workers unpack it as a folder `kg` on their path: weights and tables are files there, as they must be."""
    path, package = scratch / "package.zip", Path(kg.__file__).parent
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for p in sorted(package.rglob("*")):
            if p.is_file() and "__pycache__" not in p.parts:
                archive.write(p, p.relative_to(package).as_posix())
    return path
