"""Wait for tasks: list what changed, and yield each task once it is finished."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from typing import Any, Callable, NamedTuple, Optional, Union

from .._http.options import Clock
from .._polling import (
    Polling,
    PollOption,
    name_ids,
    validate_poll,
    validate_wait_timeout,
)
from .._progress import ProgressOption, make_progress_callback, validate_progress
from .._resource import own_unless_replaced
from .._timestamps import format_iso8601, parse_utc
from ..exceptions import ScaleInvalidArgument, ScaleResourceNotFound
from ..pagination import PageParams, iter_items, next_by_token
from ..tasks import Task, Tasklist, TaskMethods, TaskStatus, normalize_task_filters, task_query
from .runner import validate_items

NAME = "wait_for_tasks"
OVERLAP = dt.timedelta(seconds=1)
"""How far each listing reaches back behind the last change that is known.

It covers changes in the same millisecond, services that exclude the bound itself, and servers whose
clocks differ. The tasks within it are listed again, so it is no longer than that.
"""
FULL_CHECK_INTERVAL = 10
"""After how many polls every pending task is checked, in case a change was not listed."""

FINISHED = "finished"
FINISHED_STATUSES = tuple(
    status.value for status in (TaskStatus.Completed, TaskStatus.Error, TaskStatus.Canceled)
)
REJECTED_FILTERS = {
    "status": "it would hide pending or finished tasks",
    "review_status": "it would hide pending tasks; test it in `until`",
    "completed_after": "it would hide pending tasks",
    "completed_before": "it would hide pending tasks",
    "updated_after": "each poll sets it",
    "updated_before": "it would hide later changes",
    "limited_response": "it leaves out the time of the last change",
}


class WaitOptions(NamedTuple):
    """The arguments of `ScaleClient.wait_for_tasks` except the tasks."""

    until: Any
    timeout: Optional[float]
    poll: PollOption
    progress: ProgressOption

    def validate(self) -> None:
        """Raise if an option is invalid."""
        if self.until != FINISHED and not callable(self.until):
            raise ScaleInvalidArgument(
                f"until must be {FINISHED!r} or a function of a Task, got {self.until!r}"
            )
        validate_wait_timeout(self.timeout)
        validate_poll(self.poll)
        validate_progress(self.progress)

    def is_met(self, task: Task) -> bool:
        """Return whether a task need not be waited for any longer."""
        if callable(self.until):
            return bool(self.until(task))
        return task.as_dict().get("status") in FINISHED_STATUSES


def wait(
    client: TaskMethods,
    tasks_or_filters: Union[Iterable[Task], Mapping[str, Any]],
    options: WaitOptions,
) -> Generator[Task, None, None]:
    """Validate the arguments, and return the generator; see `ScaleClient.wait_for_tasks`."""
    options.validate()
    if isinstance(tasks_or_filters, Mapping):
        matching = _Listing(client, _filter_query(tasks_or_filters), options)
        return _generate(client, options, [], [matching])
    return _wait_for_given(client, validate_items("tasks_or_filters", tasks_or_filters), options)


def _filter_query(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the query of the caller's filters."""
    plain = normalize_task_filters(NAME, filters)
    for name, reason in REJECTED_FILTERS.items():
        if plain.get(name):
            raise ScaleInvalidArgument(f"{name} must not be a filter of {NAME}(): {reason}")
    return task_query(plain)


def _wait_for_given(
    client: TaskMethods, items: Iterable[Any], options: WaitOptions
) -> Generator[Task, None, None]:
    tasks: dict[str, Task] = {}
    for item in items:
        if not isinstance(item, Task):
            raise ScaleInvalidArgument(f"each of tasks_or_filters must be a Task, got {item!r}")
        tasks.setdefault(str(item.id), item)
    finished: list[Task] = []
    pending: list[Task] = []
    for task in tasks.values():
        (finished if options.is_met(task) else pending).append(task)
    yield from _generate(client, options, finished, _listings_of(client, pending, options))


