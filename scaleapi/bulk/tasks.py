"""Create, cancel and update many tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Callable, Optional, Union

from .._payload_checks import PayloadCheckMode
from .._recovery import find_tasks_by_unique_id, is_task_like
from .._validation import choice, enum_value, mapping, non_empty_str, str_list
from ..exceptions import ScaleDuplicateResource, ScaleInvalidArgument, ScaleInvalidRequest
from ..task_creation import TaskCreationMethods
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
    """The outcome of one item.

    Attributes:
        index: Position of the item, counted from 0.
        payload: The item as it was passed.
        task: The task, None if there is none or it was not fetched.
        status: "created", "existed" or "failed"; "canceled", "refused" or "failed"; "updated" or
            "failed".
        error: Why it failed or was refused, else None.
    """

    index: int
    payload: Any
    task: Optional[Task]
    status: str
    error: Optional[Exception] = None


def create(
    client: TaskCreationMethods,
    task_type: Union[TaskType, str],
    payloads: Iterable[Mapping[str, Any]],
    workers: int,
    on_duplicate: str,
    progress: ProgressOption,
    check_payloads: Optional[PayloadCheckMode],
) -> BulkRun[TaskOutcome]:
    """See `ScaleClient.create_tasks`."""
    type_name = enum_value("task_type", task_type, TaskType)
    choice("on_duplicate", on_duplicate, ON_DUPLICATE)
    throttled, throttle = throttled_client(client, workers)
    if check_payloads is not None:
        throttled = throttled._with_payload_checks(check_payloads)

    def create_one(payload: Any) -> Any:
        try:
            return CREATED, throttled._post_task(type_name, mapping("each of payloads", payload))
        except ScaleDuplicateResource:
            if on_duplicate == "fail" or not payload.get("unique_id"):
                raise
        if on_duplicate == "skip":
            return EXISTED, None
        return EXISTED, fetch_existing_task(throttled, type_name, payload)

    items = validate_items("payloads", payloads)
    work = capture_outcome(TaskOutcome, create_one, client)
    return BulkRun("create_tasks", items, work, throttle, progress, snapshot=snapshot_payload)


def snapshot_payload(payload: Any) -> Any:
    """Return a copy of a payload; some iterables reuse one dictionary for every row."""
    if isinstance(payload, Mapping):
        return {name: snapshot_payload(value) for name, value in payload.items()}
    if isinstance(payload, (list, tuple)):
        return [snapshot_payload(value) for value in payload]
    return payload


def fetch_existing_task(
    client: TaskCreationMethods, type_name: str, payload: Mapping[str, Any]
) -> Task:
    """Return the task with a payload's unique id, if it has its type, project and batch.

    Raises:
        ScaleDuplicateResource: If the task that has the unique id is a different one.
    """
    expected = {**payload, "type": type_name}
    for task in find_tasks_by_unique_id(client.api.get_request, payload["unique_id"]):
        if is_task_like(task, expected):
            return Task(task, client)
    raise ScaleDuplicateResource(
        f"unique_id {payload['unique_id']!r} belongs to a task of another type, project or batch",
        409,
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

    def cancel_one(task: TaskOrId) -> Any:
        return CANCELED, throttled.cancel_task(id_of(task), clear_unique_id)

    work = capture_outcome(TaskOutcome, cancel_one, client, {ScaleInvalidRequest: REFUSED})
    return BulkRun("cancel_tasks", validate_items("tasks_or_ids", tasks), work, throttle, progress)


def update(
    client: TaskMethods,
    tasks: Iterable[TaskOrId],
    changes: Mapping[str, Any],
    workers: int,
    progress: ProgressOption,
) -> BulkRun[TaskOutcome]:
    """See `ScaleClient.update_tasks`."""
    validators: dict[str, Any] = {"metadata": mapping}
    values: dict[str, Any] = {
        name: snapshot_payload(validators.get(name, str_list)(name, value))
        for name, value in changes.items()
        if value is not None
    }
    if not values:
        raise ScaleInvalidArgument(f"one of {', '.join(changes)} must be given")
    throttled, throttle = throttled_client(client, workers)
    methods: dict[str, Callable[[str, Any], Task]] = {
        "tags": throttled.set_task_tags,
        "add_tags": throttled.add_task_tags,
        "delete_tags": throttled.delete_task_tags,
        "metadata": throttled.set_task_metadata,
    }

    def update_one(task: TaskOrId) -> Any:
        updated = None
        for name, value in values.items():
            updated = methods[name](id_of(task), value)
        return UPDATED, updated

    items = validate_items("tasks_or_ids", tasks)
    work = capture_outcome(TaskOutcome, update_one, client)
    return BulkRun("update_tasks", items, work, throttle, progress)


def id_of(task: TaskOrId) -> str:
    """Return the id of a task, or the id itself."""
    return task.id if isinstance(task, Task) else non_empty_str("each of tasks_or_ids", task)
