"""to_coco: what pycocotools loads, and the same as panlabel makes of the same tasks."""

import contextlib
import gzip
import io
import json
import subprocess

import pytest

import scaleapi
from scaleapi.annotations import iter_annotations, to_coco
from scaleapi.sandbox import Sandbox

from ..task_types.payloads import PAYLOADS
from .data_sets import HEIGHT, LABELS, WIDTH, generate, image_task
from .samples import SAMPLES, VERTICES

pycoco = pytest.importorskip("pycocotools.coco")
coder = pytest.importorskip("pycocotools.mask")

BOX = {"type": "box", "left": 1, "top": 2.5, "width": 30, "height": 4, "label": "car"}
ELLIPSE = [{"x": 50, "y": 30}, {"x": 90, "y": 50}, {"x": 50, "y": 70}, {"x": 10, "y": 50}]
SIZE = (WIDTH, HEIGHT)


def load(path):
    """The file as pycocotools loads it."""
    with contextlib.redirect_stdout(io.StringIO()):
        return pycoco.COCO(str(path))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "coco.json"


def written(path, *annotations, **options):
    report = to_coco([image_task(1, list(annotations))], path, **options)
    return report, json.loads(path.read_text())


def test_box_is_written_without_segmentation(path):
    report, content = written(path, BOX)
    assert content["annotations"] == [
        {
            "id": 1, "image_id": 1, "category_id": 1, "iscrowd": 0,
            "bbox": [1, 2.5, 30, 4], "area": 120, "segmentation": [],
        }
    ]  # fmt: skip
    assert content["categories"] == [{"id": 1, "name": "car", "supercategory": ""}]
    assert content["images"] == [
        {
            "id": 1, "file_name": "00001.jpg", "task_id": f"{1:024x}",
            "coco_url": "https://example.org/images/00001.jpg",
        }
    ]  # fmt: skip
    assert (report.images, report.annotations, report.labels) == (1, 1, {"car": 1})
    assert (report.without_size, report.approximated, report.left_out) == (1, {}, {})
    assert report.path == path and report.as_dict()["path"] == str(path)


@pytest.mark.parametrize(
    "annotation",
    [
        {"type": "polygon", "vertices": VERTICES},
        {**BOX, "rotation": 0.5, "vertices": VERTICES},
    ],
)
def test_polygons_have_their_area_and_extent(annotation, path):
    _, content = written(path, annotation)
    (found,) = content["annotations"]
    assert found["segmentation"] == [[0, 1, 10, 11, 0, 21, -10, 11]]
    assert (found["bbox"], found["area"]) == ([-10, 1, 20, 20], 200)


def test_ellipse_is_a_polygon_and_counted(path):
    report, content = written(path, {"type": "ellipse", "vertices": ELLIPSE})
    (found,) = content["annotations"]
    assert len(found["segmentation"][0]) == 144
    assert found["bbox"] == pytest.approx([10, 30, 80, 40])
    assert found["area"] == pytest.approx(3.14159 * 40 * 20, rel=0.002)
    assert report.approximated == {"ellipse": 1} and report.labels == {"unlabeled": 1}


def test_what_coco_cannot_hold_is_counted(path):
    response = {
        "annotations": [
            {**BOX, "attributes": {"parked": "No"}},
            {"type": "point", "x": 1, "y": 2},
            {"type": "line", "vertices": VERTICES[:2]},
            {"type": "polygon", "vertices": VERTICES[:2]},
            {"type": "cuboid", "vertices": VERTICES},
            {**BOX, "width": -1},
            {"type": "sphere"},
        ],
        "global_attributes": {"night": "No"},
        "links": [{"id": "l", "from_id": "a", "to_id": "b"}],
    }
    tasks = [
        image_task(1, [], response=response),
        image_task(2, [], response=None),
        image_task(3, [], params={}),
        image_task(4, [], params=None),
    ]
    report = to_coco(tasks, path)
    assert (report.images, report.annotations) == (1, 1)
    assert report.left_out == {
        "attributes": 1, "point": 1, "line": 1, "polygon": 1, "cuboid": 1, "box": 1, "unknown": 1,
        "answer": 1, "link": 1, "task without a response": 1, "task without an image": 2,
    }  # fmt: skip


