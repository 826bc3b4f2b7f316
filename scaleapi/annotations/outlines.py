"""Outlines of geometries in an image, and what is computed from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .._geometry import Box, Ellipse, Polygon, RotatedBox, Vertex, box_corners, ellipse_points

Extent = tuple[float, float, float, float]
"""The left and upper edge, the width and the height of an upright rectangle."""

OUTLINES: Mapping[type[Any], Callable[[Any], Sequence[Vertex]]] = {
    Box: box_corners,
    RotatedBox: lambda box: box.vertices,
    Polygon: lambda polygon: polygon.vertices,
    Ellipse: ellipse_points,
}
"""How the polygon is found that bounds a geometry, for those that have one."""


def extent_of(vertices: Iterable[Vertex]) -> Extent:
    """Return the smallest upright rectangle around points."""
    xs, ys = zip(*vertices)
    left, top = min(xs), min(ys)
    return left, top, max(xs) - left, max(ys) - top


def area_of(vertices: Sequence[Vertex]) -> float:
    """Return the area of a polygon whose edges do not cross."""
    following = [*vertices[1:], vertices[0]]
    # Relative to the first vertex, so that large coordinates cost no precision.
    x, y = vertices[0]
    doubled = sum(
        (a - x) * (d - y) - (c - x) * (b - y) for (a, b), (c, d) in zip(vertices, following)
    )
    return abs(doubled) / 2


def clip(vertices: Sequence[Vertex], size: tuple[float, float]) -> list[Vertex]:
    """Return the part of a polygon that is inside an image, by Sutherland and Hodgman.

    Where a polygon leaves the image and enters it again, its parts are joined along the edge.
    """
    inside = list(vertices)
    for axis, edge in ((0, 0), (0, size[0]), (1, 0), (1, size[1])):
        sign = -1 if edge == 0 else 1
        if all(sign * vertex[axis] <= sign * edge for vertex in inside):
            continue
        kept: list[Vertex] = []
        for start, end in zip([*inside[-1:], *inside], inside):
            starts, ends = (sign * vertex[axis] <= sign * edge for vertex in (start, end))
            if starts != ends:
                part = (edge - start[axis]) / (end[axis] - start[axis])
                other = start[1 - axis] + part * (end[1 - axis] - start[1 - axis])
                kept.append((edge, other) if axis == 0 else (other, edge))
            if ends:
                kept.append(end)
        inside = kept
    return inside
