"""Exports: every task once and as received, under faults, interruption and resumption."""

import datetime as dt
import gzip
import json
import logging
import os
import random
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import pytest

import scaleapi
from scaleapi import RetryPolicy
from scaleapi._atomic import _machine
from scaleapi.bulk.runner import ThrottledPool
from scaleapi.sandbox import Sandbox

TASKS = 2400


def bursts():
    """Tasks as they come: some days with many, and a hundred at one moment."""
    chance = random.Random(5)
    days = [dt.datetime(2026, 3, day) for day in (1, 2, 9, 28)]
    moments = [dt.datetime(2026, 3, 9, 12)] * 100
    for _ in range(TASKS - len(moments)):
        moments.append(
            chance.choice(days) + dt.timedelta(milliseconds=chance.randrange(86_400_000))
        )
    created = [moment.isoformat(timespec="milliseconds") + "Z" for moment in moments]
    tasks = [{"kind": "task", "project": "p", "created_at": each} for each in created]
    return [{"kind": "project", "name": "p", "type": "categorization"}, *tasks]


def after(sandbox, calls, **fault):
    """Make listings go wrong, but for the next ones."""
    sandbox.add_fault("GET", "/tasks", times=calls, delay=0.001)
    sandbox.add_fault("GET", "/tasks", **fault)


@pytest.fixture(scope="module")
def full_sandbox():
    """A sandbox with tasks; tests don't change them."""
    with Sandbox() as sandbox:
        sandbox.seed(bursts(), api_key="test_key")
        yield sandbox


@pytest.fixture
def client(full_sandbox, bulk_threads_end):
    full_sandbox.clear_faults()
    full_sandbox._requests.clear()  # else the oldest would go, and their number stand still
    policy = RetryPolicy(8, backoff_factor=0.001)
    with full_sandbox.client("test_key", retries=policy, timeout=5) as client:
        yield client
        bulk_threads_end()


@pytest.fixture(scope="module")
def tasks(full_sandbox):
    """All of them, newest first, read in the plain way."""
    with full_sandbox.client("test_key") as client:
        return [task.as_dict() for task in client.get_tasks("p")]


def lines(path):
    opened = gzip.open(path) if path.suffix == ".gz" else open(path, "rb")
    with opened as file:
        return [json.loads(line) for line in file]


def planned_in(client, sandbox):
    """How many requests it takes to divide the tasks."""
    before = len(sandbox.requests)
    client.export_windows(project_name="p")
    return len(sandbox.requests) - before


@pytest.mark.parametrize("workers", [1, 8])
@pytest.mark.parametrize("name", ["tasks", "t.v1.JSONL", "t.ndjson", "tasks.gz", "tasks.jsonl.gz"])
def test_export_writes_every_task_once_newest_first(name, workers, client, tasks, tmp_path):
    report = client.export_tasks(tmp_path / name, project_name="p", workers=workers)
    assert lines(tmp_path / name) == tasks
    assert (report.path, report.tasks, report.resumed) == (tmp_path / name, TASKS, False)
    assert report.seconds > 0
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_export_report_counts_requests_including_retries(full_sandbox, client, tmp_path):
    full_sandbox.fail_next("GET", "/tasks", status=503)
    before = len(full_sandbox.requests)
    report = client.export_tasks(tmp_path / "a", project_name="p")
    assert report.requests == len(full_sandbox.requests) - before > TASKS / 100


def test_export_of_equal_tasks_writes_equal_files(client, tmp_path):
    for name in ("a.gz", "b.gz"):
        client.export_tasks(tmp_path / name, project_name="p", workers=5)
    first, second = ((tmp_path / name).read_bytes() for name in ("a.gz", "b.gz"))
    assert first == second and first[3:8] == bytes(5)  # neither a name nor a time


def test_export_filters_are_applied(client, tasks, tmp_path):
    path = str(tmp_path / "a")
    report = client.export_tasks(
        path, project_name="p", created_after="2026-03-02", created_before="2026-03-09T12:00:00Z",
        status=scaleapi.TaskStatus.Completed, limit=30,
    )  # fmt: skip
    wanted = [
        task for task in tasks
        if "2026-03-02" <= task["created_at"] <= "2026-03-09T12:00:00.000Z"
    ]  # fmt: skip
    assert lines(report.path) == wanted and 100 < len(wanted) < TASKS


