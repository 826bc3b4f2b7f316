"""Bulk jobs on tasks: in order, each once, one throttle, and nothing that stops the others."""

import copy
import gc
import itertools
import json
import logging
import pickle
import re
import sys
import threading
import time
import weakref

import pytest

import scaleapi
from scaleapi import RetryPolicy, TaskType
from scaleapi._http.options import Clock
from scaleapi.bulk import BulkRun
from scaleapi.bulk.executor import MAX_PENDING_PER_WORKER
from scaleapi.bulk.lookups import MAX_IDS
from scaleapi.bulk.throttle import AdaptiveThrottle, throttled_client
from tests.factories import CATEGORIZATION


@pytest.fixture
def client(sandbox, bulk_threads_end):
    with sandbox.client(retries=RetryPolicy(backoff_factor=0.01), timeout=5) as client:
        client.create_project("p", "categorization")
        client.create_project("q", "categorization")
        yield client
        bulk_threads_end()


def payloads(number, **more):
    return [{**CATEGORIZATION, "unique_id": f"u{row}", **more} for row in range(number)]


def statuses(outcomes):
    return [outcome.status for outcome in outcomes]


def test_bulk_run_outcomes_have_the_order_of_the_payloads(client):
    given = payloads(50)
    before = copy.deepcopy(given)
    outcomes = list(client.create_tasks(TaskType.Categorization, given, workers=8))
    assert [outcome.index for outcome in outcomes] == list(range(50))
    assert all(outcome.payload is row for outcome, row in zip(outcomes, given))
    assert [outcome.task.unique_id for outcome in outcomes] == [f"u{row}" for row in range(50)]
    assert given == before and client.tasks().total == 50


def test_bulk_run_twice_returns_counts_and_creates_nothing_new(client):
    assert client.create_tasks("categorization", payloads(30)).run() == {"created": 30}
    assert client.create_tasks("categorization", payloads(40)).run() == {
        "existed": 30, "created": 10,
    }  # fmt: skip
    assert client.tasks().total == 40


@pytest.mark.parametrize(
    "on_duplicate, status, has_task", [("fetch", "existed", True), ("skip", "existed", False),
                                       ("fail", "failed", False)],
)  # fmt: skip
def test_create_tasks_existing_unique_id_follows_on_duplicate(
    on_duplicate, status, has_task, client
):
    made = client.create_task("categorization", **payloads(1)[0])
    run = client.create_tasks("categorization", payloads(1), on_duplicate=on_duplicate)
    (outcome,) = run
    assert (outcome.status, outcome.task == made) == (status, has_task)
    assert isinstance(outcome.error, scaleapi.ScaleDuplicateResource) is (status == "failed")


def test_create_tasks_existing_task_of_another_project_is_not_adopted(client):
    client.create_task("categorization", project="q", **payloads(1)[0])
    (outcome,) = client.create_tasks("categorization", payloads(1, project="p"))
    assert outcome.status == "failed" and "another type, project or batch" in outcome.error.message


def test_create_tasks_existing_task_of_another_batch_is_not_adopted(client):
    client.create_batch("p", "in p")
    client.create_batch("q", "in q")
    client.create_task("categorization", project="p", batch="in p", **payloads(1)[0])
    (outcome,) = client.create_tasks("categorization", payloads(1, batch="in q"))
    assert outcome.status == "failed"
    (outcome,) = client.create_tasks("categorization", payloads(1, batch="in p"))
    assert outcome.status == "existed"


def test_create_tasks_existing_task_is_found_by_the_whole_unique_id(client):
    """In a filter the service takes a comma for the end of one."""
    for unique_id in ("a,b", "a"):
        client.create_task("categorization", unique_id=unique_id, **CATEGORIZATION)
    (outcome,) = client.create_tasks("categorization", [{**CATEGORIZATION, "unique_id": "a,b"}])
    assert outcome.status == "failed" or outcome.task.unique_id == "a,b"


