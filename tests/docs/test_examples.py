"""Run the example scripts as a user does, in separate processes."""

import json
import re
import threading
from pathlib import Path

import pytest

from scaleapi import RetryPolicy, TaskType
from scaleapi.sandbox import Sandbox
from scaleapi.sandbox.backend import lifecycle

BOX = {"box": {"objects_to_annotate": ["bicycle"]}}


@pytest.fixture
def sandbox():
    with Sandbox(live=True) as sandbox:
        yield sandbox


def rows(path):
    return [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]


@pytest.mark.smoke
def test_quickstart_without_key_runs_all_steps_on_its_own_sandbox(run):
    done = run("quickstart.py")
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout
    assert "runs on a sandbox at http://127.0.0.1:" in said
    for fact in (
        r"1\. Created the project 'quickstart-\S+' for imageannotation tasks",
        r"2\. Created the batch 'quickstart-\S+-batch'\. Status: in_progress",
        r"3\. Uploaded street.png: \d+ bytes, image/png\. URL:\n   scaledata://",
        r"4\. Created 36 tasks on 8 threads in \d+\.\d s: completed\.",
        r"page 1: 10 of 36 tasks\n   page 2: 10 of 36 tasks\n   page 3: 10 .*\n   page 4: 6 of",
        r"yielded 36 distinct tasks",
        r"6\. Counted: 36 tasks in the project, 36 of them completed",
        r"7\. Audited two tasks:\n   [0-9a-f]{24}: accepted\n   [0-9a-f]{24}: rejected",
        r"8\. Tagged 8 tasks; a search for 'night' returned 8\.",
        r"9\. Finalized the batch\. Status: in_progress, 36 tasks completed, 0 pending",
        r"10\. Wrote the results of 36 tasks to ",
    ):
        assert re.search(fact, said), f"{fact} in:\n{said}"
    results = rows(re.search(r"36 tasks to (.*)$", said, re.MULTILINE)[1])
    assert len({row["task_id"] for row in results}) == 36
    assert all(row["response"]["annotations"] for row in results)


def test_quickstart_results_option_writes_to_that_file(run, tmp_path):
    done = run("quickstart.py", "--tasks", "3", "--results", "mine.jsonl")
    assert done.returncode == 0, done.stderr
    assert len(rows(tmp_path / "mine.jsonl")) == 3


@pytest.mark.parametrize("key", ["test_key", "some_words|test"])
def test_quickstart_second_run_with_test_key_creates_another_project(run, key):
    with Sandbox() as sandbox:
        for _ in range(2):
            done = run(
                "quickstart.py",
                "--tasks",
                "2",
                SCALE_API_KEY=key,
                SCALE_API_INSTANCE_URL=sandbox.url,
            )
            assert (done.returncode, done.stderr) == (0, "")
        assert f"Running with your test key at {sandbox.url}." in done.stdout
        assert key not in done.stdout
        with sandbox.client(key) as client:
            assert len(client.get_projects()) == 2


@pytest.mark.parametrize("key", ["live_key", "words", "test", "not_test_key", "a|test|b"])
def test_quickstart_other_key_is_rejected_without_a_request(run, sandbox, key):
    done = run("quickstart.py", SCALE_API_KEY=key, SCALE_API_INSTANCE_URL=sandbox.url)
    assert (done.returncode, done.stdout) == (2, "")
    assert "not of test form" in done.stderr and "cost money" in done.stderr
    assert key == "test" or key not in done.stderr
    assert sandbox.requests == []


def test_quickstart_without_sandbox_and_key_names_the_extra(run, tmp_path):
    (tmp_path / "flask.py").write_text("raise ImportError(name='flask')")
    done = run("quickstart.py", path=[tmp_path])
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "pip install '.[sandbox]'" in done.stderr


def test_quickstart_failure_is_reported_in_one_line(run):
    with Sandbox() as sandbox:
        sandbox.fail_next("POST", "/batches", status=402)
        done = run("quickstart.py", SCALE_API_KEY="test_key", SCALE_API_INSTANCE_URL=sandbox.url)
    assert done.returncode == 1
    assert re.fullmatch(r"Failed: <Response \[402\]> .*\n", done.stderr)


@pytest.fixture
def batch(sandbox):
    """Creates a batch of pending tasks."""

    def batch(name, number):
        with sandbox.client("test_key", retries=RetryPolicy(total=0)) as client:
            if not client.get_projects():
                client.create_project("streets", TaskType.ImageAnnotation)
            client.create_batch("streets", name)
            return [
                client.create_task(
                    TaskType.ImageAnnotation,
                    batch=name,
                    attachment="https://example.org/street.jpg",
                    geometries=BOX,
                    unique_id=f"{name}-{row}",
                ).id
                for row in range(number)
            ]

    return batch