def _listings_of(
    client: TaskMethods, tasks: Iterable[Task], options: WaitOptions
) -> list[_Listing]:
    """Return one listing per project, restricted to a batch where its tasks are all in one."""
    groups: dict[Optional[str], list[Task]] = {}
    for task in tasks:
        groups.setdefault(_name(task, "project"), []).append(task)
    listings = []
    for project, members in groups.items():
        batches = {_name(task, "batch") for task in members}
        batch = batches.pop() if len(batches) == 1 else None
        query = task_query({"project_name": project, "batch_name": batch})
        listings.append(_Listing(client, query, options, members))
    return listings


def _name(task: Task, key: str) -> Optional[str]:
    """Return the name of a task's project or batch, None where it has none."""
    name = task.as_dict().get(key)
    return name if isinstance(name, str) and name else None


def _generate(
    client: TaskMethods, options: WaitOptions, finished: list[Task], listings: list[_Listing]
) -> Generator[Task, None, None]:
    """Yield the tasks that are finished already, then those of the listings, with progress."""
    polling = Polling(client._clock, options.poll, options.timeout)

    def total() -> int:
        return len(finished) + sum(listing.total for listing in listings)

    report = make_progress_callback(options.progress, NAME, total() or None)
    try:
        tasks = itertools.chain(finished, _poll(listings, polling))
        for done, task in enumerate(tasks, start=1):
            report(done, total())
            yield task
    finally:
        report(None)
    gone = [task for listing in listings for task in listing.gone]
    pending = [task for listing in listings for task in listing.pending.values()]
    if pending:
        raise polling.timeout_error(len(pending) + len(gone), total(), [*pending, *gone])
    if gone:
        raise ScaleResourceNotFound(
            f"{len(gone)} of the tasks that were waited for no longer exist: {name_ids(gone)}"
        )


def _poll(listings: list[_Listing], polling: Polling) -> Iterator[Task]:
    """Yield tasks as they are finished, until none is pending or the deadline has passed."""
    waiting, number = listings, 0
    while True:
        number += 1
        last = polling.expired
        for listing in waiting:
            yield from listing.read_changes()
            if listing.pending and (last or number % FULL_CHECK_INTERVAL == 0):
                yield from listing.check_pending()
        waiting = [listing for listing in waiting if listing.pending]
        if last or not waiting:
            return
        polling.sleep()


