"""Write annotations in images as a YOLO data set."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

from .._atomic import PathLike
from .._geometry import GEOMETRY_TYPES, Box, Polygon, Vertex
from .._responses.reading import Folder
from ..exceptions import ScaleInvalidArgument
from .folders import copy_file, new_folder, write_file
from .images import LabeledImage, LabeledImages, Size, Sizes
from .outlines import OUTLINES, clip, extent_of
from .reading import AnnotationSource
from .report import ConversionReport, Labels, Tally

OUTSIDE = "part outside the image"
_UNPRINTABLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def to_yolo(
    tasks: AnnotationSource,
    folder: PathLike,
    *,
    task: str = "detect",
    files: Folder = None,
    sizes: Sizes = None,
    labels: Optional[Sequence[str]] = None,
) -> ConversionReport:
    """Write annotations in images as a YOLO data set.

    `labels/` has a file of text for each image, with a line for each annotation, and `data.yaml`
    the names of the labels. Images at hand are copied to `images/`. YOLO holds neither attributes
    nor links, and of geometries only boxes or polygons; all else is left out.

    Args:
        tasks: See `iter_annotations`.
        folder: The folder, which must not exist, or be empty.
        task: "detect" for boxes, "segment" for polygons. Polygons, ellipses and rotated boxes are
            written as the boxes around them, or boxes as polygons.
        files: See `to_coco`.
        sizes: See `to_coco`; the size of each image must be known.
        labels: All labels, for the order of the classes; by default, in the order of the tasks.

    Returns:
        A report; see `to_coco`.

    Raises:
        ScaleInvalidArgument: If an argument or one of the tasks is invalid, or the size of an image
            is not known.
        OSError: If a file can't be read or written.

    Example:
        >>> client.download_results("tasks.jsonl", "results", only="attachment").run()
        >>> to_yolo("tasks.jsonl", "data", files="results")
    """
    if not isinstance(task, str) or task not in _FORMS:
        raise ScaleInvalidArgument(f"task must be 'detect' or 'segment', got {task!r:.100}")
    source = LabeledImages(files, sizes)
    encoder = _Encoder(_FORMS[task], Labels(labels, 0))
    with new_folder(folder) as target:
        for image in source.read(tasks):
            write_file(
                target / "labels" / f"{image.stem}.txt", "".join(encoder.lines(image)).encode()
            )
            if image.path is not None:
                copy_file(image.path, target / "images" / image.file_name)
        write_file(target / "data.yaml", encoder.description().encode())
    return encoder.tally.report(Path(folder), source.left_out)


class _Form(NamedTuple):
    """What is written for `detect` or for `segment`.

    Attributes:
        geometry: The geometry that is written as it is.
        numbers: Returns the numbers of a polygon in an image of a size.
    """

    geometry: type[Any]
    numbers: Callable[[Sequence[Vertex], Size], Iterable[float]]


class _Encoder:
    """Encodes annotations as lines of text.

    Args:
        form: What is written.
        labels: The numbers of labels.

    Attributes:
        tally: What was encoded so far.
    """

    def __init__(self, form: _Form, labels: Labels) -> None:
        self.tally = Tally()
        self._form = form
        self._labels = labels

    def lines(self, image: LabeledImage) -> Iterator[str]:
        """Yield the lines of an image.

        Raises:
            ScaleInvalidArgument: If its size is not known.
        """
        if image.size is None:
            raise ScaleInvalidArgument(
                f"sizes must have task {image.task_id}, whose image has no known size: it is read "
                f"from the attachments in files, which are PNG, JPEG, GIF or WebP, else from sizes"
            )
        self.tally.images += 1
        for item in image.items:
            kind = type(item.geometry)
            outline = OUTLINES.get(kind) if item.frame is None else None
            vertices = outline(item.geometry) if outline else ()
            inside = clip(vertices, image.size)
            if len(inside) < 3 or 0 in extent_of(inside)[2:]:
                self.tally.left_out[GEOMETRY_TYPES[kind]] += 1
                continue
            if inside != list(vertices):
                self.tally.left_out[OUTSIDE] += 1
            numbers = self._form.numbers(inside, image.size)
            yield f"{self._labels.number_of(item.label)} {' '.join(map(repr, numbers))}\n"
            self.tally.count(item, is_approximated=kind is not self._form.geometry)

    def description(self) -> str:
        """Return the description of the data set, as YAML."""
        names = (f"  {number}: {_quote(name)}\n" for number, name in enumerate(self._labels))
        return f"path: .\ntrain: images\nval: images\nnames:\n{''.join(names)}"


def _quote(text: str) -> str:
    """Return a string in YAML: as in JSON, but that escapes can't be pairs of surrogates."""
    return _UNPRINTABLE.sub(
        lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


def _box_numbers(vertices: Sequence[Vertex], size: Size) -> Iterable[float]:
    """Return the center, the width and the height of the box around a polygon."""
    left, top, width, height = extent_of(vertices)
    center = ((left + width / 2) / size[0], (top + height / 2) / size[1])
    return (*center, width / size[0], height / size[1])


def _polygon_numbers(vertices: Sequence[Vertex], size: Size) -> Iterable[float]:
    return chain.from_iterable((x / size[0], y / size[1]) for x, y in vertices)


_FORMS = {"detect": _Form(Box, _box_numbers), "segment": _Form(Polygon, _polygon_numbers)}
