"""Annotations as lines to draw: the kinds of geometry, and where each keeps its numbers."""

from __future__ import annotations

import math
from typing import Any, Callable, List, Mapping, NamedTuple, Tuple

Point = Tuple[float, float]

LARGEST = 100_000  # pixels on a side, beyond which a number is no place in a picture
_AROUND = 72  # points of an ellipse


class Undrawable(Exception):
    """Why an annotation can't be drawn."""


class Line(NamedTuple):
    """Points that are joined, the last with the first where it is closed."""

    points: List[Point]
    closed: bool


Shape = List[Line]
"""An annotation; a single line of a single point is a dot."""


def shape_of(annotation: Any, task_type: str) -> Shape:
    """The lines of an annotation.

    Raises:
        Undrawable: its geometry is unknown, or lacks what it needs.
    """
    if not isinstance(annotation, dict):
        raise Undrawable(f"an annotation must be an object, got {annotation!r:.40}")
    return _SHAPES[_kind_of(annotation, task_type)](annotation)


def _kind_of(annotation: Mapping[str, Any], task_type: str) -> str:
    """The name of its geometry: the one it tells, else the task's own, else by its keys."""
    told = annotation.get("type")
    if isinstance(told, str) and told.lower() in _SHAPES:
        return told.lower()
    if told is not None:
        raise Undrawable(f"unknown geometry {told!r:.40}")
    if OF_TASKS[task_type]:
        return OF_TASKS[task_type]
    kind = next((kind for key, kind in _BY_KEYS if key in annotation), None)
    if kind is None:
        raise Undrawable("an annotation without geometry")
    return _by_vertices(annotation["vertices"]) if kind == "polygon" else kind


def _by_vertices(vertices: Any) -> str:
    rows = vertices if isinstance(vertices, list) else []
    if any(isinstance(row, dict) and "description" in row for row in rows):
        return "cuboid"
    return "line" if len(rows) == 2 else "polygon"


def _box(annotation: Mapping[str, Any]) -> Shape:
    if "vertices" in annotation:  # a box that is turned
        return _polygon(annotation)
    left, top, width, height = _sides(annotation)
    right, bottom = left + width, top + height
    return [Line([(left, top), (right, top), (right, bottom), (left, bottom)], True)]


def _polygon(annotation: Mapping[str, Any]) -> Shape:
    return [Line([_point(row) for row in _vertices(annotation)], True)]


def _line(annotation: Mapping[str, Any]) -> Shape:
    return [Line([_point(row) for row in _vertices(annotation)], False)]


def _dot(annotation: Mapping[str, Any]) -> Shape:
    return [Line([_point(annotation)], False)]


def _cuboid(annotation: Mapping[str, Any]) -> Shape:
    """The near face, and the side beside it where its corners are told; or both faces, joined."""
    vertices = _vertices(annotation)
    points = [_point(row) for row in vertices]
    named = {str(row.get("description")): point for row, point in zip(vertices, points)}
    missing = [name for name in _FACE if name not in named]
    if missing and not named.keys().isdisjoint(_FACE + _SIDE):
        raise Undrawable(f"a cuboid without its {missing[0]}")
    if not missing:
        face = Line([named[name] for name in _FACE], True)
        if not all(name in named for name in _SIDE):
            return [face]
        top, bottom = (named[name] for name in _SIDE)
        right = 2 * top[0] > named["face-topleft"][0] + named["face-topright"][0]
        near = "right" if right else "left"
        side = [named[f"face-top{near}"], top, bottom, named[f"face-bottom{near}"]]
        return [face, Line(side, False)]
    if len(points) != 8:
        return [Line(points, True)]
    joints = [Line([near, far], False) for near, far in zip(points[:4], points[4:])]
    return [Line(points[:4], True), Line(points[4:], True), *joints]


def _ellipse(annotation: Mapping[str, Any]) -> Shape:
    """Around its center, or within a box; the angle is in degrees, clockwise."""
    if "center" in annotation:
        x, y = _point(annotation["center"])
        across, down = _point(annotation.get("radius"))
    else:
        left, top, width, height = _sides(annotation)
        across, down = width / 2, height / 2
        x, y = left + across, top + down
    turn = math.radians(_number({"angle": 0, **annotation}, "angle"))
    steps = (2 * math.pi * step / _AROUND for step in range(_AROUND))
    points = [
        (
            x + across * math.cos(step) * math.cos(turn) - down * math.sin(step) * math.sin(turn),
            y + across * math.cos(step) * math.sin(turn) + down * math.sin(step) * math.cos(turn),
        )
        for step in steps
    ]
    return [Line(points, True)]


def _sides(annotation: Mapping[str, Any]) -> List[float]:
    return [_number(annotation, key) for key in ("left", "top", "width", "height")]


def _vertices(annotation: Mapping[str, Any]) -> List[Any]:
    vertices = annotation.get("vertices")
    if not isinstance(vertices, list) or len(vertices) < 2:
        raise Undrawable("vertices must be a list of two or more")
    return vertices


def _point(row: Any) -> Point:
    if not isinstance(row, dict):
        raise Undrawable(f"a point must be an object with x and y, got {row!r:.40}")
    return _number(row, "x"), _number(row, "y")


def _number(row: Mapping[str, Any], key: str) -> float:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Undrawable(f"{key} must be a number, got {value!r:.40}")
    if not abs(value) <= LARGEST:  # true of NaN too
        raise Undrawable(f"{key} is no place in a picture: {value!r:.40}")
    return float(value)


_FACE = ("face-topleft", "face-topright", "face-bottomright", "face-bottomleft")
_SIDE = ("side-topcorner", "side-bottomcorner")

_SHAPES: Mapping[str, Callable[[Mapping[str, Any]], Shape]] = {
    "box": _box,
    "polygon": _polygon,
    "line": _line,
    "point": _dot,
    "cuboid": _cuboid,
    "ellipse": _ellipse,
}

OF_TASKS: Mapping[str, str] = {
    "imageannotation": "",
    "annotation": "box",
    "polygonannotation": "polygon",
    "lineannotation": "line",
    "pointannotation": "point",
    "cuboidannotation": "cuboid",
}
"""The types of tasks that can be drawn, and the one geometry that a type has; "" for any."""

# What an annotation that does not tell its geometry is taken for, by the first key that it has.
_BY_KEYS = (("vertices", "polygon"), ("left", "box"), ("center", "ellipse"), ("x", "point"))
