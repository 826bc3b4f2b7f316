"""Export tasks on a Dask cluster: workers fetch the parts, this process writes the file.

    python examples/dask_export.py FILE --project NAME [--updated-after TIME] [--scheduler URL]

The file contains all tasks, and a second run replaces it as a whole. With --updated-after, the file
contains only the tasks that were updated since: give the time at which the last run began, minus
some minutes, and another file. Of a task in both files, the later one has the newer version.

Without --scheduler it starts a cluster of two processes on this machine. Other engines that run
functions on several machines work as well: the parts are plain filters, and clients can be pickled.
The key is read from SCALE_API_KEY, an instance URL other than Scale's from SCALE_API_INSTANCE_URL.
Exit code 0: the file is complete. Exit code 1: the export failed, and wrote no file; run the script
again. Exit code 2: it could not start.
"""

import argparse
import json
import os
import sys
from contextlib import ExitStack

import scaleapi


def main(arguments=None):
    """Run the export, and return the exit code."""
    options = read_options(arguments)
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        print("This needs Dask. Install it with: pip install distributed", file=sys.stderr)
        return 2
    with ExitStack() as opened:
        try:
            client = opened.enter_context(scaleapi.ScaleClient(source="dask_export"))
            cluster = options.scheduler or opened.enter_context(
                LocalCluster(
                    host="127.0.0.1",
                    n_workers=2,
                    threads_per_worker=4,
                    dashboard_address="127.0.0.1:0",
                )
            )
            engine = opened.enter_context(Client(cluster))
        except (scaleapi.ScaleException, OSError) as err:
            print(err, file=sys.stderr)
            return 2
        try:
            number = export(engine, client, options.project, options.file, options.updated_after)
        except (scaleapi.ScaleException, OSError) as err:
            print(f"Failed: {err}", file=sys.stderr)
            return 1
    print(f"{number} tasks in {options.file}")
    return 0


def read_options(arguments):
    """Return the command line options."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", help="file to write, as JSON lines")
    parser.add_argument("--project", required=True, help="name of the project")
    parser.add_argument("--updated-after", metavar="TIME", help="omit what has not changed since")
    parser.add_argument("--scheduler", help="URL of a cluster's scheduler")
    return parser.parse_args(arguments)


def read(window, client):
    """Fetch one part, on a worker. If parts are large, write them to shared storage instead."""
    return [(task.id, json.dumps(task.as_dict())) for task in client.get_tasks(**window.filters)]


def export(engine, client, project, file, updated_after=None):
    """Write the tasks to a file, newest first, and return their number. The write is atomic."""
    windows = client.export_windows(project_name=project, updated_after=updated_after)
    parts = engine.map(
        read, windows, client=client, pure=False
    )  # a key passed in code is pickled too
    seen = set()
    temporary = f"{file}.new"
    try:
        with open(temporary, "w", encoding="utf-8") as lines:
            for part in parts:
                for task_id, line in part.result():
                    if task_id not in seen:  # neighbours may share tasks
                        seen.add(task_id)
                        lines.write(line + "\n")
                part.release()  # so that the cluster can free it
        if len(seen) < sum(window.count for window in windows):  # or neighbours share tasks
            total = client.get_tasks_count(
                project,
                updated_after=updated_after,
                created_before=windows[0].filters.get("created_before"),
            )
            if len(seen) < total:
                raise scaleapi.ScaleException(
                    f"The service counts {total} tasks, but returned {len(seen)}"
                )
        os.replace(temporary, file)
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)
    return len(seen)


if __name__ == "__main__":
    sys.exit(main())
