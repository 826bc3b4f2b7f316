"""The rules of the v2 models, one by one; test_model_payloads.py has them all at once."""

import copy
import datetime as dt
import importlib
import importlib.util
import inspect
import json
import pickle
import re
from enum import Enum
from typing import Any, Optional, Union, get_args, get_origin

import pytest

import scaleapi
from scaleapi.api_client.v2 import models
from scaleapi.api_client.v2.exceptions import ApiAttributeError, ApiTypeError, ApiValueError
from scaleapi.api_client.v2.models import (
    Annotation,
    AnnotationBoolean,
    AnnotationCategory,
    AnnotationFile,
    AnnotationFilePropertiesValue,
    AnnotationInteger,
    AnnotationText,
    AudioFile,
    BasicFile,
    Batch,
    BatchOperationRequest,
    Chunk,
    ChunkText,
    CreateBatchRequest,
    CreateBatchRequestProject,
    CreateChatTaskRequest,
    Dataset,
    DatasetDeliveryDataset,
    DetailedFile,
    ExpandableAnnotation,
    ExpandableProject,
    FinalizeBatchRequest,
    GetSchemaResponse,
    GetSchemaResponseSchema,
    GetTasksResponse,
    Id,
    Message,
    MessageContent,
    Model,
    ModelParameters,
    Project,
    RequestModel,
    RubricCriteriaValue,
    SetBatchMetadataRequest,
    SetTaskMetadataRequest,
    Task,
    TaskStatus,
    Thread,
)
from tests.data.published_v2_names import MODULES
from tests.v2.payloads import SCHEMAS, name_of

UTC = dt.timezone.utc
PROJECT = {"id": "p", "name": "Demo", "created_at": "2024-01-02T03:04:05.678Z", "types": ["SFT"]}
TASK = {
    "task_id": "t",
    "project": "p",
    "batch": {"id": "b", "name": "B", "status": "in_progress", "metadata": {"a": None}},
    "status": "completed",
    "created_at": "2024-01-02T03:04:05.678Z",
    "completed_at": None,
    "metadata": {"k": None},
    "threads": [
        {
            "id": "1",
            "turns": [],
            "annotations": [
                {"id": "a", "key": "ok", "type": "boolean", "value": True},
                {"key": "novel", "type": "hologram", "value": {"depth": 3}},
                {"key": "bare", "value": 4.0},
            ],
        }
    ],
    "novelty": {"x": None},
}


def task():
    return Task.from_dict(TASK)


# The fields are those of the document.

MODELS = [name for name, schema in SCHEMAS.items() if "properties" in schema]


def hint_of(schema, required):
    """The type with which a property of the document is to be declared."""
    if schema.get("type") == "array":
        return list[item_hint(schema["items"])]
    hint = item_hint(schema)
    return hint if required else Optional[hint]


def item_hint(schema):
    schema = schema.get("allOf", [schema])[0]
    if "$ref" in schema:
        name = name_of(schema)
        target = SCHEMAS[name]
        if name == "AnnotationFilePropertiesValue":
            return Union[DetailedFile, models.ModelList[BasicFile]]
        if any(each.get("type") == "string" for each in target.get("oneOf", ())):
            return Union[Id, getattr(models, name_of(target["oneOf"][1]))]
        return getattr(models, name)
    if schema["type"] == "array":
        return list[item_hint(schema["items"])]
    if schema.get("format") == "date-time":
        return dt.datetime
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    simple = {"string": str, "boolean": bool, "integer": int, "number": float}
    return simple.get(kinds[0], dict[str, Any])


@pytest.mark.parametrize("name", MODELS)
def test_model_fields_are_those_of_the_document(name):
    schema, kind = SCHEMAS[name], getattr(models, name)
    declared = {
        field.key: field
        for field in kind._fields.values()
        # Annotations of unknown type have these, whatever they hold; the known ones inherit them.
        if not (field.owner is Annotation and field.name == "possible_values")
    }
    assert set(declared) == set(schema["properties"])
    for key, each in schema["properties"].items():
        field = declared[key]
        assert field.hint == hint_of(each, key in schema.get("required", ())), key
        assert field.name == each.get("x-python-attribute", key)
        assert field.required == (key in schema.get("required", ()) and not field.is_list)
        assert field.default == each.get("default")


def test_file_model_has_the_fields_of_all_file_types():
    kinds = [SCHEMAS[name]["properties"] for name in ("BasicFile", "ImageFile", "AudioFile")]
    assert set(DetailedFile._fields) == {key for kind in kinds for key in kind}


