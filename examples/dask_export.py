"""Export a project's tasks on a Dask cluster: its workers read the parts, here they become a file.

    python examples/dask_export.py FILE --project NAME [--scheduler tcp://HOST:8786]

Without --scheduler it starts a cluster of two processes on this machine. Any engine that runs
functions elsewhere does as well: the parts are plain filters, and clients pickle, with their key.
The key is taken from SCALE_API_KEY, another address than Scale's from SCALE_API_INSTANCE_URL.
Exit code 0: the file has all tasks. Exit code 1: it failed, and there is no file; run it again.
Exit code 2: it could not begin.
"""

import argparse
import json
import os
import sys
from contextlib import ExitStack

import scaleapi


def main(arguments=None):
    """Do the job; the exit code."""
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
        except (scaleapi.ScaleException, OSError) as problem:
            print(problem, file=sys.stderr)
            return 2
        try:
            number = export(engine, client, options.project, options.file)
        except (scaleapi.ScaleException, OSError) as problem:
            print(f"It failed: {problem}", file=sys.stderr)
            return 1
    print(f"{number} tasks in {options.file}")
    return 0


def read_options(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", help="where the tasks go, as JSON lines")
    parser.add_argument("--project", required=True, help="whose tasks")
    parser.add_argument("--scheduler", help="address of a cluster's scheduler")
    return parser.parse_args(arguments)


def read(window, client):
    """One part, on a worker. Where parts are large, let it write them to storage of your own."""
    return [(task.id, json.dumps(task.as_dict())) for task in client.get_tasks(**window.filters)]


def export(engine, client, project, file):
    """Write all tasks, newest first; how many. The file has its name when it is whole."""
    windows = client.export_windows(project_name=project)
    parts = engine.map(read, windows, client=client, pure=False)  # the key goes along
    seen = set()
    unfinished = f"{file}.new"
    try:
        with open(unfinished, "w", encoding="utf-8") as lines:
            for part in parts:
                for task_id, line in part.result():
                    if task_id not in seen:  # neighbours may share tasks
                        seen.add(task_id)
                        lines.write(line + "\n")
                part.release()  # the cluster need not keep it any longer
        if len(seen) < sum(window.count for window in windows):  # or neighbours share some
            total = client.get_tasks_count(
                project, created_before=windows[0].filters.get("created_before")
            )
            if len(seen) < total:
                raise scaleapi.ScaleException(f"{total} tasks are counted, {len(seen)} were read")
        os.replace(unfinished, file)
    finally:
        if os.path.exists(unfinished):
            os.remove(unfinished)
    return len(seen)


if __name__ == "__main__":
    sys.exit(main())
