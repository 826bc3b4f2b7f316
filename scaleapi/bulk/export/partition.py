"""An export in parts: stretches of time that hold about as many tasks each.

The service pages one token at a time, so that one listing can't be read by many. But it counts the
tasks of any stretch of time for one request. So the time in which the tasks were created is split
where there are too many, until each part can be paged by itself, side by side with the others.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import partial
from itertools import chain, repeat
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional

from ..._timestamps import format_iso8601, parse_iso8601
from ...exceptions import ScaleInvalidArgument
from ...tasks import task_query_params
from ..outcomes import Record
from ..runner import ThrottledPool
from .raw_json import Reader

FIRST = dt.datetime(2015, 1, 1, tzinfo=dt.timezone.utc)
"""Scale is younger; were a task older, it would be in the oldest window, which has no other end."""
MILLISECOND = dt.timedelta(milliseconds=1)  # no timestamp is finer
SMALLEST, LARGEST = 500, 2500  # tasks in a window; the latter may be lost when a run is broken off
MINUTE = dt.timedelta(minutes=1)
MOST_PIECES = 64  # of a span; where that is too few, most of its tasks are in some of them ...
MORE_PIECES = 8  # ... in which a coarse look finds where with fewer counts

Filters = Dict[str, Any]


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
        whole: filters for all of it; tasks that are created later don't pass them.
        total: how many tasks there were at the beginning.
        windows: its parts, newest first; neighbours may share tasks.
    """

    whole: Filters
    total: int
    windows: List[ExportWindow]


class _Span(NamedTuple):
    """A stretch of time, its end not included, and how many tasks were created in it."""

    after: dt.datetime
    before: dt.datetime
    tasks: int = 0

    @property
    def width(self) -> int:
        """In milliseconds."""
        return (self.before - self.after) // MILLISECOND

    def fits(self, size: int) -> bool:
        """Whether it has few enough tasks, or can't be divided."""
        return self.tasks <= size or self.width <= 1


def plan(reader: Reader, filters: Filters, pool: ThrottledPool, size: Optional[int] = None) -> Plan:
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
    newest = reader.page(task_query_params({**filters, "limited_response": None, "limit": 1}))
    if newest.total == 0:
        return Plan(filters, 0, [])
    end = _end(newest[0].line if newest else "{}")
    if end is None:  # nothing tells where to divide
        return Plan(filters, newest.total, [ExportWindow(filters, newest.total)])
    until = bounds["created_before"]
    whole = (
        filters if until and until <= end else {**filters, "created_before": format_iso8601(end)}
    )
    span = _Span(bounds["created_after"] or FIRST, end, newest.total)
    size = size or max(SMALLEST, min(LARGEST, newest.total // (4 * pool.workers)))
    if span.fits(size):
        return Plan(whole, newest.total, [ExportWindow(whole, newest.total)])
    within = partial(_within, whole, span, _margin(reader, filters, end))
    parts = _divided(lambda part: _counted(reader, within(part), part), span, size, pool)
    return Plan(whole, newest.total, [ExportWindow(within(part), part.tasks) for part in parts])


def _bound(name: str, given: Optional[str]) -> Optional[dt.datetime]:
    """A bound of the whole export as a moment; without a zone it is UTC, as for the service."""
    found = None if given is None else parse_iso8601(given.strip())
    if isinstance(found, str):
        raise ScaleInvalidArgument(
            f"{name} must be a time such as '2025-03-04T10:15:00Z', got {given!r}"
        )
    return found and (found if found.tzinfo else found.replace(tzinfo=dt.timezone.utc))


def _end(task: str) -> Optional[dt.datetime]:
    """The moment after the newest task was created; None where it does not say."""
    created = json.loads(task).get("created_at")
    found = parse_iso8601(created) if isinstance(created, str) else None
    if not isinstance(found, dt.datetime) or found.tzinfo is None:
        return None
    return found.replace(microsecond=found.microsecond // 1000 * 1000) + MILLISECOND


def _divided(
    count: Callable[[_Span], _Span], whole: _Span, size: int, pool: ThrottledPool
) -> List[_Span]:
    """Spans of at most so many tasks, newest first, which follow each other without a gap."""
    ready: List[_Span] = []
    rounds: Iterator[Callable[..., List[_Span]]] = chain(
        [_by_age, partial(_pieces, most=MOST_PIECES)], repeat(_pieces)
    )
    heavy = [whole]
    while heavy:
        divide = next(rounds)
        ready += [span for span in heavy if span.fits(size)]
        pieces = [piece for span in heavy if not span.fits(size) for piece in divide(span, size)]
        heavy = list(pool.map("export_windows", count, pieces))
    joined: List[_Span] = []
    for span in sorted(ready, reverse=True):
        last = joined[-1] if joined else None
        if last and last.tasks + span.tasks <= size:
            joined[-1] = _Span(span.after, last.before, last.tasks + span.tasks)
        else:
            joined.append(span)
    return joined


def _by_age(span: _Span, size: int) -> List[_Span]:
    """A span in pieces that double in width from the newest on: most exports are of late tasks."""
    edges = [span.before]
    width = MINUTE
    while width < span.before - span.after:
        edges.append(span.before - width)
        width *= 2
    return _between([span.after, *reversed(edges)])


def _between(edges: List[dt.datetime]) -> List[_Span]:
    return [_Span(*pair) for pair in zip(edges, edges[1:])]


def _pieces(span: _Span, size: int, most: int = MORE_PIECES) -> List[_Span]:
    """A span in equal pieces, as many as make it likely that none has to be divided again."""
    number = min(most, span.width, 2 + span.tasks * 3 // (2 * size))
    edges = [span.after + span.width * each // number * MILLISECOND for each in range(number)]
    return _between([*edges, span.before])


def _margin(reader: Reader, filters: Filters, end: dt.datetime) -> dt.timedelta:
    """How far windows must overlap so that a task at the edge of one is in it or in the next.

    Whether bounds themselves are within is not documented; the newest task tells.
    """
    newest = format_iso8601(end - MILLISECOND)
    at_once = {**filters, "created_after": newest, "created_before": newest}
    return dt.timedelta() if reader.count(task_query_params(at_once)) else MILLISECOND


def _counted(reader: Reader, filters: Filters, span: _Span) -> _Span:
    return span._replace(tasks=reader.count(task_query_params(filters)))


def _within(whole: Filters, all_of_it: _Span, margin: dt.timedelta, span: _Span) -> Filters:
    """The filters of an export, narrowed to a span of it."""
    narrow = dict(whole)
    if span.after > all_of_it.after:
        narrow["created_after"] = format_iso8601(span.after - margin)
    if span.before < all_of_it.before:
        narrow["created_before"] = format_iso8601(span.before - MILLISECOND + margin)
    return narrow
