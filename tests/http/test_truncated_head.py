"""A response whose head is cut short is an ambiguous failure, never a response without a body."""

import logging

import pytest

import scaleapi
from scaleapi import ScaleConnectionError
from tests.factories import page
from tests.fixtures.replies import (
    CONTENT,
    POLICIES,
    file_names,
    interim,
    statuses,
    task,
    until_close,
)
from tests.fixtures.servers import SocksProxy, cut, http_response, reset

HEADS = {
    "in the protocol": b"HTT",
    "in the version": b"HTTP/1.",
    "before the status": b"HTTP/1.1 ",
    "in the status": b"HTTP/1.1 20",
    "before the reason": b"HTTP/1.1 200 ",
    "in the status line": b"HTTP/1.1 200 OK",
    "in the end of the status line": b"HTTP/1.1 200 OK\r",
    "after the status line": b"HTTP/1.1 200 OK\r\n",
    "in a header name": b"HTTP/1.1 200 OK\r\nContent-Le",
    "in a header value": b"HTTP/1.1 200 OK\r\nServer: a\r\nContent-Length: 1",
    "in the end of a header line": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r",
    "after a header line": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n",
    "after a length of zero": b"HTTP/1.1 200 OK\r\nServer: a\r\nContent-Length: 0\r\n",
    "after all headers of a chunked one": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
    "in the blank line": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r",
    "with bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 0\n",
    "of a 201": b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n",
    "of a 204": b"HTTP/1.1 204 No Content\r\nServer: a\r\n",
    "of a 404": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n",
    "of a redirect": b"HTTP/1.1 302 Found\r\nLocation: /v1/task/elsewhere\r\nContent-Le",
    "of an interim response": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n",
    "after an interim response": interim(103) + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
}
# Some for what need not be tried with all.
FEW = ["in the status line", "after the status line", "in a header value", "after a length of zero"]
every_head = pytest.mark.parametrize("head", HEADS)
few_heads = pytest.mark.parametrize("head", FEW)
every_policy = pytest.mark.parametrize("policy", POLICIES)


def cut_by_reset(data):
    """Sends `data`, then ends the connection by a RST."""

    def reply(sock):
        sock.sendall(data)
        reset(sock)

    return reply


@every_policy
@every_head
def test_get_task_truncated_head_is_retried(head, policy, server, connect):
    server.replies(cut(HEADS[head]), cut(HEADS[head]), task("A"))
    result = connect(server, retries=POLICIES[policy]).api.request("GET", "task/A")
    assert (statuses(result.attempts), result.json["task_id"]) == ([None, None, 200], "A")
    assert server.lines == ["GET /task/A"] * 3


@few_heads
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_request_truncated_head_by_a_reset_is_retried(method, head, server, connect):
    server.replies(cut_by_reset(HEADS[head]), http_response({"a": 1}))
    result = connect(server).api.request(method, "x")
    assert (statuses(result.attempts), result.json) == ([None, 200], {"a": 1})


@every_head
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_request_truncated_head_without_retries_raises_a_connection_error(
    method, head, server, connect
):
    server.replies(cut(HEADS[head]))
    with pytest.raises(scaleapi.ScaleException) as caught:
        connect(server, retries=0).api.request(method, "x")
    error = caught.value
    assert type(error) is ScaleConnectionError
    assert (error.code, error.response, error.method) == (None, None, method)
    assert statuses(error.attempts) == [None] and error.attempts[0].error
    assert len(server.requests) == 1


@every_head
def test_get_task_head_always_cut_short_raises_with_every_attempt(head, server, connect):
    server.replies(cut(HEADS[head]))
    with pytest.raises(scaleapi.ScaleException) as caught:
        connect(server).get_task("A")
    assert type(caught.value) is ScaleConnectionError
    assert statuses(caught.value.attempts) == [None] * 4 and len(server.requests) == 4


@every_head
def test_create_task_truncated_head_is_retried_and_recovered(head, server, connect):
    own = {"task_id": "A", "type": "chat", "unique_id": "u"}
    server.replies(
        cut(HEADS[head]), http_response({"error": "taken"}, 409), http_response(page(own))
    )
    made = connect(server).create_task("chat", unique_id="u")
    assert made.as_dict() == own
    assert [request.method for request in server.requests] == ["POST", "POST", "GET"]


@few_heads
def test_create_task_truncated_head_without_retries_raises_a_connection_error(
    head, server, connect
):
    server.replies(cut(HEADS[head]))
    with pytest.raises(ScaleConnectionError):
        connect(server, retries=0).create_task("chat", unique_id="u")
    assert len(server.requests) == 1