def test_annotations_of_frames_and_pages_are_left_out(path):
    rows = [{"page": 2, "label": "total", "text": "5", "location": BOX}]
    report = to_coco(
        [image_task(1, [], type="documenttranscription", response={"annotations": rows})], path
    )
    assert report.annotations == 0 and report.left_out == {"task without an image": 1}


def test_images_without_annotations_are_kept(path):
    report = to_coco([image_task(1, []), image_task(2, [BOX])], path, sizes=SIZE)
    loaded = load(path)
    assert len(loaded.imgs) == 2 and loaded.getAnnIds(imgIds=[1]) == []
    assert report.without_size == 0 and loaded.imgs[1]["width"] == WIDTH


def test_sizes_by_task(path):
    tasks = [image_task(1, []), image_task(2, []), image_task(3, [])]
    report = to_coco(tasks, path, sizes={f"{1:024x}": (5, 6), f"{2:024x}": [7, 8]})
    images = json.loads(path.read_text())["images"]
    assert [(each.get("width"), each.get("height")) for each in images] == [
        (5, 6), (7, 8), (None, None),
    ]  # fmt: skip
    assert report.without_size == 1


def test_size_of_a_data_url(path):
    pixels = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x05\0\0\0\x07"
    from base64 import b64encode

    url = f"data:image/png;base64,{b64encode(pixels).decode()}"
    to_coco([image_task(1, [BOX], params={"attachment": url})], path)
    (image,) = json.loads(path.read_text())["images"]
    assert (image["width"], image["height"], image["coco_url"]) == (5, 7, "")
    assert image["file_name"] == f"{1:024x}"


def test_file_names_are_unique(path):
    urls = [
        "https://example.org/a/1.jpg?x=1", "https://example.org/b/1.jpg", "https://example.org",
        "https://example.org/a/1.jpg?x=2", "s3://bucket/c/1.png", "https://example.org/%2e%2e",
        "https://example.org/a%2Fb%5Cc.jpg", "https://example.org/d/%C3%A4 b.jpg", "1.jpg",
    ]  # fmt: skip
    tasks = [image_task(n, [], params={"attachment": url}) for n, url in enumerate(urls)]
    to_coco(tasks, path)
    names = [image["file_name"] for image in json.loads(path.read_text())["images"]]
    assert names == [
        "1.jpg", f"{1:024x}/1.jpg", f"{2:024x}", f"{3:024x}/1.jpg", f"{4:024x}/1.png", "_",
        "a/b_c.jpg", "\u00e4 b.jpg", f"{8:024x}",
    ]  # fmt: skip


def test_tasks_of_one_image_have_names_of_their_own(path):
    tasks = [
        image_task(number, [BOX], params={"attachment": "https://a.org/1.jpg"})
        for number in (1, 1, 2)
    ]
    to_coco(tasks, path)
    names = [image["file_name"] for image in json.loads(path.read_text())["images"]]
    assert names == ["1.jpg", f"{1:024x}/1.jpg", f"{2:024x}/1.jpg"]
    to_coco([*tasks, tasks[0]], path)
    assert json.loads(path.read_text())["images"][-1]["file_name"] == f"{1:024x}-2/1.jpg"


@pytest.mark.parametrize(
    "kind", ["lidartopdown", "videoplaybackannotation", "sensorfusion", "categorization", None, []]
)
def test_tasks_of_other_types_are_no_images(kind, path):
    report = to_coco([image_task(1, [BOX], type=kind)], path)
    assert (report.images, report.left_out) == (0, {"task without an image": 1})


def test_labels_fix_the_categories(path):
    boxes = [{**BOX, "label": label} for label in ("bus", "car", "bus")]
    report, content = written(path, *boxes, labels=LABELS)
    assert [each["name"] for each in content["categories"]] == LABELS
    assert [each["category_id"] for each in content["annotations"]] == [2, 1, 2]
    assert report.labels == {"bus": 2, "car": 1}