@pytest.mark.parametrize("name", [name for name, each in SCHEMAS.items() if "enum" in each])
def test_enums_have_the_values_of_the_document(name):
    kind = getattr(models, name)
    assert [member.value for member in kind] == SCHEMAS[name]["enum"]
    for member in kind:
        assert isinstance(member, str) and member == member.value
        assert member.name == re.sub(r"\W", "_", member.value.replace(":", "_COLON_")).upper()
        assert kind.from_json(json.dumps(member.value)) is member
        assert pickle.loads(pickle.dumps(member)) is member


def test_annotation_and_chunk_types_are_those_of_the_document():
    for wrapper in (Annotation, Chunk):
        mapping = SCHEMAS[wrapper.__name__]["discriminator"]["mapping"]
        assert {name: kind.__name__ for name, kind in wrapper._subclasses.items()} == {
            name: reference.rpartition("/")[2] for name, reference in mapping.items()
        }


# Names and paths.


@pytest.mark.smoke
def test_published_names_and_module_paths_import():
    assert len(MODULES) == 119
    for path, name in MODULES.items():
        module = importlib.import_module(f"scaleapi.api_client.v2.models.{path}")
        assert getattr(module, name) is getattr(models, name)
        assert importlib.util.find_spec(module.__name__) is not None
        assert getattr(models, path) is module
    assert set(MODULES.values()) | {"Error"} <= set(models.__all__)
    assert len(models.__all__) == len(set(models.__all__))


def test_published_import_statements_work():
    import scaleapi.api_client.v2.models.task as old
    from scaleapi.api_client.v2.models.create_batch_request import CreateBatchRequest as Old

    assert old.Task is Task and Old is CreateBatchRequest
    assert scaleapi.api_client.v2.models.gen_ai_project_type.GenAIProjectType


def test_public_names_have_their_own_docstring():
    for name in models.__all__:
        kind = getattr(models, name)
        assert vars(kind).get("__doc__"), name


# Views.


def test_model_is_a_view_that_reading_does_not_change():
    payload = copy.deepcopy(TASK)
    view = Task.view(payload)
    for name in Task._fields:
        getattr(view, name)
    assert view.threads[0].annotations[0].labels == []
    assert view.as_dict() is payload
    assert payload == TASK


def test_nested_model_change_shows_in_the_parent():
    one = task()
    one.batch.name = "C"
    one.threads[0].annotations[1].key = "x"
    one.metadata["new"] = 1
    assert one.as_dict()["batch"]["name"] == "C"
    assert one.to_dict()["threads"][0]["annotations"][1]["key"] == "x"
    assert one.to_dict()["metadata"] == {"k": None, "new": 1}


def test_nested_models_and_lists_are_created_once():
    one = task()
    assert one.threads is one.threads
    assert one.batch is one.batch
    assert one.errors is one.errors == []
    assert one.threads[0].annotations[0] is one.threads[0].annotations[0]


@pytest.mark.parametrize("look", ["as_dict", "to_dict", "to_json", "to_str", "model_dump", "copy"])
def test_list_append_is_kept(look):
    one = task()
    thread = Thread(id="2")
    one.threads.append(thread)
    one.errors.append({"type": "INVALID_CATEGORY"})
    one.threads[0].submissions.extend([models.Submission(contributor_id="c")])
    thread.id = "3"
    seen = copy.deepcopy(one) if look == "copy" else getattr(one, look)()
    for text in ("INVALID_CATEGORY", "contributor_id", "'3'"):
        assert text in str(seen).replace('"', "'")
    assert one.threads[1] is thread
    thread.id = "4"
    assert one.as_dict()["threads"][1] == {"id": "4"}
    assert one.as_dict()["errors"] == [{"type": "INVALID_CATEGORY"}]


def test_list_append_in_a_nested_model_is_kept():
    message = Message.view({"content": {}})
    message.content.attachments.append(DetailedFile(url="u"))
    assert message.to_dict() == {"content": {"attachments": [{"url": "u"}]}}


def test_list_of_strings_is_that_of_the_json():
    payload = {"labels": ["a"]}
    assert AnnotationText.view(payload).labels is payload["labels"]


def test_list_supports_every_change():
    one = task()
    one.threads.append(Thread(id="2"))
    del one.threads[0]
    assert one.to_dict()["threads"] == [{"id": "2"}]
    one.threads[0] = Thread(id="5")
    assert one.to_dict()["threads"] == [{"id": "5"}]
    one.threads.clear()
    assert one.to_dict()["threads"] == []

    labels = AnnotationText(key="k")
    labels.labels.append("l")
    assert labels.labels == ["l"] == labels.as_dict()["labels"]


