"""`unittest.mock` in the place of methods of requests: Session.send, Session.request and others."""

import io
from unittest import mock

import pytest
import requests

import scaleapi
from scaleapi.tasks import TaskType
from tests.factories import FILE, TASK, page
from tests.fixtures.servers import http_response

from .conftest import AUTHORIZATION, KEY, TASK_ID, reasons, response

SEND = "requests.Session.send"
REQUEST = "requests.Session.request"
ADAPTER = "requests.adapters.HTTPAdapter.send"
TARGETS = [SEND, REQUEST, ADAPTER]


class PlainDouble:
    """The least that the published client needs of a response."""

    def __init__(self, status_code, body):
        self.status_code = status_code
        self._body = body

    def json(self):
        return self._body


def mock_double(status, body):
    return mock.Mock(status_code=status, json=mock.Mock(return_value=body))


def specified_double(status, body):
    return mock.Mock(spec=requests.Response, status_code=status, json=lambda: body)


def magic_double(status, body):
    return mock.MagicMock(status_code=status, json=lambda: body)


def real_response(status, body):
    return response(body, status)


def streamed_response(status, body):
    made = response(body, status)
    made.raw, made._content = io.BytesIO(made.content), False
    return made


doubles = pytest.mark.parametrize(
    "double",
    [real_response, streamed_response, PlainDouble, mock_double, specified_double, magic_double],
)


# Session.send


def test_send_replaced_is_called_with_the_prepared_request(client, dead_address):
    with mock.patch(SEND, return_value=response()) as send:
        assert client.get_task(TASK_ID).as_dict() == TASK
    send.assert_called_once()
    (request,) = send.call_args.args
    assert (request.method, request.url) == ("GET", f"{dead_address}/task/{TASK_ID}")
    assert request.headers["Authorization"] == AUTHORIZATION
    assert request.body is None
    assert send.call_args.kwargs["allow_redirects"] is False


def test_send_replaced_with_autospec_is_called_on_the_client_session(client):
    with mock.patch(SEND, autospec=True, return_value=response()) as send:
        client.get_task(TASK_ID)
    session, request = send.call_args.args
    assert session is client.session
    assert isinstance(request, requests.PreparedRequest)


def test_send_replaced_on_the_session_object_is_called(client):
    with mock.patch.object(client.session, "send", return_value=response()) as send:
        assert client.get_task(TASK_ID).id == TASK_ID
    send.assert_called_once()


def test_send_replaced_sees_body_and_query(client, dead_address):
    with mock.patch(SEND) as send:
        send.return_value = response()
        client.create_task(TaskType.ImageAnnotation, instruction="Größe?")
        created = send.call_args.args[0]
        send.return_value = response(page(TASK))
        client.tasks(project="a b", tags=["a", "b"], include_attachment_url=True)
        listed = send.call_args.args[0]
    assert created.body == b'{"instruction": "Gr\\u00f6\\u00dfe?"}'
    assert listed.url.partition("?")[2] == "project=a+b&tags=a&tags=b&include_attachment_url=True"


def test_send_observed_passes_every_attempt_on(connect, server):
    server.replies(http_response(status=503), http_response(TASK))
    original = requests.Session.send
    with mock.patch(SEND, autospec=True, side_effect=original) as send:
        assert connect(server).get_task(TASK_ID).id == TASK_ID
    assert send.call_count == len(server.requests) == 2


# HTTPAdapter.send


@pytest.mark.parametrize("double", [real_response, streamed_response])
def test_adapter_send_replaced_is_called_with_the_prepared_request(client, dead_address, double):
    with mock.patch(ADAPTER, autospec=True, return_value=double(200, TASK)) as send:
        assert client.get_task(TASK_ID).as_dict() == TASK
    send.assert_called_once()
    adapter, request = send.call_args.args
    assert isinstance(adapter, requests.adapters.HTTPAdapter)
    assert request.url == f"{dead_address}/task/{TASK_ID}"
    assert request.headers["Authorization"] == AUTHORIZATION


# Session.request


def calls_of_request(replaced):
    """The keywords of each call; None where it stands for not given."""
    assert all(call.args == () for call in replaced.call_args_list)
    return [call.kwargs for call in replaced.call_args_list]


def test_request_replaced_is_called_as_the_published_client_calls_it(client, dead_address):
    with mock.patch(REQUEST, return_value=response()) as request:
        assert client.get_task(TASK_ID).as_dict() == TASK
    (keywords,) = calls_of_request(request)
    assert keywords["method"] == "GET"
    assert keywords["url"] == f"{dead_address}/task/{TASK_ID}"
    assert keywords["auth"] == (KEY, "")
    assert keywords["headers"]["Content-Type"] == "application/json"
    assert keywords["headers"]["User-Agent"].endswith("my-app")
    assert "Authorization" not in keywords["headers"]
    given = {name: keywords[name] for name in ("params", "json", "files", "data")}
    assert given == {"params": {}, "json": None, "files": None, "data": None}


