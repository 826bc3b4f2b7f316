"""Find out what creating tasks would do, without creating any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Optional, Union, cast, overload

from .._comparison import ABSENT, Difference, find_differences
from .._payload_checks import PayloadCheckMode
from .._progress import ProgressOption
from .._validation import enum_value, mapping
from ..task_creation import TaskCreationMethods
from ..tasks import TaskMethods, TaskType
from .creation import CANCELED, DIFFERS, SAME, compare_with_task, make_creator
from .lookups import LookedUp, look_up_ahead
from .outcomes import TaskOutcome
from .runner import BulkRun, capture_outcome, snapshot_payload, validate_items
from .throttle import throttled_client

CREATE = "create"
STATUSES = (CREATE, SAME, DIFFERS, CANCELED)
MAX_ROWS = 20  # of payloads in a summary


class TaskPlan(Sequence[TaskOutcome]):
    """What `create_tasks` would do with each payload, in their order.

    The status of an item is "create" (there is no task with its unique id, or it has none), "same"
    (the task with its unique id is as the payload says), "differs" (see its `differences`) or
    "canceled" (the task is canceled; its `error` says what frees the unique id).

    Attributes:
        counts: Number of payloads by status.
    """

    def __init__(
        self, client: TaskCreationMethods, type_name: str, items: Sequence[TaskOutcome]
    ) -> None:
        """Hold the items of a plan.

        Args:
            client: The client that creates the missing tasks.
            type_name: The type of all tasks.
            items: One per payload.
        """
        self._client = client
        self._type_name = type_name
        self._items = tuple(items)
        self.counts = Counter(dict.fromkeys(STATUSES, 0))
        self.counts.update(item.status for item in items)

    @overload
    def __getitem__(self, index: int) -> TaskOutcome: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[TaskOutcome, ...]: ...
    def __getitem__(self, index: Union[int, slice]) -> Any:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"<TaskPlan {dict(self.counts)}>"

    def as_dict(self) -> dict[str, Any]:
        """Return the counts and the items as plain JSON."""
        return {"counts": dict(self.counts), "items": [item.as_dict() for item in self]}

    def summary(self) -> str:
        """Return the counts, and the first 20 payloads that differ or are canceled, as a table."""
        lines = [f"{status:<9}{self.counts[status]:>8,}" for status in STATUSES]
        rows = [item for item in self if item.status in (DIFFERS, CANCELED)]
        for item in rows[:MAX_ROWS]:
            reasons = [str(item.error)] if item.error else map(str, item.differences)
            lines += ["", f"{item.status} {item.index}, unique_id {item.payload['unique_id']!r}"]
            lines += [f"  {reason}" for reason in reasons]
        if len(rows) > MAX_ROWS:
            lines += ["", f"and {len(rows) - MAX_ROWS:,} more"]
        return "\n".join(lines)

    def apply(
        self,
        *,
        workers: int = 8,
        progress: ProgressOption = None,
        check_payloads: Optional[PayloadCheckMode] = None,
    ) -> BulkRun[TaskOutcome]:
        """Create the tasks that are missing.

        A task that was created since the plan was made is not created again: its payload's outcome
        is compared as by `create_tasks(on_duplicate="compare")`.

        Args:
            workers: Maximum number of concurrent requests, 1 to 64.
            progress: See `ScaleClient.create_tasks`.
            check_payloads: See `ScaleClient.create_tasks`.

        Returns:
            A run with one outcome per payload whose status is "create", in their order; its `index`
            is that of the plan.
        """
        missing = [item for item in self if item.status == CREATE]
        throttled, throttle = throttled_client(self._client, workers)
        if check_payloads is not None:
            throttled = throttled._with_payload_checks(check_payloads)

        def outcome(index: int, *fields: Any, **more: Any) -> TaskOutcome:
            return TaskOutcome(missing[index].index, *fields, **more)

        create_one = make_creator(throttled, self._type_name, "compare")
        work = capture_outcome(outcome, create_one, self._client, throttle.recorder)
        payloads = [item.payload for item in missing]
        return BulkRun("plan.apply", payloads, work, throttle, progress)


def plan(
    client: TaskCreationMethods,
    task_type: Union[TaskType, str],
    payloads: Iterable[Mapping[str, Any]],
    workers: int,
    progress: ProgressOption,
) -> TaskPlan:
    """See `ScaleClient.plan_tasks`."""
    type_name = enum_value("task_type", task_type, TaskType)
    copies = [
        snapshot_payload(mapping("each of payloads", payload))
        for payload in validate_items("payloads", payloads)
    ]
    throttled, throttle = throttled_client(client, workers)

    def judge(item: LookedUp) -> Any:
        task = item.existing()
        return (CREATE, None) if task is None else compare_with_task(task, type_name, item.payload)

    run = BulkRun(
        "plan_tasks",
        copies,
        capture_outcome(TaskOutcome, judge, client, throttle.recorder),
        throttle,
        progress,
        read_ahead=look_up_ahead(cast(TaskMethods, throttled)),
    )
    with run:
        return TaskPlan(client, type_name, list(_with_duplicates_compared(_raise_errors(run))))


def _raise_errors(run: BulkRun[TaskOutcome]) -> Iterator[TaskOutcome]:
    for item in run:
        if item.error is not None and item.status not in STATUSES:
            raise item.error
        yield item


def _with_duplicates_compared(items: Iterable[TaskOutcome]) -> Iterator[TaskOutcome]:
    """Yield the items; of those to create, a second one of a unique id is compared to the first."""
    first_payloads: dict[str, Mapping[str, Any]] = {}
    for item in items:
        unique_id = item.payload.get("unique_id")
        if item.status != CREATE or not isinstance(unique_id, str):
            yield item
            continue
        first = first_payloads.setdefault(unique_id, item.payload)
        if first is item.payload:
            yield item
            continue
        left_out = (d for d in find_differences(first, item.payload) if d.task is ABSENT)
        differences = (
            *find_differences(item.payload, first),
            *(Difference(d.path, ABSENT, d.payload) for d in left_out),
        )
        yield replace(item, status=DIFFERS if differences else SAME, differences=differences)
