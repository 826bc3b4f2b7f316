"""Canned responses of test mode: made up, and dependent on the task alone.

URLs of files in them are URLs of the sandbox itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable

from ...tasks import TaskType
from . import chat, masks
from .store import Doc

_POLYGON = ((50, 0), (100, 40), (80, 100), (20, 100), (0, 40))
_LINE = ((0, 90), (100, 10))
# A face, and the two outer corners of the side next to it.
_CUBOID = {
    "face-topleft": (0, 0),
    "face-topright": (100, 0),
    "face-bottomright": (100, 100),
    "face-bottomleft": (0, 100),
    "side-topcorner": (120, 20),
    "side-bottomcorner": (120, 80),
}
_BOX = {"left": 0, "top": 0, "width": 100, "height": 100}
_CELL_SIZE, _CELLS_PER_ROW = 140, 5  # of the grid in which the shapes are placed
_MAX_LABELS = 10  # per geometry


def response(task: Doc, url: str) -> Doc:
    """Return the canned response of a task.

    Args:
        task: The task, whose type and params determine the response.
        url: Instance URL.
    """
    make_response = _RESPONSES.get(TaskType(task["type"]), _no_annotations)
    return make_response({**task, "_url": url})


def _first_label(choices: Any, default: str) -> str:
    """Return the first of some labels, which are strings or objects that have one."""
    first = choices[0] if isinstance(choices, list) and choices else default
    if isinstance(first, dict):
        names = (first.get(key) for key in ("choice", "name", "label", "field_id"))
        first = next((name for name in names if name), default)
    return str(first)


def _labels(choices: Any) -> list[str]:
    labels = choices[:_MAX_LABELS] if isinstance(choices, list) else []
    return [_first_label([label], "object") for label in labels] or ["object"]


def _translate(figure: Iterable[tuple[int, int]], x: int, y: int) -> list[Doc]:
    return [{"x": x + right, "y": y + down} for right, down in figure]


def _cuboid(x: int, y: int) -> list[Doc]:
    return [
        {**vertex, "type": "vertex", "description": name}
        for name, vertex in zip(_CUBOID, _translate(_CUBOID.values(), x, y))
    ]


# Each geometry, without its label, at a position.
_SHAPES: Mapping[str, Callable[[int, int], Doc]] = {
    "box": lambda x, y: {**_BOX, "left": x, "top": y},
    "polygon": lambda x, y: {"vertices": _translate(_POLYGON, x, y)},
    "line": lambda x, y: {"vertices": _translate(_LINE, x, y)},
    "point": lambda x, y: {"x": x + 50, "y": y + 50},
    "cuboid": lambda x, y: {"vertices": _cuboid(x, y)},
    "ellipse": lambda x, y: {
        "center": {"x": x + 50, "y": y + 50},
        "radius": {"x": 50, "y": 25},
        "angle": 0,
    },
}


def _annotations(choices: Mapping[str, Any]) -> Doc:
    """Return an annotation for each label of each geometry."""
    shapes = [
        (name, label) for name in _SHAPES if name in choices for label in _labels(choices[name])
    ]
    return {
        "annotations": [
            {
                **_SHAPES[name](
                    number % _CELLS_PER_ROW * _CELL_SIZE, number // _CELLS_PER_ROW * _CELL_SIZE
                ),
                "label": label,
            }
            for number, (name, label) in enumerate(shapes)
        ]
    }


def _geometries(task: Doc) -> Doc:
    geometries = task["params"].get("geometries")
    geometries = geometries if isinstance(geometries, dict) else {}
    return _annotations({name: _objects(options) for name, options in geometries.items()})


def _objects(options: Any) -> Any:
    return options.get("objects_to_annotate") if isinstance(options, dict) else None


def _one_shape(name: str) -> Callable[[Doc], Doc]:
    return lambda task: _annotations({name: task["params"].get("objects_to_annotate")})


def _category(task: Doc) -> Doc:
    return {"category": _first_label(task["params"].get("categories"), "none")}


def _choice(task: Doc) -> Doc:
    return {"choice": _first_label(task["params"].get("choices"), "none")}


def _segmentation(task: Doc) -> Doc:
    names = task["params"].get("labels")
    labels = [_first_label([name], "object") for name in names] if isinstance(names, list) else []
    return {
        "annotations": masks.mask_urls(task["_url"], task["task_id"]),
        "labelMapping": {
            label: {"index": index, "color": f"#{index * 2654435761 % 2**24:06x}"}
            for index, label in enumerate(labels, 1)
        },
    }


def _fields(task: Doc) -> Doc:
    fields = task["params"].get("fields")
    return {
        "fields": {
            _first_label([item], "field"): "sample text"
            for item in (fields if isinstance(fields, list) else [])
        }
    }


def _collected(task: Doc) -> Doc:
    fields = task["params"].get("fields")
    return {
        "annotations": {
            str(item["field_id"]): {
                "type": item.get("type", "category"),
                "field_id": item["field_id"],
                "response": [[_first_label(item.get("choices"), "sample text")]],
            }
            for item in (fields if isinstance(fields, list) else [])
            if isinstance(item, dict) and item.get("field_id")
        }
    }


def _features(task: Doc) -> Doc:
    features = task["params"].get("features")
    return {
        "annotations": [
            {**_BOX, "label": _first_label([item], "feature"), "text": "sample text"}
            for item in (features if isinstance(features, list) else [])
        ]
    }


def _entities(task: Doc) -> Doc:
    text = task["params"].get("text")
    words = text.split() if isinstance(text, str) else []
    if not words:
        return {"annotations": []}
    start = str(text).index(words[0])
    label = _first_label(task["params"].get("labels"), "entity")
    end = start + len(words[0])
    return {"annotations": [{"label": label, "text": words[0], "start": start, "end": end}]}


def _no_annotations(task: Doc) -> Doc:
    return {"annotations": []}


_RESPONSES: Mapping[TaskType, Callable[[Doc], Doc]] = {
    TaskType.ImageAnnotation: _geometries,
    TaskType.Annotation: _one_shape("box"),
    TaskType.PolygonAnnotation: _one_shape("polygon"),
    TaskType.LineAnnotation: _one_shape("line"),
    TaskType.PointAnnotation: _one_shape("point"),
    TaskType.CuboidAnnotation: _one_shape("cuboid"),
    TaskType.Categorization: _category,
    TaskType.Comparison: _choice,
    TaskType.SegmentAnnotation: _segmentation,
    TaskType.Transcription: _fields,
    TaskType.DataCollection: _fields,
    TaskType.TextCollection: _collected,
    TaskType.DocumentTranscription: _features,
    TaskType.NamedEntityRecognition: _entities,
    TaskType.Chat: chat.response,
}
