"""Parsing of successful responses: valid, incomplete and of another form."""

import pytest

from scaleapi import ScaleException
from tests import factories as shapes

NOT_JSON = [b"<html>hello</html>", b"", b'{"task_id": "t', b"\xff\xfe\xfa", b"OK"]
OBJECT_CALLS = [
    lambda c: c.get_task("t"),
    lambda c: c.create_task("chat"),
    lambda c: c.tasks(),
    lambda c: list(c.get_tasks("p")),
    lambda c: c.get_tasks_count("p"),
    lambda c: c.get_batch("b"),
    lambda c: c.batch_status("b"),
    lambda c: c.batches(),
    lambda c: c.get_project("p"),
    lambda c: c.get_project_template("p"),
    lambda c: c.upload_file(b"x"),
    lambda c: c.create_evaluation_task("chat"),
    lambda c: c.create_project_group("p", [], "g"),
    lambda c: c.assign_studio_batches("b", []),
]
ARRAY_CALLS = [
    lambda c: c.projects(),
    lambda c: c.list_teammates(),
    lambda c: c.list_project_groups("p"),
    lambda c: c.list_studio_batches(),
]


@pytest.mark.parametrize("body", [*NOT_JSON, None, [], [1], "text", 3, {}, {"docs": 5}])
@pytest.mark.parametrize("call", OBJECT_CALLS)
def test_result_not_the_promised_object_raises(call, body, client, wire):
    wire.returns(body)
    with pytest.raises(ScaleException) as caught:
        call(client)
    assert type(caught.value) is ScaleException and caught.value.code == 200
    assert caught.value.body == caught.value.response.content.decode("utf-8", "replace")
    assert len(caught.value.attempts) == 1


@pytest.mark.parametrize("body", [*NOT_JSON, None, {}, "text", [None], [{}]])
@pytest.mark.parametrize("call", ARRAY_CALLS)
def test_result_not_the_promised_array_raises(call, body, client, wire):
    wire.returns(body)
    with pytest.raises(ScaleException) as caught:
        call(client)
    assert type(caught.value) is ScaleException and caught.value.code == 200


def test_list_studio_assignments_values_not_lists_raise(client, wire):
    wire.returns({"ana@example.org": "street-scenes"})
    with pytest.raises(ScaleException, match="list of projects"):
        client.list_studio_assignments()


@pytest.mark.parametrize("missing", ["docs", "total", "limit", "offset", "has_more"])
def test_incomplete_page_raises_and_names_the_missing_key(missing, client, wire):
    page = shapes.page(shapes.TASK)
    wire.returns({key: value for key, value in page.items() if key != missing})
    with pytest.raises(ScaleException, match=f"without {missing}"):
        client.tasks()


def test_incomplete_item_raises_and_names_the_missing_key(client, wire):
    wire.returns(shapes.page({"status": "completed"}))
    with pytest.raises(ScaleException, match="<Response \\[200\\]> Task needs 'task_id'"):
        client.tasks()


@pytest.mark.parametrize(
    "body, words",
    [(None, "got null"), (b"<html>", "got no JSON"), ([], "got an array"), (5, "got 5")],
)
def test_unexpected_result_message_names_the_json_type(body, words, client, wire):
    wire.returns(body)
    with pytest.raises(ScaleException, match=words):
        client.get_task("t")


@pytest.mark.parametrize("status", [200, 201, 202, 226])
def test_result_of_any_2xx_is_returned(status, client, wire):
    wire.returns((status, shapes.TASK))
    assert client.get_task("t").as_dict() == shapes.TASK


@pytest.mark.parametrize("response", [(204, b""), (200, b"OK"), (200, b"<html>"), (200, b"")])
def test_low_level_request_of_text_or_nothing_returns_none(response, client, wire):
    wire.returns(response)
    api = client.api
    assert api.get_request("x") is None and api.post_request("x", body={"a": 1}) is None
    assert api.put_request("x") is None and api.delete_request("x") is None


def test_low_level_request_returns_the_json(client, wire):
    wire.returns({"a": 1})
    api = client.api
    assert api.get_request("some/thing", {"q": [1, 2], "none": None}) == {"a": 1}
    assert wire.last.url == "https://api.scale.com/v1/some/thing?q=1&q=2"
    assert api.post_request("x", {"b": 2}) == {"a": 1}
    assert (wire.last.method, wire.last.body) == ("POST", b'{"b": 2}')
    assert api.put_request("x", [1], {"p": "v"}) == {"a": 1}
    assert (wire.last.method, wire.last.body, wire.last.url[-4:]) == ("PUT", b"[1]", "?p=v")
    assert api.delete_request("x", {"p": "v"}, [1]) == {"a": 1}
    assert (wire.last.method, wire.last.body, wire.last.url[-4:]) == ("DELETE", b"[1]", "?p=v")
    assert api.post_request("x", files={"file": b"z"}, data={"k": 1}) == {"a": 1}
    assert b'name="k"\r\n\r\n1' in wire.last.body
    assert api.quote_string("a b/é") == "a%20b%2F%C3%A9"


def test_list_project_groups_invalid_worker_raises(client, wire):
    wire.returns([{**shapes.GROUP, "workers": [5]}])
    with pytest.raises(
        ScaleException, match="StudioWorker must be made of a JSON object"
    ) as caught:
        client.list_project_groups("p")
    assert caught.value.code == 200


def test_get_tasks_count_invalid_total_raises(client, wire):
    wire.returns({**shapes.page(shapes.TASK), "total": None})
    with pytest.raises(ScaleException, match="Expected the number of tasks"):
        client.get_tasks_count("p")
    assert len(client.tasks()) == 1


def test_error_body_is_read_as_utf_8_and_kept_to_64_kib(client, wire):
    wire.returns((500, "é".encode() * 100_000))
    with pytest.raises(ScaleException) as caught:
        client.get_task("t")
    assert set(caught.value.body) == {"é"} and len(caught.value.body) == 32 * 1024
    wire.returns((500, {"error": "x" * 1_000_000}))
    with pytest.raises(ScaleException) as caught:
        client.get_task("t")
    assert len(caught.value.message) == 64 * 1024


def test_low_level_request_form_fields_are_sent_as_a_form(client, wire):
    client.api.post_request("x", data={"a": "1 2", "b": ["c", "d"]})
    assert wire.last.body == "a=1+2&b=c&b=d"
    assert wire.last.headers["Content-Type"] == "application/x-www-form-urlencoded"
