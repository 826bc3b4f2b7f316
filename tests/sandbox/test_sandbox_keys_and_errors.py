"""Keys, recorded requests, error bodies and malformed requests."""

import json
import socket
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
import requests

from scaleapi.sandbox import Sandbox, app, requests_log
from scaleapi.sandbox.app import MAX_BODY
from scaleapi.sandbox.http import server
from scaleapi.sandbox.http.json_limits import MAX_DEPTH
from scaleapi.sandbox.http.server import MAX_HEAD


def address_of(sandbox):
    return urlsplit(sandbox.url).hostname, urlsplit(sandbox.url).port


def assert_error(response, status):
    """The response is Scale's error body."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/json"
    assert set(response.json()) == {"status_code", "error"}
    assert response.json()["status_code"] == status
    assert isinstance(response.json()["error"], str)


@pytest.mark.parametrize("key", ["test_key", "test_", "abc|test"])
def test_key_of_test_form_is_accepted(sandbox, http_for, key):
    assert http_for(sandbox, key).get("/teams").status_code == 200


@pytest.mark.parametrize("key", ["", "live_key", "key", "Test_key", "abc|live"])
def test_key_of_another_form_is_401(sandbox, http_for, key):
    assert_error(http_for(sandbox, key).get("/teams"), 401)


@pytest.mark.parametrize("header", [None, "Bearer test_key", "Basic !!!", "Basic", "nonsense"])
def test_key_without_basic_authentication_is_401(sandbox, http, header):
    http.auth = None
    headers = {} if header is None else {"Authorization": header}
    assert_error(http.get("/teams", headers=headers), 401)


def test_key_of_live_form_is_accepted_in_live_mode(live_sandbox, http_for):
    assert http_for(live_sandbox, "live_key").get("/teams").status_code == 200
    assert_error(http_for(live_sandbox, "key").get("/teams"), 401)


def test_key_has_its_own_data(sandbox, http, http_for):
    other = http_for(sandbox, "test_other")
    http.make_project()
    http.make_batch()
    task = http.make_task(batch="b", unique_id="u")
    assert other.get("/projects").json() == []
    assert_error(other.get("/batches/b"), 404)
    assert_error(other.get(f"/task/{task['task_id']}"), 404)
    assert other.ids() == []
    other.make_project()
    assert other.make_task(unique_id="u", project="p")["task_id"] != task["task_id"]


def test_key_is_stored_nowhere(sandbox, http_for):
    http_for(sandbox, "test_unmistakable").make_project()
    (request,) = sandbox.requests
    assert "Authorization" not in request.headers
    assert "unmistakable" not in repr(request)
    dump = "".join(sandbox._open().state.store._connection.iterdump())
    assert "categorization" in dump and "unmistakable" not in dump


def test_recorded_requests_hold_method_path_query_and_body(sandbox, http):
    http.post("/batches/a%2Fb/setMetadata?x=1&y=a+b&x=2", json={"k": "v"})
    (request,) = sandbox.requests
    assert (request.method, request.path) == ("POST", "/v1/batches/a%2Fb/setMetadata")
    assert request.query == {"x": ["1", "2"], "y": ["a b"]}
    assert request.body == {"k": "v"}
    assert request.headers["Content-Type"] == "application/json"
    assert request.status == 404


def test_recorded_request_body_not_json_is_bytes_or_none(sandbox, http):
    http.get("/teams")
    http.post("/projects", data=b"{nonsense")
    assert [request.body for request in sandbox.requests] == [None, b"{nonsense"]
    sandbox.reset()
    assert sandbox.requests == []


def test_recorded_requests_over_the_total_limit_drop_the_oldest(sandbox, http, monkeypatch):
    monkeypatch.setattr(requests_log, "MAX_TOTAL_BYTES", 20_000)
    for number in range(9):
        http.post(f"/nothing?{number}", data=b"x" * 3_000, headers={"X": "y" * 3_000})
    kept = [list(request.query) for request in sandbox.requests]
    assert kept == [["7"], ["8"]] or kept == [["6"], ["7"], ["8"]]  # the other headers weigh too
    assert all(len(request.content) == 3_000 for request in sandbox.requests)
    sandbox.reset()
    http.post("/nothing", data=b"x" * 3_000)
    assert len(sandbox.requests) == 1


def test_recorded_request_over_the_total_limit_is_kept_alone(sandbox, http, monkeypatch):
    http.get("/teams")
    monkeypatch.setattr(requests_log, "MAX_TOTAL_BYTES", 1_000)
    http.post("/projects", data=b"x" * 3_000)
    (request,) = sandbox.requests
    assert (request.content, request.status) == (b"x" * 3_000, 400)


def test_request_is_recorded_before_its_body_arrives(sandbox, http, wait_until):
    with socket.create_connection(address_of(sandbox), timeout=5) as raw:
        raw.sendall(b"POST /v1/projects HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n")
        (request,) = wait_until(lambda: sandbox.requests)
        assert (request.path, request.content) == ("/v1/projects", b"")
        sandbox.reset()
        raw.sendall(b"{}")
        assert b"401" in raw.recv(1000)
        assert sandbox.requests == []


@pytest.mark.parametrize(
    "path, headers, status",
    [("/teams", {"X": "y" * MAX_HEAD}, 413), ("/" + "y" * MAX_HEAD, {}, 414)],
)
def test_request_head_too_large_is_rejected_and_not_recorded(sandbox, http, path, headers, status):
    assert_error(http.get(path, headers=headers), status)
    assert sandbox.requests == []
    assert http.get("/teams", headers={"X": "y" * (MAX_HEAD // 2)}).status_code == 200


def test_request_head_too_large_client_that_writes_first_reads_the_413(sandbox):
    with closing(HTTPConnection(*address_of(sandbox), timeout=10)) as connection:
        connection.putrequest("GET", "/v1/teams")
        for number in range(400):  # more than the system would hold back for the server
            connection.putheader(f"X-{number}", "y" * MAX_HEAD)
        connection.endheaders()
        assert connection.getresponse().status == 413


@pytest.mark.parametrize(
    "head",
    [
        "x" * (MAX_HEAD + 1),
        f"POST /v1/projects HTTP/1.1\r\nHost: localhost\r\nContent-Length: {10**12}\r\n\r\n",
    ],
    ids=["head", "body"],
)
def test_request_rejected_client_that_writes_on_is_disconnected_in_the_end(
    head, sandbox, monkeypatch
):
    monkeypatch.setattr(server, "MAX_DRAIN_BYTES", MAX_HEAD)
    monkeypatch.setattr(app, "MAX_DRAIN_BYTES", MAX_HEAD)
    with socket.create_connection(address_of(sandbox), timeout=10) as raw:
        raw.sendall(head.encode())
        with pytest.raises(ConnectionError):
            for _ in range(4_000):
                raw.sendall(b"x" * MAX_HEAD)


@pytest.mark.smoke
@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", "/nothing"),
        ("PATCH", "/tasks"),
        ("DELETE", "/projects"),
        ("GET", "/batches/a/b"),
        ("GET", "//tasks"),
        ("GET", "/batches//status"),
        ("POST", "/../v1/tasks"),
    ],
)
def test_unknown_route_is_501_with_the_list_of_routes(http, method, path):
    response = http.request(method, path)
    assert_error(response, 501)
    assert "POST /v1/task/<kind>" in response.json()["error"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b'{"name": "p", "type": "chat", "params": {"x": NaN}}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_body_not_a_json_object_is_400(http, body):
    assert_error(http.post("/projects", data=body), 400)


def nested(levels, last="1"):
    return "[" * levels + last + "]" * levels


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 976, 100_000])
def test_body_nested_too_deeply_is_400_and_affects_nothing_else(sandbox, http, levels):
    body = {"name": "p", "type": "categorization"}
    text = json.dumps(body)[:-1] + f', "params": {nested(levels - 1)}}}'
    response = http.post("/projects", data=text)
    assert_error(response, 400)
    assert str(MAX_DEPTH) in response.json()["error"]
    assert sandbox.requests[-1].body == text.encode()
    form = {"metadata": nested(levels)}
    assert_error(http.post("/files/upload", files={"file": ("a", b"x")}, data=form), 400)
    assert all(status == 200 for status in statuses_of_all_that_shows(sandbox, http))


@pytest.fixture
def own_sandbox():
    """A sandbox that no other test's last request can still be on its way to."""
    with Sandbox() as sandbox:
        yield sandbox