@pytest.mark.parametrize(
    "on_duplicate, status", [("fetch", "existed"), ("skip", "existed"), ("fail", "failed")]
)
def test_create_tasks_task_of_an_earlier_run_follows_on_duplicate(
    on_duplicate, status, sandbox, client
):
    """Though a response was lost, so that the call itself might have made it."""
    old = {"kind": "task", **payloads(1)[0], "type": "categorization"}
    sandbox.seed([{**old, "created_at": "2026-03-04T10:15:00.000Z"}])
    sandbox.fail_next("POST", "/task/*", status=500)
    (outcome,) = client.create_tasks("categorization", payloads(1), on_duplicate=on_duplicate)
    assert outcome.status == status
    sandbox.fail_next("POST", "/task/*", status=500, after_processing=True)
    new = {**CATEGORIZATION, "unique_id": "new"}
    (outcome,) = client.create_tasks("categorization", [new], on_duplicate=on_duplicate)
    assert outcome.status == "created"


def test_create_tasks_reused_payload_dict_is_sent_as_it_was(client):
    def rows():
        row = dict(CATEGORIZATION)
        for number in range(50):
            row["unique_id"] = f"r{number}"
            yield row

    outcomes = list(client.create_tasks("categorization", rows()))
    assert [outcome.task.unique_id for outcome in outcomes] == [f"r{row}" for row in range(50)]


def test_create_tasks_returned_task_outlives_the_run_and_pickles(client):
    """It outlives the run, and pickles, as the client's own tasks do."""
    run = iter(client.create_tasks("categorization", payloads(40), workers=2))
    made = next(run).task
    run.close()
    made.refresh()
    assert pickle.loads(pickle.dumps(made)) == made
    again = next(iter(client.create_tasks("categorization", payloads(1)))).task
    again.add_tags(["a"])
    assert pickle.loads(pickle.dumps(again)).tags == ["a"]


@pytest.mark.parametrize("created_at", ["2026-03-04T10:15:00", "long ago", None])
def test_create_tasks_recovered_task_without_creation_date_is_created(created_at, sandbox, client):
    client.create_task("categorization", **payloads(1)[0])
    found = {"task_id": "t", "type": "categorization", "unique_id": "u0", "created_at": created_at}
    sandbox.fail_next("POST", "/task/*", status=500)
    sandbox.fail_next("GET", "/tasks", status=200, body=json.dumps({"docs": [found]}))
    (outcome,) = client.create_tasks("categorization", payloads(1), on_duplicate="skip")
    assert (outcome.status, outcome.task.id) == ("created", "t")


def test_bulk_run_is_iterated_once(client):
    run = client.create_tasks("categorization", payloads(3))
    outcomes = iter(run)
    assert next(outcomes).index == 0 and iter(run) is outcomes
    assert [outcome.index for outcome in run] == [1, 2]
    assert list(run) == [] and client.tasks().total == 3


def test_bulk_run_system_exit_ends_the_run(client):
    class Ends(dict):
        def items(self):
            raise SystemExit("enough")

    given = [payloads(1)[0], {**CATEGORIZATION, "metadata": Ends(a=1)}, *payloads(9)]
    with pytest.raises(SystemExit, match="enough"):
        client.create_tasks("categorization", given, workers=1).run()


def test_create_tasks_invalid_payload_fails_alone(client):
    given = [
        payloads(1)[0],
        {"unique_id": "x"},
        5,
        None,
        {**CATEGORIZATION, "metadata": {1, 2}},
        CATEGORIZATION,
    ]
    outcomes = list(client.create_tasks("categorization", given))
    assert statuses(outcomes) == ["created", "failed", "failed", "failed", "failed", "created"]
    assert [outcome.payload for outcome in outcomes] == given
    assert all((outcome.error is None) is (outcome.task is not None) for outcome in outcomes)


def test_create_tasks_unique_ids_under_faults_create_each_task_once(client, all_faults):
    all_faults("/task/*", 40)
    patient = client.with_options(retries=RetryPolicy(8, backoff_factor=0.001))
    outcomes = list(patient.create_tasks("categorization", payloads(100), workers=16))
    assert statuses(outcomes) == ["created"] * 100
    assert len({outcome.task.id for outcome in outcomes}) == 100
    assert client.tasks().total == 100


