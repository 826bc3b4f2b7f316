"""Read the images of segmentations: which pixel belongs to which label."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from .._geometry import Mask
from .._lazy import OptionalPackage, import_extra
from .._responses.reading import DownloadedFiles
from ..exceptions import ScaleException

if TYPE_CHECKING:
    import numpy
else:
    numpy = OptionalPackage("numpy")

EXTENDED, INDEXED = "extendedIndexedImage", "indexedImage"


def mask_path(task_id: str, urls: Mapping[str, str], files: DownloadedFiles) -> Optional[Path]:
    """Return the file with the indexes of the pixels, None if it is not at hand."""
    paths = (files.path_of(task_id, urls[name]) for name in (EXTENDED, INDEXED) if name in urls)
    return next((path for path in paths if path is not None), None)


class MaskImages:
    """Finds the indexes of the pixels of a task's masks, which all have the same image.

    Args:
        files: The downloaded files.
    """

    def __init__(self, files: DownloadedFiles) -> None:
        self._files = files
        self._read: tuple[Optional[Path], Any] = (None, None)

    def indexes(self, task_id: str, mask: Mask) -> Optional[numpy.ndarray[Any, Any]]:
        """Return the index of each pixel, by row and column, None if no file has them.

        Raises:
            ImportError: If Pillow or NumPy is not installed.
            ScaleException: If the file is not such an image.
        """
        path = mask_path(task_id, mask.urls, self._files)
        if path is not None and path != self._read[0]:
            self._read = (path, read_indexes(path))
        return None if path is None else self._read[1]


def read_indexes(path: Path) -> numpy.ndarray[Any, Any]:
    """Return the index of each pixel, by row and column.

    Args:
        path: An image with the indexes in its only channel, or as 24 bits, red the lowest.

    Raises:
        ImportError: If Pillow or NumPy is not installed.
        ScaleException: If the file is not such an image.
    """
    image_module = import_extra("PIL.Image", "coco", "Reading a mask")
    arrays = import_extra("numpy", "coco", "Reading a mask")
    pixels: numpy.ndarray[Any, Any]
    try:
        with image_module.open(path) as image:
            pixels = arrays.asarray(image)
    except (OSError, ValueError, SyntaxError, image_module.DecompressionBombError) as error:
        raise ScaleException(f"{path} is not an image with indexes: {error}") from None
    if pixels.ndim == 3 and pixels.shape[2] in (3, 4):
        red, green, blue = (pixels[:, :, channel].astype(arrays.uint32) for channel in range(3))
        pixels = red | green << 8 | blue << 16
    elif pixels.ndim != 2:
        raise ScaleException(f"{path} is not an image with indexes: its mode is {image.mode}")
    return pixels
