"""Batch.wait: one request per poll, until no task is pending."""

import pytest

import scaleapi
from scaleapi import Batch
from tests.factories import BATCH
from tests.fixtures.network import SimulatedClock


@pytest.fixture
def clock():
    return SimulatedClock()


@pytest.fixture
def batch(client, clock):
    client.api = client.api._with(clock=clock)
    return Batch(dict(BATCH), client)


def counts(status="in_progress", **numbers):
    return {"status": status, **numbers}


def test_wait_polls_the_status_until_no_task_is_pending(batch, wire, clock):
    wire.returns(
        counts(pending=3), counts(pending=1, completed=1, error=1), counts("completed", completed=3)
    )
    seen = []
    assert batch.wait(progress=lambda *numbers: seen.append(numbers)) is batch
    assert (batch.status, batch.tasks_pending, batch.tasks_completed) == ("completed", 0, 3)
    assert seen == [(0, 3), (2, 3), (3, 3)]
    assert [request.path_url for request in wire.sent] == ["/v1/batches/march-01/status"] * 3
    assert clock.delays == [2, 3]


@pytest.mark.parametrize("status", [counts(), counts(completed=2), counts("completed")])
def test_wait_without_pending_tasks_returns_after_one_request(batch, wire, clock, status):
    wire.returns(status)
    assert batch.wait().tasks_pending == 0
    assert (len(wire.sent), clock.delays) == (1, [])


def test_wait_pending_task_of_a_completed_batch_is_waited_for(batch, wire, clock):
    wire.returns(counts("completed", pending=1, completed=2), counts("completed", completed=3))
    assert batch.wait(poll=7).tasks_completed == 3
    assert clock.delays == [7]


def test_wait_timeout_raises_and_the_batch_has_the_counts(batch, wire, clock):
    wire.returns(counts(pending=3, canceled=2))
    with pytest.raises(scaleapi.ScaleWaitTimeout) as caught:
        batch.wait(4)
    assert str(caught.value) == "3 of 5 tasks are still pending after 4 s"
    assert caught.value.pending == ()
    assert (batch.tasks_pending, batch.tasks_canceled) == (3, 2)
    assert clock.delays == [2, 2] and len(wire.sent) == 3


def test_wait_staging_batch_is_rejected_at_once(batch, wire, clock):
    wire.returns(counts("staging", pending=3))
    with pytest.raises(
        scaleapi.ScaleInvalidArgument,
        match="^batch 'march-01' must be finalized before waiting for it, got status 'staging'$",
    ):
        batch.wait()
    assert clock.delays == []


def test_wait_counts_that_are_no_numbers_raise(batch, wire):
    wire.returns(counts(pending="3"))
    with pytest.raises(scaleapi.ScaleException, match="Expected the numbers of tasks, got"):
        batch.wait()


@pytest.mark.parametrize("name, value", [("timeout", -1), ("poll", 0), ("progress", 5)])
def test_wait_invalid_argument_is_rejected_without_a_request(batch, wire, name, value):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=f"^{name} must be .*, got {value}$"):
        batch.wait(**{name: value})
    assert wire.sent == []


def test_wait_progress_bar_has_the_total(batch, wire, capsys):
    wire.returns(counts(completed=3))
    batch.wait(progress=True)
    assert "3/3" in capsys.readouterr().err


def test_wait_in_a_sandbox_ends_when_its_tasks_do(live_sandbox, live_http):
    live_http.make_project(rapid=True)
    live_http.make_batch()
    task_id = live_http.make_task(batch="b")["task_id"]
    clock = SimulatedClock()
    clock.at(5, lambda: live_sandbox.complete_task(task_id, {"category": "cat"}))
    with live_sandbox.client("test_key") as client:
        client.api = client.api._with(clock=clock)
        batch = client.get_batch("b")
        with pytest.raises(scaleapi.ScaleInvalidArgument, match="must be finalized"):
            batch.wait()
        batch.finalize()
        assert batch.wait(60).status == "completed"
    assert batch.tasks_completed == 1
