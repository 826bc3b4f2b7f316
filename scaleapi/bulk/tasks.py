"""Making, canceling and changing many tasks."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Iterable,
    Mapping,
    NamedTuple,
    Optional,
    Union,
)

from .._recovery import task_like
from .._timestamps import moment
from .._validation import enum_value, mapping, one_of, text, texts
from ..exceptions import ScaleDuplicateResource, ScaleInvalidArgument, ScaleInvalidRequest
from ..tasks import Task, TaskMethods, TaskType
from .runner import BulkRun, Progress, checked_items, outcome_of
from .throttle import paced_client

if TYPE_CHECKING:
    from .._http.response import Answer

CREATED, EXISTED = "created", "existed"
CANCELED, REFUSED, UPDATED = "canceled", "refused", "updated"
ON_DUPLICATE = ("fetch", "skip", "fail")

TaskOrId = Union[Task, str]


class TaskOutcome(NamedTuple):
    """What became of one item.

    Attributes:
        index: its place among the items, from 0.
        payload: the item as it was given.
        task: the task, None where there is none or it was not fetched.
        status: "created", "existed" or "failed"; "canceled", "refused" or "failed"; "updated" or
            "failed".
        error: why it failed or was refused, else None.
    """

    index: int  # type: ignore[assignment]  # hides tuple's own
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
    progress: Progress,
) -> BulkRun[TaskOutcome]:
    """See `ScaleClient.create_tasks`."""
    kind = enum_value("task_type", task_type, TaskType)
    one_of("on_duplicate", on_duplicate, ON_DUPLICATE)
    paced, pace = paced_client(client, workers)

    def make(payload: Any) -> Any:
        try:
            answer = paced._creation(kind, mapping("each of payloads", payload))
            task = answer.build(Task, answer.object(), client)
            if not (answer.was_found and is_older(task, answer)):
                return CREATED, task
            duplicate = ScaleDuplicateResource(f"A task has unique_id {task.unique_id!r}", 409)
        except ScaleDuplicateResource as error:
            duplicate = error
        if on_duplicate == "fail" or not payload.get("unique_id"):
            raise duplicate
        return EXISTED, None if on_duplicate == "skip" else existing(paced, kind, payload)

    items = checked_items("payloads", payloads)
    work = outcome_of(TaskOutcome, make, client)
    return BulkRun("create_tasks", items, work, pace, progress, kept=copied)


def copied(payload: Any) -> Any:
    """A payload as it is now: some iterables give one dictionary, filled anew, again and again."""
    return dict(payload) if isinstance(payload, Mapping) else payload


def existing(client: TaskMethods, kind: str, payload: Mapping[str, Any]) -> Task:
    """The task that has a payload's unique id, if it is of the same type, project and batch.

    Raises:
        ScaleDuplicateResource: it is somebody else's.
    """
    found = task_like(client.api, {**payload, "type": kind})
    if found is None:
        raise ScaleDuplicateResource(
            f"unique_id {payload['unique_id']!r} is that of another type, project or batch", 409
        )
    return Task(found, client)


def is_older(task: Task, answer: Answer) -> bool:
    """Whether a task that was found after a lost answer is older than the call that lost it.

    By the service's own clock, which its last answer tells to the second.
    """
    created = moment(str(task.as_dict().get("created_at")))
    try:
        now = parsedate_to_datetime(answer.response.headers.get("Date", ""))
        began = now - timedelta(seconds=answer.took)
        return isinstance(created, datetime) and created < began
    except (TypeError, ValueError):  # no date, or a time without a zone
        return False


def cancel(
    client: TaskMethods,
    tasks: Iterable[TaskOrId],
    clear_unique_id: bool,
    workers: int,
    progress: Progress,
) -> BulkRun[TaskOutcome]:
    """See `ScaleClient.cancel_tasks`."""
    paced, pace = paced_client(client, workers)

    def end(task: TaskOrId) -> Any:
        return CANCELED, paced.cancel_task(id_of(task), clear_unique_id)

    work = outcome_of(TaskOutcome, end, client, {ScaleInvalidRequest: REFUSED})
    return BulkRun("cancel_tasks", checked_items("tasks_or_ids", tasks), work, pace, progress)


def update(
    client: TaskMethods,
    tasks: Iterable[TaskOrId],
    changes: Mapping[str, Any],
    workers: int,
    progress: Progress,
) -> BulkRun[TaskOutcome]:
    """See `ScaleClient.update_tasks`."""
    checks: Dict[str, Any] = {"metadata": mapping}
    wanted: Dict[str, Any] = {
        name: checks.get(name, texts)(name, value)
        for name, value in changes.items()
        if value is not None
    }
    if not wanted:
        raise ScaleInvalidArgument(f"one of {', '.join(changes)} must be given")
    paced, pace = paced_client(client, workers)
    steps: Dict[str, Callable[[str, Any], Task]] = {
        "tags": paced.set_task_tags,
        "add_tags": paced.add_task_tags,
        "delete_tags": paced.delete_task_tags,
        "metadata": paced.set_task_metadata,
    }

    def change(task: TaskOrId) -> Any:
        changed = None
        for name, value in wanted.items():
            changed = steps[name](id_of(task), value)
        return UPDATED, changed

    items = checked_items("tasks_or_ids", tasks)
    return BulkRun("update_tasks", items, outcome_of(TaskOutcome, change, client), pace, progress)


def id_of(task: TaskOrId) -> str:
    """The id of a task that is given as an object or by its id."""
    return task.id if isinstance(task, Task) else text("each of tasks_or_ids", task)
