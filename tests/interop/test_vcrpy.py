"""vcrpy, which replaces the connection classes of urllib3 while a cassette is in use.

The cassette in tests/data was recorded with the published client against the sandbox. vcrpy needs
urllib3 1.26 on Python 3.9, where these tests are left out.
"""

import pathlib

import pytest
import yaml

import scaleapi
from scaleapi.tasks import TaskType
from tests.factories import BATCH, FILE, TASK, page
from tests.fixtures.servers import http_response

from .conftest import AUTHORIZATION, TASK_ID, assert_no_secrets, chain

vcr = pytest.importorskip("vcr")

PUBLISHED = pathlib.Path(__file__).parents[1] / "data" / "published_client.yaml"
RECORDED_ADDRESS = "http://127.0.0.1:18080/v1"
STRICT = ["method", "uri", "body"]


@pytest.fixture
def cassette(tmp_path):
    return str(tmp_path / "cassette.yaml")


@pytest.fixture
def published_cassette(tmp_path):
    """Makes a copy of the published client's cassette, as if recorded at another address."""

    def make(address):
        copy = tmp_path / "published.yaml"
        copy.write_text(PUBLISHED.read_text(encoding="utf-8").replace(RECORDED_ADDRESS, address))
        return str(copy)

    return make


def interactions(cassette):
    return yaml.safe_load(pathlib.Path(cassette).read_text())["interactions"]


def make_calls(client):
    """Calls of several kinds, and what they returned."""
    task = client.create_task(TaskType.ImageAnnotation, instruction="Größe?", unique_id="u")
    with pytest.raises(scaleapi.ScaleResourceNotFound, match="No such task"):
        client.get_task("missing")
    listed = client.tasks(project="p", tags=["a", "b"])
    return [task.as_dict(), client.get_batch("a/b").as_dict(), [each.id for each in listed]]


def decide(request):
    if request.target.endswith("/missing"):
        return http_response({"status_code": 404, "error": "No such task"}, 404)
    if "/tasks?" in request.target:
        return http_response(page(TASK))
    return http_response(BATCH if "/batches/" in request.target else TASK)


def test_recorded_calls_replay_without_the_server(connect, server, cassette):
    server.decides(decide)
    with vcr.use_cassette(cassette, filter_headers=["authorization"]):
        recorded = make_calls(connect(server))
    assert len(interactions(cassette)) == len(server.requests) == 4
    server.stop()
    options = {"record_mode": "none", "match_on": STRICT, "filter_headers": ["authorization"]}
    with vcr.use_cassette(cassette, **options) as replayed:
        assert make_calls(connect(server)) == recorded
        assert replayed.all_played


def test_recorded_requests_have_authorization_unless_it_is_filtered(connect, server, cassette):
    server.replies(http_response(TASK))
    with vcr.use_cassette(cassette):
        connect(server).get_task(TASK_ID)
    assert interactions(cassette)[0]["request"]["headers"]["Authorization"] == [AUTHORIZATION]
    filtered = cassette + ".filtered"
    with vcr.use_cassette(filtered, filter_headers=["authorization"]):
        connect(server).get_task(TASK_ID)
    assert_no_secrets(pathlib.Path(filtered).read_text())


def test_connection_opened_before_the_cassette_is_not_used_inside(connect, server, cassette):
    server.replies(http_response(TASK))
    client = connect(server)
    client.get_task(TASK_ID)
    with vcr.use_cassette(cassette):
        client.get_task(TASK_ID)
    assert len(interactions(cassette)) == 1
    with vcr.use_cassette(cassette, record_mode="none"):
        client.get_task(TASK_ID)
    assert len(server.requests) == 2


def test_client_used_inside_a_cassette_reaches_the_server_afterwards(connect, server, cassette):
    server.replies(http_response(TASK))
    client = connect(server)
    with vcr.use_cassette(cassette):
        client.get_task(TASK_ID)
    with vcr.use_cassette(cassette, record_mode="none"):
        client.get_task(TASK_ID)
    client.get_task(TASK_ID)
    client.get_task(TASK_ID)
    assert len(server.requests) == 3
    assert len(interactions(cassette)) == 1


def test_attempts_of_one_call_are_recorded_and_replayed_each(connect, server, cassette):
    server.replies(http_response({"error": "busy"}, 503), http_response(TASK))
    with vcr.use_cassette(cassette):
        connect(server).get_task(TASK_ID)
    statuses = [each["response"]["status"]["code"] for each in interactions(cassette)]
    assert statuses == [503, 200]
    server.stop()
    with vcr.use_cassette(cassette, record_mode="none") as replayed:
        assert connect(server).get_task(TASK_ID).id == TASK_ID
        assert replayed.all_played


