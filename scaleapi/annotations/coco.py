"""Write annotations in images to COCO files."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import IO, Any, Callable, Optional

from .._atomic import PathLike, atomic_write, validate_output_path
from .._geometry import GEOMETRY_TYPES, Box, Ellipse, Mask, RotatedBox
from .._lazy import import_extra
from .._responses.plain_boxes import PlainBoxes
from .._responses.reading import Folder
from ..exceptions import ScaleException
from .images import LabeledImage, LabeledImages, Size, Sizes
from .mask_images import MaskImages
from .outlines import OUTLINES, area_of, extent_of
from .reading import AnnotationSource
from .report import ConversionReport, Labels, Tally

MAX_ROWS = 200  # in memory


def to_coco(
    tasks: AnnotationSource,
    path: PathLike,
    *,
    files: Folder = None,
    sizes: Sizes = None,
    labels: Optional[Sequence[str]] = None,
) -> ConversionReport:
    """Write annotations in images to a COCO file.

    Boxes have no segmentation; polygons, ellipses and rotated boxes are polygons; masks are
    run-length encoded, which needs the extra `coco`. Points, lines, cuboids, answers and links are
    left out, as are attributes. Tasks without annotations are images without them.

    Args:
        tasks: See `iter_annotations`.
        path: The file; an older one is replaced.
        files: The folder to which `download_results` wrote: the images of masks, and for the sizes
            of images, the attachments (`only=["attachment", "response"]`).
        sizes: The (width, height) of all images, or by task id. By default, that of the
            attachment's file, of its data URL or of the mask; else the image has none in the file.
        labels: All labels, for the order of the categories; by default, in the order of the tasks.

    Returns:
        A report with `images`, `annotations`, `labels`, `without_size`, `approximated` and
        `left_out`; see `ConversionReport`. The `file_name` of an image is its path below `files`,
        else the name in its URL; `id` and `coco_url` say where it came from.

    Raises:
        ImportError: If there are masks and the extra `coco` is not installed.
        ScaleInvalidArgument: If an argument or one of the tasks is invalid, or a label is not one
            of `labels`.
        ScaleException: If the image of a mask can't be read, or is not of the size of the image.
        OSError: If a file can't be read or written.

    Example:
        >>> report = to_coco("tasks.jsonl", "coco.json", files="results")
        >>> report.left_out
        {'attributes': 17, 'point': 3}
    """
    target = validate_output_path(path)
    source = LabeledImages(files, sizes, finds_boxes=True)
    encoder = _Encoder(MaskImages(source.files), Labels(labels, 1))
    with atomic_write(target, target.parent) as file, tempfile.TemporaryFile() as images:
        file.write(b'{"info":{"description":"Annotations from Scale AI"},"annotations":[')
        annotation_rows, image_rows = _Rows(file), _Rows(images)
        for image in source.read(tasks):
            rows, size = encoder.annotations(image)
            annotation_rows.add(rows)
            image_rows.add([encoder.image(image, size)])
        annotation_rows.write()
        image_rows.write()
        file.write(b'],"images":[')
        images.seek(0)
        shutil.copyfileobj(images, file)
        file.write(b'],"categories":' + json.dumps(encoder.categories()).encode() + b"}\n")
    return encoder.tally.report(target, source.left_out)


class _Rows:
    """Writes the items of a JSON array to a file, many at once.

    Args:
        file: The file.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._rows: list[str] = []
        self._before = b""

    def add(self, rows: list[str]) -> None:
        """Add items, as JSON."""
        self._rows += rows
        if len(self._rows) >= MAX_ROWS:
            self.write()

    def write(self) -> None:
        """Write the items that have not been written."""
        if self._rows:
            self._file.write(self._before)
            self._file.write(",\n".join(self._rows).encode())
            self._rows, self._before = [], b",\n"


