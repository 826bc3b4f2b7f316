"""A mirror whose process is killed, on a service that fails: it equals a fresh export."""

import datetime as dt
import signal
import subprocess
import sys

import pytest

from scaleapi import RetryPolicy
from scaleapi.sandbox import Sandbox

TASKS, CHANGED = 1200, 130
PROGRAM = """
import datetime as dt
import sys
import scaleapi

client = scaleapi.ScaleClient(
    "test_key", api_instance_url=sys.argv[1], retries=scaleapi.RetryPolicy(8, backoff_factor=0.001)
)
client.sync_tasks(sys.argv[2], project_name="p", limit=10, workers=2, lag=dt.timedelta(0))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_sync_killed_three_times_under_faults_equals_an_export(tmp_path, faults):
    rows = [{"kind": "project", "name": "p", "type": "categorization"}]
    for row in range(TASKS):
        created = dt.datetime(2026, 3, 1) + dt.timedelta(minutes=row // 2)  # two at each moment
        rows.append({
            "kind": "task", "project": "p", "status": "pending",
            "created_at": created.isoformat(timespec="milliseconds") + "Z",
        })  # fmt: skip
    mirror, fresh = tmp_path / "mirror.jsonl", tmp_path / "fresh.jsonl"
    policy = RetryPolicy(8, backoff_factor=0.001)
    with Sandbox() as sandbox, sandbox.client("test_key", retries=policy) as client:
        sandbox.seed(rows, api_key="test_key")
        kill_in_the_middle(sandbox, mirror, [60])
        first = client.sync_tasks(mirror, project_name="p", lag=dt.timedelta(0))
        assert first.full and first.tasks == TASKS
        ids = [task.id for task in client.get_tasks("p")][:CHANGED]
        for number, task_id in enumerate(ids):
            if number % 3:
                client.set_task_tags(task_id, ["a"])
            else:
                client.cancel_task(task_id)
        sandbox.seed([{"kind": "task", "project": "p"}] * 20, api_key="test_key")
        kill_in_the_middle(sandbox, mirror, [3, 9, 15])
        for seed, fault in enumerate(faults):
            sandbox.add_fault("GET", "/tasks", rate=0.05, seed=seed, **fault)
        report = client.sync_tasks(mirror, project_name="p", lag=dt.timedelta(0))
        sandbox.clear_faults()
        client.export_tasks(fresh, project_name="p")
    assert (report.full, report.added, report.changed) == (False, 20, CHANGED)
    assert report.requests < 30
    assert mirror.read_bytes() == fresh.read_bytes()


def kill_in_the_middle(sandbox, mirror, calls):
    """Kill a process while it waits for the response to each of these calls."""
    for number in calls:
        hold = sandbox.add_fault("GET", "/tasks", times=number, delay=0.001)
        sandbox.add_fault("GET", "/tasks", delay=5)
        seen = len(sandbox.requests)
        command = [sys.executable, "-c", PROGRAM, sandbox.url, mirror]
        with subprocess.Popen(command) as process:
            while len(sandbox.requests) < seen + number:
                assert process.poll() is None
            process.kill()
        assert process.returncode == -signal.SIGKILL and hold
        sandbox.clear_faults()
