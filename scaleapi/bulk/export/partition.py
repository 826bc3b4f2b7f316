"""Partition an export into windows of creation time with a similar number of tasks each.

The pages of one listing can only be fetched one after another, since each contains the token of the
next. But one request counts the tasks of any time range. So the range of creation times is split
where it has too many tasks, until each window can be paged by itself, concurrently with the others.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, repeat
from typing import Any, Callable, NamedTuple, Optional

from ..._timestamps import format_iso8601, parse_iso8601, parse_utc
from ...exceptions import ScaleInvalidArgument
from ...tasks import task_query
from ..outcomes import Record
from ..runner import ThrottledPool
from .pages import TaskPageReader

logger = logging.getLogger("scaleapi")

EPOCH = dt.datetime(2015, 1, 1, tzinfo=dt.timezone.utc)
"""Before Scale existed. The oldest window has no lower bound, so even older tasks are included."""
MILLISECOND = dt.timedelta(milliseconds=1)  # the resolution of the service's timestamps
MINUTE = dt.timedelta(minutes=1)
MIN_WINDOW_TASKS = 500
MAX_WINDOW_TASKS = 2500  # an interrupted export fetches at most this many again per worker
FIRST_ROUND_SPLITS = 64
LATER_ROUND_SPLITS = 8
"""After the first split the remaining tasks cluster, and coarse splits find the cluster with fewer
count requests."""

Filters = dict[str, Any]


@dataclass(frozen=True)
class ExportWindow(Record):
    """A part of an export.

    Attributes:
        filters: The arguments of `get_tasks` that select the tasks of this part.
        count: Number of its tasks when they were counted.
    """

    filters: Filters
    count: int


class Plan(NamedTuple):
    """How an export is divided.

    Attributes:
        filters: The filters of the whole export; they exclude tasks that are created later.
        total: Number of tasks when the export began.
        windows: Its parts, newest first; adjacent ones may share tasks.
    """

    filters: Filters
    total: int
    windows: list[ExportWindow]


@dataclass(frozen=True, order=True)
class _TimeRange:
    """A half-open range of creation times, and the number of tasks in it."""

    start: dt.datetime
    end: dt.datetime
    count: int = 0

    @property
    def width(self) -> int:
        """Its length in milliseconds."""
        return (self.end - self.start) // MILLISECOND

    def fits(self, size: int) -> bool:
        """Return whether it has at most `size` tasks, or can't be divided."""
        return self.count <= size or self.width <= 1


