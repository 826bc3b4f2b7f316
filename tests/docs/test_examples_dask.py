"""The export on a real Dask cluster of two local processes."""

import dataclasses
import datetime as dt
import json
import random
import runpy
from types import SimpleNamespace
from typing import Callable, NamedTuple

import pytest

import scaleapi.bulk
from scaleapi.sandbox import Sandbox

from .conftest import ROOT

TASKS = 1500


@pytest.fixture
def sandbox():
    chance = random.Random(7)
    first = dt.datetime(2026, 3, 1)
    moments = (first + dt.timedelta(milliseconds=chance.randrange(10**8)) for _ in range(TASKS))
    created = [moment.isoformat(timespec="milliseconds") + "Z" for moment in moments]
    tasks = [{"kind": "task", "project": "p", "created_at": each} for each in created]
    with Sandbox() as sandbox:
        sandbox.seed([{"kind": "project", "name": "p", "type": "chat"}, *tasks], api_key="test_key")
        yield sandbox


def test_dask_export_with_network_faults_exports_every_task_once(run, sandbox, tmp_path):
    for seed, fault in enumerate([{"status": 503}, {"drop": True}]):
        sandbox.add_fault("GET", "/tasks", rate=0.05, seed=seed, **fault)
    place = {"SCALE_API_KEY": "test_key", "SCALE_API_INSTANCE_URL": sandbox.url}
    done = run("dask_export.py", "out.jsonl", "--project", "p", **place)
    assert (done.returncode, done.stdout) == (0, f"{TASKS} tasks in out.jsonl\n"), done.stderr
    assert {503, None} < {request.status for request in sandbox.requests}
    sandbox.clear_faults()
    with sandbox.client("test_key") as client:
        wanted = [task.as_dict() for task in client.get_tasks("p")]
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert found == wanted


def test_dask_export_second_run_reads_only_what_was_updated(run, sandbox, tmp_path):
    place = {"SCALE_API_KEY": "test_key", "SCALE_API_INSTANCE_URL": sandbox.url}
    first = dt.datetime.now(dt.timezone.utc)
    assert run("dask_export.py", "1.jsonl", "--project", "p", **place).returncode == 0
    with sandbox.client("test_key") as client:
        changed = next(client.get_tasks("p", updated_before="2026-03-02"))
        client.add_task_tags(changed.id, ["a"])
    sandbox.seed([{"kind": "task", "project": "p"}] * 2, api_key="test_key")
    before = len(sandbox.requests)
    options = ["--project", "p", "--updated-after", first.isoformat()]
    done = run("dask_export.py", "2.jsonl", *options, **place)
    assert (done.returncode, done.stdout) == (0, "3 tasks in 2.jsonl\n"), done.stderr
    requests = sandbox.requests[before:]
    assert {*map(str, (request.query["updated_after"] for request in requests))} == {
        str([first.isoformat()])
    }
    merged = {}
    for name in ("1.jsonl", "2.jsonl"):
        tasks = map(json.loads, (tmp_path / name).read_text().splitlines())
        merged.update((task["task_id"], task) for task in tasks)
    with sandbox.client("test_key") as client:
        assert merged == {task.id: task.as_dict() for task in client.get_tasks("p")}


def test_dask_export_failure_leaves_no_file(run, sandbox, tmp_path):
    place = {"SCALE_API_KEY": "test_key", "SCALE_API_INSTANCE_URL": sandbox.url}
    with sandbox.client("test_key") as client:
        client.export_windows(project_name="p")
    sandbox.add_fault(
        "GET", "/tasks", times=len(sandbox.requests) + 3, delay=0.001
    )  # some pages are fetched
    sandbox.add_fault("GET", "/tasks", status=402)
    done = run("dask_export.py", "out.jsonl", "--project", "p", **place)
    assert done.returncode == 1 and "Failed: <Response [402]>" in done.stderr
    assert not list(tmp_path.glob("out*")) and "test_key" not in done.stdout + done.stderr


class Here:
    """An engine with the interface of `distributed.Client` that works in this process."""

    @staticmethod
    def map(work, windows, client, pure):
        return [Here.Done(work, window, client) for window in windows]

    class Done(NamedTuple):
        work: Callable
        window: scaleapi.bulk.ExportWindow
        client: scaleapi.ScaleClient

        def result(self):
            return self.work(self.window, self.client)

        def release(self):
            pass


def test_dask_export_includes_tasks_created_meanwhile(sandbox, tmp_path):
    """Tasks that two parts share are written once."""
    example = SimpleNamespace(**runpy.run_path(str(ROOT / "examples" / "dask_export.py")))
    with sandbox.client("test_key") as client:
        windows = client.export_windows(project_name="p")
        shared = [dataclasses.replace(windows[0], count=windows[0].count + 1), *windows[1:]]
        client.export_windows = lambda **_: shared
        sandbox.seed([{"kind": "task", "project": "p"}] * 5, api_key="test_key")
        assert example.export(Here, client, "p", tmp_path / "out") == TASKS


def test_dask_export_without_dask_names_the_package(run, tmp_path):
    (tmp_path / "distributed.py").write_text("raise ImportError(name='distributed')")
    done = run("dask_export.py", "out.jsonl", "--project", "p", path=[tmp_path])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "This needs Dask. Install it with: pip install distributed\n"
