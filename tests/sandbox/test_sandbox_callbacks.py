"""Callbacks to receivers on this machine, and to nowhere else."""

import contextlib
import socket
import threading

import pytest

from scaleapi.sandbox import Sandbox, callbacks
from scaleapi.sandbox.backend import lifecycle
from scaleapi.sandbox.callbacks import AUTH_HEADER, AUTH_VALUE, is_loopback
from tests.fixtures.servers import http_response


@pytest.fixture
def endless():
    """Receivers whose answers never end: the address of one that goes on as instructed."""
    with contextlib.ExitStack() as all_of_them:
        yield lambda *response: all_of_them.enter_context(_endless(*response))


@pytest.fixture(params=[b"X: ", b"\r\n"], ids=["head", "body"])
def trickle(endless, request):
    """The address of one whose head or body never ends, though no part of it is late."""
    return endless(b"HTTP/1.1 200 OK\r\n" + request.param, b"y", 0.01)


@contextlib.contextmanager
def _endless(beginning, more, pause):
    ended, threads = threading.Event(), []

    def answer(connection):
        with connection, contextlib.suppress(OSError):
            connection.sendall(beginning)
            while not ended.wait(pause):
                connection.sendall(more)

    def accept():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threads.append(threading.Thread(target=answer, args=(connection,)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads.append(threading.Thread(target=accept))
        threads[0].start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()


def test_callback_of_a_created_task_has_the_whole_task(http, receiver):
    task = http.make_task(callback_url=receiver.url, metadata={"row": 1})
    headers, body = receiver.received.get(timeout=5)
    assert headers[AUTH_HEADER] == AUTH_VALUE
    assert headers["Content-Type"] == "application/json"
    assert body["task"] == task
    assert (body["task_id"], body["status"]) == (task["task_id"], "completed")
    assert body["response"] == task["response"]


@pytest.mark.parametrize("status, succeeded", [(204, True), (500, False), (302, False)])
def test_callback_result_is_recorded_in_the_task(
    sandbox, http, receiver, wait_until, status, succeeded
):
    receiver.status = status
    path = f"/task/{http.make_task(callback_url=receiver.url)['task_id']}"
    wait_until(lambda: "callback_succeeded" in http.get(path).json())
    assert http.get(path).json()["callback_succeeded"] is succeeded
    (callback,) = sandbox.callbacks
    assert (callback.url, callback.sent, callback.status) == (receiver.url, True, status)


def test_callbacks_to_one_receiver_share_a_connection(http, receiver, monkeypatch):
    monkeypatch.setattr(receiver.RequestHandlerClass, "protocol_version", "HTTP/1.1")
    for _ in range(3):
        http.make_task(callback_url=receiver.url)
        receiver.received.get(timeout=5)
    assert len(receiver.connections) == 1


def test_callback_to_a_closed_port_counts_as_failed(sandbox, http, receiver, wait_until):
    receiver.shutdown()
    receiver.server_close()
    path = f"/task/{http.make_task(callback_url=receiver.url)['task_id']}"
    wait_until(lambda: http.get(path).json().get("callback_succeeded") is False)
    (callback,) = sandbox.callbacks
    assert callback.status is None
    assert callback.error


@pytest.mark.parametrize(
    "url", ["https://example.org/hook", "someone@example.org", "ftp://127.0.0.1/x", "http://["]
)
def test_callback_to_another_machine_is_recorded_and_not_sent(sandbox, http, url):
    task = http.make_task(callback_url=url)
    (callback,) = sandbox.callbacks
    assert (callback.url, callback.sent, callback.status) == (url, False, None)
    assert callback.body["task"] == task
    assert "callback_succeeded" not in http.get(f"/task/{task['task_id']}").json()


@pytest.mark.parametrize(
    "url, expected",
    [
        ("http://localhost:80/x", True),
        ("http://127.8.9.1/", True),
        ("https://[::1]:443/", True),
        ("http://localhost.example.org/", False),
        ("http://127.0.0.1@example.org/", False),
        ("http://elsewhere.example.org\\@127.0.0.1/", False),
        ("http://10.0.0.1/", False),
        ("http://0.0.0.0/", False),
    ],
)
def test_callback_local_addresses_are_loopback_only(url, expected):
    assert is_loopback(url) is expected


def test_callback_of_a_live_task_is_sent_when_completed_and_audited(
    live_sandbox, live_http, receiver
):
    task_id = live_http.make_task(callback_url=receiver.url)["task_id"]
    assert live_sandbox.callbacks == []
    live_sandbox.complete_task(task_id, {"category": "cat"})
    _, body = receiver.received.get(timeout=5)
    assert body["response"] == {"category": "cat"}
    live_http.post(f"/task/{task_id}/audit", json={"accepted": False, "comments": "no"})
    _, body = receiver.received.get(timeout=5)
    assert body["task"]["customer_review_status"] == "rejected"
    assert len(live_sandbox.callbacks) == 2


def test_callback_endless_response_is_abandoned(sandbox, http, receiver, trickle, monkeypatch):
    monkeypatch.setattr(callbacks, "TIMEOUT", callbacks.Timeout(0.2))
    http.make_task(callback_url=trickle)
    http.make_task(callback_url=receiver.url)
    assert receiver.received.get(timeout=5)
    first, _ = sandbox.callbacks
    assert (first.status, first.attempts) == (None, 3)
    assert first.error


def test_callback_response_body_is_read_up_to_a_limit(sandbox, http, endless, wait_until):
    http.make_task(callback_url=endless(b"HTTP/1.1 200 OK\r\n\r\n", b"y" * 2**20, 0))
    (callback,) = wait_until(lambda: [each for each in sandbox.callbacks if each.status])
    assert (callback.status, callback.attempts, callback.error) == (200, 1, None)


def test_callback_interrupted_by_stop_does_not_delay_those_after_start(
    http_for, receiver, trickle, wait_until, monkeypatch
):
    monkeypatch.setattr(callbacks, "TIMEOUT", callbacks.Timeout(3600))
    monkeypatch.setattr(callbacks, "STOP_SECONDS", 0)
    sandbox = Sandbox().start()
    http_for(sandbox).make_task(callback_url=trickle)
    wait_until(lambda: sandbox.callbacks[0].attempts)
    sandbox.stop()
    with sandbox:
        http_for(sandbox).make_task(callback_url=receiver.url)
        assert receiver.received.get(timeout=5)


def test_callback_ignores_a_proxy_of_the_environment(http, receiver, monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    http.make_task(callback_url=receiver.url)
    assert receiver.received.get(timeout=5)


def test_callbacks_kept_are_bounded(http_for, monkeypatch):
    monkeypatch.setattr(callbacks, "MAX_CALLBACKS", 2)
    with Sandbox() as sandbox:
        made = [http_for(sandbox).make_task(callback_url="a@example.org") for _ in range(3)]
        kept = [callback.body["task_id"] for callback in sandbox.callbacks]
    assert kept == [task["task_id"] for task in made[1:]]


def test_callbacks_are_cleared_by_reset(sandbox, http):
    http.make_task(callback_url="someone@example.org")
    sandbox.reset()
    assert sandbox.callbacks == []


def test_callbacks_argument_is_validated():
    with pytest.raises(ValueError, match="callbacks"):
        Sandbox(callbacks="everywhere")


def test_callback_whose_result_cannot_be_stored_is_logged_and_the_next_is_sent(
    sandbox, http, receiver, wait_until, monkeypatch, caplog
):
    store = sandbox._open().state.store
    with monkeypatch.context() as patch:
        patch.setattr(store, "get", lambda *args, **values: 1 / 0)
        task = {"task_id": "t", "status": "completed", "callback_url": receiver.url}
        lifecycle.send_task_callback(sandbox._open().state, "account", task)
        wait_until(lambda: f"callback to '{receiver.url}' failed" in caplog.text)
    task_id = http.make_task(callback_url=receiver.url)["task_id"]
    wait_until(lambda: http.get(f"/task/{task_id}").json().get("callback_succeeded"))


def test_callback_that_resets_the_sandbox_has_no_task_to_note_it_on(
    sandbox, http, serve, wait_until, caplog
):
    server = serve("http")

    def reset(request):
        if len(server.requests) == 1:
            sandbox.reset()
        return http_response({})

    server.decides(reset)
    http.make_task(callback_url=server.url)
    server.until(lambda: server.requests)
    wait_until(lambda: not http.ids())
    task_id = http.make_task(callback_url=server.url)["task_id"]
    wait_until(lambda: http.get(f"/task/{task_id}").json().get("callback_succeeded"))
    assert len(server.requests) == 2 and "failed" not in caplog.text
