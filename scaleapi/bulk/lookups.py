"""Look up the tasks that have the unique ids of payloads, many with one request."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any, Callable, NamedTuple, Optional
from urllib.parse import quote_plus

from .._validation import non_empty_str
from ..exceptions import ScaleException, ScaleInvalidArgument
from ..pagination import iter_items, next_by_token
from ..tasks import Task, TaskMethods
from .executor import DaemonThreadPool, DeferredErrorIterator
from .runner import ReadAhead, WorkItem

MAX_IDS = 100  # in one request; the service returns at most this many tasks per page
MAX_QUERY_LENGTH = 6000  # characters; servers and proxies often accept 8,000
FIRST_IDS = 8  # in the first request, so that the first payloads need not wait for 99 others
MAX_SECONDS = 0.5  # for which a payload waits for others


class LookedUp(NamedTuple):
    """A payload, and the tasks that have its unique id and those of the payloads around it.

    Attributes:
        payload: The payload, or whatever was passed as one.
        tasks: The tasks by unique id; None if the payload has no unique id.
    """

    payload: Any
    tasks: Optional[Future[dict[str, Task]]]

    def existing(self) -> Optional[Task]:
        """Return the task that has the payload's unique id, None if there is none.

        Raises:
            ScaleException: If the tasks can't be looked up.
        """
        return self.tasks.result().get(self.payload["unique_id"]) if self.tasks else None


def look_up_ahead(client: TaskMethods, clock: Callable[[], float] = time.monotonic) -> ReadAhead:
    """Return what reads payloads ahead of a run, and looks up their unique ids on its threads.

    Args:
        client: The throttled client of the run.
        clock: A monotonic clock, in seconds.
    """

    def read_ahead(pool: DaemonThreadPool, items: Iterator[WorkItem]) -> Iterator[WorkItem]:
        for group in _groups(items, clock):
            ids = [item[2]["unique_id"] for item in group if _query_length(item[2])]
            tasks = pool.submit(find_tasks, client, ids) if ids else None
            for index, item, payload in group:
                yield index, item, LookedUp(payload, tasks if _query_length(payload) else None)

    return read_ahead


def find_tasks(client: TaskMethods, unique_ids: list[str]) -> dict[str, Task]:
    """Return the tasks that have one of these unique ids, by unique id.

    Raises:
        ScaleException: If they can't be listed, or the service lists others.
    """
    query = {"unique_id": unique_ids, "limit": MAX_IDS}
    pages = iter_items(lambda step: client._tasks_page(**query, **step), next_by_token, start={})
    found: dict[str, Task] = {}
    for number, task in enumerate(pages):
        if number > 2 * MAX_IDS:
            raise ScaleException(
                f"Expected the tasks with {len(unique_ids)} unique ids, got over {number} tasks: "
                "the service does not filter by unique_id"
            )
        unique_id = task.as_dict().get("unique_id")
        if isinstance(unique_id, str):
            found[unique_id] = task
    return found


def _query_length(payload: Any) -> int:
    """Return the length of a payload's unique id in a query, 0 if it can't be looked up."""
    unique_id = payload.get("unique_id") if isinstance(payload, Mapping) else None
    try:
        return len(f"unique_id={quote_plus(non_empty_str('unique_id', unique_id))}&")
    except ScaleInvalidArgument:
        return 0


def _groups(items: Iterable[WorkItem], clock: Callable[[], float]) -> Iterator[list[WorkItem]]:
    """Yield the items in groups that are looked up together, growing up to the maximum."""
    deferred = DeferredErrorIterator(items)
    group: list[WorkItem] = []
    size, length, started = FIRST_IDS, 0, 0.0
    for item in deferred:
        added = _query_length(item[2])
        is_full = len(group) >= size or length + added > MAX_QUERY_LENGTH
        if group and (is_full or clock() - started > MAX_SECONDS):
            yield group
            group, length, size = [], 0, min(2 * size, MAX_IDS)
        started = started if group else clock()
        group.append(item)
        length += added
    if group:
        yield group
    if deferred.error is not None:
        raise deferred.error
