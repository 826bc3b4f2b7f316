"""Bad input: refused before anything is sent, by a message that names the argument."""

import copy
import enum

import pytest

import scaleapi
from scaleapi import BatchStatus, ScaleInvalidArgument, ScaleInvalidRequest, TaskType
from scaleapi._validation import str_list
from scaleapi.tasks import normalize_task_filters

REFUSED = {
    "task_id": [
        lambda c, bad: c.get_task(bad),
        lambda c, bad: c.cancel_task(bad),
        lambda c, bad: c.audit_task(bad, True),
        lambda c, bad: c.update_task_unique_id(bad, "u"),
        lambda c, bad: c.clear_task_unique_id(bad),
        lambda c, bad: c.set_task_metadata(bad, {}),
        lambda c, bad: c.set_task_tags(bad, []),
        lambda c, bad: c.add_task_tags(bad, []),
        lambda c, bad: c.delete_task_tags(bad, []),
    ],
    "unique_id": [lambda c, bad: c.update_task_unique_id("t", bad)],
    "batch_name": [
        lambda c, bad: c.create_batch("p", bad),
        lambda c, bad: c.finalize_batch(bad),
        lambda c, bad: c.batch_status(bad),
        lambda c, bad: c.get_batch(bad),
        lambda c, bad: c.set_batch_metadata(bad, {}),
        lambda c, bad: c.set_batch_priority(bad, 20),
        lambda c, bad: c.assign_studio_batches(bad, []),
    ],
    "project": [
        lambda c, bad: c.create_batch(bad, "b"),
        lambda c, bad: c.list_project_groups(bad),
        lambda c, bad: c.create_project_group(bad, [], "g"),
        lambda c, bad: c.update_project_group(bad, "g", [], []),
    ],
    "project_name": [
        lambda c, bad: c.create_project(bad, "chat"),
        lambda c, bad: c.get_project(bad),
        lambda c, bad: c.update_project(bad),
        lambda c, bad: c.get_project_template(bad),
        lambda c, bad: list(c.get_files(bad)),
    ],
    "project_group": [
        lambda c, bad: c.create_project_group("p", [], bad),
        lambda c, bad: c.update_project_group("p", bad, [], []),
    ],
    "file_url": [lambda c, bad: c.import_file(bad)],
    "task_type": [
        lambda c, bad: c.create_task(bad),
        lambda c, bad: c.create_project("p", bad),
        lambda c, bad: c.create_evaluation_task(bad),
        lambda c, bad: c.create_training_task(bad),
    ],
    "role": [
        lambda c, bad: c.invite_teammates(["e"], bad),
        lambda c, bad: c.update_teammates_role(["e"], bad),
    ],
}


@pytest.mark.parametrize("bad", [None, "", "  ", 5, ["x"], b"x"], ids=repr)
@pytest.mark.parametrize("name", REFUSED)
def test_arguments_empty_or_mistyped_ids_names_and_enums_raise(name, bad, client, wire):
    for call in REFUSED[name]:
        with pytest.raises(ScaleInvalidArgument, match=f"{name} must be"):
            call(client, bad)
    assert wire.sent == []


@pytest.mark.parametrize("dots", [".", ".."])
def test_arguments_dot_segment_as_id_raises(dots, client, wire):
    with pytest.raises(ScaleInvalidArgument, match="task_id must not be"):
        client.get_task(dots)
    assert wire.sent == []