def test_export_limited_response_is_exported(client, tasks, tmp_path):
    report = client.export_tasks(tmp_path / "a", project_name="p", limited_response=True)
    assert report.requests > TASKS / 100 + 20  # it was divided all the same
    found = lines(tmp_path / "a")
    assert [task["task_id"] for task in found] == [task["task_id"] for task in tasks]
    assert "created_at" not in found[0]


def test_export_without_matches_writes_an_empty_file(client, tmp_path):
    report = client.export_tasks(tmp_path / "a.gz", project_name="p", created_after="2030-01-01")
    assert (report.tasks, report.requests, lines(report.path)) == (0, 1, [])


def test_export_existing_file_is_replaced(client, tmp_path):
    (tmp_path / "a").write_text("old")
    client.export_tasks(tmp_path / "a", project_name="p", created_after="2030-01-01")
    assert (tmp_path / "a").read_text() == ""


def test_export_under_faults_loses_and_duplicates_nothing(
    client, tasks, tmp_path, full_sandbox, faults
):
    for seed, fault in enumerate(faults):
        full_sandbox.add_fault("GET", "/tasks", rate=0.1, seed=seed, **fault)
    client.export_tasks(tmp_path / "a", project_name="p")
    assert lines(tmp_path / "a") == tasks


def test_export_failed_for_good_raises_and_resumes_when_called_again(
    client, full_sandbox, tasks, tmp_path, caplog
):
    after(full_sandbox, planned_in(client, full_sandbox) + 14, status=402)
    with pytest.raises(scaleapi.ScaleNotEnabled):
        client.export_tasks(tmp_path / "a", project_name="p", workers=2)
    assert not (tmp_path / "a").exists()
    assert "export_tasks interrupted" in caplog.text
    full_sandbox.clear_faults()
    with caplog.at_level(logging.INFO, "scaleapi"):
        report = client.export_tasks(tmp_path / "a", project_name="p", workers=2)
    assert "parts left to read" in caplog.text
    assert report.resumed and lines(tmp_path / "a") == tasks
    assert report.requests < TASKS / 100
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


@pytest.fixture
def interrupted(client, full_sandbox, tmp_path, bulk_threads_end):
    """An export that was interrupted after some of its parts were read; gives its file."""
    after(full_sandbox, planned_in(client, full_sandbox) + 14, status=402)
    with pytest.raises(scaleapi.ScaleNotEnabled):
        client.export_tasks(tmp_path / "a", project_name="p", workers=2)
    full_sandbox.clear_faults()
    bulk_threads_end()
    return tmp_path / "a"


@pytest.mark.parametrize(
    "change, told",
    [
        ({"status": "completed"}, "filters"),
        ({"created_after": "2026-03-02"}, "filters"),
        ({"include_attachment_url": None}, "filters"),
    ],
)
def test_export_checkpoint_of_other_filters_is_rejected(
    change, told, client, interrupted, full_sandbox
):
    before = len(full_sandbox.requests)
    with pytest.raises(
        scaleapi.ScaleInvalidArgument, match=f"a different export.*its {told}.*resume"
    ):
        client.export_tasks(interrupted, **{"project_name": "p", **change})
    assert len(full_sandbox.requests) == before
    assert client.export_tasks(interrupted, project_name="p").resumed


def test_export_checkpoint_of_another_account_is_rejected(client, interrupted, full_sandbox):
    with full_sandbox.client("test_other") as other:
        with pytest.raises(scaleapi.ScaleInvalidArgument, match="a different export.*its account"):
            other.export_tasks(interrupted, project_name="p")
    for file in interrupted.with_name("a.parts").iterdir():
        assert b"test_key" not in file.read_bytes()


def test_export_checkpoint_of_another_address_is_rejected(client, interrupted, full_sandbox):
    with full_sandbox.client("test_key") as other:
        other.api.base_api_url = full_sandbox.url.replace("127.0.0.1", "localhost")
        with pytest.raises(scaleapi.ScaleInvalidArgument, match="a different export.*its address"):
            other.export_tasks(interrupted, project_name="p")


def test_export_stale_temporary_files_are_removed_at_start(client, interrupted, full_sandbox):
    # By a thread of this process, perhaps, that an earlier call left behind.
    left = interrupted.with_name("a.parts") / f"{_machine()}-{os.getpid()}-{uuid.uuid4().hex}.new"
    left.write_bytes(b"half")
    full_sandbox.fail_next("GET", "/tasks", status=402)
    with pytest.raises(scaleapi.ScaleNotEnabled):
        client.export_tasks(interrupted, project_name="p")
    assert not left.exists()


