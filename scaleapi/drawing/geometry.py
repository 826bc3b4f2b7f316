"""Convert the geometry of an annotation to polylines, for each type of geometry."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple

Point = tuple[float, float]

MAX_COORDINATE = 100_000  # pixels; a larger absolute value is rejected
_ELLIPSE_POINTS = 72  # vertices of the polygon that approximates an ellipse


class UnsupportedGeometry(Exception):
    """An annotation that can't be drawn; the message is the reason."""


class Polyline(NamedTuple):
    """Points joined by line segments.

    Attributes:
        points: Coordinates in pixels, at least one point.
        closed: Whether a segment joins the last point to the first.
    """

    points: list[Point]
    closed: bool


Shape = list[Polyline]
"""The polylines of an annotation; a single polyline with a single point is a dot."""


def build_shape(annotation: Any, task_type: str) -> Shape:
    """Convert an annotation to polylines.

    Args:
        annotation: One entry of the response's `annotations`; any JSON value.
        task_type: A key of `TASK_GEOMETRIES`.

    Returns:
        The polylines, in pixels of the image.

    Raises:
        UnsupportedGeometry: If the geometry is unknown, or a field is missing or invalid.
    """
    if not isinstance(annotation, dict):
        raise UnsupportedGeometry(f"an annotation must be an object, got {annotation!r:.40}")
    return _BUILDERS[_geometry_type(annotation, task_type)](annotation)


def _geometry_type(annotation: Mapping[str, Any], task_type: str) -> str:
    """Return the annotation's declared geometry, else the task type's, else a guess by keys."""
    declared = annotation.get("type")
    if isinstance(declared, str) and declared.lower() in _BUILDERS:
        return declared.lower()
    if declared is not None:
        raise UnsupportedGeometry(f"unknown geometry {declared!r:.40}")
    if TASK_GEOMETRIES[task_type]:
        return TASK_GEOMETRIES[task_type]
    guess = next((geometry for key, geometry in _TYPES_BY_KEY if key in annotation), None)
    if guess is None:
        raise UnsupportedGeometry("an annotation without geometry")
    return _type_of_vertices(annotation["vertices"]) if guess == "polygon" else guess


def _type_of_vertices(vertices: Any) -> str:
    """Return the geometry assumed for vertices without a type."""
    rows = vertices if isinstance(vertices, list) else []
    if any(isinstance(row, dict) and "description" in row for row in rows):
        return "cuboid"
    return "line" if len(rows) == 2 else "polygon"


def _box(annotation: Mapping[str, Any]) -> Shape:
    """Return a box as its four corners."""
    if "vertices" in annotation:  # a rotated box
        return _polygon(annotation)
    left, top, width, height = _box_fields(annotation)
    right, bottom = left + width, top + height
    return [Polyline([(left, top), (right, top), (right, bottom), (left, bottom)], True)]


def _polygon(annotation: Mapping[str, Any]) -> Shape:
    return [Polyline([_point(row) for row in _vertices(annotation)], True)]


def _line(annotation: Mapping[str, Any]) -> Shape:
    return [Polyline([_point(row) for row in _vertices(annotation)], False)]


def _dot(annotation: Mapping[str, Any]) -> Shape:
    return [Polyline([_point(annotation)], False)]


def _cuboid(annotation: Mapping[str, Any]) -> Shape:
    """Return the front face, with the visible side if its corners are given, or both faces joined.

    Vertices are identified by `description`. Eight vertices without descriptions are two faces
    of four, in the same order.
    """
    vertices = _vertices(annotation)
    points = [_point(row) for row in vertices]
    by_name = {str(row.get("description")): point for row, point in zip(vertices, points)}
    missing = [name for name in _FACE_VERTICES if name not in by_name]
    if missing and not by_name.keys().isdisjoint(_FACE_VERTICES + _SIDE_VERTICES):
        raise UnsupportedGeometry(f"a cuboid without its {missing[0]}")
    if not missing:
        face = Polyline([by_name[name] for name in _FACE_VERTICES], True)
        if not all(name in by_name for name in _SIDE_VERTICES):
            return [face]
        top, bottom = (by_name[name] for name in _SIDE_VERTICES)
        right = 2 * top[0] > by_name["face-topleft"][0] + by_name["face-topright"][0]
        near = "right" if right else "left"
        side = [by_name[f"face-top{near}"], top, bottom, by_name[f"face-bottom{near}"]]
        return [face, Polyline(side, False)]
    if len(points) != 8:
        return [Polyline(points, True)]
    edges = [Polyline([front, back], False) for front, back in zip(points[:4], points[4:])]
    return [Polyline(points[:4], True), Polyline(points[4:], True), *edges]


