"""Drawings: every geometry where its numbers say, and nothing in them that a browser would obey."""

import base64
import os
import re
import struct
import subprocess
import sys
import zlib
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scaleapi
from scaleapi import drawing
from scaleapi.drawing import _drawing, labels, svg

from ..fixtures.drawings import opened, sanitized

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "</title></text><script>alert(1)</script><image href='javascript:alert(2)'/>&\"'\x00\ud800"
)
BOX = {"type": "box", "label": "car", "left": 10, "top": 20, "width": 30, "height": 40}
VERTICES = [{"x": 1, "y": 2}, {"x": 30, "y": 4}, {"x": 5, "y": 60}]
WITHOUT_PICTURE = {"image": ""}


def png(width, height):
    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = (b"\0" + b"\x40\x80\xc0" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg(width, height, orientation=None, order="<"):
    """As much of one as tells its size."""
    exif = b""
    if orientation is not None:
        entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
        tiff = struct.pack(f"{order}2sHIH", b"II" if order == "<" else b"MM", 42, 8, 1) + entry
        exif = b"\xff\xe1" + struct.pack(">H", 8 + len(tiff)) + b"Exif\0\0" + tiff
    frame = struct.pack(">HHBHHB", 0xFFC2, 11, 8, height, width, 1)
    return b"\xff\xd8" + exif + b"\xff\xdb\0\x04ab" + frame + b"\0" * 20


def data_address(content, kind="png"):
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def task(*annotations, kind="imageannotation", attachment=None, **fields):
    json = {"task_id": "t1", "type": kind, "status": "completed", "params": {}, **fields}
    json.setdefault("response", {"annotations": list(annotations)})
    if attachment is not None:
        json["params"]["attachment"] = attachment
    return scaleapi.Task(json, None)


def parsed(svg):
    """The document, of which nothing is left but what a drawing is made of."""
    tree = ElementTree.fromstring(svg)
    assert {each.tag.replace(SVG, "") for each in tree.iter()} <= {
        "svg", "g", "path", "text", "title", "image",
    }  # fmt: skip
    names = {name for each in tree.iter() for name in each.attrib}
    assert not [name for name in names if name.startswith("on") or name == "style"]
    return tree


def texts(tree):
    return [each.text for each in tree.iter(f"{SVG}text")]


def paths(drawn):
    """The paths of the annotations, each by what one reads when pointing at it."""
    found = [each for each in parsed(drawn.svg).iter(f"{SVG}path") if len(each)]
    return [(each[0].text, each.get("d")) for each in found]


CUBOID = {
    "face-topleft": (0, 10), "face-topright": (20, 10), "face-bottomright": (20, 30),
    "face-bottomleft": (0, 30), "side-topcorner": (30, 15), "side-bottomcorner": (30, 25),
}  # fmt: skip


def cuboid(**moved):
    return [
        {"description": name, "type": "vertex", "x": x, "y": y}
        for name, (x, y) in {**CUBOID, **moved}.items()
    ]


FACE = "M0 10L20 10L20 30L0 30z"
EIGHT = [{"x": x, "y": y} for x in (0, 5) for y in (0, 1, 2, 3)]


@pytest.mark.parametrize(
    "annotation, path",
    [
        (BOX, "M10 20L40 20L40 60L10 60z"),
        ({**BOX, "left": -5, "width": 9.126}, "M-5 20L4.13 20L4.13 60L-5 60z"),
        ({"type": "box", "vertices": VERTICES}, "M1 2L30 4L5 60z"),
        ({"type": "Polygon", "vertices": VERTICES}, "M1 2L30 4L5 60z"),
        ({"type": "line", "vertices": VERTICES}, "M1 2L30 4L5 60"),
        ({"type": "point", "x": 7, "y": 8.5}, "M7 8.5h0"),
        ({"type": "cuboid", "vertices": cuboid()}, f"{FACE}M20 10L30 15L30 25L20 30"),
        (
            {
                "type": "cuboid",
                "vertices": cuboid(**{"side-topcorner": (-9, 15), "side-bottomcorner": (-9, 25)}),
            },
            f"{FACE}M0 10L-9 15L-9 25L0 30",
        ),
        ({"type": "cuboid", "vertices": cuboid()[:4]}, FACE),
        (
            {"type": "cuboid", "vertices": EIGHT},
            "M0 0L0 1L0 2L0 3zM5 0L5 1L5 2L5 3zM0 0L5 0M0 1L5 1M0 2L5 2M0 3L5 3",
        ),
        # Without a type: by its keys.
        (
            {key: BOX[key] for key in ("left", "top", "width", "height")},
            "M10 20L40 20L40 60L10 60z",
        ),
        ({"vertices": VERTICES}, "M1 2L30 4L5 60z"),
        ({"vertices": VERTICES[:2]}, "M1 2L30 4"),
        ({"vertices": cuboid()[:4]}, FACE),
        ({"x": 1, "y": 1}, "M1 1h0"),
    ],
)
def test_draw_geometry_is_at_its_coordinates(annotation, path):
    drawn = task(annotation).draw(**WITHOUT_PICTURE)
    assert [found for _, found in paths(drawn)] == [path] and drawn.notes == ()


@pytest.mark.parametrize(
    "ellipse, extents",
    [
        ({"center": {"x": 50, "y": 40}, "radius": {"x": 30, "y": 10}}, (20, 80, 30, 50)),
        (
            {"center": {"x": 50, "y": 40}, "radius": {"x": 30, "y": 10}, "angle": 90},
            (40, 60, 10, 70),
        ),
        ({"type": "ellipse", "left": 0, "top": 0, "width": 20, "height": 10}, (0, 20, 0, 10)),
        (
            {
                "type": "ellipse",
                "vertices": [
                    {"x": 50, "y": 30},
                    {"x": 80, "y": 40},
                    {"x": 50, "y": 50},
                    {"x": 20, "y": 40},
                ],
            },
            (20, 80, 30, 50),
        ),
    ],
)
def test_draw_ellipse_is_around_its_center(ellipse, extents):
    ((_, path),) = paths(task(ellipse).draw(**WITHOUT_PICTURE))
    points = [tuple(map(float, pair.split())) for pair in re.findall(r"[\d.-]+ [\d.-]+", path)]
    across, down = zip(*points)
    assert (min(across), max(across), min(down), max(down)) == pytest.approx(extents, abs=0.01)


def test_draw_ellipse_within_a_box_has_no_vertices():
    ellipse = {"type": "ellipse", "left": 0, "top": 0, "width": 20, "height": 10}
    drawn = task({**ellipse, "vertices": VERTICES}).draw(**WITHOUT_PICTURE)
    assert paths(drawn) == paths(task(ellipse).draw(**WITHOUT_PICTURE))


def test_draw_ellipse_is_rotated_clockwise():
    turned = {"center": {"x": 50, "y": 40}, "radius": {"x": 30, "y": 10}, "angle": 30}
    ((_, path),) = paths(task(turned).draw(**WITHOUT_PICTURE))
    points = re.findall(r"[\d.-]+ [\d.-]+", path)
    # The right end has gone down, and the lower end to the left.
    assert (points[0], points[len(points) // 4]) == ("75.98 55", "45 48.66")


@pytest.mark.parametrize(
    "kind, annotation, path",
    [
        ("annotation", BOX, "M10 20L40 20L40 60L10 60z"),
        ("polygonannotation", {"vertices": VERTICES[:2]}, "M1 2L30 4z"),
        ("lineannotation", {"vertices": VERTICES}, "M1 2L30 4L5 60"),
        ("pointannotation", {"x": 1, "y": 2}, "M1 2h0"),
        ("cuboidannotation", {"vertices": cuboid()[:4]}, FACE),
    ],
)
def test_draw_geometry_of_a_single_geometry_type_is_inferred(kind, annotation, path):
    annotation = {name: value for name, value in annotation.items() if name != "type"}
    assert [found for _, found in paths(task(annotation, kind=kind).draw(image=""))] == [path]


def test_draw_sandbox_responses_are_drawn_completely(sandbox_task):
    drawn = sandbox_task.draw(**WITHOUT_PICTURE)
    assert drawn.notes == () and len(paths(drawn)) == 12
    assert len({path for _, path in paths(drawn)}) == 12, "each has a place of its own"


@pytest.fixture
def sandbox_task():
    from scaleapi.sandbox import Sandbox

    names = ("box", "polygon", "line", "point", "cuboid", "ellipse")
    asked = {name: {"objects_to_annotate": ["car", {"choice": "bus"}]} for name in names}
    with Sandbox() as box, box.client() as client:
        return client.create_task("imageannotation", attachment="x", geometries=asked)


def test_draw_label_has_one_colour_in_every_task_and_process():
    code = "from scaleapi.drawing import label_colour as c; print(c('car'), c('truck'), c('日本'))"
    found = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split()
        for seed in ("1", "2")
    ]
    assert found[0] == found[1] == [drawing.label_colour(each) for each in ("car", "truck", "日本")]
    assert found[0] == ["#cc05ba", "#4e33cc", "#21833e"], "whoever changes a colour changes all"
    (svg,) = {
        task(BOX, {**BOX, "left": left}).draw(image="").svg.count("#cc05ba") for left in (1, 9)
    }
    assert svg == 6  # line, fill and name of each


@given(st.text())
def test_draw_colours_are_readable_on_white(label):
    red, green, blue = bytes.fromhex(drawing.label_colour(label)[1:])
    assert 1.05 / (labels._luminance((red / 255, green / 255, blue / 255)) + 0.05) > 4.5


def test_draw_common_labels_have_different_colours():
    labels = "car truck bus bicycle person pedestrian motorcycle dog cat tree sign".split()
    colours = [bytes.fromhex(drawing.label_colour(label)[1:]) for label in labels]
    for number, one in enumerate(colours):
        for other in colours[:number]:
            assert sum(abs(a - b) for a, b in zip(one, other)) > 30


def test_draw_untrusted_text_is_escaped():
    hostile = {**BOX, "label": HOSTILE, "attributes": {HOSTILE: HOSTILE}}
    odd = [{**BOX, "type": HOSTILE}, {**BOX, "left": HOSTILE}, HOSTILE]
    drawn = task(hostile, *odd, task_id=HOSTILE, attachment=HOSTILE).draw()
    tree = parsed(drawn.svg)
    assert texts(tree)[0].startswith("</title></text><script>alert(1)")
    assert "\\u0000\\ud800" in tree.find(f".//{SVG}title").text
    assert "<script" not in opened(drawn._repr_html_()) and "<script" not in drawn.svg
    for text in (drawn.svg, opened(drawn._repr_html_())):
        text.encode("utf-8")  # with no half of a character


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
KEYS = "type label left top width height vertices center radius x y angle attributes".split()
KINDS = "box polygon point line ellipse cuboid".split()
PLACE = st.integers(-50, 300)
POINTS = st.lists(
    st.fixed_dictionaries(
        {"x": PLACE, "y": PLACE}, optional={"description": st.sampled_from([*CUBOID])}
    ),
    max_size=9,
)
ANNOTATION = st.dictionaries(st.sampled_from(KEYS), PLACE | st.sampled_from(KINDS) | JSON) | (
    st.fixed_dictionaries(
        {"vertices": POINTS},
        optional={"type": st.sampled_from(KINDS), "label": st.text(), "left": PLACE},
    )
)


@given(st.lists(ANNOTATION | JSON, max_size=5), JSON, JSON)
def test_draw_any_response_returns_valid_svg(annotations, attachment, status):
    odd = task(*annotations, attachment=attachment, status=status)
    drawn = odd.draw()
    parsed(drawn.svg)
    assert "nan" not in re.sub(r"<text.*?</text>|<title>.*?</title>", "", drawn.svg, flags=re.S)
    assert len(paths(drawn)) + len(drawn.notes) >= (1 if annotations else 0)


@given(JSON)
def test_draw_response_that_is_no_list_is_noted(response):
    drawn = task(response=response).draw()
    parsed(drawn.svg)
    assert drawn.notes


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", " javascript:alert(1)", "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd", "//evil.example/a.png", "scaledata://a/b", "https://a/\nb", "https://",
        "", 17, None,
    ],
)  # fmt: skip
def test_draw_attachment_with_forbidden_scheme_is_not_loaded(address):
    drawn = task(BOX, attachment=address).draw()
    assert not list(parsed(drawn.svg).iter(f"{SVG}image")) and "<img" not in opened(
        drawn._repr_html_()
    )
    (note,) = drawn.notes
    assert "pass image=" in note and (address is None or f"{address!r:.80}" in note)


