"""Recovery after ambiguous failures: nothing is created twice, nothing false is reported."""

import datetime as dt
import json
import logging

import pytest

import scaleapi
from scaleapi import RetryPolicy, ScaleDuplicateResource, ScaleInvalidRequest
from tests.factories import CATEGORIZATION

LOSSES = {
    "a 5xx after storing": [{"status": 500, "after_processing": True}],
    "a drop after storing": [{"drop": True, "after_processing": True}],
    "silence after storing": [{"status": None, "delay": 0.6, "after_processing": True}],
    "a 429, then a 5xx after storing": [{"status": 429}, {"status": 502, "after_processing": True}],
    "several in a row": [
        {"status": 503, "after_processing": True},
        {"drop": True},
        {"status": 500},
    ],
}


@pytest.fixture
def client(sandbox):
    with sandbox.client(retries=RetryPolicy(backoff_factor=0.02), timeout=0.3) as client:
        client.create_project("p", "categorization")
        client.create_project("q", "categorization")
        yield client


@pytest.fixture
def live_client(live_sandbox):
    with live_sandbox.client(retries=RetryPolicy(backoff_factor=0.02), timeout=0.3) as client:
        client.create_project("p", "categorization")
        yield client


def lose(sandbox, method, path, loss):
    for fault in LOSSES[loss]:
        sandbox.fail_next(method, path, **fault)


def look_ups(sandbox):
    return [request for request in sandbox.requests if request.method == "GET"]


@pytest.mark.smoke
@pytest.mark.parametrize("loss", LOSSES)
def test_recovery_create_task_creates_one_task_and_returns_it(loss, sandbox, client):
    lose(sandbox, "POST", "/task/categorization", loss)
    task = client.create_task("categorization", project="p", unique_id="u/1 é", **CATEGORIZATION)
    assert (task.unique_id, task.project) == ("u/1 é", "p")
    assert client.tasks().total == 1


@pytest.mark.parametrize("loss", LOSSES)
def test_recovery_create_batch_creates_one_batch_and_returns_it(loss, sandbox, client):
    lose(sandbox, "POST", "/batches", loss)
    assert client.create_batch("p", "b/1 é%").name == "b/1 é%"
    assert client.batches().total == 1


@pytest.mark.parametrize("loss", LOSSES)
def test_recovery_create_project_creates_one_project_and_returns_it(loss, sandbox, client):
    lose(sandbox, "POST", "/projects", loss)
    assert client.create_project("r/1 é%", "chat").type == "chat"
    assert len(client.projects()) == 3


@pytest.mark.parametrize("loss", LOSSES)
def test_recovery_update_unique_id_sets_it_once(loss, sandbox, client):
    task = client.create_task("categorization", **CATEGORIZATION)
    lose(sandbox, "POST", "/task/*/unique_id", loss)
    task.update_unique_id("u")
    assert task.unique_id == "u"


@pytest.mark.parametrize("loss", LOSSES)
def test_recovery_cancel_task_already_canceled_succeeds(loss, live_sandbox, live_client):
    task = live_client.create_task("categorization", unique_id="u", **CATEGORIZATION)
    lose(live_sandbox, "POST", "/task/*/cancel", loss)
    task.cancel(clear_unique_id=True)
    assert task.status == "canceled" and not hasattr(task, "unique_id")


@pytest.mark.parametrize("loss", LOSSES)
def test_recovery_finalize_batch_already_finalized_succeeds(loss, live_sandbox, live_client):
    batch = live_client.create_batch("p", "b/1 é%")
    lose(live_sandbox, "POST", "/batches/*/finalize", loss)
    assert batch.finalize().status == "in_progress"


def test_recovery_without_ambiguous_failure_raises_the_duplicate_error(sandbox, client):
    client.create_task("categorization", unique_id="u", **CATEGORIZATION)
    client.create_batch("p", "b")
    before = len(look_ups(sandbox))
    for again in (
        lambda: client.create_task("categorization", unique_id="u", **CATEGORIZATION),
        lambda: client.create_batch("p", "b"),
        lambda: client.create_project("p", "categorization"),
    ):
        with pytest.raises(ScaleDuplicateResource) as caught:
            again()
        assert [attempt.status for attempt in caught.value.attempts] == [409]
    sandbox.fail_next("POST", "/batches", status=429)
    with pytest.raises(ScaleDuplicateResource):
        client.create_batch("p", "b")
    assert len(look_ups(sandbox)) == before


def test_recovery_object_of_others_raises_the_duplicate_error(sandbox, client):
    client.create_task("transcription", unique_id="u", fields={"title": "Title"}, **CATEGORIZATION)
    client.create_task("categorization", project="q", unique_id="v", **CATEGORIZATION)
    client.create_batch("q", "b")
    other = client.create_task("categorization", unique_id="taken", **CATEGORIZATION)
    task = client.create_task("categorization", **CATEGORIZATION)
    for call in (
        lambda: client.create_task("categorization", unique_id="u", **CATEGORIZATION),
        lambda: client.create_task("categorization", project="p", unique_id="v", **CATEGORIZATION),
        lambda: client.create_batch("p", "b"),
        lambda: client.create_project("p", "chat"),
        lambda: client.update_task_unique_id(task.id, other.unique_id),
    ):
        sandbox.fail_next("POST", "/*", status=503)
        with pytest.raises(ScaleDuplicateResource) as caught:
            call()
        assert [attempt.status for attempt in caught.value.attempts] == [503, 409]