@pytest.mark.parametrize(
    "options, message",
    [
        ({"labels": ["bus"]}, "labels must have all labels of the tasks, 'car' is missing"),
        ({"labels": "car"}, "labels must be a list of different strings, got 'car'"),
        ({"labels": ["car", "car"]}, "labels must be a list of different strings"),
        ({"labels": [1]}, "labels must be a list of different strings"),
        ({"sizes": 5}, r"sizes must be \(width, height\) in whole pixels"),
        ({"sizes": (5, 0)}, r"sizes must be \(width, height\) in whole pixels"),
        ({"sizes": {f"{1:024x}": (5.5, 1)}}, r"sizes must be \(width, height\) in whole pixels"),
        ({"files": "nowhere"}, "files must be a folder to which download_results wrote"),
        ({"tasks": 5}, "tasks must be an iterable"),
        ({"tasks": [{}]}, "each of tasks must have a task_id"),
    ],
)
def test_invalid_arguments_raise_and_write_nothing(options, message, path, tmp_path):
    given = {"tasks": [image_task(1, [BOX])], "path": path, **options}
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        to_coco(**given)
    assert not list(tmp_path.iterdir())


def test_tasks_come_from_any_source(path, tmp_path, listing_client):
    tasks = generate(5)
    to_coco(tasks, path)
    wanted = path.read_bytes()
    text = "".join(f"{json.dumps(task)}\n" for task in tasks)
    (tmp_path / "tasks.jsonl").write_text(text)
    with gzip.open(tmp_path / "tasks.jsonl.gz", "wt") as file:
        file.write(text)
    for source in (
        tmp_path / "tasks.jsonl", str(tmp_path / "tasks.jsonl.gz"), iter(tasks),
        [scaleapi.Task(task, listing_client) for task in tasks],
    ):  # fmt: skip
        to_coco(source, path)
        assert path.read_bytes() == wanted


