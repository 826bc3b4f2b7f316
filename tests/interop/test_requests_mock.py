"""`requests-mock`, which replaces Session.get_adapter and Session.send."""

import pytest
import requests
import requests_mock as tool

import scaleapi
from scaleapi.tasks import TaskType
from tests.factories import FILE, TASK, page
from tests.fixtures.servers import http_response

from .conftest import AUTHORIZATION, TASK_ID, reasons


def test_fixture_with_registered_url_returns_task(client, dead_address, requests_mock):
    requests_mock.get(f"{dead_address}/task/{TASK_ID}", json=TASK)
    assert client.get_task(TASK_ID).as_dict() == TASK
    assert requests_mock.called_once


def test_mocker_with_registered_url_returns_task(client, dead_address):
    with tool.Mocker() as mocker:
        mocker.get(f"{dead_address}/task/{TASK_ID}", json=TASK)
        assert client.get_task(TASK_ID).as_dict() == TASK
        assert mocker.call_count == 1


def test_mocker_of_the_client_session_returns_task(client, dead_address):
    with tool.Mocker(session=client.session) as mocker:
        mocker.get(f"{dead_address}/task/{TASK_ID}", json=TASK)
        assert client.get_task(TASK_ID).as_dict() == TASK


def test_adapter_mounted_on_the_client_session_returns_task(client, dead_address):
    adapter = tool.Adapter()
    client.session.mount("http://", adapter)
    adapter.register_uri("GET", f"{dead_address}/task/{TASK_ID}", json=TASK)
    assert client.get_task(TASK_ID).as_dict() == TASK


def test_last_request_shows_authorization_query_and_body(client, dead_address, requests_mock):
    requests_mock.get(f"{dead_address}/tasks", json=page(TASK))
    requests_mock.post(f"{dead_address}/task/imageannotation", json=TASK)
    client.tasks(project="p", tags=["a", "b"])
    assert requests_mock.last_request.qs == {"project": ["p"], "tags": ["a", "b"]}
    client.create_task(TaskType.ImageAnnotation, instruction="?")
    assert requests_mock.last_request.json() == {"instruction": "?"}
    assert requests_mock.last_request.headers["Authorization"] == AUTHORIZATION


def test_small_upload_shows_its_form_as_bytes(client, dead_address, requests_mock):
    requests_mock.post(f"{dead_address}/files/upload", json=FILE)
    client.upload_file(b"a picture", project_name="p")
    assert b"a picture" in requests_mock.last_request.body


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_unregistered_address_ends_after_one_attempt(connect, dead_address, requests_mock, scheme):
    with pytest.raises(scaleapi.ScaleException) as caught:
        connect(dead_address.replace("http", scheme)).get_task(TASK_ID)
    assert requests_mock.call_count == 1
    assert caught.value.code is None
    assert "No mock address" in reasons(caught.value)


def test_list_of_responses_is_used_one_an_attempt(client, dead_address, requests_mock):
    replies = [{"status_code": 503}, {"status_code": 429, "text": "<p>"}, {"json": TASK}]
    requests_mock.get(f"{dead_address}/task/{TASK_ID}", replies)
    assert client.get_task(TASK_ID).id == TASK_ID
    assert requests_mock.call_count == 3


@pytest.mark.parametrize(
    "raised, expected",
    [
        (requests.exceptions.ConnectTimeout, scaleapi.ScaleConnectionTimeout),
        (requests.exceptions.ReadTimeout, scaleapi.ScaleConnectionTimeout),
        (requests.exceptions.ConnectionError, scaleapi.ScaleConnectionError),
    ],
)
def test_registered_exception_is_raised_after_one_attempt(
    client, dead_address, requests_mock, raised, expected
):
    requests_mock.get(f"{dead_address}/task/{TASK_ID}", exc=raised)
    with pytest.raises(expected):
        client.get_task(TASK_ID)
    assert requests_mock.call_count == 1


def test_error_response_raises_published_exception(client, dead_address, requests_mock):
    requests_mock.get(
        f"{dead_address}/task/{TASK_ID}", status_code=404, json={"error": "No such task"}
    )
    with pytest.raises(scaleapi.ScaleResourceNotFound, match="No such task"):
        client.get_task(TASK_ID)


def test_real_http_reaches_the_real_server(connect, server):
    server.replies(http_response(TASK))
    with tool.Mocker(real_http=True) as mocker:
        mocker.get("http://127.0.0.1:1/v1/teams", json=[])
        assert connect(server).get_task(TASK_ID).id == TASK_ID
    assert server.lines == [f"GET /task/{TASK_ID}"]
