"""Create many tasks, each with a unique id exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Optional, Union

from .._payload_checks import PayloadCheckMode
from .._recovery import find_tasks_by_unique_id, is_task_like
from .._validation import choice, enum_value, mapping
from ..exceptions import ScaleDuplicateResource
from ..task_creation import TaskCreationMethods
from ..tasks import Task, TaskType
from .outcomes import TaskOutcome
from .progress import ProgressOption
from .runner import BulkRun, capture_outcome, snapshot_payload, validate_items
from .throttle import throttled_client

CREATED, EXISTED = "created", "existed"
ON_DUPLICATE = ("fetch", "skip", "fail")


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