@pytest.fixture
def cancel(run, sandbox):
    def cancel(*arguments):
        return run(
            "cancel_batch.py",
            *arguments,
            SCALE_API_KEY="test_key",
            SCALE_API_INSTANCE_URL=sandbox.url,
        )

    return cancel


def statuses(sandbox, batch):
    with sandbox.client("test_key") as client:
        return {task.id: task.status for task in client.get_tasks(batch_name=batch)}


def summary(canceled, refused, failed):
    return (
        f"{canceled} canceled, {refused} refused (completed, canceled or being worked on), "
        f"{failed} failed"
    )


def test_cancel_batch_second_run_reports_refused_tasks(sandbox, batch, cancel):
    batch("a/b 1", 130)  # more than a page
    second = batch("b2", 3)
    sandbox.complete_task(second[0], {"annotations": []})
    done = cancel("a/b 1", "b2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"a/b 1: {summary(130, 0, 0)}",
        f"b2: {summary(2, 1, 0)}",
        f"Total: {summary(132, 1, 0)}",
    ]
    assert set(statuses(sandbox, "a/b 1").values()) == {"canceled"}
    assert sorted(statuses(sandbox, "b2").values()) == ["canceled", "canceled", "completed"]
    again = cancel("a/b 1", "b2", "--workers", "2")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.splitlines()[-1] == f"Total: {summary(0, 133, 0)}"


def test_cancel_batch_does_not_change_other_batches(sandbox, batch, cancel):
    batch("mine", 2)
    batch("yours", 2)
    assert cancel("mine").returncode == 0
    assert set(statuses(sandbox, "yours").values()) == {"pending"}


def test_cancel_batch_sends_requests_concurrently(sandbox, batch, cancel, monkeypatch):
    all_at_once = threading.Barrier(16)
    cancel_task = lifecycle.cancel_task

    def cancel_together(*arguments):
        all_at_once.wait(timeout=20)
        return cancel_task(*arguments)

    batch("slow", 16)
    monkeypatch.setattr(lifecycle, "cancel_task", cancel_together)
    done = cancel("slow", "--workers", "16")
    assert done.stdout.splitlines()[0] == f"slow: {summary(16, 0, 0)}"


@pytest.mark.parametrize("cleared", [False, True])
def test_cancel_batch_clear_unique_id_option_frees_unique_ids(sandbox, batch, cancel, cleared):
    ids = batch("mine", 1)
    assert cancel("mine", *["--clear-unique-id"] * cleared).returncode == 0
    with sandbox.client("test_key") as client:
        assert hasattr(client.get_task(ids[0]), "unique_id") is not cleared


def test_cancel_batch_fetches_pages_lazily(sandbox, batch, cancel):
    batch("long", 120)
    assert cancel("long", "--workers", "2").returncode == 0
    asked = [
        request.method
        for request in sandbox.requests
        if request.path.endswith(("/tasks", "/cancel"))
    ]
    second_page = asked.index("GET", asked.index("GET") + 1)
    assert asked[:second_page].count("POST") > 90, "the second page waits for the first"


def test_cancel_batch_failed_task_is_listed_and_exit_code_is_1(sandbox, batch, cancel):
    ids = batch("mine", 3)
    sandbox.fail_next("POST", f"/task/{ids[1]}/cancel", status=403)
    done = cancel("no such batch", "mine")
    assert done.returncode == 1
    assert f"mine: task {ids[1]} failed: Forbidden" in done.stderr
    assert "no such batch: its tasks could not be listed: " in done.stderr
    assert done.stdout.splitlines() == [
        f"no such batch: {summary(0, 0, 1)}",
        f"mine: {summary(2, 0, 1)}",
        f"Total: {summary(2, 0, 2)}",
    ]


def test_cancel_batch_listing_failure_still_counts_earlier_tasks(sandbox, batch, cancel):
    batch("mine", 120)
    sandbox.fail_next("GET", "/tasks", status=None, delay=0.01)  # the first page is returned
    sandbox.fail_next("GET", "/tasks", status=403)
    done = cancel("mine")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == f"mine: {summary(100, 0, 1)}"


@pytest.mark.parametrize(
    "arguments, environment, complaint",
    [
        (["b"], {}, "SCALE_API_KEY"),
        ([], {"SCALE_API_KEY": "test_key"}, "BATCH"),
        (["b", "--workers", "0"], {"SCALE_API_KEY": "test_key"}, "--workers must be from 1 to 64"),
        (["b", "--workers", "65"], {"SCALE_API_KEY": "test_key"}, "--workers must be from 1 to 64"),
    ],
)
def test_cancel_batch_invalid_call_is_reported(run, sandbox, arguments, environment, complaint):
    done = run("cancel_batch.py", *arguments, SCALE_API_INSTANCE_URL=sandbox.url, **environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert sandbox.requests == []