@pytest.mark.parametrize(
    "fault", [{"status": 500, "after_processing": True}, {"drop": True, "after_processing": True}]
)
def test_create_tasks_without_idempotency_key_ambiguous_failure_not_retried(fault, sandbox, client):
    sandbox.fail_next("POST", "/task/*", **fault)
    outcomes = list(
        client.create_tasks("categorization", [CATEGORIZATION, CATEGORIZATION], workers=1)
    )
    assert statuses(outcomes) == ["failed", "created"]
    assert "the task may nevertheless have been created" in str(outcomes[0].error)
    assert len(outcomes[0].error.attempts) == 1
    assert client.tasks().total == 2


@pytest.mark.parametrize("status", [408, 429])
def test_create_tasks_without_idempotency_key_unprocessed_is_retried(status, sandbox, client):
    sandbox.fail_next("POST", "/task/*", status=status)
    assert client.create_tasks("categorization", [CATEGORIZATION], workers=1).run() == {
        "created": 1
    }


@pytest.mark.parametrize("on_duplicate, ahead", [("skip", 0), ("fail", 0), ("fetch", MAX_IDS)])
def test_create_tasks_payloads_are_read_lazily(on_duplicate, ahead, sandbox, client):
    read = []

    def endless():
        for number in itertools.count():
            read.append(number)
            yield {**CATEGORIZATION, "unique_id": f"e{number}"}

    options = {"workers": 2, "on_duplicate": on_duplicate}
    run = iter(client.create_tasks("categorization", endless(), **options))
    assert [next(run).status for _ in range(5)] == ["created"] * 5
    assert len(read) <= 5 + 2 * 4 + ahead
    assert [next(run).status for _ in range(300)] == ["created"] * 300
    assert len(read) <= 305 + 2 * 4 + ahead
    run.close()


def test_create_tasks_payload_error_propagates_after_earlier_outcomes(client):
    def breaks():
        yield from payloads(3)
        raise LookupError("the file is cut off")

    seen = []
    with pytest.raises(LookupError, match="cut off"):
        for outcome in client.create_tasks("categorization", breaks(), workers=2):
            seen.append(outcome.status)
    assert seen == ["created"] * 3 and client.tasks().total == 3


def test_bulk_run_never_started_warns(client, caplog):
    run = client.create_tasks("categorization", payloads(1))
    assert isinstance(run, BulkRun) and "nothing so far" in repr(run)
    with caplog.at_level(logging.WARNING, "scaleapi"):
        del run
    assert "create_tasks was never started, so nothing was sent" in caplog.text
    caplog.clear()
    client.create_tasks("categorization", payloads(1)).run()
    assert caplog.records == []


def test_bulk_run_loop_left_ends_the_run_at_once(sandbox, client, caplog):
    gc.disable()
    try:
        for _ in client.create_tasks("categorization", payloads(1000), workers=2):
            break
        assert "create_tasks interrupted" in caplog.text
    finally:
        gc.enable()


@pytest.mark.parametrize("on_duplicate, ahead", [("skip", 0), ("fetch", MAX_IDS)])
def test_bulk_run_finished_leaves_no_thread_and_no_payload(
    on_duplicate, ahead, client, bulk_threads_end
):
    class Payload(dict):
        """One that can be seen to go."""

    seen = []

    def given():
        for row in payloads(400):
            payload = Payload(row)
            seen.append(weakref.ref(payload))
            yield payload

    most = 0
    options = {"workers": 2, "on_duplicate": on_duplicate}
    for _ in client.create_tasks("categorization", given(), **options):
        most = max(most, sum(payload() is not None for payload in seen))
    assert most <= 2 * MAX_PENDING_PER_WORKER + 4 + ahead  # those at work, and those in hand
    bulk_threads_end()


def test_bulk_run_interrupted_logs_summary_and_starts_nothing_more(sandbox, client, caplog):
    run = client.create_tasks("categorization", payloads(1000), workers=2)
    with pytest.raises(KeyboardInterrupt), caplog.at_level(logging.WARNING, "scaleapi"):
        for outcome in run:
            if outcome.index == 9:
                raise KeyboardInterrupt
    assert re.search(r"create_tasks interrupted: \d+ created", caplog.text)
    assert client.tasks().total < 100


