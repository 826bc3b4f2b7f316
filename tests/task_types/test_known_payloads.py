"""Payloads that the service is known to accept are never an error, and the sandbox takes them.

The keys and forms are those of the published client's README and tests (2.18.4), and what its test
suite sends to Scale's test environment; the texts are our own.
"""

import pytest

from scaleapi import ScaleClient, TaskType
from tests.task_types.payloads import PAYLOADS
from tests.task_types.variants import COMPLETE_VARIANTS, VARIANTS

CALLBACK = "http://www.example.com/callback"
IMAGE = {"attachment_type": "image", "attachment": "http://example.org/cows.jpg"}
OLD = {"callback_url": CALLBACK, "instruction": "Draw.", **IMAGE, "with_labels": True}


def answer(value):
    """A response to the only field of an evaluation task, in the form of the input."""
    field = {"type": "category", "field_id": "is_reasonable", "response": [[value]]}
    return {"annotations": {"is_reasonable": field}}


PUBLISHED = {
    "README, image annotation": (
        "imageannotation",
        {
            "project": "p",
            "callback_url": CALLBACK,
            "instruction": "Draw a box around each cow.",
            **IMAGE,
            "unique_id": "c235d023af73",
            "geometries": {
                "box": {"objects_to_annotate": ["Calf", "Cow"], "min_height": 10, "min_width": 10}
            },
        },
    ),
    "README, attachment that was uploaded": (
        "imageannotation",
        {
            "project": "p",
            "attachment_type": "image",
            "attachment": "scaledata://606e2a30949/89a90-c143-4154-9a9b-6c36d1f",
            "geometries": {"box": {"objects_to_annotate": ["Cow"]}},
        },
    ),
    "README, evaluation task": (
        "textcollection",
        {
            "project": "p",
            "attachments": [{"type": "image", "content": "http://example.org/cow.jpeg"}],
            "initial_response": answer("yes"),
            "expected_response": answer("no"),
        },
    ),
    "tests, categorization": (
        "categorization",
        {
            "callback_url": CALLBACK,
            "instruction": "Is it public?",
            "attachment_type": "website",
            "force": True,
            "attachment": "http://www.example.com/",
            "categories": ["public", "private"],
        },
    ),
    "tests, transcription": (
        "transcription",
        {
            "callback_url": CALLBACK,
            "instruction": "Transcribe the fields.",
            "attachment_type": "website",
            "attachment": "http://www.example.com/",
            "fields": {"title": "The title", "top_result": "The first result"},
            "repeatable_fields": {"username": "Who wrote it", "comment_count": "How many wrote"},
        },
    ),
    "tests, datacollection": (
        "datacollection",
        {
            "callback_url": CALLBACK,
            "instruction": "Find the address.",
            "attachment_type": "website",
            "attachment": "http://www.example.com/",
            "fields": {"hiring_page": "The address of the page"},
        },
    ),
    "tests, imageannotation": (
        "imageannotation",
        {
            "callback_url": CALLBACK,
            "instruction": "Draw boxes.",
            **IMAGE,
            "geometries": {
                "box": {"objects_to_annotate": ["Calf", "Cow"], "min_height": 10, "min_width": 10},
                "polygon": {"min_vertices": 1, "max_vertices": 20, "objects_to_annotate": ["Cow"]},
            },
        },
    ),
    "tests, annotation with numbers as text": (
        "annotation",
        {**OLD, "objects_to_annotate": ["calf", "cow"], "min_width": "30", "min_height": "30"},
    ),
    "tests, polygonannotation": ("polygonannotation", {**OLD, "objects_to_annotate": ["cow"]}),
    "tests, lineannotation": ("lineannotation", {**OLD, "objects_to_annotate": ["cow"]}),
    "tests, documenttranscription": (
        "documenttranscription",
        {
            "instruction": "Transcribe the receipt.",
            "attachment": "http://example.org/receipt.jpg",
            "features": [{"type": "block", "label": "barcode"}],
        },
    ),
    "tests, namedentityrecognition": (
        "namedentityrecognition",
        {
            "callback_url": CALLBACK,
            "instruction": "Find all names.",
            "text": "Ana lives in Lisbon.",
            "labels": [{"name": "Person", "description": "People"}],
        },
    ),
}

DOCUMENTED = {
    f"documented, {name}": (name, {"project": "p", **payload}) for name, payload in PAYLOADS.items()
}
ACCEPTED = {**PUBLISHED, **DOCUMENTED}


@pytest.fixture(scope="module")
def client():
    return ScaleClient("test_key")


@pytest.mark.parametrize("name", ACCEPTED)
def test_check_task_known_payload_is_no_error(name, client):
    task_type, payload = ACCEPTED[name]
    errors = [
        str(finding)
        for finding in client.check_task(task_type, **payload)
        if finding.severity == "error"
    ]
    assert errors == []


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("mode", ["warn", "error"])
def test_sandbox_known_payload_is_accepted(mode, name, sandbox):
    task_type, payload = PUBLISHED[name]
    with sandbox.client(check_payloads=mode) as client:
        client.create_project("p", task_type)
        task = client.create_task(task_type, **payload)
    assert task.type == task_type
    sent = {key: value for key, value in payload.items() if key not in task.as_dict()}
    assert {key: task.params[key] for key in sent if key in task.params}.keys() == sent.keys()


@pytest.mark.parametrize("task_type, payload", COMPLETE_VARIANTS)
def test_check_task_documented_variant_finds_nothing(task_type, payload, client):
    assert [str(finding) for finding in client.check_task(task_type, **payload)] == []


def test_check_task_links_in_an_array_find_nothing(client):
    links = [{"tows": {"is_bidirectional": True}}]  # a form of the documentation's example alone
    payload = {**PAYLOADS["imageannotation"], "links": links}
    assert client.check_task("imageannotation", **payload) == []


@pytest.mark.parametrize("task_type, payload", COMPLETE_VARIANTS)
def test_sandbox_documented_variant_is_accepted(task_type, payload, sandbox):
    with sandbox.client(check_payloads="error") as client:
        client.create_project("p", task_type)
        client.create_batch("p", "b")
        assert client.create_task(task_type, **payload).type == task_type


def test_known_payloads_cover_every_type_that_has_a_documented_payload():
    covered = {task_type for task_type, _ in ACCEPTED.values()}
    assert covered == set(PAYLOADS) == set(VARIANTS) <= {kind.value for kind in TaskType}
