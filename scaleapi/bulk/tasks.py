"""Making, canceling and changing many tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Callable, Optional, Union

from .._recovery import find_tasks_by_unique_id, is_task_like
from .._validation import choice, enum_value, mapping, non_empty_str, str_list
from ..exceptions import ScaleDuplicateResource, ScaleInvalidArgument, ScaleInvalidRequest
from ..tasks import Task, TaskMethods, TaskType
from .outcomes import Record
from .progress import ProgressOption
from .runner import BulkRun, capture_outcome, validate_items
from .throttle import throttled_client

CREATED, EXISTED = "created", "existed"
CANCELED, REFUSED, UPDATED = "canceled", "refused", "updated"
ON_DUPLICATE = ("fetch", "skip", "fail")

TaskOrId = Union[Task, str]


@dataclass(frozen=True)
class TaskOutcome(Record):
    """What became of one item.

    Attributes:
        index: its place among the items, from 0.
        payload: the item as it was given.
        task: the task, None where there is none or it was not fetched.
        status: "created", "existed" or "failed"; "canceled", "refused" or "failed"; "updated" or
            "failed".
        error: why it failed or was refused, else None.
    """

    index: int
    payload: Any
    task: Optional[Task]
    status: str
    error: Optional[Exception] = None


def create(
    client: TaskMethods,
    task_type: Union[TaskType, str],
    payloads: Iterable[Mapping[str, Any]],
    workers: int,
    on_duplicate: str,
    progress: ProgressOption,
) -> BulkRun[TaskOutcome]:
    """See `ScaleClient.create_tasks`."""
    kind = enum_value("task_type", task_type, TaskType)
    choice("on_duplicate", on_duplicate, ON_DUPLICATE)
    throttled, throttle = throttled_client(client, workers)

    def make(payload: Any) -> Any:
        try:
            return CREATED, throttled._post_task(kind, mapping("each of payloads", payload))
        except ScaleDuplicateResource:
            if on_duplicate == "fail" or not payload.get("unique_id"):
                raise
        if on_duplicate == "skip":
            return EXISTED, None
        return EXISTED, fetch_existing_task(throttled, kind, payload)

    items = validate_items("payloads", payloads)
    work = capture_outcome(TaskOutcome, make, client)
    return BulkRun("create_tasks", items, work, throttle, progress, snapshot=snapshot_payload)


def snapshot_payload(payload: Any) -> Any:
    """Return a payload as it is now; some iterables reuse one object for every row."""
    if isinstance(payload, Mapping):
        return {name: snapshot_payload(value) for name, value in payload.items()}
    if isinstance(payload, (list, tuple)):
        return [snapshot_payload(value) for value in payload]
    return payload


def fetch_existing_task(client: TaskMethods, kind: str, payload: Mapping[str, Any]) -> Task:
    """Return the task with a payload's unique id, if it has its type, project and batch.

    Raises:
        ScaleDuplicateResource: it is somebody else's.
    """
    wanted = {**payload, "type": kind}
    for task in find_tasks_by_unique_id(client.api.get_request, payload["unique_id"]):
        if is_task_like(task, wanted):
            return Task(task, client)
    raise ScaleDuplicateResource(
        f"unique_id {payload['unique_id']!r} is that of another type, project or batch", 409
    )


def cancel(
    client: TaskMethods,
    tasks: Iterable[TaskOrId],
    clear_unique_id: bool,
    workers: int,
    progress: ProgressOption,
) -> BulkRun[TaskOutcome]:
    """See `ScaleClient.cancel_tasks`."""
    throttled, throttle = throttled_client(client, workers)

    def end(task: TaskOrId) -> Any:
        return CANCELED, throttled.cancel_task(id_of(task), clear_unique_id)

    work = capture_outcome(TaskOutcome, end, client, {ScaleInvalidRequest: REFUSED})
    return BulkRun("cancel_tasks", validate_items("tasks_or_ids", tasks), work, throttle, progress)


def update(
    client: TaskMethods,
    tasks: Iterable[TaskOrId],
    changes: Mapping[str, Any],
    workers: int,
    progress: ProgressOption,
) -> BulkRun[TaskOutcome]:
    """See `ScaleClient.update_tasks`."""
    checks: dict[str, Any] = {"metadata": mapping}
    wanted: dict[str, Any] = {
        name: snapshot_payload(checks.get(name, str_list)(name, value))
        for name, value in changes.items()
        if value is not None
    }
    if not wanted:
        raise ScaleInvalidArgument(f"one of {', '.join(changes)} must be given")
    throttled, throttle = throttled_client(client, workers)
    steps: dict[str, Callable[[str, Any], Task]] = {
        "tags": throttled.set_task_tags,
        "add_tags": throttled.add_task_tags,
        "delete_tags": throttled.delete_task_tags,
        "metadata": throttled.set_task_metadata,
    }

    def change(task: TaskOrId) -> Any:
        changed = None
        for name, value in wanted.items():
            changed = steps[name](id_of(task), value)
        return UPDATED, changed

    items = validate_items("tasks_or_ids", tasks)
    return BulkRun(
        "update_tasks", items, capture_outcome(TaskOutcome, change, client), throttle, progress
    )


def id_of(task: TaskOrId) -> str:
    """Return the id of a task that is given as an object or by its id."""
    return task.id if isinstance(task, Task) else non_empty_str("each of tasks_or_ids", task)
