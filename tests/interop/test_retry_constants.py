"""The module constants of scaleapi.api, which tests replace to do away with delays."""

import pytest

import scaleapi
from tests.factories import TASK
from tests.fixtures.servers import http_response

from .conftest import KEY, TASK_ID


@pytest.fixture
def existing(connect, server):
    """A client without `retries` that has been used, before anything is replaced."""
    server.replies(http_response(TASK))
    with scaleapi.ScaleClient(KEY, api_instance_url=server.url) as client:
        client.get_task(TASK_ID)
        server.requests.clear()
        yield client


def test_backoff_factor_of_zero_takes_the_delays_of_an_existing_client(
    existing, server, monkeypatch
):
    monkeypatch.setattr("scaleapi.api.HTTP_RETRY_BACKOFF_FACTOR", 0)
    server.replies(http_response(status=503))
    with pytest.raises(scaleapi.ScaleServiceUnavailable) as caught:
        existing.get_task(TASK_ID)
    assert [attempt.delay for attempt in caught.value.attempts] == [0] * 4


@pytest.mark.parametrize("total", [0, 1])
def test_total_of_retries_holds_for_an_existing_client(existing, server, monkeypatch, total):
    monkeypatch.setattr("scaleapi.api.HTTP_TOTAL_RETRIES", total)
    monkeypatch.setattr("scaleapi.api.HTTP_RETRY_BACKOFF_FACTOR", 0)
    server.replies(http_response(status=503))
    with pytest.raises(scaleapi.ScaleServiceUnavailable):
        existing.get_task(TASK_ID)
    assert len(server.requests) == total + 1


def test_constants_hold_for_copies_of_an_existing_client(existing, server, monkeypatch):
    copy = existing.with_options(timeout=5)
    monkeypatch.setattr("scaleapi.api.HTTP_TOTAL_RETRIES", 1)
    monkeypatch.setattr("scaleapi.api.HTTP_RETRY_BACKOFF_FACTOR", 0)
    server.replies(http_response(status=503))
    with pytest.raises(scaleapi.ScaleServiceUnavailable):
        copy.get_task(TASK_ID)
    assert len(server.requests) == 2


def test_statuses_and_methods_hold_for_an_existing_client(existing, server, monkeypatch):
    monkeypatch.setattr("scaleapi.api.HTTP_RETRY_BACKOFF_FACTOR", 0)
    monkeypatch.setattr("scaleapi.api.HTTP_STATUS_FORCE_LIST", [418])
    server.replies(http_response(status=418), http_response(TASK))
    assert existing.get_task(TASK_ID).id == TASK_ID
    monkeypatch.setattr("scaleapi.api.HTTP_RETRY_ALLOWED_METHODS", {"POST"})
    server.replies(http_response({"error": "a teapot"}, 418))
    with pytest.raises(scaleapi.ScaleException, match="a teapot"):
        existing.get_task(TASK_ID)
    assert len(server.requests) == 3


def test_constants_restored_hold_again(existing, server, monkeypatch):
    with monkeypatch.context() as replaced:
        replaced.setattr("scaleapi.api.HTTP_TOTAL_RETRIES", 0)
        server.replies(http_response(status=503))
        with pytest.raises(scaleapi.ScaleServiceUnavailable):
            existing.get_task(TASK_ID)
    assert len(server.requests) == 1
    monkeypatch.setattr("scaleapi.api.HTTP_RETRY_BACKOFF_FACTOR", 0)
    server.replies(http_response(status=503), http_response(TASK))
    assert existing.get_task(TASK_ID).id == TASK_ID


def test_constants_leave_a_client_with_retries_alone(connect, server, monkeypatch):
    client = connect(server)
    monkeypatch.setattr("scaleapi.api.HTTP_TOTAL_RETRIES", 0)
    server.replies(http_response(status=503), http_response(TASK))
    assert client.get_task(TASK_ID).id == TASK_ID
