"""What is known to be rejected, in the client and in the sandbox alike."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaleapi import ScaleInvalidArgument, ScaleInvalidRequest
from scaleapi.sandbox import Sandbox
from scaleapi.task_types import DECLARATIONS
from scaleapi.task_types.checks import find_problems

from .payloads import GEOMETRIES, IMAGE, PAYLOADS
from .strategies import values

GONE = object()
TEXT_FIELD = {"type": "text", "field_id": "why", "title": "Why?"}

# Type, key to change, what it becomes, and the path that the finding names; each is rejected.
REJECTED = [
    ("imageannotation", "attachment", GONE, "attachment"),
    ("imageannotation", "attachment", "", "attachment"),
    ("imageannotation", "geometries", GONE, "geometries"),
    ("segmentannotation", "attachment", GONE, "attachment"),
    ("segmentannotation", "labels", GONE, "labels"),
    ("segmentannotation", "labels", [], "labels"),
    ("segmentannotation", "labels", [f"label {n}" for n in range(51)], "labels"),
    ("segmentannotation", "labels", ["road", 3], "labels[1]"),
    ("segmentannotation", "labels", "road", "labels"),
    ("videoannotation", "attachments", GONE, "attachment"),
    ("videoannotation", "geometries", GONE, "geometries"),
    ("videoplaybackannotation", "attachment", GONE, "attachment"),
    ("videoplaybackannotation", "geometries", GONE, "geometries"),
    ("lidarannotation", "attachments", GONE, "attachments"),
    ("lidarannotation", "labels", GONE, "labels"),
    ("lidartopdown", "attachments", GONE, "attachments"),
    ("lidartopdown", "attachment", IMAGE, "attachment"),
    ("sensorfusion", "attachments", GONE, "attachments"),
    ("sensorfusion", "attachments", ["a", "b"], "attachments"),
    ("sensorfusion", "scene_format", GONE, "scene_format"),
    ("sensorfusion", "scene_format", "lidar", "scene_format"),
    ("multistage", "attachments", GONE, "attachments"),
    ("multistage", "scene_format", GONE, "scene_format"),
    ("textcollection", "attachments", GONE, "attachments"),
    ("textcollection", "attachments", [{"type": "tape", "content": "x"}], "attachments[0].type"),
    ("textcollection", "attachments", [{"type": "text"}], "attachments[0].content"),
    ("textcollection", "attachments", [{"type": "text", "content": 3}], "attachments[0].content"),
    ("textcollection", "fields", {"mood": "Mood"}, "fields"),
    ("textcollection", "fields", [{"type": "text", "field_id": "a"}], "fields[0].title"),
    ("textcollection", "fields", [{"type": "text", "title": "A"}], "fields[0].field_id"),
    ("textcollection", "fields", [TEXT_FIELD, TEXT_FIELD], "fields[1].field_id"),
    (
        "textcollection",
        "fields",
        [{"type": "category", "field_id": "a", "title": "A"}],
        "fields[0].choices",
    ),
    (
        "textcollection",
        "fields",
        [{"type": "category", "field_id": "a", "title": "A", "choices": [{"label": "x"}]}],
        "fields[0].choices[0].value",
    ),
    (
        "textcollection",
        "fields",
        [{"type": "field_set", "field_id": "a", "title": "A", "fields": [TEXT_FIELD]}],
        "fields[0].fields",
    ),
    ("namedentityrecognition", "text", GONE, "text"),
    ("namedentityrecognition", "labels", GONE, "labels"),
    ("namedentityrecognition", "labels", [{"description": "A city"}], "labels[0].name"),
    ("documenttranscription", "attachment", GONE, "attachment"),
    ("documenttranscription", "features", GONE, "features"),
    ("categorization", "attachment", GONE, "attachment"),
    ("categorization", "attachment_type", GONE, "attachment_type"),
    ("categorization", "instruction", GONE, "instruction"),
    ("comparison", "attachments", GONE, "attachments"),
    ("comparison", "fields", ["why"], "fields"),
    ("transcription", "attachment", GONE, "attachment"),
    ("transcription", "fields", GONE, "fields"),
    ("transcription", "fields", ["title"], "fields"),
    ("datacollection", "instruction", GONE, "instruction"),
    ("datacollection", "fields", ["title"], "fields"),
    *(
        (name, key, GONE, key)
        for name in (
            "annotation", "polygonannotation", "lineannotation", "pointannotation",
            "cuboidannotation",
        )
        for key in ("attachment", "objects_to_annotate")
    ),
]  # fmt: skip

# What is documented, but nobody has seen rejected: the sandbox rejects it, the client warns.
BOX = {"objects_to_annotate": ["car"]}
DOCUMENTED = [
    ("imageannotation", "geometries", {"box": {"objects_to_annotate": "car"}},
     "geometries.box.objects_to_annotate"),
    ("imageannotation", "geometries", {"box": []}, "geometries.box"),
    ("imageannotation", "geometries", {"circle": BOX}, "geometries.circle"),
    ("imageannotation", "geometries", {"box": {**BOX, "min_width": -1}},
     "geometries.box.min_width"),
    ("imageannotation", "geometries", {"polygon": {"min_vertices": 4, "max_vertices": 3}},
     "geometries.polygon.max_vertices"),
    ("imageannotation", "attachment_type", "video", "attachment_type"),
    ("imageannotation", "metadata", {"text": "x" * 10_300}, "metadata"),
    ("imageannotation", "tags", list("abcdef"), "tags"),
    ("imageannotation", "priority", 15, "priority"),
    ("imageannotation", "annotation_attributes", {"a": {"type": "color", "description": "?"}},
     "annotation_attributes.a.type"),
    ("imageannotation", "annotation_attributes", {"a": {"description": "?"}},
     "annotation_attributes.a.choices"),
    ("imageannotation", "annotation_attributes", {"a": {"type": "linked", "description": "?"}},
     "annotation_attributes.a.allowed_labels"),
    ("segmentannotation", "attachment_type", "video", "attachment_type"),
    ("videoannotation", "attachment_type", "audio", "attachment_type"),
    ("namedentityrecognition", "labels", [{"name": "city", "color": "red"}], "labels[0].color"),
    ("categorization", "categories", GONE, "categories"),
]  # fmt: skip


def changed(task_type, key, value):
    payload = copy.deepcopy(PAYLOADS[task_type])
    if value is GONE:
        del payload[key]
    else:
        payload[key] = value
    return payload


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client(sandbox):
    with sandbox.client() as client:
        yield client


@pytest.fixture(scope="module")
def projects(client):
    """Return the name of a project of each task type."""
    return {name: client.create_project(f"p-{name}", name).name for name in PAYLOADS}


@pytest.mark.parametrize("task_type, key, value, path", REJECTED)
def test_create_task_rejected_payload_raises_before_sending_in_error_mode(
    task_type, key, value, path, client, sandbox
):
    payload = changed(task_type, key, value)
    before = len(sandbox.requests)
    with pytest.raises(ScaleInvalidArgument) as caught:
        client.with_options(check_payloads="error").create_task(task_type, **payload)
    assert path in str(caught.value) and len(sandbox.requests) == before


@pytest.mark.parametrize("task_type, key, value, path", [*REJECTED, *DOCUMENTED])
def test_sandbox_rejected_payload_gets_400_naming_the_path(
    task_type, key, value, path, client, projects
):
    payload = {**changed(task_type, key, value), "project": projects[task_type]}
    with pytest.raises(ScaleInvalidRequest) as caught:
        client.with_options(check_payloads="off").create_task(task_type, **payload)
    message = caught.value.message
    assert path in message or ("include an attachment" in message and path.startswith("attachment"))


@pytest.mark.parametrize("task_type, key, value, path", DOCUMENTED)
def test_check_documented_rule_is_a_warning_only(task_type, key, value, path):
    (finding,) = find_problems(task_type, changed(task_type, key, value))
    assert (finding.path, finding.severity) == (path, "warning")


@pytest.mark.parametrize("key", ["geometries"])
def test_check_key_that_a_project_may_give_is_a_warning_only(key):
    payload = {**changed("imageannotation", key, GONE), "project": "street"}
    (finding,) = find_problems("imageannotation", payload)
    assert (finding.path, finding.severity) == (key, "warning")


def test_check_unknown_key_names_the_nearest_known_one():
    (finding,) = find_problems("imageannotation", {"attachment": IMAGE, "geometries": GEOMETRIES,
                                                   "geometrees": {}})  # fmt: skip
    assert str(finding) == "geometrees is unknown; did you mean 'geometries'?"
    assert (finding.expected, finding.severity) == ("geometries", "warning")


@pytest.mark.parametrize("task_type", PAYLOADS)
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_sandbox_drawn_payload_is_accepted(task_type, data, client, projects):
    payload = data.draw(values(DECLARATIONS[task_type].payload))
    task = client.create_task(task_type, **payload, project=projects[task_type])
    assert task.type == task_type and task.status == "completed"


def test_comparison_without_choices_and_fields_is_rejected_by_both(client, projects):
    payload = {
        name: value
        for name, value in PAYLOADS["comparison"].items()
        if name not in ("choices", "fields")
    }
    payload["project"] = projects["comparison"]
    findings = find_problems("comparison", {**payload, "project": None})
    assert [(finding.path, finding.severity) for finding in findings] == [("choices", "error")]
    with pytest.raises(ScaleInvalidRequest, match='"choices" is required'):
        client.with_options(check_payloads="off").create_task("comparison", **payload)