class _Encoder:
    """Encodes images and their annotations as JSON.

    Args:
        masks: The images of masks.
        labels: The numbers of labels.

    Attributes:
        tally: What was encoded so far.
    """

    def __init__(self, masks: MaskImages, labels: Labels) -> None:
        self.tally = Tally()
        self._masks = masks
        self._labels = labels
        self._last_id = 0

    def annotations(self, image: LabeledImage) -> tuple[list[str], Optional[Size]]:
        """Return the annotations of an image, and its size."""
        tally, rows, size = self.tally, [], image.size
        tally.images += 1
        if image.boxes is not None:
            return self._boxes(image.boxes), size
        for item in image.items:
            geometry = item.geometry
            kind = type(geometry)
            if isinstance(geometry, Mask):
                content, size = self._mask(image.task_id, geometry, size)
            else:
                encode = _ENCODERS.get(kind) if item.frame is None else None
                content = encode(geometry) if encode else ""
            if not content:
                tally.left_out[GEOMETRY_TYPES[kind]] += 1
                continue
            self._last_id += 1
            category = self._labels.number_of(item.label)
            rows.append(
                f'{{"id":{self._last_id},"image_id":{tally.images},"category_id":{category},'
                f'"iscrowd":0,{content}}}'
            )
            tally.count(item, is_approximated=kind is RotatedBox or kind is Ellipse)
        return rows, size

    def _boxes(self, plain: PlainBoxes) -> list[str]:
        """Return boxes of the last image; the same as `_encode_box` returns, in less time."""
        labels, same = self._labels, f'"image_id":{self.tally.images},"category_id":'
        rows = [
            f'{{"id":{number},{same}{labels[label]},"iscrowd":0,'
            f'"bbox":[{left!r},{top!r},{width!r},{height!r}],"area":{width * height:.12g},'
            f'"segmentation":[]}}'
            for number, (label, left, top, width, height) in enumerate(
                plain.boxes, self._last_id + 1
            )
        ]
        self._last_id += len(rows)
        self.tally.count_boxes(plain)
        return rows

    def image(self, image: LabeledImage, size: Optional[Size]) -> str:
        """Return the image whose annotations were encoded last."""
        self.tally.without_size += size is None
        sides = "" if size is None else f'"width":{size[0]},"height":{size[1]},'
        return (
            f'{{"id":{self.tally.images},"file_name":{_quote(image.file_name)},{sides}'
            f'"coco_url":{_quote(image.url)},"task_id":{_quote(image.task_id)}}}'
        )

    def categories(self) -> list[dict[str, Any]]:
        """Return the categories of all annotations."""
        return [
            {"id": number, "name": name, "supercategory": ""}
            for number, name in enumerate(self._labels, 1)
        ]

    def _mask(self, task_id: str, mask: Mask, size: Optional[Size]) -> tuple[str, Optional[Size]]:
        """Return a mask, "" if its image is not at hand or has no pixel of it, and its size.

        Raises:
            ScaleException: If the size is not that of the image.
        """
        indexes = self._masks.indexes(task_id, mask)
        if indexes is None:
            return "", size
        height, width = indexes.shape
        if size not in (None, (width, height)):
            raise ScaleException(
                f"The masks of task {task_id} are of ({width}, {height}) pixels, and its image of "
                f"{size}, by its file or by sizes"
            )
        coder = import_extra("pycocotools.mask", "coco", "Encoding a mask")
        pixels = (indexes == mask.index).astype("uint8", order="F")
        encoded = coder.encode(pixels)
        area, extent = int(coder.area(encoded)), coder.toBbox(encoded).tolist()
        segmentation = json.dumps({"size": [height, width], "counts": encoded["counts"].decode()})
        content = f'"bbox":{extent},"area":{area},"segmentation":{segmentation}'
        return content if area else "", (width, height)


_quote = json.encoder.encode_basestring_ascii


def _encode_box(box: Box) -> str:
    left, top, width, height = box
    if width < 0 or height < 0:
        return ""
    return (
        f'"bbox":[{left!r},{top!r},{width!r},{height!r}],"area":{width * height:.12g},'
        f'"segmentation":[]'
    )


def _encode_outline(geometry: Any) -> str:
    vertices = OUTLINES[type(geometry)](geometry)
    if len(vertices) < 3:
        return ""
    extent, numbers = list(extent_of(vertices)), list(chain.from_iterable(vertices))
    return f'"bbox":{extent},"area":{area_of(vertices)!r},"segmentation":[{numbers}]'


_ENCODERS: Mapping[type[Any], Callable[[Any], str]] = {
    **dict.fromkeys(OUTLINES, _encode_outline),
    Box: _encode_box,
}
"""How the members of an annotation are found that depend on its geometry, "" for none."""
