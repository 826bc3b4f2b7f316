"""Bulk jobs on tasks: in order, each once, one pace, and nothing that stops the others."""

import copy
import itertools
import logging
import re
import threading

import pytest

import scaleapi
from scaleapi import RetryPolicy, TaskType
from scaleapi.bulk import BulkRun
from scaleapi.bulk._pace import Pace

TASK = {"attachment_type": "text", "attachment": "x", "categories": ["c"], "instruction": "i"}


@pytest.fixture
def client(box):
    with box.client(retries=RetryPolicy(backoff_factor=0.01), timeout=5) as client:
        client.create_project("p", "categorization")
        client.create_project("q", "categorization")
        yield client
        for thread in threading.enumerate():  # of a run that was broken off
            if thread.name.startswith("scaleapi-"):
                thread.join()


def payloads(number, **more):
    return [{**TASK, "unique_id": f"u{row}", **more} for row in range(number)]


def statuses(outcomes):
    return [outcome.status for outcome in outcomes]


def test_outcomes_come_in_the_order_of_the_payloads(client):
    given = payloads(50)
    before = copy.deepcopy(given)
    outcomes = list(client.create_tasks(TaskType.Categorization, given, workers=8))
    assert [outcome.index for outcome in outcomes] == list(range(50))
    assert all(outcome.payload is row for outcome, row in zip(outcomes, given))
    assert [outcome.task.unique_id for outcome in outcomes] == [f"u{row}" for row in range(50)]
    assert given == before and client.tasks().total == 50


def test_run_gives_the_counts_and_a_second_time_makes_nothing(client):
    assert client.create_tasks("categorization", payloads(30)).run() == {"created": 30}
    assert client.create_tasks("categorization", payloads(40)).run() == {
        "existed": 30, "created": 10,
    }  # fmt: skip
    assert client.tasks().total == 40


@pytest.mark.parametrize(
    "on_duplicate, status, has_task", [("fetch", "existed", True), ("skip", "existed", False),
                                       ("fail", "failed", False)],
)  # fmt: skip
def test_what_is_there_already(on_duplicate, status, has_task, client):
    made = client.create_task("categorization", **payloads(1)[0])
    run = client.create_tasks("categorization", payloads(1), on_duplicate=on_duplicate)
    (outcome,) = run
    assert (outcome.status, outcome.task == made) == (status, has_task)
    assert isinstance(outcome.error, scaleapi.ScaleDuplicateResource) is (status == "failed")


def test_somebody_elses_task_is_not_taken_for_ones_own(client):
    client.create_task("categorization", project="q", **payloads(1)[0])
    (outcome,) = client.create_tasks("categorization", payloads(1, project="p"))
    assert outcome.status == "failed" and "another type or project" in outcome.error.message


def test_one_bad_payload_stops_no_other(client):
    given = [payloads(1)[0], {"unique_id": "x"}, 5, None, {**TASK, "metadata": {1, 2}}, TASK]
    outcomes = list(client.create_tasks("categorization", given))
    assert statuses(outcomes) == ["created", "failed", "failed", "failed", "failed", "created"]
    assert [outcome.payload for outcome in outcomes] == given
    assert all((outcome.error is None) is (outcome.task is not None) for outcome in outcomes)


def test_each_unique_id_is_made_once_whatever_the_network_does(client, all_faults):
    all_faults("/task/*", 40)
    patient = client.with_options(retries=RetryPolicy(8, backoff_factor=0.001))
    outcomes = list(patient.create_tasks("categorization", payloads(100), workers=16))
    assert statuses(outcomes) == ["created"] * 100
    assert len({outcome.task.id for outcome in outcomes}) == 100
    assert client.tasks().total == 100


@pytest.mark.parametrize("fault", [{"status": 500, "after": True}, {"drop": True, "after": True}])
def test_what_has_no_unique_id_is_not_sent_twice_and_the_risk_is_named(fault, box, client):
    box.fail_next("POST", "/task/*", **fault)
    outcomes = list(client.create_tasks("categorization", [TASK, TASK], workers=1))
    assert statuses(outcomes) == ["failed", "created"]
    assert "the task may exist all the same" in str(outcomes[0].error)
    assert len(outcomes[0].error.attempts) == 1
    assert client.tasks().total == 2


@pytest.mark.parametrize("status", [408, 429])
def test_what_has_no_unique_id_is_sent_again_where_nothing_was_done(status, box, client):
    box.fail_next("POST", "/task/*", status=status)
    assert client.create_tasks("categorization", [TASK], workers=1).run() == {"created": 1}


def test_payloads_are_read_only_as_fast_as_they_are_sent(box, client):
    read = []

    def endless():
        for number in itertools.count():
            read.append(number)
            yield {**TASK, "unique_id": f"e{number}"}

    run = iter(client.create_tasks("categorization", endless(), workers=2))
    assert [next(run).status for _ in range(5)] == ["created"] * 5
    assert len(read) <= 5 + 2 * 4
    run.close()


def test_what_the_payloads_raise_comes_after_the_outcomes_before_it(client):
    def breaks():
        yield from payloads(3)
        raise LookupError("the file is cut off")

    seen = []
    with pytest.raises(LookupError, match="cut off"):
        for outcome in client.create_tasks("categorization", breaks(), workers=2):
            seen.append(outcome.status)
    assert seen == ["created"] * 3 and client.tasks().total == 3


def test_a_run_that_is_dropped_unstarted_warns(client, caplog):
    run = client.create_tasks("categorization", payloads(1))
    assert isinstance(run, BulkRun) and "nothing so far" in repr(run)
    with caplog.at_level(logging.WARNING, "scaleapi"):
        del run
    assert "create_tasks was never started, so nothing was sent" in caplog.text
    caplog.clear()
    client.create_tasks("categorization", payloads(1)).run()
    assert caplog.records == []