def test_invalid_argument_is_a_value_error_and_a_scale_error_with_code_400(client):
    with pytest.raises(ValueError) as caught:
        client.get_task("")
    error = caught.value
    assert isinstance(error, ScaleInvalidRequest)
    assert (error.code, error.response, error.attempts) == (400, None, ())
    assert str(error) == "task_id must be a non-empty string, got ''"


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda c: c.tasks(project_name="p"),
            r"unknown filter .project_name. for tasks\(\); valid filters: ",
        ),
        (
            lambda c: c.batches(nonsense=1),
            r"unknown filter .nonsense. for batches\(\); valid filters: ",
        ),
        (lambda c: c.tasks(limit="many"), "limit must be a whole number"),
        (lambda c: c.tasks(limit=True), "limit must be a whole number"),
        (lambda c: c.tasks(status=5), "status must be a TaskStatus or a string"),
        (lambda c: c.tasks(start_time=17), "start_time must be a date"),
        (lambda c: c.tasks(tags=5), "tags must be a list of strings"),
        (lambda c: c.tasks(tags=[1]), "each of tags must be a non-empty string"),
        (lambda c: c.tasks(include_attachment_url=1.5), "include_attachment_url must be True or"),
        (lambda c: c.batches(status=BatchStatus), "status must be a BatchStatus"),
        (lambda c: list(c.get_batches(batch_status=3)), "batch_status must be a BatchStatus"),
        (lambda c: list(c.get_tasks("p", created_after=3)), "created_after must be a date"),
        (lambda c: list(c.get_tasks("p", review_status=[3])), "review_status must be a TaskReview"),
        (lambda c: list(c.get_tasks("")), "project_name must be a non-empty string"),
        (lambda c: list(c.get_tasks("p", limit=-1)), "limit must be a whole number"),
        (lambda c: c.audit_task("t", "yes"), "accepted must be True or False"),
        (lambda c: c.set_task_metadata("t", None), "metadata must be a dictionary"),
        (lambda c: c.set_batch_metadata("b", []), "metadata must be a dictionary"),
        (lambda c: c.create_batch("p", "b", metadata="x"), "metadata must be a dictionary"),
        (lambda c: c.set_task_tags("t", "night"), "tags must be a list of strings, got 'night'"),
        (lambda c: c.invite_teammates("ana@example.org", "member"), "emails must be a list"),
        (lambda c: c.create_task("chat", geometries={1, 2}), "geometries can't be sent as JSON"),
        (lambda c: c.create_task("chat", n=float("nan")), "n can't be sent as JSON"),
        (lambda c: c.request("POST", "x", body=[{1, 2}]), "the body can't be sent as JSON"),
    ],
)
def test_invalid_argument_message_names_the_argument(call, message, client, wire):
    with pytest.raises(ScaleInvalidArgument, match=message):
        call(client)
    assert wire.sent == []


def test_get_tasks_without_project_or_batch_raises_at_first_next(client, wire):
    tasks = client.get_tasks(status="completed")
    with pytest.raises(ValueError, match="project_name or batch_name"):
        next(tasks)
    assert wire.sent == []


def test_get_tasks_count_without_project_or_batch_raises(client, wire):
    with pytest.raises(ValueError, match="project_name or batch_name"):
        client.get_tasks_count(status="completed")
    assert wire.sent == []


def test_enum_argument_of_the_caller_is_accepted(client, wire):
    class Mine(enum.Enum):
        New = "brandnew"

    wire.returns({"task_id": "t"})
    client.create_task(Mine.New)
    assert wire.last.url.endswith("/task/brandnew")


def test_filter_empty_list_filters_nothing(client, wire):
    wire.returns({"docs": [], "total": 0, "limit": 100, "offset": 0, "has_more": False})
    assert list(client.get_tasks("p", tags=[], unique_id=[], review_status=[])) == []
    assert wire.last.url.endswith("/tasks?project=p&include_attachment_url=True")


def test_update_project_group_none_to_add_or_remove_is_accepted(client, wire):
    wire.returns({"id": "g", "name": "g", "numWorkers": 0, "isSingleton": False})
    client.update_project_group("p", "g", None, None)
    assert wire.last.body == b'{"add_emails": [], "remove_emails": []}'


def test_arguments_are_not_modified(client, wire):
    wire.returns((409, {"error": "taken"}))
    body = {"metadata": {"a": [1]}, "tags": ["x"], "unique_id": "u", "project": "p"}
    before = copy.deepcopy(body)
    with pytest.raises(scaleapi.ScaleDuplicateResource):
        client.create_task(TaskType.Chat, **body)
    assert body == before


