"""to_yolo: the same boxes as in COCO, and what a trainer reads."""

import json
import os
import shutil
from pathlib import Path

import pytest

import scaleapi
from scaleapi.annotations import to_coco, to_yolo

from ..fixtures.downloads import list_file
from .data_sets import HEIGHT, LABELS, WIDTH, box, generate, image_task, polygon
from .samples import VERTICES

BOX = {"type": "box", "left": 1, "top": 2.5, "width": 30, "height": 4, "label": "car"}
STREET = Path(__file__).parents[2] / "examples" / "street.png"
SIZE = (WIDTH, HEIGHT)


def lines(folder, name):
    text = (folder / "labels" / f"{name}.txt").read_text()
    return [[float(number) for number in line.split()] for line in text.splitlines()]


def yaml_of(folder):
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load((folder / "data.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def downloads(tmp_path):
    """The folder of a download, with the images of tasks 1 and 2."""
    path = tmp_path / "downloads"
    for number in (1, 2):
        task_id = f"{number:024x}"
        file = path / task_id / "params.attachment-abc.png"
        file.parent.mkdir(parents=True)
        shutil.copyfile(STREET, file)
        url = f"https://example.org/images/{number:05d}.jpg"
        list_file(path, task_id, url, f"{task_id}/{file.name}")
    return path


def test_detect_has_the_boxes_of_coco(folder, tmp_path):
    tasks = generate(200)
    report = to_yolo(tasks, folder, sizes=SIZE, labels=LABELS)
    to_coco(tasks, tmp_path / "coco.json", sizes=SIZE, labels=LABELS)
    coco = json.loads((tmp_path / "coco.json").read_text())
    wanted = {image["id"]: [] for image in coco["images"]}
    for each in coco["annotations"]:
        wanted[each["image_id"]].append((each["category_id"] - 1, *each["bbox"]))
    compared = 0
    for image in coco["images"]:
        found = lines(folder, image["file_name"][:-4])
        assert len(found) == len(wanted[image["id"]])
        for (label, x, y, width, height), row in zip(found, wanted[image["id"]]):
            width, height = width * WIDTH, height * HEIGHT
            left, top = x * WIDTH - width / 2, y * HEIGHT - height / 2
            assert (label, left, top, width, height) == pytest.approx(row, abs=1e-6)
            compared += 1
    assert compared == report.annotations > 900


def test_segment_has_the_polygons_of_coco(folder, tmp_path):
    tasks = generate(50, [polygon])
    report = to_yolo(tasks, folder, task="segment", sizes=SIZE)
    to_coco(tasks, tmp_path / "coco.json", sizes=SIZE)
    coco = json.loads((tmp_path / "coco.json").read_text())
    found = [row for image in coco["images"] for row in lines(folder, image["file_name"][:-4])]
    assert len(found) == len(coco["annotations"]) == report.annotations > 200
    for (label, *numbers), each in zip(found, coco["annotations"]):
        pixels = [number * side for number, side in zip(numbers, SIZE * len(numbers))]
        assert label == each["category_id"] - 1
        assert pixels == pytest.approx(each["segmentation"][0], abs=1e-6)
    assert report.approximated == {}


@pytest.mark.parametrize(
    "task, approximated",
    [("detect", {"rotated_box": 1, "polygon": 1, "ellipse": 1}),
     ("segment", {"box": 1, "rotated_box": 1, "ellipse": 1})],
)  # fmt: skip
def test_other_geometries_are_counted(task, approximated, folder):
    ellipse = [{"x": 50, "y": 30}, {"x": 90, "y": 50}, {"x": 50, "y": 70}, {"x": 10, "y": 50}]
    corners = [{"x": vertex["x"] + 50, "y": vertex["y"]} for vertex in VERTICES]
    annotations = [
        {**BOX, "attributes": {"parked": "No"}},
        {**BOX, "rotation": 0.5, "vertices": corners},
        {"type": "polygon", "vertices": corners},
        {"type": "ellipse", "vertices": ellipse},
        {"type": "point", "x": 1, "y": 2},
        {"type": "line", "vertices": VERTICES[:2]},
    ]
    report = to_yolo([image_task(1, annotations)], folder, task=task, sizes=SIZE)
    assert report.approximated == approximated
    assert report.left_out == {"attributes": 1, "point": 1, "line": 1}
    assert report.labels == {"car": 2, "unlabeled": 2} and report.annotations == 4


def test_parts_outside_the_image_are_cut_and_counted(folder):
    boxes = [
        {**BOX, "left": -10, "width": 20, "top": 0, "height": 10},
        {**BOX, "left": 200, "top": 0, "width": 5, "height": 5},
        {**BOX, "left": 90, "top": 40, "width": 10, "height": 10},
    ]
    report = to_yolo([image_task(1, boxes)], folder, sizes=(100, 50))
    assert lines(folder, "00001") == [[0, 0.05, 0.1, 0.1, 0.2], [0, 0.95, 0.9, 0.1, 0.2]]
    assert report.left_out == {"part outside the image": 1, "box": 1}


TRIANGLES = [
    ([(-100, 30), (30, -100), (-100, -100)], []),
    ([(-100, 50), (50, -100), (50, 50)], [(0, 50), (0, 0), (50, 0), (50, 50)]),
    ([(10, 10), (20, 10), (20, 20)], [(10, 10), (20, 10), (20, 20)]),
    ([(50, 50), (150, 50), (50, 150)], [(50, 50), (100, 50), (100, 100), (50, 100)]),
]


@pytest.mark.parametrize("vertices, wanted", TRIANGLES)
def test_polygons_are_cut_at_the_edge(vertices, wanted, folder):
    rows = [{"type": "polygon", "vertices": [{"x": x, "y": y} for x, y in vertices]}]
    report = to_yolo([image_task(1, rows)], folder, task="segment", sizes=(100, 100))
    found = [list(zip(line[1::2], line[2::2])) for line in lines(folder, "00001")]
    assert {*found[0]} == {(x / 100, y / 100) for x, y in wanted} if wanted else found == []
    assert report.left_out.get("polygon", 0) == (not wanted)


def test_tasks_of_one_image_have_labels_of_their_own(folder):
    attachment = {"attachment": "https://example.org/1.jpg?a=1"}
    tasks = [image_task(number, [BOX] * number, params=attachment) for number in (1, 2)]
    report = to_yolo(tasks, folder, sizes=SIZE)
    assert (len(lines(folder, "1")), len(lines(folder, f"{2:024x}/1"))) == (1, 2)
    assert report.annotations == 3


def test_images_at_hand_are_copied_and_give_their_size(folder, downloads):
    tasks = [image_task(1, [BOX]), image_task(2, [])]
    report = to_yolo(tasks, folder, files=downloads)
    names = [f"{number:024x}/params.attachment-abc" for number in (1, 2)]
    for name in names:
        assert (folder / "images" / f"{name}.png").read_bytes() == STREET.read_bytes()
    ((label, x, *_),) = lines(folder, names[0])
    width = int.from_bytes(STREET.read_bytes()[16:20], "big")
    assert (label, x) == (0, pytest.approx(16 / width)) and lines(folder, names[1]) == []
    assert (report.images, report.annotations, report.path) == (2, 1, folder)


def test_names_are_read_by_other_tools(folder):
    labels = ["car", 'a "quoted": #1', "\u00e4 \U0001f600", "line\nbreak \u2028\u0085", "null", ""]
    to_yolo([image_task(1, [])], folder, sizes=SIZE, labels=labels)
    found = yaml_of(folder)
    assert list(found["names"].values()) == labels and list(found["names"]) == list(range(6))
    assert (found["path"], found["train"], found["val"]) == (".", "images", "images")


def test_an_empty_folder_may_exist(folder):
    folder.mkdir()
    to_yolo([image_task(1, [])], folder, sizes=SIZE)
    assert sorted(each.name for each in folder.iterdir()) == ["data.yaml", "labels"]
    assert folder.stat().st_mode & 0o777 == 0o777 & ~_umask()


def _umask():
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


@pytest.mark.parametrize(
    "options, message",
    [
        ({}, f"sizes must have task {1:024x}, whose image has no known size"),
        ({"sizes": {}}, "whose image has no known size"),
        ({"task": "pose"}, "task must be 'detect' or 'segment', got 'pose'"),
        ({"task": []}, "task must be 'detect' or 'segment'"),
        ({"labels": ["bus"], "sizes": SIZE}, "'car' is missing"),
        ({"folder": ""}, "folder must be the path of a new folder in an existing one"),
        ({"folder": 5}, "folder must be the path of a new folder in an existing one"),
        ({"folder": "no/where"}, "folder must be the path of a new folder in an existing one"),
        ({"folder": "."}, "folder must not exist, or be empty"),
        ({"folder": "file"}, "folder must not exist, or be empty"),
    ],
)
def test_invalid_arguments_raise_and_write_nothing(options, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    given = {"tasks": [image_task(1, [BOX])], "folder": "data", **options}
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        to_yolo(**given)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_failure_in_the_middle_leaves_nothing(folder, tmp_path):
    def tasks():
        yield image_task(1, [box(__import__("random").Random(1))])
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        to_yolo(tasks(), folder, sizes=SIZE)
    assert not list(tmp_path.iterdir())
