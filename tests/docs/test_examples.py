"""The examples, run as a user runs them: as processes of their own."""

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
def box():
    with Sandbox(live=True) as box:
        yield box


def rows(path):
    return [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]


@pytest.mark.smoke
def test_quickstart_does_the_main_job_on_a_sandbox_of_its_own(run):
    done = run("quickstart.py")
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout
    assert "runs on a sandbox at http://127.0.0.1:" in said
    for fact in (
        r"1\. Made the project 'quickstart-\S+' for imageannotation tasks",
        r"2\. Made the batch 'quickstart-\S+-batch', which is in_progress",
        r"3\. Uploaded street.png: \d+ bytes, image/png, now at\n   scaledata://",
        r"4\. Made 36 tasks on 8 threads in \d+\.\d s: completed\.",
        r"page 1: 10 of 36 tasks\n   page 2: 10 of 36 tasks\n   page 3: 10 .*\n   page 4: 6 of",
        r"gave 36 different tasks",
        r"6\. Counted: 36 tasks in the project, 36 of them completed",
        r"7\. Audited two tasks:\n   [0-9a-f]{24}: accepted\n   [0-9a-f]{24}: rejected",
        r"8\. Tagged 8 tasks; a search for 'night' finds 8\.",
        r"9\. Finalized the batch, which is in_progress: 36 tasks completed, 0 pending",
        r"10\. Wrote the results of 36 tasks to ",
    ):
        assert re.search(fact, said), f"{fact} in:\n{said}"
    results = rows(re.search(r"36 tasks to (.*)$", said, re.MULTILINE)[1])
    assert len({row["task_id"] for row in results}) == 36
    assert all(row["response"]["annotations"] for row in results)


def test_quickstart_writes_the_results_where_it_is_told(run, tmp_path):
    done = run("quickstart.py", "--tasks", "3", "--results", "mine.jsonl")
    assert done.returncode == 0, done.stderr
    assert len(rows(tmp_path / "mine.jsonl")) == 3


@pytest.mark.parametrize("key", ["test_key", "some_words|test"])
def test_quickstart_runs_with_a_test_key_and_can_be_run_twice(run, key):
    with Sandbox() as box:
        for _ in range(2):
            done = run(
                "quickstart.py", "--tasks", "2", SCALE_API_KEY=key, SCALE_API_INSTANCE_URL=box.url
            )
            assert (done.returncode, done.stderr) == (0, "")
        assert f"Running with your test key at {box.url}." in done.stdout
        assert key not in done.stdout
        with box.client(key) as client:
            assert len(client.get_projects()) == 2


@pytest.mark.parametrize("key", ["live_key", "words", "test", "not_test_key", "a|test|b"])
def test_quickstart_refuses_any_other_key_and_asks_nothing(run, box, key):
    done = run("quickstart.py", SCALE_API_KEY=key, SCALE_API_INSTANCE_URL=box.url)
    assert (done.returncode, done.stdout) == (2, "")
    assert "not of test form" in done.stderr and "cost money" in done.stderr
    assert key == "test" or key not in done.stderr
    assert box.requests == []


def test_quickstart_without_sandbox_and_key_says_what_to_install(run, tmp_path):
    (tmp_path / "flask.py").write_text("raise ImportError(name='flask')")
    done = run("quickstart.py", path=[tmp_path])
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "pip install '.[sandbox]'" in done.stderr


def test_quickstart_tells_of_a_failure_in_one_line(run):
    with Sandbox() as box:
        box.fail_next("POST", "/batches", status=402)
        done = run("quickstart.py", SCALE_API_KEY="test_key", SCALE_API_INSTANCE_URL=box.url)
    assert done.returncode == 1
    assert re.fullmatch(r"It failed: <Response \[402\]> .*\n", done.stderr)


@pytest.fixture
def batch(box):
    """Makes a batch of pending tasks."""

    def batch(name, number):
        with box.client("test_key", retries=RetryPolicy(total=0)) as client:
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
def cancel(run, box):
    def cancel(*arguments):
        return run(
            "cancel_batch.py",
            *arguments,
            SCALE_API_KEY="test_key",
            SCALE_API_INSTANCE_URL=box.url,
        )

    return cancel


