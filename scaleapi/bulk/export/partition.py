"""An export in parts: stretches of time that hold about as many tasks each.

The service pages one token at a time, so that one listing can't be read by many. But it counts the
tasks of any stretch of time for one request. So the time in which the tasks were created is split
where there are too many, until each part can be paged by itself, side by side with the others.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, repeat
from typing import Any, Callable, NamedTuple, Optional

from ..._timestamps import format_iso8601, parse_iso8601
from ...exceptions import ScaleInvalidArgument
from ...tasks import task_query
from ..outcomes import Record
from ..runner import ThrottledPool
from .raw_json import TaskPageReader

EPOCH = dt.datetime(2015, 1, 1, tzinfo=dt.timezone.utc)
"""Scale is younger; were a task older, it would be in the oldest window, which has no other end."""
MILLISECOND = dt.timedelta(milliseconds=1)  # no timestamp is finer
MIN_WINDOW_TASKS, MAX_WINDOW_TASKS = (
    500,
    2500,
)  # tasks in a window; the latter may be lost when a run is interrupted
MINUTE = dt.timedelta(minutes=1)
FIRST_ROUND_SPLITS = (
    64  # of a span; where that is too few, most of its tasks are in some of them ...
)
LATER_ROUND_SPLITS = 8  # ... in which a coarse look finds where with fewer counts

Filters = dict[str, Any]


@dataclass(frozen=True)
class ExportWindow(Record):
    """A part of an export.

    Attributes:
        filters: what to call `get_tasks` with for the tasks of this part.
        count: how many there were when they were counted.
    """

    filters: Filters
    count: int


class Plan(NamedTuple):
    """How an export is divided.

    Attributes:
        filters: For all of it; tasks that are created later do not pass them.
        total: how many tasks there were at the beginning.
        windows: its parts, newest first; neighbours may share tasks.
    """

    filters: Filters
    total: int
    windows: list[ExportWindow]


@dataclass(frozen=True, order=True)
class _TimeRange:
    """A stretch of time, its end not included, and how many tasks were created in it."""

    start: dt.datetime
    end: dt.datetime
    count: int = 0

    @property
    def width(self) -> int:
        """In milliseconds."""
        return (self.end - self.start) // MILLISECOND

    def fits(self, size: int) -> bool:
        """Whether it has few enough tasks, or can't be divided."""
        return self.count <= size or self.width <= 1


