"""Draw the annotations of a task over its image, with notes about what could not be drawn.

A task's JSON is untrusted input: strings are escaped, numbers are validated and formatted again,
and the only resource loaded is the image, from an http, https or data URL.
"""

from __future__ import annotations

import base64
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Optional, Union

from .._geometry import TASK_GEOMETRIES as TASK_GEOMETRIES
from .._geometry import UnsupportedGeometry
from .._html import MATHJAX_IGNORE, escape_control_chars, escape_html
from .._responses.reading import DownloadedFiles, Folder, read_task
from ..exceptions import ScaleInvalidArgument
from .geometry import Shape, build_shape
from .images import BackgroundImage, Image, from_attachment, load_image, validate_size
from .pictures import Picture, conversation_of, make_picture
from .svg import Annotation, Canvas

MAX_ANNOTATIONS = 5_000  # limits the size of a notebook's output
MAX_MEAN_POINTS = 20  # points per annotation on average, for the same reason
_MAX_REASONS = 5

MAX_STILL_CHARS = 1_000_000  # of the picture for viewers that sanitize HTML
_SCROLL_STYLE = "display:block;width:100%;height:45em"
_STACK_STYLE = 'style="display:inline-grid"'
_LAYER_STYLE = (
    "grid-area:1/1;display:block;max-width:none;max-height:none;margin:0;padding:0;border:0;"
    "width:{};height:{}"
)
_FIT_STYLE = "display:block;max-width:100%;height:auto"


class Drawing:
    """A task's annotations drawn over its image; notebooks display it.

    Attributes:
        notes: What could not be drawn or shown, and why; displayed below the image.
    """

    def __init__(self, title: str, picture: Picture, notes: Iterable[str]) -> None:
        self.notes = tuple(escape_control_chars(note) for note in notes)
        self._title = title
        self._picture = picture

    @property
    def svg(self) -> str:
        """The drawing as an SVG document, including its notes."""
        return self._picture.svg(notes=self.notes)

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Write the SVG to a file.

        Args:
            path: Where to write it; the name must end with `.svg`.

        Raises:
            ScaleInvalidArgument: If the name does not end with `.svg`.
            OSError: If the file can't be written.
        """
        if not os.fspath(path).lower().endswith(".svg"):
            raise ScaleInvalidArgument(f"path must end with .svg, got {path!r}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.svg)

    def __repr__(self) -> str:
        count = self._picture.count
        summary = f"{count:,} annotation{'' if count == 1 else 's'}"
        return f"<Drawing of {self._title}: {'; '.join([summary, *self.notes])}>"

    # HTML rather than `_repr_svg_`: JupyterLab isolates SVG in an <img>, where browsers load no
    # other image, and so no attachment. In an <object> they do, and tooltips work. Viewers that
    # sanitize HTML, as all do for notebooks that are not trusted, keep the <img> within it.
    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return f"<div {MATHJAX_IGNORE}>{self.embed()}{notes}</div>"

    def embed(self, *, is_scaled: bool = False) -> str:
        """Return the picture without its notes as HTML, to be part of a page.

        Args:
            is_scaled: Whether it has any size, also where that of the image is unknown: then only
                the part of the image with annotations is displayed.
        """
        picture = self._picture
        if isinstance(picture, Canvas) and picture.has_unknown_size and not is_scaled:
            # An <img> has its intrinsic size without our knowing it, so all of the image can be
            # seen; an SVG needs the size for its viewBox.
            sides = (f"{side:.0f}px" for side in picture.size)
            overlay = picture.svg(style=_LAYER_STYLE.format(*sides), background=False)
            url = escape(picture.image.url or "")
            page = (
                f'<!doctype html><meta charset="utf-8"><body style="margin:0">'
                f'<div {_STACK_STYLE}><img src="{url}" alt="The picture did not load." '
                f'style="{_LAYER_STYLE.format("auto", "auto")}">{overlay}</div>'
            )
            media_type, content, style = "text/html", page, _SCROLL_STYLE
        else:
            media_type, content, style = "image/svg+xml", picture.svg(), _FIT_STYLE
        return (
            f'<object data="{_data_url(media_type, content)}" style="{style}" '
            f'type="{media_type}">{self._still()}</object>'
        )

    def _still(self) -> str:
        """Return the picture as an image, without the background if that is large."""
        content = self._picture.svg()
        if len(content) > MAX_STILL_CHARS:
            content = self._picture.svg(background=False)
        url = _data_url("image/svg+xml", content)
        return f'<img alt="{escape_html(self._title)}" src="{url}" style="{_FIT_STYLE}">'


def _data_url(media_type: str, content: str) -> str:
    data = content.encode(errors="replace")
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def draw(
    task: Mapping[str, Any],
    image: Optional[Image] = None,
    size: Optional[tuple[float, float]] = None,
    max_annotations: int = MAX_ANNOTATIONS,
    files: Union[Folder, DownloadedFiles] = None,
) -> Drawing:
    """Draw the annotations of a task; see `Task.draw`.

    Args:
        task: The task's JSON.
        image: Path, content or URL of the image to draw over instead of the attachment; "" for a
            blank background.
        size: Width and height in pixels of the labeled image; read from the image if possible.
        max_annotations: Annotations to draw at most.
        files: The folder to which `download_results` wrote, or its files if they are already read.

    Returns:
        The drawing. It has notes about what is missing, such as the response.

    Raises:
        ScaleInvalidArgument: If `image`, `size` or `files` is invalid.
        OSError: If the file of `image` can't be read.
    """
    task_type, title = task.get("type"), f"Task(id={task.get('task_id')})"
    if isinstance(task_type, str) and task_type in TASK_GEOMETRIES:
        return _draw_image(task, task_type, image, size, max_annotations, title)
    background = None if image is None and size is None else _background(task, image, size, [])
    downloaded = files if isinstance(files, DownloadedFiles) else DownloadedFiles(files)
    notes: list[str] = []
    items = list(read_task(task, downloaded))
    if len(items) > max_annotations:
        notes.append(
            f"{_count_phrase(len(items) - max_annotations)} left out: there is too much to draw."
        )
    if task.get("response") is None:
        notes.append(_missing_response(task))
    picture = make_picture(task, items[:max_annotations], background, downloaded, title, notes)
    return Drawing(title, picture, notes)


def _draw_image(
    task: Mapping[str, Any],
    task_type: str,
    image: Optional[Image],
    size: Optional[tuple[float, float]],
    max_annotations: int,
    title: str,
) -> Drawing:
    """Draw shapes over the task's image."""
    notes: list[str] = []
    background = _background(task, image, size, notes)
    annotations = _drawable_annotations(task, task_type, max_annotations, notes)
    canvas = Canvas(background, annotations, title)
    if canvas.has_unknown_size:
        notes.append(
            "The size of the picture is unknown: pass size=(width, height) to scale all of it to "
            "the page."
        )
    outside_count = len(annotations) - len(canvas.annotations)
    if outside_count:
        notes.append(f"{_count_phrase(outside_count)} outside of the picture.")
    if canvas.labels_once:
        notes.append(
            "Only the first annotation of each label is labeled; hover over others to see theirs."
        )
    if canvas.unplaced_labels:
        count = canvas.unplaced_labels
        labels = "1 label has" if count == 1 else f"{count} labels have"
        notes.append(f"{labels} no room; hover over a shape to see its label.")
    return Drawing(title, canvas, notes)


