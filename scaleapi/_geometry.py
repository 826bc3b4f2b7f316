"""The geometries of annotations, and reading those of images from JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple, Optional, Union

Vertex = tuple[float, float]
"""Pixels from the left and from the top of the image.

For `lidartopdown` tasks, x and y in the world.
"""

Vector = tuple[float, float, float]
"""Coordinates x, y and z in space; z is up."""


class UnsupportedGeometry(Exception):
    """A geometry that can't be read or drawn; the message is the reason."""


class Box(NamedTuple):
    """A rectangle with horizontal and vertical sides.

    Attributes:
        left: Pixels from the left.
        top: Pixels from the top.
        width: Pixels.
        height: Pixels.
    """

    left: float
    top: float
    width: float
    height: float


class RotatedBox(NamedTuple):
    """A rectangle at an angle.

    Attributes:
        vertices: Its corners.
        rotation: Radians, clockwise, None if the service did not send it.
        box: The same box before it was rotated, None if the service did not send it.
    """

    vertices: tuple[Vertex, ...]
    rotation: Optional[float]
    box: Optional[Box]


class Polygon(NamedTuple):
    """A polygon.

    Attributes:
        vertices: Its corners, in the order drawn; the last is joined to the first.
    """

    vertices: tuple[Vertex, ...]


class Line(NamedTuple):
    """Points joined by line segments.

    Attributes:
        vertices: The points, in the order drawn.
    """

    vertices: tuple[Vertex, ...]


class Point(NamedTuple):
    """A point.

    Attributes:
        x: Pixels from the left.
        y: Pixels from the top.
    """

    x: float
    y: float


class Ellipse(NamedTuple):
    """An ellipse.

    Attributes:
        vertices: Its four extreme points: top, right, bottom and left.
    """

    vertices: tuple[Vertex, ...]


class Cuboid(NamedTuple):
    """A cuboid as it is seen in an image.

    Attributes:
        vertices: Its corners.
        names: Which corner each of them is, such as "face-topleft"; "" where the service did not
            say.
    """

    vertices: tuple[Vertex, ...]
    names: tuple[str, ...]


ImageGeometry = Union[Box, RotatedBox, Polygon, Line, Point, Ellipse, Cuboid]
"""A geometry in an image, in pixels."""


class Mask(NamedTuple):
    """The pixels of a label, or of one instance of it, in images of the size of the attachment.

    Attributes:
        index: The value of its pixels in the indexed images.
        color: The color of its pixels, as "#rrggbb".
        area: The number of its pixels, None if the service did not send it.
        is_instance: Whether it is one instance of the label.
        urls: URLs of images that have it: "indexedImage" (one channel), "extendedIndexedImage"
            (RGBA, the index as 24 bits, red lowest) or "image" (in its color).
    """

    index: int  # type: ignore[assignment]  # it replaces a method of tuples
    color: str
    area: Optional[int]
    is_instance: bool
    urls: Mapping[str, str]


class TextSpan(NamedTuple):
    """A part of the task's text.

    Attributes:
        start: Position of its first character.
        end: Position after its last character.
        text: Its text.
    """

    start: int
    end: int
    text: str


class Cuboid3D(NamedTuple):
    """A box in space, in metres unless the task's `meters_per_unit` is not 1.

    Attributes:
        position: Its center in world coordinates.
        dimensions: Its size along its own axes.
        yaw: Radians, counter-clockwise from above.
        pitch: Radians, None if the service did not send it.
        roll: Radians, None if the service did not send it.
    """

    position: Vector
    dimensions: Vector
    yaw: float
    pitch: Optional[float] = None
    roll: Optional[float] = None


class PointSegment(NamedTuple):
    """The points of a lidar frame that have a label.

    Attributes:
        index: The number of the label, or of one instance of it, in the file.
        points: Positions of the points in the frame.
        is_instance: Whether it is one instance of the label.
    """

    index: int  # type: ignore[assignment]  # it replaces a method of tuples
    points: tuple[int, ...]
    is_instance: bool


class Event(NamedTuple):
    """Something that happens in a video.

    Attributes:
        start: Frame number of the video, None in a scene, which has times only.
        end: Frame number of its last frame, None for a single one.
        start_time: Seconds, None if the service did not send it.
        end_time: Seconds, None if the service did not send it.
    """

    start: Optional[float]
    end: Optional[float]
    start_time: Optional[float]
    end_time: Optional[float]


