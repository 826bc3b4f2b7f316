"""Load the tasks of a project into DuckDB with dlt, each run only what has changed.

    python examples/dlt_pipeline.py FILE.duckdb --project NAME [--pipelines FOLDER]

The first run reads all tasks into the table scale.tasks. A second run reads only the tasks that
were updated since the latest update that an earlier run has read, minus a lag of ten minutes, and
merges them by task_id. A task that changes during a run is left to the next run. If a run fails,
the next one reads the same tasks again. Objects and lists become columns of type JSON, not tables.

dlt keeps its state in its own folder, or in the one given with --pipelines, and a copy of it in the
database. The key is read from SCALE_API_KEY, an instance URL other than Scale's from
SCALE_API_INSTANCE_URL. Exit code 1: the run failed. Exit code 2: it could not start.
"""

import argparse
import datetime as dt
import os
import sys

import scaleapi

# Before the import, which reads it.
os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
try:
    import dlt
    import duckdb  # noqa: F401
    from dlt.pipeline.exceptions import PipelineStepFailed
except ImportError:
    print("This needs dlt. Install it with: pip install 'dlt[duckdb]'", file=sys.stderr)
    sys.exit(2)

LAG = 600  # seconds; in case a change was indexed late, or clocks differ
UPDATED_AT = dlt.sources.incremental("updated_at", lag=LAG)
JSON = {name: {"data_type": "json"} for name in ("params", "metadata", "response")}


@dlt.resource(
    table_name="tasks",
    primary_key="task_id",
    write_disposition="merge",
    columns=JSON,  # they exist even where no task has a value yet
    max_table_nesting=0,  # what else is an object or a list is JSON as well
)
def tasks(client, project, updated_at=UPDATED_AT):
    """Yield the tasks of a project that were updated since the last run."""
    now = dt.datetime.now(dt.timezone.utc)
    after = updated_at.last_value
    for task in client.get_tasks(project, updated_after=after, updated_before=now):
        yield task.as_dict()


def main(arguments=None):
    """Run the pipeline, and return the exit code."""
    options = read_options(arguments)
    try:
        with scaleapi.ScaleClient(source="dlt_pipeline") as client:
            pipeline = dlt.pipeline(
                "scale",
                pipelines_dir=options.pipelines,
                destination=dlt.destinations.duckdb(options.file),
                dataset_name="scale",
            )
            # Each project has a cursor of its own.
            pipeline.run(tasks(client, options.project).with_name(f"tasks of {options.project}"))
    except scaleapi.ScaleException as err:
        print(err, file=sys.stderr)
        return 2
    except PipelineStepFailed as err:
        print(f"Failed: {err}", file=sys.stderr)
        return 1
    number = pipeline.last_trace.last_normalize_info.row_counts.get("tasks", 0)
    print(f"{number} tasks read into {options.file}")
    return 0


def read_options(arguments):
    """Return the command line options."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", help="the DuckDB database")
    parser.add_argument("--project", required=True, help="name of the project")
    parser.add_argument("--pipelines", help="folder for the state of dlt")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
