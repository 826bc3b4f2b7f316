"""Shapes as SVG: a picture, lines in the colours of their labels, and the labels themselves."""

from __future__ import annotations

import colorsys
import hashlib
import json
import textwrap
import unicodedata
from functools import lru_cache
from html import escape
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .._html import escape_control_chars
from .geometry import Point, Shape
from .images import BackgroundImage, Size

NAMED = 200  # annotations, up to which each bears its label
LABEL = 40  # characters of a label; all of it is shown when one points at it
TOLD = 500  # characters that are shown then
SMALL, WIDE, TALL = 480, 900, 900  # pixels on the screen: what a picture is brought to
TEXT, LEADING = 13, 1.4  # pixels on the screen; from one line to the next, in its size
_DARK = 0.17  # luminance at the most: 4.5 to 1 against the white around it, and more
_NOTHING = "#f3f3f3"
_APART = 1809  # of some thousand numbers the one that sets car, truck, person, dog ... well apart


class Annotation(NamedTuple):
    """What is drawn, and its JSON."""

    shape: Shape
    json: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Its label as a text, "" without one."""
        label = self.json.get("label")
        if label is None or label == "":
            return ""
        return label if isinstance(label, str) else json.dumps(label, ensure_ascii=False)

    @property
    def extents(self) -> Tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        places = [point for line in self.shape for point in line.points]
        across, down = [x for x, _ in places], [y for _, y in places]
        return min(across), min(down), max(across), max(down)

    @property
    def top(self) -> Point:
        """The uppermost point, of several the leftmost."""
        return min((p for line in self.shape for p in line.points), key=lambda p: (p[1], p[0]))

    @property
    def is_dot(self) -> bool:
        """Whether it is a single point."""
        return len(self.shape) == 1 and len(self.shape[0].points) == 1


class Canvas:
    """A picture with annotations on it; a unit is a pixel of the picture.

    Attributes:
        picture: what is drawn over.
        annotations: those that can be seen in it.
        size: of the picture, or as far as there are annotations.
        unnamed: how many names are left out, as there is no room for them.
    """

    def __init__(
        self, picture: BackgroundImage, annotations: Sequence[Annotation], title: str
    ) -> None:
        self.picture = picture
        self.annotations = [each for each in annotations if _can_be_seen(each, picture)]
        self._origin, self.size = _ground(self.annotations, picture)
        self._title = title
        self._scale = 1.0 if self.is_of_unknown_size else _scale(self.size)
        self._text = TEXT / self._scale
        places = _Places(self._origin, self.size, self._text)
        placed = [(each, places.place(each)) for each in self._named()]
        self._names = [(each, place) for each, place in placed if place]
        self.unnamed = len(placed) - len(self._names)

    @property
    def is_of_unknown_size(self) -> bool:
        """Whether there is a picture, and nobody knows how large it is."""
        return self.picture.url is not None and self.picture.size is None

    @property
    def is_sparsely_named(self) -> bool:
        """Whether there are too many for each to bear its label."""
        return len(self.annotations) > NAMED

    def svg(self, style: str = "", notes: Iterable[str] = (), background: bool = True) -> str:
        """The whole, as a document or a part of one.

        Args:
            style: of the outermost element.
            notes: what stands below the picture.
            background: whether the picture is a part of it.
        """
        (left, top), (width, height) = self._origin, self.size
        below = list(self._notes(notes))
        tall = height + len(below) * LEADING * self._text
        return "".join(
            [
                '<svg xmlns="http://www.w3.org/2000/svg" '
                f'viewBox="{_n(left)} {_n(top)} {_n(width)} {_n(tall)}" '
                f'width="{_n(width * self._scale)}" height="{_n(tall * self._scale)}" '
                f'direction="ltr" fill="none" role="img" aria-label="{_x(self._title)}"'
                + (f' style="{style}">' if style else ">"),
                self._background() if background else "",
                self._shapes(),
                self._labels(),
                *below,
                "</svg>",
            ]
        )

    def _background(self) -> str:
        width, height = self.size
        if self.picture.url is None:
            return f'<path fill="{_NOTHING}" d="{_rectangle(self._origin, self.size)}"/>'
        # Without a size it is as large as it is, which is what the numbers mean.
        side = f' width="{_n(width)}" height="{_n(height)}" preserveAspectRatio="none"'
        return f'<image href="{_x(self.picture.url)}"{side if self.picture.size else ""}/>'

    def _shapes(self) -> str:
        """Each in its colour, over a light edge that sets it off from any picture."""
        parts = ['<g stroke-linejoin="round" stroke-linecap="round">']
        drawn = [(each, _path(each.shape)) for each in self.annotations]
        for dots, edge in ((False, 5), (True, 14)):
            path = "".join(path for each, path in drawn if each.is_dot == dots)
            if path:
                parts.append(
                    f'<path {_EVER} stroke="#fff" stroke-opacity=".75" stroke-width="{edge}" '
                    f'd="{path}"/>'
                )
        for each, path in drawn:
            colour = label_colour(each.label)
            fill = f'fill="{colour}" fill-opacity=".12" ' if each.shape[0].closed else ""
            parts.append(
                f'<path {_EVER} {fill}stroke="{colour}" stroke-width="{10 if each.is_dot else 2}" '
                f'd="{path}"><title>{_x(_told(each))}</title></path>'
            )
        return "".join([*parts, "</g>"])

    def _labels(self) -> str:
        text = self._text
        parts = [
            f'<g font-family="system-ui,sans-serif" font-size="{_n(text)}" font-weight="600" '
            f'stroke="#fff" stroke-width="{_n(text / 4)}" stroke-linejoin="round" '
            'paint-order="stroke" pointer-events="none">'
        ]
        for each, (x, y) in self._names:
            colour, name = label_colour(each.label), _x(_short(each.label))
            parts.append(f'<text x="{_n(x)}" y="{_n(y)}" fill="{colour}">{name}</text>')
        return "".join([*parts, "</g>"])

    def _named(self) -> List[Annotation]:
        """Those that bear their labels."""
        named = [each for each in self.annotations if each.label]
        if not self.is_sparsely_named:
            return named
        first: Dict[str, Annotation] = {}
        for each in named:
            first.setdefault(each.label, each)
        return list(first.values())[:NAMED]

    def _notes(self, notes: Iterable[str]) -> Iterable[str]:
        """Lines of text on white below the picture."""
        (left, bottom), (width, height) = self._origin, self.size
        bottom += height
        text = self._text
        fits = max(10, int(width / text / 0.6))
        lines = [line for note in notes for line in textwrap.wrap(note, fits)]
        for number, line in enumerate(lines):
            top = bottom + number * LEADING * text
            yield (
                f'<path fill="#fff" d="{_rectangle((left, top), (width, 1.5 * text))}"/>'
                f'<text x="{_n(left + text / 2)}" y="{_n(top + text)}" font-size="{_n(text)}" '
                f'font-family="system-ui,sans-serif" fill="#333">{_x(line)}</text>'
            )


class _Places:
    """Where labels go: on top of what they name, within the picture, none over another."""

    def __init__(self, origin: Point, size: Size, text: float) -> None:
        self._origin = origin
        self._size = size
        self._text = text
        self._taken: List[Tuple[float, float, float]] = []

    def place(self, annotation: Annotation) -> Optional[Point]:
        """The left end of its label's base line; None where all is taken."""
        left, top = annotation.top
        text, wide = self._text, _width(_short(annotation.label), self._text)
        begin, end = self._origin[0] + text * 0.2, self._origin[0] + self._size[0] - text * 0.2
        highest, lowest = self._origin[1] + text, self._origin[1] + self._size[1] - text * 0.3
        x = max(begin, min(left, end - wide))
        above = top - text * 0.45
        first = above if above > highest else top + text * 1.15
        first = max(highest, min(first, lowest))
        for step in _STEPS:
            y = first + step * 1.15 * text
            if (highest <= y <= lowest or not step) and self._is_free(x, x + wide, y):
                self._taken.append((x, x + wide, y))
                return x, y
        return None

    def _is_free(self, left: float, right: float, y: float) -> bool:
        return not any(
            left < end and begin < right and abs(y - base) < 1.1 * self._text
            for begin, end, base in self._taken
        )


