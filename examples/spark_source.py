"""Read tasks with Spark, and keep every version of them in a folder of Parquet files.

    python examples/spark_source.py FOLDER --project NAME

`ScaleTasks` is a data source for PySpark 4, whose options are the filters of `get_tasks`. It
divides the tasks by creation time into partitions, which the workers fetch in parallel. The columns
are those of `scaleapi.to_arrow`. Run the script with spark-submit on a cluster; there FOLDER is a
URL. SCALE_API_KEY, and SCALE_API_INSTANCE_URL for an instance URL other than Scale's, must be in
the environment of the driver and of the workers.

The first run reads all tasks. A second run reads only the tasks that were updated since the latest
update in the folder, minus a lag of ten minutes, and appends them; `latest` merges the versions. A
task that changes during a run is left to the next run. A run that fails appends nothing.
Exit code 1: the run failed. Exit code 2: it could not start.
"""

import argparse
import datetime as dt
import sys

import scaleapi

try:
    import pyarrow
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession, Window
    from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
    from pyspark.sql.functions import col, max, row_number, unix_millis
except ImportError:
    print("This needs PySpark. Install it with: pip install 'pyspark>=4' pyarrow", file=sys.stderr)
    sys.exit(2)

LAG = dt.timedelta(minutes=10)  # in case a change was indexed late, or clocks differ
ARROW_TYPES = {
    "array<string>": pyarrow.list_(pyarrow.field("element", pyarrow.string())),
    "string": pyarrow.string(),
    "timestamp": pyarrow.timestamp("us", "UTC"),
}


def spark_columns():
    """Return the Spark type of each column of `scaleapi.to_arrow`; JSON is a string."""
    kinds = {pyarrow.types.is_timestamp: "timestamp", pyarrow.types.is_list: "array<string>"}
    return {
        field.name: next((kind for is_kind, kind in kinds.items() if is_kind(field.type)), "string")
        for field in scaleapi.to_arrow([]).schema
    }


class ScaleTasks(DataSource):
    """The tasks that match the options."""

    @classmethod
    def name(cls):
        """Return the name of the format."""
        return "scale_tasks"

    def schema(self):
        """Return the schema of the rows."""
        return ", ".join(f"{name} {kind}" for name, kind in spark_columns().items())

    def reader(self, schema):
        """Return a reader. It goes to the workers, and there is no key in it."""
        return TaskReader(dict(self.options))


class TaskReader(DataSourceReader):
    """Reads the tasks that match some filters of `get_tasks`."""

    def __init__(self, filters):
        self.filters = filters

    def partitions(self):
        """Divide the tasks, in the driver."""
        with scaleapi.ScaleClient(source="spark_source") as client:
            windows = client.export_windows(**self.filters)
        return [InputPartition(window.filters) for window in windows]

    def read(self, partition):
        """Yield the record batches of a partition, in a worker."""
        if partition.value is None:  # Spark makes up a partition where there is none
            return
        schema = pyarrow.schema({name: ARROW_TYPES[kind] for name, kind in spark_columns().items()})
        with scaleapi.ScaleClient(source="spark_source") as client:
            table = scaleapi.to_arrow(client.get_tasks(**partition.value))
        yield from table.cast(schema).to_batches()


def main(arguments=None):
    """Append what has changed, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", help="folder of Parquet files, created by the first run")
    parser.add_argument("--project", required=True, help="name of the project")
    options = parser.parse_args(arguments)
    try:
        scaleapi.ScaleClient().close()
    except scaleapi.ScaleException as err:
        print(err, file=sys.stderr)
        return 2
    spark = SparkSession.builder.appName("scale_tasks").getOrCreate()
    try:
        spark.dataSource.register(ScaleTasks)
        append_changes(spark, options.folder, options.project)
        latest(spark.read.parquet(options.folder)).groupBy("project", "status").count().show()
    except PySparkException as err:
        print(f"Failed: {err}", file=sys.stderr)
        return 1
    finally:
        spark.stop()
    return 0


def append_changes(spark, folder, project):
    """Append the tasks that were updated since the last run."""
    schema = ScaleTasks({}).schema()
    spark.createDataFrame([], schema).write.mode("ignore").parquet(folder)  # the first run's folder
    versions = spark.read.schema(schema).parquet(folder).where(col("project") == project)
    last_update = versions.select(unix_millis(max("updated_at"))).first()[0]
    now = dt.datetime.now(dt.timezone.utc)
    changes = spark.read.format("scale_tasks").option("project_name", project)
    changes = changes.option("updated_before", now.isoformat())
    if last_update:
        since = dt.datetime.fromtimestamp(last_update / 1000, dt.timezone.utc) - LAG
        changes = changes.option("updated_after", since.isoformat())
    # Neighboring partitions may share tasks.
    changes.load().dropDuplicates(["task_id"]).write.mode("append").parquet(folder)


def latest(versions):
    """Return the latest version of each task."""
    newest_first = Window.partitionBy("task_id").orderBy(col("updated_at").desc())
    numbered = versions.withColumn("version", row_number().over(newest_first))
    return numbered.where("version = 1").drop("version")


if __name__ == "__main__":
    sys.exit(main())