def test_bulk_run_interrupted_requests_in_flight_are_not_retried(sandbox, client, wait_until):
    sandbox.add_fault("POST", "/task/*", status=500)
    for_ever = client.with_options(retries=RetryPolicy(10**6, backoff_factor=0.001))
    run = iter(for_ever.create_tasks("categorization", payloads(9), workers=3))
    throttle = run.gi_frame.f_locals["self"]._throttle

    def stop():
        wait_until(lambda: len(sandbox.requests) > 20)
        throttle.close()

    threading.Thread(target=stop).start()
    outcomes = list(run)
    assert statuses(outcomes) == ["failed"] * 9
    assert {outcome.error.message for outcome in outcomes} == {"The run was interrupted"}


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"workers": 0}, "workers must be"),
        ({"workers": 65}, "workers must be"),
        ({"workers": True}, "workers must be"),
        ({"on_duplicate": "replace"}, "on_duplicate must be one of fetch, compare, skip, fail"),
        ({"progress": "bar"}, "progress must be"),
        ({"payloads": "abc"}, "payloads must be"),
        ({"payloads": {}}, "payloads must be"),
        ({"payloads": 5}, "payloads must be"),
        ({"task_type": ""}, "task_type must be"),
    ],
)
def test_bulk_run_invalid_argument_raises_immediately(arguments, message, sandbox, client):
    sent = len(sandbox.requests)
    usual = {"task_type": "categorization", "payloads": []}
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        client.create_tasks(**{**usual, **arguments})
    assert len(sandbox.requests) == sent


def test_bulk_run_progress_callback_receives_counts_in_order_and_total(client):
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


def test_bulk_run_progress_true_shows_a_bar(client, capsys):
    client.create_tasks("categorization", payloads(3), progress=True).run()
    shown = capsys.readouterr().err
    assert "create_tasks: 100%" in shown and "3/3" in shown
    client.create_tasks("categorization", payloads(3)).run()
    assert capsys.readouterr() == ("", "")


def test_cancel_tasks_tells_apart_what_can_not_be_canceled(live_sandbox):
    with live_sandbox.client("test_key") as client:
        made = [client.create_task("categorization", **row) for row in payloads(5)]
        stale = [client.get_task(task.id) for task in made]
        made[0].cancel()
        live_sandbox.complete_task(made[1].id, {"category": "c"})
        live_sandbox.fail_task(made[2].id, "no file")
        live_sandbox.fail_next("POST", f"/task/{made[3].id}/cancel", status=400)
        expected = ["already_canceled", "completed", "errored", "in_work", "canceled", "failed"]
        for given in ([*stale, "missing"], [*(task.id for task in made), "missing"]):
            outcomes = list(client.cancel_tasks(given))
            assert statuses(outcomes) == expected
            assert [outcome.error is None for outcome in outcomes] == [True] * 3 + [
                False,
                True,
                False,
            ]
            assert outcomes[1].task.response == {"category": "c"}
            live_sandbox.fail_next("POST", f"/task/{made[3].id}/cancel", status=400)
            expected[4] = "already_canceled"
        assert isinstance(outcomes[5].error, scaleapi.ScaleResourceNotFound)
        for nothing in ("", "."):
            assert client.cancel_tasks([nothing], clear_unique_id=True).run() == {"failed": 1}


def test_cancel_tasks_done_by_their_objects_send_nothing(live_sandbox):
    with live_sandbox.client("test_key") as client:
        made = [client.create_task("categorization", **row) for row in payloads(3)]
        live_sandbox.complete_task(made[0].id, {"category": "c"})
        live_sandbox.fail_task(made[1].id, "no file")
        made[2].cancel()
        fresh = [client.get_task(task.id) for task in made]
        before = len(live_sandbox.requests)
        assert client.cancel_tasks(fresh).run() == {
            "completed": 1, "errored": 1, "already_canceled": 1
        }  # fmt: skip
        assert len(live_sandbox.requests) == before