@pytest.mark.parametrize("address", ["https://a.example/b.png?c=1&d=\"'<>", "HTTP://a.example/b c"])
def test_draw_attachment_is_loaded_from_its_url_alone(address):
    drawn = task(BOX, attachment=address).draw()
    (image,) = parsed(drawn.svg).iter(f"{SVG}image")
    assert image.attrib == {"href": address}
    assert opened(drawn._repr_html_()).count("<img") == 1 and "<image" not in opened(
        drawn._repr_html_()
    )
    assert 'src="' + address.split("?")[0] in opened(drawn._repr_html_())
    (note,) = drawn.notes
    assert "pass size=" in note


def test_draw_size_argument_is_the_size_of_the_drawing():
    drawn = task(BOX, attachment="https://a.example/b.png").draw(size=(640, 480.0))
    tree = parsed(drawn.svg)
    (image,) = tree.iter(f"{SVG}image")
    assert (image.get("width"), image.get("height")) == ("640", "480") and drawn.notes == ()
    assert tree.get("viewBox") == "0 0 640 480" and "<img" not in opened(drawn._repr_html_())


@pytest.mark.parametrize(
    "size", [(0, 5), (5,), 5, "ab", (float("nan"), 5), (5, 10**400), (1, -1), None.__class__]
)
def test_draw_invalid_size_raises(size):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=r"size must be \(width, height\)"):
        task(BOX).draw(size=size)