class Link(NamedTuple):
    """A link between two annotations of a task.

    Attributes:
        source: The `id` of the first.
        target: The `id` of the second.
    """

    source: str
    target: str


class Answer(NamedTuple):
    """What was chosen or written for a question; the label of the annotation is its key.

    Attributes:
        value: A string, a number, a list or a dictionary, as the service sent it.
    """

    value: Any


class ResultFile(NamedTuple):
    """Annotations in a file that is not at hand.

    Attributes:
        url: The URL of the file.
    """

    url: str


class Unknown(NamedTuple):
    """What could not be read.

    Attributes:
        reason: Why.
    """

    reason: str


Geometry = Union[
    ImageGeometry,
    Mask,
    TextSpan,
    Cuboid3D,
    PointSegment,
    Event,
    Link,
    Answer,
    ResultFile,
    Unknown,
]


GEOMETRY_TYPES: Mapping[type[Any], str] = {
    Box: "box",
    RotatedBox: "rotated_box",
    Polygon: "polygon",
    Line: "line",
    Point: "point",
    Ellipse: "ellipse",
    Cuboid: "cuboid",
    Mask: "mask",
    TextSpan: "text_span",
    Cuboid3D: "cuboid_3d",
    PointSegment: "point_segment",
    Event: "event",
    Link: "link",
    Answer: "answer",
    ResultFile: "result_file",
    Unknown: "unknown",
}
"""The name of each class."""


def read_geometry(annotation: Any, default: str = "") -> ImageGeometry:
    """Return the geometry of an annotation in an image.

    Args:
        annotation: One entry of the response's `annotations`; any JSON value.
        default: The geometry of an annotation that does not declare its own; "" for a guess by its
            keys.

    Raises:
        UnsupportedGeometry: If the geometry is unknown, or a field is missing or invalid.
    """
    if not isinstance(annotation, dict):
        raise UnsupportedGeometry(f"an annotation must be an object, got {annotation!r:.40}")
    declared = annotation.get("type")
    if isinstance(declared, str):
        reader = _READERS.get(declared) or _READERS.get(declared.lower())
        if reader is not None:
            return reader(annotation)
    if declared is not None:
        raise UnsupportedGeometry(f"unknown geometry {declared!r:.40}")
    return _READERS[default or _guess(annotation)](annotation)


def _guess(annotation: Mapping[str, Any]) -> str:
    """Return the geometry that the keys of an annotation stand for."""
    guess = next((geometry for key, geometry in _GEOMETRY_BY_KEY if key in annotation), None)
    if guess is None:
        raise UnsupportedGeometry("an annotation without geometry")
    if guess != "polygon":
        return guess
    vertices = annotation["vertices"]
    rows = vertices if isinstance(vertices, list) else []
    if any(isinstance(row, dict) and "description" in row for row in rows):
        return "cuboid"
    return "line" if len(rows) == 2 else "polygon"


def _read_box(annotation: Mapping[str, Any]) -> Union[Box, RotatedBox]:
    if "vertices" in annotation:
        box = _plain_box(annotation) if "left" in annotation else None
        rotation = read_number(annotation, "rotation") if "rotation" in annotation else None
        return RotatedBox(_vertices(annotation), rotation, box)
    if annotation.get("rotation"):
        raise UnsupportedGeometry("a rotated box without vertices")
    return _plain_box(annotation)


def _plain_box(annotation: Mapping[str, Any]) -> Box:
    if "left" not in annotation and "x" in annotation:  # as older video results have it
        left, top = read_number(annotation, "x"), read_number(annotation, "y")
    else:
        left, top = read_number(annotation, "left"), read_number(annotation, "top")
    return Box(left, top, read_number(annotation, "width"), read_number(annotation, "height"))


def _read_cuboid(annotation: Mapping[str, Any]) -> Cuboid:
    vertices = _vertices(annotation)
    names = (row.get("description") for row in annotation["vertices"])
    return Cuboid(vertices, tuple(name if isinstance(name, str) else "" for name in names))