def _ellipse(annotation: Mapping[str, Any]) -> Shape:
    """Return an ellipse, as a closed line of many points."""
    center, across, down = _ellipse_axes(annotation)
    turns = (2 * math.pi * step / _ELLIPSE_POINTS for step in range(_ELLIPSE_POINTS))
    points = [
        (
            center[0] + across[0] * math.cos(turn) + down[0] * math.sin(turn),
            center[1] + across[1] * math.cos(turn) + down[1] * math.sin(turn),
        )
        for turn in turns
    ]
    return [Polyline(points, True)]


def _ellipse_axes(annotation: Mapping[str, Any]) -> tuple[Point, Point, Point]:
    """Return the center of an ellipse, and its half-axes as vectors.

    It is given by its extreme points (top, right, bottom, left), by center and radius, or by a box;
    an angle is in degrees, clockwise.
    """
    if "vertices" in annotation and annotation.keys().isdisjoint(("center", "left")):
        points = [_point(row) for row in _vertices(annotation)]
        if len(points) != 4:
            raise UnsupportedGeometry(f"an ellipse has 4 vertices, got {len(points)}")
        top, right, bottom, left = points
        center = (sum(x for x, _ in points) / 4, sum(y for _, y in points) / 4)
        across = ((right[0] - left[0]) / 2, (right[1] - left[1]) / 2)
        return center, across, ((bottom[0] - top[0]) / 2, (bottom[1] - top[1]) / 2)
    if "center" in annotation:
        center = _point(annotation["center"])
        radius_x, radius_y = _point(annotation.get("radius"))
    else:
        box_left, box_top, width, height = _box_fields(annotation)
        radius_x, radius_y = width / 2, height / 2
        center = (box_left + radius_x, box_top + radius_y)
    turn = math.radians(_number({"angle": 0, **annotation}, "angle"))
    across = (radius_x * math.cos(turn), radius_x * math.sin(turn))
    return center, across, (-radius_y * math.sin(turn), radius_y * math.cos(turn))


def _box_fields(annotation: Mapping[str, Any]) -> list[float]:
    return [_number(annotation, key) for key in ("left", "top", "width", "height")]


def _vertices(annotation: Mapping[str, Any]) -> list[Any]:
    vertices = annotation.get("vertices")
    if not isinstance(vertices, list) or len(vertices) < 2:
        raise UnsupportedGeometry("vertices must be a list of two or more")
    return vertices


def _point(row: Any) -> Point:
    if not isinstance(row, dict):
        raise UnsupportedGeometry(f"a point must be an object with x and y, got {row!r:.40}")
    return _number(row, "x"), _number(row, "y")


def _number(row: Mapping[str, Any], key: str) -> float:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UnsupportedGeometry(f"{key} must be a number, got {value!r:.40}")
    if not abs(value) <= MAX_COORDINATE:  # written so that NaN fails too
        raise UnsupportedGeometry(
            f"{key} must be from -{MAX_COORDINATE:,} to {MAX_COORDINATE:,}, got {value!r:.40}"
        )
    return float(value)


_FACE_VERTICES = ("face-topleft", "face-topright", "face-bottomright", "face-bottomleft")
_SIDE_VERTICES = ("side-topcorner", "side-bottomcorner")

_BUILDERS: Mapping[str, Callable[[Mapping[str, Any]], Shape]] = {
    "box": _box,
    "polygon": _polygon,
    "line": _line,
    "point": _dot,
    "cuboid": _cuboid,
    "ellipse": _ellipse,
}

TASK_GEOMETRIES: Mapping[str, str] = {
    "imageannotation": "",
    "annotation": "box",
    "polygonannotation": "polygon",
    "lineannotation": "line",
    "pointannotation": "point",
    "cuboidannotation": "cuboid",
}
"""Geometry by task type, for the types that can be drawn; "" for a type with several."""

# The geometry assumed for an annotation without a type: that of the first key it has.
_TYPES_BY_KEY = (("vertices", "polygon"), ("left", "box"), ("center", "ellipse"), ("x", "point"))
