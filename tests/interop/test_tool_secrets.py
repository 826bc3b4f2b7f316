"""The key is nowhere in what calls leave behind, even where a double recorded it."""

import logging
import traceback
from unittest import mock

import pytest
import requests
import responses

import scaleapi
from scaleapi.tasks import TaskType
from tests.fixtures.servers import http_response

from .conftest import (
    AUTHORIZATION,
    KEY,
    TASK_ID,
    assert_no_secrets,
    assert_no_secrets_in,
    chain,
    response,
)


@pytest.fixture(autouse=True)
def logs_hold_no_key(caplog):
    """Whatever a test does, the log at its most talkative has no key."""
    caplog.set_level(logging.DEBUG)
    yield
    assert_no_secrets(caplog.text)
    for record in caplog.get_records("call"):
        assert_no_secrets(repr(vars(record)))


def assert_clean(error):
    assert_no_secrets_in(error)
    # Frames of the test itself may show it: they hold the double.
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    assert_no_secrets("".join(lines))


def refused(client, call=None):
    """The error of a call, and the response that it holds."""
    with pytest.raises(scaleapi.ScaleException) as caught:
        (call or (lambda client: client.get_task(TASK_ID)))(client)
    return caught.value


@pytest.mark.parametrize("status", [400, 401, 404, 409, 503])
def test_error_of_responses_holds_no_key_that_was_recorded(client, dead_address, status):
    with responses.RequestsMock() as mocked:
        mocked.get(f"{dead_address}/task/{TASK_ID}", status=status, json={"error": "no"})
        error = refused(client)
        recorded = [call.request for call in mocked.calls]
    assert_clean(error)
    assert error.response.status_code == status
    assert "Authorization" not in error.response.request.headers
    assert {request.headers["Authorization"] for request in recorded} == {AUTHORIZATION}


def test_error_of_requests_mock_holds_no_key_that_was_recorded(client, dead_address, requests_mock):
    requests_mock.post(f"{dead_address}/task/imageannotation", status_code=400, text="no")
    error = refused(client, lambda client: client.create_task(TaskType.ImageAnnotation, a=1))
    assert_clean(error)
    assert "Authorization" not in error.response.request.headers
    assert requests_mock.last_request.headers["Authorization"] == AUTHORIZATION


@pytest.mark.parametrize("target", ["requests.Session.send", "requests.adapters.HTTPAdapter.send"])
def test_error_of_a_replaced_send_holds_no_key_that_was_recorded(client, target):
    sent = []

    def send(self, request, **settings):
        sent.append(request)
        made = response({"error": "no"}, 404)
        made.request, made.url = request, request.url
        return made

    with mock.patch(target, send):
        error = refused(client)
    assert_clean(error)
    assert sent[0].headers["Authorization"] == AUTHORIZATION
    assert error.response.request is not sent[0]


def test_error_of_a_replaced_request_holds_no_key_that_was_recorded(client):
    with mock.patch("requests.Session.request") as request:
        request.return_value = response({"error": "no"}, 404)
        error = refused(client)
    assert_clean(error)
    assert request.call_count == 1


def test_error_of_a_wrapped_request_holds_no_key(connect, server):
    server.replies(http_response({"error": "no"}, 404))
    original = requests.Session.request
    with mock.patch("requests.Session.request", autospec=True, side_effect=original) as request:
        error = refused(connect(server))
    assert_clean(error)
    assert request.call_count == 1
    assert server.requests[0].headers["Authorization"] == AUTHORIZATION


@pytest.mark.parametrize(
    "target",
    ["requests.Session.send", "requests.Session.request", "requests.adapters.HTTPAdapter.send"],
)
def test_exception_of_a_double_with_the_request_holds_no_key(client, target):
    keyed = requests.Request("GET", client.api.base_api_url, auth=(KEY, "")).prepare()
    sent = []

    def fail(self, request=keyed, **settings):
        sent.append(request)
        raise requests.ConnectionError("unplugged", request=request)

    with mock.patch(target, fail):
        error = refused(client)
    assert_clean(error)
    assert [request.headers["Authorization"] for request in sent] == [AUTHORIZATION]


def test_exception_of_a_double_that_names_the_key_holds_none(client):
    with mock.patch("requests.Session.send") as send:
        send.side_effect = RuntimeError(f"no calls with {KEY}")
        error = refused(client)
    send.assert_called_once()
    for link in chain(error):
        assert_no_secrets(f"{link!r} {link}")


def test_error_of_a_refused_connection_holds_no_key(client):
    assert_clean(refused(client))


def test_unmatched_call_holds_no_key(client, dead_address):
    with responses.RequestsMock():
        assert_clean(refused(client))


def test_response_that_a_hook_kept_holds_no_key_afterwards(connect, server):
    server.replies(http_response({"error": "no"}, 404))
    client = connect(server)
    kept = []
    client.session.hooks["response"].append(lambda received, **settings: kept.append(received))
    assert_clean(refused(client))
    assert "Authorization" not in kept[0].request.headers


def test_repr_of_client_and_session_holds_no_key(client, dead_address, requests_mock):
    requests_mock.get(f"{dead_address}/task/{TASK_ID}", json={"task_id": TASK_ID})
    task = client.get_task(TASK_ID)
    for each in (client, client.api, client.session, task, client.with_options(timeout=5)):
        assert_no_secrets(f"{each!r} {each}")
    assert_no_secrets(repr(vars(client.session)))
