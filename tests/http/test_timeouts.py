"""Timeouts of clients and of single calls."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import scaleapi
from tests.fixtures.network import QUICK
from tests.fixtures.servers import http_response, silence


@pytest.fixture
def limits(monkeypatch):
    """The timeouts in force when a socket connects and whenever one waits for a response."""
    seen = {"connect": [], "read": []}
    connect, receive = socket.socket.connect, socket.socket.recv_into
    here = threading.get_ident()

    def recording(what, function):
        def record(sock, *args):
            if threading.get_ident() == here:
                seen[what].append(sock.gettimeout())
            return function(sock, *args)

        return record

    monkeypatch.setattr(socket.socket, "connect", recording("connect", connect))
    monkeypatch.setattr(socket.socket, "recv_into", recording("read", receive))
    return seen


@pytest.mark.parametrize(
    "timeout, connecting, reading",
    [
        (7, 7, 7),
        (2.5, 2.5, 2.5),
        ((3, 9), 3, 9),
        ((3, None), 3, None),
        ((None, 9), None, 9),
        ((None, None), None, None),
        (None, None, None),
    ],
)
@pytest.mark.parametrize("through", ["the client", "with_options"])
def test_timeout_is_set_on_the_socket(
    through, timeout, connecting, reading, serve, connect, limits
):
    server = serve("http")
    if through == "the client":
        client = connect(server, timeout=timeout)
    else:
        client = connect(server, timeout=(1, 2)).with_options(timeout=timeout)
    client.api.get_request("x")
    assert set(limits["connect"]) == {connecting}
    assert set(limits["read"]) == {reading}


def test_timeout_default_is_finite(serve, limits):
    with scaleapi.ScaleClient("test_key", api_instance_url=serve("http").url) as client:
        client.api.get_request("x")
    assert (set(limits["connect"]), set(limits["read"])) == ({10}, {120})


def test_timeout_of_each_call_is_set_on_a_reused_connection(serve, connect, limits):
    server = serve("http")
    client = connect(server, timeout=7)
    for timeout in (3, None, (1, 9)):
        client.api.get_request("x")
        client.with_options(timeout=timeout).api.get_request("x")
    assert list(dict.fromkeys(limits["read"])) == [7, 3, None, 9]
    assert server.accepted == 1


@pytest.mark.parametrize("timeout", [0.03, (20, 0.03)])
@pytest.mark.parametrize("through", ["the client", "with_options"])
def test_timeout_short_ends_a_call_to_a_silent_server(through, timeout, serve, connect):
    server = serve("http")
    server.replies(silence)
    if through == "the client":
        client = connect(server, timeout=timeout)
    else:
        client = connect(server).with_options(timeout=timeout, retries=QUICK.replace(total=1))
    with pytest.raises(scaleapi.ScaleConnectionTimeout):
        client.get_task("t")
    server.until(lambda: len(server.requests) == (4 if through == "the client" else 2))


def test_timeout_of_with_options_replaces_that_of_the_client(server, connect):
    go = threading.Event()
    server.decides(lambda request: go.wait(20) and http_response({"late": True}))
    patient = connect(server, timeout=0.01).with_options(timeout=None)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(patient.api.get_request, "x")
        server.until(lambda: server.requests)
        assert not waiting.done()
        go.set()
        assert waiting.result() == {"late": True}
    assert len(server.requests) == 1
