"""The export on a Dask cluster: a real one, of two processes on this machine."""

import datetime as dt
import json
import random

import pytest

from scaleapi.sandbox import Sandbox

TASKS = 1500


@pytest.fixture
def box():
    chance = random.Random(7)
    first = dt.datetime(2026, 3, 1)
    moments = (first + dt.timedelta(milliseconds=chance.randrange(10**8)) for _ in range(TASKS))
    created = [moment.isoformat(timespec="milliseconds") + "Z" for moment in moments]
    tasks = [{"kind": "task", "project": "p", "created_at": each} for each in created]
    with Sandbox() as box:
        box.seed([{"kind": "project", "name": "p", "type": "chat"}, *tasks], api_key="test_key")
        yield box


def test_the_workers_of_a_cluster_read_the_parts_whatever_the_network_does(run, box, tmp_path):
    for seed, fault in enumerate([{"status": 503}, {"drop": True}]):
        box.add_rule("GET", "/tasks", rate=0.05, seed=seed, **fault)
    place = {"SCALE_API_KEY": "test_key", "SCALE_API_INSTANCE_URL": box.url}
    done = run("dask_export.py", "out.jsonl", "--project", "p", **place)
    assert (done.returncode, done.stdout) == (0, f"{TASKS} tasks in out.jsonl\n"), done.stderr
    assert {503, None} < {hit.status for hit in box.hits}
    box.clear_rules()
    with box.client("test_key") as client:
        wanted = [task.as_dict() for task in client.get_tasks("p")]
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert found == wanted


def test_a_failure_leaves_no_file(run, box, tmp_path):
    place = {"SCALE_API_KEY": "test_key", "SCALE_API_INSTANCE_URL": box.url}
    with box.client("test_key") as client:
        client.export_windows(project_name="p")
    box.add_rule("GET", "/tasks", times=len(box.hits) + 3, delay=0.001)  # some pages are read
    box.add_rule("GET", "/tasks", status=402)
    done = run("dask_export.py", "out.jsonl", "--project", "p", **place)
    assert done.returncode == 1 and "It failed: <Response [402]>" in done.stderr
    assert not list(tmp_path.glob("out*")) and "test_key" not in done.stdout + done.stderr


def test_without_dask_it_says_what_to_install(run, tmp_path):
    (tmp_path / "distributed.py").write_text("raise ImportError(name='distributed')")
    done = run("dask_export.py", "out.jsonl", "--project", "p", path=[tmp_path])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "This needs Dask. Install it with: pip install distributed\n"
