"""Responses whose annotations are files: of videos, lidar frames and scenes."""

from __future__ import annotations

from typing import Callable

from ..store import Doc
from . import images
from .files import ResultFile, address, json_file, stable_uuid
from .labels import as_dict, as_list, as_number, attribute_values, first_labels

FRAMES = 3  # where a task does not say how many
MAX_FRAMES = 200
POINTS = 8  # of a lidar frame
STEP = 10  # pixels by which an object moves from frame to frame

Files = dict[str, Callable[[], ResultFile]]


def file_response(task: Doc, url: str) -> Doc:
    """Return a response whose annotations are a file."""
    return {"annotations": {"url": address(task, url, "annotations")}}


def video_response(task: Doc, url: str) -> Doc:
    """Return the response of a video: with events, where some are asked for."""
    events = {"url": address(task, url, "events")}
    asked = as_list(task["params"].get("events_to_annotate"))
    return {**file_response(task, url), **({"events": events} if asked else {})}


def segmentation_response(task: Doc, url: str) -> Doc:
    """Return the response of a lidarsegmentation task."""
    points = {"point_segmentations": {"url": address(task, url, "point_segmentations")}}
    return {**points, **(file_response(task, url) if task["params"].get("lidar_task") else {})}


def _frame_count(task: Doc) -> int:
    params = task["params"]
    count = len(as_list(params.get("attachments"))) or len(as_list(params.get("lidar_task_frames")))
    if not count:
        rate = as_number(params.get("annotation_frame_rate") or params.get("frame_rate"), 1)
        count = int(rate * as_number(params.get("duration_time"), 0)) or FRAMES
    return max(1, min(count, MAX_FRAMES))


def _geometries(task: Doc) -> Doc:
    params = task["params"]
    old = {"box": {"objects_to_annotate": params.get("objects_to_annotate")}}
    return as_dict(params.get("geometries")) or old


def video_files(task: Doc) -> Files:
    """Return the files of a video: a list of frames."""

    def annotations() -> ResultFile:
        geometries, answers = _geometries(task), attribute_values(task["params"], None, {})
        return json_file(
            [
                {
                    "annotations": images.image_annotations(task, geometries, number * STEP),
                    "global_attributes": answers,
                }
                for number in range(_frame_count(task))
            ]
        )

    return {"annotations": annotations, "events": lambda: _events(task)}


def playback_files(task: Doc) -> Files:
    """Return the files of a played video: an object of tracks."""

    def annotations() -> ResultFile:
        rate = as_number(task["params"].get("frame_rate"), 1) or 1
        tracks: Doc = {}
        for number in range(_frame_count(task)):
            for each in images.image_annotations(task, _geometries(task), number * STEP):
                uuid, geometry, label = each.pop("uuid"), each.pop("type"), each.pop("label", None)
                track = tracks.setdefault(uuid, {"label": label, "geometry": geometry})
                if label is None:
                    track.pop("label", None)
                time = {"key": number, "timestamp": round(number / rate, 3)}
                track.setdefault("frames", []).append({**time, **each})
        return json_file(tracks)

    return {"annotations": annotations, "events": lambda: _events(task)}


def _events(task: Doc) -> ResultFile:
    rate = as_number(task["params"].get("frame_rate"), 1) or 1
    events = []
    for number, label in enumerate(first_labels(task["params"].get("events_to_annotate"))):
        event: Doc = {
            "label": label,
            "type": "range" if number % 2 else "point",
            "start": number,
            "startTime": round(number / rate, 3),
            "attributes": {},
        }
        if number % 2:
            event.update(end=number + 1, endTime=round((number + 1) / rate, 3))
        events.append(event)
    return json_file({"events": events})


def _cuboids(task: Doc) -> list[Doc]:
    """Return one cuboid per label, in each frame a meter further."""
    labels = first_labels(task["params"].get("labels")) or ["object"]
    return [
        {
            "cuboids": [
                {
                    "uuid": stable_uuid(task, f"cuboid {index}"),
                    "label": label,
                    "position": {"x": 5 * index, "y": frame, "z": 0.75},
                    "dimensions": {"x": 1.9, "y": 4.6, "z": 1.5},
                    "yaw": 0,
                    "stationary": False,
                    "camera_used": 0,
                    "distance_to_device": round((25 * index**2 + frame**2) ** 0.5, 2),
                    "numberOfPoints": POINTS,
                    "attributes": attribute_values(task["params"], label, {}),
                    **_tilt(task),
                }
                for index, label in enumerate(labels)
            ]
        }
        for frame in range(_frame_count(task))
    ]


def _tilt(task: Doc) -> Doc:
    return {"pitch": 0, "roll": 0} if task["params"].get("pitch_and_roll_enabled") else {}


def lidar_files(task: Doc) -> Files:
    """Return the files of a lidarannotation task."""
    return {"annotations": lambda: json_file(_cuboids(task))}


def segmentation_files(task: Doc) -> Files:
    """Return the files of a lidarsegmentation task."""

    def segmented() -> ResultFile:
        labels = first_labels(task["params"].get("labels")) or ["object"]
        points = [point % (len(labels) + 1) for point in range(POINTS)]
        return json_file(
            {
                "objects": [
                    {"label": label, "index": index} for index, label in enumerate(labels, 1)
                ],
                "point_objects": [points] * _frame_count(task),
            }
        )

    return {"point_segmentations": segmented, **lidar_files(task)}


def linking_files(task: Doc) -> Files:
    """Return the files of a lidarlinking task."""

    def linked() -> ResultFile:
        frames = []
        for number in range(_frame_count(task)):
            shapes = images.image_annotations(task, _geometries(task), number * STEP)
            for shape in shapes:
                shape["cuboid_uuid"] = shape.pop("uuid")
            frames.append({"camera_responses": [{"camera_used": 0, "annotations": shapes}]})
        return json_file(frames)

    return {"annotations": linked}


def topdown_files(task: Doc) -> Files:
    """Return the files of a lidartopdown task: shapes in the world."""

    def shapes() -> ResultFile:
        found = images.image_annotations(task, _geometries(task))
        for shape in found:
            for vertex in shape.get("vertices", ()):
                vertex["z"] = 0
        return json_file(found)

    return {"annotations": shapes}


def scene_files(task: Doc) -> Files:
    """Return the files of a scene."""

    def scene() -> ResultFile:
        cuboid = {
            "id": stable_uuid(task, "cuboid"),
            "type": "cuboid",
            "label": "object",
            "stationary": False,
            "path": {
                "timestamps": [0, 100_000],
                "values": [[4.6, 1.9, 1.5, 9, y, 0.75, 0, 0, 0] for y in (4, 5)],
            },
            "attributes": [],
        }
        return json_file({"version": "1.0", "time_unit": "microseconds", "annotations": [cuboid]})

    return {"annotations": scene}