def test_list_replaced_in_the_json_is_read_again():
    one = task()
    old = one.threads
    one.as_dict()["threads"] = [{"id": "9"}]
    assert [each.id for each in one.threads] == ["9"]
    old.append(Thread(id="lost"))
    assert one.to_dict()["threads"] == [{"id": "9"}]

    old = one.threads
    one.as_dict()["threads"] = [{"id": "10"}]
    old.append(Thread(id="lost"))
    assert one.to_dict()["threads"] == [{"id": "10"}]

    old = one.threads
    one.threads = []
    old.append(Thread(id="lost"))
    assert one.to_dict()["threads"] == []

    one.errors.append(models.ErrorDetail(message="lost"))
    one.errors = None
    assert one.errors == [] and "errors" not in one.to_dict()


def test_json_changed_directly_is_not_reverted():
    one = task()
    batch = one.batch
    one.as_dict()["batch"] = "b2"
    batch.name = "lost"
    assert one.batch == "b2"
    assert one.as_dict()["batch"] == "b2"


# What a value is read as.


def test_values_are_converted_on_read():
    one = task()
    assert one.created_at == dt.datetime(2024, 1, 2, 3, 4, 5, 678000, UTC)
    assert one.status is TaskStatus.COMPLETED
    assert type(one.batch) is Batch and one.batch.status is models.BatchStatus.IN_PROGRESS
    assert type(one.threads[0]) is Thread
    assert one.completed_at is None
    assert one.metadata == {"k": None}


@pytest.mark.smoke
@pytest.mark.parametrize(
    "text, moment",
    [
        ("2024-01-02T03:04:05.678Z", dt.datetime(2024, 1, 2, 3, 4, 5, 678000, UTC)),
        ("2024-01-02T03:04:05Z", dt.datetime(2024, 1, 2, 3, 4, 5, 0, UTC)),
        ("2024-01-02T03:04:05.123456Z", dt.datetime(2024, 1, 2, 3, 4, 5, 123456, UTC)),
        ("2024-01-02T03:04:05.123456789Z", dt.datetime(2024, 1, 2, 3, 4, 5, 123456, UTC)),
        ("2024-01-02T03:04:05.1Z", dt.datetime(2024, 1, 2, 3, 4, 5, 100000, UTC)),
        ("2024-01-02T03:04:05,05Z", dt.datetime(2024, 1, 2, 3, 4, 5, 50000, UTC)),
        ("2024-01-02 03:04z", dt.datetime(2024, 1, 2, 3, 4, tzinfo=UTC)),
        ("2024-01-02T03:04:05+0000", dt.datetime(2024, 1, 2, 3, 4, 5, 0, UTC)),
        (
            "2024-01-02T03:04:05.5-07:30",
            dt.datetime(
                2024, 1, 2, 3, 4, 5, 500000, dt.timezone(-dt.timedelta(hours=7, minutes=30))
            ),
        ),
        (
            "2024-01-02T03:04:05+05",
            dt.datetime(2024, 1, 2, 3, 4, 5, 0, dt.timezone(dt.timedelta(hours=5))),
        ),
        ("2024-01-02T03:04:05", dt.datetime(2024, 1, 2, 3, 4, 5)),
        ("2024-01-02", dt.datetime(2024, 1, 2)),
    ],
)
def test_timestamps_are_parsed_alike_on_every_python(text, moment):
    read = Project.view({"created_at": text}).created_at
    assert read == moment and read.utcoffset() == moment.utcoffset()
    again = Project(created_at=read)
    assert again.created_at == moment and again.created_at.utcoffset() == moment.utcoffset()


@pytest.mark.smoke
@pytest.mark.parametrize(
    "text",
    ["soon", "", "2024-02-30T00:00:00Z", "2024-01-02T25:00:00Z", "2024-01-02T03:04:05+99:00",
     "2024-01-02T03:04:60.000Z", "20240102T030405Z", "2024-W01-1", "1700000000", "٢٠٢٤-01-02"],
)  # fmt: skip
def test_invalid_timestamp_is_returned_unchanged(text):
    assert Project.view({"created_at": text}).created_at == text


@pytest.mark.parametrize("value", [1700000000, 1.5, True, [], {}, ["2024-01-02"]])
def test_value_of_wrong_type_is_returned_unchanged(value):
    # Twice: what is kept from the first time must not get in the way.
    for _ in range(2):
        view = Task.view(dict.fromkeys(TASK, value))
        assert view.created_at == value and view.status == value
        assert view.task_id is value
        assert not isinstance(view.threads, list) or isinstance(value, list)


def test_unknown_enum_value_is_returned_as_a_string():
    assert Task.view({"status": "vanished"}).status == "vanished"
    assert Message.view({"role": "narrator"}).role == "narrator"


