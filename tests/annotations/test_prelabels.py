"""from_coco: COCO files as payloads with pre-labels, which the sandbox takes."""

import json

import pytest

import scaleapi
from scaleapi.annotations import from_coco, iter_annotations, to_coco
from scaleapi.sandbox import Sandbox

from .data_sets import box, generate, polygon

CONTENT = {
    "images": [
        {"id": 7, "file_name": "a.jpg", "coco_url": "https://example.org/a.jpg"},
        {"id": 8, "file_name": "https://example.org/b.jpg"},
    ],
    "annotations": [
        {"id": 1, "image_id": 7, "category_id": 3, "bbox": [1, 2.5, 3, 4], "segmentation": []},
        {"id": 2, "image_id": 7, "category_id": 4, "bbox": [0, 0, 1, 1],
         "segmentation": [[0, 0, 1, 0, 1, 1], [5, 5, 6, 5, 6, 6, 5, 6]]},
    ],
    "categories": [{"id": 3, "name": "car"}, {"id": 4, "name": "road"}],
}  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "coco.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return write


def test_payloads_have_the_shapes_as_pre_labels(write):
    first, second = from_coco(write(CONTENT))
    assert first["attachment"] == "https://example.org/a.jpg"
    box_, *polygons = first["hypothesis"]["annotations"]
    assert box_ == {"type": "box", "label": "car", "left": 1, "top": 2.5, "width": 3, "height": 4}
    assert [len(each["vertices"]) for each in polygons] == [3, 4]
    assert polygons[0] == {
        "type": "polygon", "label": "road",
        "vertices": [{"x": 0, "y": 0}, {"x": 1, "y": 0}, {"x": 1, "y": 1}],
    }  # fmt: skip
    both = {"objects_to_annotate": ["car", "road"]}
    assert first["geometries"] == {"box": both, "polygon": both}
    assert (second["attachment"], second["hypothesis"]) == (
        "https://example.org/b.jpg", {"annotations": []},
    )  # fmt: skip
    assert [each["metadata"] for each in (first, second)] == [
        {"coco_image_id": 7}, {"coco_image_id": 8},
    ]  # fmt: skip


def test_attachments_may_be_chosen(write):
    path = write(CONTENT)
    found = from_coco(path, attachment=lambda image: f"s3://bucket/{image['file_name']}")
    assert next(found)["attachment"] == "s3://bucket/a.jpg"


def test_annotations_survive_the_way_to_tasks_and_back(tmp_path):
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    to_coco(generate(20, [box, polygon]), first)
    with Sandbox() as sandbox, sandbox.client(check_payloads="error") as client:
        client.create_project("p", "imageannotation")
        payloads = [
            {**payload, "project": "p", "unique_id": payload["attachment"]}
            for payload in from_coco(first)
        ]
        outcomes = list(client.create_tasks("imageannotation", payloads))
        assert {outcome.status for outcome in outcomes} == {"created"}
        tasks = [outcome.task.as_dict() for outcome in outcomes]
    answered = [{**task, "response": task["params"]["hypothesis"]} for task in tasks]
    assert {each.type for each in iter_annotations(answered)} == {"box", "polygon"}
    to_coco(answered, second)
    names = ("annotations", "categories")
    old, new = (json.loads(path.read_text()) for path in (first, second))
    assert [old[name] for name in names] == [new[name] for name in names]


@pytest.mark.parametrize(
    "content, message",
    [
        (b"{", "path must be a COCO file with images, annotations and categories"),
        ([], "path must be a COCO file with images"),
        ({}, "KeyError: 'categories'"),
        ({**CONTENT, "categories": []}, "path must be a COCO file"),
        ({**CONTENT, "images": [{}]}, "KeyError: 'id'"),
        (
            {**CONTENT, "annotations": [{**CONTENT["annotations"][0], "image_id": 5}]},
            "KeyError: 5",
        ),
        (
            {**CONTENT, "annotations": [{**CONTENT["annotations"][0], "segmentation": [[1, 2]]}]},
            "a polygon must have three or more pairs of numbers",
        ),
        (
            {**CONTENT, "annotations": [{**CONTENT["annotations"][0], "segmentation": {"a": 1}}]},
            "got a run-length mask in annotation 1",
        ),
    ],
)
def test_other_files_are_refused(content, message, write):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        from_coco(write(content))


@pytest.mark.parametrize(
    "change",
    [
        {"bbox": "abcd"}, {"bbox": [None, {}, "x", True]}, {"bbox": [float("nan"), 1, 1, 1]},
        {"bbox": [1, 1, -5, 0]}, {"bbox": [1, 1]}, {"segmentation": ["abcdef"]},
        {"segmentation": [[0, 0, 1, 0, 1, True]]},
    ],
    ids=str,
)  # fmt: skip
def test_coordinates_that_are_no_numbers_are_refused(change, write):
    content = {**CONTENT, "annotations": [{**CONTENT["annotations"][0], **change}]}
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="path must be a COCO file"):
        from_coco(write(content))


def test_images_of_one_id_are_refused(write):
    content = {**CONTENT, "images": [CONTENT["images"][0]] * 2}
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="two images have the same id"):
        from_coco(write(content))


def test_attachment_that_is_no_function_is_refused(write):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="attachment must be a function"):
        from_coco(write(CONTENT), attachment="https://example.org")


def test_image_without_a_url_is_refused(write):
    content = {**CONTENT, "images": [{"id": 7, "file_name": "a.jpg"}]}
    content["annotations"] = []
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="attachment must return a URL"):
        list(from_coco(write(content)))
