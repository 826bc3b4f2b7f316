"""The drawing of a task: what its response holds, over its picture, and notes on the rest.

What a task holds is somebody else's input. Texts are escaped, numbers are checked and written
anew, and nothing is loaded but the one picture, from http, https or a data address.
"""

from __future__ import annotations

import os
from collections import Counter
from html import escape
from typing import Any, List, Mapping, Optional, Tuple, Union

from .._html import MATHJAX_IGNORE, escape_control_chars
from ..exceptions import ScaleInvalidArgument
from .geometry import TASK_GEOMETRIES, Shape, UnsupportedGeometry, build_shape
from .images import BackgroundImage, Image, from_attachment, load_image, validate_size
from .svg import Annotation, Canvas

MOST = 5_000  # annotations that are drawn, so that a notebook stays usable,
POINTS_OF_EACH = 20  # with so many points on average
_MOST_REASONS = 5

_FRAME = 'style="overflow:auto;max-width:100%;max-height:45em;line-height:0"'
_PILE = 'style="display:inline-grid"'
_LAYER = (
    "grid-area:1/1;display:block;max-width:none;max-height:none;margin:0;padding:0;border:0;"
    "width:{};height:{}"
)
_FIT = "display:block;max-width:100%;height:auto"


class Drawing:
    """A task's annotations over its picture; a notebook shows it by itself.

    Attributes:
        notes: what could not be drawn, and why; what could not be shown. They stand below the
            picture.
    """

    def __init__(self, title: str, canvas: Canvas, notes: Tuple[str, ...]) -> None:
        self.notes = notes
        self._title = title
        self._canvas = canvas

    @property
    def svg(self) -> str:
        """The drawing as an SVG document, its notes included."""
        return self._canvas.svg(notes=self.notes)

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Write the SVG to a file.

        Raises:
            ScaleInvalidArgument: the name does not end with .svg.
            OSError: the file can't be written.
        """
        if not os.fspath(path).lower().endswith(".svg"):
            raise ScaleInvalidArgument(f"path must end with .svg, as what is written, got {path!r}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.svg)

    def __repr__(self) -> str:
        count = len(self._canvas.annotations)
        drawn = f"{count:,} annotation{'' if count == 1 else 's'}"
        return f"<Drawing of {self._title}: {'; '.join([drawn, *self.notes])}>"

    # As HTML, and no `_repr_svg_`: JupyterLab shows SVG isolated in an <img>, where no other
    # picture, and so no attachment, is loaded.
    def _repr_html_(self) -> str:
        canvas = self._canvas
        if canvas.has_unknown_size:
            # In HTML the picture is as large as it is, whatever that may be, and all of it can be
            # seen; an SVG must know beforehand.
            sides = (f"{side:.0f}px" for side in canvas.size)
            over = canvas.svg(style=_LAYER.format(*sides), background=False)
            address = escape(canvas.image.url or "")
            shown = (
                f'<div {_FRAME}><div {_PILE}><img src="{address}" alt="" '
                f'style="{_LAYER.format("auto", "auto")}">{over}</div></div>'
            )
        else:
            shown = canvas.svg(style=_FIT)
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return f"<div {MATHJAX_IGNORE}>{shown}{notes}</div>"


def draw(
    task: Mapping[str, Any],
    image: Optional[Image] = None,
    size: Optional[Tuple[float, float]] = None,
    most: int = MOST,
) -> Drawing:
    """The annotations of a task; see `Task.draw`.

    Args:
        task: its JSON.
        image: what to draw over in place of the attachment; "" for nothing at all.
        size: of the picture that was labeled.
        most: how many annotations to draw at the most.
    """
    kind = task.get("type")
    if not isinstance(kind, str) or kind not in TASK_GEOMETRIES:
        raise ScaleInvalidArgument(
            f"a task of type {kind!r:.40} can't be drawn; "
            f"those that can: {', '.join(TASK_GEOMETRIES)}"
        )
    notes: List[str] = []
    picture = _picture(task, image, notes)
    if size is not None:
        picture = picture._replace(size=validate_size(size))
    annotations = _annotations(task, kind, most, notes)
    title = f"Task(id={task.get('task_id')})"
    canvas = Canvas(picture, annotations, title)
    if canvas.has_unknown_size:
        notes.append(
            "The size of the picture is not known: pass size=(width, height) to see all of it at "
            "any scale."
        )
    outside = len(annotations) - len(canvas.annotations)
    if outside:
        notes.append(f"{_counted(outside)} outside of the picture.")
    if canvas.labels_once:
        notes.append("Of each label only the first is named; point at any other to see its name.")
    if canvas.unplaced_labels:
        names = (
            "1 name has" if canvas.unplaced_labels == 1 else f"{canvas.unplaced_labels} names have"
        )
        notes.append(f"{names} no room; point at a shape to see its name.")
    shown = tuple(escape_control_chars(note) for note in notes)
    return Drawing(title, canvas, shown)


def _picture(task: Mapping[str, Any], image: Optional[Image], notes: List[str]) -> BackgroundImage:
    if image == "":
        return BackgroundImage(None, None)
    if image is not None:
        return load_image(image)
    params = task.get("params")
    attachment = params.get("attachment") if isinstance(params, dict) else None
    picture = from_attachment(attachment)
    if picture.url is None:
        notes.append(
            "The task does not tell its attachment: pass image=, a file or an address."
            if attachment is None
            else f"No browser can load the attachment {attachment!r:.80}: pass image=, a file or "
            "an address."
        )
    return picture


def _annotations(
    task: Mapping[str, Any], kind: str, most: int, notes: List[str]
) -> List[Annotation]:
    response = task.get("response")
    if response is None:
        notes.append(f"There is no response yet: the task is {task.get('status')!s:.40}.")
        return []
    answer = response if isinstance(response, dict) else {}
    found, error = answer.get("annotations"), answer.get("error")
    if error and isinstance(error, str):
        notes.append(f"The task failed: {error:.200}")
    elif not isinstance(found, list):
        notes.append("The response holds no list of annotations.")
    if not isinstance(found, list):
        return []
    if not found:
        notes.append("The response holds no annotations.")
    drawn: List[Annotation] = []
    reasons: Counter[str] = Counter()
    points = 0
    for number, row in enumerate(found):
        shape: Shape = []
        try:
            shape = build_shape(row, kind) if number < most else []
        except UnsupportedGeometry as reason:
            reasons[str(reason)] += 1
        points += sum(len(line.points) for line in shape)
        if number >= most or points > most * POINTS_OF_EACH:
            notes.append(f"{_counted(len(found) - number)} left out: there is too much to draw.")
            break
        if shape:
            drawn.append(Annotation(shape, row))
    shown = reasons.most_common(_MOST_REASONS)
    notes += [f"{_counted(count)} not drawn: {reason}." for reason, count in shown]
    if len(reasons) > len(shown):
        more = sum(reasons.values()) - sum(count for _, count in shown)
        notes.append(f"{_counted(more)} not drawn, for other reasons.")
    return drawn


def _counted(number: int) -> str:
    return "1 annotation is" if number == 1 else f"{number:,} annotations are"
