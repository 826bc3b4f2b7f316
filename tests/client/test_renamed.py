"""Code for versions 0 and 1 of the published client: its errors name the replacement."""

import copy
import inspect
import operator
import pickle
import sys
import traceback
from unittest import mock

import pytest

import scaleapi
from scaleapi import ScaleClient, Task, TaskType

JSON = {"task_id": "t", "params": {}}
RESOURCES = [Task(JSON, None), scaleapi.Teammate({"email": "a", "role": "b"}, None)]


@pytest.fixture
def client():
    return ScaleClient("test_key")


@pytest.mark.parametrize(
    "name, replacement",
    [
        ("fetch_task", "; use get_task(task_id)"),
        ("list_batches", "; use get_batches() for all batches, or batches() for one page"),
        ("create_polygonannotation_task", "; use create_task(TaskType.PolygonAnnotation, ...)"),
        ("create_video_annotation_task", "; use create_task(TaskType.VideoAnnotation, ...)"),
        ("create_audiotranscription_task", "; use create_task('audiotranscription', ...)"),
        ("_postrequest", "; use request('POST', path, body=...)"),
        ("create_evalution_task", ""),
        ("create_task_of_mine", ""),
        ("get_tsk", ""),
    ],
)
def test_client_old_method_error_names_the_replacement(name, replacement, client):
    with pytest.raises(AttributeError) as caught:
        getattr(client, name)
    assert str(caught.value) == f"'ScaleClient' object has no attribute {name!r}{replacement}"
    assert not hasattr(client, name) and getattr(client, name, 5) == 5


@pytest.mark.parametrize("task_type", TaskType)
def test_client_old_method_of_every_task_type_names_its_type(task_type, client):
    with pytest.raises(AttributeError) as caught:
        getattr(client, f"create_{task_type.value}_task")
    assert str(caught.value).endswith(f"; use create_task(TaskType.{task_type.name}, ...)")


def test_client_property_keeps_the_error_of_its_own_code():
    class Client(ScaleClient):
        @property
        def team(self):
            return self.api.team

    with pytest.raises(AttributeError, match="'Api' object has no attribute 'team'"):
        Client("test_key").team  # noqa: B018


def test_client_copies_pickles_and_doubles_are_as_before(client):
    for twin in (copy.copy(client), pickle.loads(pickle.dumps(client))):
        assert twin.api.base_api_url == client.api.base_api_url
    double = mock.create_autospec(ScaleClient, instance=True)
    with pytest.raises(AttributeError):
        double.fetch_task("t")
    assert "fetch_task" not in dir(client)


@pytest.mark.skipif(sys.version_info < (3, 10), reason="no suggestions before 3.10")
def test_client_misspelled_method_is_suggested_by_the_interpreter(client):
    try:
        client.get_tasl("t")
    except AttributeError as error:
        assert (error.name, error.obj) == ("get_tasl", client)
        shown = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        if sys.version_info >= (3, 12):  # before, only the interpreter's own printing does so
            assert "Did you mean: 'get_task'?" in shown


@pytest.mark.parametrize(
    "name, replacement",
    [("param_dict", "; use as_dict()"), ("client", "; use the ScaleClient that you created")],
)
@pytest.mark.parametrize("resource", RESOURCES)
def test_resource_old_attribute_error_names_the_replacement(name, replacement, resource):
    with pytest.raises(AttributeError) as caught:
        getattr(resource, name)
    assert str(caught.value).endswith(f" object has no attribute {name!r}{replacement}")
    assert not hasattr(resource, name)


def test_resource_key_of_the_json_wins_over_the_hint():
    assert Task({**JSON, "client": "acme"}, None).client == "acme"


def test_task_old_keyword_error_names_the_argument():
    with pytest.raises(
        TypeError, match=r"Task\.__init__\(\) has no argument 'param_dict'; use 'json'"
    ):
        Task(param_dict=JSON, client=None)
    with pytest.raises(TypeError, match="unexpected keyword argument 'jsn'"):
        Task(jsn=JSON, client=None)
    assert Task(json=JSON, client=None).id == "t"
    assert list(inspect.signature(Task).parameters) == ["json", "client"]


@pytest.mark.parametrize("method", ["get_tasks", "get_tasks_count"])
@pytest.mark.parametrize(
    "old, new", [("project", "project_name"), ("batch", "batch_name"), ("type", "task_type")]
)
def test_get_tasks_name_of_the_query_error_names_the_argument(method, old, new, client):
    with pytest.raises(TypeError, match=f"{method}\\(\\) has no argument '{old}'; use '{new}'"):
        getattr(client, method)(**{old: "x"})


@pytest.mark.parametrize("old, new", [("project", "project_name"), ("status", "batch_status")])
def test_get_batches_name_of_the_query_error_names_the_argument(old, new, client):
    with pytest.raises(TypeError, match=f"get_batches\\(\\) has no argument '{old}'; use '{new}'"):
        client.get_batches(**{old: "x"})


def test_create_project_old_keyword_error_names_the_argument(client):
    with pytest.raises(TypeError, match=r"create_project\(\) has no argument 'type'; use 'task_t"):
        client.create_project(project_name="p", type="imageannotation", params={})


def test_get_tasks_other_unknown_keyword_is_the_interpreters_error(client):
    with pytest.raises(TypeError, match="unexpected keyword argument 'color'"):
        client.get_tasks(color="red")


@pytest.mark.smoke
@pytest.mark.parametrize("module", ["scaleapi", "scaleapi.exceptions"])
def test_module_old_exception_error_names_the_replacement(module):
    with pytest.raises(ImportError) as caught:
        exec(f"from {module} import ScaleDuplicateTask")
    assert str(caught.value) == (
        f"cannot import name 'ScaleDuplicateTask' from '{module}'; use ScaleDuplicateResource"
    )
    with pytest.raises(AttributeError, match="'ScaleDuplicateTask'; use ScaleDuplicateResource"):
        operator.attrgetter("ScaleDuplicateTask")(sys.modules[module])
    assert not hasattr(sys.modules[module], "ScaleDuplicateTask")


@pytest.mark.parametrize(
    "name, replacement",
    [
        ("SCALE_ENDPOINT", "ScaleClient(api_instance_url=...)"),
        ("TASK_TYPES", "TaskType"),
        ("quote_string", "Api.quote_string"),
    ],
)
def test_package_old_name_error_names_the_replacement(name, replacement):
    with pytest.raises(ImportError) as caught:
        exec(f"from scaleapi import {name}")
    assert str(caught.value).endswith(f"from 'scaleapi'; use {replacement}")
    assert not hasattr(scaleapi, name)


@pytest.mark.parametrize("module", ["scaleapi", "scaleapi.exceptions"])
def test_module_unknown_name_is_the_usual_error(module):
    with pytest.raises(ImportError, match="cannot import name 'Nothing'"):
        exec(f"from {module} import Nothing")
    with pytest.raises(AttributeError, match=f"module '{module}' has no attribute 'Nothing'$"):
        operator.attrgetter("Nothing")(sys.modules[module])
