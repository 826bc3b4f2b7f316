"""Read the annotations of tasks, from their responses and from files that these point to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional, Union

from .._geometry import GEOMETRY_TYPES, TASK_GEOMETRIES, Geometry
from .._manifest import read_manifest, strip_query
from .._task_sources import TaskSource, task_json, tasks_in
from ..exceptions import ScaleInvalidArgument
from ..tasks import Task
from .inline import (
    read_answers,
    read_chat,
    read_document,
    read_entities,
    read_image,
    read_masks,
)
from .items import NO_ATTRIBUTES, Item, ResultFile, unknown
from .result_files import read_annotations_file, read_events_file, read_points_file

Folder = Union[str, os.PathLike[str], None]
AnnotationSource = Union[TaskSource, Task, Mapping[str, Any]]


class Annotation(NamedTuple):
    """One thing that was annotated.

    Attributes:
        task_id: The id of its task.
        index: Its position among the annotations of the task, counted from 0.
        label: The label, or the key of the question that an `Answer` belongs to; None where it has
            none.
        geometry: What it is. Pixels, frames and seconds are said where its class is described.
        attributes: The values of its attributes, by name.
        frame: The video's frame number (of key frames), the position of the frame (of all other
            files), of the page of a document, of the row of a table, or of the respondent; None
            where there is none.
        time: Seconds from the start of a video, or of the timestamp of a scene.
        sensor: The sensor or camera in which it was seen.
        id: Its `uuid` or `id`; objects have the same in all frames.
        json: The JSON that it was read from.
    """

    task_id: str
    index: int  # type: ignore[assignment]  # it replaces a method of tuples
    label: Optional[str]
    geometry: Geometry
    attributes: Mapping[str, Any]
    frame: Optional[int] = None
    time: Optional[float] = None
    sensor: Union[str, int, None] = None
    id: Optional[str] = None
    json: Any = None

    @property
    def type(self) -> str:
        """The type of its geometry, such as "box", "mask" or "unknown"."""
        return GEOMETRY_TYPES[type(self.geometry)]


def iter_annotations(tasks: AnnotationSource, *, files: Folder = None) -> Iterator[Annotation]:
    """Yield the annotations of tasks, in the order of their responses.

    Responses of all task types are read. Nothing is left out: what can't be read has the geometry
    `Unknown`, and annotations in a file that is not at hand are one annotation with the geometry
    `ResultFile`. Global attributes and answers are annotations with the geometry `Answer`. Tasks
    without a response have no annotations.

    Args:
        tasks: A task, an iterable of tasks or of their JSON, or the path of a file that
            `export_tasks` wrote.
        files: The folder to which `download_results` wrote, for the types whose results are files,
            such as those of videos and lidar.

    Raises:
        ScaleInvalidArgument: If an argument or one of the tasks is invalid.
        OSError: If a file can't be read.

    Example:
        >>> for annotation in iter_annotations("tasks.jsonl"):
        ...     print(annotation.label, annotation.geometry)

    See https://scale.com/docs/api-reference/tasks.
    """
    return _iter(one_or_many(tasks), DownloadedFiles(files))


def _iter(tasks: Iterable[Any], files: DownloadedFiles) -> Iterator[Annotation]:
    for task_id, fields in map(identified, tasks):
        for index, item in enumerate(read_task(fields, files)):
            yield Annotation(task_id, index, *item)


def one_or_many(tasks: AnnotationSource) -> Iterable[Any]:
    """Return the tasks of a source as they are; see `tasks_in`."""
    return [tasks] if isinstance(tasks, (Task, Mapping)) else tasks_in(tasks)


def identified(task: Any) -> tuple[str, Mapping[str, Any]]:
    """Return the id and the JSON of a task.

    Raises:
        ScaleInvalidArgument: If it has no id.
    """
    fields = task_json(task)
    task_id = fields.get("task_id")
    if not isinstance(task_id, str):
        raise ScaleInvalidArgument(f"each of tasks must have a task_id, got {task!r:.100}")
    return task_id, fields


class DownloadedFiles:
    """The files in a folder to which `download_results` wrote.

    Args:
        folder: The folder, None for no files.

    Raises:
        ScaleInvalidArgument: If it is no such folder.
    """

    def __init__(self, folder: Folder) -> None:
        self._files: dict[tuple[str, str], str] = {}
        if folder is None:
            return
        try:
            self._folder = Path(folder)
            if not self._folder.is_dir():
                raise NotADirectoryError("it is none")
            for entry in read_manifest(folder):
                self._files[entry.task_id, entry.url] = entry.file
        except (OSError, TypeError) as error:
            raise ScaleInvalidArgument(
                f"files must be a folder to which download_results wrote, got {folder!r}: {error}"
            ) from None

    def path_of(self, task_id: Any, url: str) -> Optional[Path]:
        """Return the file of a URL of a task, None if it was not downloaded."""
        name = self.name_of(task_id, url)
        return None if name is None else self._folder / name

    def name_of(self, task_id: Any, url: str) -> Optional[str]:
        """Return the path of that file below the folder, with slashes."""
        return self._files.get((str(task_id), strip_query(url)))


def read_task(task: Mapping[str, Any], files: DownloadedFiles) -> Iterator[Item]:
    """Yield the annotations of a task."""
    response = task.get("response")
    if response is None:
        return
    if not isinstance(response, dict):
        yield unknown(response, f"a response must be an object, got {response!r:.40}")
        return
    type_ = task.get("type")
    reader = _READERS.get(type_) if isinstance(type_, str) else None
    if reader is not None:
        yield from reader(response)
        return
    inline = dict(response)
    for key in [key for key in response if key in _FILE_READERS]:
        url = _file_url(response[key])
        if url is not None:
            del inline[key]
            yield from _read_file(task, url, _FILE_READERS[key], files)
        elif key != "annotations" and response[key] is not None:
            yield unknown({key: response[key]}, f"{key} must be the URL of a file")
    yield from read_image(inline, "")


def _file_url(value: Any) -> Optional[str]:
    url = value.get("url") if isinstance(value, dict) else None
    return url if isinstance(url, str) else None


def _read_file(
    task: Mapping[str, Any],
    url: str,
    read: Callable[[Any], Iterator[Item]],
    files: DownloadedFiles,
) -> Iterator[Item]:
    path = files.path_of(task.get("task_id"), url)
    if path is None:
        yield Item(None, ResultFile(url), NO_ATTRIBUTES, json={"url": url})
        return
    try:
        content = json.loads(path.read_bytes().rstrip(b"\0"))  # those of scenes can end in NULs
    except (ValueError, RecursionError):
        yield unknown({"url": url}, f"{path.name} is not JSON")
        return
    yield from read(content)


_FILE_READERS: Mapping[str, Callable[[Any], Iterator[Item]]] = {
    "annotations": read_annotations_file,
    "point_segmentations": read_points_file,
    "events": read_events_file,
}
"""How the file is read that a key of the response points to."""

_READERS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Item]]] = {
    **{name: partial(read_image, default=form) for name, form in TASK_GEOMETRIES.items()},
    "segmentannotation": read_masks,
    "namedentityrecognition": read_entities,
    **dict.fromkeys(("documenttranscription", "documentmodel"), read_document),
    **dict.fromkeys(
        ("textcollection", "categorization", "comparison", "transcription", "datacollection"),
        read_answers,
    ),
    **dict.fromkeys(("chat", "chatlite", "chatexperimental", "multichat"), read_chat),
}
"""How the response of a task type is read, for those with results that are not files."""
