"""Read tasks from whatever holds them: objects, JSON, or the file of an export."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Union

from ._raw_json import read_value
from .exceptions import ScaleInvalidArgument
from .tasks import Task

TaskSource = Union[str, os.PathLike[str], Iterable[Union[Task, Mapping[str, Any], str, bytes]]]


def tasks_in(tasks: Any) -> Iterable[Any]:
    """Return the tasks of a source as they are: objects, JSON, or lines of the file at a path.

    Raises:
        ScaleInvalidArgument: If it is no source of tasks.
        OSError: If the file can't be read, when it is iterated.
    """
    if isinstance(tasks, (str, os.PathLike)):
        if str(tasks).lower().endswith(".parquet"):
            raise ScaleInvalidArgument(
                f"tasks must be JSON lines where it is the path of an export, got {tasks!r:.100}: "
                f"read Parquet files with pyarrow, pandas or a database"
            )
        return _lines(os.fspath(tasks))
    if isinstance(tasks, (bytes, Mapping)) or not isinstance(tasks, Iterable):
        raise ScaleInvalidArgument(
            f"tasks must be an iterable of tasks, or the path of an export, got {tasks!r:.100}"
        )
    return tasks


def _lines(path: str) -> Iterator[bytes]:
    import gzip  # here, since few need it

    opener: Any = gzip.open if path.lower().endswith(".gz") else open
    try:
        with opener(path, "rb") as lines:
            yield from lines
    except (EOFError, zlib.error) as error:
        raise OSError(f"{path} is damaged: {error}") from None


def _parse(text: Union[str, bytes]) -> Any:
    """Return the value of JSON, as `json.loads` does in more steps.

    Raises:
        ValueError: If it is not JSON in UTF-8.
        RecursionError: If it is nested too deeply.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogatepass")
    text = text.strip(" \t\r\n\ufeff")
    value, end = read_value(text, 0)
    if end != len(text):
        raise ValueError(f"unexpected data at character {end}")
    return value


def task_json(task: Any) -> Mapping[str, Any]:
    """Return the JSON of a task, or of what stands for one.

    Raises:
        ScaleInvalidArgument: If it stands for none.
    """
    try:
        fields = _parse(task) if isinstance(task, (str, bytes)) else task
    except (ValueError, RecursionError):
        fields = None
    fields = fields.as_dict() if isinstance(fields, Task) else fields
    if type(fields) is not dict and not isinstance(fields, Mapping):
        raise ScaleInvalidArgument(f"each of tasks must be a task or its JSON, got {task!r:.100}")
    return fields
