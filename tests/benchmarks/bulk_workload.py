"""Bulk work that is measured, on `slow_server`, in a process of its own.

`python -m tests.benchmarks.bulk_workload WHAT ADDRESS CA NUMBER [RUN]` does WHAT with NUMBER tasks
on request, as `workload` does. RUN is kept in the tasks, to tell which run made them. For
an export or a mirror NUMBER is its file.
"""

import datetime as dt
import json
import sys
from itertools import islice

import scaleapi

from .workload import KEY, rounds

KIND = scaleapi.TaskType.ImageAnnotation
WORKERS = 16
# A tenth of all tries fails: with the usual three more, one call in 10,000 would fail for good.
PATIENT = scaleapi.RetryPolicy(total=8, backoff_factor=0.1)


def payloads(number, run):
    for row in range(number):
        yield {
            "project": "street-scenes",
            "unique_id": f"street-{row}",
            "attachment": f"https://example.org/{row}.jpg",
            "geometries": {"box": {"objects_to_annotate": ["bicycle", "car"]}},
            "metadata": {"run": run},
        }


def one_by_one(client, items):
    for payload in items:
        client.create_task(KIND, **payload)


def in_bulk(client, items):
    counts = client.create_tasks(KIND, items, workers=WORKERS).run()
    assert set(counts) == {"created"}, counts


def in_bulk_unchecked(client, items):
    in_bulk(client.with_options(check_payloads="off"), items)


def told(client, items):
    """Print each outcome as it comes."""
    patient = client.with_options(retries=PATIENT)
    for outcome in patient.create_tasks(KIND, items, workers=WORKERS):
        task_id = outcome.task and outcome.task.id
        line = [outcome.payload["unique_id"], outcome.status, task_id, str(outcome.error)]
        print(json.dumps(line), flush=True)


def rerun(client, items):
    counts = client.create_tasks(KIND, items, workers=WORKERS).run()
    assert set(counts) == {"existed"}, counts


def planned(client, items):
    counts = client.plan_tasks(KIND, items, workers=WORKERS).counts
    assert {status for status, number in counts.items() if number} == {"same"}, counts


def listed(client, number):
    """Read so many tasks in a loop."""
    assert sum(1 for _ in islice(client.get_tasks("street-scenes"), number)) == number


def exported(client, path):
    """Write all tasks to a file, whatever happens."""
    client.with_options(retries=PATIENT).export_tasks(path, project_name="street-scenes", workers=8)


def synced(client, path):
    """Bring a mirror up to date."""
    patient = client.with_options(retries=PATIENT)
    patient.sync_tasks(path, project_name="street-scenes", lag=dt.timedelta(0))


def waited(client, number):
    """Wait until so many tasks are finished."""
    finished = {task.id for task in client.wait_for_tasks({"project_name": "street-scenes"})}
    assert len(finished) == number


CREATIONS = {
    "one_by_one": one_by_one,
    "in_bulk": in_bulk,
    "in_bulk_unchecked": in_bulk_unchecked,
    "planned": planned,
    "rerun": rerun,
    "told": told,
}
FILES = {"exported": exported, "synced": synced}
READINGS = {"listed": listed, "waited": waited}


def main():
    what, address, ca, number, *run = sys.argv[1:]
    client = scaleapi.ScaleClient(KEY, api_instance_url=address, verify=ca)
    if what in FILES:
        rounds(lambda: FILES[what](client, number))
    elif what in READINGS:
        rounds(lambda: READINGS[what](client, int(number)))
    else:
        rounds(lambda: CREATIONS[what](client, payloads(int(number), *map(int, run or [0]))))


if __name__ == "__main__":
    main()
