"""Every method over both schemes, against all that a server does wrong."""

import pytest

import scaleapi
from scaleapi import RetryPolicy
from tests.fixtures.network import QUICK, FakeClock
from tests.fixtures.servers import Server, cut, drop, http_response, reset, silence

BODY = {"a": "é"}
METHODS = {
    "GET": lambda api: api.get_request("some/thing", {"q": "é"}),
    "POST": lambda api: api.post_request("some/thing", BODY),
    "PUT": lambda api: api.put_request("some/thing", BODY),
    "DELETE": lambda api: api.delete_request("some/thing", body=BODY),
}
STATUSES = {
    408: scaleapi.ScaleException,
    429: scaleapi.ScaleTooManyRequests,
    500: scaleapi.ScaleInternalError,
    502: scaleapi.ScaleException,
    503: scaleapi.ScaleServiceUnavailable,
    504: scaleapi.ScaleTimeoutError,
    520: scaleapi.ScaleException,
    530: scaleapi.ScaleException,
}
# Some versions of OpenSSL tell of a reset as of a clean end.
BREAKS = {
    "dropped": (drop, ("RemoteDisconnected",)),
    "reset": (reset, ("ConnectionResetError", "RemoteDisconnected")),
}
every_method = pytest.mark.parametrize("method", METHODS)


def assert_attempts(error, count, status=None, words=()):
    """Each try met the same, and all but the last were followed by a wait of the policy's."""
    assert [attempt.status for attempt in error.attempts] == [status] * count
    for attempt in error.attempts:
        assert any(word in attempt.error for word in words) if words else attempt.error is None
    waits = [attempt.delay for attempt in error.attempts]
    assert waits[-1] == 0
    for number, wait in enumerate(waits[:-1], 1):
        assert QUICK.backoff(number) * 0.75 <= wait <= QUICK.backoff(number)


def assert_sent_alike(server, method, count):
    assert [request.method for request in server.requests] == [method] * count
    assert len({(r.target, r.body, r.headers["Authorization"]) for r in server.requests}) == 1


@every_method
@pytest.mark.parametrize("status", STATUSES)
def test_retry_status_of_the_policy_is_retried_then_raised(status, method, server, connect):
    server.replies(http_response({"error": "not now"}, status))
    with pytest.raises(scaleapi.ScaleException) as caught:
        METHODS[method](connect(server).api)
    error = caught.value
    assert type(error) is STATUSES[status]
    assert (error.code, error.message, error.method) == (status, "not now", method)
    assert_attempts(error, 4, status)
    assert_sent_alike(server, method, 4)
    assert server.accepted == 1


@every_method
@pytest.mark.parametrize("fault", BREAKS)
def test_retry_broken_connection_is_retried_then_raised(fault, method, server, connect):
    reply, words = BREAKS[fault]
    server.replies(reply)
    with pytest.raises(scaleapi.ScaleConnectionError) as caught:
        METHODS[method](connect(server).api)
    assert type(caught.value) is scaleapi.ScaleConnectionError and caught.value.code is None
    assert_attempts(caught.value, 4, None, words)
    assert_sent_alike(server, method, 4)


@every_method
def test_request_silent_server_raises_a_timeout(method, server, connect):
    server.replies(silence)
    client = connect(server, timeout=(20, 0.02))
    with pytest.raises(scaleapi.ScaleConnectionTimeout) as caught:
        METHODS[method](client.api)
    assert caught.value.code is None
    assert_attempts(caught.value, 4, None, ["timed out"])
    server.until(lambda: len(server.requests) == 4)
    assert_sent_alike(server, method, 4)


@every_method
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_retry_refused_connection_is_retried_then_raised(scheme, method, refused, connect):
    with pytest.raises(scaleapi.ScaleConnectionError, match="refused") as caught:
        METHODS[method](connect(refused.replace("http:", f"{scheme}:")).api)
    assert type(caught.value) is scaleapi.ScaleConnectionError
    assert_attempts(caught.value, 4, None, ["refused"])


@every_method
def test_retry_last_attempt_succeeds_returns_its_result(method, server, connect):
    server.replies(reset, http_response({}, 503), drop, http_response({"done": method}))
    assert METHODS[method](connect(server).api) == {"done": method}
    assert_sent_alike(server, method, 4)


@every_method
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_retry_server_started_between_two_attempts_is_reached(scheme, method, serve, connect):
    server = serve(scheme, listening=False)
    server.replies(http_response({"done": method}))
    clock = FakeClock(lambda seconds: server.listen() if len(clock.delays) == 2 else None)
    assert METHODS[method](connect(server, clock=clock).api) == {"done": method}
    assert len(clock.delays) == 2
    assert_sent_alike(server, method, 1)


@pytest.mark.parametrize("fault", [drop, reset, silence, cut(b"what?\r\n\r\n")])
def test_retry_connection_lost_before_tls_is_retried(fault, serve, connect):
    server = serve("https", welcome=fault)
    with pytest.raises(scaleapi.ScaleConnectionError) as caught:
        connect(server, timeout=0.05 if fault is silence else 20).get_task("t")
    in_time = fault is not silence
    assert isinstance(caught.value, scaleapi.ScaleConnectionTimeout) is not in_time
    server.until(lambda: server.accepted == 4)
    assert len(caught.value.attempts) == 4


