"""Show many tasks at once: a gallery of their drawings."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from html import escape
from itertools import islice
from typing import Any, Callable, Optional, Union

from . import drawing
from ._html import MATHJAX_IGNORE, escape_html
from ._responses.reading import DownloadedFiles, read_task
from ._task_sources import TaskSource, task_json, tasks_in
from ._validation import is_int
from .exceptions import ScaleInvalidArgument

MAX_COLUMNS, MAX_TASKS = 12, 200
_STYLE = (
    "<style>.scaleapi-gallery summary{list-style:none;cursor:zoom-in}"
    ".scaleapi-gallery details[open]{grid-column:1/-1}"
    ".scaleapi-gallery details[open] summary{cursor:zoom-out}"
    ".scaleapi-gallery object,.scaleapi-gallery img{width:100%;max-height:90vh;"
    "pointer-events:none}"
    ".scaleapi-gallery details[open] object{pointer-events:auto}</style>"
)

ImageOfTask = Callable[[Mapping[str, Any]], Optional[drawing.Image]]


def gallery(
    tasks: TaskSource,
    *,
    columns: int = 4,
    image: Union[ImageOfTask, str, None] = None,
    size: Optional[tuple[float, float]] = None,
    limit: int = 24,
    files: Union[str, os.PathLike[str], None] = None,
) -> Gallery:
    """Return thumbnails of tasks with the numbers of their labels, which notebooks display.

    A click enlarges a thumbnail. Only so many tasks are read as are shown, so that those of
    `client.get_tasks(...)` cost one page of requests. No other request is sent.

    Args:
        tasks: Tasks, their JSON, or the path of a file of JSON lines that `export_tasks` wrote.
        columns: Number of thumbnails in a row, 1 to 12.
        image: A function that returns the image of a task from its JSON, as for `Task.draw`, or ""
            for blank backgrounds; by default, the attachments.
        size: Width and height of all images, where neither the attachments nor `image` provide it;
            else only the part of the image with annotations is shown.
        limit: Maximum number of tasks, 1 to 200.
        files: See `Task.draw`.

    Returns:
        A `Gallery`, an iterable of drawings.

    Raises:
        ScaleInvalidArgument: If an argument or one of the tasks is invalid.
        OSError: If a file can't be read.

    Example:
        >>> gallery(
        ...     client.get_tasks("street-scenes"), image=lambda task: f"{task['unique_id']}.jpg"
        ... )
    """
    for name, value, most in (("columns", columns, MAX_COLUMNS), ("limit", limit, MAX_TASKS)):
        if not is_int(value) or not 1 <= value <= most:
            raise ScaleInvalidArgument(
                f"{name} must be a whole number from 1 to {most}, got {value!r:.100}"
            )
    if image not in (None, "") and not callable(image):
        raise ScaleInvalidArgument(
            f'image must be a function that takes a task\'s JSON, "" or None, got {image!r:.100}'
        )
    downloaded = DownloadedFiles(files)
    found = [task_json(task) for task in islice(tasks_in(tasks), limit + 1)]
    tiles = []
    for task in found[:limit]:
        picture = drawing.draw(
            task, image(task) if callable(image) else image, size, files=downloaded
        )
        labels = Counter(item.label for item in read_task(task, downloaded) if item.label)
        tiles.append((task, picture, labels))
    return Gallery(tiles, columns, has_more=len(found) > limit)


class Gallery:
    """Drawings of several tasks; notebooks display it.

    Iterating over it yields the drawings.
    """

    def __init__(
        self,
        tiles: list[tuple[Mapping[str, Any], drawing.Drawing, Counter[str]]],
        columns: int,
        has_more: bool,
    ) -> None:
        self._tiles = tiles
        self._columns = columns
        self._has_more = has_more

    def __iter__(self) -> Iterator[drawing.Drawing]:
        return (picture for _, picture, _ in self._tiles)

    def __len__(self) -> int:
        return len(self._tiles)

    def __repr__(self) -> str:
        return f"<Gallery of {len(self)} tasks{', of more' if self._has_more else ''}>"

    def _repr_html_(self) -> str:
        tiles = "".join(_tile(*tile) for tile in self._tiles)
        more = f"<p>Only the first {len(self)} tasks are shown.</p>" if self._has_more else ""
        return (
            f'<div {MATHJAX_IGNORE}>{_STYLE}<div class="scaleapi-gallery" '
            f'style="display:grid;gap:8px;'
            f'grid-template-columns:repeat({self._columns},minmax(0,1fr))">{tiles}</div>{more}</div>'
        )


def _tile(task: Mapping[str, Any], picture: drawing.Drawing, labels: Counter[str]) -> str:
    name = task.get("unique_id") or task.get("task_id")
    counts = ", ".join(f"{label} {count:,}" for label, count in labels.most_common())
    notes = "".join(f"<p>{escape(note)}</p>" for note in picture.notes)
    return (
        f"<details><summary>{picture.embed(is_scaled=True)}<b>{escape_html(str(name))}</b><br>"
        f"{escape_html(counts or str(task.get('status')))}</summary>{notes}</details>"
    )
