"""to_masks: one number for each label, in all images."""

import json
import struct
from zlib import crc32

import pytest

import scaleapi
from scaleapi.annotations import to_masks

from ..fixtures.downloads import list_file
from .data_sets import image_task

numpy = pytest.importorskip("numpy")
images = pytest.importorskip("PIL.Image")

URL = "https://example.org/results/indexed.png"
EXTENDED_URL = "https://example.org/results/extended.png"


def mask_task(number, mapping, *, extended=False):
    combined = {"indexedImage": f"{URL}?signature=x"}
    if extended:
        combined["extendedIndexedImage"] = f"{EXTENDED_URL}?signature=x"
    response = {"annotations": {"combined": combined}, "labelMapping": mapping}
    return image_task(number, [], type="segmentannotation", response=response)


@pytest.fixture
def downloads(tmp_path):
    """Return what saves the images of tasks, as `download_results` does."""
    folder = tmp_path / "downloads"
    folder.mkdir()

    def save(number, pixels, url=URL):
        name = f"{number}-{url.rpartition('/')[2]}"
        images.fromarray(numpy.array(pixels, dtype="uint8")).save(folder / name)
        list_file(folder, f"{number:024x}", url, name)
        return folder

    return save


def read(path):
    with images.open(path) as image:
        return image.mode, numpy.asarray(image).tolist(), image.getpalette()[:9]


ROAD, CAR = {"index": 1, "color": "#ff0000"}, {"index": 2, "color": "#00ff7f"}


def test_labels_have_the_same_number_in_all_images(tmp_path, downloads):
    downloads(1, [[0, 1], [2, 2]])
    folder = downloads(2, [[1, 1], [2, 0]])
    tasks = [
        mask_task(1, {"road": ROAD, "car": CAR}),
        mask_task(2, {"car": {**CAR, "index": 1}, "road": {**ROAD, "index": 2}}),
    ]
    report = to_masks(tasks, tmp_path / "out", files=folder)
    assert json.loads((tmp_path / "out" / "labels.json").read_text()) == [
        {"index": 1, "label": "road", "color": "#ff0000"},
        {"index": 2, "label": "car", "color": "#00ff7f"},
    ]
    palette = [0, 0, 0, 255, 0, 0, 0, 255, 127]
    assert read(tmp_path / "out" / "masks" / "00001.png") == ("P", [[0, 1], [2, 2]], palette)
    assert read(tmp_path / "out" / "masks" / "00002.png") == ("P", [[2, 2], [1, 0]], palette)
    assert (report.images, report.labels, report.left_out) == (2, {"road": 2, "car": 2}, {})


def test_instances_are_merged_and_counted(tmp_path, downloads):
    folder = downloads(1, [[3, 1], [2, 0]])
    mapping = {"road": ROAD, "car": [CAR, {"index": 3, "color": "#0000ff"}]}
    report = to_masks([mask_task(1, mapping)], tmp_path / "out", files=folder)
    assert read(tmp_path / "out" / "masks" / "00001.png")[1] == [[2, 1], [2, 0]]
    assert report.left_out == {"instance, of which only the label is kept": 2}


def test_extended_indexes_are_preferred(tmp_path, downloads):
    downloads(1, [[0, 0]])
    folder = downloads(1, [[[1, 0, 0, 255], [2, 1, 1, 255]]], EXTENDED_URL)
    large = {"index": 2 + 256 + 65536, "color": "#00ff7f"}
    task = mask_task(1, {"road": ROAD, "car": large}, extended=True)
    to_masks([task], tmp_path / "out", files=folder)
    assert read(tmp_path / "out" / "masks" / "00001.png")[1] == [[1, 2]]


def test_labels_fix_the_numbers(tmp_path, downloads):
    folder = downloads(1, [[1, 2]])
    task = mask_task(1, {"road": ROAD, "car": {**CAR, "color": "green"}})
    to_masks([task], tmp_path / "out", files=folder, labels=["sky", "car", "road"])
    assert read(tmp_path / "out" / "masks" / "00001.png")[1] == [[3, 2]]
    found = json.loads((tmp_path / "out" / "labels.json").read_text())
    assert [each["label"] for each in found] == ["sky", "car", "road"]
    assert found[0]["color"] is None and found[1]["color"].startswith("#")


def test_masks_that_are_not_at_hand_are_counted(tmp_path, downloads):
    folder = downloads(9, [[1]])
    report = to_masks([mask_task(1, {"road": ROAD})], tmp_path / "out", files=folder)
    assert (report.images, report.left_out) == (0, {"mask": 1})


def test_more_than_255_labels_raise(tmp_path, downloads):
    pixels = [[[number & 255, number >> 8, 0, 255] for number in range(1, 257)]]
    folder = downloads(1, pixels, EXTENDED_URL)
    mapping = {f"l{number}": {"index": number, "color": "#ff0000"} for number in range(1, 257)}
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="tasks must have at most 255 labels"):
        to_masks([mask_task(1, mapping, extended=True)], tmp_path / "out", files=folder)
    assert not (tmp_path / "out").exists()


def test_masks_without_a_pixel_are_counted(tmp_path, downloads):
    folder = downloads(1, [[0, 1]])
    mapping = {"road": ROAD, "ghost": CAR, "large": {**CAR, "index": 300}}
    report = to_masks([mask_task(1, mapping)], tmp_path / "out", files=folder)
    assert (report.labels, report.left_out) == ({"road": 1}, {"mask": 2})


def test_tasks_of_one_image_have_masks_of_their_own(tmp_path, downloads):
    downloads(1, [[0, 1]])
    folder = downloads(2, [[1, 1]])
    attachment = {"params": {"attachment": "https://a.org/1.jpg"}}
    tasks = [{**mask_task(number, {"road": ROAD}), **attachment} for number in (1, 2)]
    report = to_masks(tasks, tmp_path / "out", files=folder)
    assert report.images == len(list((tmp_path / "out" / "masks").rglob("*.png"))) == 2


def large_image():
    """A PNG that claims more pixels than Pillow takes."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", crc32(head))


@pytest.mark.parametrize(
    "content", [b"", b"no image", struct.pack(">II", 1, 2), large_image(), large_image()[:20]]
)
def test_a_file_that_is_no_image_raises(content, tmp_path, downloads):
    folder = downloads(1, [[1]])
    (folder / "1-indexed.png").write_bytes(content)
    with pytest.raises(scaleapi.ScaleException, match=r"indexed.png is not an image with indexes"):
        to_masks([mask_task(1, {"road": ROAD})], tmp_path / "out", files=folder)


def test_an_image_of_two_channels_raises(tmp_path, downloads):
    folder = downloads(1, [[[1, 255]]])
    with pytest.raises(scaleapi.ScaleException, match="its mode is LA"):
        to_masks([mask_task(1, {"road": ROAD})], tmp_path / "out", files=folder)


def test_without_pillow_the_extra_is_named(tmp_path, downloads, monkeypatch):
    folder = downloads(1, [[1]])
    monkeypatch.setitem(__import__("sys").modules, "PIL.Image", None)
    with pytest.raises(ImportError, match=r"needs PIL. Install.*scaleapi\[coco\]"):
        to_masks([mask_task(1, {"road": ROAD})], tmp_path / "out", files=folder)
