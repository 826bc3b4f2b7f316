"""Responses of image types: shapes side by side, one for each label of each geometry."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Callable

from ..store import Doc
from .files import stable_uuid
from .labels import as_dict, as_number, attribute_values, first_labels

_CELL, _IN_ROW = 140, 5  # pixels, and shapes in a row
_SIZE = 100  # pixels of a shape
_CUBOID = {
    "face-topleft": (0, 0),
    "face-bottomleft": (0, 100),
    "face-topright": (100, 0),
    "face-bottomright": (100, 100),
    "side-topcorner": (120, 20),
    "side-bottomcorner": (120, 80),
}


def response(task: Doc, url: str) -> Doc:
    """Return the response of an imageannotation task."""
    params = task["params"]
    return {
        "annotations": image_annotations(task, as_dict(params.get("geometries"))),
        "global_attributes": attribute_values(params, None, {}),
        "links": [],
    }


def single(geometry: str) -> Callable[[Doc, str], Doc]:
    """Return what makes responses of an old type: without uuid, type and attributes."""

    def build(task: Doc, url: str) -> Doc:
        shapes = _shapes({geometry: task["params"]})
        return {"annotations": [{**shape, "label": label} for _, label, shape in shapes]}

    return build


def image_annotations(task: Doc, geometries: Mapping[str, Any], shift: int = 0) -> list[Doc]:
    """Return annotations of images, for each label of each geometry.

    Args:
        task: The task.
        geometries: As in a payload.
        shift: Pixels by which they are moved to the right, as objects in a video are.
    """
    shapes = list(_shapes(geometries, shift))
    uuids = [stable_uuid(task, f"annotation {number}") for number in range(len(shapes))]
    by_label = {label: uuid for uuid, (_, label, _) in zip(uuids, shapes)}
    built = []
    for uuid, (geometry, label, shape) in zip(uuids, shapes):
        others = {name: other for name, other in by_label.items() if other != uuid}
        values = attribute_values(task["params"], label or "", others)
        labeled = {"label": label} if label else {}
        built.append({"uuid": uuid, "type": geometry, **labeled, **shape, "attributes": values})
    return built


def _shapes(geometries: Mapping[str, Any], shift: int = 0) -> Iterable[tuple[str, str, Doc]]:
    """Yield geometry, label and shape; a geometry without labels has one shape without a label."""
    number = 0
    for geometry, options in geometries.items():
        build = _BUILDERS.get(geometry)
        if build is None:
            continue
        options = as_dict(options)
        for label in first_labels(options.get("objects_to_annotate")) or [""]:
            x, y = number % _IN_ROW * _CELL + shift, number // _IN_ROW * _CELL
            yield geometry, label, build(x, y, options)
            number += 1


def _box(x: int, y: int, options: Doc) -> Doc:
    width = max(_SIZE, as_number(options.get("min_width"), 0))
    height = max(_SIZE, as_number(options.get("min_height"), 0))
    return {"left": x, "top": y, "width": width, "height": height}


def _polygon(x: int, y: int, options: Doc) -> Doc:
    """Return a regular polygon with as many vertices as the options allow."""
    least, most = options.get("min_vertices"), options.get("max_vertices")
    count = int(max(min(5, as_number(most, 5)), as_number(least, 1), 1))
    turn = 2 * math.pi / min(count, 1000)
    return {
        "vertices": [
            {
                "x": round(x + _SIZE / 2 * (1 + math.sin(turn * step)), 2),
                "y": round(y + _SIZE / 2 * (1 - math.cos(turn * step)), 2),
            }
            for step in range(min(count, 1000))
        ]
    }


def _line(x: int, y: int, options: Doc) -> Doc:
    """Return a rising line with as many vertices as the options ask for."""
    count = int(min(max(as_number(options.get("min_vertices"), 2), 2), 1000))
    steps = [step / (count - 1) for step in range(count)]
    return {
        "vertices": [
            {"x": round(x + _SIZE * step, 2), "y": round(y + 90 - 80 * step, 2)} for step in steps
        ]
    }


def _point(x: int, y: int, options: Doc) -> Doc:
    return {"x": x + _SIZE // 2, "y": y + _SIZE // 2}


def _ellipse(x: int, y: int, options: Doc) -> Doc:
    """Return the four extreme points: top, right, bottom, left."""
    points = ((50, 25), (100, 50), (50, 75), (0, 50))
    return {"vertices": [{"x": x + right, "y": y + down} for right, down in points]}


def _cuboid(x: int, y: int, options: Doc) -> Doc:
    return {
        "vertices": [
            {"description": name, "type": "vertex", "x": x + right, "y": y + down}
            for name, (right, down) in _CUBOID.items()
        ]
    }


_BUILDERS: Mapping[str, Callable[[int, int, Doc], Doc]] = {
    "box": _box,
    "polygon": _polygon,
    "line": _line,
    "point": _point,
    "cuboid": _cuboid,
    "ellipse": _ellipse,
}