@pytest.mark.parametrize(
    "content, kind, size",
    [
        (png(6, 4), "png", "6 4"),
        (jpeg(600, 400), "jpeg", "600 400"),
        (jpeg(600, 400, 1), "jpeg", "600 400"),
        (jpeg(600, 400, 6), "jpeg", "400 600"),
        (jpeg(600, 400, 8, ">"), "jpeg", "400 600"),
        (b"GIF89a\x06\0\x04\0", "gif", "6 4"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp", None),
        (b"\xff\xd8\xff" + b"\xff" * 50, "jpeg", None),
        (b"\xff\xd8\xff\xe0\0\0", "jpeg", None),
        (png(6, 4)[:20], "png", None),
    ],
    ids=str,
)
def test_draw_image_file_is_embedded_and_gives_the_size(content, kind, size, tmp_path):
    path = tmp_path / "street"
    path.write_bytes(content)
    address = data_address(content, kind)
    for image in (path, str(path), content, address):
        drawn = task(BOX, attachment="scaledata://a").draw(image=image)
        tree = parsed(drawn.svg)
        assert tree.find(f"{SVG}image").get("href") == address
        assert size is None or tree.get("viewBox").startswith(f"0 0 {size}")
        assert (size is None) == any("pass size=" in note for note in drawn.notes)


@pytest.mark.parametrize("image", [b"", b"<svg/>", 17, [], b"%PDF"])
def test_draw_file_that_is_no_image_raises(image):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="^image must be"):
        task(BOX).draw(image=image)


