"""Tasks with one image, as data sets need them: a file name, a size and the annotations."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union
from urllib.parse import unquote

from .._geometry import TASK_GEOMETRIES
from .._manifest import strip_query
from .._responses.items import Item
from .._responses.plain_boxes import PlainBoxes, plain_boxes
from .._responses.reading import DownloadedFiles, Folder, read_task
from ..drawing.images import from_attachment, read_size
from ..exceptions import ScaleInvalidArgument
from .reading import AnnotationSource, identified, one_or_many

Size = tuple[int, int]
Sizes = Union[Size, Mapping[str, Size], None]

IMAGE_TYPES = frozenset((*TASK_GEOMETRIES, "segmentannotation"))
UNANSWERED, WITHOUT_IMAGE = "task without a response", "task without an image"
_HEADER_BYTES = 512 * 1024  # of a file that are searched for the size of its image
_PLAIN = re.compile(r"\w[\w.-]*", re.ASCII)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\ud800-\udfff\\/:*?"<>|]')


class LabeledImage(NamedTuple):
    """An image, and what was annotated in it.

    Attributes:
        task_id: The id of its task.
        file_name: Its path below the folder of downloaded files, else the name in its URL. Two
            tasks have names that differ in more than the suffix.
        url: Its URL, without query; "" for an image within the task.
        path: Its file, None if it is not at hand.
        size: Width and height in pixels, None if they are unknown.
        boxes: The annotations, if these are wanted and there are no others; else None.
        items: The annotations, none if they are in `boxes`.
    """

    task_id: str
    file_name: str
    url: str
    path: Optional[Path]
    size: Optional[Size]
    boxes: Optional[PlainBoxes]
    items: Iterator[Item]

    @property
    def stem(self) -> str:
        """The file name without its suffix."""
        return _stem(self.file_name)


class LabeledImages:
    """Reads the images of tasks.

    Args:
        files: See `to_coco`.
        sizes: See `to_coco`.
        finds_boxes: Whether tasks of upright boxes only are wanted as `boxes`.

    Attributes:
        files: The downloaded files.
        left_out: Numbers of tasks that were left out, by reason.

    Raises:
        ScaleInvalidArgument: If an argument is invalid.
    """

    def __init__(self, files: Folder, sizes: Sizes, *, finds_boxes: bool = False) -> None:
        self.files = DownloadedFiles(files)
        self.left_out: Counter[str] = Counter()
        self._sizes = sizes if isinstance(sizes, Mapping) else {}
        self._common_size = None if sizes is self._sizes or sizes is None else validate_size(sizes)
        self._finds_boxes = finds_boxes
        self._stems: set[str] = set()

    def read(self, tasks: AnnotationSource) -> Iterator[LabeledImage]:
        """Yield the images of all tasks that have one and a response.

        Raises:
            ScaleInvalidArgument: If one of them is no task, or its size is invalid.
            OSError: If a file can't be read.
        """
        for task_id, fields in map(identified, one_or_many(tasks)):
            params = fields.get("params")
            attachment = params.get("attachment") if isinstance(params, dict) else None
            if fields.get("response") is None:
                self.left_out[UNANSWERED] += 1
            elif (
                not isinstance(attachment, str)
                or not attachment
                or not isinstance(fields.get("type"), str)
                or fields["type"] not in IMAGE_TYPES
            ):
                self.left_out[WITHOUT_IMAGE] += 1
            else:
                yield self._image(task_id, attachment, fields)

    def _image(self, task_id: str, attachment: str, task: Mapping[str, Any]) -> LabeledImage:
        is_inline = attachment[:5].lower() == "data:"
        url = "" if is_inline else strip_query(attachment)
        file = self.files.name_of(task_id, attachment)
        path = None if file is None else self.files.path_of(task_id, attachment)
        name = file or _name_in(url) or task_id
        size = self._size(task_id, attachment if is_inline else "", path)
        unique = self._unique(name, task_id)
        boxes = plain_boxes(task) if self._finds_boxes else None
        items = iter(()) if boxes is not None else read_task(task, self.files)
        return LabeledImage(task_id, unique, url, path, size, boxes, items)

    def _unique(self, name: str, task_id: str) -> str:
        """Return a name of which no other task has the part before the suffix."""
        safe = name if _PLAIN.fullmatch(name) else "/".join(map(_safe, name.split("/")))
        stem = _stem(safe)
        if stem not in self._stems:
            self._stems.add(stem)
            return safe
        for number in itertools.count(1):  # a task can be given twice
            folder = _safe(task_id) if number == 1 else f"{_safe(task_id)}-{number}"
            if f"{folder}/{stem}" not in self._stems:
                break
        self._stems.add(f"{folder}/{stem}")
        return f"{folder}/{safe}"

    def _size(self, task_id: str, inline: str, path: Optional[Path]) -> Optional[Size]:
        if task_id in self._sizes:
            return validate_size(self._sizes[task_id])
        if self._common_size is not None:
            return self._common_size
        if path is not None:
            with open(path, "rb") as file:
                found = read_size(file.read(_HEADER_BYTES))
        else:
            found = from_attachment(inline).size if inline else None
        return None if found is None else (int(found[0]), int(found[1]))


def validate_size(size: Any) -> Size:
    """Return the size of an image.

    Raises:
        ScaleInvalidArgument: If it is none.
    """
    sides = tuple(size) if isinstance(size, (tuple, list)) else ()
    if len(sides) != 2 or not all(type(side) is int and side > 0 for side in sides):
        raise ScaleInvalidArgument(
            f"sizes must be (width, height) in whole pixels, or a dictionary of such by task id, "
            f"got {size!r:.100}"
        )
    return sides


def _name_in(url: str) -> str:
    path = url.partition("://")[2].partition("/")[2]
    return unquote(path.rpartition("/")[2])


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def _safe(part: str) -> str:
    """Return a part of a path that is valid everywhere, and does not lead out of a folder."""
    plain = _UNSAFE.sub("_", part)
    return plain if plain.strip(". ") else "_"