def test_body_of_the_deepest_accepted_nesting_is_shown_everywhere(own_sandbox, http_for, tmp_path):
    sandbox, http = own_sandbox, http_for(own_sandbox)
    deep = json.loads(nested(MAX_DEPTH - 2))
    task = http.make_task(metadata={"a": deep}, callback_url="someone@example.org")
    http.make_project("p", params={"a": deep})
    http.make_task(project="p")
    http.make_project("c", "chat")
    chat = http.post("/task/chat", json={"project": "c", "template_variables": {"a": deep}})
    assert chat.status_code == 200
    metadata = nested(MAX_DEPTH)
    form = {"file": ("a", b"x")}
    response = http.post("/files/upload", files=form, data={"metadata": metadata})
    assert response.json()["metadata"] == json.loads(metadata)
    assert sandbox.requests[0].body["metadata"]["a"] == deep
    assert http.get(f"/task/{task['task_id']}").json()["metadata"]["a"] == deep
    assert all(status == 200 for status in statuses_of_all_that_shows(sandbox, http))
    sandbox.export(tmp_path / "out")
    sandbox.reset()
    assert sandbox.seed(tmp_path / "out") == {"project": 2, "task": 3, "file": 1}
    assert all(status == 200 for status in statuses_of_all_that_shows(sandbox, http))