def test_recovery_cancel_task_not_canceled_raises_the_error_response(sandbox, client):
    task = client.create_task("categorization", **CATEGORIZATION)
    sandbox.fail_next("POST", "/task/*/cancel", status=503)
    with pytest.raises(ScaleInvalidRequest):
        task.cancel()
    assert task.status == "completed"


def test_recovery_cancel_task_with_unique_id_kept_raises(live_sandbox, live_client):
    task = live_client.create_task("categorization", unique_id="u", **CATEGORIZATION)
    task.cancel()
    live_sandbox.fail_next("POST", "/task/*/cancel", status=503)
    with pytest.raises(ScaleInvalidRequest):
        task.cancel(clear_unique_id=True)


def test_recovery_lookup_that_fails_raises_the_error_response(sandbox, client):
    client.create_batch("p", "b")
    sandbox.fail_next("POST", "/batches", status=500)
    sandbox.fail_next("GET", "/batches/b", status=404, times=9)
    with pytest.raises(ScaleDuplicateResource):
        client.create_batch("p", "b")
    assert len(look_ups(sandbox)) == 4


def test_recovery_lookup_keeps_the_deadline_of_the_call(sandbox, client):
    client.create_batch("p", "b")
    sandbox.fail_next("POST", "/batches", status=500)
    sandbox.fail_next("GET", "/batches/b", status=None, delay=30, times=9)
    patient = client.with_options(
        timeout=60, retries=RetryPolicy(backoff_factor=0.001, deadline=0.5)
    )
    with pytest.raises(ScaleDuplicateResource):
        patient.create_batch("p", "b")
    assert len(look_ups(sandbox)) == 1


def test_recovery_finalize_batch_completed_meanwhile_succeeds(sandbox, client):
    client.create_batch("p", "b")
    sandbox.fail_next("POST", "/batches/b/finalize", status=502)
    sandbox.fail_next("POST", "/batches/b/finalize", status=400)
    done = {"name": "b", "project": "p", "status": "completed", "created_at": "2026-01-01"}
    sandbox.fail_next("GET", "/batches/b", status=200, body=json.dumps(done))
    assert client.finalize_batch("b").status == "completed"


def test_recovery_task_type_of_several_words_is_normalized(sandbox, client):
    now = dt.datetime.now(dt.timezone.utc).isoformat()
    made = {"task_id": "t", "type": "two words", "unique_id": "u", "created_at": now}
    sandbox.fail_next("POST", "/task/two*", status=500)
    sandbox.fail_next("POST", "/task/two*", status=409)
    sandbox.fail_next("GET", "/tasks", status=200, body=json.dumps({"docs": [made]}))
    assert client.create_task("two words", unique_id="u").id == "t"


def test_recovery_does_not_apply_to_evaluation_tasks(sandbox, client):
    sandbox.fail_next("POST", "/evaluation_tasks/*", status=500)
    sandbox.fail_next("POST", "/evaluation_tasks/*", status=409)
    with pytest.raises(ScaleDuplicateResource):
        client.create_evaluation_task("chat", unique_id="u", expected_response={})
    assert look_ups(sandbox) == []


def test_recovery_applies_to_low_level_requests(sandbox, client):
    sandbox.fail_next("POST", "/task/*", status=500, after_processing=True)
    body = {**CATEGORIZATION, "unique_id": "u"}
    assert client.api.post_request("task/categorization", body=body)["unique_id"] == "u"


UNPROTECTED = {
    "task": lambda c: c.create_task("categorization", **CATEGORIZATION),
    "file": lambda c: c.upload_file(b"x"),
    "evaluation task": lambda c: c.create_evaluation_task("textcollection", expected_response={}),
    "training task": lambda c: c.create_training_task("textcollection", expected_response={}),
}


@pytest.mark.parametrize("what", UNPROTECTED)
def test_retry_create_without_idempotency_key_after_read_timeout_is_not_retried(
    what, sandbox, client
):
    sent = len(sandbox.requests)
    # After processing: before it, the delayed call would be processed during a later test.
    sandbox.fail_next("POST", "/*", status=None, delay=30, after_processing=True)
    with pytest.raises(
        scaleapi.ScaleConnectionTimeout, match=f"the {what} may nevertheless"
    ) as caught:
        UNPROTECTED[what](client)
    assert len(caught.value.attempts) == 1
    assert len(sandbox.requests) == sent + 1


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}])
def test_retry_create_without_idempotency_key_after_other_failure_warns(
    fault, sandbox, client, caplog
):
    sandbox.fail_next("POST", "/task/*", **fault)
    with caplog.at_level(logging.WARNING, "scaleapi"):
        client.create_task("categorization", **CATEGORIZATION)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert (
        "a duplicate task will exist. Pass unique_id to make this call idempotent"
        in record.getMessage()
    )


@pytest.mark.parametrize("fault", [{"status": 429}, {"status": 408}])
def test_retry_create_without_idempotency_key_unprocessed_logs_no_warning(
    fault, sandbox, client, caplog
):
    sandbox.fail_next("POST", "/task/*", **fault)
    with caplog.at_level(logging.WARNING, "scaleapi"):
        client.create_task("categorization", **CATEGORIZATION)
    assert caplog.records == []
