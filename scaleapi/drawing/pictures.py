"""Make the picture of a task whose annotations are not shapes in one image."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Optional, Union

from .._geometry import (
    GEOMETRY_TYPES,
    Answer,
    Cuboid3D,
    Link,
    Mask,
    ResultFile,
    TextSpan,
    Unknown,
    UnsupportedGeometry,
)
from .._responses.items import Item
from .._responses.reading import DownloadedFiles
from ..exceptions import ScaleInvalidArgument
from .captions import Line, text_of
from .geometry import Polyline, Shape, shape_of
from .images import BackgroundImage, from_attachment, load_image, validate_size
from .sheet import Sheet, Tile, tile_width
from .svg import Annotation, Canvas
from .text import MAX_CHARS, Conversation, Mark, MarkedText, Message

Picture = Union[Canvas, Sheet, MarkedText, Conversation]

MAX_FRAMES, FRAME_COLUMNS = 12, 4
MAX_SCENES, SCENE_COLUMNS = 4, 2
MAX_PLANE = 2_000  # pixels across a picture from above, before it is scaled
MAX_MESSAGES = 200
BLANK = BackgroundImage(None, None)


def make_picture(
    task: Mapping[str, Any],
    items: Sequence[Item],
    background: Optional[BackgroundImage],
    files: DownloadedFiles,
    title: str,
    notes: list[str],
) -> Picture:
    """Return a picture of annotations, and append notes about those that are not in it.

    Args:
        task: The task's JSON.
        items: The annotations.
        background: The image to draw over, None for the attachments.
        files: The downloaded files.
        title: Accessible name of the picture.
        notes: The notes.
    """
    kinds = {type(item.geometry) for item in items}
    response = task.get("response")
    if isinstance(response, Mapping) and isinstance(response.get("threads"), list):
        return conversation_of(response, title, notes)
    if Mask in kinds:
        return _masks(task, items, background, files, title, notes)
    if TextSpan in kinds:
        return _marked_text(task, items, title, notes)
    if Cuboid3D in kinds:
        return _from_above(items, title, notes)
    if kinds and kinds <= {Answer, Link, Unknown}:
        return _answers(items, title, notes)
    return _frames(task, items, background, title, notes)


def note_others(items: Iterable[Item], drawn: Iterable[type[Any]], notes: list[str]) -> None:
    """Append notes about annotations of other geometries than those that are drawn."""
    others: Counter[str] = Counter()
    for item in items:
        if isinstance(item.geometry, ResultFile):
            others["Annotations are in a file: call download_results, and pass files="] += 1
        elif isinstance(item.geometry, Unknown):
            others[f"An annotation is not drawn: {item.geometry.reason}"] += 1
        elif type(item.geometry) not in drawn:
            name = GEOMETRY_TYPES[type(item.geometry)].replace("_", " ")
            others[f"Annotations of type {name!r} are not drawn"] += 1
    notes += [f"{text} ({count:,})." if count > 1 else f"{text}." for text, count in others.items()]


def _masks(
    task: Mapping[str, Any],
    items: Sequence[Item],
    background: Optional[BackgroundImage],
    files: DownloadedFiles,
    title: str,
    notes: list[str],
) -> Picture:
    """Draw the image of masks over the attachment, with the labels and their colours below it."""
    masks = [(item.label, item.geometry) for item in items if isinstance(item.geometry, Mask)]
    url = next((mask.urls["image"] for _, mask in masks if "image" in mask.urls), None)
    path = None if url is None else files.path_of(task.get("task_id"), url)
    overlay = BLANK
    if path is not None:
        try:
            overlay = load_image(path)
        except ScaleInvalidArgument:
            notes.append("The file of the masks is not an image.")
    else:
        notes.append("The image of the masks is a file: call download_results, and pass files=.")
    image = background or from_attachment(_params(task).get("attachment"))
    legend = [
        Line(
            str(label) if mask.area is None else f"{label}: {mask.area:,} pixels",
            mask.color if _is_color(mask.color) else "#555555",
        )
        for label, mask in masks
    ]
    note_others(items, (Mask,), notes)
    image = image._replace(size=overlay.size or image.size)
    return Canvas(image, [], title, overlay.url or "", legend=legend)


def _marked_text(
    task: Mapping[str, Any], items: Sequence[Item], title: str, notes: list[str]
) -> Picture:
    """Mark the entities in the text of a task."""
    text = _params(task).get("text")
    text = text if isinstance(text, str) else ""
    marks, names = [], {}
    for item in items:
        span = item.geometry
        if isinstance(span, TextSpan):
            names[item.id] = span.text
            marks.append(Mark(span.start, span.end, item.label or "", _describe(item)))
    for item in items:
        if isinstance(item.geometry, Link):
            source, target = (names.get(id_, id_) for id_ in item.geometry)
            notes.append(f"{source} \u2192 {target}: {item.label or '(no name)'}")
    if len(text) > MAX_CHARS:
        notes.append(f"{len(text) - MAX_CHARS:,} characters are left out: there is too much text.")
    note_others(items, (TextSpan, Link), notes)
    return MarkedText(text, marks, title)


def _from_above(items: Sequence[Item], title: str, notes: list[str]) -> Picture:
    """Draw boxes in space on a plane, for some of the frames."""
    scenes: dict[Any, list[Item]] = {}
    for item in items:
        if isinstance(item.geometry, Cuboid3D):
            scenes.setdefault((item.frame, item.time), []).append(item)
    chosen = _spread(list(scenes), MAX_SCENES)
    if len(chosen) < len(scenes):
        notes.append(f"{len(chosen)} of {len(scenes):,} frames are drawn.")
    width = tile_width(len(chosen), SCENE_COLUMNS)
    tiles = []
    for frame, time in chosen:
        cuboids = scenes[frame, time]
        outlines = [(item, _outline(item.geometry)) for item in cuboids]
        points = [point for _, shape in outlines for line in shape for point in line.points]
        lefts, tops = zip(*points)
        left, top = min(lefts), min(tops)
        extent = max(max(lefts) - left, max(tops) - top, 1e-9)
        factor = min(MAX_PLANE / extent, 40)
        shapes = [
            Annotation(_moved(shape, (left, top), factor), _row(item)) for item, shape in outlines
        ]
        caption = f"{_moment(frame, time)}, {max(lefts) - left:.4g} across"
        tiles.append(Tile(caption, Canvas(BLANK, shapes, caption, width=width)))
    notes.append("Seen from above; the line points to the front. The unit is that of the task.")
    note_others(items, (Cuboid3D,), notes)
    return Sheet(tiles, SCENE_COLUMNS, title)


def _outline(cuboid: Any) -> Shape:
    """Return a box as it is seen from above, and a line from its center to the front."""
    (x, y, _), (length, width, _) = cuboid.position, cuboid.dimensions
    cosine, sine = math.cos(cuboid.yaw), math.sin(cuboid.yaw)

    def place(forward: float, left: float) -> tuple[float, float]:
        return x + forward * cosine - left * sine, -(y + forward * sine + left * cosine)

    corners = [
        place(sign * length / 2, side * width / 2)
        for sign, side in ((1, 1), (1, -1), (-1, -1), (-1, 1))
    ]
    return [Polyline(corners, True), Polyline([place(0, 0), place(length / 2, 0)], False)]


def _moved(shape: Shape, origin: tuple[float, float], factor: float) -> Shape:
    left, top = origin
    return [
        Polyline([((x - left) * factor, (y - top) * factor) for x, y in line.points], line.closed)
        for line in shape
    ]


def _answers(items: Sequence[Item], title: str, notes: list[str]) -> Picture:
    """Show answers as text."""
    messages = [
        Message(item.label or "", text_of(item.geometry.value), ())
        for item in items
        if isinstance(item.geometry, Answer)
    ]
    notes.append("Tasks of this type have no picture: these are the answers.")
    if len(messages) > MAX_MESSAGES:
        notes.append(f"{MAX_MESSAGES} of {len(messages):,} answers are shown.")
    note_others(items, (Answer,), notes)
    return Conversation(messages[:MAX_MESSAGES], title)


def _frames(
    task: Mapping[str, Any],
    items: Sequence[Item],
    background: Optional[BackgroundImage],
    title: str,
    notes: list[str],
) -> Picture:
    """Draw some frames of a video, or pages of a document, with their shapes."""
    frames: dict[Any, list[Annotation]] = {}
    drawn: set[type[Any]] = set()
    for item in items:
        try:
            shape = shape_of(item.geometry)
        except UnsupportedGeometry:
            continue
        drawn.add(type(item.geometry))
        frames.setdefault((item.frame, item.sensor), []).append(Annotation(shape, _row(item)))
    chosen = _spread(sorted(frames, key=_frame_order), MAX_FRAMES)
    if len(chosen) < len(frames):
        notes.append(f"{len(chosen)} of {len(frames):,} frames are drawn.")
    if not frames:
        notes.append("There is nothing to draw.")
    note_others(items, drawn, notes)
    width = tile_width(len(chosen), FRAME_COLUMNS)
    tiles = []
    for frame, sensor in chosen:
        image = background or _frame_image(task, frame)
        caption = _frame_caption(task, frame, sensor)
        tiles.append(Tile(caption, Canvas(image, frames[frame, sensor], caption, width=width)))
    return Sheet(tiles, FRAME_COLUMNS, title) if tiles else Canvas(BLANK, [], title)


def _frame_order(key: tuple[Any, Any]) -> tuple[int, str]:
    frame, sensor = key
    return (-1 if frame is None else frame), str(sensor)


def _frame_image(task: Mapping[str, Any], frame: Optional[int]) -> BackgroundImage:
    """Return the image of a frame or page, with its size if the task has that."""
    params, number = _params(task), frame or 0
    attachments = params.get("attachments")
    if not isinstance(attachments, list):
        attachments = [] if params.get("attachment_type") == "video" else [params.get("attachment")]
    image = from_attachment(attachments[number]) if 0 <= number < len(attachments) else BLANK
    pages = task.get("document_pages")
    page: Any = pages[number] if isinstance(pages, list) and 0 <= number < len(pages) else None
    with suppress(ScaleInvalidArgument, KeyError, TypeError):  # where the size is missing or odd
        return image._replace(size=validate_size((page["width"], page["height"])))
    return image


def _frame_caption(task: Mapping[str, Any], frame: Optional[int], sensor: Any) -> str:
    if frame is None:
        caption = "picture"
    elif str(task.get("type")).startswith("document"):
        caption = f"page {frame + 1}"
    else:
        caption = f"frame {frame}"
    return caption if sensor is None else f"{caption}, camera {sensor}"


def _moment(frame: Optional[int], time: Optional[float]) -> str:
    if frame is not None:
        return f"frame {frame}"
    return "scene" if time is None else f"{time:.3g} s"


def _spread(values: Sequence[Any], most: int) -> list[Any]:
    """Return so many of the values, evenly spread, with the first and the last."""
    if len(values) <= most:
        return list(values)
    return [values[round(step * (len(values) - 1) / (most - 1))] for step in range(most)]


def _row(item: Item) -> Mapping[str, Any]:
    return {"label": item.label, "attributes": item.attributes}


def _describe(item: Item) -> str:
    attributes = (f"{name}: {text_of(value)}" for name, value in item.attributes.items())
    return "\n".join([item.label or "(no label)", *attributes])


def _params(task: Mapping[str, Any]) -> Mapping[str, Any]:
    params = task.get("params")
    return params if isinstance(params, Mapping) else {}


def _is_color(text: str) -> bool:
    return re.fullmatch("#[0-9a-fA-F]{6}", text) is not None


def conversation_of(task: Mapping[str, Any], title: str, notes: list[str]) -> Conversation:
    """Return the threads of a chat as a conversation, with their annotations.

    Args:
        task: The JSON of the task, or the response of a v1 task.
        title: Accessible name of the picture.
        notes: Gets what is not shown.
    """
    messages: list[Message] = []
    for thread in _list(task, "threads"):
        messages += _about("thread", thread)
        for turn in _list(thread, "turns"):
            for message in _list(turn, "messages"):
                content = message.get("content")
                text = content.get("text") if isinstance(content, Mapping) else content
                role = message.get("role") or message.get("source_id") or ""
                beside = [_annotation_text(each) for each in _list(message, "annotations")]
                messages.append(Message(str(role), text_of(text or ""), beside))
            messages += _about("turn", turn)
    messages += _about("task", task)
    if len(messages) > MAX_MESSAGES:
        notes.append(f"{MAX_MESSAGES} of {len(messages):,} messages are shown.")
    return Conversation(messages[:MAX_MESSAGES], title)


def _about(name: str, part: Mapping[str, Any]) -> list[Message]:
    """Return what was said about a whole part of a conversation."""
    beside = [_annotation_text(each) for each in _list(part, "annotations")]
    return [Message(f"about the {name}", "", beside)] if beside else []


def _annotation_text(annotation: Mapping[str, Any]) -> str:
    name = (
        annotation.get("title") or annotation.get("key") or annotation.get("type") or "annotation"
    )
    value = annotation.get("value", annotation.get("label"))
    return f"{text_of(name)}: {text_of(value):.200}"


def _list(part: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = part.get(key)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