@pytest.mark.smoke
@pytest.mark.parametrize("fault", [drop, reset, silence])
def test_create_connection_lost_before_tls_is_not_ambiguous(fault, serve, connect, caplog):
    server = serve("https", welcome=fault)
    with pytest.raises(scaleapi.ScaleConnectionError) as caught:
        connect(server, timeout=0.05 if fault is silence else 20).create_task("chat")
    assert len(caught.value.attempts) == 4
    assert "may nevertheless" not in str(caught.value) and "duplicate" not in caplog.text


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 what 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 70_000 + b"\r\n\r\n",
    ],
)
def test_request_response_that_is_not_http_raises_a_connection_error(data, server, connect):
    server.replies(cut(data))
    with pytest.raises(scaleapi.ScaleException) as caught:
        connect(server).get_task("t")
    assert type(caught.value) is scaleapi.ScaleConnectionError
    assert len(caught.value.attempts) == 4


HIGH_LEVEL = {
    "get_task": lambda c: c.get_task("t"),
    "set_task_tags": lambda c: c.set_task_tags("t", ["a"]),
    "add_task_tags": lambda c: c.add_task_tags("t", ["a"]),
    "delete_task_tags": lambda c: c.delete_task_tags("t", ["a"]),
    "create_task": lambda c: c.create_task("chat", unique_id="u"),
    "get_tasks": lambda c: list(c.get_tasks("p")),
}


@pytest.mark.parametrize("call", HIGH_LEVEL)
def test_retry_high_level_calls_are_retried(call, server, connect):
    task = {"task_id": "t", "unique_id": "u"}
    page = {"docs": [task], "total": 1, "limit": 100, "offset": 0, "has_more": False}
    server.replies(
        drop, http_response({}, 502), reset, http_response(page if call == "get_tasks" else task)
    )
    made = HIGH_LEVEL[call](connect(server))
    assert (made[0] if call == "get_tasks" else made).id == "t"
    assert len(server.requests) == 4


def test_retry_delays_follow_backoff_and_jitter(server, connect):
    clock = FakeClock(randoms=[0, 0.5, 1, 1])
    server.replies(http_response({}, 503))
    client = connect(server, retries=RetryPolicy(4, backoff_max=6, jitter=0.5), clock=clock)
    with pytest.raises(scaleapi.ScaleServiceUnavailable) as caught:
        client.get_task("t")
    assert clock.delays == [1, 2 * 0.75, 4 * 0.5, 6 * 0.5]
    assert [attempt.delay for attempt in caught.value.attempts] == [*clock.delays, 0]


NOW = 2_840_140_800  # Thu, 01 Jan 2060 00:00:00 GMT


@pytest.mark.parametrize(
    "header, wait",
    [
        ("0", 0),
        ("7", 7),
        (" 60 ", 60),
        ("Thu, 01 Jan 2060 00:00:30 GMT", 30),
        ("Thursday, 01-Jan-60 00:00:05 GMT", 5),
        ("Wed, 31 Dec 2059 23:59:00 GMT", 0),
        ("soon", 1),
        ("", 1),
        ("-5", 1),
        ("1.5", 1),
        ("NaN", 1),
        ("Thu, 99 Jan 99999 99:99:99 GMT", 1),
        ("\xff", 1),
    ],
)
def test_retry_after_readable_sets_the_delay(header, wait, server, connect, monkeypatch):
    clock = FakeClock()
    monkeypatch.setattr("time.time", lambda: float(NOW))
    server.replies(http_response({}, 429, retry_after=header), http_response({}))
    # Chance shortens the usual waits only, not what the server asks for.
    connect(server, retries=RetryPolicy(), clock=clock).api.get_request("x")
    assert clock.delays == [wait]


@pytest.mark.parametrize("header", ["61", "9" * 30, "Thu, 01 Jan 2060 00:01:01 GMT"])
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_over_the_maximum_ends_the_attempts(
    status, header, server, connect, monkeypatch
):
    clock = FakeClock()
    monkeypatch.setattr("time.time", lambda: float(NOW))
    server.replies(http_response({"error": "come back later"}, status, retry_after=header))
    with pytest.raises(STATUSES[status], match="come back later") as caught:
        connect(server, retries=RetryPolicy(), clock=clock).get_task("t")
    assert clock.delays == [] and len(caught.value.attempts) == len(server.requests) == 1
    assert caught.value.headers["Retry-After"] == header


def test_retry_after_maximum_is_that_of_the_policy(server, connect):
    clock = FakeClock()
    server.replies(http_response({}, 429, retry_after=300), http_response({}))
    client = connect(server, retries=RetryPolicy(retry_after_max=300), clock=clock)
    client.api.get_request("x")
    assert clock.delays == [300]


def test_retry_after_past_the_deadline_ends_the_attempts(server, connect):
    server.replies(http_response({}, 429, retry_after=50), http_response({}))
    client = connect(server, retries=RetryPolicy(deadline=40), clock=FakeClock(pytest.fail))
    with pytest.raises(scaleapi.ScaleTooManyRequests) as caught:
        client.get_task("t")
    assert len(caught.value.attempts) == 1


def test_listener_not_started_refuses_connections():
    server = Server(listening=False)
    server.stop()
    assert (server.accepted, server.requests) == (0, [])
