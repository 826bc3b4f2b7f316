"""Render a background image, the shapes of annotations and their labels as SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from .._geometry import Vertex
from .captions import FONT_SIZE, Line, escape_text, fmt, height_of, render, text_of, wrap
from .geometry import Shape
from .images import BackgroundImage, Size
from .labels import (
    LabelLayout,
    label_colour,
    label_dashes,
    label_width,
    shorten_label,
)

MAX_LABELED = 200  # with more annotations, only the first of each label is labeled
MAX_LABELS_WITHOUT_LEGEND, MAX_LEGEND = 12, 60
MAX_TOOLTIP_CHARS = 500
# Pixels on the screen: small images are enlarged, and large ones reduced, to these.
MIN_WIDTH, MAX_WIDTH, MAX_HEIGHT = 480, 900, 900
_BLANK_FILL = "#f3f3f3"
# Strokes have the same width on the screen at every scale.
_NON_SCALING_STROKE = 'vector-effect="non-scaling-stroke"'


class Annotation(NamedTuple):
    """An annotation to draw.

    Attributes:
        shape: Its polylines.
        json: Its JSON.
    """

    shape: Shape
    json: Mapping[str, Any]

    @property
    def label(self) -> str:
        """The label as a string; "" for none."""
        label = self.json.get("label")
        if label is None or label == "":
            return ""
        return text_of(label)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        points = [point for polyline in self.shape for point in polyline.points]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def top(self) -> Vertex:
        """The uppermost point; the leftmost of several."""
        points = (point for polyline in self.shape for point in polyline.points)
        return min(points, key=lambda point: (point[1], point[0]))

    @property
    def is_dot(self) -> bool:
        """Whether the shape is a single point."""
        return len(self.shape) == 1 and len(self.shape[0].points) == 1


class Canvas:
    """An image with annotations over it; the unit is a pixel of the image.

    Args:
        image: The background.
        annotations: What to draw over it.
        title: Accessible name of the SVG.
        overlay: A data URL of an image of the same size, drawn over the background.
        width: Pixels on the screen; by default, those that the image needs.
        legend: The legend; by default, the labels where there are many.

    Attributes:
        image: The background.
        annotations: The annotations that are at least partly within the image.
        size: Size of the image; of the area that the annotations need if that is unknown.
        unplaced_labels: Number of labels left out for lack of room.
    """

    def __init__(
        self,
        image: BackgroundImage,
        annotations: Sequence[Annotation],
        title: str,
        overlay: str = "",
        width: Optional[float] = None,
        legend: Sequence[Line] = (),
    ) -> None:
        self.image = image
        self._legend = list(legend)
        self._overlay = overlay
        self.annotations = [
            annotation for annotation in annotations if _is_visible(annotation, image)
        ]
        self._origin, self.size = _viewport(self.annotations, image)
        self._title = title
        if width is not None:
            self._scale = width / self.size[0]
        else:
            self._scale = 1.0 if self.has_unknown_size else _screen_scale(self.size)
        self._dashes = label_dashes(annotation.label for annotation in self.annotations)
        self._font_size = FONT_SIZE / self._scale
        layout = LabelLayout(self._origin, self.size, self._font_size)
        labeled = self._annotations_to_label()
        positions = [layout.place(shorten_label(item.label), item.top) for item in labeled]
        self._labels = [(item, place) for item, place in zip(labeled, positions) if place]
        self.unplaced_labels = len(labeled) - len(self._labels)

    @property
    def count(self) -> int:
        """The number of annotations."""
        return len(self.annotations) or len(self._legend)

    @property
    def screen_size(self) -> Size:
        """Width and height on the screen, in pixels."""
        return self.size[0] * self._scale, self.size[1] * self._scale

    @property
    def legend(self) -> list[Line]:
        """The labels, where there are too many to find them in the image."""
        labels = Counter(annotation.label for annotation in self.annotations if annotation.label)
        if self._legend:
            return self._legend
        if len(labels) <= MAX_LABELS_WITHOUT_LEGEND:
            return []
        return [
            Line(
                f"{shorten_label(label)}: {count:,}",
                label_colour(label),
                self._dashes.get(label, ""),
            )
            for label, count in labels.most_common(MAX_LEGEND)
        ]

    @property
    def has_unknown_size(self) -> bool:
        """Whether there is an image whose size is unknown."""
        return self.image.url is not None and self.image.size is None

    @property
    def labels_once(self) -> bool:
        """Whether only the first annotation of each label is labeled, as there are too many."""
        return len(self.annotations) > MAX_LABELED

    def svg(
        self,
        style: str = "",
        notes: Iterable[str] = (),
        background: bool = True,
        position: str = "",
    ) -> str:
        """Render the canvas as an SVG element, which is also a complete document.

        Args:
            style: CSS of the root element.
            notes: Paragraphs of text below the image.
            background: Whether to include the image.
            position: Attributes that place it in another SVG.

        Returns:
            The SVG.
        """
        (left, top), (width, height) = self._origin, self.size
        font_size = self._font_size
        lines = [*self.legend, *wrap(notes, width, font_size)]
        total_height = height + height_of(lines, font_size)
        return "".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" {position}'
                f'viewBox="{fmt(left)} {fmt(top)} {fmt(width)} {fmt(total_height)}" '
                f'width="{fmt(width * self._scale)}" height="{fmt(total_height * self._scale)}" '
                f'direction="ltr" fill="none" role="img" aria-label="{escape_text(self._title)}"'
                + (f' style="{style}">' if style else ">"),
                self._render_background() if background else "",
                self._render_shapes(),
                self._render_labels(),
                *render(lines, left, top + height, width, font_size),
                "</svg>",
            ]
        )

    def _render_background(self) -> str:
        width, height = self.size
        blank = f'<path fill="{_BLANK_FILL}" d="{_rectangle(self._origin, self.size)}"/>'
        if self.image.url is None:
            return blank + self._render_overlay()
        # Without these the browser uses the intrinsic size, to which the coordinates refer.
        attributes = f' width="{fmt(width)}" height="{fmt(height)}" preserveAspectRatio="none"'
        image = (
            f'<image href="{escape_text(self.image.url)}"{attributes if self.image.size else ""}/>'
        )
        if self.image.url[:5].lower() == "data:":
            return image + self._render_overlay()
        missing = (  # below the image, which hides it
            f'<text x="{fmt(self._font_size)}" y="{fmt(height - self._font_size)}" fill="#666" '
            f'font-family="system-ui,sans-serif" font-size="{fmt(self._font_size)}">'
            "The picture did not load.</text>"
        )
        return blank + missing + image + self._render_overlay()

    def _render_overlay(self) -> str:
        if not self._overlay:
            return ""
        width, height = self.size
        return (
            f'<image href="{escape_text(self._overlay)}" width="{fmt(width)}" '
            f'height="{fmt(height)}" preserveAspectRatio="none" opacity=".6" '
            'style="image-rendering:pixelated"/>'
        )

    def _render_shapes(self) -> str:
        """Return each shape in its colour, over a light outline that contrasts with any image."""
        parts = ['<g stroke-linejoin="round" stroke-linecap="round">']
        paths = [(annotation, _path_data(annotation.shape)) for annotation in self.annotations]
        for dots, stroke_width in ((False, 5), (True, 14)):
            outline = "".join(path for annotation, path in paths if annotation.is_dot == dots)
            if outline:
                parts.append(
                    f'<path {_NON_SCALING_STROKE} stroke="#fff" stroke-opacity=".75" '
                    f'stroke-width="{stroke_width}" d="{outline}"/>'
                )
        for annotation, path in paths:
            colour = label_colour(annotation.label)
            fill = f'fill="{colour}" fill-opacity=".12" ' if annotation.shape[0].closed else ""
            dashes = self._dashes.get(annotation.label)
            stroke = f'stroke-dasharray="{dashes}" ' if dashes and not annotation.is_dot else ""
            parts.append(
                f'<path {_NON_SCALING_STROKE} {fill}{stroke}stroke="{colour}" '
                f'stroke-width="{10 if annotation.is_dot else 2}" '
                f'd="{path}"><title>{escape_text(_tooltip(annotation))}</title></path>'
            )
        return "".join([*parts, "</g>"])

    def _render_labels(self) -> str:
        font_size = self._font_size
        parts = [
            f'<g font-family="system-ui,sans-serif" font-size="{fmt(font_size)}" '
            f'font-weight="600" stroke="#fff" stroke-width="{fmt(font_size / 4)}" '
            'stroke-linejoin="round" paint-order="stroke" pointer-events="none">'
        ]
        for annotation, (x, y) in self._labels:
            colour, label = (
                label_colour(annotation.label),
                escape_text(shorten_label(annotation.label)),
            )
            parts.append(f'<text x="{fmt(x)}" y="{fmt(y)}" fill="{colour}">{label}</text>')
        return "".join([*parts, "</g>"])

    def _annotations_to_label(self) -> list[Annotation]:
        labeled = [annotation for annotation in self.annotations if annotation.label]
        if not self.labels_once:
            return labeled
        first_by_label: dict[str, Annotation] = {}
        for annotation in labeled:
            first_by_label.setdefault(annotation.label, annotation)
        return list(first_by_label.values())[:MAX_LABELED]


def _screen_scale(size: Size) -> float:
    """Return pixels on the screen per pixel of the image."""
    width, height = size
    enlargement = min(MIN_WIDTH / width, MAX_HEIGHT / height)
    return enlargement if enlargement > 1 else min(1.0, MAX_WIDTH / width)


def _is_visible(annotation: Annotation, image: BackgroundImage) -> bool:
    if image == (None, None):
        return True
    width, height = image.size or (float("inf"), float("inf"))
    left, top, right, bottom = annotation.bounds
    return right >= 0 and bottom >= 0 and left <= width and top <= height


def _viewport(annotations: Sequence[Annotation], image: BackgroundImage) -> tuple[Vertex, Size]:
    """Return left top corner and size: the image's if known, else of what encloses all shapes."""
    if image.size:
        return (0.0, 0.0), image.size
    min_x, min_y, max_x, max_y = 0.0, 0.0, 200.0, 100.0
    for annotation in annotations:
        left, top, right, bottom = annotation.bounds
        if image.url is None:
            min_x, min_y = min(min_x, left), min(min_y, top)
        max_x = max(max_x, right, annotation.top[0] + label_width(annotation.label))
        max_y = max(max_y, bottom)
    return (min_x, min_y), (max_x + FONT_SIZE - min_x, max_y + FONT_SIZE - min_y)


def _rectangle(corner: Vertex, size: Size) -> str:
    (x, y), (width, height) = corner, size
    return f"M{fmt(x)} {fmt(y)}h{fmt(width)}v{fmt(height)}h-{fmt(width)}z"


def _path_data(shape: Shape) -> str:
    parts = []
    for polyline in shape:
        (first_x, first_y), *others = polyline.points
        segments = "".join(f"L{fmt(x)} {fmt(y)}" for x, y in others) or "h0"
        end = "z" if polyline.closed else ""
        parts.append(f"M{fmt(first_x)} {fmt(first_y)}{segments}{end}")
    return "".join(parts)


def _tooltip(annotation: Annotation) -> str:
    """Return the tooltip text: the label and the attributes."""
    text = annotation.label or "(no label)"
    attributes = annotation.json.get("attributes")
    if isinstance(attributes, dict):
        text = "\n".join(
            [text, *(f"{name}: {text_of(value)}" for name, value in attributes.items())]
        )
    return text if len(text) <= MAX_TOOLTIP_CHARS else f"{text[:MAX_TOOLTIP_CHARS]}…"