def test_draw_missing_image_raises_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        task(BOX).draw(image=tmp_path / "none.png")


@pytest.mark.parametrize("kind", ["chat", "segmentannotation", "", None, [], "IMAGEANNOTATION"])
def test_draw_task_of_any_type_returns_a_drawing(kind):
    drawn = task(kind=kind).draw()
    ElementTree.fromstring(drawn.svg)
    assert drawn.notes or kind == "IMAGEANNOTATION"


@pytest.mark.parametrize(
    "fields, note",
    [
        ({"response": None, "status": "pending"}, "There is no response yet: the task is pending."),
        ({"response": {"error": "no such image"}}, "The task failed: no such image"),
        ({"response": {"error": "ab " * 99}}, f"The task failed: {'ab ' * 66}ab"),
        ({"response": {"error": 7}}, "The response has no list of annotations."),
        ({"response": {}}, "The response has no list of annotations."),
        ({"response": {"annotations": {"a": 1}}}, "The response has no list of annotations."),
        ({"response": {"annotations": []}}, "The response has no annotations."),
    ],
)
def test_draw_task_without_annotations_shows_the_image_and_a_note(fields, note):
    drawn = task(attachment=data_address(png(600, 400)), **fields).draw()
    assert drawn.notes == (note,) and paths(drawn) == []
    assert parsed(drawn.svg).find(f"{SVG}image") is not None
    assert note in " ".join(texts(parsed(drawn.svg))) and f"<p>{note}</p>" in opened(
        drawn._repr_html_()
    )