def test_cancel_tasks_frees_the_unique_id_of_a_canceled_task(live_sandbox):
    with live_sandbox.client("test_key") as client:
        task = client.create_task("categorization", **payloads(1)[0])
        task.cancel()
        for given in (task, task.id):
            (outcome,) = client.cancel_tasks([given], clear_unique_id=True)
            assert outcome.status == "already_canceled"
            assert not hasattr(outcome.task, "unique_id")
        client.create_task("categorization", **payloads(1)[0])


def test_bulk_run_progress_without_tqdm_names_the_extra(client, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ImportError, match=r"pip install 'scaleapi\[progress\]'"):
        client.create_tasks("categorization", payloads(1), progress=True)


def test_update_tasks_returns_updated_outcomes(client):
    made = [client.create_task("categorization", **row) for row in payloads(3)]
    run = client.update_tasks(made, add_tags=["a"], metadata={"m": 1}, workers=2)
    assert [outcome.task.tags for outcome in run] == [["a"]] * 3
    for task in made:
        task.refresh()
        assert (task.tags, task.metadata) == (["a"], {"m": 1})
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="add_tags must be a list of strings"):
        client.update_tasks(made, add_tags="a")
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="one of tags, add_tags"):
        client.update_tasks(made)


def test_update_and_cancel_tasks_under_faults_all_succeed(live_sandbox, all_faults):
    patient = RetryPolicy(8, backoff_factor=0.001)
    with live_sandbox.client("test_key", retries=patient, timeout=5) as client:
        made = [outcome.task for outcome in client.create_tasks("categorization", payloads(60))]
        all_faults("/task/*", 40, live_sandbox)
        changed = list(client.update_tasks(made, add_tags=["a"], metadata={"m": 1}))
        assert [outcome.task.metadata for outcome in changed] == [{"m": 1}] * 60
        all_faults("/task/*", 40, live_sandbox)
        assert client.cancel_tasks(made, clear_unique_id=True).run() == {"canceled": 60}
        left = list(client.tasks(limit=100))
        assert {(task.status, tuple(task.tags)) for task in left} == {("canceled", ("a",))}
        assert not any(hasattr(task, "unique_id") for task in left)


@pytest.fixture
def turns(monkeypatch):
    """What is reported to the throttle after each attempt: the status, and the pause asked for."""
    reports = []
    release = AdaptiveThrottle.release

    def spy(throttle, status, retry_after):
        reports.append((status, retry_after))
        release(throttle, status, retry_after)

    monkeypatch.setattr(AdaptiveThrottle, "release", spy)
    return reports


@pytest.mark.parametrize("policy", [{"total": 0}, {"total": 5, "retry_after_max": 0.01}])
@pytest.mark.parametrize("asked", [{"Retry-After": "120"}, {}])
def test_throttle_busy_service_is_paused_after_a_call_gives_up(
    asked, policy, sandbox, client, turns
):
    sandbox.fail_next("POST", "/task/*", status=429, headers=asked)
    hasty = {"retry_after_max": 0.01, "backoff_factor": 0.01, "jitter": 0, **policy}
    quick = client.with_options(retries=RetryPolicy(**hasty))
    quick.create_tasks("categorization", payloads(2), workers=1, on_duplicate="skip").run()
    (busy, pause), (fine, _) = turns[0], turns[-1]
    assert (busy, fine) == (429, 200) and 0 < pause <= 0.01


def test_throttle_every_attempt_keeps_the_rate_limit(sandbox, client, turns):
    sandbox.fail_next("POST", "/task/*", times=3, status=503)
    before = len(sandbox.requests)
    client.create_tasks("categorization", payloads(20)).run()
    look_ups = 2  # of the first 8, and of the other 12
    assert len(turns) == len(sandbox.requests) - before == 23 + look_ups


def test_throttle_wait_is_not_part_of_the_deadline(client, monkeypatch):
    """The clock jumps by an hour while it waits."""
    later = [0]
    client.api = client.api._with(clock=Clock(lambda: time.monotonic() + later[0]))
    acquire = AdaptiveThrottle.acquire

    def waits(throttle, *deadline):
        later[0] += 3600
        return acquire(throttle, *deadline)

    monkeypatch.setattr(AdaptiveThrottle, "acquire", waits)
    bounded = client.with_options(retries=RetryPolicy(deadline=30))
    assert bounded.create_tasks("categorization", payloads(3), workers=1).run() == {"created": 3}


