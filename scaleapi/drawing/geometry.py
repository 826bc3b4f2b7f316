"""Convert the geometry of an annotation to polylines, for each type of geometry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, NamedTuple

from .._geometry import (
    GEOMETRY_TYPES,
    Box,
    Cuboid,
    Ellipse,
    Geometry,
    Line,
    Point,
    Polygon,
    RotatedBox,
    UnsupportedGeometry,
    Vertex,
    box_corners,
    ellipse_points,
    read_geometry,
)

MAX_COORDINATE = 100_000  # pixels; a larger absolute value is rejected


class Polyline(NamedTuple):
    """Points joined by line segments.

    Attributes:
        points: Coordinates in pixels, at least one point.
        closed: Whether a segment joins the last point to the first.
    """

    points: list[Vertex]
    closed: bool


Shape = list[Polyline]
"""The polylines of an annotation; a single polyline with a single point is a dot."""


def build_shape(annotation: Any, default: str) -> Shape:
    """Convert an annotation to polylines.

    Args:
        annotation: One entry of the response's `annotations`; any JSON value.
        default: See `read_geometry`.

    Returns:
        The polylines, in pixels of the image.

    Raises:
        UnsupportedGeometry: If the geometry is unknown, or a field is missing or invalid.
    """
    return shape_of(read_geometry(annotation, default))


def shape_of(geometry: Geometry) -> Shape:
    """Convert a geometry in an image to polylines, in pixels of the image.

    Raises:
        UnsupportedGeometry: If it is of another kind, or too large to be drawn.
    """
    builder = _BUILDERS.get(type(geometry))
    if builder is None:
        raise UnsupportedGeometry(f"a {GEOMETRY_TYPES[type(geometry)]} is not in an image")
    shape = builder(geometry)
    for polyline in shape:
        for coordinate in (value for point in polyline.points for value in point):
            if abs(coordinate) > MAX_COORDINATE:
                raise UnsupportedGeometry(
                    f"coordinates must be from -{MAX_COORDINATE:,} to {MAX_COORDINATE:,}, "
                    f"got {coordinate!r:.40}"
                )
    return shape


def _cuboid(cuboid: Cuboid) -> Shape:
    """Return the front face, with the visible side if its corners are given, or both faces joined.

    Vertices are identified by name. Eight vertices without names are two faces of four, in the same
    order.
    """
    points = list(cuboid.vertices)
    by_name = dict(zip(cuboid.names, points))
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


_FACE_VERTICES = ("face-topleft", "face-topright", "face-bottomright", "face-bottomleft")
_SIDE_VERTICES = ("side-topcorner", "side-bottomcorner")

_BUILDERS: Mapping[type[Any], Callable[[Any], Shape]] = {
    Box: lambda box: [Polyline(box_corners(box), True)],
    RotatedBox: lambda box: [Polyline(list(box.vertices), True)],
    Polygon: lambda polygon: [Polyline(list(polygon.vertices), True)],
    Line: lambda line: [Polyline(list(line.vertices), False)],
    Point: lambda point: [Polyline([(point.x, point.y)], False)],
    Ellipse: lambda ellipse: [Polyline(ellipse_points(ellipse), True)],
    Cuboid: _cuboid,
}