class _Listing:
    """The tasks that one query lists, and those of them that are waited for.

    Args:
        client: Sends the requests.
        query: The query of the listing, without bounds.
        options: Tell which tasks are finished.
        given: The tasks to wait for; None for all that are listed.

    Attributes:
        pending: The tasks that are waited for, by id.
        gone: The given tasks that no longer exist.
        total: Number of tasks that were pending at any time, or finished when first listed.
    """

    def __init__(
        self,
        client: TaskMethods,
        query: Mapping[str, Any],
        options: WaitOptions,
        given: Optional[Collection[Task]] = None,
    ) -> None:
        self.pending = {str(task.id): task for task in given or ()}
        self.gone: list[Task] = []
        self.total = len(self.pending)
        self._client = client
        self._query = query
        self._options = options
        self._accepts_new = given is None
        self._finished: set[str] = set()
        times = [_changed_at(task) for task in given or ()]
        known = [time for time in times if time is not None]
        # A task whose last change is unknown may have changed at any time.
        start = min(known) if known and len(known) == len(times) else None
        self._position = _Position(client._clock, start)

    def read_changes(self) -> Iterator[Task]:
        """Yield the tasks that are finished, of those that changed since the last call."""
        bounds = self._creation_bounds()
        if self._position.time is not None:
            bounds["updated_after"] = format_iso8601(self._position.time - OVERLAP)
        self._position.begin()
        for task in self._list(bounds, self._position.note):
            yield from self._update(task)
        self._position.advance()

    def check_pending(self) -> Iterator[Task]:
        """Yield the tasks that are finished, whether or not `read_changes` can see that.

        Lists the pending tasks, and looks up one by one those of ours that are not among them. The
        service may list no change that does not touch `updated_at`, or list one late.
        """
        bounds = self._creation_bounds()
        if self._options.until == FINISHED:
            bounds["status"] = TaskStatus.Pending.value
        unlisted = dict(self.pending)
        for task in self._list(bounds):
            unlisted.pop(str(task.id), None)
            yield from self._update(task)
        for key in unlisted:
            yield from self._look_up(key)

    def _look_up(self, key: str) -> Iterator[Task]:
        try:
            task = self._client.get_task(self.pending[key].id)
        except ScaleResourceNotFound:
            deleted = self.pending.pop(key)
            if not self._accepts_new:  # else it does not match any more
                self.gone.append(deleted)
        else:
            yield from self._update(task)

    def _update(self, fresh: Task) -> Iterator[Task]:
        """Note the state of a listed task, and yield it if it is waited for and finished."""
        key = str(fresh.id)
        task = self.pending.get(key)
        if task is not None:
            task._update_from(fresh)  # the caller's object
        elif self._accepts_new and key not in self._finished:
            task = self.pending[key] = fresh
            self.total += 1
        else:
            return
        if self._options.is_met(task):
            del self.pending[key]
            self._finished.add(key)
            yield task

    def _list(
        self,
        bounds: Mapping[str, Any],
        note: Callable[[Tasklist], None] = lambda page: None,
    ) -> Iterator[Task]:
        client = self._client
        fetch = own_unless_replaced(client.tasks, TaskMethods.tasks, client._tasks_page)

        def fetch_and_note(step: PageParams) -> Tasklist:
            page = fetch(**self._query, **bounds, **step)
            note(page)
            return page

        return iter_items(fetch_and_note, next_by_token, {})

    def _creation_bounds(self) -> dict[str, Any]:
        """Return bounds that hold the given tasks, to list few others of a busy project."""
        times = [_time(task, "created_at") for task in self.pending.values()]
        known = [time for time in times if time is not None]
        if self._accepts_new or not known or len(known) < len(times):
            return {}
        return {
            "start_time": format_iso8601(min(known) - OVERLAP),
            "end_time": format_iso8601(max(known) + OVERLAP),
        }


class _Position:
    """Up to which change a listing was read.

    A task may change after its own page was fetched and before the last one is. So a listing is
    complete only up to the changes that the service had made when the listing began: those on its
    pages, less the time that passed until the page arrived.

    Args:
        clock: Measures that time.
        time: Where to begin.

    Attributes:
        time: The position, None where everything has to be read.
    """

    def __init__(self, clock: Clock, time: Optional[dt.datetime]) -> None:
        self.time = self._next = time
        self._clock = clock
        self._began = 0.0

    def begin(self) -> None:
        """Note that a listing begins."""
        self._began = self._clock.monotonic()

    def note(self, page: Tasklist) -> None:
        """Note the changes on a page that has arrived."""
        latest = max(filter(None, map(_changed_at, page)), default=None)
        if latest is not None:
            made = latest - dt.timedelta(seconds=self._clock.monotonic() - self._began)
            self._next = made if self._next is None else max(self._next, made)

    def advance(self) -> None:
        """Note that the listing was read to its end."""
        self.time = self._next


def _changed_at(task: Task) -> Optional[dt.datetime]:
    """Return the time of a task's last change, None if it is not known."""
    return _time(task, "updated_at") or _time(task, "created_at")


def _time(task: Task, key: str) -> Optional[dt.datetime]:
    time = parse_utc(task.as_dict().get(key))
    if time is None or not dt.MINYEAR < time.year < dt.MAXYEAR:
        return None  # at the ends of the calendar there is no room for bounds
    return time