def test_export_killed_during_cleanup_is_complete(tmp_path, monkeypatch):
    """The next call is a new export, of all the tasks that there are by then."""
    unlink = Path.unlink

    def ended(path, **how):
        if path.suffix == ".part":
            raise KeyboardInterrupt
        unlink(path, **how)

    with Sandbox() as sandbox, sandbox.client("test_key") as client:
        sandbox.seed(bursts()[:700], api_key="test_key")
        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", ended)
            with pytest.raises(KeyboardInterrupt):
                client.export_tasks(tmp_path / "a", project_name="p")
        assert list((tmp_path / "a.parts").iterdir())
        sandbox.seed([{"kind": "task", "project": "p"}], api_key="test_key")
        report = client.export_tasks(tmp_path / "a", project_name="p")
    assert (report.resumed, report.tasks) == (False, 700)
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


def test_export_resumed_with_other_workers_and_progress_completes(client, interrupted, tasks):
    told = []
    report = client.export_tasks(
        interrupted, project_name="p", workers=7, progress=lambda *counts: told.append(counts)
    )
    assert report.resumed and lines(interrupted) == tasks
    assert told[-1] == (TASKS, TASKS) and told[0][0] > 0 and told == sorted(told)


def test_export_resume_false_starts_over(client, interrupted, tasks):
    stranger = interrupted.with_name("a.parts") / "notes.txt"
    stranger.write_text("mine")
    report = client.export_tasks(interrupted, project_name="p", status="completed", resume=False)
    assert not report.resumed and lines(interrupted) == tasks
    assert stranger.read_text() == "mine"


def test_export_invalid_plan_in_checkpoint_raises(client, tmp_path):
    (tmp_path / "a.parts").mkdir()
    (tmp_path / "a.parts" / "plan.json").write_text('{"id": 5}')
    with pytest.raises(scaleapi.ScaleException, match="plan.json is not the plan of an export"):
        client.export_tasks(tmp_path / "a", project_name="p")


PROGRAM = """
import sys
import scaleapi

client = scaleapi.ScaleClient("test_key", api_instance_url=sys.argv[1], retries=8)
client.export_tasks(sys.argv[2], project_name="p", workers=3, limit=50)
"""