def test_small_upload_is_recorded_with_its_form(connect, server, cassette):
    server.replies(http_response(FILE))
    with vcr.use_cassette(cassette):
        connect(server).upload_file(b"a picture", project_name="p")
    assert b"a picture" in server.requests[0].body
    assert "a picture" in str(interactions(cassette)[0]["request"]["body"])
    server.stop()
    with vcr.use_cassette(cassette, record_mode="none"):
        assert connect(server).upload_file(b"a picture", project_name="p").id == FILE["id"]


def test_download_is_recorded_and_replayed(connect, server, cassette, tmp_path):
    server.replies(http_response(b"a mask", content_type="image/png"))
    address = server.url[: -len("/v1")] + "/masks/1.png"
    with vcr.use_cassette(cassette):
        connect(server).download_response_url(address, tmp_path / "1.png")
    server.stop()
    with vcr.use_cassette(cassette, record_mode="none"):
        connect(server).download_response_url(address, tmp_path / "2.png")
    assert (tmp_path / "2.png").read_bytes() == b"a mask"


def test_record_mode_none_without_recording_sends_nothing(connect, server, cassette):
    server.replies(http_response(TASK))
    client = connect(server)
    client.get_task(TASK_ID)  # a kept-alive connection must not serve either
    for each in (client, connect(server)):
        with vcr.use_cassette(cassette, record_mode="none"):
            with pytest.raises(scaleapi.ScaleException) as caught:
                each.get_task(TASK_ID)
        causes = [type(link).__name__ for link in chain(caught.value)]
        assert any(name.startswith("CannotOverwriteExisting") for name in causes)
    assert len(server.requests) == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_cassette_of_the_published_client_replays(
    connect, dead_address, published_cassette, scheme
):
    address = dead_address.replace("http", scheme)
    recorded = published_cassette(address)
    client = connect(address)
    with vcr.use_cassette(recorded, record_mode="none", match_on=STRICT) as replayed:
        batch = client.create_batch("street-scenes", "march-01")
        tasks = [
            client.create_task(
                TaskType.Categorization,
                project="street-scenes",
                batch="march-01",
                unique_id=f"street-{number}",
                instruction="Which vehicle is it?",
                attachment_type="image",
                attachment=f"https://example.org/{number}.jpg",
                categories=["bicycle", "car"],
            )
            for number in (1, 2, 3)
        ]
        first = client.get_task(tasks[0].id)
        one_page = client.tasks(project="street-scenes", limit=2)
        both_pages = list(client.get_tasks("street-scenes", "march-01", limit=2))
        with pytest.raises(scaleapi.ScaleResourceNotFound, match="No task has the id"):
            client.get_task("66f1c0de8a4b2f0012ab34cd")
        assert client.get_batch("march-01").created_at == batch.created_at
        assert replayed.all_played
    assert first.as_dict() == tasks[0].as_dict()
    assert one_page.has_more and one_page.next_token
    assert [task.unique_id for task in both_pages] == ["street-3", "street-2", "street-1"]


def test_first_import_inside_a_cassette_replays_and_leaves_real_connections_after_it(
    run_script, server, published_cassette
):
    # The classes that vcrpy puts in place must not be taken for those of urllib3.
    server.replies(http_response(BATCH))
    code = """
import json, sys
import vcr
address, path = sys.argv[1:]
with vcr.use_cassette(path, record_mode="none"):
    import scaleapi
    client = scaleapi.ScaleClient("test_key", api_instance_url=address, retries=0)
    replayed = client.get_batch("march-01").created_at
other = scaleapi.ScaleClient("test_key", api_instance_url=address, retries=0)
real = [each.get_batch("march-01").created_at for each in (client, other)]
with vcr.use_cassette(path, record_mode="none"):
    again = client.get_batch("march-01").created_at
print(json.dumps([replayed, again, real]))
"""
    recorded = published_cassette(server.url)
    (created,) = {
        yaml.safe_load(each["response"]["body"]["string"])["created_at"]
        for each in interactions(recorded)
        if each["request"]["uri"].endswith("/batches/march-01")
    }
    real = [BATCH["created_at"]] * 2
    assert run_script(code, server.url, recorded) == [created, created, real]
    assert len(server.requests) == 2
