"""Keep what failed in a run, write it to a file, and read it back for the next run."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Union

from .._atomic import PathLike, atomic_write, validate_output_path
from ..exceptions import ScaleException, ScaleInvalidArgument
from .outcomes import Record


@dataclass(frozen=True)
class Failure(Record):
    """An item of a run that failed, without what only its error object holds.

    Attributes:
        index: Position of the item, counted from 0.
        payload: The item as it was when the run read it: a payload, a task, an id or a path.
        error: Name of the error's class, such as "ScaleInvalidRequest".
        code: HTTP status, None if there was no response.
        message: The error's message.
        attempts: The attempts, each an object with the fields of `Attempt`.
        request_id: The id that the service gave the last request, None if it gave none.
    """

    index: int
    payload: Any
    error: str
    code: Optional[int]
    message: str
    attempts: list[dict[str, Any]]
    request_id: Optional[str] = None


def make_failure(index: int, payload: Any, error: Exception, request_id: Optional[str]) -> Failure:
    """Return what is kept of a failed item."""
    attempts = [each._asdict() for each in getattr(error, "attempts", ())]
    message = error.message if isinstance(error, ScaleException) else str(error)
    code = getattr(error, "code", None)
    return Failure(index, payload, type(error).__name__, code, message, attempts, request_id)


def write(failures: Iterable[Failure], path: PathLike) -> int:
    """Write failures to a file of JSON lines, and return their number.

    Args:
        failures: The failures.
        path: The file; compressed if it ends in ".gz".
    """
    target = validate_output_path(path)
    lines = [_line(failure) for failure in failures]
    content = b"".join(lines)
    with atomic_write(target, target.parent) as file:
        file.write(gzip.compress(content, mtime=0) if target.suffix == ".gz" else content)
    return len(lines)


def _line(failure: Failure) -> bytes:
    fields = failure.as_dict()
    try:
        text = json.dumps(fields)
    except (TypeError, ValueError):  # the reason why it failed, probably
        fields.update(payload=None, unreadable_payload=repr(failure.payload)[:1000])
        text = json.dumps(fields)
    return text.encode() + b"\n"


def read_failures(path: PathLike) -> Iterator[Any]:
    """Yield the payloads of a file that `BulkRun.write_failures` wrote, for the next run.

    A generator: the file is opened with the first `next`, and read as payloads are taken.

    Args:
        path: The file.

    Yields:
        The payloads, in the order in which they failed.

    Raises:
        ScaleInvalidArgument: If a line is no failure, or its payload was no JSON.
        OSError: If the file can't be read.

    Example:
        >>> client.create_tasks(TaskType.ImageAnnotation, read_failures("failures.jsonl")).run()
    """
    opener: Any = gzip.open if Path(path).suffix == ".gz" else open
    with opener(path, "rb") as file:
        for number, line in enumerate(file, 1):
            yield _payload(line, f"line {number} of {path}")


def _payload(line: Union[str, bytes], where: str) -> Any:
    try:
        fields = json.loads(line)
        if isinstance(fields, dict) and "payload" in fields and "error" in fields:
            if "unreadable_payload" in fields:
                shown = fields["unreadable_payload"]
                raise ScaleInvalidArgument(f"{where} must have a payload of JSON, got {shown:.100}")
            return fields["payload"]
    except ScaleInvalidArgument:
        raise
    except ValueError:
        pass
    raise ScaleInvalidArgument(f"{where} must be a failure as JSON, got {line!r:.100}")