def test_integer_may_be_a_float():
    value = AnnotationInteger.view({"value": 3.0, "possible_values": [1.0, 2, 2.5, "x"]})
    assert value.value == 3 and type(value.value) is int
    assert value.possible_values == [1, 2, 2.5, "x"]
    assert [type(each) for each in value.possible_values] == [int, int, float, str]
    assert ModelParameters.view({"temperature": 1.0, "top_k": 5.5}).top_k == 5.5


def test_null_and_missing_values_read_as_none():
    nothing = Task.view({})
    assert nothing.threads == [] and nothing.errors == []
    assert nothing.task_id is nothing.project is nothing.created_at is nothing.metadata is None
    null = Task.view(dict.fromkeys(Task._fields))
    assert null.threads == [] and null.batch is None and null.status is None
    assert null.as_dict() == dict.fromkeys(Task._fields)
    assert Thread.view({"turns": [None]}).turns == [None]
    assert nothing == null


# Ids or objects.


def test_expandable_field_is_a_string_id_or_a_model():
    one = task()
    assert one.project == "p" and isinstance(one.project, str) and type(one.project) is Id
    assert type(one.project.actual_instance) is str
    assert type(one.to_dict()["project"]) is str and type(one.as_dict()["project"]) is str
    assert type(one.model_dump()["project"]) is str
    assert isinstance(one.project, ExpandableProject)
    assert one.batch.actual_instance is one.batch
    expanded = Task.view({"project": PROJECT}).project
    assert type(expanded) is Project and isinstance(expanded, ExpandableProject)
    assert not isinstance(expanded, models.ExpandableBatch)


@pytest.mark.parametrize(
    "twin", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))]
)
def test_expandable_fields_can_be_copied_and_pickled(twin):
    for each in (Id("p"), task(), Annotation.view({"key": "k"}), CreateBatchRequest(name="x")):
        assert twin(each) == each and type(twin(each)) is type(each)
        assert twin(each) is not each
    files = AnnotationFile.view({"value": [{"url": "u"}]}).value
    assert twin(files) == files and type(twin(files)) is type(files)


def test_wrapper_constructors_return_their_argument():
    project = Project.from_dict(PROJECT)
    assert ExpandableProject(project) is project
    assert ExpandableProject(actual_instance=project) is project
    assert ExpandableProject.from_dict(PROJECT) == project
    assert ExpandableProject.from_json(json.dumps(PROJECT)) == project
    for each in (
        ExpandableProject("p"),
        ExpandableProject.from_dict("p"),
        ExpandableProject.from_json('"p"'),
        DatasetDeliveryDataset("p"),
        ExpandableAnnotation("p"),
        CreateBatchRequestProject("p"),
    ):
        assert type(each) is Id and each == "p"
        assert each.to_dict() == "p" and type(each.to_dict()) is str
        assert each.to_json() == '"p"' and each.to_str() == "'p'"
    assert ExpandableProject() is None and ExpandableProject.from_dict(None) is None
    assert Task(project=ExpandableProject(project)).project == project
    assert Task(project=ExpandableProject("p")).as_dict() == {"project": "p"}

    yes = AnnotationBoolean(key="k", value=True)
    for wrapper in (Annotation, ExpandableAnnotation):
        assert wrapper(yes) is wrapper(actual_instance=yes) is yes
        assert wrapper(yes.to_dict()) == wrapper.from_dict(yes.to_dict()) == yes
        assert wrapper.from_json(yes.to_json()) == yes
    assert Chunk(ChunkText(text="x")) == Chunk(type="text", text="x") == ChunkText(text="x")
    for each in (BasicFile(url="u"), AudioFile(duration=2.5), DetailedFile(url="u")):
        assert DetailedFile(each) is each and AnnotationFilePropertiesValue(each) is each
    files = AnnotationFilePropertiesValue([BasicFile(url="u"), {"url": "v"}])
    assert files == [BasicFile(url="u"), BasicFile(url="v")] == files.actual_instance
    assert files.to_dict() == [{"url": "u"}, {"url": "v"}] == files.as_dict()
    assert files.to_json() == '[{"url":"u"},{"url":"v"}]'


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: ExpandableProject(5),
        lambda: ExpandableProject(Batch(id="b")),
        lambda: ExpandableProject(["p"]),
        lambda: CreateBatchRequestProject({"id": "p"}),
        lambda: Annotation(5),
        lambda: Annotation(Project(id="p")),
        lambda: AnnotationBoolean(AnnotationText(value="x")),
        lambda: Task.from_dict("t"),
        lambda: Task.from_dict(Project(id="p")),
        lambda: Task.from_json("[]"),
        lambda: Task.model_validate(None),
    ],
)
def test_model_of_an_invalid_argument_raises(wrong):
    with pytest.raises(ApiTypeError) as caught:
        wrong()
    assert isinstance(caught.value, ValueError)


