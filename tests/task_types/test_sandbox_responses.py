"""The sandbox's responses have the documented form, and are read as public programs read them."""

import json
import struct
import zlib

import pytest

from scaleapi.sandbox import Sandbox
from scaleapi.task_types import DECLARATIONS
from scaleapi.task_types._findings import Findings

from .payloads import PAYLOADS

pytestmark = pytest.mark.smoke


@pytest.fixture(scope="module", params=["test", "live"])
def completed(request):
    """Return what creates a task and has it completed, and reads a file of its response."""
    is_live = request.param == "live"
    after = 0.01 if is_live else None
    with Sandbox(live=is_live, complete_after=after) as sandbox, sandbox.client() as client:
        names = {name: client.create_project(f"p-{name}", name).name for name in PAYLOADS}

        def complete(task_type):
            task = client.create_task(task_type, **PAYLOADS[task_type], project=names[task_type])
            assert task.status == ("pending" if is_live else "completed")
            while task.status == "pending":
                task = client.get_task(task.id)
            return task, lambda url: client.get_task_response_file(task.id, url.rpartition("/")[2])

        yield complete


def problems(form, value):
    findings = Findings()
    form.check(value, (), findings)
    return [str(finding) for finding in findings.items]


@pytest.mark.parametrize("task_type", PAYLOADS)
def test_sandbox_response_and_its_files_have_the_declared_form(task_type, completed):
    declaration = DECLARATIONS[task_type]
    task, read = completed(task_type)
    assert task.status == "completed"
    assert problems(declaration.response, task.response) == []
    for name, form in declaration.files.items():
        if name in task.response:
            assert problems(form, json.loads(read(task.response[name]["url"]))) == []


def test_image_annotations_have_uuid_type_leaf_labels_and_attributes(completed):
    task, _ = completed("imageannotation")
    annotations = task.response["annotations"]
    assert len({each["uuid"] for each in annotations}) == len(annotations)
    labels = [each["label"] for each in annotations if each["type"] == "box"]
    assert labels == ["pedestrian", "car", "truck_suv"]  # and no heading
    by_label = {each["label"]: each for each in annotations}
    assert by_label["car"]["attributes"]["colors"] == ["red"]
    assert "colors" not in by_label["pedestrian"]["attributes"]
    assert by_label["car"]["attributes"]["tows"] == by_label["truck_suv"]["uuid"]
    assert task.response["global_attributes"] == {"night": "Yes"}


def test_segmentation_pixels_are_the_indexes_of_the_label_mapping(completed):
    task, read = completed("segmentannotation")
    combined = task.response["annotations"]["combined"]
    (width, height), pixels = decoded(read(combined["indexedImage"]))
    mapping = task.response["labelMapping"]
    entries = {
        entry["index"]: entry
        for value in mapping.values()
        for entry in (value if isinstance(value, list) else [value])
    }
    assert len(mapping["car"]) == 2  # instances
    assert {*pixels} == {0, *entries}
    for index, entry in entries.items():
        assert pixels.count(index) == entry["numPixels"]
    size, colors = decoded(read(combined["image"]))
    assert size == (width, height)
    for index, color in zip(pixels, colors):
        expected = entries[index]["color"] if index else None
        assert (f"#{color[:3].hex()}" if color[3] else None) == expected
    labeled = task.response["annotations"]["labeled"]
    assert isinstance(labeled["road"], str) and len(labeled["car"]) == 2
    _, road = decoded(read(labeled["road"]))
    assert [bool(pixel[3]) for pixel in road] == [
        index == mapping["road"]["index"] for index in pixels
    ]


def decoded(content):
    """The size and the pixels of a PNG without filters: numbers, or four bytes each."""
    width, height, _, color_type = struct.unpack(">IIBB", content[16:26])
    rows, at = b"", 8
    while at < len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        if content[at + 4 : at + 8] == b"IDAT":
            rows += content[at + 8 : at + 8 + length]
        at += 12 + length
    channels = {0: 1, 6: 4}[color_type]
    data, step = zlib.decompress(rows), 1 + width * channels
    plain = b"".join(data[row * step + 1 : (row + 1) * step] for row in range(height))
    if channels == 1:
        return (width, height), list(plain)
    return (width, height), [plain[at : at + 4] for at in range(0, len(plain), 4)]


def test_text_collection_values_are_plain_by_field_and_labeler(completed):
    task, _ = completed("textcollection")
    values = task.response["annotations"]
    assert values["mood"] == ["3"] and values["why"] == "sample text" and values["stars"] == "1"
    assert values["order"] == [0, 1, 2] and values["set"] == {
        "first": "sample text", "second": "sample text"
    }  # fmt: skip
    responses = task.response["responses"]
    assert [each["mood"] for each in responses] == [["3"], ["3"], ["q"]]


def test_video_and_lidar_files_are_read_at_their_addresses(completed):
    task, read = completed("videoannotation")
    frames = json.loads(read(task.response["annotations"]["url"]))
    assert len(frames) == 4
    assert [frame["annotations"][0]["uuid"] for frame in frames].count(
        frames[0]["annotations"][0]["uuid"]
    ) == 4
    task, read = completed("videoplaybackannotation")
    tracks = json.loads(read(task.response["annotations"]["url"]))
    assert [frame["key"] for frame in next(iter(tracks.values()))["frames"]] == [0, 1, 2, 3, 4, 5]
    task, read = completed("lidarannotation")
    assert [len(frame["cuboids"]) for frame in json.loads(read(task.response["annotations"]["url"]))] == [3, 3]  # fmt: skip  # noqa: E501
