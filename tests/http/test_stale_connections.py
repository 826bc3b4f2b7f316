"""Kept-alive connections that are gone when they are needed again."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from scaleapi._http.urllib3_hooks import _StrictConnection as Connection
from tests.fixtures.network import FakeClock
from tests.fixtures.servers import answer, drop, reset, silence

GONE = {"closed": drop, "reset": reset}


def fails_again(server, fault):
    """Have each connection answer one request, and meet the second with `fault`."""
    served = set()

    def reply(request):
        if request.connection in served:
            return fault
        served.add(request.connection)
        return answer({"connection": request.connection})

    server.decides(reply)


def statuses(answer):
    return [attempt.status for attempt in answer.attempts]


@pytest.mark.smoke
@pytest.mark.parametrize("with_reset", [False, True])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_connection_that_ended_between_two_calls_costs_nothing(
    method, with_reset, server, connect
):
    api = connect(server, clock=FakeClock(pytest.fail)).api
    for _ in range(3):
        assert statuses(api.request(method, "x")) == [200]
        server.hang_up(with_reset)
    assert server.accepted == len(server.requests) == 3


@pytest.mark.parametrize("fault", GONE)
def test_a_get_on_a_connection_that_ends_just_then_costs_nothing(fault, server, connect, caplog):
    fails_again(server, GONE[fault])
    api = connect(server, clock=FakeClock(pytest.fail)).api
    for number in range(1, 5):
        got = api.request("GET", "x")
        assert (statuses(got), got.json) == ([200], {"connection": number})
    assert "retrying" not in caplog.text


@pytest.mark.parametrize("fault", GONE)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_any_other_method_on_such_a_connection_is_tried_again_by_the_policy(
    method, fault, server, connect
):
    fails_again(server, GONE[fault])
    api = connect(server).api
    assert statuses(api.request(method, "x")) == [200]
    assert statuses(api.request(method, "x")) == [None, 200]


@pytest.mark.parametrize("fault", GONE)
def test_a_get_gets_through_a_pool_that_is_stale_throughout(fault, server, connect):
    together = threading.Barrier(5)

    def first(request):
        together.wait(20)
        return answer({})

    server.decides(first)
    api = connect(server).api
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(api.get_request, "abcde"))
    assert server.accepted == 5
    server.decides(lambda request: GONE[fault] if request.connection <= 5 else answer({}))
    assert statuses(api.request("GET", "x")) == [200]
    assert server.accepted == 6


def test_a_get_on_a_new_connection_that_is_dropped_is_a_fault(server, connect):
    server.replies(drop, answer({}))
    assert statuses(connect(server).api.request("GET", "x")) == [None, 200]


def test_a_get_whose_answer_broke_off_is_a_fault(server, connect):
    """Something came, so it was not the connection that was stale."""
    server.replies(answer({}), lambda sock: sock.sendall(answer({"a": 1})[:-3]), answer({}))
    api = connect(server).api
    api.get_request("x")
    assert statuses(api.request("GET", "x")) == [None, 200]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("idle, connections", [(59, 1), (61, 2)])
def test_a_connection_that_a_middlebox_forgot_is_not_used(
    idle, connections, method, server, connect, monkeypatch
):
    if connections == 2:
        fails_again(server, silence)
    api = connect(server).api
    api.request(method, "x")
    now = time.monotonic
    monkeypatch.setattr("scaleapi._http.options.SYSTEM_CLOCK.monotonic", lambda: now() + idle)
    assert statuses(api.request(method, "x")) == [200]
    assert server.accepted == connections


@pytest.mark.parametrize("name", ["TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"])
def test_a_system_without_the_finer_settings_has_its_own(name, serve, connect, monkeypatch):
    monkeypatch.delattr(socket, name, raising=False)
    connect_it, kept_alive = Connection.connect, []

    def note(connection):
        connect_it(connection)
        kept_alive.append(connection.sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))

    monkeypatch.setattr(Connection, "connect", note)
    assert connect(serve("http")).api.get_request("x") == {}
    assert len(kept_alive) == 1 and kept_alive[0]
