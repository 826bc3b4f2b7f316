"""Of an error's body no more is read than is kept."""

import gzip
import json
import tracemalloc

import pytest

import scaleapi
from scaleapi import ScaleException
from scaleapi.exceptions import MAX_BODY_BYTES
from tests.factories import page
from tests.fixtures.network import QUICK
from tests.fixtures.replies import (
    POLICIES,
    chunked,
    endless,
    file_names,
    gzip_members,
    interim,
    statuses,
    task,
    until_close,
)
from tests.fixtures.servers import cut, http_response

BLOCK = b"x" * 65_536
MANY = 20_000_000  # more than the buffers of both sides hold; what is sent beyond was read
LIMIT = 24_000_000

ENDLESS = {
    "length": lambda status: (interim(status, content_length=10**12), BLOCK),
    "chunks": lambda status: (
        interim(status, transfer_encoding="chunked"),
        b"10000\r\n" + BLOCK + b"\r\n",
    ),
    "small chunks": lambda status: (
        interim(status, transfer_encoding="chunked"),
        b"1\r\nx\r\n" * 2000,
    ),
    "until the end": lambda status: (until_close(b"", status), BLOCK),
    "gzip": lambda status: (
        until_close(b"", status, content_encoding="gzip"),
        gzip.compress(BLOCK, 0),
    ),
    "one chunk": lambda status: (
        interim(status, transfer_encoding="chunked") + b"fffffffffff\r\n",
        BLOCK,
    ),
}
every_endless = pytest.mark.parametrize("kind", ENDLESS)


def endless_error(kind, status):
    return endless(*ENDLESS[kind](status), limit=LIMIT)


@pytest.fixture
def client(connect):
    """Makes a client that soon gives up where nothing more comes."""
    return lambda server, **options: connect(server, timeout=(20, 1), **options)


def assert_kept(error):
    assert len(error.body) <= MAX_BODY_BYTES and set(error.body) <= {"x"}
    assert len(error.message) <= MAX_BODY_BYTES
    assert len(error.response.content) <= MAX_BODY_BYTES


@pytest.mark.timeout(10)
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    "status, cls", [(404, scaleapi.ScaleResourceNotFound), (401, scaleapi.ScaleUnauthorized)]
)
@every_endless
def test_get_task_endless_error_body_is_read_in_part(kind, status, cls, policy, server, client):
    reply = endless_error(kind, status)
    server.replies(reply)
    with pytest.raises(cls) as caught:
        client(server, retries=POLICIES[policy]).get_task("t")
    assert statuses(caught.value.attempts) == [status] and len(server.requests) == 1
    assert_kept(caught.value)
    assert reply.sent < MANY


@pytest.mark.timeout(10)
@every_endless
def test_get_task_endless_error_body_ends_its_connection(kind, server, client):
    server.replies(endless_error(kind, 404), task("own"))
    api = client(server)
    with pytest.raises(scaleapi.ScaleResourceNotFound):
        api.get_task("t")
    server.until(lambda: not server._open)
    assert api.get_task("own").id == "own"
    assert [request.connection for request in server.requests] == [1, 2]


@pytest.mark.timeout(10)
@every_endless
def test_get_task_endless_error_body_of_each_attempt_is_read_in_part(kind, serve, client):
    server, reply = serve("http"), endless_error(kind, 503)
    server.replies(reply)
    with pytest.raises(scaleapi.ScaleServiceUnavailable) as caught:
        client(server, retries=QUICK.replace(total=2)).get_task("t")
    assert statuses(caught.value.attempts) == [503] * 3 == [503] * len(server.requests)
    assert_kept(caught.value)
    assert reply.sent < 3 * MANY


@pytest.mark.timeout(10)
@every_endless
def test_get_task_endless_error_body_before_a_retry_does_not_affect_it(kind, server, client):
    reply = endless_error(kind, 503)
    server.replies(reply, task("t"))
    result = client(server).api.request("GET", "task/t")
    assert (statuses(result.attempts), result.json["task_id"]) == ([503, 200], "t")
    assert reply.sent < MANY


@pytest.mark.timeout(10)
@every_endless
def test_get_task_endless_body_of_a_redirect_is_not_awaited(kind, serve, client):
    server = serve("http")
    head, block = ENDLESS[kind](302)
    head = head.replace(b"\r\n", b"\r\nLocation: /v1/task/new\r\n", 1)
    moved = endless(head, block, limit=LIMIT)
    server.decides(lambda r: moved if r.target.endswith("old") else task("new"))
    assert client(server).get_task("old").id == "new"
    assert server.lines == ["GET /task/old", "GET /task/new"]
    assert moved.sent < MANY


