"""A connection on which bytes arrive that belong to no request is not used again."""

import threading

import pytest

import scaleapi
from scaleapi import ScaleException
from tests.fixtures.replies import (
    CONTENT,
    POLICIES,
    chunked,
    interim,
    sent_json,
    statuses,
    task,
    task_by_path,
)
from tests.fixtures.servers import SocksProxy, http_response, silence

FORGED = task("forged")
SURPLUS = {
    "one byte": b"x",
    "end of line": b"\r\n",
    "part of a response": FORGED[:20],
    "response": FORGED,
    "two responses": FORGED * 2,
    "8 KiB": b" " * 8192,
    "8 KiB, then a response": b"\r\n" * 4096 + FORGED,
    "15 KiB of responses": FORGED * (15 * 1024 // len(FORGED)),
    "interim response": interim(103) + FORGED,
    "aligned response": b"",  # see `with_surplus`
}
TASK = {"task_id": "first", "status": "completed"}
SUCCESSES = {
    "200": (task("first"), TASK),
    "200 in chunks": (chunked(b'{"task_id": ', b'"first", "status": "completed"}'), TASK),
    "200 without content": (http_response(b""), None),
    "201": (http_response(TASK, 201), TASK),
    "204": (interim(204), None),
    "204 with a length": (interim(204, content_length=len(FORGED)), None),
    "205": (interim(205, content_length=0), None),
}
ERRORS = {
    "304": (interim(304), 304),
    "304 with a length": (interim(304, content_length=len(FORGED)), 304),
    "400": (http_response({"error": "no"}, 400), 400),
    "404 in chunks": (chunked(b'{"error": "no"}', status=404), 404),
    "409 without content": (http_response(b"", 409), 409),
}
every_policy = pytest.mark.parametrize("policy", POLICIES)
every_surplus = pytest.mark.parametrize("surplus", SURPLUS)


def with_surplus(response, surplus="response"):
    """Both in one `sendall`, and so in one TLS record."""
    if surplus == "aligned response":  # begins where who reads 8 KiB at a time begins anew
        return response.ljust(8192) + FORGED
    return response + SURPLUS[surplus]


def sends_surplus(server, response, surplus="response"):
    """Have the server give this response to "first", and to all else a task by its path."""
    first = with_surplus(response, surplus)
    server.decides(lambda request: first if "first" in request.target else task_by_path(request))


def connections(server):
    return [request.connection for request in server.requests]


@every_policy
@every_surplus
@pytest.mark.parametrize("kind", SUCCESSES)
def test_request_surplus_after_a_success_does_not_affect_the_next_call(
    kind, surplus, policy, server, connect
):
    response, expected = SUCCESSES[kind]
    sends_surplus(server, response, surplus)
    client = connect(server, retries=POLICIES[policy])
    result = client.api.request("GET", "first")
    assert (statuses(result.attempts), result.json) == ([result.response.status_code], expected)
    assert client.get_task("own").id == "own"
    assert connections(server) == [1, 2]


@every_policy
@every_surplus
@pytest.mark.parametrize("kind", ERRORS)
def test_request_surplus_after_an_error_does_not_affect_the_next_call(
    kind, surplus, policy, server, connect
):
    response, status = ERRORS[kind]
    sends_surplus(server, response, surplus)
    client = connect(server, retries=POLICIES[policy])
    with pytest.raises(ScaleException) as caught:
        client.api.request("GET", "first")
    assert (caught.value.code, statuses(caught.value.attempts)) == (status, [status])
    assert "forged" not in f"{caught.value.message}{caught.value.body}"
    assert client.get_task("own").id == "own"
    assert connections(server) == [1, 2]


@every_policy
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_request_surplus_after_any_method_does_not_affect_the_next_call(
    method, policy, server, connect
):
    sends_surplus(server, task("first"), "8 KiB, then a response")
    api = connect(server, retries=POLICIES[policy]).api
    assert api.request(method, "first").json == TASK
    assert api.request(method, "own").json["task_id"] == "own"
    assert connections(server) == [1, 2]


@every_policy
@every_surplus
def test_get_task_surplus_after_a_503_does_not_affect_the_retry(surplus, policy, server, connect):
    server.replies(with_surplus(http_response({}, 503), surplus), task("own"))
    result = connect(server, retries=POLICIES[policy]).api.request("GET", "task/own")
    assert (statuses(result.attempts), result.json["task_id"]) == ([503, 200], "own")
    assert connections(server) == [1, 2]


@every_policy
@every_surplus
def test_get_task_surplus_after_a_redirect_does_not_affect_its_target(
    surplus, policy, server, connect
):
    sends_surplus(server, http_response(b"", 302, location="/v1/task/own"), surplus)
    assert connect(server, retries=POLICIES[policy]).get_task("first").id == "own"
    assert server.lines == ["GET /task/first", "GET /task/own"]
    assert connections(server) == [1, 2]


@every_policy
@pytest.mark.parametrize("surplus", ["one byte", "response"])
def test_get_task_surplus_after_the_call_has_ended_does_not_affect_the_next_call(
    surplus, policy, server, connect
):
    ended, arrived = threading.Event(), threading.Event()

    def late(sock):
        sock.sendall(task("first"))
        ended.wait(20)
        sock.sendall(SURPLUS[surplus])
        arrived.set()
        silence(sock)

    server.decides(lambda request: late if "first" in request.target else task_by_path(request))
    client = connect(server, retries=POLICIES[policy])
    assert client.get_task("first").id == "first"
    ended.set()
    assert arrived.wait(20)
    assert client.get_task("own").id == "own"
    assert connections(server) == [1, 2]


def test_create_tasks_surplus_after_each_response_reports_each_task_with_its_payload(
    server, connect
):
    def reply(request):
        sent = sent_json(request)["unique_id"]
        return with_surplus(task(f"id of {sent}", unique_id=sent), "8 KiB, then a response")

    server.decides(reply)
    payloads = [{"unique_id": f"u{number}"} for number in range(12)]
    client = connect(server)
    outcomes = list(client.create_tasks("chat", payloads, workers=2, on_duplicate="skip"))
    assert [outcome.status for outcome in outcomes] == ["created"] * 12
    assert [outcome.task.id for outcome in outcomes] == [f"id of u{row}" for row in range(12)]
    assert sorted(connections(server)) == [*range(1, 13)]


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("surplus", ["response", "8 KiB, then a response"])
def test_download_response_url_surplus_after_a_file_does_not_affect_the_next_call(
    surplus, own, server, serve, connect, tmp_path
):
    store = server if own else serve("https")
    store.decides(
        lambda request: with_surplus(
            http_response(CONTENT if request.target.endswith("a") else CONTENT[::-1]), surplus
        )
    )
    client = connect(server)
    for name, content in (("a", CONTENT), ("b", CONTENT[::-1])):
        path = client.download_response_url(f"{store.url}/{name}", tmp_path / name)
        assert path.read_bytes() == content
    assert connections(store) == [1, 2]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_get_task_surplus_behind_a_socks_proxy_does_not_affect_the_next_call(
    scheme, serve, start_proxy, connect
):
    server = serve(scheme)
    sends_surplus(server, task("first"), "8 KiB, then a response")
    client = connect(server, proxies={scheme: start_proxy(SocksProxy).url})
    assert [client.get_task(name).id for name in ("first", "own")] == ["first", "own"]
    assert connections(server) == [1, 2]


def test_get_task_surplus_behind_a_tunnel_does_not_affect_the_next_call(serve, proxy, connect):
    server = serve("https")
    sends_surplus(server, task("first"), "8 KiB, then a response")
    client = connect(server, proxies={"https": proxy.url})
    assert [client.get_task(name).id for name in ("first", "own")] == ["first", "own"]
    assert connections(server) == [1, 2]


@every_policy
def test_get_task_without_surplus_uses_its_connection_again(policy, server, connect):
    """Otherwise all of the above could be had by never using a connection twice."""
    responses = [response for response, _ in SUCCESSES.values()]
    server.replies(*responses)
    api = connect(server, retries=POLICIES[policy]).api
    for _, expected in SUCCESSES.values():
        assert api.get_request("x") == expected
    server.replies(*(response for response, _ in ERRORS.values()))
    for _, status in ERRORS.values():
        with pytest.raises(scaleapi.ScaleException) as caught:
            api.get_request("x")
        assert caught.value.code == status
    assert server.accepted == 1
