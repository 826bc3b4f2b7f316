"""Behaviour of the published client that callers rely on and no other test covers."""

import inspect

import pytest

import scaleapi
from scaleapi import ScaleClient, Task, TaskReviewStatus, TaskStatus
from tests import factories as shapes


def test_client_key_and_source_are_positional():
    client = ScaleClient("test_key", "my-app")
    assert client.api.api_key == "test_key"
    assert client.api.user_agent.endswith(" my-app")


def test_listings_are_generators_that_run_once(client, wire):
    wire.returns(shapes.page(shapes.TASK))
    tasks = client.get_tasks("p")
    assert inspect.isgenerator(tasks) and wire.sent == []
    assert len(list(tasks)) == 1 and list(tasks) == []
    batches = client.get_batches()
    assert inspect.isgenerator(batches) and len(wire.sent) == 1


def test_filters_none_is_accepted(client, wire):
    wire.returns(shapes.page())
    names = list(inspect.signature(client.get_tasks).parameters)
    assert list(client.get_tasks(**{**dict.fromkeys(names), "project_name": "p"})) == []
    assert wire.last.url == "https://api.scale.com/v1/tasks?project=p"
    names = list(inspect.signature(client.get_tasks_count).parameters)
    assert client.get_tasks_count(**{**dict.fromkeys(names), "batch_name": "b"}) == 0
    assert wire.last.url == "https://api.scale.com/v1/tasks?batch=b&limit=1"
    wire.returns(shapes.page(total_key="totalDocs"))
    names = list(inspect.signature(client.get_batches).parameters)
    assert list(client.get_batches(**dict.fromkeys(names))) == []
    assert wire.last.url == "https://api.scale.com/v1/batches?offset=0"


def test_process_tasks_endpoint_args_returns_the_query():
    for call in (
        ScaleClient._process_tasks_endpoint_args,
        ScaleClient("k")._process_tasks_endpoint_args,
    ):
        arguments = call("p", review_status=[TaskReviewStatus.Fixed], status=TaskStatus.Pending)
        assert (arguments["project"], arguments["batch"]) == ("p", None)
        assert arguments["customer_review_status"] == "fixed"
        assert arguments["status"] == "pending"
        assert call(batch_name="b")["batch"] == "b"
        with pytest.raises(ValueError):
            call()


def test_batch_status_is_a_plain_dict(client, wire):
    wire.returns(shapes.BATCH_STATUS)
    assert type(client.batch_status("b")) is dict


def test_task_status_is_a_plain_string(client):
    task = Task(shapes.TASK, client)
    assert type(task.status) is str
    assert task.status == "completed" == TaskStatus.Completed.value


def test_task_attributes_are_json_client_and_id(client):
    task = Task(shapes.TASK, client)
    assert task._json["task_id"] == task.id
    assert task.__dict__ == {"_json": shapes.TASK, "_client": client, "id": task.id}


def test_enums_have_every_published_value():
    expected = {
        scaleapi.TaskStatus: "pending completed canceled error",
        scaleapi.TaskReviewStatus: "accepted fixed commented rejected pending",
        scaleapi.BatchStatus: "staging in_progress completed",
        scaleapi.TeammateRole: "labeler member manager admin",
        scaleapi.StudioBatchStatus: "Production",
        scaleapi.TaskType: (
            "annotation categorization comparison cuboidannotation datacollection documentmodel "
            "documenttranscription imageannotation laneannotation lidarannotation lidarlinking "
            "lidarsegmentation lidartopdown lineannotation namedentityrecognition pointannotation "
            "polygonannotation segmentannotation transcription textcollection videoannotation "
            "videoboxannotation videoplaybackannotation videocuboidannotation sensorfusion chat "
            "chatexperimental chatlite multichat multistage federal2dvideoannotation"
        ),
    }
    for kind, values in expected.items():
        assert [member.value for member in kind] == values.split()
        for member in kind:
            plain = member.name.lower()
            assert plain == member.value.lower().replace("_", "")


@pytest.mark.parametrize("name", ["LidarTopdown", "Federal2dVideoAnnotation", "MultiStage"])
def test_enum_members_have_published_names(name):
    assert scaleapi.TaskType[name].value == name.lower()