def build_plan(
    reader: TaskPageReader, filters: Filters, pool: ThrottledPool, size: Optional[int] = None
) -> Plan:
    """Divide an export into windows.

    Args:
        reader: what to count with.
        filters: those of `get_tasks`, checked.
        pool: of the counts, which go out side by side.
        size: how many tasks a window should have at the most; None finds what suits the workers.

    Raises:
        ScaleInvalidArgument: `created_after` or `created_before` is no time.
    """
    bounds = {name: _bound(name, filters.get(name)) for name in ("created_after", "created_before")}
    newest = reader.page(task_query({**filters, "limited_response": None, "limit": 1}))
    if newest.total == 0:
        return Plan(filters, 0, [])
    end = _end(newest[0].line if newest else "{}")
    if end is None:  # nothing tells where to divide
        return Plan(filters, newest.total, [ExportWindow(filters, newest.total)])
    until = bounds["created_before"]
    whole = (
        filters if until and until <= end else {**filters, "created_before": format_iso8601(end)}
    )
    span = _TimeRange(bounds["created_after"] or EPOCH, end, newest.total)
    size = size or max(MIN_WINDOW_TASKS, min(MAX_WINDOW_TASKS, newest.total // (4 * pool.workers)))
    if span.fits(size):
        return Plan(whole, newest.total, [ExportWindow(whole, newest.total)])
    within = partial(_narrow_filters, whole, span, _bound_overlap(reader, filters, end))
    parts = _partition(lambda part: _counted(reader, within(part), part), span, size, pool)
    return Plan(whole, newest.total, [ExportWindow(within(part), part.count) for part in parts])


def _bound(name: str, given: Optional[str]) -> Optional[dt.datetime]:
    """Return a bound of the export as a datetime; without a time zone it is UTC."""
    found = None if given is None else parse_iso8601(given.strip())
    if isinstance(found, str):
        raise ScaleInvalidArgument(
            f"{name} must be a time such as '2025-03-04T10:15:00Z', got {given!r}"
        )
    return found and (found if found.tzinfo else found.replace(tzinfo=dt.timezone.utc))


def _end(task: str) -> Optional[dt.datetime]:
    """Return the time just after the newest task was created, None where it has none."""
    created = json.loads(task).get("created_at")
    found = parse_iso8601(created) if isinstance(created, str) else None
    if not isinstance(found, dt.datetime) or found.tzinfo is None:
        return None
    return found.replace(microsecond=found.microsecond // 1000 * 1000) + MILLISECOND


def _partition(
    count: Callable[[_TimeRange], _TimeRange], whole: _TimeRange, size: int, pool: ThrottledPool
) -> list[_TimeRange]:
    """Spans of at most so many tasks, newest first, which follow each other without a gap."""
    accepted: list[_TimeRange] = []
    rounds: Iterator[Callable[..., list[_TimeRange]]] = chain(
        [_split_exponentially, partial(_split_evenly, most=FIRST_ROUND_SPLITS)],
        repeat(_split_evenly),
    )
    oversized = [whole]
    while oversized:
        divide = next(rounds)
        accepted += [span for span in oversized if span.fits(size)]
        pieces = [
            piece for span in oversized if not span.fits(size) for piece in divide(span, size)
        ]
        oversized = list(pool.map("export_windows", count, pieces))
    merged: list[_TimeRange] = []
    for span in sorted(accepted, reverse=True):
        last = merged[-1] if merged else None
        if last and last.count + span.count <= size:
            merged[-1] = _TimeRange(span.start, last.end, last.count + span.count)
        else:
            merged.append(span)
    return merged


def _split_exponentially(span: _TimeRange, size: int) -> list[_TimeRange]:
    """Split a range into pieces that double in width from the newest on."""
    edges = [span.end]
    width = MINUTE
    while width < span.end - span.start:
        edges.append(span.end - width)
        width *= 2
    return _between([span.start, *reversed(edges)])


def _between(edges: list[dt.datetime]) -> list[_TimeRange]:
    return [_TimeRange(*pair) for pair in zip(edges, edges[1:])]


def _split_evenly(span: _TimeRange, size: int, most: int = LATER_ROUND_SPLITS) -> list[_TimeRange]:
    """Split a range evenly, into as many pieces as make another round unlikely."""
    number = min(most, span.width, 2 + span.count * 3 // (2 * size))
    edges = [span.start + span.width * each // number * MILLISECOND for each in range(number)]
    return _between([*edges, span.end])


def _bound_overlap(reader: TaskPageReader, filters: Filters, end: dt.datetime) -> dt.timedelta:
    """How far windows must overlap so that a task at the edge of one is in it or in the next.

    Whether bounds themselves are within is not documented; the newest task tells.
    """
    newest = format_iso8601(end - MILLISECOND)
    at_once = {**filters, "created_after": newest, "created_before": newest}
    return dt.timedelta() if reader.count(task_query(at_once)) else MILLISECOND


def _counted(reader: TaskPageReader, filters: Filters, span: _TimeRange) -> _TimeRange:
    return replace(span, count=reader.count(task_query(filters)))


def _narrow_filters(
    filters: Filters, full_range: _TimeRange, margin: dt.timedelta, span: _TimeRange
) -> Filters:
    """Return the filters of an export, narrowed to a part of its range."""
    narrow = dict(filters)
    if span.start > full_range.start:
        narrow["created_after"] = format_iso8601(span.start - margin)
    if span.end < full_range.end:
        narrow["created_before"] = format_iso8601(span.end - MILLISECOND + margin)
    return narrow