@pytest.mark.timeout(10)
@every_endless
def test_create_task_endless_conflict_is_recovered(kind, serve, client):
    server = serve("http")
    own = {"task_id": "A", "type": "chat", "unique_id": "u"}
    replies = [endless_error(kind, 500), endless_error(kind, 409)]
    server.replies(*replies, http_response(page(own)))
    assert client(server).create_task("chat", unique_id="u").as_dict() == own
    assert all(reply.sent < MANY for reply in replies)


@pytest.mark.timeout(10)
@every_endless
@pytest.mark.parametrize("own", [True, False])
def test_download_endless_error_body_is_read_in_part(own, kind, serve, client, tmp_path):
    server = serve("http")
    store = server if own else serve("http")
    reply = endless_error(kind, 404)
    store.replies(reply)
    with pytest.raises(scaleapi.ScaleResourceNotFound) as caught:
        client(server).download_response_url(f"{store.url}/a", tmp_path / "a")
    assert_kept(caught.value)
    assert file_names(tmp_path) == [] and len(store.requests) == 1 and reply.sent < MANY


@pytest.mark.timeout(10)
def test_v2_endless_error_body_is_read_in_part(serve, client):
    server, reply = serve("http"), endless_error("length", 404)
    server.replies(reply)
    with pytest.raises(scaleapi.ScaleResourceNotFound) as caught:
        client(server).v2.get_task("t")
    assert len(str(caught.value.body)) <= MAX_BODY_BYTES and reply.sent < MANY


LARGE = b"x" * 300_000
WHOLE = {
    "length": http_response(LARGE, 404),
    "chunks": chunked(LARGE[:100_000], LARGE[100_000:], status=404),
    "until the end": cut(until_close(LARGE, 404)),
    "gzip": http_response(gzip.compress(LARGE), 404, content_encoding="gzip"),
    "bomb": http_response(
        gzip.compress(b"x" * 8_000_000), 404, content_encoding="gzip", content_type="text/plain"
    ),
}


@pytest.mark.parametrize("what", WHOLE)
def test_get_task_large_error_body_is_kept_up_to_its_limit(what, server, connect):
    server.replies(WHOLE[what], task("own"))
    client = connect(server)
    with pytest.raises(scaleapi.ScaleResourceNotFound) as caught:
        client.get_task("t")
    assert caught.value.body == caught.value.message == "x" * MAX_BODY_BYTES
    assert client.get_task("own").id == "own"


def test_get_task_bomb_in_an_error_takes_bounded_memory(serve, connect):
    server = serve("http")
    bomb = gzip_members(96_000_000, 1_000_000)
    server.replies(http_response(bomb, 404, content_encoding="gzip"))
    client = connect(server)
    tracemalloc.start()
    try:
        with pytest.raises(scaleapi.ScaleResourceNotFound):
            client.get_task("t")
        assert tracemalloc.get_traced_memory()[1] < 48_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size", [0, 1, 100, MAX_BODY_BYTES - 1, MAX_BODY_BYTES])
def test_get_task_error_body_within_the_limit_is_whole_and_keeps_its_connection(
    size, server, connect
):
    server.replies(http_response(b"x" * size, 404, "Not Found"), task("own"))
    client = connect(server)
    with pytest.raises(scaleapi.ScaleResourceNotFound) as caught:
        client.get_task("t")
    assert caught.value.body == "x" * size
    assert client.get_task("own").id == "own" and server.accepted == 1


def test_get_task_error_in_json_over_the_limit_keeps_its_status(server, connect):
    body = json.dumps({"error": "no such task", "more": "x" * 200_000}).encode()
    server.replies(http_response(body, 404))
    with pytest.raises(scaleapi.ScaleResourceNotFound) as caught:
        connect(server).get_task("t")
    assert "no such task" in caught.value.message and len(caught.value.body) == MAX_BODY_BYTES


@pytest.mark.timeout(10)
@every_endless
def test_get_task_endless_success_ends_at_max_response_bytes(kind, serve, client):
    """It is no error's body, and has a bound of its own."""
    server, reply = serve("http"), endless_error(kind, 200)
    server.replies(reply)
    with pytest.raises(ScaleException, match="max_response_bytes"):
        client(server, max_response_bytes=100_000).get_task("t")
    assert reply.sent < MANY and len(server.requests) == 1
