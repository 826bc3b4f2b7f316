"""Keys, error bodies, and requests that make no sense."""

import socket
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from scaleapi.sandbox.app import MAX_BODY


def address_of(box):
    return urlsplit(box.url).hostname, urlsplit(box.url).port


def assert_error(answer, status):
    """The answer is Scale's error body."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert set(answer.json()) == {"status_code", "error"}
    assert answer.json()["status_code"] == status
    assert isinstance(answer.json()["error"], str)


@pytest.mark.parametrize("key", ["test_key", "test_", "abc|test"])
def test_any_key_of_test_form_is_taken(box, http_for, key):
    assert http_for(box, key).get("/teams").status_code == 200


@pytest.mark.parametrize("key", ["", "live_key", "key", "Test_key", "abc|live"])
def test_any_other_key_is_401(box, http_for, key):
    assert_error(http_for(box, key).get("/teams"), 401)


@pytest.mark.parametrize("header", [None, "Bearer test_key", "Basic !!!", "Basic", "nonsense"])
def test_without_basic_authentication_it_is_401(box, http, header):
    http.auth = None
    headers = {} if header is None else {"Authorization": header}
    assert_error(http.get("/teams", headers=headers), 401)


def test_in_live_mode_a_key_of_live_form_is_taken_too(live_box, http_for):
    assert http_for(live_box, "live_key").get("/teams").status_code == 200
    assert_error(http_for(live_box, "key").get("/teams"), 401)


def test_each_key_has_its_own_data(box, http, http_for):
    other = http_for(box, "test_other")
    http.make_project()
    http.make_batch()
    task = http.make_task(batch="b", unique_id="u")
    assert other.get("/projects").json() == []
    assert_error(other.get("/batches/b"), 404)
    assert_error(other.get(f"/task/{task['task_id']}"), 404)
    assert other.ids() == []
    other.make_project()
    assert other.make_task(unique_id="u", project="p")["task_id"] != task["task_id"]


def test_the_key_is_kept_nowhere(box, http_for):
    http_for(box, "test_unmistakable").make_project()
    (hit,) = box.hits
    assert "Authorization" not in hit.headers
    assert "unmistakable" not in repr(hit)
    dump = "".join(box._open().world.store._connection.iterdump())
    assert "categorization" in dump and "unmistakable" not in dump


def test_hits_hold_what_was_asked(box, http):
    http.post("/batches/a%2Fb/setMetadata?x=1&y=a+b&x=2", json={"k": "v"})
    (hit,) = box.hits
    assert (hit.method, hit.path) == ("POST", "/v1/batches/a%2Fb/setMetadata")
    assert hit.query == {"x": ["1", "2"], "y": ["a b"]}
    assert hit.body == {"k": "v"}
    assert hit.headers["Content-Type"] == "application/json"
    assert hit.status == 404


def test_a_hit_keeps_other_bodies_as_bytes_and_none_as_none(box, http):
    http.get("/teams")
    http.post("/projects", data=b"{nonsense")
    assert [hit.body for hit in box.hits] == [None, b"{nonsense"]
    box.reset()
    assert box.hits == []


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
def test_an_unknown_route_is_501_with_the_list_of_what_there_is(http, method, path):
    answer = http.request(method, path)
    assert_error(answer, 501)
    assert "POST /v1/task/<kind>" in answer.json()["error"]


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
def test_a_body_that_is_no_json_object_is_400(http, body):
    assert_error(http.post("/projects", data=body), 400)


def test_text_that_is_no_unicode_is_400(http):
    body = b'{"name": "\\ud800", "type": "categorization"}'
    assert_error(http.post("/projects", data=body), 400)


def test_json_is_read_whatever_its_content_type_says(http):
    body = b'{"name": "p", "type": "categorization"}'
    answer = http.post("/projects", data=body, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 200


def test_a_body_in_chunks_is_read(http):
    chunks = iter([b'{"name": "p",', b' "type": "categorization"}'])
    assert http.post("/projects", data=chunks).json()["name"] == "p"


def test_a_body_that_is_too_large_is_413(http):
    answer = http.post("/projects", data=bytes(MAX_BODY + 1))
    assert_error(answer, 413)
    assert http.get("/teams").status_code == 200


def test_a_client_that_sends_all_before_it_reads_sees_the_413_too(box):
    with closing(HTTPConnection(*address_of(box), timeout=10)) as connection:
        connection.request("POST", "/v1/projects", bytes(MAX_BODY + 1))
        assert connection.getresponse().status == 413


def test_a_bug_is_500_with_scales_error_body_and_in_the_log(box, http, monkeypatch, caplog):
    monkeypatch.setattr(box._open().world.store, "all", lambda *args: 1 / 0)
    assert_error(http.get("/projects"), 500)
    assert "ZeroDivisionError" in caplog.text


def test_a_request_that_is_no_http_does_no_harm(box, http):
    with socket.create_connection(address_of(box), timeout=5) as raw:
        raw.sendall(b"hello\r\n\r\n")
        assert b"400" in raw.recv(1000)
    assert http.get("/teams").status_code == 200


def test_the_boxs_own_client_talks_to_it(box):
    with box.client() as client:
        assert [mate.role for mate in client.list_teammates()] == ["admin"]
    assert box.hits[0].path == "/v1/teams"


def test_a_second_answer_comes_over_the_same_connection(box):
    with closing(HTTPConnection(*address_of(box), timeout=5)) as connection:
        connection.connect()
        socket_at_first = connection.sock
        for path in ("/v1/teams", "/v1/nothing", "/v1/teams"):
            connection.request("GET", path)
            connection.getresponse().read()
            assert connection.sock is socket_at_first
