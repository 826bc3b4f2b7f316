"""Read the annotations of the files that a response points to, by the form that a file has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Callable, Optional

from .._geometry import (
    Box,
    Cuboid3D,
    Event,
    Geometry,
    Line,
    Point,
    PointSegment,
    Polygon,
    UnsupportedGeometry,
    Vector,
    read_geometry,
    read_number,
)
from .inline import read_link
from .items import Item, answers, read_item, unknown

SECONDS = {"microseconds": 1e-6, "nanoseconds": 1e-9}


def read_annotations_file(content: Any) -> Iterator[Item]:
    """Yield the annotations of a file: frames of a video or of lidar, tracks, or a scene."""
    if isinstance(content, list) and len(content) == 1 and _has_tracks(content[0]):
        content = content[0]
    if _has_tracks(content):
        content = content["annotations"]
    if isinstance(content, list):
        for number, frame in enumerate(content):
            yield from _read_frame(number, frame)
    elif isinstance(content, dict) and isinstance(content.get("annotations"), list):
        scale = SECONDS.get(str(content.get("time_unit", "microseconds")))
        for row in content["annotations"]:
            yield from _read_scene_annotation(row, scale)
    elif isinstance(content, dict):
        for id_, track in content.items():
            yield from _read_track(id_, track)
    else:
        yield unknown(content, "a file of annotations must hold a list or an object")


def _has_tracks(content: Any) -> bool:
    return isinstance(content, dict) and isinstance(content.get("annotations"), dict)


def _read_frame(number: int, frame: Any) -> Iterator[Item]:
    """Yield the annotations of a frame of a video or of lidar."""
    fields = frame if isinstance(frame, dict) else {}
    lists = {key: fields[key] for key in _FRAME_READERS if isinstance(fields.get(key), list)}
    if not lists and "type" in fields:  # a list of shapes, as of a picture from above
        yield read_item(frame, read_geometry)
    elif not lists and not fields.get("global_attributes"):
        yield unknown(frame, f"a frame must have one of {', '.join(_FRAME_READERS)}", number)
    for key, rows in lists.items():
        for row in rows:
            yield from _FRAME_READERS[key](row, number)
    yield from answers(fields.get("global_attributes"), number)


def _read_shape(row: Any, number: int) -> Iterator[Item]:
    yield read_item(row, read_geometry, number)


def _read_cuboid(row: Any, number: int) -> Iterator[Item]:
    camera = row.get("camera_used") if isinstance(row, dict) else None
    camera = camera if isinstance(camera, (int, str)) else None
    yield read_item(row, _cuboid, number, None, camera)


def _cuboid(row: Any) -> Cuboid3D:
    if not isinstance(row, dict):
        raise UnsupportedGeometry(f"an annotation must be an object, got {row!r:.40}")
    pitch, roll = (
        read_number(row, key) if row.get(key) is not None else None for key in ("pitch", "roll")
    )
    position, dimensions = _vector(row, "position"), _vector(row, "dimensions")
    return Cuboid3D(position, dimensions, read_number(row, "yaw"), pitch, roll)


def _vector(row: Mapping[str, Any], key: str) -> Vector:
    fields = row.get(key)
    if not isinstance(fields, dict):
        raise UnsupportedGeometry(f"{key} must be an object with x, y and z, got {fields!r:.40}")
    return read_number(fields, "x"), read_number(fields, "y"), read_number(fields, "z")


def _read_camera(camera: Any, number: int) -> Iterator[Item]:
    """Yield the shapes of one camera, whose ids are those of the cuboids that they belong to."""
    fields = camera if isinstance(camera, dict) else {}
    rows, sensor = fields.get("annotations"), fields.get("camera_used")
    if not isinstance(rows, list):
        yield unknown(camera, "a camera must have annotations", number)
        return
    sensor = sensor if isinstance(sensor, (int, str)) else None
    for row in rows:
        yield read_item(row, read_geometry, number, None, sensor, "cuboid_uuid")


_FRAME_READERS: Mapping[str, Callable[[Any, int], Iterator[Item]]] = {
    "annotations": _read_shape,
    "cuboids": _read_cuboid,
    "camera_responses": _read_camera,
}
"""How the items of each list of a frame are read."""


def _read_track(id_: str, track: Any) -> Iterator[Item]:
    """Yield the key frames of an object in a video."""
    frames = track.get("frames") if isinstance(track, dict) else None
    if not isinstance(frames, list):
        yield unknown(track, "a track must have frames")
        return
    common = {key: value for key, value in track.items() if key != "frames"}
    for frame in frames:
        if not isinstance(frame, dict):
            yield unknown({**common, "frame": frame}, "a key frame must be an object")
            continue
        row = {"uuid": id_, **common, **frame}
        key, time = row.get("key"), _seconds(row.get("timestamp"), 1)
        yield read_item(row, _track_shape, key if type(key) is int else None, time)


def _track_shape(row: Mapping[str, Any]) -> Geometry:
    return read_geometry({**row, "type": row["geometry"]} if "geometry" in row else row)


def _read_scene_annotation(row: Any, scale: Optional[float]) -> Iterator[Item]:
    """Yield an annotation of a scene, once for each of its timestamps.

    Args:
        row: The annotation.
        scale: Seconds in the unit of its timestamps, None if that is unknown.
    """
    fields = row if isinstance(row, dict) else {}
    kind, sensor = fields.get("type"), fields.get("sensor_id")
    sensor = sensor if isinstance(sensor, (int, str)) else None
    item: Callable[..., Item] = partial(_scene_item, fields, sensor)
    if kind == "link":
        yield item(lambda row: read_link(row, "from_id", "to_id"), None)
    elif kind == "event":
        yield item(lambda row: _scene_event(row, scale), None)
    elif isinstance(kind, str) and kind in _PATHS:
        path = fields.get("path")
        path = path if isinstance(path, dict) else {}
        times, values = path.get("timestamps"), path.get("values")
        if not isinstance(times, list) or not isinstance(values, list) or not times:
            yield unknown(row, "a path must have timestamps and values", sensor=sensor, id_key="id")
            return
        if len(times) != len(values):
            reason = "a path must have as many values as timestamps"
            yield unknown(row, reason, sensor=sensor, id_key="id")
            return
        for time, numbers in zip(times, values):
            seconds = _seconds(time, scale)
            read = partial(_path_geometry, kind, numbers)
            yield item(read, seconds)
    else:
        reason = f"an annotation of a scene of type {kind!r:.40}"
        yield unknown(row, reason, sensor=sensor, id_key="id")


def _seconds(time: Any, scale: Optional[float]) -> Optional[float]:
    """Return a time in seconds, None if that is unknown or no number."""
    with suppress(UnsupportedGeometry):
        return None if scale is None else read_number({"time": time}, "time") * scale
    return None


def _scene_item(
    row: Mapping[str, Any], sensor: Any, read: Callable[[Any], Geometry], time: Optional[float]
) -> Item:
    """Return an annotation of a scene, whose attributes are a list of objects with names."""
    named = _by_name(row.get("attributes"))
    if named is None:
        return read_item(row, read, None, time, sensor, "id")
    item = read_item({**row, "attributes": named}, read, None, time, sensor, "id")
    return item._replace(json=row)


def _by_name(attributes: Any) -> Optional[dict[str, Any]]:
    """Return attributes by name, as a list where there are several, such as one for each sensor.

    None if they are not a list of objects with names.
    """
    if not isinstance(attributes, list):
        return None
    named: dict[str, list[Any]] = {}
    for each in attributes:
        if not isinstance(each, dict) or not isinstance(each.get("name"), str):
            return None
        named.setdefault(each["name"], []).append(each)
    return {name: each if len(each) > 1 else each[0] for name, each in named.items()}


def _scene_event(row: Mapping[str, Any], scale: Optional[float]) -> Event:
    if scale is None:
        raise UnsupportedGeometry("an event in an unknown unit of time")
    start = read_number(row, "start")
    end = start + read_number(row, "duration") if row.get("duration") is not None else None
    return Event(None, None, start * scale, None if end is None else end * scale)


def _path_geometry(kind: str, numbers: Any, row: Any) -> Geometry:
    count, build = _PATHS[kind]
    if not isinstance(numbers, list) or (
        len(numbers) != count if count else len(numbers) % 2 or not numbers
    ):
        raise UnsupportedGeometry(f"values of a {kind} must be {count or 'pairs of'} numbers")
    by_position = {str(position): number for position, number in enumerate(numbers)}
    return build([read_number(by_position, position) for position in by_position])


def _scene_cuboid(numbers: list[float]) -> Cuboid3D:
    width, length, height, x, y, z, roll, pitch, yaw = numbers
    return Cuboid3D((x, y, z), (width, length, height), yaw, pitch, roll)


def _pairs(numbers: list[float]) -> tuple[tuple[float, float], ...]:
    return tuple(zip(numbers[::2], numbers[1::2]))


_PATHS: Mapping[str, tuple[int, Callable[[list[float]], Geometry]]] = {
    "cuboid": (9, _scene_cuboid),
    "box_2d": (4, lambda numbers: Box(*numbers)),
    "point_2d": (2, lambda numbers: Point(*numbers)),
    "polyline_2d": (0, lambda numbers: Line(_pairs(numbers))),
    "polygon_2d": (0, lambda numbers: Polygon(_pairs(numbers))),
}
"""By the type of a scene's annotation: how many numbers each value has, 0 for pairs of them, and
what they stand for."""


def read_events_file(content: Any) -> Iterator[Item]:
    """Yield the events of a video."""
    events = content.get("events") if isinstance(content, dict) else content
    if not isinstance(events, list):
        yield unknown(content, "a file of events must hold a list")
        return
    for row in events:
        yield read_item(row, _event)


def _event(row: Any) -> Event:
    if not isinstance(row, dict):
        raise UnsupportedGeometry(f"an event must be an object, got {row!r:.40}")
    end, start_time, end_time = (
        read_number(row, key) if row.get(key) is not None else None
        for key in ("end", "startTime", "endTime")
    )
    return Event(read_number(row, "start"), end, start_time, end_time)


def read_points_file(content: Any) -> Iterator[Item]:
    """Yield the points of each label, or of each instance of it, frame by frame."""
    fields = content if isinstance(content, dict) else {}
    objects = fields.get("objects", fields.get("labels"))
    frames = fields.get("point_objects", fields.get("point_labels"))
    if not isinstance(objects, list) or not isinstance(frames, list):
        yield unknown(content, "a file of point segmentations must have objects and point_objects")
        return
    found: set[int] = set()
    known = [row.get("index") if isinstance(row, dict) else None for row in objects]
    for number, indexes in enumerate(frames):
        points: dict[Any, list[int]] = {}
        if not isinstance(indexes, list) or not all(type(index) is int for index in indexes):
            yield unknown(indexes, "the points of a frame must be a list of numbers", number)
            continue
        for position, index in enumerate(indexes):
            points.setdefault(index, []).append(position)
        for place, index in enumerate(known):
            if type(index) is int and index in points:
                found.add(place)
                yield _segment(objects[place], points[index], number)
        for index in points:
            if index and index not in known:  # 0 is that of points without a label
                stray = {"index": index, "points": points[index]}
                yield unknown(stray, "points with the index of no object", number)
    for place, row in enumerate(objects):
        if place not in found:
            yield _segment(row, [], None)


def _segment(row: Any, points: list[int], frame: Optional[int]) -> Item:
    def read(row: Any) -> PointSegment:
        index = row.get("index") if isinstance(row, dict) else None
        if type(index) is not int:
            raise UnsupportedGeometry(f"index must be a whole number, got {index!r:.40}")
        return PointSegment(index, tuple(points), row.get("instance") is True)

    return read_item(row, read, frame)
