"""Callbacks over the life of a task: which, in what order, and with which retries."""

import contextlib
import threading
import time

import pytest

from scaleapi.sandbox import Sandbox, callbacks
from scaleapi.sandbox.backend import lifecycle


def events(receiver, count):
    """Status and review of the next callbacks, as they arrive."""
    bodies = [receiver.received.get(timeout=5)[1] for _ in range(count)]
    return [(body["status"], body["task"].get("customer_review_status")) for body in bodies]


def test_callback_events_of_a_task_are_sent_in_order(live_sandbox, live_http, receiver):
    task_id = live_http.make_task(callback_url=receiver.url)["task_id"]
    live_sandbox.complete_task(task_id, {"category": "cat"})
    live_http.post(f"/task/{task_id}/audit", json={"accepted": False, "comments": "no"})
    live_sandbox.recall_task(task_id)
    live_sandbox.fail_task(task_id, "no file")
    assert events(receiver, 4) == [
        ("completed", None),
        ("completed", "rejected"),
        ("pending", "rejected"),
        ("error", "rejected"),
    ]
    assert [callback.body["response"] for callback in live_sandbox.callbacks] == [
        {"category": "cat"}, {"category": "cat"}, None, {"error": "no file"}
    ]  # fmt: skip


def test_callback_order_holds_for_changes_by_many_threads(live_sandbox, live_http, monkeypatch):
    task_id = live_http.make_task(callback_url="someone@example.org")["task_id"]
    announce = lifecycle.send_task_callback

    def announce_late(world, account, task):
        if task["status"] == "completed":
            time.sleep(0.005)  # longer than another thread needs to recall it
        announce(world, account, task)

    monkeypatch.setattr(lifecycle, "send_task_callback", announce_late)

    def live():
        for _ in range(10):
            with contextlib.suppress(ValueError):  # another thread was faster
                live_sandbox.complete_task(task_id, {})
            with contextlib.suppress(ValueError):
                live_sandbox.recall_task(task_id)

    threads = [threading.Thread(target=live) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = [callback.body["status"] for callback in live_sandbox.callbacks]
    assert len(seen) >= 20
    assert seen == ["completed", "pending"] * (len(seen) // 2)


def test_callback_is_sent_after_the_change_is_stored(live_sandbox, live_http, monkeypatch):
    seen = []
    task_id = live_http.make_task(callback_url="someone@example.org")["task_id"]
    store = live_sandbox._open().state.store

    def send(url, body, note):
        seen.append((body["status"], store._connection.in_transaction))

    monkeypatch.setattr(live_sandbox._callbacks, "send", send)
    live_sandbox.complete_task(task_id, {})
    assert seen == [("completed", False)]


def test_callback_retry_until_it_succeeds(sandbox, http, receiver, wait_until):
    receiver.statuses = [500, 503]
    task_id = http.make_task(callback_url=receiver.url)["task_id"]
    wait_until(lambda: http.get(f"/task/{task_id}").json().get("callback_succeeded"))
    (callback,) = sandbox.callbacks
    assert (callback.attempts, callback.status, callback.error) == (3, 200, None)
    attempts = [receiver.received.get(timeout=5) for _ in range(3)]
    assert attempts[0] == attempts[1] == attempts[2]
    assert attempts[0][0]["scale-callback-auth"] == sandbox.callback_auth_key


def test_callback_retry_ends_after_three_attempts(sandbox, http, receiver, wait_until):
    receiver.statuses = [500] * 9
    task_id = http.make_task(callback_url=receiver.url)["task_id"]
    path = f"/task/{task_id}"
    wait_until(lambda: http.get(path).json().get("callback_succeeded") is False)
    assert receiver.received.qsize() == 3
    assert sandbox.callbacks[0].attempts == 3


def test_callback_that_is_not_sent_is_not_retried(sandbox, http):
    http.make_task(callback_url="https://example.org/hook")
    assert sandbox.callbacks[0].attempts == 0


@pytest.mark.parametrize("end", ["reset", "stop"])
def test_callback_retry_ends_when_the_sandbox_stops(http_for, receiver, monkeypatch, end):
    monkeypatch.setattr(callbacks, "RETRY_DELAYS", (3600,))
    receiver.statuses = [500] * 9
    with Sandbox() as sandbox:
        http_for(sandbox).make_task(callback_url=receiver.url)
        receiver.received.get(timeout=5)
        getattr(sandbox, end)()
        # Nor does what waits keep later ones, or the end, waiting.
        if end == "reset":
            receiver.statuses = []
            http_for(sandbox).make_task(callback_url=receiver.url)
            assert receiver.received.get(timeout=5)[1]["status"] == "completed"
    assert receiver.received.empty()


def test_callback_interrupted_by_stop_is_not_counted_as_failed(
    http_for, receiver, wait_until, monkeypatch, tmp_path
):
    monkeypatch.setattr(callbacks, "RETRY_DELAYS", (3600,))
    receiver.statuses = [500]
    with Sandbox(db=tmp_path / "x.db") as sandbox:
        task = http_for(sandbox).make_task(callback_url=receiver.url)
        wait_until(lambda: sandbox.callbacks[0].status)
    with sandbox:
        task = http_for(sandbox).get(f"/task/{task['task_id']}").json()
        assert "callback_succeeded" not in task


def test_callback_of_a_batch_is_sent_after_its_last_task(live_sandbox, live_http, receiver):
    live_http.make_project()
    live_http.make_batch(callback=receiver.url)
    ids = [live_http.make_task(batch="b", callback_url=receiver.url)["task_id"] for _ in range(2)]
    live_http.post("/batches/b/finalize")
    live_sandbox.complete_task(ids[0], {})
    live_sandbox.fail_task(ids[1], "x")
    bodies = [receiver.received.get(timeout=5)[1] for _ in range(3)]
    assert [body.get("task_id") for body in bodies] == [*ids, None]
    assert bodies[2] == {"batch": "b", "project": "p", "status": "completed"}