@pytest.mark.parametrize(
    "change",
    [
        {}, {"rotation": 0}, {"rotation": 0.5}, {"rotation": 0.5, "vertices": VERTICES},
        {"vertices": VERTICES}, {"left": True}, {"left": "1"}, {"top": True}, {"top": None},
        {"top": float("nan")}, {"width": True}, {"height": False}, {"width": 2**60}, {"width": -1},
        {"height": -0.5}, {"height": float("inf")}, {"left": -5}, {"top": -(2**60)},
        {"left": 2**60}, {"width": [1]}, {"label": None}, {"label": 5}, {"attributes": {}},
        {"attributes": {"a": 1}}, {"attributes": [1]}, {"attributes": "x"}, {"type": "BOX"},
        {"type": None}, {"type": "point", "x": 1, "y": 2}, {"type": "sphere"},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("more", [{}, {"links": [1]}, {"global_attributes": {"a": 1}}], ids=str)
def test_plain_boxes_are_written_as_all_others_are(change, more, path, monkeypatch):
    tasks = [image_task(1, [BOX, {**BOX, **change}])]
    tasks += [image_task(2, [BOX], type=kind) for kind in ("annotation", "documenttranscription")]
    tasks[0]["response"].update(more)
    report = to_coco(tasks, path)
    written = path.read_bytes()
    monkeypatch.setattr("scaleapi.annotations.images.plain_boxes", lambda task: None)
    assert to_coco(tasks, path) == report and path.read_bytes() == written


def test_many_annotations_are_written_in_several_steps(path, monkeypatch):
    tasks = generate(30)
    to_coco(tasks, path)
    wanted = path.read_bytes()
    monkeypatch.setattr("scaleapi.annotations.coco.MAX_ROWS", 7)
    to_coco(tasks, path)
    assert path.read_bytes() == wanted and len(json.loads(wanted)["images"]) == 30


def test_samples_of_all_types_are_loaded(path):
    report = to_coco(SAMPLES, path)
    assert len(load(path).anns) == report.annotations


def pixels_of(encoded):
    """Where a mask begins, across and down, and its size; tips thinner than a pixel have none."""
    extent = coder.toBbox(encoded).tolist()
    return extent[:2], extent[2:]


def test_pycocotools_loads_it_and_computes_the_same_areas(path):
    tasks = generate(200)
    report = to_coco(tasks, path, sizes=SIZE)
    loaded = load(path)
    assert len(loaded.imgs) == 200 and len(loaded.anns) == report.annotations > 900
    polygons = [each for each in loaded.anns.values() if each["segmentation"]]
    assert len(polygons) > 500
    for each in polygons:
        encoded = loaded.annToRLE(each)
        edge = 2 * (each["bbox"][2] + each["bbox"][3])
        assert abs(float(coder.area(encoded)) - each["area"]) <= edge
        for low, size, pixel, pixels in zip(each["bbox"], each["bbox"][2:], *pixels_of(encoded)):
            assert low - 1 <= pixel and pixel + pixels <= low + size + 1


@pytest.fixture(scope="module")
def segmented(tmp_path_factory):
    """Tasks with masks, and the folder of their images."""
    folder = tmp_path_factory.mktemp("results")
    with Sandbox() as sandbox, sandbox.client() as client:
        client.create_project("p", "segmentannotation")
        labels = ["road", {"choice": "car", "instance_label": True}]
        payload = {**PAYLOADS["segmentannotation"], "labels": labels, "project": "p"}
        tasks = [client.create_task("segmentannotation", **payload) for _ in range(2)]
        outcomes = list(client.download_results(tasks, folder))
        assert {outcome.status for outcome in outcomes} == {"downloaded"}
    return tasks, folder


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # its decode()
def test_masks_are_run_length_encoded(segmented, path):
    tasks, folder = segmented
    report = to_coco(tasks, path, files=folder)
    loaded = load(path)
    assert set(report.labels) == {"road", "car"} and report.without_size == 0
    assert report.left_out == {}
    for image_id, task in enumerate(tasks, 1):
        names = {each["id"]: each["name"] for each in loaded.cats.values()}
        areas = {}
        for each in loaded.loadAnns(loaded.getAnnIds(imgIds=[image_id])):
            pixels = loaded.annToMask(each)
            size = (loaded.imgs[image_id]["height"], loaded.imgs[image_id]["width"])
            assert pixels.shape == size and pixels.sum() == each["area"]
            assert coder.toBbox(loaded.annToRLE(each)).tolist() == each["bbox"]
            areas.setdefault(names[each["category_id"]], []).append(each["area"])
        mapping = task.response["labelMapping"]
        assert areas["road"] == [mapping["road"]["numPixels"]]
        assert sorted(areas["car"]) == sorted(each["numPixels"] for each in mapping["car"])


def test_masks_without_their_images_are_counted(segmented, path):
    tasks, _ = segmented
    report = to_coco(tasks, path)
    masks = sum(1 for task in tasks for each in iter_annotations(task) if each.type == "mask")
    assert report.annotations == 0 and report.left_out == {"mask": masks} and masks >= 4


def test_sizes_that_are_not_those_of_the_masks_raise(segmented, path):
    tasks, folder = segmented
    with pytest.raises(scaleapi.ScaleException, match="The masks of task .* are of .* pixels"):
        to_coco(tasks, path, files=folder, sizes=(5, 5))
    assert not path.exists()


def test_panlabel_makes_the_same_boxes_of_the_same_tasks(path, tmp_path):
    """It writes the extent of polygons, and numbers images by file name."""
    panlabel = pytest.importorskip("panlabel")
    tasks = [task for task in generate(2300) if task["response"]["annotations"]][:2000]
    assert len(tasks) == 2000  # it guesses sizes, and refuses images without annotations
    (tmp_path / "tasks.json").write_text(json.dumps(tasks))
    command = [panlabel.find_panlabel_bin(), "convert", "--from", "scale-ai", "--to", "coco"]
    theirs = tmp_path / "theirs.json"
    subprocess.run(
        [*command, "-i", tmp_path / "tasks.json", "-o", theirs, "--allow-lossy"],
        check=True, capture_output=True,
    )  # fmt: skip
    to_coco(tasks, path)
    found, wanted = boxes_of(path), boxes_of(theirs)
    assert found.keys() == wanted.keys() and len(found) > 1500
    for name, rows in wanted.items():
        assert len(found[name]) == len(rows)
        for (label, box), (their_label, their_box) in zip(found[name], rows):
            assert label == their_label and box == pytest.approx(their_box, abs=1e-6)


def boxes_of(path):
    """Labels and boxes by the file name of their image, in a comparable order."""
    content = json.loads(path.read_text())
    names = {each["id"]: each["name"] for each in content["categories"]}
    files = {each["id"]: each["file_name"] for each in content["images"]}
    found = {}
    for each in content["annotations"]:
        row = (names[each["category_id"]], [round(side, 7) for side in each["bbox"]])
        found.setdefault(files[each["image_id"]], []).append(row)
    return {name: sorted(rows) for name, rows in found.items()}