@pytest.mark.parametrize(
    "options, message",
    [
        ({"timeout": 0}, "timeout must be"),
        ({"timeout": -1}, "timeout must be"),
        ({"timeout": "5"}, "timeout must be"),
        ({"timeout": (1, 2, 3)}, "timeout must be"),
        ({"timeout": True}, "timeout must be"),
        ({"retries": -1}, "retries must be"),
        ({"retries": "3"}, "retries must be"),
        ({"api_instance_url": "api.example.org/v1"}, "api_instance_url must be"),
        ({"api_instance_url": "ftp://api.example.org/v1"}, "api_instance_url must be"),
        ({"api_instance_url": "http://"}, "api_instance_url must be"),
        ({"source": "my\napp"}, "source must be"),
        ({"source": "日本"}, "source must be"),
        ({"source": 5}, "source must be"),
        ({"timeout": float("inf")}, "timeout must be"),
        ({"timeout": (1, 1e12)}, "timeout must be"),
        ({"api_instance_url": 5}, "api_instance_url must be"),
        ({"proxies": "http://127.0.0.1:9"}, "proxies must be"),
        ({"api_key": b"test_key"}, "api_key must be"),
        ({"api_key": "test_key\n"}, "api_key must be"),
        ({"api_key": "test_key\u2028"}, "api_key must be"),
    ],
)
def test_client_invalid_setting_raises(options, message):
    with pytest.raises(ScaleInvalidArgument, match=message) as caught:
        scaleapi.ScaleClient(**{"api_key": "test_key", **options})
    assert "test_key" not in str(caught.value)


@pytest.mark.parametrize("address", ["nonsense", "http://", None, 5])
def test_client_invalid_address_set_later_raises(address, client, wire):
    client.api.base_api_url = address
    with pytest.raises(ScaleInvalidArgument, match="api_instance_url must be"):
        client.api.get_request("x")
    assert wire.sent == []


def test_arguments_lone_surrogate_raises(client, wire):
    for call in (
        lambda: client.get_task("\ud800"),
        lambda: client.tasks(project="\ud800"),
        lambda: client.set_task_tags("t", ["\ud800"]),
    ):
        with pytest.raises(ScaleInvalidArgument, match="whole characters"):
            call()
    assert wire.sent == []


def test_upload_metadata_that_is_not_json_is_named(client, wire):
    with pytest.raises(ScaleInvalidArgument, match="metadata can't be sent as JSON"):
        client.upload_file(b"x", metadata={"t": object()})
    assert wire.sent == []


@pytest.mark.parametrize("bad", [None, True, "20", 20.0])
def test_set_batch_priority_not_an_integer_raises(bad, client, wire):
    with pytest.raises(ScaleInvalidArgument, match="priority must be a whole number"):
        client.set_batch_priority("b", bad)
    assert wire.sent == []


@pytest.mark.parametrize(
    "path",
    ["", " ", "/", None, 5, [], [""], [".."], ["a", None], "https://example.org/v1/teams",
     "a?b=1", "a#b", "a/../b", "..", "a/.", "a b", "a\nb", "a\\b", "//example.org/a"],
)  # fmt: skip
def test_request_path_outside_the_instance_address_raises(path, client, wire):
    with pytest.raises(ScaleInvalidArgument, match="path must"):
        client.request("GET", path)
    assert wire.sent == []


@pytest.mark.parametrize("method", ["", "TRACE", "get ", None, 5, ["GET"], "GET\r\nX: y"])
def test_request_invalid_method_raises(method, client, wire):
    with pytest.raises(ScaleInvalidArgument, match="method must be one of GET, POST, PUT"):
        client.request(method, "teams")
    assert wire.sent == []


@pytest.mark.parametrize("path", ["/v2/tasks", "/v1/tasks", "v2/tasks", "tasks"])
def test_request_authenticates_by_the_version_of_the_path(path, client, wire):
    client.request("GET", path)
    address = "https://api.scale.com" + (path if path.startswith("/v") else f"/v1/{path}")
    assert wire.last.url == address
    kind = "Bearer" if path.startswith("/v2/") else "Basic"
    assert wire.last.headers["Authorization"].startswith(kind)


def test_argument_set_is_sent_in_the_same_order_by_every_process():
    words = [f"tag-{number}" for number in range(9)]
    assert str_list("tags", set(words)) == str_list("tags", frozenset(words)) == words
    assert str_list("tags", reversed(words)) == words[::-1]
    several = normalize_task_filters(
        "f", {"project_name": "p", "review_status": {"fixed", "accepted", "b"}}
    )
    assert several["review_status"] == "accepted,b,fixed"