def test_request_replaced_gets_the_key_as_each_version_takes_it(client):
    with mock.patch(REQUEST) as request:
        request.return_value = response({"task_id": TASK_ID, "status": "pending"})
        client.get_task(TASK_ID)
        client.v2.get_task(TASK_ID)
    first, second = (call.kwargs for call in request.call_args_list)
    assert first["auth"] == (KEY, "") and "Authorization" not in first["headers"]
    assert second["headers"]["Authorization"] == f"Bearer {KEY}" and "auth" not in second


def test_request_replaced_with_autospec_is_called_on_the_client_session(client):
    with mock.patch(REQUEST, autospec=True, return_value=response()) as request:
        client.get_task(TASK_ID)
    assert request.call_args.args == (client.session,)


@pytest.mark.parametrize(
    "call, body, expected",
    [
        (
            lambda client: client.tasks(project="a b", limit=2, tags=["a"]),
            page(TASK),
            {
                "method": "GET",
                "endpoint": "tasks",
                "params": {"project": "a b", "limit": 2, "tags": ["a"]},
            },
        ),
        (
            lambda client: client.create_task(TaskType.ImageAnnotation, instruction="Größe?"),
            TASK,
            {
                "method": "POST",
                "endpoint": "task/imageannotation",
                "json": {"instruction": "Größe?"},
            },
        ),
        (
            lambda client: client.cancel_task(TASK_ID, True),
            TASK,
            {"method": "POST", "endpoint": f"task/{TASK_ID}/cancel?clear_unique_id=true"},
        ),
        (
            lambda client: client.add_task_tags(TASK_ID, ["a", "b"]),
            TASK,
            {"method": "PUT", "endpoint": f"task/{TASK_ID}/tags", "json": ["a", "b"]},
        ),
        (
            lambda client: client.delete_task_tags(TASK_ID, ["a"]),
            TASK,
            {"method": "DELETE", "endpoint": f"task/{TASK_ID}/tags", "json": ["a"]},
        ),
        (
            lambda client: client.clear_task_unique_id(TASK_ID),
            TASK,
            {"method": "DELETE", "endpoint": f"task/{TASK_ID}/unique_id"},
        ),
        (
            lambda client: client.batch_status("a b/1"),
            {"status": "completed"},
            {"method": "GET", "endpoint": "batches/a%20b%2F1/status"},
        ),
    ],
    ids=[
        "params",
        "json",
        "query in the path",
        "PUT",
        "DELETE with json",
        "DELETE",
        "escaped name",
    ],
)
def test_request_replaced_gets_params_and_json(client, dead_address, call, body, expected):
    with mock.patch(REQUEST, return_value=response(body)) as request:
        call(client)
    (keywords,) = calls_of_request(request)
    expected = {"params": {}, "json": None, "files": None, "data": None, **expected}
    url, _, query = f"{dead_address}/{expected.pop('endpoint')}".partition("?")
    # The one endpoint with a query in itself: as params, or in the address.
    if query and keywords["params"]:
        expected["params"] = {"clear_unique_id": "true"}
    else:
        url += f"?{query}" if query else ""
    assert {name: keywords[name] for name in expected} == expected
    assert keywords["url"] == url


def test_request_replaced_gets_the_upload(client, dead_address):
    with mock.patch(REQUEST, return_value=response(FILE)) as request:
        assert client.upload_file(io.BytesIO(b"a picture"), project_name="p").id == FILE["id"]
    (keywords,) = calls_of_request(request)
    assert (keywords["method"], keywords["url"]) == ("POST", f"{dead_address}/files/upload")
    # As a form, or as the bytes that were made of it.
    prepared = requests.Request(
        "POST",
        keywords["url"],
        **{name: keywords[name] for name in ("headers", "files", "data", "json")},
    ).prepare()
    assert b'name="project_name"\r\n\r\np\r\n' in prepared.body
    assert b'name="file"; filename="file"\r\n\r\na picture\r\n' in prepared.body
    assert prepared.headers["Content-Type"].startswith("multipart/form-data; boundary=")


def test_request_wrapped_passes_every_attempt_on(connect, server):
    server.replies(http_response(status=503), http_response(TASK))
    original = requests.Session.request
    with mock.patch(REQUEST, autospec=True, side_effect=original) as request:
        task = connect(server).create_task(TaskType.ImageAnnotation, unique_id="u", note="é")
    assert task.id == TASK_ID
    assert request.call_count == len(server.requests) == 2
    for sent in server.requests:
        assert sent.headers.get_all("Authorization") == [AUTHORIZATION]
        assert sent.body == b'{"unique_id": "u", "note": "\\u00e9"}'


def test_request_wrapped_sends_the_upload_once(connect, server):
    server.replies(http_response(FILE))
    original = requests.Session.request
    with mock.patch(REQUEST, autospec=True, side_effect=original) as request:
        connect(server).upload_file(("a.png", b"a picture", "image/png"), project_name="p")
    assert request.call_count == 1
    (sent,) = server.requests
    assert sent.body.count(b"a picture") == 1
    assert b'filename="a.png"\r\nContent-Type: image/png\r\n' in sent.body


