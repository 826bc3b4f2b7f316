"""The nightly job, night after night: new rows, changed rows, a kill, and a faulty service."""

import csv
import gzip
import json
import signal
import time
from collections import Counter

import pytest

from scaleapi.sandbox import Sandbox

pytest.importorskip("pandas")


@pytest.fixture
def service():
    """A sandbox whose labelers need a tenth of a second."""
    with Sandbox(live=True, complete_after=0.1) as sandbox:
        yield sandbox


@pytest.fixture
def night(service, run, tmp_path):
    """Runs the job for some rows."""

    def night(batch, rows, **options):
        with open(tmp_path / "rows.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "url"])
            writer.writerows(rows.items())
        return run(*command(batch, tmp_path), **environment(service), **options)

    return night


def command(batch, folder):
    names = [folder / "rows.csv", folder / "out"]
    return "nightly/nightly.py", *map(str, names), "--project", "animals", "--batch", batch


def environment(service):
    return {
        "SCALE_API_INSTANCE_URL": service.url,
        "SCALE_API_KEY": "test_key",
        "SCALE_API_MAX_DELAY": "0.05",
    }


def rows(number, changed=()):
    return {
        f"r{row}": f"https://example.org/{row}{'-new' if row in changed else ''}.png"
        for row in range(number)
    }


def tasks_of(service):
    with service.client("test_key") as client:
        return list(client.get_tasks("animals"))


def creations(service):
    return [
        request
        for request in service.requests
        if request.method == "POST" and "/task/" in request.path
    ]


def exported(folder, batch):
    with gzip.open(folder / "out" / f"tasks-{batch}.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def report(folder, batch):
    with open(folder / "out" / f"report-{batch}.csv", newline="") as file:
        return list(csv.DictReader(file))


def assert_done(done):
    assert (done.returncode, done.stderr) == (0, ""), done


def test_nightly_first_and_second_night(service, night, tmp_path):
    assert_done(night("n1", rows(500)))
    assert len(exported(tmp_path, "n1")) == len(report(tmp_path, "n1")) == 500
    assert {row["status"] for row in report(tmp_path, "n1")} == {"completed"}
    assert {row["labels"] for row in report(tmp_path, "n1")} == {"2"}
    assert (tmp_path / "out" / "failures-n1.jsonl").read_bytes() == b""

    before = len(creations(service))
    second = night("n2", rows(550, changed=(3, 77, 499)))
    assert_done(second)
    assert "550 rows: 497 unchanged, {'created': 53}" in second.stdout
    assert len(creations(service)) - before == 53
    tonight = [task for task in exported(tmp_path, "n2") if task["batch"] == "n2"]
    assert len(tonight) == 53
    assert {row["unique_id"] for row in report(tmp_path, "n2")} >= {"animals/r500", "animals/r549"}

    again = night("n2", rows(550, changed=(3, 77, 499)))  # in a batch that is completed
    assert_done(again)
    assert "550 rows: 547 unchanged, {'existed': 3}" in again.stdout
    counts = Counter(task.unique_id.partition("@")[0] for task in tasks_of(service))
    assert len(counts) == 550 and {name for name, number in counts.items() if number > 1} == {
        "animals/r3", "animals/r77", "animals/r499"
    }  # fmt: skip


def test_nightly_killed_continues_and_creates_nothing_twice(
    service, night, start, wait_until, tmp_path
):
    assert_done(night("n1", rows(20)))
    with open(tmp_path / "rows.csv", "w", newline="") as file:
        csv.writer(file).writerows([("id", "url"), *rows(300).items()])
    for share in (40, 160):
        process = start(*command("n2", tmp_path), **environment(service))
        wait_until(lambda share=share: len(creations(service)) > share, 30)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert_done(night("n2", rows(300)))
    tasks = tasks_of(service)
    assert len(tasks) == 300 == len({task.unique_id for task in tasks})
    assert {row["status"] for row in report(tmp_path, "n2")} == {"completed"}
    assert not list((tmp_path / "out").glob("*.tmp"))


@pytest.mark.parametrize("fault", [{"status": 500, "after_processing": True}, {"drop": True},
                                   {"status": 429, "headers": {"Retry-After": "0"}}])  # fmt: skip
def test_nightly_on_a_faulty_service_creates_each_once(fault, service, night, tmp_path):
    service.add_fault("*", "*", rate=0.1, seed=7, **fault)
    deadline = time.monotonic() + 60
    while night("n1", rows(200)).returncode:  # a call in 10,000 fails for good
        assert time.monotonic() < deadline
    service.clear_faults()
    tasks = tasks_of(service)
    assert len(tasks) == 200 == len({task.unique_id for task in tasks})
    assert len(report(tmp_path, "n1")) == 200


def test_nightly_failed_rows_are_in_a_file_and_the_exit_code_is_1(service, night, tmp_path):
    service.add_fault("POST", "/task/*", status=402, times=2)
    done = night("n1", rows(10))
    assert done.returncode == 1
    lines = (tmp_path / "out" / "failures-n1.jsonl").read_text().splitlines()
    assert [json.loads(line)["code"] for line in lines] == [402, 402]
    assert not (tmp_path / "out" / "last.json").exists()
    again = night("n2", rows(10))  # n1 takes no tasks any more
    assert_done(again)
    assert len({task.unique_id for task in tasks_of(service)}) == 10
