"""Drawings of the task types that are not shapes in one image."""

import json
import re
from xml.etree import ElementTree

import pytest

import scaleapi
from scaleapi import drawing
from scaleapi.api_client.v2 import V2Task
from scaleapi.drawing import labels
from scaleapi.drawing.text import break_lines, cells
from scaleapi.task_types import DECLARATIONS

from ..fixtures.downloads import finish_each_type, list_file
from ..fixtures.drawings import opened
from ..task_types.payloads import PAYLOADS

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "</title></text><script>alert(1)</script><image href='javascript:alert(2)'/>&\"'\x00\ud800"
)
BOX = {"type": "box", "left": 10, "top": 20, "width": 30, "height": 40}
PIXEL = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x04\x08\x02\0\0\0"  # enough for its size


def task(kind, response, **fields):
    return {"task_id": "t1", "type": kind, "response": response, "params": {}, **fields}


def tree(drawn):
    return ElementTree.fromstring(drawn.svg)


def texts(drawn):
    return [each.text for each in tree(drawn).iter(f"{SVG}text")]


@pytest.fixture
def result_file(tmp_path):
    """Return what saves a file of a result, and returns the folder."""

    def save(content, url="https://example.org/a", name="a.json"):
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        (tmp_path / name).write_bytes(data)
        list_file(tmp_path, "t1", url, name)
        return tmp_path

    return save


def in_file(kind, **fields):
    return task(kind, {"annotations": {"url": "https://example.org/a?signature=x"}}, **fields)


@pytest.fixture(scope="module")
def completed(tmp_path_factory):
    """A finished task of each type, and the folder with the files of their results."""
    folder = tmp_path_factory.mktemp("results")
    return finish_each_type(folder, also=["segmentannotation"]), folder


@pytest.mark.parametrize("kind", PAYLOADS)
def test_every_type_is_drawn(kind, completed):
    tasks, folder = completed
    drawn = tasks[kind].draw(files=folder)
    assert tree(drawn).tag == f"{SVG}svg"
    assert opened(drawn._repr_html_()).count("<svg") >= 1
    if DECLARATIONS[kind].files:
        assert not any("download_results" in note for note in drawn.notes)
        missing = tasks[kind].draw()
        assert any("call download_results, and pass files=" in note for note in missing.notes)


@pytest.mark.parametrize("kind", PAYLOADS)
def test_strings_of_a_task_are_drawn_as_text(kind, completed):
    tasks, _ = completed
    spoiled = json.loads(json.dumps(tasks[kind].as_dict()), object_pairs_hook=spoil)
    spoiled.update(task_id="t1", type=kind)
    drawn = drawing.draw(spoiled)
    tags = {each.tag.replace(SVG, "") for each in tree(drawn).iter()}
    assert tags <= {"svg", "path", "text", "title", "image", "g"}
    for each in tree(drawn).iter(f"{SVG}image"):
        assert each.get("href").startswith(("https://", "http://", "data:image/"))
    assert "<script" not in opened(drawn._repr_html_())


def spoil(pairs):
    known = {"type", "attachment_type"}
    return {
        key: HOSTILE
        if isinstance(value, str) and key not in known and "://" not in value
        else value
        for key, value in pairs
    }


def test_masks_are_drawn_over_the_attachment(result_file):
    response = {
        "annotations": {"combined": {"image": "https://example.org/a?x=1"}},
        "labelMapping": {
            "road": {"index": 1, "color": "#ff0000", "numPixels": 5000},
            "car": [{"index": 2, "color": 'red" onload="x'}],
        },
    }
    fields = task("segmentannotation", response, params={"attachment": "https://a.org/b.jpg"})
    drawn = drawing.draw(fields, files=result_file(PIXEL, name="a.png"))
    below, above = tree(drawn).iter(f"{SVG}image")
    assert below.get("href") == "https://a.org/b.jpg" and above.get("opacity") == ".6"
    assert above.get("href").startswith("data:image/png;base64,")
    assert (below.get("width"), below.get("height")) == ("8", "4") and drawn.notes == ()
    assert texts(drawn) == ["The picture did not load.", "road: 5,000 pixels", "car"]
    strokes = [each.get("stroke") for each in tree(drawn).iter(f"{SVG}path")]
    assert [each for each in strokes if each] == ["#ff0000", "#555555"]
    assert "2 annotations" in repr(drawn)
    (note,) = drawing.draw(fields).notes
    assert note == "The image of the masks is a file: call download_results, and pass files=."


def test_frames_of_a_video_are_spread_over_its_length(result_file):
    frames = [{"annotations": [{**BOX, "label": f"l{number}"}]} for number in range(100)]
    attachments = [f"https://a.org/{number}.jpg" for number in range(100)]
    fields = in_file("videoannotation", params={"attachments": attachments})
    drawn = drawing.draw(fields, files=result_file(frames))
    images = [each.get("href") for each in tree(drawn).iter(f"{SVG}image")]
    assert len(images) == 12 and images[0] == attachments[0] and images[-1] == attachments[-1]
    assert "12 of 100 frames are drawn." in drawn.notes
    assert {"frame 0", "frame 9", "frame 99", "l99"} <= set(texts(drawn))


