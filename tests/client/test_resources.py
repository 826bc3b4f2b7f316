"""Resources: attributes, printing, equality, copies, pickles."""

import copy
import pickle

import pytest

from scaleapi import (
    Batch,
    EvaluationTask,
    File,
    Project,
    QualityTask,
    ScaleException,
    StudioBatch,
    StudioLabelerAssignment,
    StudioProjectGroup,
    StudioWorker,
    Task,
    TaskTemplate,
    Teammate,
    TrainingTask,
)
from tests import factories as shapes

KINDS = [
    (Task, shapes.TASK, "Task(id=66f1c0de8a4b2f0012ab34cd)"),
    (Batch, shapes.BATCH, "Batch(name=march-01)"),
    (Project, shapes.PROJECT, "Project(name=street-scenes)"),
    (TaskTemplate, shapes.TEMPLATE, "TaskTemplate(id=67aa00)"),
    (File, shapes.FILE, "File(id=1d9f0a52-6c1e-4a7a-9c55-0f6f1c8e2b10)"),
    (QualityTask, shapes.QUALITY_TASK, "QualityTask(id=68bb11)"),
    (EvaluationTask, shapes.QUALITY_TASK, "EvaluationTask(id=68bb11)"),
    (TrainingTask, shapes.QUALITY_TASK, "TrainingTask(id=68bb11)"),
    (Teammate, shapes.TEAMMATE, "Teammate(email=ana@example.org)"),
    (StudioWorker, shapes.WORKER, "StudioWorker(id=ana@example.org)"),
    (StudioProjectGroup, shapes.GROUP, "StudioProjectGroup(name=night-shift)"),
    (StudioBatch, shapes.STUDIO_BATCH, "StudioBatch(name=march-01)"),
]
each_kind = pytest.mark.parametrize(
    "kind, json, text", KINDS, ids=lambda x: getattr(x, "__name__", "")
)


@each_kind
def test_resource_str_is_as_published(kind, json, text, client):
    thing = kind(json, client)
    assert str(thing) == text
    assert repr(thing) == f"{kind.__name__}({json})"
    assert thing.as_dict() is json


@each_kind
def test_resource_keys_are_attributes_and_complete(kind, json, text, client):
    thing = kind({**json, "brand_new": 1}, client)
    assert thing.brand_new == 1
    assert {"brand_new", "as_dict"} <= set(dir(thing))
    for key in json:
        if kind is not StudioProjectGroup or key != "workers":
            assert getattr(thing, key) == json[key]


@each_kind
def test_resource_absent_key_raises_attribute_error(kind, json, text, client):
    thing = kind(json, client)
    assert not hasattr(thing, "nothing_of_the_kind")
    with pytest.raises(AttributeError, match="has no attribute 'nothing_of_the_kind'"):
        thing.nothing_of_the_kind  # noqa: B018


@each_kind
def test_resources_of_one_class_and_id_are_equal_and_hash_alike(kind, json, text, client):
    one, same = kind(json, client), kind({**json, "new": 1}, None)
    other = kind({**json, kind._id_key: "other"}, client)
    assert one == same and hash(one) == hash(same)
    assert one != other and one != json and one != "text"
    assert len({one, same, other}) == 2


def test_resources_of_different_classes_differ(client):
    task = EvaluationTask(shapes.QUALITY_TASK, client)
    assert task != TrainingTask(shapes.QUALITY_TASK, client)
    assert Batch({**shapes.BATCH, "name": "x"}, client) != Project(
        {**shapes.PROJECT, "name": "x"}, client
    )


@each_kind
def test_resource_copies_and_pickles_are_equal(kind, json, text, client):
    thing = kind(json, client)
    for twin in (copy.copy(thing), copy.deepcopy(thing), pickle.loads(pickle.dumps(thing))):
        assert type(twin) is kind and twin == thing
        assert repr(twin) == repr(thing) and vars(twin).keys() == vars(thing).keys()
    deep = copy.deepcopy(thing)
    one, two = copy.deepcopy([thing, thing])
    assert one is two
    assert deep.as_dict() is not json and deep._client is client


@each_kind
@pytest.mark.parametrize("json_of_another_sort", [None, [], "text", 3, {}])
def test_resource_of_invalid_json_raises(kind, json, text, json_of_another_sort, client):
    with pytest.raises(ScaleException, match=kind.__name__):
        kind(json_of_another_sort, client)


def test_resource_missing_key_is_named(client):
    with pytest.raises(ScaleException, match="Batch needs 'status'"):
        Batch({key: shapes.BATCH[key] for key in ("name", "project", "created_at")}, client)


def test_task_reads_its_params_as_attributes(client):
    task = Task(shapes.TASK, client)
    assert not hasattr(task, "attachment")
    with pytest.raises(AttributeError, match=r'use task\.params\["attachment"\]'):
        task.attachment  # noqa: B018


def test_task_subclass_is_a_task(client):
    class Mine(Task):
        def label(self):
            return self.params["attachment_type"]

    mine = Mine(shapes.TASK, client)
    assert mine.label() == "image"
    assert mine == Task(shapes.TASK, client)
    assert str(mine) == "Task(id=66f1c0de8a4b2f0012ab34cd)"
    assert repr(mine).startswith("Task({")


