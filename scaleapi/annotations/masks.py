"""Write the masks of segmentations as images with one number for each label."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional

from .._atomic import PathLike
from .._geometry import GEOMETRY_TYPES, Mask
from .._lazy import import_extra
from .._responses.reading import Folder
from ..drawing import label_colour
from ..exceptions import ScaleInvalidArgument
from .folders import new_folder, write_file
from .images import LabeledImage, LabeledImages
from .mask_images import MaskImages
from .reading import AnnotationSource
from .report import ConversionReport, Labels, Tally

INSTANCES = "instance, of which only the label is kept"
MAX_LABELS = 255
_COLOR = re.compile("#[0-9a-fA-F]{6}")


def to_masks(
    tasks: AnnotationSource,
    folder: PathLike,
    *,
    files: Folder,
    labels: Optional[Sequence[str]] = None,
) -> ConversionReport:
    """Write the masks of segmentations as indexed images, which needs the extra `coco`.

    `masks/` has a PNG for each task, whose pixels are the numbers of labels, 0 for none, the same
    in all images. `labels.json` has the name and the color of each number. The service's own
    numbers are those of one task. Instances of a label are not distinguished: `to_coco` does.

    Args:
        tasks: See `iter_annotations`.
        folder: The folder, which must not exist, or be empty.
        files: The folder to which `download_results` wrote.
        labels: All labels, for their numbers, which count from 1; by default, in the order of the
            tasks. There can be 255.

    Returns:
        A report; see `to_coco`.

    Raises:
        ImportError: If the extra `coco` is not installed.
        ScaleInvalidArgument: If an argument or one of the tasks is invalid.
        ScaleException: If the image of a mask can't be read.
        OSError: If a file can't be read or written.
    """
    source, numbers = LabeledImages(files, None), Labels(labels, 1)
    writer = _MaskWriter(MaskImages(source.files), numbers)
    with new_folder(folder) as target:
        for image in source.read(tasks):
            writer.add(image, target)
        write_file(target / "labels.json", json.dumps(writer.label_map(), indent=2).encode())
    return writer.tally.report(Path(folder), source.left_out)


class _MaskWriter:
    """Writes images of masks.

    Args:
        masks: The images that the service made.
        labels: The numbers of labels.

    Attributes:
        tally: What was written so far.
    """

    def __init__(self, masks: MaskImages, labels: Labels) -> None:
        self.tally = Tally()
        self._masks = masks
        self._labels = labels
        self._colors: dict[int, str] = {}
        self._images = import_extra("PIL.Image", "coco", "Writing a mask")

    def add(self, image: LabeledImage, folder: Path) -> None:
        """Write the image of a task, unless it has no masks."""
        merged: Any = None
        for item in image.items:
            mask = item.geometry
            pixels: Any = self._pixels(image.task_id, mask) if isinstance(mask, Mask) else None
            if pixels is None or not isinstance(mask, Mask):
                self.tally.left_out[GEOMETRY_TYPES[type(item.geometry)]] += 1
                continue
            number = self._labels.number_of(item.label)
            if number > MAX_LABELS:
                raise ScaleInvalidArgument(f"tasks must have at most {MAX_LABELS} labels")
            if number not in self._colors:
                is_valid = _COLOR.fullmatch(mask.color)
                self._colors[number] = mask.color if is_valid else label_colour(item.label or "")
            merged = pixels.astype("uint8") * 0 if merged is None else merged
            merged[pixels] = number
            self.tally.left_out[INSTANCES] += mask.is_instance
            self.tally.count(item, is_approximated=False)
        if merged is not None:
            self.tally.images += 1
            path = folder / "masks" / f"{image.stem}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._indexed(merged).save(path)

    def _pixels(self, task_id: str, mask: Mask) -> Any:
        """Return which pixels a mask has, None if no file has any."""
        indexes = self._masks.indexes(task_id, mask)
        pixels = None if indexes is None else indexes == mask.index
        return None if pixels is None or not pixels.any() else pixels

    def label_map(self) -> list[dict[str, Any]]:
        """Return the number, the name and the color of each label."""
        return [
            {"index": number, "label": name, "color": self._colors.get(number)}
            for number, name in enumerate(self._labels, 1)
        ]

    def _indexed(self, pixels: Any) -> Any:
        """Return an image whose palette has the colors of the labels."""
        image = self._images.fromarray(pixels)
        colors = (self._colors.get(number, "#000000") for number in range(max(self._colors) + 1))
        image.putpalette(b"".join(bytes.fromhex(color[1:]) for color in colors))
        return image
