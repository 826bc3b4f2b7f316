"""The picture below the annotations: an address that a browser may load, and its size."""

from __future__ import annotations

import base64
import os
import re
import struct
from typing import Any, NamedTuple, Optional, Tuple, Union

from ..exceptions import ScaleInvalidArgument
from .geometry import MAX_COORDINATE

Size = Tuple[float, float]
Image = Union[str, os.PathLike[str], bytes]

_LOADABLE = re.compile(r"https?://.|data:image/", re.IGNORECASE)
_EMBEDDED = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)
_HEAD = 512 * 1024  # characters in which a picture says how large it is
# How each kind of picture begins, all of them such as every browser shows.
_KINDS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "png"),
    (re.compile(rb"\xff\xd8\xff"), "jpeg"),
    (re.compile(rb"GIF8[79]a"), "gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "webp"),
)


class Picture(NamedTuple):
    """What is drawn over.

    Attributes:
        address: http, https, or a data address of an image; None without a picture.
        size: width and height in pixels; None where they are not known.
    """

    address: Optional[str]
    size: Optional[Size]


def of_attachment(attachment: Any) -> Picture:
    """A task's own picture; none where a browser can't load it."""
    if not isinstance(attachment, str) or not _is_loadable(attachment):
        return Picture(None, None)
    return Picture(attachment, _size_within(attachment))


def of_image(image: Image) -> Picture:
    """A picture of the caller's: an address, the path of a file, or what is in one.

    Raises:
        ScaleInvalidArgument: it is none of these, or no picture that every browser shows.
        OSError: the file can't be read.
    """
    if isinstance(image, str) and _is_loadable(image):
        return of_attachment(image)
    if not isinstance(image, (str, os.PathLike, bytes)) or not image:
        raise ScaleInvalidArgument(
            f"image must be the path of a picture, its bytes or its address, got {image!r:.40}"
        )
    if isinstance(image, bytes):
        content = image
    else:
        with open(image, "rb") as file:
            content = file.read()
    kind = next((kind for begins, kind in _KINDS if begins.match(content)), None)
    if kind is None:
        raise ScaleInvalidArgument("image must be a PNG, a JPEG, a GIF or a WebP")
    data = base64.b64encode(content).decode()
    return Picture(f"data:image/{kind};base64,{data}", size_of(content))


def checked_size(size: Any) -> Size:
    """A width and a height.

    Raises:
        ScaleInvalidArgument: they are not.
    """
    try:
        width, height = (float(side) for side in size)
        sound = 1 <= width <= MAX_COORDINATE and 1 <= height <= MAX_COORDINATE
    except (TypeError, ValueError, OverflowError):
        sound = False
    if not sound:
        raise ScaleInvalidArgument(
            f"size must be (width, height), each of 1 to {MAX_COORDINATE:,} pixels, "
            f"got {size!r:.40}"
        )
    return width, height


def size_of(content: bytes) -> Optional[Size]:
    """Width and height by what a PNG, GIF or JPEG says of itself; None if it does not."""
    try:
        if _KINDS[0][0].match(content):
            size: Tuple[int, int] = struct.unpack(">II", content[16:24])
        elif _KINDS[2][0].match(content):
            size = struct.unpack("<HH", content[6:10])
        elif _KINDS[1][0].match(content):
            size = _jpeg_size(content)
        else:
            return None
        return checked_size(size)
    except (struct.error, ScaleInvalidArgument):
        return None


def _is_loadable(text: str) -> bool:
    return bool(_LOADABLE.match(text)) and text.isprintable()


def _size_within(address: str) -> Optional[Size]:
    found = _EMBEDDED.match(address)
    if not found:
        return None
    data = address[found.end() : found.end() + _HEAD]
    try:
        return size_of(base64.b64decode(data[: len(data) // 4 * 4]))
    except ValueError:
        return None


def _jpeg_size(content: bytes) -> Tuple[int, int]:
    place, turned = 2, False
    while True:
        marker, length = struct.unpack(">HH", content[place : place + 4])
        if marker < 0xFF00:
            raise struct.error("no marker")
        if 0xFFC0 <= marker <= 0xFFCF and marker not in (0xFFC4, 0xFFC8, 0xFFCC):
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return (height, width) if turned else (width, height)
        if marker == 0xFFE1:
            turned = turned or _is_turned(content[place + 4 : place + 2 + length])
        place += 2 + length


def _is_turned(exif: bytes) -> bool:
    """Whether a browser shows the picture turned by a right angle."""
    if exif[:6] != b"Exif\0\0":
        return False
    tiff, order = exif[6:], "<" if exif[6:8] == b"II" else ">"
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for entry in range(first + 2, first + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == 0x0112:
                return value in (5, 6, 7, 8)
    except struct.error:
        pass  # broken, and browsers pass over it too
    return False