def test_a_run_that_is_broken_off_tells_what_was_done_and_begins_nothing_more(box, client, caplog):
    run = client.create_tasks("categorization", payloads(1000), workers=2)
    with pytest.raises(KeyboardInterrupt), caplog.at_level(logging.WARNING, "scaleapi"):
        for outcome in run:
            if outcome.index == 9:
                raise KeyboardInterrupt
    del outcome
    iter(run).close()
    assert re.search(r"create_tasks was broken off: \d+ created", caplog.text)
    assert client.tasks().total < 100


def test_what_is_under_way_when_it_is_broken_off_is_not_sent_again(box, client, wait_until):
    box.add_rule("POST", "/task/*", status=500)
    for_ever = client.with_options(retries=RetryPolicy(10**6, backoff_factor=0.001))
    run = iter(for_ever.create_tasks("categorization", payloads(9), workers=3))
    pace = run.gi_frame.f_locals["self"]._pace

    def stop():
        wait_until(lambda: len(box.hits) > 20)
        pace.stop()

    threading.Thread(target=stop).start()
    outcomes = list(run)
    assert statuses(outcomes) == ["failed"] * 9
    assert {outcome.error.message for outcome in outcomes} == {"The run was broken off"}


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"workers": 0}, "workers must be"),
        ({"workers": 65}, "workers must be"),
        ({"workers": True}, "workers must be"),
        ({"on_duplicate": "replace"}, "on_duplicate must be one of fetch, skip, fail"),
        ({"progress": "bar"}, "progress must be"),
        ({"payloads": "abc"}, "payloads must be"),
        ({"payloads": {}}, "payloads must be"),
        ({"payloads": 5}, "payloads must be"),
        ({"task_type": ""}, "task_type must be"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(arguments, message, box, client):
    sent = len(box.hits)
    usual = {"task_type": "categorization", "payloads": []}
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        client.create_tasks(**{**usual, **arguments})
    assert len(box.hits) == sent


def test_progress_is_told_in_order_with_the_total(client):
    told = []
    client.create_tasks(
        "categorization", payloads(5), progress=lambda done, total: told.append((done, total))
    ).run()
    assert told == [(done, 5) for done in range(1, 6)]
    told.clear()
    client.create_tasks(
        "categorization", iter(payloads(2)), progress=lambda done, total: told.append(total)
    ).run()
    assert told == [None, None]


def test_a_bar_is_shown_when_it_is_asked_for(client, capsys):
    client.create_tasks("categorization", payloads(3), progress=True).run()
    shown = capsys.readouterr().err
    assert "create_tasks: 100%" in shown and "3/3" in shown
    client.create_tasks("categorization", payloads(3)).run()
    assert capsys.readouterr() == ("", "")


def test_tasks_are_canceled(live_box):
    with live_box.client("test_key") as client:
        made = [client.create_task("categorization", **row) for row in payloads(3)]
        made[0].cancel()
        outcomes = list(client.cancel_tasks([made[0], *(task.id for task in made[1:]), "none"]))
        assert statuses(outcomes) == ["refused", "canceled", "canceled", "failed"]
        assert isinstance(outcomes[3].error, scaleapi.ScaleResourceNotFound)
        again = client.cancel_tasks([""], clear_unique_id=True)
        assert again.run() == {"failed": 1}


def test_tasks_are_updated(client):
    made = [client.create_task("categorization", **row) for row in payloads(3)]
    run = client.update_tasks(made, add_tags=["a"], metadata={"m": 1}, workers=2)
    assert [outcome.task.tags for outcome in run] == [["a"]] * 3
    for task in made:
        task.refresh()
        assert (task.tags, task.metadata) == (["a"], {"m": 1})
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="one of tags, add_tags"):
        client.update_tasks(made)


def test_many_are_changed_and_canceled_whatever_the_network_does(live_box, all_faults):
    patient = RetryPolicy(8, backoff_factor=0.001)
    with live_box.client("test_key", retries=patient, timeout=5) as client:
        made = [outcome.task for outcome in client.create_tasks("categorization", payloads(60))]
        all_faults("/task/*", 40, live_box)
        changed = list(client.update_tasks(made, add_tags=["a"], metadata={"m": 1}))
        assert [outcome.task.metadata for outcome in changed] == [{"m": 1}] * 60
        all_faults("/task/*", 40, live_box)
        assert client.cancel_tasks(made, clear_unique_id=True).run() == {"canceled": 60}
        left = list(client.tasks(limit=100))
        assert {(task.status, tuple(task.tags)) for task in left} == {("canceled", ("a",))}
        assert not any(hasattr(task, "unique_id") for task in left)


def test_the_pace_halves_once_for_a_wave_and_rises_slowly():
    pace = Pace(16)
    for _ in range(16):
        pace.enter()
    for _ in range(8):
        pace.leave(429, 0.2)
    assert pace.allowed == 8
    for _ in range(8):
        pace.leave(200, 0)
    assert 8 < pace.allowed < 9
    pace._not_before = 0
    for _ in range(400):
        pace.enter()
        pace.leave(200, 0)
    assert pace.allowed == 16


def test_a_pause_that_the_service_asks_for_holds_all_workers(monkeypatch):
    """The clock stands still until somebody waits."""
    now, waits = [100.0], []
    monkeypatch.setattr("scaleapi.bulk._pace.time.monotonic", lambda: now[0])
    pace = Pace(4)
    pace.enter()
    pace.leave(429, 7.0)

    def wait(timeout):
        waits.append(timeout)
        now[0] += timeout

    monkeypatch.setattr(pace._changed, "wait", wait)
    pace.enter()
    assert waits == [7.0] and pace.allowed == 2
