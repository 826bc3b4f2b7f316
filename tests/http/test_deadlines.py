"""A deadline ends a call, however slow the server is."""

import socket
import time

import pytest

import scaleapi
from scaleapi import RetryPolicy
from tests.fixtures.servers import http_response

SOON = RetryPolicy(total=2, backoff_factor=0.001, deadline=0.3)


def drip(head, byte, pause=0.01, limit=3000):
    """Sends a head, then byte after byte: no single wait is long, all together they are."""

    def reply(sock):
        sock.sendall(head)
        for _ in range(limit):
            sock.sendall(byte)
            time.sleep(pause)

    return reply


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n"
DRIPS = {
    "the body": drip(HEAD + b"\r\n", b" "),
    "a chunked body": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "the head": drip(HEAD + b"X-Long: ", b"x"),
    "a body that never pauses": drip(HEAD + b"\r\n", b" " * 10_000, pause=0.0005),
}


@pytest.mark.smoke
@pytest.mark.parametrize("part", DRIPS)
def test_deadline_dripping_server_ends_the_call(part, server, connect):
    server.replies(DRIPS[part])
    with pytest.raises(scaleapi.ScaleConnectionTimeout) as caught:
        connect(server, retries=SOON).api.get_request("x")
    assert len(caught.value.attempts) == 1
    assert caught.value.attempts[0].seconds < 5


def test_deadline_response_in_time_is_complete(server, connect):
    body = {"text": "x" * 300_000}
    server.replies(http_response(body))
    client = connect(server, retries=SOON.replace(deadline=60))
    assert [client.api.get_request("x") for _ in range(3)] == [body] * 3
    assert server.accepted == 1


def test_deadline_server_that_reads_nothing_ends_the_call(connect):
    """Its buffers fill, and then nothing goes out any more."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        client = connect(f"http://127.0.0.1:{deaf.getsockname()[1]}/v1", retries=SOON)
        for send in (
            lambda: client.upload_file(b"x" * 50_000_000, reference_id="r"),
            lambda: client.create_task("chat", unique_id="u", text="x" * 50_000_000),
        ):
            with pytest.raises(scaleapi.ScaleConnectionTimeout):
                send()


def test_timeout_of_connecting_does_not_limit_sending(serve, connect):
    """The time to connect says nothing about how fast a body can go out."""
    size = 20_000_000  # more than all buffers between the two hold

    def read_late(sock):
        time.sleep(0.4)
        left = size - 65_536  # what may have come before
        while left > 0 and (block := sock.recv(1_000_000)):
            left -= len(block)
        sock.sendall(http_response({}))

    client = connect(serve(welcome=read_late), timeout=(0.1, 20), retries=0)
    assert client.api.post_request("x", {"text": "x" * size}) == {}