def pages_left(folder, limit):
    """How many pages are still to be read, which are fewer than all."""
    plan = json.loads((folder / "plan.json").read_bytes())
    missing = [
        count
        for number, (_, count) in enumerate(plan["windows"])
        if not (folder / f"{plan['id']}-{number}.part").exists()
    ]
    assert len(missing) < len(plan["windows"])
    return sum(max(1, -(-count // limit)) for count in missing)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=str)
def test_export_resumes_however_the_process_ended(how, client, tasks, full_sandbox, tmp_path):
    """Ended three times in the middle: the server holds a response back until it has happened."""
    path = tmp_path / "a.jsonl.gz"
    planning = planned_in(client, full_sandbox)
    for calls in (planning + 30, 15, 10):
        after(full_sandbox, calls, delay=5)
        seen = len(full_sandbox.requests)
        command = [sys.executable, "-c", PROGRAM, full_sandbox.url, path]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            while len(full_sandbox.requests) < seen + calls:
                assert process.poll() is None
            process.send_signal(how)
            errors = process.communicate(timeout=30)[1]
        full_sandbox.clear_faults()
        assert process.returncode == -how
        assert errors.count("Traceback") == (how is signal.SIGINT)
        assert not path.exists()
    left = pages_left(path.with_name(f"{path.name}.parts"), limit=50)
    report = client.export_tasks(path, project_name="p", limit=50)
    assert report.resumed and report.requests == left and lines(path) == tasks
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_export_to_one_file_twice_at_once_writes_it_whole(client, tasks, tmp_path):
    errors = []

    def run():
        try:
            client.export_tasks(tmp_path / "a", project_name="p", workers=2)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(errors) < 2 and lines(tmp_path / "a") == tasks


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({}, "project_name or batch_name must be given"),
        ({"project_name": "p", "project": "p"}, "unknown filter .project. for export_tasks"),
        ({"project_name": "p", "status": 5}, "status must be"),
        ({"project_name": "p", "limit": "x"}, "limit must be"),
        ({"project_name": "p", "created_after": "soon"}, "created_after must be a time"),
        ({"project_name": "p", "workers": 0}, "workers must be"),
        ({"project_name": "p", "progress": "bar"}, "progress must be"),
        ({"project_name": "p", "path": 5}, "path must be the path of a file"),
        ({"project_name": "p", "path": ""}, "path must be the path of a file"),
        ({"project_name": "p", "path": "."}, "path must be a file in an existing folder"),
        ({"project_name": "p", "path": "none/a"}, "path must be a file in an existing folder"),
        ({"project_name": "p", "path": "a.json"}, "path must end in '.jsonl'.*got 'a.json'"),
        ({"project_name": "p", "path": "a.csv.gz"}, "path must end in '.jsonl'.*got 'a.csv.gz'"),
        ({"project_name": "p", "path": "a.jsonl.zst"}, "path must end in '.jsonl'.* with '.gz' "),
    ],
)
def test_export_invalid_argument_raises_immediately(
    arguments, message, client, full_sandbox, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    before = len(full_sandbox.requests)
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        client.export_tasks(**{"path": "a", **arguments})
    assert len(full_sandbox.requests) == before and list(tmp_path.iterdir()) == []


def test_export_of_many_rounds_uses_one_thread_pool(client, tasks, tmp_path, monkeypatch):
    """The rounds of counting and the reading of the windows share the threads."""
    rounds, names = [], []
    original_map, original_start = ThrottledPool.map, threading.Thread.start

    def map_(self, name, work, items):
        rounds.append(name)
        return original_map(self, name, work, items)

    def start(self):
        names.append(self.name)
        original_start(self)

    monkeypatch.setattr(ThrottledPool, "map", map_)
    monkeypatch.setattr(threading.Thread, "start", start)
    monkeypatch.setattr("scaleapi.bulk.export.partition.MIN_WINDOW_TASKS", 20)
    client.export_tasks(tmp_path / "a.jsonl", project_name="p", workers=3)
    assert lines(tmp_path / "a.jsonl") == tasks
    assert rounds.count("export_windows") >= 3 and rounds[-1] == "export_tasks"
    ours = [name for name in names if name.startswith("scaleapi-")]
    assert sorted(ours) == ["scaleapi-0", "scaleapi-1", "scaleapi-2"]


def test_export_windows_are_filters_for_get_tasks(client, tasks):
    windows = client.export_windows(project_name="p", max_tasks=300, task_type="categorization")
    assert len(windows) > 8 and sum(window.count for window in windows) == TASKS
    found = [task.as_dict() for each in windows for task in client.get_tasks(**each.filters)]
    assert found == tasks
    window = windows[0]
    shown = json.loads(json.dumps(window.as_dict()))
    assert shown == {"filters": window.filters, "count": window.count}


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "9"])
def test_export_windows_invalid_max_tasks_raises(size, client):
    with pytest.raises(
        scaleapi.ScaleInvalidArgument, match="max_tasks must be a whole number over"
    ):
        client.export_windows(project_name="p", max_tasks=size)


@pytest.mark.parametrize(
    "name, message",
    [
        ("a\0b.jsonl", "path must be the path of a file, got"),
        ("x" * 241, "path must end in a name of at most 240 bytes"),
        ("\u00e4" * 121, "path must end in a name of at most 240 bytes"),
    ],
)
def test_export_name_that_no_file_can_have_is_refused_before_sending(
    name, message, full_sandbox, client, tmp_path
):
    before = len(full_sandbox.requests)
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        client.export_tasks(tmp_path / name, project_name="p")
    assert len(full_sandbox.requests) == before and list(tmp_path.iterdir()) == []


def test_export_longest_name_is_written(client, tmp_path):
    assert client.export_tasks(tmp_path / ("x" * 240), project_name="p").path.exists()


@pytest.mark.parametrize("exists", [True, False])
def test_export_target_that_is_a_symbolic_link_is_followed(exists, client, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "tasks.jsonl", tmp_path / "link.jsonl"
    if exists:
        target.write_text("older")
    link.symlink_to(target)
    report = client.export_tasks(link, project_name="p")
    assert link.is_symlink() and report.path == target
    assert len(target.read_text().splitlines()) == report.tasks > 0
    assert sorted(path.name for path in (tmp_path / "elsewhere").iterdir()) == ["tasks.jsonl"]
