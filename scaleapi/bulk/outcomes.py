"""The base class of the outcomes and reports of bulk jobs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from .._comparison import Difference as Difference
from .._resource import Resource
from .._timestamps import format_iso8601
from ..tasks import Task


class Record:
    """Base class of the frozen dataclasses that a bulk job returns."""

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON.

        Paths and times become strings, resources their JSON, and errors an object with `type` and
        `message`.
        """
        fields = dataclasses.fields(self)  # type: ignore[arg-type]  # each subclass is a dataclass
        return {field.name: to_jsonable(getattr(self, field.name)) for field in fields}


@dataclass(frozen=True)
class TaskOutcome(Record):
    """The outcome of one item.

    Attributes:
        index: Position of the item, counted from 0.
        payload: The item as it was passed.
        task: The task, None if there is none or it was not fetched.
        status: See the method that made the run.
        error: Why it failed or could not be canceled, or why its unique id is not free, else None.
        differences: Where the task is not as the payload says, if they were compared.
        request_id: The id that the service gave the item's last request, None if it gave none.
    """

    index: int
    payload: Any
    task: Optional[Task]
    status: str
    error: Optional[Exception] = None
    differences: tuple[Difference, ...] = ()
    request_id: Optional[str] = None


def to_jsonable(value: Any) -> Any:
    """Return a value of a record as plain JSON; what is none stays as it is."""
    if isinstance(value, (Difference, Resource)):
        return value.as_dict()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, dt.datetime):
        return format_iso8601(value)
    if isinstance(value, BaseException):
        return {"type": type(value).__name__, "message": str(value)}
    if isinstance(value, Mapping):
        return {name: to_jsonable(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_jsonable(item) for item in value]
    return value
