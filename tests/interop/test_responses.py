"""`responses`, which replaces HTTPAdapter.send."""

import pytest
import requests
import responses
from responses import matchers

import scaleapi
from scaleapi.tasks import TaskType
from tests.factories import BATCH, FILE, TASK, page
from tests.fixtures.servers import http_response

from .conftest import AUTHORIZATION, KEY, TASK_ID, reasons


@responses.activate
def test_activate_with_registered_url_returns_task(client, dead_address):
    responses.get(f"{dead_address}/task/{TASK_ID}", json=TASK)
    assert client.get_task(TASK_ID).as_dict() == TASK
    assert len(responses.calls) == 1


def test_recorded_request_after_get_shows_authorization(client, dead_address):
    with responses.RequestsMock() as mocked:
        mocked.get(f"{dead_address}/task/{TASK_ID}", json=TASK)
        client.get_task(TASK_ID)
        request = mocked.calls[0].request
    assert request.headers["Authorization"] == AUTHORIZATION
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["User-Agent"].endswith("my-app")
    assert request.body is None


def test_recorded_request_after_post_shows_json_as_published_client_writes_it(client, dead_address):
    with responses.RequestsMock() as mocked:
        mocked.post(f"{dead_address}/task/imageannotation", json=TASK)
        client.create_task(TaskType.ImageAnnotation, instruction="Größe?", a={"z": 1, "y": [None]})
        request = mocked.calls[0].request
    assert request.body == b'{"instruction": "Gr\\u00f6\\u00dfe?", "a": {"z": 1, "y": [null]}}'


def test_matchers_of_body_headers_and_query_match_requests(client, dead_address):
    with responses.RequestsMock() as mocked:
        mocked.post(
            f"{dead_address}/batches",
            json=BATCH,
            match=[
                matchers.json_params_matcher({"name": "b"}, strict_match=False),
                matchers.header_matcher({"Authorization": AUTHORIZATION}),
            ],
        )
        mocked.get(
            f"{dead_address}/tasks",
            json=page(TASK),
            match=[matchers.query_param_matcher({"project": "p", "tags": ["a", "b"]})],
        )
        assert client.create_batch("p", "b").name == BATCH["name"]
        assert client.tasks(project="p", tags=["a", "b"]).total == 1


def test_multipart_matcher_matches_small_upload(client, dead_address):
    with responses.RequestsMock() as mocked:
        mocked.post(
            f"{dead_address}/files/upload",
            json=FILE,
            match=[
                matchers.multipart_matcher(
                    {"file": ("a.png", b"a picture", "image/png")}, data={"project_name": "p"}
                )
            ],
        )
        file = client.upload_file(("a.png", b"a picture", "image/png"), project_name="p")
    assert file.id == FILE["id"]


def test_all_requests_fired_with_unused_response_fails(client, dead_address):
    with pytest.raises(AssertionError, match="(?i)not all requests have been executed"):
        with responses.RequestsMock(assert_all_requests_are_fired=True) as mocked:
            mocked.get(f"{dead_address}/task/{TASK_ID}", json=TASK)
            mocked.get(f"{dead_address}/teams", json=[])
            client.get_task(TASK_ID)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_unmatched_call_ends_after_one_attempt(connect, dead_address, scheme):
    address = dead_address.replace("http", scheme)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        mocked.get(f"{address}/teams", json=[])
        with pytest.raises(scaleapi.ScaleConnectionError) as caught:
            connect(address).get_task(TASK_ID)
        assert len(mocked.calls) == 1
    assert len(caught.value.attempts) == 1
    assert caught.value.code is None
    assert "doesn't match any registered mock" in reasons(caught.value)