def statuses_of_all_that_shows(sandbox, http):
    root = sandbox.url[: -len("/v1")]
    shows = ["/", "/_sandbox/requests", "/_sandbox/callbacks", "/_sandbox/export", "/v1/tasks"]
    shows += ["/v1/projects"]
    with requests.Session() as session:
        session.trust_env, session.auth = False, http.auth
        return [session.get(root + path, timeout=10).status_code for path in shows]


def test_body_with_invalid_unicode_is_400(http):
    body = b'{"name": "\\ud800", "type": "categorization"}'
    assert_error(http.post("/projects", data=body), 400)


def test_body_json_is_read_with_any_content_type(http):
    body = b'{"name": "p", "type": "categorization"}'
    response = http.post("/projects", data=body, headers={"Content-Type": "text/plain"})
    assert response.status_code == 200


def test_body_chunked_is_read(http):
    chunks = iter([b'{"name": "p",', b' "type": "categorization"}'])
    assert http.post("/projects", data=chunks).json()["name"] == "p"


def test_body_too_large_is_413(http):
    response = http.post("/projects", data=bytes(MAX_BODY + 1))
    assert_error(response, 413)
    assert http.get("/teams").status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "multipart/form-data; boundary=x"}])
def test_body_chunked_too_large_is_413(http_for, monkeypatch, headers):
    monkeypatch.setattr(app, "MAX_BODY", 10)
    with Sandbox() as sandbox:
        http = http_for(sandbox)
        assert_error(http.post("/projects", data=iter([b"{", b" " * 10]), headers=headers), 413)
        assert_error(http.post("/projects", data=iter([b"{", b" " * 8, b"}"])), 400)
        assert [request.status for request in sandbox.requests] == [413, 400]