# Annotations, chunks and files.


def test_annotation_has_the_class_of_its_type():
    yes, novel, bare = task().threads[0].annotations
    assert type(yes) is AnnotationBoolean and yes.value is True
    assert type(novel) is type(bare) is Annotation
    assert novel.value == {"depth": 3} and novel.type == "hologram"
    assert (bare.key, bare.value, bare.id, bare.type, bare.labels) == ("bare", 4.0, None, None, [])
    assert all(isinstance(each, Annotation) for each in (yes, novel, bare))
    for odd in ([], {}, 5, None, True):
        assert type(Annotation.view({"type": odd})) is Annotation
    assert type(AnnotationText.view({"type": "boolean"})) is AnnotationText
    assert AnnotationBoolean.view({"type": "boolean", "value": "maybe"}).value == "maybe"


def test_annotation_of_keywords_sets_its_type():
    assert AnnotationBoolean(key="k", value=True).type == "boolean"
    assert type(Annotation(type="category", value="a")) is AnnotationCategory
    assert AnnotationBoolean(type="other").type == "other"
    assert AnnotationBoolean.from_dict({"key": "k"}).as_dict() == {"key": "k"}
    message = Message(annotations=[AnnotationCategory(key="k", value="a")])
    assert type(message.annotations[0]) is AnnotationCategory


def test_annotation_criteria_are_an_id_or_an_annotation():
    known = AnnotationText.view({"metadata": {"criteria": {"type": "text", "value": "v"}}})
    assert type(known.metadata.criteria) is AnnotationText
    assert AnnotationText.view({"metadata": {"criteria": "id"}}).metadata.criteria == "id"


def test_unknown_chunks_are_kept():
    known, novel = MessageContent.view(
        {"chunks": [{"type": "text", "text": "x"}, {"type": "tune", "notes": "cde"}]}
    ).chunks
    assert type(known) is ChunkText and known.text == "x" == known.actual_instance.text
    assert type(novel) is Chunk and novel.text is None
    assert novel.additional_properties == {"notes": "cde"}


def test_files_of_any_type_and_lists_of_them():
    one = AnnotationFile.view({"value": {"url": "u", "duration": 2, "colour": "red"}})
    assert one.value.duration == 2 and one.value.actual_instance is one.value
    assert one.value.additional_properties == {"colour": "red"}
    many = AnnotationFile.from_dict({"value": [{"url": "u"}]})
    assert [each.url for each in many.value] == ["u"]
    assert many.value is many.value.actual_instance
    many.value.append(BasicFile(url="v"))
    assert many.to_dict() == {"value": [{"url": "u"}, {"url": "v"}]}
    assert AnnotationFile.view({"value": "u"}).value == "u"
    assert AnnotationFile.view({}).value is None


# What the caller gives.


def test_keywords_are_converted_to_json():
    when = dt.datetime(2024, 1, 2, 3, 4, 5, 678000, dt.timezone(dt.timedelta(hours=-7)))
    made = Task(
        task_id=Id("t"),
        project=Project(id="p"),
        status=TaskStatus.COMPLETED,
        created_at=when,
        completed_at=when.replace(tzinfo=None),
        threads=(Thread(id="1", annotations=[AnnotationText(value="v")]),),
        metadata={"when": when.astimezone(UTC), "day": when.date()},
        novelty=TaskStatus.ERROR,
    )
    assert made.as_dict() == {
        "task_id": "t",
        "project": {"id": "p"},
        "status": "completed",
        "created_at": "2024-01-02T03:04:05.678000-07:00",
        "completed_at": "2024-01-02T03:04:05.678000",
        "threads": [{"id": "1", "annotations": [{"type": "text", "value": "v"}]}],
        "metadata": {"when": "2024-01-02T10:04:05.678000Z", "day": "2024-01-02"},
        "novelty": "error",
    }
    for each in (made.as_dict()["task_id"], made.as_dict()["status"], made.as_dict()["novelty"]):
        assert type(each) is str


def test_arguments_are_copied():
    thread, metadata, payload = Thread(id="1"), {"a": [1]}, copy.deepcopy(TASK)
    made = Task(threads=[thread], metadata=metadata)
    read = Task.from_dict(payload)
    made.threads[0].id = read.threads[0].id = "changed"
    made.metadata["a"].append(2)
    read.metadata["b"] = 1
    read.threads.append(thread)
    read.as_dict()
    assert thread.id == "1" and metadata == {"a": [1]} and payload == TASK
    made.metadata = metadata
    made.metadata["a"].append(3)
    assert metadata == {"a": [1]}
    Task(**payload).threads[0].id = "changed"
    assert payload == TASK


