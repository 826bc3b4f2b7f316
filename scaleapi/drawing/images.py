"""Load the image below the annotations: a URL that a browser may load, and its size."""

from __future__ import annotations

import base64
import os
import re
import struct
from typing import Any, NamedTuple, Optional, Union

from ..exceptions import ScaleInvalidArgument
from .geometry import MAX_COORDINATE

Size = tuple[float, float]
Image = Union[str, os.PathLike[str], bytes]

_LOADABLE_URL = re.compile(r"https?://.|data:image/", re.IGNORECASE)
_BASE64_IMAGE = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)
_MAX_HEADER_CHARS = 512 * 1024  # characters of base64 that are searched for the image size
# First bytes and media subtype of the formats that every browser displays.
_SIGNATURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "png"),
    (re.compile(rb"\xff\xd8\xff"), "jpeg"),
    (re.compile(rb"GIF8[79]a"), "gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "webp"),
)


class BackgroundImage(NamedTuple):
    """The image that annotations are drawn over.

    Attributes:
        url: An http, https or `data:image/` URL; None for no image.
        size: Width and height in pixels; None if unknown.
    """

    url: Optional[str]
    size: Optional[Size]


def from_attachment(attachment: Any) -> BackgroundImage:
    """Return a task's attachment as the background.

    Args:
        attachment: The task's `params["attachment"]`; any JSON value.

    Returns:
        The image, without a URL if a browser can't load the attachment.
    """
    if not isinstance(attachment, str) or not _is_loadable(attachment):
        return BackgroundImage(None, None)
    return BackgroundImage(attachment, _data_url_size(attachment))


def load_image(image: Image) -> BackgroundImage:
    """Return the caller's image as the background; file content becomes a data URL.

    Args:
        image: A URL, the path of a file, or the content of one.

    Returns:
        The image, with its size if that can be read.

    Raises:
        ScaleInvalidArgument: If `image` is none of these, or not a PNG, JPEG, GIF or WebP.
        OSError: If the file can't be read.
    """
    if isinstance(image, str) and _is_loadable(image):
        return from_attachment(image)
    if not isinstance(image, (str, os.PathLike, bytes)) or not image:
        raise ScaleInvalidArgument(
            f"image must be a file path, the bytes of an image or a URL, got {image!r:.40}"
        )
    if isinstance(image, bytes):
        content = image
    else:
        with open(image, "rb") as file:
            content = file.read()
    subtype = next((kind for signature, kind in _SIGNATURES if signature.match(content)), None)
    if subtype is None:
        raise ScaleInvalidArgument("image must be a PNG, a JPEG, a GIF or a WebP")
    data = base64.b64encode(content).decode()
    return BackgroundImage(f"data:image/{subtype};base64,{data}", read_size(content))


def validate_size(size: Any) -> Size:
    """Validate an image size.

    Args:
        size: Width and height in pixels, as any iterable of two numbers.

    Returns:
        The size as two floats.

    Raises:
        ScaleInvalidArgument: If `size` is not two numbers from 1 to `MAX_COORDINATE`.
    """
    try:
        width, height = (float(side) for side in size)
        is_valid = 1 <= width <= MAX_COORDINATE and 1 <= height <= MAX_COORDINATE
    except (TypeError, ValueError, OverflowError):
        is_valid = False
    if not is_valid:
        raise ScaleInvalidArgument(
            f"size must be (width, height), each of 1 to {MAX_COORDINATE:,} pixels, "
            f"got {size!r:.40}"
        )
    return width, height


def read_size(content: bytes) -> Optional[Size]:
    """Read the size of an image from the header of a PNG, GIF, JPEG or WebP.

    Args:
        content: The file, or as much of its beginning as is at hand.

    Returns:
        Width and height in pixels as displayed; None for other formats and broken headers.
    """
    try:
        if _SIGNATURES[0][0].match(content):
            size: tuple[int, int] = struct.unpack(">II", content[16:24])
        elif _SIGNATURES[2][0].match(content):
            size = struct.unpack("<HH", content[6:10])
        elif _SIGNATURES[1][0].match(content):
            size = _jpeg_size(content)
        elif _SIGNATURES[3][0].match(content):
            size = _webp_size(content)
        else:
            return None
        return validate_size(size)
    except (struct.error, ScaleInvalidArgument):
        return None


def _is_loadable(text: str) -> bool:
    """Return whether the string is a URL that a browser may load as an image."""
    return bool(_LOADABLE_URL.match(text)) and text.isprintable()


def _data_url_size(url: str) -> Optional[Size]:
    """Return the size of the image in a base64 data URL; None for other URLs, or if unknown."""
    prefix = _BASE64_IMAGE.match(url)
    if not prefix:
        return None
    data = url[prefix.end() : prefix.end() + _MAX_HEADER_CHARS]
    try:
        return read_size(base64.b64decode(data[: len(data) // 4 * 4]))
    except ValueError:
        return None


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Return the size as displayed, from the start-of-frame segment and the EXIF orientation."""
    offset, is_rotated = 2, False
    while True:
        marker, length = struct.unpack(">HH", content[offset : offset + 4])
        if marker < 0xFF00:
            raise struct.error("no marker")
        if 0xFFC0 <= marker <= 0xFFCF and marker not in (0xFFC4, 0xFFC8, 0xFFCC):
            height, width = struct.unpack(">HH", content[offset + 5 : offset + 9])
            return (height, width) if is_rotated else (width, height)
        if marker == 0xFFE1:
            is_rotated = is_rotated or _is_rotated_by_exif(
                content[offset + 4 : offset + 2 + length]
            )
        offset += 2 + length


def _webp_size(content: bytes) -> tuple[int, int]:
    """Return the size of a WebP, by the kind of its first chunk."""
    kind = content[12:16]
    if kind == b"VP8X":
        low, high, low2, high2 = struct.unpack("<HBHB", content[24:30])
        return (low | high << 16) + 1, (low2 | high2 << 16) + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", content[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", content[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _is_rotated_by_exif(exif: bytes) -> bool:
    """Return whether the EXIF orientation exchanges width and height, as browsers apply it."""
    if exif[:6] != b"Exif\0\0":
        return False
    tiff, order = exif[6:], "<" if exif[6:8] == b"II" else ">"
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, directory)
        for entry in range(directory + 2, directory + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == 0x0112:  # orientation
                return value in (5, 6, 7, 8)
    except struct.error:
        pass  # broken EXIF data, which browsers ignore too
    return False
