"""Keys of tasks that only some responses have, forms as bodies, and errors of attachments."""

import struct
import zlib

import pytest
import requests

from scaleapi import TaskType
from tests.task_types.test_sandbox_responses import decoded

IMAGE = "https://example.org/a.png"


@pytest.fixture
def client(sandbox):
    with sandbox.client() as client:
        yield client


@pytest.fixture
def live_client(live_sandbox):
    with live_sandbox.client() as client:
        yield client


def image_file(width, height):
    """A grey PNG of a size, without pixels: its head is all that is read."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", zlib.crc32(b"IHDR" + head))


def test_work_started_is_in_the_response_to_the_create_request_alone(
    sandbox, client, live_sandbox, live_client
):
    for each, started in ((client, True), (live_client, False)):
        task = each.create_task(TaskType.Annotation, attachment=IMAGE, objects_to_annotate=["car"])
        assert task.work_started is started
        assert not hasattr(each.get_task(task.id), "work_started")
        assert not hasattr(each.tasks()[0], "work_started")


@pytest.mark.parametrize(
    "attachments, urls",
    [
        ({"attachment": IMAGE, "attachment_type": "image"}, [IMAGE]),
        (
            {"attachments": [IMAGE, "s3://b/c.png"], "attachment_type": "image"},
            [IMAGE, "s3://b/c.png"],
        ),
        ({"attachment": "Hello.", "attachment_type": "text"}, []),
    ],
)
def test_stored_copies_are_shown_by_get_alone(attachments, urls, client):
    kind = {"instruction": "?", "choices": ["a"], "fields": {"a": "b"}, "categories": ["a"]}
    task_type = "comparison" if "attachments" in attachments else "categorization"
    task = client.create_task(task_type, **kind, **attachments)
    assert not hasattr(task, "attachmentS3Downloads")
    assert not hasattr(client.tasks()[0], "attachmentS3Downloads")
    copies = getattr(client.get_task(task.id), "attachmentS3Downloads", [])
    assert [copy["attachmentURL"] for copy in copies] == [url for url in urls for _ in range(2)]
    assert [copy["isConvertedImage"] for copy in copies] == [False, True] * len(urls)
    assert len({copy["s3URL"] for copy in copies}) == len(copies)


def test_stored_copies_of_text_collection_are_those_of_its_urls(client):
    attachments = [{"type": "image", "content": IMAGE}, {"type": "text", "content": "Good morning"}]
    task = client.create_task("textcollection", attachments=attachments)
    copies = client.get_task(task.id).attachmentS3Downloads
    assert {copy["attachmentURL"] for copy in copies} == {IMAGE}


def test_fail_task_names_the_attachment_that_could_not_be_loaded(live_sandbox, live_client):
    task = live_client.create_task("annotation", attachment=IMAGE, objects_to_annotate=["car"])
    live_sandbox.fail_task(task.id, "One attachment could not be loaded.")
    assert live_client.get_task(task.id).response == {
        "error": "One attachment could not be loaded.",
        "attachments": [{"statusCode": 403, "url": IMAGE}],
    }


def test_fail_task_names_the_frame_that_could_not_be_loaded(live_sandbox, live_client):
    frames = [f"https://example.org/{number}.json" for number in range(3)]
    task = live_client.create_task(
        "lidarannotation", attachments=frames, attachment_type="json", labels=["car"]
    )
    live_sandbox.fail_task(task.id, "not valid JSON")
    attachment = {"statusCode": 403, "url": frames[0]}
    assert live_client.get_task(task.id).response == {
        "error": "not valid JSON",
        "frames": [{"frame": 0, "message": "not valid JSON", "attachment": attachment}],
    }


@pytest.mark.parametrize("clears", [True, False])
def test_fail_task_frees_the_unique_id_if_the_task_says_so(clears, live_sandbox, live_client):
    task = live_client.create_task(
        "annotation",
        attachment=IMAGE,
        objects_to_annotate=["car"],
        unique_id="u",
        clear_unique_id_on_error=clears,
    )
    live_sandbox.fail_task(task.id, "no such file")
    assert hasattr(live_client.get_task(task.id), "unique_id") is not clears


def test_audits_add_to_the_prior_responses_and_are_absent_before(client):
    task = client.create_task("annotation", attachment=IMAGE, objects_to_annotate=["car"])
    keys = ("prior_responses", "audits", "customer_review_status", "customer_review_comments")
    assert not any(hasattr(task, key) for key in keys)
    task.audit(False, "two are missing")
    task.audit(True)
    task.refresh()
    assert task.prior_responses == [task.response] * 2
    assert [audit["audit_result"] for audit in task.audits] == ["rejected", "accepted"]
    assert task.customer_review_status == "accepted"
    assert task.customer_review_comments == ["two are missing"]


@pytest.mark.parametrize("size", [(640, 480), (5, 3), (1, 1), (20_000, 20_000)])
@pytest.mark.parametrize("allow_unlabeled", [True, False])
def test_masks_have_the_size_of_an_uploaded_attachment(size, allow_unlabeled, client, tmp_path):
    path = tmp_path / "street.png"
    path.write_bytes(image_file(*size))
    with path.open("rb") as file:
        uploaded = client.upload_file(file=file)
    labels = ["road", {"choice": "car", "instance_label": True}]
    task = client.create_task(
        "segmentannotation",
        attachment=uploaded.attachment_url,
        labels=labels,
        allow_unlabeled=allow_unlabeled,
    )

    def read(url):
        return decoded(client.get_task_response_file(task.id, url.rpartition("/")[2]))

    annotations = task.response["annotations"]
    shown, pixels = read(annotations["combined"]["indexedImage"])
    # One that is too narrow for the stripes, or far too large, is drawn in the usual size.
    usual = 8 * (4 if allow_unlabeled else 3), 48
    assert shown == (size if size[0] >= 4 and size[0] < 20_000 else usual)
    for entry in [task.response["labelMapping"]["road"], *task.response["labelMapping"]["car"]]:
        assert pixels.count(entry["index"]) == entry["numPixels"] > 0
    assert (0 in pixels) is allow_unlabeled
    masks = [annotations["unlabeled"], annotations["labeled"]["road"]]
    assert {read(url)[0] for url in masks} == {shown}


def post_form(sandbox, kind, body):
    return requests.post(
        f"{sandbox.url}/task/{kind}", data=body, auth=("test_key", ""), timeout=10
    )  # fmt: skip


def test_create_task_body_as_a_form_is_accepted(sandbox):
    body = [
        ("attachment", IMAGE), ("attachment_type", "image"), ("objects_to_annotate", "car"),
        ("objects_to_annotate", "bus"), ("with_labels", "true"), ("min_width", "30"),
        ("metadata[row]", "7"), ("tags", "night"), ("unique_id", "u [1]"),
    ]  # fmt: skip
    response = post_form(sandbox, "annotation", body)
    assert response.status_code == 200, response.text
    task = response.json()
    assert task["params"]["objects_to_annotate"] == ["car", "bus"]
    assert (task["params"]["with_labels"], task["params"]["min_width"]) == (True, "30")
    assert (task["metadata"], task["tags"]) == ({"row": "7"}, ["night"])
    assert task["unique_id"] == "u [1]"
    labels = {annotation["label"] for annotation in task["response"]["annotations"]}
    assert labels == {"car", "bus"}


def test_create_task_fields_as_a_form_are_an_object(sandbox):
    body = {
        "instruction": "Copy.", "attachment": IMAGE, "fields[title]": "The title",
        "fields[text]": "The text",
    }  # fmt: skip
    task = post_form(sandbox, "transcription", body).json()
    assert task["params"]["fields"] == {"title": "The title", "text": "The text"}
    assert task["response"]["fields"].keys() == {"title", "text"}


@pytest.mark.parametrize(
    "name", ["[", "[]", "fields[", "fields[a]", "fields", "metadata", "a[b][c]"]
)
def test_create_task_form_of_odd_names_is_accepted_or_rejected_with_400(name, sandbox):
    body = {"attachment": IMAGE, "objects_to_annotate": "car", "fields": "x", name: "y"}
    assert post_form(sandbox, "annotation", body).status_code in (200, 400)


def test_create_task_invalid_form_is_rejected_with_the_path(sandbox):
    response = post_form(sandbox, "annotation", {"attachment": IMAGE})
    assert response.status_code == 400 and "objects_to_annotate" in response.json()["error"]