@pytest.mark.parametrize(
    "wrong, reason",
    [
        ({"type": "blob"}, "unknown geometry 'blob'"),
        ({"type": ["box"]}, "unknown geometry"),
        ({"label": "x"}, "an annotation without geometry"),
        ("text", "an annotation must be an object"),
        ({**BOX, "left": float("nan")}, "left must be a finite number, got nan"),
        ({**BOX, "top": float("inf")}, "top must be a finite number, got inf"),
        ({**BOX, "width": 10**400}, "width must be a finite number, got 1000"),
        ({**BOX, "left": -100_031}, "coordinates must be from -100,000 to 100,000, got -100031"),
        ({**BOX, "rotation": 0.5}, "a rotated box without vertices"),
        ({**BOX, "height": "40"}, "height must be a number, got '40'"),
        ({**BOX, "left": True}, "left must be a number, got True"),
        ({"type": "polygon", "vertices": []}, "vertices must be a list of one or more"),
        (
            {"type": "polygon", "vertices": [[1, 2], [3, 4]]},
            "a point must be an object with x and y, got ",
        ),
        (
            {"type": "ellipse", "center": {"x": 1, "y": 1}},
            "a point must be an object with x and y, got ",
        ),
        ({"type": "cuboid", "vertices": cuboid()[1:]}, "a cuboid without its face-topleft"),
        ({"vertices": cuboid()[:3]}, "a cuboid without its face-bottomleft"),
        ({"type": "cuboid", "vertices": cuboid()[4:]}, "a cuboid without its face-topleft"),
        ({"type": "ellipse", "vertices": VERTICES}, "an ellipse has 4 vertices, got 3"),
        ({"type": "ellipse", "vertices": EIGHT}, "an ellipse has 4 vertices, got 8"),
    ],
)
def test_draw_invalid_annotation_is_noted_and_others_are_drawn(wrong, reason):
    drawn = task(wrong, BOX, wrong).draw(**WITHOUT_PICTURE)
    (note,) = drawn.notes
    assert note.startswith(f"2 annotations are not drawn: {reason}") and len(note) < 120
    assert [label for label, _ in paths(drawn)] == ["car"]


def test_draw_many_notes_are_summarized():
    odd = [{"type": f"kind {number}"} for number in range(9)]
    notes = task(*odd).draw(**WITHOUT_PICTURE).notes
    assert len(notes) == 6 and notes[-1] == "4 annotations are not drawn, for other reasons."


def test_draw_annotations_outside_the_image_are_counted():
    away = [{**BOX, "left": 700}, {**BOX, "top": -61}, {**BOX, "top": -40, "label": "edge"}]
    drawn = task(*away).draw(image=png(600, 400))
    assert drawn.notes == ("2 annotations are outside of the picture.",)
    assert [label for label, _ in paths(drawn)] == ["edge"]