def build_plan(
    reader: TaskPageReader, filters: Filters, pool: ThrottledPool, size: Optional[int] = None
) -> Plan:
    """Divide an export into windows.

    Args:
        reader: Sends the count requests.
        filters: The filters of `get_tasks`, validated.
        pool: Its threads send the count requests.
        size: Maximum number of tasks in a window; None computes it from the number of workers.

    Raises:
        ScaleInvalidArgument: If `created_after` or `created_before` is not a timestamp.
    """
    bounds = {name: _bound(name, filters.get(name)) for name in ("created_after", "created_before")}
    newest = reader.page(task_query({**filters, "limited_response": None, "limit": 1}))
    if newest.total == 0:
        return Plan(filters, 0, [])
    end = _end(newest[0].line if newest else "{}")
    if end is None:  # without timestamps there is nothing to divide by
        return Plan(filters, newest.total, [ExportWindow(filters, newest.total)])
    before = bounds["created_before"]
    if before is None or before > end:
        filters = {**filters, "created_before": format_iso8601(end)}
    full_range = _TimeRange(bounds["created_after"] or EPOCH, end, newest.total)
    size = size or max(MIN_WINDOW_TASKS, min(MAX_WINDOW_TASKS, newest.total // (4 * pool.workers)))
    if full_range.fits(size):
        return Plan(filters, newest.total, [ExportWindow(filters, newest.total)])
    narrow = partial(_narrow_filters, filters, full_range, _bound_overlap(reader, filters, end))

    def count(part: _TimeRange) -> _TimeRange:
        return replace(part, count=reader.count(task_query(narrow(part))))

    parts = _partition(count, full_range, size, pool)
    return Plan(filters, newest.total, [ExportWindow(narrow(part), part.count) for part in parts])


def _bound(name: str, value: Optional[str]) -> Optional[dt.datetime]:
    """Return a bound of the export as a datetime; without a time zone it is UTC."""
    bound = parse_utc(value)
    if value is not None and bound is None:
        raise ScaleInvalidArgument(
            f"{name} must be a timestamp such as '2025-03-04T10:15:00Z', got {value!r}"
        )
    return bound


def _end(task: str) -> Optional[dt.datetime]:
    """Return the millisecond after the creation of the newest task, None if it is unknown."""
    text = json.loads(task).get("created_at")
    created = parse_iso8601(text) if isinstance(text, str) else None
    if not isinstance(created, dt.datetime) or created.tzinfo is None:
        return None
    return created.replace(microsecond=created.microsecond // 1000 * 1000) + MILLISECOND


def _partition(
    count: Callable[[_TimeRange], _TimeRange],
    full_range: _TimeRange,
    size: int,
    pool: ThrottledPool,
) -> list[_TimeRange]:
    """Return adjacent ranges of at most `size` tasks, newest first."""
    accepted: list[_TimeRange] = []
    rounds: Iterator[Callable[..., list[_TimeRange]]] = chain(
        [_split_exponentially, partial(_split_evenly, most=FIRST_ROUND_SPLITS)],
        repeat(_split_evenly),
    )
    counted = [full_range]
    while counted:
        split = next(rounds)
        accepted += [part for part in counted if part.fits(size)]
        oversized = [part for part in counted if not part.fits(size)]
        pieces = [piece for part in oversized for piece in split(part, size)]
        counted = list(pool.map("export_windows", count, pieces))
        if _total(counted) > 2 * _total(oversized):  # no task is in more than two pieces
            logger.warning("The service ignores bounds of creation time: tasks are not divided")
            return [full_range]
    merged: list[_TimeRange] = []
    for part in sorted(accepted, reverse=True):
        last = merged[-1] if merged else None
        if last and last.count + part.count <= size:
            merged[-1] = _TimeRange(part.start, last.end, last.count + part.count)
        else:
            merged.append(part)
    return merged


def _total(parts: list[_TimeRange]) -> int:
    return sum(part.count for part in parts)


def _split_exponentially(full_range: _TimeRange, size: int) -> list[_TimeRange]:
    """Split a range into pieces that double in width from the newest on."""
    edges = [full_range.end]
    width = MINUTE
    while width < full_range.end - full_range.start:
        edges.append(full_range.end - width)
        width *= 2
    return _between([full_range.start, *reversed(edges)])


def _between(edges: list[dt.datetime]) -> list[_TimeRange]:
    return [_TimeRange(*pair) for pair in zip(edges, edges[1:])]


def _split_evenly(part: _TimeRange, size: int, most: int = LATER_ROUND_SPLITS) -> list[_TimeRange]:
    """Split a range evenly, into as many pieces as make another round unlikely."""
    pieces = min(most, part.width, 2 + part.count * 3 // (2 * size))
    edges = [part.start + part.width * index // pieces * MILLISECOND for index in range(pieces)]
    return _between([*edges, part.end])


def _bound_overlap(reader: TaskPageReader, filters: Filters, end: dt.datetime) -> dt.timedelta:
    """Return the overlap with which windows include a task at the bound between them.

    Whether the service's bounds are inclusive is not documented, so the newest task is counted with
    its time as both bounds.
    """
    newest = format_iso8601(end - MILLISECOND)
    instant = {**filters, "created_after": newest, "created_before": newest}
    return dt.timedelta() if reader.count(task_query(instant)) else MILLISECOND


def _narrow_filters(
    filters: Filters, full_range: _TimeRange, overlap: dt.timedelta, part: _TimeRange
) -> Filters:
    """Return the filters of an export, narrowed to a part of its range."""
    narrow = dict(filters)
    if part.start > full_range.start:
        narrow["created_after"] = format_iso8601(part.start - overlap)
    if part.end < full_range.end:
        narrow["created_before"] = format_iso8601(part.end - MILLISECOND + overlap)
    return narrow
