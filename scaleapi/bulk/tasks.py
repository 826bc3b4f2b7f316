"""Cancel and update many tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable, Union

from .._progress import ProgressOption
from .._validation import mapping, non_empty_str, str_list
from ..exceptions import ScaleInvalidArgument, ScaleInvalidRequest
from ..tasks import Task, TaskMethods
from .outcomes import TaskOutcome
from .runner import BulkRun, capture_outcome, snapshot_payload, validate_items
from .throttle import throttled_client

CANCELED, IN_WORK, UPDATED = "canceled", "in_work", "updated"
DONE = {"canceled": "already_canceled", "completed": "completed", "error": "errored"}
"""The outcome of a task that can't be canceled, by its status."""

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
        task_id = id_of(task)
        if isinstance(task, Task) and _status_of(task) in DONE:
            return _leave_done(throttled, task, clear_unique_id)
        try:
            return CANCELED, throttled.cancel_task(task_id, clear_unique_id)
        except ScaleInvalidArgument:  # nothing was sent
            raise
        except ScaleInvalidRequest as error:
            current = throttled.get_task(task_id)
            if _status_of(current) in DONE:
                return _leave_done(throttled, current, clear_unique_id)
            return IN_WORK, current, {"error": error}

    work = capture_outcome(TaskOutcome, cancel_one, client, throttle.recorder)
    return BulkRun("cancel_tasks", validate_items("tasks_or_ids", tasks), work, throttle, progress)


def _status_of(task: Task) -> Any:
    return task.as_dict().get("status")


def _leave_done(client: TaskMethods, task: Task, clear_unique_id: bool) -> tuple[str, Task]:
    """Return the outcome of a task that is done; if it is canceled, its unique id may be freed."""
    outcome = DONE[_status_of(task)]
    if clear_unique_id and outcome == DONE["canceled"] and task.as_dict().get("unique_id"):
        return outcome, client.clear_task_unique_id(task.id)
    return outcome, task


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
    work = capture_outcome(TaskOutcome, update_one, client, throttle.recorder)
    return BulkRun("update_tasks", items, work, throttle, progress)


def id_of(task: TaskOrId) -> str:
    """Return the id of a task, or the id itself."""
    return task.id if isinstance(task, Task) else non_empty_str("each of tasks_or_ids", task)