def _read_ellipse(annotation: Mapping[str, Any]) -> Ellipse:
    """Return an ellipse, given by its extreme points, by center and radius, or by a box.

    An angle is in degrees, clockwise.
    """
    if "vertices" in annotation and annotation.keys().isdisjoint(("center", "left")):
        vertices = _vertices(annotation)
        if len(vertices) != 4:
            raise UnsupportedGeometry(f"an ellipse has 4 vertices, got {len(vertices)}")
        return Ellipse(vertices)
    if "center" in annotation:
        x, y = read_vertex(annotation["center"])
        radius_x, radius_y = read_vertex(annotation.get("radius"))
    else:
        left, top, width, height = _plain_box(annotation)
        radius_x, radius_y = width / 2, height / 2
        x, y = left + radius_x, top + radius_y
    turn = math.radians(read_number({"angle": 0, **annotation}, "angle"))
    sine, cosine = math.sin(turn), math.cos(turn)
    right, down = (radius_x * cosine, radius_x * sine), (-radius_y * sine, radius_y * cosine)
    offsets = ((-down[0], -down[1]), right, down, (-right[0], -right[1]))
    return Ellipse(tuple((x + across, y + along) for across, along in offsets))


def _vertices(annotation: Mapping[str, Any]) -> tuple[Vertex, ...]:
    vertices = annotation.get("vertices")
    if not isinstance(vertices, list) or not vertices:
        raise UnsupportedGeometry("vertices must be a list of one or more")
    return tuple(map(read_vertex, vertices))


def read_vertex(row: Any) -> Vertex:
    """Return the point of an object with x and y.

    Raises:
        UnsupportedGeometry: If it is no such object.
    """
    if not isinstance(row, dict):
        raise UnsupportedGeometry(f"a point must be an object with x and y, got {row!r:.40}")
    return read_number(row, "x"), read_number(row, "y")


def read_number(row: Mapping[str, Any], key: str) -> float:
    """Return a number of an object.

    Raises:
        UnsupportedGeometry: If it has none under this key, or one that no float can hold.
    """
    value = row.get(key)
    if type(value) is float and -MAX_NUMBER <= value <= MAX_NUMBER:
        return value  # the usual case
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise UnsupportedGeometry(f"{key} must be a number, got {value!r:.40}")
    if not -MAX_NUMBER <= value <= MAX_NUMBER:  # NaN is not in this range either
        raise UnsupportedGeometry(f"{key} must be a finite number, got {value!r:.40}")
    return value


MAX_NUMBER = 2**53  # floats are exact up to it

_READERS: Mapping[str, Callable[[Mapping[str, Any]], ImageGeometry]] = {
    "box": _read_box,
    "polygon": lambda annotation: Polygon(_vertices(annotation)),
    "line": lambda annotation: Line(_vertices(annotation)),
    "point": lambda annotation: Point(*read_vertex(annotation)),
    "cuboid": _read_cuboid,
    "ellipse": _read_ellipse,
}

# The geometry assumed for an annotation without a type: that of the first key it has.
_GEOMETRY_BY_KEY = (
    *(("vertices", "polygon"), ("left", "box"), ("center", "ellipse")),
    *(("width", "box"), ("x", "point")),
)

TASK_GEOMETRIES: Mapping[str, str] = {
    "imageannotation": "",
    "annotation": "box",
    "polygonannotation": "polygon",
    "lineannotation": "line",
    "pointannotation": "point",
    "cuboidannotation": "cuboid",
}
"""The geometry by task type, for those whose annotations are in one image; "" for any."""


def ellipse_points(ellipse: Ellipse) -> list[Vertex]:
    """Return the vertices of a polygon that approximates an ellipse."""
    top, right, bottom, left = ellipse.vertices
    x, y = (sum(values) / 4 for values in zip(*ellipse.vertices))
    across = ((right[0] - left[0]) / 2, (right[1] - left[1]) / 2)
    down = ((bottom[0] - top[0]) / 2, (bottom[1] - top[1]) / 2)
    turns = (2 * math.pi * step / _ELLIPSE_POINTS for step in range(_ELLIPSE_POINTS))
    return [
        (
            x + across[0] * math.cos(turn) + down[0] * math.sin(turn),
            y + across[1] * math.cos(turn) + down[1] * math.sin(turn),
        )
        for turn in turns
    ]


def box_corners(box: Box) -> list[Vertex]:
    """Return the corners of a box: top left, then clockwise."""
    left, top = box.left, box.top
    right, bottom = left + box.width, top + box.height
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


_ELLIPSE_POINTS = 72  # vertices of the polygon that approximates an ellipse
