"""Poll until something is done: intervals that grow, and a timeout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional, Union

from ._http.options import Clock
from ._validation import is_number
from .exceptions import ScaleInvalidArgument, ScaleWaitTimeout

PollOption = Union[float, tuple[float, float]]
"""Seconds between polls: the first and the largest interval, or one number for all."""

DEFAULT_POLL: PollOption = (2, 60)
GROWTH = 1.5
JITTER = 0.25
"""The share of each interval that is taken off at random, as in the default `RetryPolicy`."""
MAX_INTERVAL = 86_400
NAMED_IDS = 5


class Polling:
    """The intervals and the deadline of one wait, which starts when this object is made.

    Args:
        clock: Time and chance.
        poll: A valid `PollOption`.
        timeout: Seconds until the deadline, None for none.
    """

    def __init__(self, clock: Clock, poll: PollOption, timeout: Optional[float]) -> None:
        self._clock = clock
        self._interval, self._largest = poll if isinstance(poll, tuple) else (poll, poll)
        self._timeout = float("inf") if timeout is None else timeout
        self._deadline = clock.monotonic() + self._timeout

    @property
    def expired(self) -> bool:
        """Whether the deadline has passed."""
        return self._clock.monotonic() >= self._deadline

    def sleep(self) -> None:
        """Sleep until the next poll, or until the deadline if that is earlier."""
        interval = self._interval * (1 - JITTER * self._clock.random())
        self._interval = min(self._interval * GROWTH, self._largest)
        self._clock.sleep(max(0, min(interval, self._deadline - self._clock.monotonic())))

    def timeout_error(
        self, pending: int, total: int, tasks: Sequence[Any] = ()
    ) -> ScaleWaitTimeout:
        """Return the error to raise once the deadline has passed.

        Args:
            pending: Number of tasks that are pending.
            total: Number of tasks that were waited for.
            tasks: The pending tasks, where they are known.
        """
        verb = "is" if pending == 1 else "are"
        message = f"{pending} of {total} tasks {verb} still pending after {self._timeout:g} s"
        error = ScaleWaitTimeout(message + (f": {name_ids(tasks)}" if tasks else ""))
        error.pending = tuple(tasks)
        return error


def validate_poll(poll: Any) -> None:
    """Raise unless it is a valid `PollOption`."""
    pair = poll if isinstance(poll, tuple) and len(poll) == 2 else (poll, poll)
    numbers = all(is_number(interval) for interval in pair)
    if not (numbers and 0 < pair[0] <= pair[1] <= MAX_INTERVAL):
        raise ScaleInvalidArgument(
            f"poll must be a number of seconds over 0 (and up to {MAX_INTERVAL}), "
            f"or a pair of them (first, largest), got {poll!r}"
        )


def validate_wait_timeout(timeout: Any) -> None:
    """Raise unless it is a number of seconds, or None for no limit."""
    if timeout is not None and not (is_number(timeout) and timeout >= 0):
        raise ScaleInvalidArgument(
            f"timeout must be 0 or more seconds, or None for no limit, got {timeout!r}"
        )


def name_ids(tasks: Sequence[Any]) -> str:
    """Return the ids of the first few tasks, for a message."""
    ids = [str(task.id) for task in tasks[:NAMED_IDS]]
    return ", ".join([*ids, "..."] if len(tasks) > NAMED_IDS else ids)
