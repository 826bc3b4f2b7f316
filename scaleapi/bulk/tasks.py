"""Cancel and update many tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable, Union

from .._validation import mapping, non_empty_str, str_list
from ..exceptions import ScaleInvalidArgument, ScaleInvalidRequest
from ..tasks import Task, TaskMethods
from .outcomes import TaskOutcome
from .progress import ProgressOption
from .runner import BulkRun, capture_outcome, snapshot_payload, validate_items
from .throttle import throttled_client

CANCELED, REFUSED, UPDATED = "canceled", "refused", "updated"

TaskOrId = Union[Task, str]


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
