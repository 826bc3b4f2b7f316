"""Sizes that are read from the heads of image files, whole or broken."""

import base64
import io
import struct

import pytest

from scaleapi.drawing import read_size
from tests.sandbox.test_sandbox_task_keys import image_file

FRAME = b"\xff\xc0" + struct.pack(">HBHH", 17, 8, 480, 640) + b"\3" + bytes(9)


def segment(marker, content):
    return struct.pack(">HH", marker, len(content) + 2) + content


def exif(value, order="<", count=1):
    tiff = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, value, 0)
    return b"Exif\0\0" + tiff + struct.pack(f"{order}H", count) + entry


JPEGS = {
    "plain": (FRAME, (640, 480)),
    "after a comment": (segment(0xFFFE, b"made by hand") + FRAME, (640, 480)),
    "upright": (segment(0xFFE1, exif(1)) + FRAME, (640, 480)),
    "on its side": (segment(0xFFE1, exif(6)) + FRAME, (480, 640)),
    "on its side, big-endian": (segment(0xFFE1, exif(8, ">")) + FRAME, (480, 640)),
    "no Exif": (segment(0xFFE1, b"http://ns.adobe.com/xap/1.0/\0") + FRAME, (640, 480)),
    "Exif cut short": (segment(0xFFE1, exif(6, count=3)[:-6]) + FRAME, (640, 480)),
    "no marker": (b"\x12\x34\x56\x78" + FRAME, None),
    "no frame": (segment(0xFFFE, b"made by hand"), None),
    "frame of no size": (FRAME.replace(b"\x02\x80", b"\0\0"), None),
}


@pytest.mark.parametrize("what", JPEGS)
def test_read_size_jpeg_is_the_size_as_displayed(what):
    content, size = JPEGS[what]
    assert read_size(b"\xff\xd8" + content) == size


@pytest.mark.parametrize(
    "content, size",
    [
        (image_file(640, 480), (640, 480)),
        (image_file(640, 480)[:20], None),
        (b"GIF89a" + struct.pack("<HH", 12, 34), (12, 34)),
        (b"GIF89a\1", None),
        (b"BM", None),
        (b"", None),
    ],
)
def test_read_size_other_formats(content, size):
    assert read_size(content) == size


@pytest.mark.parametrize("data", [base64.b64encode(image_file(6, 4)).decode(), "!!!!", "A", ""])
def test_draw_attachment_that_is_a_data_url_of_any_content(data):
    from scaleapi.drawing import draw

    task = {
        "type": "annotation",
        "params": {"attachment": f"data:image/png;base64,{data}"},
        "response": {"annotations": [{"left": 0, "top": 0, "width": 1, "height": 1, "label": "a"}]},
    }
    assert draw(task).svg.startswith("<svg")


@pytest.mark.parametrize(
    "mode, options", [("RGB", {}), ("RGB", {"lossless": True}), ("RGBA", {"exact": True})]
)
@pytest.mark.parametrize("size", [(1, 1), (300, 17), (5000, 3)])
def test_read_size_of_webp(mode, options, size):
    images = pytest.importorskip("PIL.Image")
    file = io.BytesIO()
    image = images.new(mode, size, (200, 100, 50, 128)[: len(mode)])
    image.save(file, "WEBP", **options)
    assert read_size(file.getvalue()) == size
    extended = io.BytesIO()
    exif = images.Exif()
    exif[0x010E] = "a street"
    image.save(extended, "WEBP", exif=exif, **options)
    assert extended.getvalue()[12:16] == b"VP8X" and read_size(extended.getvalue()) == size


@pytest.mark.parametrize("length", range(12, 30))
def test_read_size_of_cut_webp_is_unknown(length):
    for kind in (b"VP8 ", b"VP8L", b"VP8X"):
        content = b"RIFF\0\0\0\0WEBP" + kind + b"\0" * 14
        assert read_size(content[:length]) in (None, *([(1, 1)] if kind == b"VP8L" else []))
