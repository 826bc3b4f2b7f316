"""Read tasks that have nothing but upright boxes, as most of those with images do.

Reading them as `Item` objects takes twice the time, which counts for data sets of many tasks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from .._geometry import MAX_NUMBER

PlainBox = tuple[str, float, float, float, float]
"""The label, left, top, width and height."""


class PlainBoxes(NamedTuple):
    """The annotations of a task.

    Attributes:
        boxes: The annotations.
        attributed: How many of them have attributes.
    """

    boxes: list[PlainBox]
    attributed: int


_LEAST = -MAX_NUMBER


def plain_boxes(task: Mapping[str, Any]) -> Optional[PlainBoxes]:
    """Return the annotations of a task, None unless each is an upright box of usual form.

    The items of `read_task` are the same, if there are no others.
    """
    response = task.get("response")
    if task.get("type") != "imageannotation" or type(response) is not dict:
        return None
    rows = response.get("annotations")
    if type(rows) is not list or response.get("global_attributes") or response.get("links"):
        return None
    boxes: list[PlainBox] = []
    attributed = 0
    try:
        for row in rows:
            left, top, width, height = row["left"], row["top"], row["width"], row["height"]
            label, attributes = row["label"], row.get("attributes")
            if (
                row["type"] != "box"
                or type(label) is not str
                or (type(left) is not float and type(left) is not int)
                or (type(top) is not float and type(top) is not int)
                or (type(width) is not float and type(width) is not int)
                or (type(height) is not float and type(height) is not int)
                or not _LEAST <= left <= MAX_NUMBER
                or not _LEAST <= top <= MAX_NUMBER
                or not 0 <= width <= MAX_NUMBER
                or not 0 <= height <= MAX_NUMBER
                or "vertices" in row
                or "rotation" in row
                or (attributes and type(attributes) is not dict)
            ):
                return None
            if attributes:
                attributed += 1
            boxes.append((label, left, top, width, height))
    except (KeyError, TypeError):
        return None
    return PlainBoxes(boxes, attributed)
