"""Read the annotations of tasks, from their responses and from files that these point to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Optional, Union

from .._geometry import GEOMETRY_TYPES, Geometry
from .._responses.reading import DownloadedFiles, Folder, read_task
from .._task_sources import TaskSource, task_json, tasks_in
from ..exceptions import ScaleInvalidArgument
from ..tasks import Task

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
            files), of the page of a document, of the row of a table, of the respondent or of
            the turn of a chat; None where there is none.
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
