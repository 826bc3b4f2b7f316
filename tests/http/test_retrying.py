"""Retries, delays and their log messages, over real connections."""

import logging
import socket
import threading

import pytest

import scaleapi
from scaleapi import RetryPolicy
from tests.factories import CATEGORIZATION
from tests.fixtures.replies import statuses

QUICK = RetryPolicy(backoff_factor=0.02)


@pytest.fixture
def client(sandbox):
    with sandbox.client(retries=QUICK, timeout=5) as client:
        yield client


CALLS = {
    "GET": lambda client, task_id: client.get_task(task_id),
    "POST": lambda client, task_id: client.set_task_tags(task_id, ["a"]),
    "PUT": lambda client, task_id: client.add_task_tags(task_id, ["a"]),
    "DELETE": lambda client, task_id: client.delete_task_tags(task_id, ["a"]),
}


@pytest.fixture
def task(client):
    return client.create_task("categorization", **CATEGORIZATION)


@pytest.mark.smoke
@pytest.mark.parametrize("status", [408, 429, 500, 503, 530])
@pytest.mark.parametrize("method", CALLS)
def test_retry_every_method_is_retried(method, status, sandbox, client, task):
    sandbox.fail_next(method, "/task/*", status=status, times=3)
    assert CALLS[method](client, task.id) == task
    attempts = [request for request in sandbox.requests if request.method == method][-4:]
    assert [request.status for request in attempts] == [status] * 3 + [200]
    assert len({(request.path, request.content) for request in attempts}) == 1


def test_retry_exhausted_raises_the_last_error_response(sandbox, client):
    sandbox.fail_next("GET", "/task/*", status=503, times=4)
    with pytest.raises(scaleapi.ScaleServiceUnavailable) as caught:
        client.get_task("t")
    assert statuses(caught.value.attempts) == [503] * 4
    waits = [attempt.delay for attempt in caught.value.attempts]
    assert waits[-1] == 0
    for wait, full in zip(waits, (0.01, 0.02, 0.04)):
        assert full * 0.75 <= wait <= full
    assert all(attempt.seconds > 0 for attempt in caught.value.attempts)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 413, 531])
def test_retry_other_statuses_are_not_retried(status, sandbox, client):
    sandbox.fail_next("GET", "/task/*", status=status)
    with pytest.raises(scaleapi.ScaleException) as caught:
        client.get_task("t")
    assert caught.value.code == status and statuses(caught.value.attempts) == [status]


@pytest.mark.parametrize("method", CALLS)
def test_retry_dropped_connection_is_retried(method, sandbox, client, task):
    sandbox.fail_next(method, "/task/*", drop=True, times=3)
    assert CALLS[method](client, task.id) == task


def test_request_without_response_raises_a_connection_error(sandbox, client):
    sandbox.fail_next("POST", "/task/*/tags", drop=True, times=4)
    with pytest.raises(scaleapi.ScaleConnectionError) as caught:
        client.set_task_tags("t", [])
    error = caught.value
    assert (error.code, error.response, error.body) == (None, None, None)
    assert (error.method, error.url) == ("POST", f"{sandbox.url}/task/t/tags")
    assert statuses(error.attempts) == [None] * 4
    assert all("Remote" in attempt.error for attempt in error.attempts)
    assert "No response after 4 attempts" in str(error)


def test_request_without_response_in_time_raises_a_connection_timeout(sandbox, client):
    sandbox.fail_next("GET", "/task/*", status=None, delay=30, times=2)
    impatient = client.with_options(timeout=0.05, retries=1)
    impatient.api.retries = RetryPolicy(1, backoff_factor=0.01)
    with pytest.raises(scaleapi.ScaleConnectionTimeout) as caught:
        impatient.get_task("t")
    assert statuses(caught.value.attempts) == [None, None]