def test_draw_without_image_the_background_covers_the_shapes():
    away = [{**BOX, "left": -300, "top": -50, "label": "a"}, {**BOX, "left": 500, "label": "b"}]
    drawn = task(*away).draw(image="")
    tree = parsed(drawn.svg)
    left, top, width, height = map(float, tree.get("viewBox").split())
    assert drawn.notes == () and [label for label, _ in paths(drawn)] == ["a", "b"]
    assert (left, top) == (-300, -50) and left + width >= 530 and top + height >= 60
    assert tree.find(f"{SVG}path").get("d") == f"M-300 -50h{width:g}v{height:g}h-{width:g}z"
    (_, names) = tree.findall(f"{SVG}g")
    assert -300 < float(names[0].get("x")) < -280 and -50 < float(names[0].get("y")) < -20
    noted = parsed(task(*away, {}).draw(image="").svg)
    note = noted.findall(f"{SVG}text")[0]
    bottom = sum(map(float, noted.get("viewBox").split()[1::2]))
    assert float(note.get("x")) < -280 and top + height < float(note.get("y")) <= bottom


def test_draw_omitted_annotations_are_counted_once():
    bad = {"task_id": "t1", "type": "annotation", "response": {"annotations": [{}, {}, {}]}}
    left, reason = drawing.draw(bad, image="", max_annotations=2).notes
    assert left == "1 annotation is left out: there is too much to draw."
    assert reason.startswith("2 annotations are not drawn: left must be")


def test_draw_thousands_are_drawn_up_to_a_limit_and_labelled_once(monkeypatch):
    rows = [
        {**BOX, "label": f"l{n % 3}", "left": n % 500} for n in range(_drawing.MAX_ANNOTATIONS + 7)
    ]
    drawn = task(*rows).draw(image=png(600, 400))
    assert len(paths(drawn)) == _drawing.MAX_ANNOTATIONS
    assert drawn.notes[0] == "7 annotations are left out: there is too much to draw."
    assert texts(parsed(drawn.svg))[:3] == ["l0", "l1", "l2"] and "is labeled" in drawn.notes[1]
    assert len(drawn.svg) < 300 * _drawing.MAX_ANNOTATIONS
    lines = [{"type": "line", "vertices": [{"x": n, "y": n} for n in range(1000)]}] * 200
    drawn = task(*lines).draw(**WITHOUT_PICTURE)
    assert len(paths(drawn)) == _drawing.MAX_ANNOTATIONS * _drawing.MAX_MEAN_POINTS // 1000
    assert "100 annotations are left out" in drawn.notes[0]


@pytest.mark.parametrize("width, height", [(8, 8), (64, 40), (640, 480), (8000, 6000), (20, 4000)])
def test_draw_labels_have_one_size_on_the_screen(width, height):
    tree = parsed(task({**BOX, "left": 1, "top": 1}).draw(size=(width, height), image="").svg)
    group = tree.findall(f"{SVG}g")[1]
    scale = float(tree.get("width")) / width
    assert float(group.get("font-size")) * scale == pytest.approx(labels.FONT_SIZE, rel=0.02)
    assert float(tree.get("width")) <= svg.MAX_WIDTH
    assert float(tree.get("height")) <= max(height, svg.MAX_HEIGHT)


def test_draw_labels_are_inside_the_image_and_do_not_overlap():
    rows = [{**BOX, "label": f"a long label {n}", "left": 590, "top": 2} for n in range(8)]
    tree = parsed(task(*rows).draw(image=png(600, 400)).svg)
    places = [(float(each.get("x")), float(each.get("y"))) for each in tree.iter(f"{SVG}text")]
    assert all(0 < x < 590 and labels.FONT_SIZE <= y <= 400 for x, y in places)
    down = sorted(y for _, y in places)
    assert min(after - before for before, after in zip(down, down[1:])) >= labels.FONT_SIZE


def dots(count, x, y):
    return [{"type": "point", "label": f"name {n}", "x": x, "y": y} for n in range(count)]


