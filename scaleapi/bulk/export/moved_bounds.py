"""Bounds of time that moved between two calls, such as `updated_after=now - 1 day`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from ..._timestamps import parse_utc

LOWER_BOUNDS = {
    "created_after": "created_at",
    "updated_after": "updated_at",
    "completed_after": "completed_at",
}
"""The key of a task that each filter bounds."""
UPPER_BOUNDS = {"created_before", "updated_before", "completed_before"}
TIME_BOUNDS = {*LOWER_BOUNDS, *UPPER_BOUNDS}


class LowerBounds(NamedTuple):
    """Lower bounds for tasks that were read with earlier ones.

    Attributes:
        bounds: The bounds, by the task's key.
    """

    bounds: Mapping[str, dt.datetime]

    def accept(self, line: bytes) -> bool:
        """Return whether a task meets them; a time that is unknown meets any."""
        if not self.bounds:
            return True
        task = json.loads(line)
        times = ((parse_utc(task.get(key)), bound) for key, bound in self.bounds.items())
        return all(time is None or time >= bound for time, bound in times)


class MovedBounds(NamedTuple):
    """How the filters of a call differ from those of an earlier one.

    Attributes:
        is_same_job: Whether they differ in bounds of time alone, all of them later.
        narrowed: The lower bounds that make the earlier call's tasks those of this call; None if
            these do not contain them all.
    """

    is_same_job: bool
    narrowed: Optional[LowerBounds]


def compare_filters(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> MovedBounds:
    """Compare the filters of two calls, in the form in which they are sent."""
    if set(earlier) != set(later):
        return MovedBounds(False, None)
    bounds = {}
    for name in later:
        if earlier[name] != later[name]:
            old, new = parse_utc(earlier[name]), parse_utc(later[name])
            if name not in TIME_BOUNDS or old is None or new is None or old > new:
                return MovedBounds(False, None)
            bounds[name] = new
    if set(bounds) & UPPER_BOUNDS or later.get("limited_response"):
        return MovedBounds(True, None)  # there may be more tasks, or they do not show their times
    return MovedBounds(True, LowerBounds({LOWER_BOUNDS[name]: bounds[name] for name in bounds}))