def test_retry_refused_connection_is_retried_then_raised(monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        client = scaleapi.ScaleClient("test_key", api_instance_url=url, retries=QUICK)
        with pytest.raises(scaleapi.ScaleConnectionError, match="refused") as caught:
            client.get_task("t")
    assert type(caught.value) is scaleapi.ScaleConnectionError
    assert len(caught.value.attempts) == 4
    assert "Authorization" not in caught.value.__cause__.request.headers


def test_retry_after_sets_the_delay(sandbox, client):
    sandbox.fail_next("GET", "/teams", status=429, headers={"Retry-After": "0"}, times=2)
    slow = client.with_options(retries=RetryPolicy(backoff_factor=1000, backoff_max=1000))
    assert slow.list_teammates()


def test_retry_after_over_the_maximum_raises_the_error_response(sandbox, client):
    sandbox.fail_next("GET", "/teams", status=429, headers={"Retry-After": "61"})
    with pytest.raises(scaleapi.ScaleTooManyRequests) as caught:
        client.list_teammates()
    assert statuses(caught.value.attempts) == [429]
    assert caught.value.headers["Retry-After"] == "61"


def test_retry_after_unreadable_is_ignored(sandbox, client):
    sandbox.fail_next("GET", "/teams", status=429, headers={"Retry-After": "soon"})
    assert client.list_teammates()


def test_deadline_delay_past_it_ends_the_attempts(sandbox, client):
    sandbox.fail_next("GET", "/teams", status=503, times=9)
    bounded = client.with_options(retries=RetryPolicy(9, backoff_factor=200, deadline=5))
    with pytest.raises(scaleapi.ScaleServiceUnavailable) as caught:
        bounded.list_teammates()
    assert statuses(caught.value.attempts) == [503]


def test_deadline_silent_server_ends_the_call(sandbox, client):
    sandbox.fail_next("GET", "/teams", status=None, delay=30, times=9)
    bounded = client.with_options(retries=RetryPolicy(9, backoff_factor=0.01, deadline=0.2))
    with pytest.raises(scaleapi.ScaleConnectionTimeout):
        bounded.list_teammates()


def test_deadline_covers_redirects(sandbox, client):
    slow = {"status": 302, "headers": {"Location": "/v1/teams"}, "delay": 0.2}
    sandbox.fail_next("GET", "/teams", **slow, times=9)
    bounded = client.with_options(retries=RetryPolicy(0, deadline=0.5))
    with pytest.raises(scaleapi.ScaleConnectionTimeout):
        bounded.list_teammates()
    assert len(sandbox.requests) == 3


def test_connections_have_tcp_keepalive(client, monkeypatch):
    sockets = []
    connect = socket.socket.connect
    monkeypatch.setattr(
        socket.socket, "connect", lambda own, to: (sockets.append(own), connect(own, to))[1]
    )
    client.list_teammates()
    assert sockets[0].getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_retry_total_zero_makes_one_attempt(sandbox, client):
    sandbox.fail_next("GET", "/teams", status=503)
    with pytest.raises(scaleapi.ScaleServiceUnavailable):
        client.with_options(retries=0).list_teammates()
    assert len(sandbox.requests) == 1


def test_retry_method_outside_the_policy_is_sent_once(sandbox, client):
    sandbox.fail_next("POST", "/teams/invite", status=503)
    careful = client.with_options(retries=RetryPolicy(methods=frozenset(["GET"])))
    with pytest.raises(scaleapi.ScaleServiceUnavailable):
        careful.invite_teammates(["ana@example.org"], "member")


def test_retry_upload_sends_the_whole_file_again(sandbox, client, tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"z" * 100_000)
    sandbox.fail_next("POST", "/files/upload", status=503)
    assert client.upload_file(path, reference_id="r").size == 100_000
    assert [request.form["file"]["size"] for request in sandbox.requests] == [100_000] * 2


def test_logs_have_requests_and_retries_and_no_key(sandbox, client, caplog):
    sandbox.fail_next("GET", "/teams", status=503)
    with caplog.at_level(logging.DEBUG):
        client.list_teammates()
    ours = [record for record in caplog.records if record.name == "scaleapi"]
    assert [record.levelname for record in ours] == ["DEBUG", "INFO", "DEBUG"]
    assert "503; retrying in 0.0 s" in ours[1].getMessage()
    for secret in ("test_sandbox", "dGVzdF9zYW5kYm94"):
        assert secret not in caplog.text


def test_connection_is_reused_by_the_next_call(sandbox, client, caplog):
    with caplog.at_level(logging.DEBUG, "urllib3.connectionpool"):
        for _ in range(20):
            client.list_teammates()
    opened = [record for record in caplog.records if "Starting new" in record.getMessage()]
    assert len(opened) == 1


def test_stale_connection_of_a_get_is_replaced_without_an_attempt():
    """A server that closes each kept-alive connection just when the second request comes."""
    answers = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n[]"
    connections = []

    def serve(listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(connection)
            with connection:
                if connection.recv(65536):
                    connection.sendall(answers)
                    connection.recv(65536)  # the second request gets no response

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=[listener], daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        with scaleapi.ScaleClient("test_key", api_instance_url=url, retries=0) as client:
            for _ in range(3):
                assert client.list_teammates() == []
            with pytest.raises(scaleapi.ScaleConnectionError):
                client.set_task_tags("t", [])  # no GET: it may have been carried out
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
    assert len(connections) == 3


def test_idle_connection_is_not_reused_after_its_limit(client, monkeypatch):
    opened = []
    connect = socket.socket.connect
    monkeypatch.setattr(
        socket.socket, "connect", lambda own, to: (connect(own, to), opened.append(to))[0]
    )
    client.list_teammates()
    client.list_teammates()
    assert len(opened) == 1
    monkeypatch.setattr("scaleapi._http.urllib3_hooks.MAX_IDLE_SECONDS", 0)
    client.list_teammates()
    assert len(opened) == 2


def test_redirect_of_get_on_the_same_host_is_followed(sandbox, client):
    sandbox.fail_next("GET", "/projects/old", status=301, headers={"Location": "/v1/teams"})
    assert client.api.get_request("projects/old")[0]["role"] == "admin"


@pytest.mark.parametrize(
    "method, location",
    [
        ("GET", "http://other.example.org/v1/teams"),
        ("GET", "http://localhost:1/v1/teams"),
        ("POST", "/v1/teams"),
    ],
)
def test_redirect_of_another_kind_raises_with_its_status(method, location, sandbox, client):
    sandbox.fail_next(method, "/teams*", status=307, headers={"Location": location})
    with pytest.raises(scaleapi.ScaleException) as caught:
        getattr(client.api, f"{method.lower()}_request")("teams")
    assert caught.value.code == 307 and len(sandbox.requests) == 1


def test_redirect_loop_raises(sandbox, client):
    sandbox.fail_next("GET", "/teams", status=302, headers={"Location": "/v1/teams"}, times=50)
    with pytest.raises(scaleapi.ScaleException) as caught:
        client.list_teammates()
    assert caught.value.code == 302