@pytest.mark.parametrize("end", ["", "x: y\r\nz: \r\n"])
def test_body_chunked_is_followed_by_another_request(sandbox, end):
    parts = ('{"nam', 'e": "a\\u00fcb', '", "type": "categorization"}' + " " * 5000)
    chunks = "".join(f"{len(part):X};a=b\r\n{part}\r\n" for part in parts)
    head = "Authorization: Basic dGVzdF9rZXk6\r\nHost: localhost\r\n"
    with socket.create_connection(address_of(sandbox), timeout=5) as raw:
        raw.sendall(
            f"POST /v1/projects HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        raw.sendall(f"{chunks}0\r\n{end}\r\n".encode())
        with HTTPResponse(raw) as response:
            response.begin()
            assert json.loads(response.read())["name"] == "aüb"
        raw.sendall(f"GET /v1/teams HTTP/1.1\r\n{head}\r\n".encode())
        assert raw.recv(12) == b"HTTP/1.1 200"


CHUNKS = b"POST /v1/projects HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "chunks", [b"x\r\n", b"-1\r\n", b"2\r\n{}", b"2\r\n{}}\r\n0\r\n\r\n", b"9\r\n{}\r\n"]
)
def test_body_with_invalid_chunks_is_400_and_ends_the_connection(sandbox, http, chunks):
    with socket.create_connection(address_of(sandbox), timeout=5) as raw:
        raw.sendall(CHUNKS + chunks + b"GET /v1/teams HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert_error_on(raw, 400)
        assert raw.recv(1) == b""
    assert [request.status for request in sandbox.requests] == [400]
    assert http.get("/teams").status_code == 200


@pytest.mark.parametrize("chunks", [b"", b"2", b"2\r\n{", b"800000\r\n{" + bytes(2**21), b"0\r\n"])
def test_body_chunked_truncated_is_400(sandbox, http, chunks):
    with socket.create_connection(address_of(sandbox), timeout=5) as raw:
        raw.sendall(CHUNKS + chunks)
        raw.shutdown(socket.SHUT_WR)
        assert_error_on(raw, 400)
    assert [request.status for request in sandbox.requests] == [400]


def assert_error_on(raw, status):
    with HTTPResponse(raw) as response:
        response.begin()
        body = json.loads(response.read())
    assert response.headers["Content-Type"] == "application/json"
    assert (response.status, body["status_code"]) == (status, status)
    assert body["error"]


def test_body_too_large_client_that_writes_first_reads_the_413(sandbox):
    with closing(HTTPConnection(*address_of(sandbox), timeout=10)) as connection:
        connection.request("POST", "/v1/projects", bytes(MAX_BODY + 1))
        assert connection.getresponse().status == 413


def test_internal_error_is_500_with_api_error_body_and_logged(sandbox, http, monkeypatch, caplog):
    monkeypatch.setattr(sandbox._open().state.store, "all", lambda *args: 1 / 0)
    assert_error(http.get("/projects"), 500)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    "head, status",
    [
        ("hello", 400),
        ("GET //v1/teams HTTP/1.1", 400),
        ("GET http://127.0.0.1/v1/teams HTTP/1.1", 400),
        ("GET /v1/teams#x HTTP/1.1", 400),
        ("GET v1/teams HTTP/1.1", 400),
        ("GET http://[ HTTP/1.1", 500),
        ("GET /v1/teams HTTP/3.0", 505),
        ("CONNECT /v1/teams HTTP/1.1", 405),
        ("GET /v1/teams HTTP/1.1\r\nno header", 400),
        ("POST /v1/projects HTTP/1.1\r\nContent-Length: abc", 400),
        ("POST /v1/projects HTTP/1.1\r\nContent-Length: -5", 400),
        ("POST /v1/projects HTTP/1.1\r\nTransfer-Encoding: gzip", 501),
    ],
)
def test_malformed_http_gets_an_api_style_error(sandbox, http, head, status):
    with socket.create_connection(address_of(sandbox), timeout=5) as raw:
        raw.sendall(f"{head}\r\n\r\n".encode())
        assert_error_on(raw, status)
    assert sandbox.requests == []
    assert http.get("/teams").status_code == 200


def test_sandbox_client_reaches_the_sandbox(sandbox):
    with sandbox.client() as client:
        assert [mate.role for mate in client.list_teammates()] == ["admin"]
    assert sandbox.requests[0].path == "/v1/teams"


def test_connection_is_reused_for_a_second_response(sandbox):
    with closing(HTTPConnection(*address_of(sandbox), timeout=5)) as connection:
        connection.connect()
        socket_at_first = connection.sock
        for path in ("/v1/teams", "/v1/nothing", "/v1/teams"):
            connection.request("GET", path)
            connection.getresponse().read()
            assert connection.sock is socket_at_first