def draw_conversation(task: Mapping[str, Any]) -> Drawing:
    """Draw the threads of a v2 task as a conversation; see `V2Task.draw`."""
    title, notes = f"V2Task(id={task.get('task_id')})", list[str]()
    return Drawing(title, conversation_of(task, title, notes), notes)


def _missing_response(task: Mapping[str, Any]) -> str:
    return f"There is no response yet: the task is {task.get('status')!s:.40}."


def _background(
    task: Mapping[str, Any],
    image: Optional[Image],
    size: Optional[tuple[float, float]],
    notes: list[str],
) -> BackgroundImage:
    """Return the image to draw over, and append a note if it can't be displayed."""
    background = _load_background(task, image, notes)
    return background if size is None else background._replace(size=validate_size(size))


def _load_background(
    task: Mapping[str, Any], image: Optional[Image], notes: list[str]
) -> BackgroundImage:
    if image == "":
        return BackgroundImage(None, None)
    if image is not None:
        return load_image(image)
    params = task.get("params")
    attachment = params.get("attachment") if isinstance(params, dict) else None
    background = from_attachment(attachment)
    if background.url is None:
        notes.append(
            "The task has no attachment: pass image=, a file or a URL."
            if attachment is None
            else f"No browser can load the attachment {attachment!r:.80}: pass image=, a file or "
            "a URL."
        )
    return background


def _drawable_annotations(
    task: Mapping[str, Any], task_type: str, max_annotations: int, notes: list[str]
) -> list[Annotation]:
    """Return the response's annotations that can be drawn, and append notes about the others."""
    response = task.get("response")
    if response is None:
        notes.append(_missing_response(task))
        return []
    fields = response if isinstance(response, dict) else {}
    rows, error = fields.get("annotations"), fields.get("error")
    if error and isinstance(error, str):
        notes.append(f"The task failed: {error:.200}")
    elif not isinstance(rows, list):
        notes.append("The response has no list of annotations.")
    if not isinstance(rows, list):
        return []
    if not rows:
        notes.append("The response has no annotations.")
    annotations: list[Annotation] = []
    reasons: Counter[str] = Counter()
    default = TASK_GEOMETRIES[task_type]
    point_count = 0
    for number, row in enumerate(rows):
        shape: Shape = []
        try:
            shape = build_shape(row, default) if number < max_annotations else []
        except UnsupportedGeometry as reason:
            reasons[str(reason)] += 1
        point_count += sum(len(polyline.points) for polyline in shape)
        if number >= max_annotations or point_count > max_annotations * MAX_MEAN_POINTS:
            notes.append(
                f"{_count_phrase(len(rows) - number)} left out: there is too much to draw."
            )
            break
        if shape:
            annotations.append(Annotation(shape, row))
    common = reasons.most_common(_MAX_REASONS)
    notes += [f"{_count_phrase(count)} not drawn: {reason}." for reason, count in common]
    if len(reasons) > len(common):
        others = sum(reasons.values()) - sum(count for _, count in common)
        notes.append(f"{_count_phrase(others)} not drawn, for other reasons.")
    return annotations


def _count_phrase(count: int) -> str:
    return "1 annotation is" if count == 1 else f"{count:,} annotations are"
