"""The deadline of a call holds behind a SOCKS proxy, and while it is being reached."""

import socket
import time

import pytest

import scaleapi
from scaleapi import RetryPolicy, ScaleConnectionTimeout
from tests.fixtures.replies import CONTENT, endless, file_names, interim, until_close
from tests.fixtures.servers import Listener, SocksProxy, http_response, silence

SOON = RetryPolicy(total=2, backoff_factor=0.001, deadline=0.3)
# No wait for a part is long, so that a timeout for each part ends nothing.
DRIPS = {
    "body": endless(interim(200, content_length=10**9), b" ", delay=0.1),
    "body until the end": endless(until_close(b""), b" ", delay=0.1),
    "chunks": endless(interim(200, transfer_encoding="chunked"), b"1\r\n \r\n", delay=0.1),
    "chunk": endless(interim(200, transfer_encoding="chunked") + b"ffff\r\n", b" ", delay=0.1),
    "head": endless(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x", delay=0.1),
    "status line": endless(b"HTTP/1.1 200 ", b"K", delay=0.1),
    "error": endless(interim(404, content_length=10**9), b" ", delay=0.1),
    "nothing": silence,
}


def ends_in_time(call, expected=scaleapi.ScaleConnectionError):
    started = time.monotonic()
    with pytest.raises(expected) as caught:
        call()
    assert 0.25 < time.monotonic() - started < 1.5
    return caught.value


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "part, scheme", [*((part, "http") for part in DRIPS), ("body", "https"), ("head", "https")]
)
def test_get_task_dripping_server_behind_socks_ends_at_the_deadline(
    part, scheme, serve, start_proxy, connect
):
    server = serve(scheme)
    server.replies(DRIPS[part])
    client = connect(server, proxies={scheme: start_proxy(SocksProxy).url}, retries=SOON)
    # What an error says may be missing; its status stands.
    expected = scaleapi.ScaleException if part == "error" else ScaleConnectionTimeout
    error = ends_in_time(lambda: client.get_task("t"), expected)
    assert len(error.attempts) == len(server.requests) == 1


@pytest.mark.timeout(5)
@pytest.mark.parametrize("part", ["body", "chunks", "head"])
def test_download_dripping_server_behind_socks_ends_at_the_deadline(
    part, serve, start_proxy, connect, tmp_path
):
    server = serve("http")
    server.replies(DRIPS[part])
    client = connect(server, proxies={"http": start_proxy(SocksProxy).url}, retries=SOON)
    ends_in_time(lambda: client.download_response_url(f"{server.url}/a", tmp_path / "a"))
    assert file_names(tmp_path) == []


@pytest.mark.timeout(5)
def test_create_task_server_that_reads_nothing_behind_socks_ends_at_the_deadline(
    start_proxy, connect
):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}/v1"
        client = connect(address, proxies={"http": start_proxy(SocksProxy).url}, retries=SOON)
        text = "x" * 30_000_000
        ends_in_time(lambda: client.create_task("chat", unique_id="u", text=text))


class SlowProxy(Listener):
    """A SOCKS proxy that sends these bytes one after the other, and never connects."""

    def __init__(self, sent, delay=0.1):
        self._sent, self._delay = sent, delay
        super().__init__()

    @property
    def url(self):
        return f"socks5://127.0.0.1:{self.port}"

    def _exchange(self, number, sock, reader):
        for byte in self._sent:
            sock.sendall(bytes([byte]))
            time.sleep(self._delay)
        sock.recv(65536)
        silence(sock)
        return False


SLOW = {
    "silent": b"",
    "method only": b"\5\0",
    "part of an address": b"\5\0" + b"\5\0\0\1\1",
    # No single wait is long: only the sum of them passes the deadline.
    "dripping a long address": b"\5\0" + b"\5\0\0\3\xff" + 50 * b"x",
}


@pytest.mark.timeout(5)
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("kind", SLOW)
def test_get_task_slow_socks_proxy_ends_at_the_deadline(kind, scheme, serve, connect):
    server, proxy = serve(scheme), SlowProxy(SLOW[kind])
    try:
        client = connect(server, proxies={scheme: proxy.url}, retries=SOON)
        error = ends_in_time(lambda: client.get_task("t"))
        assert isinstance(error, ScaleConnectionTimeout) and server.accepted == 0
    finally:
        proxy.stop()


@pytest.mark.timeout(5)
def test_get_task_slow_socks_proxy_of_two_addresses_is_tried_until_the_deadline(
    serve, connect, monkeypatch
):
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: resolve(*args, **more) * 2)
    server, proxy = serve("http"), SlowProxy(b"")
    try:
        client = connect(server, proxies={"http": proxy.url}, retries=SOON)
        error = ends_in_time(lambda: client.get_task("t"))
        assert isinstance(error, ScaleConnectionTimeout) and proxy.accepted == 1
    finally:
        proxy.stop()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_get_task_behind_socks_within_the_deadline_is_a_result(
    scheme, serve, start_proxy, connect, tmp_path
):
    server = serve(scheme)
    body = {"task_id": "t", "text": "x" * 300_000}
    server.replies(http_response(body))
    policy = RetryPolicy(deadline=60)
    client = connect(server, proxies={scheme: start_proxy(SocksProxy).url}, retries=policy)
    assert [client.get_task("t").as_dict() for _ in range(3)] == [body] * 3
    assert server.accepted == 1
    server.replies(http_response(CONTENT))
    path = client.download_response_url(f"{server.url}/a", tmp_path / "a")
    assert path.read_bytes() == CONTENT


def test_get_task_stale_connection_behind_socks_costs_no_attempt(serve, start_proxy, connect):
    server = serve("http")
    served = set()

    def reply(request):
        if request.connection in served:
            return lambda sock: None
        served.add(request.connection)
        return http_response({"task_id": "t"})

    server.decides(reply)
    api = connect(server, proxies={"http": start_proxy(SocksProxy).url}).api
    for _ in range(3):
        assert [attempt.status for attempt in api.request("GET", "task/t").attempts] == [200]