def test_key_frames_of_a_video_are_drawn_without_its_picture(result_file):
    track = {"label": "car", "frames": [{"key": 30, **BOX}, {"key": 60, **BOX}]}
    fields = in_file("videoplaybackannotation", params={"attachment": "https://a.org/b.mp4",
                                                        "attachment_type": "video"})  # fmt: skip
    drawn = drawing.draw(fields, files=result_file({"u": track}))
    assert not list(tree(drawn).iter(f"{SVG}image")) and drawn.notes == ()
    assert {"frame 30", "frame 60"} <= set(texts(drawn))


def test_pages_of_a_document_have_their_size():
    rows = [{"page": page, "label": "total", "text": "5", "location": BOX} for page in (0, 2, 2, 9)]
    fields = task(
        "documenttranscription", {"annotations": rows},
        params={"attachments": [f"https://a.org/{page}.png" for page in range(3)]},
        document_pages=[{"width": 100, "height": 200}, {"width": "x"}, {"width": 50}],
    )  # fmt: skip
    drawn = drawing.draw(fields)
    assert {"page 1", "page 3", "page 10"} <= set(texts(drawn))
    first, third = tree(drawn).iter(f"{SVG}image")
    assert (first.get("width"), first.get("height"), third.get("width")) == ("100", "200", None)


@pytest.mark.parametrize("page", [-1, -5, 7])
def test_pages_that_do_not_exist_have_no_picture(page):
    rows = [{"page": page, "label": "total", "location": BOX}]
    params = {"attachments": ["https://a.org/0.png", "https://a.org/1.png"]}
    fields = task("documenttranscription", {"annotations": rows}, params=params)
    fields["document_pages"] = [{"width": 5, "height": 5}]
    drawn = drawing.draw(fields)
    assert f"page {page + 1}" in texts(drawn) and not list(tree(drawn).iter(f"{SVG}image"))


def test_masks_that_are_no_image_are_noted(result_file):
    response = {
        "annotations": {"combined": {"image": "https://example.org/a"}},
        "labelMapping": {"road": {"index": 1, "color": "#ff0000"}},
    }
    fields = task("segmentannotation", response)
    drawn = drawing.draw(fields, files=result_file(b"<html>expired", name="a.png"))
    assert drawn.notes == ("The file of the masks is not an image.",)


@pytest.mark.parametrize("depth", [500, 3000])
def test_deep_values_are_drawn(depth):
    deep = []
    for _ in range(depth):
        deep = [deep]
    drawing.draw(task("categorization", {"category": deep})).svg  # noqa: B018
    rows = [{**BOX, "label": deep, "attributes": {"a": deep}}]
    drawing.draw(task("imageannotation", {"annotations": rows})).svg  # noqa: B018


def test_html_of_odd_ids_can_be_encoded():
    fields = {**task("imageannotation", {"annotations": []}), "task_id": "\ud800\u202e"}
    assert drawing.draw(fields)._repr_html_().encode()


CUBOID = {"uuid": "c", "label": "car", "position": {"x": 10, "y": 20, "z": 1}, "yaw": 0,
          "dimensions": {"x": 4, "y": 2, "z": 1.5}}  # fmt: skip


def test_lidar_is_drawn_from_above(result_file):
    other = {**CUBOID, "position": {"x": 20, "y": 30, "z": 1}, "yaw": 1.5707963}
    drawn = drawing.draw(
        in_file("lidarannotation"), files=result_file([{"cuboids": [CUBOID, other]}])
    )
    assert any("Seen from above" in note for note in drawn.notes)
    assert "frame 0, 13 across" in texts(drawn)
    paths = [
        [
            tuple(map(float, pair.split()))
            for pair in re.findall(r"-?[\d.]+ -?[\d.]+", path.get("d"))
        ]
        for path in tree(drawn).iter(f"{SVG}path")
        if path.find(f"{SVG}title") is not None
    ]
    (first, second) = paths
    (left, low), (right, _), *_ = first[2], first[1]
    assert right - left == pytest.approx(160) and first[-1][0] == right  # 40 pixels a metre
    assert first[0][1] > second[0][1]  # what has a larger y is further up
    assert low > 0


def test_lidar_frames_are_limited(result_file):
    drawn = drawing.draw(in_file("lidarannotation"), files=result_file([{"cuboids": [CUBOID]}] * 9))
    assert "4 of 9 frames are drawn." in drawn.notes


