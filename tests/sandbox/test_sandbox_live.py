"""Live mode: tasks are pending until completed, failed, canceled or recalled."""

import functools

import pytest
import requests

from scaleapi.sandbox import Sandbox

ERROR = {
    "error": "Could not download 1 attachment",
    "attachments": [{"statusCode": 403, "url": "https://example.org/a.png"}],
}


def get(http, path):
    response = http.get(path)
    assert response.status_code == 200, response.text
    return response.json()


def status_of(http, name="b"):
    return get(http, f"/batches/{name}/status")


@pytest.mark.parametrize("given, response", [("no file", {"error": "no file"}), (ERROR, ERROR)])
def test_fail_task_shows_its_error(live_sandbox, live_http, given, response):
    task = live_http.make_task()
    failed = live_sandbox.fail_task(task["task_id"], given)
    assert (failed["status"], failed["response"]) == ("error", response)
    assert "completed_at" not in failed
    assert get(live_http, f"/task/{task['task_id']}") == failed
    assert live_http.ids(status="error") == [task["task_id"]]


def test_fail_task_is_shown_by_v2(live_sandbox, live_http):
    live_http.make_project("p", "chat")
    with live_sandbox.client("test_key") as client:
        task_id = client.v2.create_chat_task(project_name="p").task_id
        live_sandbox.fail_task(task_id, "no model")
        task = client.v2.get_task(task_id=task_id)
    assert (task.status.value, task.threads) == ("error", [])


@pytest.mark.parametrize("error", ["", {}, None, 3])
def test_fail_task_empty_error_is_rejected(live_sandbox, live_http, error):
    task_id = live_http.make_task()["task_id"]
    with pytest.raises(ValueError, match="error"):
        live_sandbox.fail_task(task_id, error)
    assert live_http.ids(status="pending") == [task_id]


def test_fail_task_needs_pending_and_recall_task_completed_tasks(live_sandbox, live_http):
    task_id = live_http.make_task()["task_id"]
    with pytest.raises(ValueError, match="pending"):
        live_sandbox.recall_task(task_id)
    live_sandbox.complete_task(task_id, {})
    with pytest.raises(ValueError, match="completed"):
        live_sandbox.fail_task(task_id, "late")
    for action in (lambda: live_sandbox.recall_task("0"), lambda: live_sandbox.fail_task("0", "x")):
        with pytest.raises(ValueError, match="task_id"):
            action()


@pytest.mark.parametrize("levels", [900, 100_000])  # and more than Python's encoder can write
def test_complete_task_response_nested_too_deeply_is_rejected(levels, live_sandbox, live_http):
    task, deep = live_http.make_task(), []
    for _ in range(levels):
        deep = [deep]
    for action in (live_sandbox.complete_task, live_sandbox.fail_task):
        with pytest.raises(ValueError, match="200 levels"):
            action(task["task_id"], {"a": deep})
    assert get(live_http, f"/task/{task['task_id']}") == task


def test_complete_task_id_of_two_accounts_is_rejected(live_sandbox, http_for):
    for key in ("test_ana", "test_bo"):
        live_sandbox.seed([{"kind": "task", "type": "annotation", "task_id": "t"}], api_key=key)
    for action in (
        lambda: live_sandbox.complete_task("t", {}),
        lambda: live_sandbox.fail_task("t", "x"),
        lambda: live_sandbox.recall_task("t"),
    ):
        with pytest.raises(ValueError, match="several keys.*task_id"):
            action()
    root = live_sandbox.url[: -len("/v1")]
    with requests.Session() as session:
        session.trust_env = False
        url = f"{root}/_sandbox/tasks/t/complete"
        response = session.post(url, json={"response": {}}, timeout=10)
    assert (response.status_code, response.json()["status_code"]) == (400, 400)
    assert "several keys" in response.json()["error"]
    for key in ("test_ana", "test_bo"):
        assert get(http_for(live_sandbox, key), "/task/t")["status"] == "pending"


def test_recall_task_is_pending_and_can_be_completed_again(live_sandbox, live_http):
    task = live_http.make_task()
    live_sandbox.complete_task(task["task_id"], {"category": "cat"})
    recalled = live_sandbox.recall_task(task["task_id"])
    assert recalled.pop("updated_at") >= task.pop("updated_at")
    assert recalled == task
    assert live_sandbox.complete_task(task["task_id"], {"category": "dog"})["status"] == "completed"


