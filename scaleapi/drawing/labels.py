"""Colour, shorten and place the labels of annotations."""

from __future__ import annotations

import colorsys
import hashlib
import math
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Optional

from .._geometry import Vertex
from .captions import FONT_SIZE
from .images import Size

MAX_LABEL_CHARS = 40  # a longer label is truncated; its tooltip is not
_MAX_LUMINANCE = 0.17  # a contrast of at least 4.5:1 with the white outline around a label
_HUE_SALT = 1809  # chosen by search so that common labels get well-separated hues
# Lines to move a label away from its preferred position, nearest first.
_LINE_OFFSETS = (0, *(offset for lines in range(1, 26) for offset in (lines, -lines)))


class LabelLayout:
    """Places labels above their annotations, within the image and without overlaps.

    Args:
        origin: Left top corner of the image.
        size: Width and height of the image.
        font_size: Font size of the labels, in the unit of `size`.
    """

    def __init__(self, origin: Vertex, size: Size, font_size: float) -> None:
        self._origin = origin
        self._size = size
        self._font_size = font_size
        self._occupied: list[tuple[float, float, float]] = []

    def place(self, label: str, anchor: Vertex) -> Optional[Vertex]:
        """Reserve a position for a label.

        Args:
            label: The label, truncated as it is displayed.
            anchor: The point to label; the label goes above it if there is room.

        Returns:
            The left end of the label's baseline; None if there is no room nearby.
        """
        left, top = anchor
        font_size, width = self._font_size, _text_width(label, self._font_size)
        min_x = self._origin[0] + font_size * 0.2
        max_x = self._origin[0] + self._size[0] - font_size * 0.2
        min_y = self._origin[1] + font_size
        max_y = self._origin[1] + self._size[1] - font_size * 0.3
        x = max(min_x, min(left, max_x - width))
        above = top - font_size * 0.45
        preferred = above if above > min_y else top + font_size * 1.15
        preferred = max(min_y, min(preferred, max_y))
        for offset in _LINE_OFFSETS:
            y = preferred + offset * 1.15 * font_size
            if (min_y <= y <= max_y or not offset) and self._is_free(x, x + width, y):
                self._occupied.append((x, x + width, y))
                return x, y
        return None

    def _is_free(self, left: float, right: float, y: float) -> bool:
        return not any(
            left < other_right and other_left < right and abs(y - other_y) < 1.1 * self._font_size
            for other_left, other_right, other_y in self._occupied
        )


@lru_cache(maxsize=4096)
def label_colour(label: str) -> str:
    """Return the colour of a label, which is the same in every task and process.

    Args:
        label: The label; "" for none.

    Returns:
        The colour as "#rrggbb", dark enough to be read on white.
    """
    if not label:
        return "#555555"
    digest = hashlib.sha256(f"{label} {_HUE_SALT}".encode("utf-8", "surrogatepass")).digest()
    hue = int.from_bytes(digest[:2], "big") / 2**16
    saturation = (0.95, 0.6)[digest[2] % 2]
    lightness = 0.5
    rgb = colorsys.hls_to_rgb(hue, lightness, saturation)
    while _luminance(rgb) > _MAX_LUMINANCE:
        lightness -= 0.01
        rgb = colorsys.hls_to_rgb(hue, lightness, saturation)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in rgb)


def label_dashes(labels: Iterable[str]) -> dict[str, str]:
    """Return a pattern of dashes for each label whose colour is close to that of an earlier one."""
    dashes: dict[str, str] = {}
    earlier: list[str] = []
    for label in dict.fromkeys(labels):
        colour = label_colour(label)
        close = sum(_distance(colour, other) < _CLOSE for other in earlier)
        if close:
            dashes[label] = _DASHES[(close - 1) % len(_DASHES)]
        earlier.append(colour)
    return dashes


def _distance(colour: str, other: str) -> float:
    """Return how far apart two colours are, weighted by what the eye sees (redmean)."""
    (red, green, blue), (red2, green2, blue2) = bytes.fromhex(colour[1:]), bytes.fromhex(other[1:])
    mean = (red + red2) / 2
    weights = (2 + mean / 256, 4, 2 + (255 - mean) / 256)
    differences = (red - red2, green - green2, blue - blue2)
    return math.sqrt(sum(weight * each**2 for weight, each in zip(weights, differences)))


_CLOSE = 110
_DASHES = ("7 4", "2 4", "12 4 2 4", "4 8")


def shorten_label(label: str) -> str:
    """Collapse whitespace and truncate a label.

    Args:
        label: The label.

    Returns:
        One line of at most `MAX_LABEL_CHARS` characters.
    """
    label = " ".join(label.split())
    return label if len(label) <= MAX_LABEL_CHARS else f"{label[: MAX_LABEL_CHARS - 1]}…"


def label_width(label: str) -> float:
    """Estimate the width of a label on the screen, once it is shortened.

    Args:
        label: The label.

    Returns:
        Pixels on the screen.
    """
    return _text_width(shorten_label(label), FONT_SIZE)


def _text_width(text: str, font_size: float) -> float:
    """Estimate the width of a line of text, for any sans-serif font."""
    ems = sum(1.05 if unicodedata.east_asian_width(char) in "WF" else 0.62 for char in text)
    return ems * font_size


def _luminance(rgb: Sequence[float]) -> float:
    """Return the relative luminance as defined by WCAG 2."""
    linear = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in rgb
    )
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear))