@few_heads
def test_create_task_without_key_truncated_head_is_retried_with_a_warning(
    head, server, connect, caplog
):
    server.replies(cut(HEADS[head]), task("A"))
    with caplog.at_level(logging.WARNING, "scaleapi"):
        assert connect(server).create_task("chat").id == "A"
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@few_heads
def test_create_tasks_without_key_truncated_head_fails_as_ambiguous(head, server, connect):
    server.replies(cut(HEADS[head]))
    (outcome,) = connect(server).create_tasks("chat", [{"instruction": "i"}])
    assert outcome.status == "failed" and len(server.requests) == 1
    assert isinstance(outcome.error, ScaleConnectionError)
    assert "may nevertheless have been created" in str(outcome.error)


@few_heads
def test_audit_task_truncated_head_is_not_a_success(head, server, connect):
    """Its response is not read, so that nothing else would tell."""
    server.replies(cut(HEADS[head]))
    with pytest.raises(ScaleConnectionError):
        connect(server, retries=0).audit_task("A", True)


@every_head
@pytest.mark.parametrize("own", [True, False])
def test_download_response_url_truncated_head_is_retried(
    own, head, server, serve, connect, tmp_path
):
    store = server if own else serve("http")
    store.replies(cut(HEADS[head]), http_response(CONTENT))
    target = tmp_path / "a.png"
    connect(server).download_response_url(f"{store.url}/a.png", target)
    assert target.read_bytes() == CONTENT and file_names(tmp_path) == ["a.png"]
    assert len(store.requests) == 2


@every_head
@pytest.mark.parametrize("own", [True, False])
def test_download_response_url_head_always_cut_short_saves_no_file(
    own, head, server, serve, connect, tmp_path
):
    store = server if own else serve("http")
    store.replies(cut(HEADS[head]))
    with pytest.raises(ScaleConnectionError) as caught:
        connect(server).download_response_url(f"{store.url}/a.png", tmp_path / "a.png")
    assert len(caught.value.attempts) == len(store.requests) == 4
    assert file_names(tmp_path) == []


@few_heads
def test_download_results_truncated_head_is_never_reported_as_downloaded(
    head, server, connect, tmp_path
):
    server.replies(cut(HEADS[head]))
    given = {"task_id": "t", "response": {"url": f"{server.url}/a.png"}}
    (outcome,) = connect(server).download_results([given], tmp_path)
    assert (outcome.status, outcome.paths) == ("failed", [])
    assert isinstance(outcome.error, ScaleConnectionError) and file_names(tmp_path) == []


@few_heads
def test_get_task_response_file_truncated_head_is_retried(head, server, connect):
    server.replies(cut(HEADS[head]), http_response(CONTENT))
    assert connect(server).get_task_response_file("t", "u") == CONTENT


@few_heads
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_get_task_truncated_head_behind_a_socks_proxy_is_retried(
    scheme, head, serve, start_proxy, connect
):
    server = serve(scheme)
    server.replies(cut(HEADS[head]), task("A"))
    client = connect(server, proxies={scheme: start_proxy(SocksProxy).url})
    assert client.get_task("A").id == "A" and len(server.requests) == 2


@few_heads
def test_get_task_truncated_head_behind_a_tunnel_is_retried(head, serve, proxy, connect):
    server = serve("https")
    server.replies(cut(HEADS[head]), task("A"))
    assert connect(server, proxies={"https": proxy.url}).get_task("A").id == "A"
    assert len(server.requests) == 2


@few_heads
def test_get_task_truncated_head_on_a_used_connection_is_an_attempt(head, server, connect):
    """Bytes of a response came, so this is no stale connection that costs nothing."""
    server.replies(task("A"), cut(HEADS[head]), task("B"))
    api = connect(server).api
    assert api.get_request("task/A")["task_id"] == "A"
    result = api.request("GET", "task/B")
    assert (statuses(result.attempts), result.json["task_id"]) == ([None, 200], "B")


@every_policy
@pytest.mark.parametrize(
    "response",
    [
        until_close(b'{"a": 1}'),
        b'HTTP/1.0 200 OK\r\n\r\n{"a": 1}',
        b'HTTP/1.1 200 OK\nContent-Length: 8\n\n{"a": 1}',
    ],
)
def test_request_whole_head_without_length_is_a_result(response, policy, server, connect):
    """Its body ends with the connection, which is right."""
    server.replies(cut(response))
    result = connect(server, retries=POLICIES[policy]).api.request("GET", "x")
    assert (statuses(result.attempts), result.json) == ([200], {"a": 1})