def test_entities_are_marked_in_their_text():
    response = {
        "annotations": [
            {"id": "n1", "start": 0, "end": 4, "text": "Lima", "label": "city"},
            {"id": "n2", "start": 23, "end": 27, "text": "Peru", "label": "country"},
        ],
        "relationships": [{"id": "r", "source_ref": "n1", "target_ref": "n2", "name": "in"}],
    }
    text = "Lima is the capital of Peru."
    drawn = drawing.draw(task("namedentityrecognition", response, params={"text": text}))
    assert texts(drawn) == ["city", "country", text, "Lima \u2192 Peru: in"]
    marks = [
        path for path in tree(drawn).iter(f"{SVG}path") if path.find(f"{SVG}title") is not None
    ]
    assert [path.find(f"{SVG}title").text for path in marks] == ["city", "country"]
    starts = [float(re.match(r"M([\d.]+)", path.get("d"))[1]) for path in marks]
    assert starts[1] - starts[0] == pytest.approx(23 * 7.8)


def test_long_texts_are_broken_and_cut():
    response = {"annotations": [{"start": 90, "end": 110, "text": "x", "label": "long"}]}
    text = "word " * 20_000
    drawn = drawing.draw(task("namedentityrecognition", response, params={"text": text}))
    marks = [
        path for path in tree(drawn).iter(f"{SVG}path") if path.find(f"{SVG}title") is not None
    ]
    assert len(marks) == 2 and texts(drawn).count("long") == 1
    assert drawn.notes == ("50,000 characters are left out: there is too much text.",)


@pytest.mark.parametrize(
    "text, columns, lines",
    [
        ("", 5, []),
        ("a b", 5, ["a b"]),
        ("aaa bbb", 5, ["aaa ", "bbb"]),
        ("aaaaaaa", 5, ["aaaaa", "aa"]),
        ("a\n\nb\n", 5, ["a", "", "b"]),
        ("\u6f22\u5b57\u6f22", 5, ["\u6f22\u5b57", "\u6f22"]),
        ("\u6f22", 1, ["\u6f22"]),
    ],
)
def test_lines_are_broken_at_spaces(text, columns, lines):
    found = [text[start:end] for start, end in break_lines(text, columns)]
    assert found == lines and all(cells(line.rstrip()) <= max(columns, 2) for line in found)


def test_answers_are_shown_as_text():
    response = {"annotations": {"mood": ["good"], "why": "It says nice."}}
    drawn = drawing.draw(task("textcollection", response))
    assert {"mood:", "why:", "It says nice."} <= set(texts(drawn))
    assert "Tasks of this type have no picture: these are the answers." in drawn.notes


def test_v2_chat_is_a_conversation():
    chat = {
        "task_id": "t", "project": "p", "status": "completed", "created_at": "2026-03-04T10:15:00Z",
        "threads": [{"id": "h", "turns": [{"id": "u", "messages": [
            {"role": "user", "content": {"text": "What is 5?"}, "source_id": "s"},
            {"role": "assistant", "content": {"text": "A number."}, "source_id": "s",
             "annotations": [{"id": "a", "key": "score", "type": "integer", "value": 4}]},
        ], "annotations": [{"id": "b", "key": "best", "type": "text", "value": HOSTILE}]}],
        "annotations": []}],
    }  # fmt: skip
    drawn = V2Task.from_dict(chat).draw()
    found = texts(drawn)
    assert ["user:", "What is 5?", "assistant:", "A number.", "score: 4"] == found[:5]
    assert found[5] == "about the turn:" and " ".join(found[6:]).startswith("best: </title>")
    assert repr(drawn) == "<Drawing of V2Task(id=t): 2 annotations>"


def test_many_labels_have_a_legend():
    rows = [{**BOX, "label": f"label {number % 13}"} for number in range(26)]
    fields = task("imageannotation", {"annotations": rows})
    assert {f"label {number}: 2" for number in range(13)} <= set(texts(drawing.draw(fields, "")))
    fields["response"]["annotations"] = rows[:12]
    assert not any(": 1" in each for each in texts(drawing.draw(fields, "")))


def test_labels_of_close_colours_have_different_dashes():
    names = [f"label {number}" for number in range(200)]
    dashes = labels.label_dashes(names)
    for number, name in enumerate(names):
        for other in names[:number]:
            if labels._distance(labels.label_colour(name), labels.label_colour(other)) < 40:
                assert name in dashes
    close = next(name for name in names if name in dashes)
    rows = [{**BOX, "label": name} for name in names[: names.index(close) + 1]]
    drawn = drawing.draw(task("imageannotation", {"annotations": rows}), "")
    strokes = {
        path.find(f"{SVG}title").text: path.get("stroke-dasharray")
        for path in tree(drawn).iter(f"{SVG}path")
        if path.find(f"{SVG}title") is not None
    }
    assert strokes[close] == dashes[close] and strokes[names[0]] is None


@pytest.mark.parametrize("wrong", ["no such folder", 5])
def test_invalid_files_raise(wrong):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="files must be a folder"):
        drawing.draw(in_file("videoannotation"), files=wrong)
