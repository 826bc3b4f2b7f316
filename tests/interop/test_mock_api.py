"""`unittest.mock` in the place of methods of Api and ScaleClient, and doubles of both.

What the published client calls, and with which arguments, stands in tests/data/published_calls.py.
"""

from contextlib import ExitStack
from unittest import mock

import pytest

import scaleapi
from scaleapi.api import Api
from scaleapi.tasks import TaskType
from tests.data.published_calls import (
    BATCH_PAGE_CALLS,
    BATCH_PAGES,
    CALLS,
    OBJECT_CALLS,
    TASK_PAGE_CALLS,
    TASK_PAGES,
)
from tests.factories import BATCH, FILE, PROJECT, TASK, TEAMMATE, page

from .conftest import KEY, TASK_ID

METHODS = ("get_request", "post_request", "put_request", "delete_request")
SAMPLES = {"Task": TASK, "Batch": BATCH, "Project": PROJECT, "Teammate": TEAMMATE}


@pytest.fixture(params=[False, True], ids=["plain", "autospec"])
def replaced(request):
    """The four methods of Api, replaced by doubles."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(mock.patch.object(Api, name, autospec=request.param))
            for name in METHODS
        }


def calls_of(replaced, client):
    """Name, args and kwargs of each call of a double, without `self`."""
    calls = []
    for name, double in replaced.items():
        for args, kwargs in double.call_args_list:
            own = args[1:] if args[:1] == (client.api,) else args
            calls.append((name, own, without_none(kwargs)))
    return calls


def without_none(kwargs):
    """Arguments without the filters that are None, which are left out of the query anyway."""
    params = kwargs.get("params")
    if not isinstance(params, dict):
        return kwargs
    return {
        **kwargs,
        "params": {name: value for name, value in params.items() if value is not None},
    }


# Methods of Api


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.method)
def test_client_method_calls_api_as_the_published_client_does(client, replaced, call):
    replaced[call.api_method].return_value = call.response
    result = getattr(client, call.method)(*call.args, **call.kwargs)
    if hasattr(result, "__next__"):
        list(result)
    expected = (call.api_method, call.api_args, without_none(call.api_kwargs))
    assert calls_of(replaced, client) == [expected]


@pytest.mark.parametrize("call", OBJECT_CALLS, ids=lambda call: call.method)
def test_object_method_calls_api_as_the_published_client_does(client, replaced, call):
    kind, _, method = call.method.partition(".")
    sample = dict(SAMPLES[kind])
    replaced[call.api_method].return_value = call.response
    getattr(getattr(scaleapi, kind)(sample, client), method)(*call.args, **call.kwargs)
    expected = (call.api_method, call.api_args, without_none(call.api_kwargs))
    assert calls_of(replaced, client) == [expected]


@pytest.mark.parametrize(
    "read, pages, expected",
    [
        (lambda client: client.get_tasks("p", limit=1), TASK_PAGES, TASK_PAGE_CALLS),
        (lambda client: client.get_batches("p"), BATCH_PAGES, BATCH_PAGE_CALLS),
    ],
    ids=["get_tasks", "get_batches"],
)
def test_generator_over_two_pages_calls_api_as_the_published_client_does(
    client, replaced, read, pages, expected
):
    replaced["get_request"].side_effect = pages
    assert len(list(read(client))) == 2
    calls = [(args, kwargs) for _, args, kwargs in calls_of(replaced, client)]
    assert calls == [(args, without_none(kwargs)) for args, kwargs in expected]


def test_api_method_replaced_on_the_instance_is_called(client):
    with mock.patch.object(client.api, "get_request", return_value=TASK) as get_request:
        assert client.get_task(TASK_ID).as_dict() == TASK
    get_request.assert_called_once_with(f"task/{TASK_ID}")


def test_api_method_replaced_by_monkeypatch_is_called(client, monkeypatch):
    bodies = []

    def post_request(self, endpoint, body=None, files=None, data=None):
        bodies.append(body)
        return TASK

    monkeypatch.setattr("scaleapi.api.Api.post_request", post_request)
    client.create_task(TaskType.ImageAnnotation, instruction="?")
    assert bodies == [{"instruction": "?"}]


def test_api_method_of_a_subclass_is_called(client):
    class CachingApi(Api):
        def get_request(self, endpoint, params=None):
            return {**TASK, "task_id": endpoint}

    client.api = CachingApi(KEY, api_instance_url=client.api.base_api_url)
    assert client.get_task(TASK_ID).id == f"task/{TASK_ID}"


def test_api_method_replaced_is_used_by_with_options(client):
    with mock.patch("scaleapi.api.Api.get_request", return_value=TASK) as get_request:
        client.with_options(timeout=5).get_task(TASK_ID)
    get_request.assert_called_once()


@pytest.mark.parametrize(
    "raised",
    [scaleapi.ScaleResourceNotFound("No such task", 404), ValueError("of the test")],
    ids=["ScaleResourceNotFound", "ValueError"],
)
def test_exception_of_a_replaced_api_method_is_raised_unchanged(client, raised):
    with mock.patch("scaleapi.api.Api.get_request", side_effect=raised) as get_request:
        with pytest.raises(type(raised)) as caught:
            client.get_task(TASK_ID)
    assert caught.value is raised
    get_request.assert_called_once()


@pytest.mark.parametrize("json", [None, {}, [], "text"], ids=repr)
def test_unusable_json_of_a_replaced_api_method_is_a_scale_exception(client, json):
    with mock.patch("scaleapi.api.Api.get_request", return_value=json):
        with pytest.raises(scaleapi.ScaleException):
            client.get_task(TASK_ID)


@pytest.mark.parametrize(
    "method, args", [("get_task", ("t",)), ("get_batch", ("b",)), ("get_project", ("p",))]
)
def test_replaced_api_method_without_a_return_value_makes_an_object(client, method, args):
    # Tests that only look at the calls leave the return value to MagicMock.
    with mock.patch("scaleapi.api.Api.get_request") as get_request:
        made = getattr(client, method)(*args)
    get_request.assert_called_once()
    assert isinstance(made, (scaleapi.Task, scaleapi.Batch, scaleapi.Project))


def test_replaced_api_method_leaves_the_others_real(client):
    with mock.patch("scaleapi.api.Api.get_request", return_value=TASK):
        with pytest.raises(scaleapi.ScaleConnectionError):
            client.create_task(TaskType.ImageAnnotation, unique_id="u")


# Doubles of Api


class FakeApi:
    """The four published methods, and nothing else."""

    def __init__(self):
        self.calls = []

    def get_request(self, endpoint, params=None):
        self.calls.append(("GET", endpoint, params))
        return page(TASK) if endpoint == "tasks" else TASK

    def post_request(self, endpoint, body=None, files=None, data=None):
        self.calls.append(("POST", endpoint, body))
        return FILE if files else TASK

    def put_request(self, endpoint, body=None, params=None):
        self.calls.append(("PUT", endpoint, body))
        return TASK

    def delete_request(self, endpoint, params=None, body=None):
        self.calls.append(("DELETE", endpoint, body))
        return TASK


@pytest.fixture
def fake_api(client):
    api, client.api = client.api, FakeApi()
    yield client.api
    client.api = api


def test_fake_api_serves_calls_of_every_kind(client, fake_api):
    assert client.get_task(TASK_ID).as_dict() == TASK
    assert client.create_task(TaskType.ImageAnnotation, instruction="?").id == TASK_ID
    assert client.add_task_tags(TASK_ID, ["a"]).id == TASK_ID
    assert client.delete_task_tags(TASK_ID, ["a"]).id == TASK_ID
    assert client.upload_file(b"a picture", project_name="p").id == FILE["id"]
    assert [task.id for task in client.get_tasks("p")] == [TASK_ID]
    client.batch_status("a/b")
    assert [call[:2] for call in fake_api.calls] == [
        ("GET", f"task/{TASK_ID}"),
        ("POST", "task/imageannotation"),
        ("PUT", f"task/{TASK_ID}/tags"),
        ("DELETE", f"task/{TASK_ID}/tags"),
        ("POST", "files/upload"),
        ("GET", "tasks"),
        ("GET", "batches/a%2Fb/status"),
    ]
    assert fake_api.calls[1][2] == {"instruction": "?"}


def test_fake_api_serves_methods_of_objects(client, fake_api):
    task = client.get_task(TASK_ID)
    task.set_tags(["a"])
    task.refresh()
    assert [call[0] for call in fake_api.calls] == ["GET", "POST", "GET"]


def test_client_of_a_fake_api_prints_and_closes(client, fake_api):
    assert "ScaleClient" in repr(client)
    with client:
        pass


def test_mock_as_api_serves_calls(client):
    client.api = mock.Mock()
    client.api.get_request.return_value = TASK
    assert client.get_task(TASK_ID).as_dict() == TASK
    client.api.get_request.assert_called_once_with(f"task/{TASK_ID}")


def test_mock_as_api_serves_bulk_creation(client):
    client.api = mock.Mock()
    client.api.get_request.return_value = page()
    client.api.post_request.return_value = TASK
    payload = {"unique_id": TASK["unique_id"], "instruction": "?"}
    (outcome,) = client.create_tasks("chat", [payload])
    assert (outcome.status, outcome.task.as_dict()) == ("created", TASK)
    client.api.post_request.assert_called_once_with("task/chat", body=payload)


# v2


def fake_v2():
    fake = mock.Mock()
    fake.get_tasks.return_value = mock.Mock(tasks=["a", "b"], next_token=None)
    return fake


def test_v2_set_to_a_fake_serves_v2_calls(client):
    client.v2 = fake = fake_v2()
    assert client.v2 is fake
    assert list(client.v2_get_tasks(project_name="p", limit=5)) == ["a", "b"]
    ((args, kwargs),) = fake.get_tasks.call_args_list
    assert args == ()
    given = {name: value for name, value in kwargs.items() if value is not None}
    assert given == {"project_name": "p", "limit": 5}


def test_v2_deleted_after_a_fake_is_the_real_one_again(client):
    from scaleapi.api_client.v2 import V2Api

    client.v2 = fake_v2()
    del client.v2
    assert isinstance(client.v2, V2Api)
    with pytest.raises(scaleapi.ScaleConnectionError):
        list(client.v2_get_tasks(project_name="p"))


def test_v2_replaced_by_mock_patch_is_restored(client):
    real = client.v2
    with mock.patch.object(client, "v2", fake_v2()):
        assert list(client.v2_get_tasks(project_name="p")) == ["a", "b"]
    assert client.v2 is real


# Methods of ScaleClient


def test_client_method_replaced_on_the_class_is_called(client):
    with mock.patch.object(scaleapi.ScaleClient, "get_task", autospec=True) as get_task:
        get_task.return_value = scaleapi.Task(TASK, client)
        assert client.get_task("t").id == TASK_ID
    get_task.assert_called_once_with(client, "t")


def test_client_method_replaced_on_the_instance_is_called(client):
    with mock.patch.object(client, "create_task", return_value="made") as create_task:
        assert client.create_task(TaskType.ImageAnnotation, instruction="?") == "made"
    create_task.assert_called_once_with(TaskType.ImageAnnotation, instruction="?")


def test_client_class_replaced_returns_its_double():
    with mock.patch("scaleapi.ScaleClient") as made:
        assert scaleapi.ScaleClient(KEY) is made.return_value


@pytest.mark.parametrize(
    "kind, method, args, client_method, client_args",
    [
        ("Task", "refresh", (), "get_task", (TASK_ID,)),
        ("Task", "cancel", (True,), "cancel_task", (TASK_ID, True)),
        ("Task", "audit", (True, "fine"), "audit_task", (TASK_ID, True, "fine")),
        ("Task", "update_unique_id", ("u",), "update_task_unique_id", (TASK_ID, "u")),
        ("Task", "clear_unique_id", (), "clear_task_unique_id", (TASK_ID,)),
        ("Task", "set_metadata", ({"a": 1},), "set_task_metadata", (TASK_ID, {"a": 1})),
        ("Task", "set_tags", (["a"],), "set_task_tags", (TASK_ID, ["a"])),
        ("Task", "add_tags", (["a"],), "add_task_tags", (TASK_ID, ["a"])),
        ("Task", "delete_tags", (["a"],), "delete_task_tags", (TASK_ID, ["a"])),
        ("Batch", "finalize", (), "finalize_batch", (BATCH["name"],)),
        ("Batch", "get_status", (), "batch_status", (BATCH["name"],)),
        ("Project", "get_template", (), "get_project_template", (PROJECT["name"],)),
        (
            "Teammate",
            "update_teammate_role",
            (scaleapi.TeammateRole.Manager,),
            "update_teammates_role",
            ([TEAMMATE["email"]], scaleapi.TeammateRole.Manager),
        ),
    ],
)
def test_object_method_calls_the_client_method(
    client, kind, method, args, client_method, client_args
):
    made = getattr(scaleapi, kind)(dict(SAMPLES[kind]), client)
    with mock.patch.object(scaleapi.ScaleClient, client_method) as replaced:
        replaced.return_value = {"status": "completed"} if method == "get_status" else made
        getattr(made, method)(*args)
    replaced.assert_called_once_with(*client_args)


# Autospec


def test_autospec_of_the_class_checks_calls():
    double = mock.create_autospec(scaleapi.ScaleClient)
    instance = double("test_key")
    instance.get_task.return_value = "a task"
    assert instance.get_task("t") == "a task"
    with pytest.raises(TypeError):
        instance.get_task()
    with pytest.raises(TypeError):
        instance.create_batch("p")
    with pytest.raises(AttributeError):
        instance.get_taks  # noqa: B018


def test_autospec_of_an_instance_has_api_and_v2(client):
    double = mock.create_autospec(client, instance=True)
    double.api.get_request.return_value = TASK
    assert double.api.get_request("teams") == TASK
    double.v2.get_tasks(project_name="p")
    with pytest.raises(TypeError):
        double.get_task()


def test_autospec_of_an_instance_serves_objects(client):
    double = mock.create_autospec(client, instance=True)
    task = scaleapi.Task(dict(TASK), double)
    task.cancel()
    double.cancel_task.assert_called_once()