def test_assignment_writes_json_of_the_wire():
    one = task()
    one.status = TaskStatus.ERROR
    one.created_at = dt.datetime(2024, 1, 1, tzinfo=UTC)
    one.project = Project.from_dict(PROJECT)
    one.threads = [Thread(id="7")]
    one.batch = None
    assert one.as_dict()["status"] == "error" and type(one.as_dict()["status"]) is str
    assert one.as_dict()["created_at"] == "2024-01-01T00:00:00Z"
    assert one.as_dict()["project"] == PROJECT
    assert one.threads[0].id == "7" and one.as_dict()["threads"] == [{"id": "7"}]
    assert one.batch is None and "batch" not in one.to_dict()


@pytest.mark.parametrize(
    "name, near", [("statuss", "status"), ("Threads", "threads"), ("q", "task_id")]
)
def test_assignment_to_a_misspelled_attribute_names_the_nearest(name, near):
    one = task()
    with pytest.raises(ApiAttributeError, match=rf"Task has no field {name}; .*{near}"):
        setattr(one, name, 1)
    with pytest.raises(AttributeError):
        getattr(one, name)
    assert one == task()


def test_assignment_to_a_method_raises():
    with pytest.raises(AttributeError):
        task().to_dict = None


def test_model_fields_are_listed():
    assert set(Task._fields) <= set(dir(task()))
    signature = inspect.signature(CreateBatchRequest)
    assert list(signature.parameters) == list(CreateBatchRequest._fields)
    assert signature.parameters["staging_batch"].default is False
    assert signature.parameters["name"].default is inspect.Parameter.empty
    assert signature.parameters["project_id"].default is None


def test_attributes_with_another_json_key():
    payload = {"schema": {"id": "s", "json": "{}", "createdBy": "me"}}
    read = GetSchemaResponse.from_dict(payload)
    assert read.var_schema.id == "s" and read.var_schema.var_json == "{}"
    assert read.var_schema.additional_properties == {"createdBy": "me"}
    schema = GetSchemaResponseSchema(id="s", var_json="{}", createdBy="me")
    assert GetSchemaResponse(var_schema=schema) == GetSchemaResponse(schema=schema) == read
    assert read.to_dict() == payload == read.model_dump(by_alias=True)
    assert read.model_dump() == {"var_schema": {"id": "s", "var_json": "{}", "createdBy": "me"}}
    assert GetSchemaResponse.model_validate(read.model_dump()) == read
    read.var_schema.var_json = "[]"
    assert read.as_dict()["schema"]["json"] == "[]"
    assert repr(schema) == "GetSchemaResponseSchema(id='s', var_json='{}', createdBy='me')"


def test_open_models_keep_additional_properties():
    read = RubricCriteriaValue.from_dict({"weight": 1.5, "foo": None})
    assert read.additional_properties == {"foo": None}
    assert read.to_dict() == {"weight": 1.5, "foo": None}
    assert RubricCriteriaValue.from_json(read.to_json()) == read
    assert RubricCriteriaValue(weight=1.5, additional_properties={"foo": None}) == read
    read.additional_properties = {"bar": TaskStatus.ERROR}
    assert read.as_dict() == {"weight": 1.5, "bar": "error"}


# What comes out.


def test_to_dict_has_objects_and_omits_none():
    assert task().to_dict() == {
        "task_id": "t",
        "project": "p",
        "batch": {"id": "b", "name": "B", "status": models.BatchStatus.IN_PROGRESS,
                  "metadata": {"a": None}},
        "status": TaskStatus.COMPLETED,
        "created_at": dt.datetime(2024, 1, 2, 3, 4, 5, 678000, UTC),
        "metadata": {"k": None},
        "threads": TASK["threads"],
        "novelty": {"x": None},
    }  # fmt: skip
    assert type(task().to_dict()["status"]) is TaskStatus
    assert Task.from_dict(task().to_dict()) == task()


def test_to_dict_returns_a_copy():
    one = task()
    data = one.to_dict()
    data["metadata"]["new"] = data["novelty"]["new"] = 1
    data["threads"][0]["annotations"][1]["value"]["new"] = 1
    one.model_dump(mode="json")["metadata"]["new"] = 1
    assert one.as_dict() == TASK


def test_to_json_is_the_same_data_as_a_string():
    one = task()
    expected = {key: value for key, value in TASK.items() if value is not None}
    expected["created_at"] = "2024-01-02T03:04:05.678000Z"
    assert json.loads(one.to_json()) == expected
    assert Task.from_json(one.to_json()) == one
    assert Task.from_json(one.to_json().encode()) == one
    assert Project(name="é").to_json() == '{"name":"é"}'