def test_unmatched_create_ends_after_one_attempt(client):
    with responses.RequestsMock() as mocked:
        with pytest.raises(scaleapi.ScaleConnectionError):
            client.create_task(TaskType.ImageAnnotation, unique_id="u")
        assert len(mocked.calls) == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_error_statuses_are_retried_by_the_client_alone(connect, dead_address, scheme):
    # responses repeats a request itself where the adapter that it replaces has retries of urllib3.
    address = dead_address.replace("http", scheme)
    with responses.RequestsMock() as mocked:
        refused = mocked.get(f"{address}/task/{TASK_ID}", status=503, json={"error": "busy"})
        with pytest.raises(scaleapi.ScaleServiceUnavailable) as caught:
            connect(address).get_task(TASK_ID)
        assert refused.call_count == len(caught.value.attempts) == 4


def test_responses_in_order_are_used_one_an_attempt(client, dead_address):
    with responses.RequestsMock() as mocked:
        mocked.get(f"{dead_address}/task/{TASK_ID}", status=503)
        mocked.get(f"{dead_address}/task/{TASK_ID}", json=TASK)
        assert client.get_task(TASK_ID).id == TASK_ID
        assert len(mocked.calls) == 2


def test_exception_as_body_is_raised_after_one_attempt(client, dead_address):
    with responses.RequestsMock() as mocked:
        mocked.get(f"{dead_address}/task/{TASK_ID}", body=requests.ConnectionError("unplugged"))
        with pytest.raises(scaleapi.ScaleConnectionError) as caught:
            client.get_task(TASK_ID)
        assert len(mocked.calls) == 1
    assert "unplugged" in reasons(caught.value)


def test_error_response_raises_published_exception(client, dead_address):
    with responses.RequestsMock() as mocked:
        mocked.get(
            f"{dead_address}/task/{TASK_ID}",
            status=404,
            json={"status_code": 404, "error": "No such task"},
        )
        with pytest.raises(scaleapi.ScaleResourceNotFound, match="No such task"):
            client.get_task(TASK_ID)


def test_redirect_within_origin_is_followed_through_the_tool(client, dead_address):
    with responses.RequestsMock() as mocked:
        location = f"{dead_address}/task/moved"
        mocked.get(f"{dead_address}/task/{TASK_ID}", status=307, headers={"Location": location})
        mocked.get(location, json=TASK)
        assert client.get_task(TASK_ID).id == TASK_ID


def test_v2_call_reaches_the_tool_with_bearer_key(client, dead_address):
    root = dead_address[: -len("/v1")]
    with responses.RequestsMock() as mocked:
        mocked.get(f"{root}/v2/tasks", json={"tasks": [], "next_token": None})
        assert list(client.v2_get_tasks(project_name="p")) == []
        assert mocked.calls[0].request.headers["Authorization"] == f"Bearer {KEY}"


def test_download_reaches_the_tool_without_key(client, dead_address, tmp_path):
    address = dead_address[: -len("/v1")] + "/masks/1.png"
    with responses.RequestsMock() as mocked:
        mocked.get(address, body=b"a mask", content_type="image/png")
        path = client.download_response_url(address, tmp_path / "1.png")
        assert "Authorization" not in mocked.calls[0].request.headers
    assert path.read_bytes() == b"a mask"


def test_bulk_run_reaches_the_tool_from_its_threads(client, dead_address):
    payloads = [{"instruction": "?", "unique_id": f"u{n}"} for n in range(5)]
    with responses.RequestsMock() as mocked:
        mocked.post(f"{dead_address}/task/imageannotation", json=TASK)
        run = client.create_tasks(TaskType.ImageAnnotation, payloads, on_duplicate="skip")
        assert [outcome.status for outcome in run] == ["created"] * 5
        assert len(mocked.calls) == 5


def test_passthru_reaches_the_real_server(connect, server):
    server.replies(http_response(TASK))
    with responses.RequestsMock() as mocked:
        mocked.add_passthru(server.url)
        assert connect(server).get_task(TASK_ID).id == TASK_ID
    assert server.lines == [f"GET /task/{TASK_ID}"]