@lru_cache(maxsize=4096)
def label_colour(label: str) -> str:
    """The colour of a label, as "#rrggbb": the same in every task and every process."""
    if not label:
        return "#555555"
    digest = hashlib.sha256(f"{label} {_APART}".encode("utf-8", "surrogatepass")).digest()
    hue = int.from_bytes(digest[:2], "big") / 2**16
    saturation = (0.95, 0.6)[digest[2] % 2]
    lightness = 0.5
    rgb = colorsys.hls_to_rgb(hue, lightness, saturation)
    while _luminance(rgb) > _DARK:
        lightness -= 0.01
        rgb = colorsys.hls_to_rgb(hue, lightness, saturation)
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)


def _luminance(rgb: Sequence[float]) -> float:
    """As the contrast of texts is reckoned."""
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))


def _scale(size: Size) -> float:
    """From the picture to the screen: what is small is enlarged, what is wide is reduced."""
    width, height = size
    larger = min(SMALL / width, TALL / height)
    return larger if larger > 1 else min(1.0, WIDE / width)


def _can_be_seen(annotation: Annotation, picture: BackgroundImage) -> bool:
    if picture == (None, None):
        return True
    width, height = picture.size or (float("inf"), float("inf"))
    left, top, right, bottom = annotation.extents
    return right >= 0 and bottom >= 0 and left <= width and top <= height