def test_to_str_shows_everything():
    text = task().to_str()
    assert "'completed_at': None" in text and "'errors': None" in text and "novelty" in text


def test_repr_is_readable():
    one = Task(task_id="t", project="p", status="completed", batch=None, threads=[{"id": "1"}], x=1)
    assert repr(one) == (
        "Task(task_id='t', project='p', status=<TaskStatus.COMPLETED: 'completed'>, "
        "threads=[Thread(id='1')], x=1)"
    )
    assert str(one).startswith("task_id='t' project='p' batch=None status=<TaskStatus.COMPLETED")
    assert str(one).endswith(
        "threads=[Thread(id='1')] errors=None sensitive_content_reports=None x=1"
    )


def test_model_dump_accepts_the_arguments_of_pydantic():
    one = Project.from_dict(PROJECT)
    when = one.created_at
    assert one.model_dump() == {
        "id": "p", "name": "Demo", "created_at": when, "types": ["SFT"], "models": None,
    }  # fmt: skip
    unset = one.model_dump(exclude_unset=True)
    assert unset == one.model_dump(exclude_none=True) == one.model_dump(exclude_defaults=True)
    assert "models" not in unset
    assert one.model_dump(mode="json")["created_at"] == "2024-01-02T03:04:05.678000Z"
    assert one.model_dump(include={"id", "name"}, exclude={"id"}) == {"name": "Demo"}
    assert task().model_dump(include={"task_id"}) == {"task_id": "t"}
    assert "novelty" in task().model_dump() and "novelty" not in task().model_dump(
        exclude={"novelty"}
    )
    assert json.loads(one.model_dump_json()) == one.model_dump(mode="json")
    assert one.model_dump_json(include={"id"}) == '{"id":"p"}'
    assert one.model_dump_json(include={"id"}, indent=1) == '{\n "id": "p"\n}'
    nested = Task(project=one, threads=[Thread(id="1", turns=None)])
    assert nested.model_dump(exclude_none=True, mode="json")["threads"] == [{"id": "1"}]
    assert nested.model_dump(mode="json")["project"]["models"] is None
    assert Project.model_validate(one) is one
    assert Project.model_validate(one.model_dump()) == one
    assert Project.model_validate_json(one.model_dump_json()) == one


def test_model_copy_is_independent():
    one = task()
    two = one.model_copy(update={"status": TaskStatus.ERROR})
    assert two.status is TaskStatus.ERROR and one.status is TaskStatus.COMPLETED
    two.threads.append(Thread(id="2"))
    assert len(two.to_dict()["threads"]) == 2
    assert one == task()
    deep = one.model_copy(deep=True)
    deep.threads[0].id = "changed"
    assert one == task() != deep


def test_equality_is_by_value_within_a_class():
    assert task() == task() and task() is not task()
    other = task()
    other.threads[0].annotations[0].value = False
    assert other != task()
    assert Dataset(id="x", name="y") != Project(id="x", name="y")
    assert Project(id="x") != {"id": "x"}
    assert Project(created_at="2024-01-01T00:00:00Z") == Project(
        created_at="2024-01-01T00:00:00+00:00"
    )
    assert Project(id="x", types=None) == Project(id="x")
    with pytest.raises(TypeError, match="unhashable"):
        hash(task())


def test_from_dict_accepts_none_and_models():
    one = task()
    assert Task.from_dict(None) is None
    assert Task.from_dict(one) is one
    assert type(Annotation.from_dict({"type": "text"})) is AnnotationText


def test_positional_arguments_raise():
    with pytest.raises(TypeError, match="positional"):
        Task("t")


def test_keywords_may_have_any_name():
    assert Task(**{"self": 1, "cls": 2}).as_dict() == {"self": 1, "cls": 2}
    assert Annotation(**{"self": 1, "cls": 2}).as_dict() == {"self": 1, "cls": 2}


# Requests.

REQUESTS = [
    each for each in vars(models).values()
    if isinstance(each, type) and issubclass(each, RequestModel) and each is not RequestModel
]  # fmt: skip


def test_request_models_serialize_as_published():
    batch = CreateBatchRequest(name="x", project_id="p")
    assert batch.to_dict() == {"name": "x", "project_id": "p", "staging_batch": False}
    assert batch.staging_batch is False
    assert json.loads(batch.to_json()) == batch.to_dict()
    assert SetTaskMetadataRequest(task_id="t", metadata={"a": None}).to_dict() == {
        "task_id": "t", "metadata": {"a": None}, "merge": False,
    }  # fmt: skip
    merge = SetBatchMetadataRequest(batch_id="b", metadata={}, merge=True)
    assert merge.to_dict() == {"batch_id": "b", "metadata": {}, "merge": True}
    assert BatchOperationRequest().to_dict() == {}
    assert FinalizeBatchRequest(batch_id="b", batch_name=None).to_dict() == {"batch_id": "b"}
    chat = CreateChatTaskRequest(project_id=Id("p"), template_variables={})
    assert chat.to_dict() == {"project_id": "p", "template_variables": {}}
    assert type(chat.to_dict()["project_id"]) is str