def test_studio_assignment_projects_are_a_list(client):
    one = StudioLabelerAssignment(["p"], "e", client)
    assert one.as_dict() == ["p"] == one.assigned_projects
    assert repr(one) == "StudioLabelerAssignment(['p'])"
    assert str(one) == "StudioLabelerAssignment(email=e,assigned_projects=['p'])"
    assert (
        one == StudioLabelerAssignment([], "e", None) != StudioLabelerAssignment(["p"], "f", None)
    )
    assert copy.deepcopy(one) == one == pickle.loads(pickle.dumps(one))
    assert not hasattr(one, "p") and "email" in dir(one)
    with pytest.raises(ScaleException, match="list of projects"):
        StudioLabelerAssignment({}, "e", client)


def test_resource_optional_keys_have_defaults(client):
    teammate = Teammate({"email": "e", "role": "member"}, client)
    names = ("first_name", "last_name", "company", "is_studio_labeler", "expiry")
    assert [getattr(teammate, name) for name in names] == [None] * 5
    required = ("id", "version", "created_at", "updated_at", "template_variables")
    template = TaskTemplate({key: shapes.TEMPLATE[key] for key in required}, client)
    assert template.get_response_schema() is None and template.is_auto_onboardable() is False
    assert QualityTask({"id": "q", "expected_response": {}}, client).initial_response is None
    batch = Batch({key: value for key, value in shapes.BATCH.items() if key != "metadata"}, client)
    assert batch.metadata == {}
    batch.metadata["mine"] = 1
    assert batch.metadata == {}, "each time a new one"
    assert StudioProjectGroup({**shapes.GROUP, "workers": None}, client).workers == []


def test_resource_camel_case_keys_read_as_snake_case(client):
    teammate = Teammate(shapes.TEAMMATE, client)
    assert (teammate.first_name, teammate.last_name) == ("Ana", "Silva")
    assert teammate.is_studio_labeler is False
    batch = StudioBatch(shapes.STUDIO_BATCH, client)
    assert (batch.project_id, batch.project_name) == ("71ee44", "street-scenes")
    assert (batch.batch_type, batch.studio_priority) == ("Production", 1)
    assert {"first_name", "expiry"} <= set(dir(teammate))


def test_project_group_lists_its_workers(client):
    group = StudioProjectGroup(shapes.GROUP, client)
    assert type(group.workers) is list
    assert [(worker.id, worker.email) for worker in group.workers] == [("u1", "ana@example.org")]


def test_project_reads_its_newest_parameters(client):
    project = Project(shapes.PROJECT, client)
    assert (project.version, project.instruction) == (1, "Box them all.")
    assert project.params == shapes.PROJECT["param_history"][1]
    for history in ({"param_history": []}, {}):
        project = Project({"name": "p", "type": "chat", **history}, client)
        assert (project.params, project.version, project.instruction) == (None, None, None)


CHANGED = {**shapes.TASK, "status": "canceled"}


@pytest.mark.parametrize(
    "change",
    [
        lambda task: task.refresh(),
        lambda task: task.cancel(),
        lambda task: task.cancel(clear_unique_id=True),
        lambda task: task.update_unique_id("u"),
        lambda task: task.clear_unique_id(),
        lambda task: task.set_metadata({}),
        lambda task: task.set_tags([]),
        lambda task: task.add_tags(["a"]),
        lambda task: task.delete_tags(["a"]),
    ],
)
def test_task_mutator_returns_none_and_refreshes_the_task(change, client, wire):
    wire.returns(CHANGED)
    task = Task(shapes.TASK, client)
    assert change(task) is None
    assert task.status == "canceled" and task.as_dict() == CHANGED
    assert shapes.TASK["status"] == "completed"


def test_task_audit_ignores_the_response(client, wire):
    wire.returns(b"OK")
    task = Task(shapes.TASK, client)
    assert task.audit(True, "fine") is None
    assert task.as_dict() is shapes.TASK


def test_batch_counts_tasks_after_get_status(client, wire):
    batch = Batch(shapes.BATCH, client)
    counts = ("tasks_pending", "tasks_completed", "tasks_error", "tasks_canceled")
    assert [getattr(batch, name) for name in counts] == [None] * 4
    response = {"status": "completed", "completed": 12, "canceled": 2}
    wire.returns(response)
    assert batch.get_status() == response
    assert batch.status == "completed"
    assert [getattr(batch, name) for name in counts] == [0, 12, 0, 2]
    assert shapes.BATCH["status"] == "in_progress"


def test_batch_finalize_returns_the_batch_and_refreshes_itself(client, wire):
    batch = Batch({**shapes.BATCH, "status": "staging"}, client)
    wire.returns(shapes.BATCH)
    finalized = batch.finalize()
    assert type(finalized) is Batch and finalized.status == batch.status == "in_progress"
    assert wire.last.url.endswith("/batches/march-01/finalize")


def test_resources_reach_related_resources(client, wire):
    wire.returns(shapes.TEMPLATE)
    template = Project(shapes.PROJECT, client).get_template()
    assert template.get_template_variables() == {"prompt": {"type": "string"}}
    wire.returns([{"email": "ana@example.org", "role": "member"}])
    (teammate,) = Teammate(shapes.TEAMMATE, client).update_teammate_role("member")
    assert teammate.role == "member"
    assert wire.last.body == b'{"emails": ["ana@example.org"], "team_role": "member"}'
