"""Create many tasks, each with a unique id exactly once; or plan to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional, Union, cast

from .._comparison import find_differences
from .._payload_checks import PayloadCheckMode
from .._progress import ProgressOption
from .._recovery import is_task_like
from .._validation import choice, enum_value, mapping
from ..exceptions import (
    ScaleDuplicateResource,
    ScaleException,
    ScaleInvalidArgument,
    ScaleInvalidRequest,
)
from ..task_creation import TaskCreationMethods
from ..tasks import Task, TaskMethods, TaskType
from .lookups import LookedUp, find_tasks, look_up_ahead
from .outcomes import TaskOutcome
from .runner import BulkRun, capture_outcome, snapshot_payload, validate_items
from .throttle import throttled_client

CREATED, EXISTED = "created", "existed"
SAME, DIFFERS, CANCELED = "same", "differs", "canceled"
ON_DUPLICATE = ("fetch", "compare", "skip", "fail")

Judged = tuple[str, Task, dict[str, Any]]
"""A status, the task that exists, and the outcome's further fields."""


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
    choice("on_duplicate", on_duplicate, ON_DUPLICATE)
    throttled, throttle = throttled_client(client, workers)
    if check_payloads is not None:
        throttled = throttled._with_payload_checks(check_payloads)
    type_name = enum_value("task_type", task_type, TaskType)
    create_one = make_creator(throttled, type_name, on_duplicate)
    looks_first = on_duplicate in ("fetch", "compare")
    return BulkRun(
        "create_tasks",
        validate_items("payloads", payloads),
        capture_outcome(TaskOutcome, create_one, client, throttle.recorder),
        throttle,
        progress,
        snapshot=snapshot_payload,
        read_ahead=look_up_ahead(cast(TaskMethods, throttled)) if looks_first else None,
    )


def make_creator(
    client: TaskCreationMethods, type_name: str, on_duplicate: str
) -> Callable[[Any], Any]:
    """Return a function that creates a payload's task, unless it exists.

    Args:
        client: The throttled client of the run.
        type_name: The task type.
        on_duplicate: See `ScaleClient.create_tasks`.
    """
    judge = compare_with_task if on_duplicate == "compare" else adopt_task

    def create_one(item: Any) -> Any:
        looked_up = item if isinstance(item, LookedUp) else LookedUp(item, None)
        payload = mapping("each of payloads", looked_up.payload)
        try:
            task = looked_up.existing()
        except ScaleException:  # a create request finds out as well
            task = None
        if task is None:
            try:
                return CREATED, client._post_task(type_name, payload)
            except ScaleInvalidArgument:  # nothing was sent
                raise
            except (ScaleDuplicateResource, ScaleInvalidRequest) as error:
                # The latter if the batch or project takes no tasks any more.
                unique_id = payload.get("unique_id")
                if on_duplicate == "fail" or not (unique_id and isinstance(unique_id, str)):
                    raise
                is_conflict = isinstance(error, ScaleDuplicateResource)
                if on_duplicate == "skip" and is_conflict:
                    return EXISTED, None
                task = find_tasks(cast(TaskMethods, client), [unique_id]).get(unique_id)
                if task is None or not (is_conflict or is_own(task, type_name, payload)):
                    raise
        return judge(task, type_name, payload)

    return create_one


def is_own(task: Task, type_name: str, payload: Mapping[str, Any]) -> bool:
    """Return whether a task has the unique id, type, project and batch of a payload."""
    return is_task_like(task.as_dict(), {**payload, "type": type_name})


def adopt_task(task: Task, type_name: str, payload: Mapping[str, Any]) -> tuple[str, Task]:
    """Return the task with a payload's unique id, if it has its type, project and batch.

    Raises:
        ScaleDuplicateResource: If the task that has the unique id is a different one.
    """
    if is_own(task, type_name, payload):
        return EXISTED, task
    raise ScaleDuplicateResource(
        f"unique_id {payload['unique_id']!r} belongs to a task of another type, project or batch",
        409,
    )


def compare_with_task(task: Task, type_name: str, payload: Mapping[str, Any]) -> Judged:
    """Return whether the task with a payload's unique id is as the payload says."""
    shown = task.as_dict()
    # The service changes the urgency by itself.
    sent = {name: value for name, value in payload.items() if name != "urgency"}
    differences = tuple(find_differences({**sent, "type": type_name}, shown))
    if shown.get("status") == "canceled":
        error = ScaleDuplicateResource(
            f"unique_id {payload['unique_id']!r} belongs to the canceled task {task.id}; "
            "task.clear_unique_id() frees it",
            409,
        )
        return CANCELED, task, {"error": error, "differences": differences}
    return DIFFERS if differences else SAME, task, {"differences": differences}