def _ground(annotations: Sequence[Annotation], picture: BackgroundImage) -> Tuple[Point, Size]:
    """The picture's corner and size; else as far as annotations go, and a little further."""
    if picture.size:
        return (0.0, 0.0), picture.size
    begin, top, wide, tall = 0.0, 0.0, 200.0, 100.0
    for each in annotations:
        left, up, right, bottom = each.extents
        if picture.url is None:
            begin, top = min(begin, left), min(top, up)
        wide = max(wide, right, each.top[0] + _width(_short(each.label), TEXT))
        tall = max(tall, bottom)
    return (begin, top), (wide + TEXT - begin, tall + TEXT - top)


def _rectangle(corner: Point, size: Size) -> str:
    (x, y), (width, height) = corner, size
    return f"M{_n(x)} {_n(y)}h{_n(width)}v{_n(height)}h-{_n(width)}z"


def _path(shape: Shape) -> str:
    parts = []
    for line in shape:
        (x, y), *others = line.points
        rest = "".join(f"L{_n(x)} {_n(y)}" for x, y in others) or "h0"
        parts.append(f"M{_n(x)} {_n(y)}{rest}{'z' if line.closed else ''}")
    return "".join(parts)


def _short(label: str) -> str:
    label = " ".join(label.split())
    return label if len(label) <= LABEL else f"{label[: LABEL - 1]}…"


def _told(annotation: Annotation) -> str:
    """What one reads when pointing at it."""
    told = annotation.label or "(no label)"
    attributes = annotation.json.get("attributes")
    if isinstance(attributes, dict):
        told = "\n".join([told, *(f"{name}: {value}" for name, value in attributes.items())])
    return told if len(told) <= TOLD else f"{told[:TOLD]}…"


def _width(text: str, size: float) -> float:
    """About as wide as a text is, whatever the font."""
    wide = sum(1.05 if unicodedata.east_asian_width(each) in "WF" else 0.62 for each in text)
    return wide * size


def _n(number: float) -> str:
    """A number as short as it can be written; a hundredth of a pixel is never seen."""
    return f"{number:.2f}".rstrip("0").rstrip(".") if number else "0"


def _x(text: str) -> str:
    """A text within HTML or XML, the latter of which can't hold every character."""
    return escape(escape_control_chars(text, kept=_KEPT))


_KEPT = "\n\u200c\u200d"  # the latter join or part the letters of some scripts
# From where a label should go to where it may, in lines: what is nearest comes first.
_STEPS = (0, *(step for away in range(1, 26) for step in (away, -away)))
_EVER = 'vector-effect="non-scaling-stroke"'  # as wide on the screen at every scale