def test_throttle_wait_is_part_of_elapsed_time(sandbox, client, monkeypatch):
    later = [0]
    client.api = client.api._with(clock=Clock(lambda: time.monotonic() + later[0]))
    acquire = AdaptiveThrottle.acquire

    def waits(throttle, *deadline):
        later[0] += 3600
        return acquire(throttle, *deadline)

    monkeypatch.setattr(AdaptiveThrottle, "acquire", waits)
    sandbox.fail_next("GET", "/projects", status=503)
    response = throttled_client(client, 1)[0].api.request("GET", "projects")
    assert 3600 <= response.elapsed < 7200  # the first turn is not part of it


def test_throttle_attempt_after_the_deadline_is_not_started(sandbox, client, monkeypatch):
    sandbox.add_fault("POST", "/task/*", status=503)
    turns = iter([True, False])  # the second one is late
    monkeypatch.setattr(AdaptiveThrottle, "acquire", lambda throttle, deadline: next(turns))
    bounded = client.with_options(retries=RetryPolicy(9, backoff_factor=0.001, deadline=30))
    (outcome,) = bounded.create_tasks("categorization", payloads(1), on_duplicate="skip")
    assert isinstance(outcome.error, scaleapi.ScaleServiceUnavailable)
    assert len(outcome.error.attempts) == 1
    sandbox.clear_faults()


def test_throttle_slot_available_after_the_deadline_is_not_awaited():
    throttle = AdaptiveThrottle(1)
    throttle.acquire()
    assert throttle.acquire(time.monotonic()) is False
    throttle.release(429, 1000.0)
    assert throttle.acquire(time.monotonic()) is False


@pytest.mark.parametrize("busy", [429, 503])
@pytest.mark.parametrize("fine", [200, 400, 404, 409])
def test_throttle_rejected_wave_halves_limit_once_and_recovers_slowly(busy, fine):
    throttle = AdaptiveThrottle(16)
    for _ in range(16):
        throttle.acquire()
    for _ in range(8):
        throttle.release(busy, 0.2)
    assert throttle.limit == 8
    for _ in range(8):
        throttle.release(fine, 0)
    assert 8 < throttle.limit < 9
    throttle._paused_until = 0
    for _ in range(400):
        throttle.acquire()
        throttle.release(200, 0)
    assert throttle.limit == 16


def test_throttle_retry_after_pauses_all_workers(monkeypatch):
    """The clock stands still until somebody waits."""
    now, waits = [100.0], []
    throttle = AdaptiveThrottle(4, lambda: now[0])
    throttle.acquire()
    throttle.release(429, 7.0)

    def wait(timeout):
        waits.append(timeout)
        now[0] += timeout

        return False

    monkeypatch.setattr(throttle._changed, "wait", wait)
    throttle.acquire()
    assert waits == [7.0] and throttle.limit == 2


def test_bulk_run_closed_early_sends_nothing_more_and_logs_it(sandbox, client, caplog):
    run = client.create_tasks("categorization", payloads(200), workers=2)
    with run, caplog.at_level(logging.WARNING, "scaleapi"):
        first = next(iter(run))
    assert first.status == "created" and list(run) == []
    assert "create_tasks interrupted" in caplog.text and client.tasks().total < 200


def test_bulk_run_closed_before_start_sends_nothing(client, caplog):
    run = client.create_tasks("categorization", payloads(3))
    run.close()
    assert list(run) == [] and client.tasks().total == 0
    del run
    gc.collect()
    assert "never started" not in caplog.text


def test_outcome_is_frozen_and_plain_json(client):
    created, failed = client.create_tasks("categorization", [*payloads(1), {"metadata": {1, 2}}])
    shown = json.loads(json.dumps(created.as_dict()))
    assert shown["task"] == created.task.as_dict() and shown["payload"] == created.payload
    assert failed.as_dict()["error"]["type"] == "ScaleInvalidArgument"
    with pytest.raises(AttributeError):
        created.status = "failed"