def test_live_batch_goes_from_staging_to_completed_with_counts(live_sandbox, live_http):
    live_http.make_project()
    assert live_http.make_batch()["status"] == "staging"
    ids = [live_http.make_task(batch="b")["task_id"] for _ in range(4)]
    assert status_of(live_http) == {"status": "staging", "pending": 4}
    live_http.post(f"/task/{ids[0]}/cancel")
    assert live_http.post("/batches/b/finalize").json()["status"] == "in_progress"
    live_sandbox.complete_task(ids[1], {})
    live_sandbox.fail_task(ids[2], "x")
    assert status_of(live_http) == {
        "status": "in_progress", "pending": 1, "completed": 1, "error": 1, "canceled": 1
    }  # fmt: skip
    live_sandbox.complete_task(ids[3], {})
    assert status_of(live_http)["status"] == "completed"
    live_sandbox.recall_task(ids[3])
    assert status_of(live_http)["status"] == "in_progress"
    live_sandbox.complete_task(ids[3], {})
    assert status_of(live_http)["status"] == "completed"


def test_review_statuses_can_be_filtered(live_sandbox, live_http):
    ids = [live_http.make_task()["task_id"] for _ in range(3)]
    for task_id in ids[:2]:
        live_sandbox.complete_task(task_id, {})
        body = {"accepted": task_id == ids[0], "comments": None}
        assert live_http.post(f"/task/{task_id}/audit", json=body).status_code == 200
    assert live_http.ids(customer_review_status="accepted") == [ids[0]]
    assert live_http.ids(customer_review_status="accepted,rejected") == ids[1::-1]


@pytest.fixture
def clocked():
    """A sandbox that completes tasks almost at once."""
    with Sandbox(live=True, complete_after=0.1) as sandbox:
        yield sandbox


def test_automatic_completion_completes_pending_tasks_and_sends_callbacks(
    clocked, http_for, wait_until
):
    http = http_for(clocked)
    task = http.make_task(callback_url="someone@example.org")
    assert task["status"] == "pending"
    path = f"/task/{task['task_id']}"
    wait_until(lambda: get(http, path)["status"] == "completed")
    assert get(http, path)["response"] == {"category": "cat"}
    assert [callback.body["status"] for callback in clocked.callbacks] == ["completed"]


def test_automatic_completion_waits_until_the_batch_is_finalized(clocked, http_for, wait_until):
    http = http_for(clocked)
    http.make_project()
    http.make_batch()
    held = [http.make_task(batch="b")["task_id"], "t"]
    paused = {"kind": "batch", "name": "paused", "project": "p", "status": "paused"}
    clocked.seed([paused, {"kind": "task", "batch": "paused", "task_id": "t"}], api_key="test_key")
    with clocked.client("test_key") as client:
        free = http.make_task()["task_id"]  # made last: when it is done, the others were due
        wait_until(lambda: get(http, f"/task/{free}")["status"] == "completed")
        assert {get(http, f"/task/{task_id}")["status"] for task_id in held} == {"pending"}
        http.post("/batches/b/finalize")
        client.v2.resume_batch(batch_name="paused")
    wait_until(lambda: status_of(http)["status"] == "completed")
    wait_until(lambda: status_of(http, "paused")["status"] == "completed")


def test_automatic_completion_skips_failed_and_canceled_tasks(clocked, http_for, wait_until):
    http = http_for(clocked)
    failed, canceled = (http.make_task()["task_id"] for _ in range(2))
    clocked.fail_task(failed, "x")
    http.post(f"/task/{canceled}/cancel")
    last = http.make_task()["task_id"]
    wait_until(lambda: get(http, f"/task/{last}")["status"] == "completed")
    assert http.ids(status="error") == [failed]
    assert http.ids(status="canceled") == [canceled]


def test_automatic_completion_of_a_recalled_task_starts_over(live_sandbox):
    long_ago = "2025-03-04T10:15:00.000Z"
    live_sandbox.seed([{"kind": "task", "type": "chat", "task_id": "t", "created_at": long_ago}])
    store, seen = live_sandbox._open().state.store, []
    complete = functools.partial(live_sandbox.complete_task, "t", {})
    for step in (lambda: None, complete, lambda: live_sandbox.recall_task("t")):
        step()
        seen.append((len(store.due_tasks("2025-03-05")), len(store.due_tasks("2999"))))
    assert seen == [(1, 1), (0, 0), (0, 1)]


@pytest.mark.parametrize("options", [{"complete_after": 1}, {"live": True, "complete_after": -1}])
def test_an_invalid_complete_after_is_rejected(options):
    with pytest.raises(ValueError, match="complete_after"):
        Sandbox(**options)