def statuses(box, batch):
    with box.client("test_key") as client:
        return {task.id: task.status for task in client.get_tasks(batch_name=batch)}


def summary(canceled, refused, failed):
    return (
        f"{canceled} canceled, {refused} refused (done, canceled already or being worked on), "
        f"{failed} failed"
    )


def test_cancel_batch_cancels_all_tasks_and_a_second_run_reports_refusals(box, batch, cancel):
    batch("a/b 1", 130)  # more than a page
    second = batch("b2", 3)
    box.complete_task(second[0], {"annotations": []})
    done = cancel("a/b 1", "b2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"a/b 1: {summary(130, 0, 0)}",
        f"b2: {summary(2, 1, 0)}",
        f"In all: {summary(132, 1, 0)}",
    ]
    assert set(statuses(box, "a/b 1").values()) == {"canceled"}
    assert sorted(statuses(box, "b2").values()) == ["canceled", "canceled", "completed"]
    again = cancel("a/b 1", "b2", "--workers", "2")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.splitlines()[-1] == f"In all: {summary(0, 133, 0)}"


def test_cancel_batch_leaves_other_batches_alone(box, batch, cancel):
    batch("mine", 2)
    batch("yours", 2)
    assert cancel("mine").returncode == 0
    assert set(statuses(box, "yours").values()) == {"pending"}


def test_cancel_batch_works_on_many_threads(box, batch, cancel, monkeypatch):
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
def test_cancel_batch_frees_the_unique_ids_only_if_asked_to(box, batch, cancel, cleared):
    ids = batch("mine", 1)
    assert cancel("mine", *["--clear-unique-id"] * cleared).returncode == 0
    with box.client("test_key") as client:
        assert hasattr(client.get_task(ids[0]), "unique_id") is not cleared


def test_cancel_batch_takes_tasks_as_it_needs_them(box, batch, cancel):
    batch("long", 120)
    assert cancel("long", "--workers", "2").returncode == 0
    asked = [
        request.method for request in box.requests if request.path.endswith(("/tasks", "/cancel"))
    ]
    second_page = asked.index("GET", asked.index("GET") + 1)
    assert asked[:second_page].count("POST") > 90, "the second page waits for the first"


def test_cancel_batch_lists_what_failed_goes_on_and_ends_with_1(box, batch, cancel):
    ids = batch("mine", 3)
    box.fail_next("POST", f"/task/{ids[1]}/cancel", status=403)
    done = cancel("no such batch", "mine")
    assert done.returncode == 1
    assert f"mine: task {ids[1]} failed: Forbidden" in done.stderr
    assert "no such batch: its tasks could not be listed: " in done.stderr
    assert done.stdout.splitlines() == [
        f"no such batch: {summary(0, 0, 1)}",
        f"mine: {summary(2, 0, 1)}",
        f"In all: {summary(2, 0, 2)}",
    ]


def test_cancel_batch_counts_what_was_begun_when_the_listing_fails(box, batch, cancel):
    batch("mine", 120)
    box.fail_next("GET", "/tasks", status=None, delay=0.01)  # the first page comes
    box.fail_next("GET", "/tasks", status=403)
    done = cancel("mine")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == f"mine: {summary(100, 0, 1)}"


@pytest.mark.parametrize(
    "arguments, environment, complaint",
    [
        (["b"], {}, "SCALE_API_KEY"),
        ([], {"SCALE_API_KEY": "test_key"}, "BATCH"),
        (["b", "--workers", "0"], {"SCALE_API_KEY": "test_key"}, "--workers must be 1 or more"),
        (["b", "--workers", "65"], {"SCALE_API_KEY": "test_key"}, "64 at the most"),
    ],
)
def test_cancel_batch_says_why_it_can_not_begin(run, box, arguments, environment, complaint):
    done = run("cancel_batch.py", *arguments, SCALE_API_INSTANCE_URL=box.url, **environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert box.requests == []
