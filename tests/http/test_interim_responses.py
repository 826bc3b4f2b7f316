"""Interim responses (1xx) before the final one belong to no call, and to no later call either."""

import json

import pytest

import scaleapi
from scaleapi import ScaleConnectionError, ScaleException
from tests.fixtures.replies import (
    CONTENT,
    POLICIES,
    endless,
    interim,
    parts,
    sent_json,
    statuses,
    task,
    task_by_path,
)
from tests.fixtures.servers import Proxy, SocksProxy, cut, drop, http_response

INTERIM = {
    "100": interim(100, "Continue"),
    "102": interim(102, "Processing"),
    "103": interim(103, "Early Hints"),
    "unassigned 199": interim(199),
    "without reason": b"HTTP/1.1 103\r\n\r\n",
    "of HTTP 1.0": b"HTTP/1.0 102 Processing\r\n\r\n",
    "two 100": interim(100) * 2,
    "100, then 103": interim(100) + interim(103),
    "103, then 100": interim(103) + interim(100),
    "102, 103, 102, 100": interim(102) + interim(103) + interim(102) + interim(100),
    "ten 102": interim(102) * 10,
    "103 with links": interim(103, link="</a.css>; rel=preload", x_other="b"),
    "103 with many headers": interim(103, **{f"x_{number}": "y" * 80 for number in range(60)}),
}
# A header of an interim response says nothing about the final one.
FRAMING = {
    "length of zero": interim(103, content_length=0),
    "length": interim(103, content_length=5),
    "chunks": interim(103, transfer_encoding="chunked"),
    "compression": interim(103, content_encoding="gzip"),
    "end of connection": interim(102, connection="close"),
    "location": interim(103, location="/v1/task/elsewhere"),
    "delay": interim(103, retry_after=1000),
}
every_policy = pytest.mark.parametrize("policy", POLICIES)


@every_policy
@pytest.mark.parametrize("kind", INTERIM)
def test_get_task_after_interim_responses_returns_the_final_one(kind, policy, server, connect):
    server.decides(lambda request: INTERIM[kind] + task_by_path(request))
    client = connect(server, retries=POLICIES[policy])
    assert [client.get_task(name).id for name in "ABC"] == ["A", "B", "C"]
    assert server.lines == ["GET /task/A", "GET /task/B", "GET /task/C"]
    assert server.accepted == 1


@pytest.mark.parametrize("kind", FRAMING)
def test_get_task_interim_response_with_framing_headers_has_no_effect(kind, server, connect):
    server.decides(lambda request: FRAMING[kind] + task_by_path(request))
    client = connect(server)
    assert [client.get_task(name).id for name in "ABC"] == ["A", "B", "C"]
    assert len(server.requests) == 3


@every_policy
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_request_interim_response_in_a_part_of_its_own_is_skipped(method, policy, server, connect):
    final = http_response({"a": method}, connection="close")
    server.replies(
        parts(interim(103), final),
        parts(interim(102), interim(103), interim(100), final[:9], final[9:]),
        parts(*(bytes([byte]) for byte in interim(103, link="</a>") + final), delay=0.0002),
    )
    api = connect(server, retries=POLICIES[policy]).api
    for _ in range(3):
        result = api.request(method, "x")
        assert (statuses(result.attempts), result.json) == ([200], {"a": method})


def test_get_task_interim_response_before_an_error_raises_the_final_error(server, connect):
    server.replies(interim(103) * 2 + http_response({"error": "no such task"}, 404), task("B"))
    client = connect(server)
    with pytest.raises(scaleapi.ScaleResourceNotFound) as caught:
        client.get_task("A")
    assert (caught.value.message, statuses(caught.value.attempts)) == ("no such task", [404])
    assert client.get_task("B").id == "B"


def test_get_task_interim_response_before_a_503_is_retried_by_the_final_status(server, connect):
    server.replies(interim(103) + http_response({}, 503), interim(102) + task("A"))
    result = connect(server).api.request("GET", "task/A")
    assert (statuses(result.attempts), result.json["task_id"]) == ([503, 200], "A")


def test_get_task_interim_response_before_a_redirect_is_skipped(server, connect):
    moved = interim(103) + http_response(b"", 302, location="/v1/task/new")
    server.decides(lambda request: moved if "old" in request.target else task_by_path(request))
    client = connect(server)
    assert [client.get_task(name).id for name in ("old", "B")] == ["new", "B"]


