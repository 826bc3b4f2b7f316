"""`with_options(on_attempt=...)`: a callback after every attempt, for metrics."""

import pytest

import scaleapi
from scaleapi.tasks import TaskType
from tests.factories import TASK
from tests.fixtures.servers import drop, http_response

from .conftest import KEY, QUICK, TASK_ID, assert_no_secrets


def test_callback_after_success_gets_one_attempt(connect, server):
    server.replies(http_response(TASK))
    attempts = []
    connect(server).with_options(on_attempt=attempts.append).get_task(TASK_ID)
    (attempt,) = attempts
    assert isinstance(attempt, scaleapi.Attempt)
    assert attempt._fields == ("method", "url", "status", "error", "seconds", "delay", "number")
    assert attempt.method == "GET"
    assert attempt.url == f"{server.url}/task/{TASK_ID}"
    assert (attempt.status, attempt.error) == (200, None)
    assert 0 < attempt.seconds < 10
    assert (attempt.delay, attempt.number) == (0.0, 1)


def test_callback_gets_every_attempt_of_a_retried_call(connect, server):
    server.replies(
        http_response(status=503),
        http_response(status=429, retry_after=0),
        drop,
        http_response(TASK),
    )
    attempts = []
    client = connect(server, retries=QUICK.replace(jitter=0))
    client.with_options(on_attempt=attempts.append).create_task(
        TaskType.ImageAnnotation, unique_id="u"
    )
    assert [attempt.number for attempt in attempts] == [1, 2, 3, 4]
    assert [attempt.status for attempt in attempts] == [503, 429, None, 200]
    assert [attempt.error is None for attempt in attempts] == [True, True, False, True]
    assert {attempt.method for attempt in attempts} == {"POST"}
    # Doubled from attempt to attempt, and Retry-After as it is written.
    assert [attempt.delay for attempt in attempts] == [0.005, 0.0, 0.02, 0.0]


def test_callback_gets_failed_attempts_as_the_error_has_them(client):
    attempts = []
    with pytest.raises(scaleapi.ScaleConnectionError) as caught:
        client.with_options(on_attempt=attempts.append).get_task(TASK_ID)
    assert tuple(attempts) == tuple(caught.value.attempts)
    assert [attempt.status for attempt in attempts] == [None] * 4
    assert all(attempt.error for attempt in attempts)
    assert [attempt.delay > 0 for attempt in attempts] == [True, True, True, False]


def test_callback_gets_attempts_at_a_double(client, dead_address, requests_mock):
    requests_mock.get(f"{dead_address}/task/{TASK_ID}", json=TASK)
    attempts = []
    client.with_options(on_attempt=attempts.append).get_task(TASK_ID)
    assert [attempt.status for attempt in attempts] == [200]


def test_callback_is_kept_by_copies_and_not_given_to_the_original(connect, server):
    server.replies(http_response(TASK))
    attempts = []
    client = connect(server)
    observed = client.with_options(on_attempt=attempts.append)
    client.get_task(TASK_ID)
    assert attempts == []
    observed.with_options(timeout=5).get_task(TASK_ID)
    assert len(attempts) == 1
    observed.with_options(on_attempt=None).get_task(TASK_ID)
    assert len(attempts) == 1


def test_callback_gets_attempts_of_methods_of_objects(connect, server):
    server.replies(http_response(TASK))
    attempts = []
    task = connect(server).with_options(on_attempt=attempts.append).get_task(TASK_ID)
    task.refresh()
    assert len(attempts) == 2


def test_callback_gets_attempts_of_a_bulk_run(connect, server):
    server.replies(http_response(TASK), http_response(status=503), http_response(TASK))
    attempts = []
    client = connect(server).with_options(on_attempt=attempts.append)
    payloads = [{"instruction": "?", "unique_id": f"u{number}"} for number in range(5)]
    run = client.create_tasks(TaskType.ImageAnnotation, payloads, on_duplicate="skip")
    assert [outcome.status for outcome in run] == ["created"] * 5
    assert len(attempts) == len(server.requests) == 6


def test_callback_gets_attempts_of_v2_calls(connect, server):
    server.replies(http_response({"tasks": [], "next_token": None}))
    attempts = []
    client = connect(server).with_options(on_attempt=attempts.append)
    assert list(client.v2_get_tasks(project_name="p")) == []
    assert [attempt.status for attempt in attempts] == [200]


def test_callback_gets_attempts_of_a_download_without_its_query(connect, server, tmp_path):
    server.replies(http_response(status=503), http_response(b"a mask"))
    attempts = []
    client = connect(server).with_options(on_attempt=attempts.append)
    root = server.url[: -len("/v1")]
    client.download_response_url(f"{root}/masks/1.png?signature=hidden", tmp_path / "1.png")
    assert [attempt.status for attempt in attempts] == [503, 200]
    assert all(attempt.url.startswith(f"{root}/masks/1.png") for attempt in attempts)
    assert "hidden" not in str(attempts)


def test_callback_gets_no_secrets(server):
    server.replies(http_response({"error": f"Wrong key {KEY}"}, 401))
    attempts = []
    address = server.url.replace("//", "//pat:hidden@")
    with scaleapi.ScaleClient(KEY, api_instance_url=address, retries=0) as client:
        with pytest.raises(scaleapi.ScaleUnauthorized):
            client.with_options(on_attempt=attempts.append).get_task(TASK_ID)
    assert len(attempts) == 1
    assert "hidden" not in str(attempts)
    assert_no_secrets(str(attempts))


def test_callback_that_is_not_callable_raises(client):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="on_attempt must be"):
        client.with_options(on_attempt="print")