def test_project_argument_is_an_alias_of_its_id():
    expected = CreateBatchRequest(name="x", project_id="p")
    assert CreateBatchRequest(name="x", project="p") == expected
    assert CreateBatchRequest(name="x", project=ExpandableProject("p")) == expected
    assert CreateBatchRequest.from_dict({"name": "x", "project": "p"}) == expected
    assert CreateBatchRequest.from_json('{"name": "x", "project": "p"}') == expected
    with pytest.raises(ApiValueError, match="project and project_id can.t be given together"):
        CreateBatchRequest(name="x", project="p", project_id="p")


@pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    "make", [lambda kind, data: kind(**data), lambda kind, data: kind.from_dict(data)]
)
def test_request_models_reject_invalid_values(kind, make):
    samples = {str: "x", bool: True, dict: {"a": 1}}
    good = {name: samples[field.types[0]] for name, field in kind._fields.items()}
    assert make(kind, good).as_dict() == good
    with pytest.raises(
        ApiValueError, match="unknown argument .novelty. for .*; valid names: .*_id"
    ):
        make(kind, {**good, "novelty": 1})
    for name, field in kind._fields.items():
        with pytest.raises(
            ApiValueError, match=f"unknown argument .{name}s. .* did you mean {name}"
        ):
            make(kind, {**good, f"{name}s": 1})
        for wrong in (5, b"x", [], *(value for value in samples.values() if value != good[name])):
            with pytest.raises(ApiTypeError, match=f"^{name} must be "):
                make(kind, {**good, name: wrong})
            request = make(kind, good)
            with pytest.raises(ApiTypeError, match=f"{name} must be "):
                setattr(request, name, wrong)
            assert request.as_dict() == good
        lacking = {key: value for key, value in good.items() if key != name}
        if field.required:
            for missing in (lacking, {**good, name: None}):
                with pytest.raises(ApiValueError, match=f"{kind.__name__} needs {name}"):
                    make(kind, missing)
            with pytest.raises(ApiValueError, match=f"needs {name}"):
                setattr(request, name, None)
        else:
            assert getattr(make(kind, lacking), name) == field.default
            assert getattr(make(kind, {**good, name: None}), name) is None
            setattr(request, name, None)
            assert name not in request.to_dict()


def test_request_model_error_names_type_and_value():
    with pytest.raises(ApiTypeError, match="name must be a string, got 5"):
        CreateBatchRequest(name=5)
    with pytest.raises(ApiTypeError, match="staging_batch must be True or False or None, got 1"):
        CreateBatchRequest(name="x", staging_batch=1)
    with pytest.raises(ApiTypeError, match="metadata must be a dictionary whose keys are strings"):
        CreateBatchRequest(name="x", metadata={1: 2})
    with pytest.raises(ApiTypeError, match="metadata must be a dictionary or None, got 'x'"):
        CreateBatchRequest(name="x", metadata="x")
    for error in (ApiTypeError, ApiValueError):
        assert issubclass(error, (ValueError, scaleapi.ScaleInvalidRequest))


def test_request_models_can_be_filled_step_by_step():
    request = CreateBatchRequest(name="x")
    request.project_name = "Demo"
    request.staging_batch = True
    request.metadata = {"a": TaskStatus.ERROR}
    assert request.to_dict() == {
        "name": "x", "project_name": "Demo", "staging_batch": True, "metadata": {"a": "error"},
    }  # fmt: skip
    with pytest.raises(ApiAttributeError, match="did you mean project_name"):
        request.project_nam = "Demo"


def test_page_of_tasks_is_read_lazily():
    page = GetTasksResponse.view({"tasks": [TASK, None, "odd", {}], "next_token": "n"})
    first, null, odd, empty = page.tasks
    assert first.task_id == "t" and null is None and odd == "odd" and empty == Task()
    assert isinstance(first, Model) and page.next_token == "n"
    assert not isinstance(first.status, Enum) or first.status is TaskStatus.COMPLETED


def test_model_subclass_may_declare_fields():
    class MyTask(Task):
        novelty: Optional[str]

    mine = MyTask.view({"task_id": "t", "novelty": "n", "other": 1})
    assert mine.novelty == "n" and mine.additional_properties == {"other": 1}
    assert get_origin(MyTask._fields["threads"].hint) is list
    assert get_args(MyTask._fields["threads"].hint) == (Thread,)