def test_request_wrapped_follows_no_redirect_to_another_origin(connect, server, dead_address):
    server.replies(http_response(status=302, location=f"{dead_address}/elsewhere"))
    original = requests.Session.request
    with mock.patch(REQUEST, autospec=True, side_effect=original) as request:
        with pytest.raises(scaleapi.ScaleException) as caught:
            connect(server).get_task(TASK_ID)
    assert caught.value.code == 302
    assert request.call_count == len(server.requests) == 1


def test_request_of_a_session_subclass_is_called(dead_address):
    class Limited(requests.Session):
        calls = 0

        def request(self, method, url, **keywords):
            Limited.calls += 1
            return response()

    with scaleapi.ScaleClient(KEY, api_instance_url=dead_address, session=Limited) as client:
        assert client.get_task(TASK_ID).id == TASK_ID
    assert Limited.calls == 1


# The class


@pytest.mark.parametrize("target", ["requests.Session", "scaleapi.api.requests.Session"])
def test_session_class_replaced_before_the_client_is_made_is_used(connect, dead_address, target):
    with mock.patch(target) as made:
        made.return_value.request.return_value = response()
        assert connect(dead_address).get_task(TASK_ID).as_dict() == TASK
        made.return_value.request.assert_called_once()


# Doubles of responses, and what they make of a call


@doubles
@pytest.mark.parametrize("target", [SEND, REQUEST])
def test_double_of_a_response_returns_its_json(client, target, double):
    with mock.patch(target, return_value=double(200, TASK)):
        assert client.get_task(TASK_ID).as_dict() == TASK


@doubles
@pytest.mark.parametrize("target", [SEND, REQUEST])
def test_double_of_an_error_response_raises_published_exception(client, target, double):
    body = {"status_code": 404, "error": "No such task"}
    with mock.patch(target, return_value=double(404, body)) as replaced:
        with pytest.raises(scaleapi.ScaleResourceNotFound, match="No such task"):
            client.get_task(TASK_ID)
    assert replaced.call_count == 1


@doubles
@pytest.mark.parametrize("target", [SEND, REQUEST])
def test_doubles_in_order_are_used_one_an_attempt(client, target, double):
    replies = [double(503, {"error": "busy"}), double(200, TASK)]
    with mock.patch(target, side_effect=replies) as replaced:
        assert client.get_task(TASK_ID).id == TASK_ID
    assert replaced.call_count == 2


@pytest.mark.parametrize("target", TARGETS)
def test_response_of_plain_text_to_an_audit_is_ignored(client, target):
    with mock.patch(target, return_value=response(b"OK")):
        assert client.audit_task(TASK_ID, True) is None


@pytest.mark.parametrize("double", [real_response, streamed_response])
@pytest.mark.parametrize("target", TARGETS)
def test_double_of_a_file_is_downloaded(client, dead_address, target, double, tmp_path):
    with mock.patch(target, return_value=double(200, b"a mask")) as replaced:
        path = client.download_response_url(f"{dead_address}/1.png", tmp_path / "1.png")
    assert replaced.call_count == 1
    assert path.read_bytes() == b"a mask"


# Exceptions of doubles


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "raised, expected",
    [
        (requests.ConnectionError("unplugged"), scaleapi.ScaleConnectionError),
        (requests.ConnectionError(), scaleapi.ScaleConnectionError),
        (requests.ReadTimeout(), scaleapi.ScaleConnectionTimeout),
        (requests.ConnectTimeout("unplugged"), scaleapi.ScaleConnectionTimeout),
    ],
    ids=["ConnectionError", "ConnectionError without text", "ReadTimeout", "ConnectTimeout"],
)
def test_exception_of_a_double_alone_is_raised_after_one_attempt(client, target, raised, expected):
    with mock.patch(target, side_effect=raised) as replaced, pytest.raises(expected) as caught:
        client.get_task(TASK_ID)
    assert replaced.call_count == len(caught.value.attempts) == 1
    assert caught.value.code is None
    assert str(raised) in reasons(caught.value)


@pytest.mark.parametrize("target", TARGETS)
def test_any_exception_of_a_double_is_a_scale_exception_after_one_attempt(client, target):
    with mock.patch(target, side_effect=RuntimeError("unplugged")) as replaced:
        with pytest.raises(scaleapi.ScaleException) as caught:
            client.create_task(TaskType.ImageAnnotation)
    assert replaced.call_count == 1
    assert "unplugged" in reasons(caught.value)


def test_exception_with_the_one_of_urllib3_below_it_is_retried(client):
    from urllib3.exceptions import ProtocolError

    broken = ProtocolError("Connection aborted.", ConnectionResetError(104, "reset"))
    replies = [requests.ConnectionError(broken), response()]
    with mock.patch(SEND, side_effect=replies) as send:
        assert client.get_task(TASK_ID).id == TASK_ID
    assert send.call_count == 2


def test_dead_address_without_a_double_is_retried(client):
    with pytest.raises(scaleapi.ScaleConnectionError) as caught:
        client.get_task(TASK_ID)
    assert len(caught.value.attempts) == 4
