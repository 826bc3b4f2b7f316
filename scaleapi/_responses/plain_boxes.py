"""Read tasks that have nothing but upright boxes, as most of those with images do.

Reading them as `Item` objects takes twice the time, which counts for data sets of many tasks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from .._geometry import MAX_NUMBER

PlainBox = tuple[str, float, float, float, float, bool]
"""The label, left, top, width and height, and whether there are attributes."""

_NUMBERS = (float, int)


def plain_boxes(task: Mapping[str, Any]) -> Optional[list[PlainBox]]:
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
    try:
        for row in rows:
            left, top, width, height = row["left"], row["top"], row["width"], row["height"]
            label, attributes = row["label"], row.get("attributes")
            if (
                row["type"] != "box"
                or type(label) is not str
                or type(left) not in _NUMBERS
                or type(top) not in _NUMBERS
                or type(width) not in _NUMBERS
                or type(height) not in _NUMBERS
                or not -MAX_NUMBER <= left <= MAX_NUMBER
                or not -MAX_NUMBER <= top <= MAX_NUMBER
                or not 0 <= width <= MAX_NUMBER
                or not 0 <= height <= MAX_NUMBER
                or "vertices" in row
                or "rotation" in row
                or (attributes and type(attributes) is not dict)
            ):
                return None
            boxes.append((label, left, top, width, height, bool(attributes)))
    except (KeyError, TypeError):
        return None
    return boxes