@pytest.mark.parametrize(
    "rows, named",
    [
        (dots(3, 300, 399), 3),
        (dots(3, 300, 1), 3),
        (dots(26, 300, 200), 26),
        (dots(30, 300, 200), 26),
        (dots(27, 599, 399), 26),
        (dots(1, 3, 3), 1),
    ],
)
def test_draw_label_without_room_is_omitted_and_counted(rows, named):
    drawn = task(*rows).draw(image=png(600, 400))
    (_, names) = parsed(drawn.svg).findall(f"{SVG}g")
    down = sorted(float(each.get("y")) for each in names)
    assert len(down) == named and labels.FONT_SIZE <= down[0] and down[-1] <= 400
    assert all(after - before >= labels.FONT_SIZE for before, after in zip(down, down[1:]))
    left = len(rows) - named
    assert [note.split(" no room")[0] for note in drawn.notes] == (
        [] if not left else ["1 label has" if left == 1 else f"{left} labels have"]
    )
    assert [label for label, _ in paths(drawn)] == [row["label"] for row in rows]


def test_draw_labels_of_an_image_lower_than_them_are_noted():
    drawn = task(*dots(2, 5, 0)).draw(image="", size=(600, 4))
    assert texts(parsed(drawn.svg))[0] == "name 0"
    assert drawn.notes[0].startswith("1 label has no room")


def test_draw_long_label_is_shortened_with_full_tooltip():
    long = {**BOX, "label": "bicycle  \n " * 20, "attributes": {"lens": "wide"}}
    drawn = task(long, {**BOX, "label": None}, {**BOX, "label": ["a", 1]}).draw(image="")
    names = texts(parsed(drawn.svg))
    assert (
        len(names[0]) == labels.MAX_LABEL_CHARS
        and names[0].endswith("…")
        and names[1] == '["a", 1]'
    )
    told = [label for label, _ in paths(drawn)]
    assert told[0].endswith("lens: wide") and told[1] == "(no label)"


def test_draw_save_writes_svg_and_no_other_format(tmp_path):
    drawn = task({**BOX, "label": "自転車"}).draw(image="")
    drawn.save(tmp_path / "t.SVG")
    assert (tmp_path / "t.SVG").read_text("utf-8") == drawn.svg
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="must end with .svg"):
        drawn.save(str(tmp_path / "t.png"))


def test_draw_repr_summarizes_the_drawing():
    drawn = task(BOX, {"type": "blob"}).draw(**WITHOUT_PICTURE)
    note = "1 annotation is not drawn: unknown geometry 'blob'."
    assert repr(drawn) == f"<Drawing of Task(id=t1): 1 annotation; {note}>"


@pytest.mark.parametrize("size", [None, (300, 200)])
def test_draw_html_disables_mathjax(size):
    dollars = {**BOX, "label": "$5 to $10"}
    odd = task(dollars, {"type": "$x$"}, attachment="https://a.example/b.png")
    html = re.sub("<img (.*?)>", "", sanitized(odd.draw(size=size)._repr_html_()))
    (outermost,) = ElementTree.fromstring(f"<body>{html}</body>")
    assert outermost.get("class").split() == ["mathjax_ignore", "tex2jax_ignore"]
    assert "$x$" in outermost.findtext("p") and "$5" not in html  # it is in a document of its own


def test_draw_html_without_objects_has_the_picture_and_no_label():
    drawn = task({**BOX, "label": "car"}).draw(png(60, 40))
    html = sanitized(drawn._repr_html_())
    (url,) = re.findall('<img alt="Task.id=t1." src="data:image/svg[+]xml;base64,([^"]+)"', html)
    assert base64.b64decode(url).decode() == drawn.svg and "car" not in html


def test_draw_html_without_objects_has_no_large_background(monkeypatch):
    monkeypatch.setattr(_drawing, "MAX_STILL_CHARS", 10)
    html = sanitized(task(BOX).draw(png(60, 40))._repr_html_())
    (url,) = re.findall('src="data:image/svg[+]xml;base64,([^"]+)"', html)
    assert not list(ElementTree.fromstring(base64.b64decode(url)).iter(f"{SVG}image"))


def test_draw_notebook_gets_html_only():
    assert not hasattr(drawing.Drawing, "_repr_svg_"), "JupyterLab would load no attachment in it"
