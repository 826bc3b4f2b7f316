"""Kept-alive connections that are gone when they are needed again."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from scaleapi._http.urllib3_hooks import _StrictConnection as Connection
from tests.fixtures.network import FakeClock
from tests.fixtures.replies import statuses
from tests.fixtures.servers import drop, http_response, reset, silence

GONE = {"closed": drop, "reset": reset}


def fails_again(server, fault):
    """Have each connection answer one request, and meet the second with `fault`."""
    served = set()

    def reply(request):
        if request.connection in served:
            return fault
        served.add(request.connection)
        return http_response({"connection": request.connection})

    server.decides(reply)


@pytest.mark.smoke
@pytest.mark.parametrize("with_reset", [False, True])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_stale_connection_between_two_calls_costs_no_attempt(method, with_reset, server, connect):
    api = connect(server, clock=FakeClock(pytest.fail)).api
    for _ in range(3):
        assert statuses(api.request(method, "x").attempts) == [200]
        server.hang_up(with_reset)
    assert server.accepted == len(server.requests) == 3


@pytest.mark.parametrize("fault", GONE)
def test_stale_connection_closed_during_a_get_costs_no_attempt(fault, server, connect, caplog):
    fails_again(server, GONE[fault])
    api = connect(server, clock=FakeClock(pytest.fail)).api
    for number in range(1, 5):
        got = api.request("GET", "x")
        assert (statuses(got.attempts), got.json) == ([200], {"connection": number})
    assert "retrying" not in caplog.text


@pytest.mark.parametrize("fault", GONE)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_stale_connection_of_other_methods_is_retried_by_the_policy(method, fault, server, connect):
    fails_again(server, GONE[fault])
    api = connect(server).api
    assert statuses(api.request(method, "x").attempts) == [200]
    assert statuses(api.request(method, "x").attempts) == [None, 200]


@pytest.mark.parametrize("fault", GONE)
def test_stale_pool_of_connections_costs_a_get_no_attempt(fault, server, connect):
    together = threading.Barrier(5)

    def first(request):
        together.wait(20)
        return http_response({})

    server.decides(first)
    api = connect(server).api
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(api.get_request, "abcde"))
    assert server.accepted == 5
    server.decides(lambda request: GONE[fault] if request.connection <= 5 else http_response({}))
    assert statuses(api.request("GET", "x").attempts) == [200]
    assert server.accepted == 6


def test_new_connection_dropped_is_an_attempt(server, connect):
    server.replies(drop, http_response({}))
    assert statuses(connect(server).api.request("GET", "x").attempts) == [None, 200]


def test_stale_connection_lost_within_the_response_is_an_attempt(server, connect):
    """Something came, so it was not the connection that was stale."""
    server.replies(
        http_response({}),
        lambda sock: sock.sendall(http_response({"a": 1})[:-3]),
        http_response({}),
    )
    api = connect(server).api
    api.get_request("x")
    assert statuses(api.request("GET", "x").attempts) == [None, 200]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("idle, connections", [(59, 1), (61, 2)])
def test_connection_dropped_by_a_middlebox_is_not_reused(
    idle, connections, method, server, connect, monkeypatch
):
    if connections == 2:
        fails_again(server, silence)
    api = connect(server).api
    api.request(method, "x")
    now = time.monotonic
    monkeypatch.setattr("scaleapi._http.options.SYSTEM_CLOCK.monotonic", lambda: now() + idle)
    assert statuses(api.request(method, "x").attempts) == [200]
    assert server.accepted == connections


@pytest.mark.parametrize("name", ["TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"])
def test_keepalive_options_missing_on_the_system_are_skipped(name, serve, connect, monkeypatch):
    monkeypatch.delattr(socket, name, raising=False)
    connect_it, kept_alive = Connection.connect, []

    def note(connection):
        connect_it(connection)
        kept_alive.append(connection.sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))

    monkeypatch.setattr(Connection, "connect", note)
    assert connect(serve("http")).api.get_request("x") == {}
    assert len(kept_alive) == 1 and kept_alive[0]