@pytest.mark.parametrize(
    "rest", [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"]
)
def test_get_task_connection_lost_after_an_interim_response_is_retried(rest, server, connect):
    lost = cut(interim(103) + rest)
    server.replies(lost, lost, task("A"))
    result = connect(server).api.request("GET", "task/A")
    assert (statuses(result.attempts), result.json["task_id"]) == ([None, None, 200], "A")


def test_create_task_connection_lost_after_an_interim_response_is_recovered(server, connect):
    own = {"task_id": "A", "type": "chat", "unique_id": "u"}
    found = {"docs": [own], "total": 1, "limit": 1, "offset": 0, "has_more": False}
    server.replies(cut(interim(102)), http_response({"error": "taken"}, 409), http_response(found))
    assert connect(server).create_task("chat", unique_id="u").id == "A"
    assert [request.method for request in server.requests] == ["POST", "POST", "GET"]


def test_create_tasks_interim_response_before_each_reports_each_task_with_its_payload(
    server, connect
):
    def reply(request):
        sent = sent_json(request)["unique_id"]
        return interim(103) + http_response({"task_id": f"id of {sent}", "unique_id": sent})

    server.decides(reply)
    payloads = [{"unique_id": f"u{number}"} for number in range(24)]
    client = connect(server)
    outcomes = list(client.create_tasks("chat", payloads, workers=4, on_duplicate="skip"))
    assert [outcome.status for outcome in outcomes] == ["created"] * 24
    assert [outcome.task.id for outcome in outcomes] == [f"id of u{row}" for row in range(24)]


@pytest.mark.parametrize("own", [True, False])
def test_download_response_url_after_an_interim_response_saves_the_file(
    own, server, serve, connect, tmp_path
):
    store = server if own else serve("http")
    store.replies(interim(103, content_length=0) * 3 + http_response(CONTENT))
    client = connect(server)
    for name in ("a", "b"):
        path = client.download_response_url(f"{store.url}/{name}", tmp_path / name)
        assert path.read_bytes() == CONTENT


@pytest.mark.parametrize("kind", [Proxy, SocksProxy])
def test_get_task_interim_response_behind_a_proxy_is_skipped(kind, serve, start_proxy, connect):
    server = serve("https" if kind is Proxy else "http")
    server.decides(lambda request: interim(103) + task_by_path(request))
    client = connect(server, proxies={server.scheme: start_proxy(kind).url})
    assert [client.get_task(name).id for name in "ABC"] == ["A", "B", "C"]


@pytest.mark.timeout(10)
@every_policy
@pytest.mark.parametrize("status", [100, 102, 103])
def test_get_task_endless_interim_responses_raise_a_connection_error(
    status, policy, serve, connect
):
    server = serve("http")
    server.replies(endless(b"", interim(status) * 50))
    with pytest.raises(ScaleConnectionError) as caught:
        connect(server, retries=POLICIES[policy].replace(total=1)).get_task("A")
    assert statuses(caught.value.attempts) == [None] * 2
    assert len(server.requests) == 2


def test_get_task_slow_endless_interim_responses_end_at_the_deadline(serve, connect):
    server = serve("http")
    server.replies(endless(b"", interim(102), delay=0.05))
    policy = POLICIES["with deadline"].replace(deadline=0.5)
    with pytest.raises(ScaleConnectionError) as caught:
        connect(server, retries=policy).get_task("A")
    assert sum(attempt.seconds for attempt in caught.value.attempts) < 2


SWITCHED = {
    "alone": interim(101, "Switching Protocols", upgrade="other"),
    "before a response": interim(101) + task("forged"),
    "with a body": interim(101, content_length=2) + b"{}",
    "with a task": interim(101, content_length=21) + b'{"task_id": "forged"}',
    "after 103": interim(103) + interim(101),
}


@every_policy
@pytest.mark.parametrize("closes", [True, False])
@pytest.mark.parametrize("kind", SWITCHED)
def test_get_task_response_101_raises_and_its_connection_is_not_used_again(
    kind, closes, policy, server, connect
):
    def reply(request):
        if not request.target.endswith("/A"):
            return task_by_path(request)
        return cut(SWITCHED[kind]) if closes else SWITCHED[kind]

    server.decides(reply)
    client = connect(server, retries=POLICIES[policy], timeout=2)
    with pytest.raises(ScaleException):
        client.get_task("A")
    used = {request.connection for request in server.requests}
    assert client.get_task("B").id == "B"
    assert server.requests[-1].connection not in used


def test_low_level_request_response_101_is_not_a_result(server, connect):
    server.replies(cut(interim(101, content_length=2) + json.dumps({}).encode()))
    for method in ("GET", "POST", "PUT", "DELETE"):
        with pytest.raises(ScaleException):
            connect(server).api.request(method, "x")


def test_get_task_interim_response_on_a_stale_connection_costs_no_attempt(server, connect):
    served = set()

    def reply(request):
        if request.connection in served:
            return drop
        served.add(request.connection)
        return interim(103) + task_by_path(request)

    server.decides(reply)
    api = connect(server).api
    for name in "ABC":
        result = api.request("GET", f"task/{name}")
        assert (statuses(result.attempts), result.json["task_id"]) == ([200], name)
