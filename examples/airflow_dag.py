"""An Airflow DAG: create the tasks of a day, wait until they are labeled, export the results.

Put this file into the DAGs folder of Airflow 3. The key is read from SCALE_API_KEY of the workers'
environment, an instance URL other than Scale's from SCALE_API_INSTANCE_URL. For each day the DAG
reads FOLDER/rows-DATE.csv, with the columns "id" and "url", and writes FOLDER/tasks-DATE.jsonl.gz;
folder and project are parameters of the DAG, and the project must exist.

A second run of the same logical date creates nothing twice: the batch is named after the date, and
the unique id of a task consists of project, date and row. It creates only what the first run has
not, and replaces the exported file as a whole. So the retries of Airflow are safe.

The functions at the top do the work without Airflow. To try the DAG in one process, for today, run
the file in the DAGs folder as a script.
"""

import csv
import datetime as dt
import sys
from pathlib import Path

import scaleapi
from scaleapi import TaskType

TYPE = TaskType.ImageAnnotation
WORK = {
    "instruction": "Draw a box around each animal.",
    "attachment_type": "image",
    "geometries": {"box": {"objects_to_annotate": ["cat", "dog"]}},
}


def create_day(client, project, date, rows):
    """Create the batch of a date, with a task for each row; return its name."""
    name = f"{project} {date}"
    try:
        batch = client.get_batch(name)
    except scaleapi.ScaleResourceNotFound:
        batch = client.create_batch(project, name)
    payloads = [
        {"unique_id": f"{name} {row['id']}", "attachment": row["url"], "batch": name, **WORK}
        for row in rows
    ]
    run = client.create_tasks(TYPE, payloads, on_duplicate="fetch")  # existing tasks are counted
    print(name, run.run())
    if run.failures:
        raise RuntimeError(f"{len(run.failures)} tasks failed, first: {run.failures[0].message}")
    if batch.status == "staging":
        batch.finalize()
    return name


def is_complete(client, batch):
    """Return whether no task of a batch is left to be worked on."""
    return client.batch_status(batch).get("pending", 0) == 0


def export_day(client, batch, path):
    """Write the tasks of a batch to a file, as a whole or not at all; return their number."""
    return client.export_tasks(path, batch_name=batch).tasks


def build_dag(dag, task):
    """Return the DAG. Its tasks open clients of their own, since each runs in another process."""

    @dag(
        dag_id="scale_tasks",
        schedule="@daily",
        start_date=dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc),
        catchup=False,
        params={"project": "animals", "folder": "."},
        default_args={"retries": 3},
    )
    def scale_tasks():
        @task
        def create(ds=None, params=None):
            rows = Path(params["folder"]) / f"rows-{ds}.csv"
            with (
                scaleapi.ScaleClient(source="airflow_dag") as client,
                open(rows, newline="") as file,
            ):
                return create_day(client, params["project"], ds, csv.DictReader(file))

        @task.sensor(poke_interval=60, timeout=24 * 3600, mode="reschedule")
        def wait(batch):
            with scaleapi.ScaleClient(source="airflow_dag") as client:
                return is_complete(client, batch)

        @task
        def export(batch, ds=None, params=None):
            with scaleapi.ScaleClient(source="airflow_dag") as client:
                return export_day(client, batch, Path(params["folder"]) / f"tasks-{ds}.jsonl.gz")

        batch = create()
        wait(batch) >> export(batch)

    return scale_tasks()


try:
    from airflow.sdk import dag, task
except ImportError:
    scale_tasks = None
else:
    scale_tasks = build_dag(dag, task)

if __name__ == "__main__":
    if scale_tasks is None:
        print("This needs Airflow. Install it with: pip install apache-airflow", file=sys.stderr)
        sys.exit(2)
    today = dt.datetime.now(dt.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    scale_tasks.test(logical_date=today)
