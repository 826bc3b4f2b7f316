"""One throttle for all workers of a run: additive increase, multiplicative decrease (AIMD).

When the service rejects one request as one too many, all workers slow down: half as many requests
are in flight at a time, and none begins before the pause that the service asked for is over. Every
success after that raises the limit a little again.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Optional, TypeVar

from .._resource import ClientMixin
from ..exceptions import ScaleException, ScaleInvalidArgument

C = TypeVar("C", bound=ClientMixin)

THROTTLING_STATUSES = (429, 503)
MAX_WORKERS = 64


class RunInterrupted(ScaleException):
    """A request of a run that was interrupted: it is not sent, or not retried."""


class AdaptiveThrottle:
    """Limits how many requests are in flight at once, and when the next may begin.

    Args:
        workers: The limit to begin with, and at most.
        clock: A monotonic clock, in seconds.

    Attributes:
        limit: Requests that may be in flight; the fraction counts towards one more.
        completed: Requests that the service has not throttled so far.
    """

    def __init__(self, workers: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.workers = workers
        self.limit = float(workers)
        self.completed = 0
        self._max_concurrency = float(workers)
        self._clock = clock
        self._in_flight = 0
        self._paused_until = 0.0
        self._closed = False
        self._changed = threading.Condition()

    def acquire(self, deadline: float = float("inf")) -> bool:
        """Block until a slot is free.

        Args:
            deadline: On the monotonic clock.

        Returns:
            False if the deadline passes first.

        Raises:
            RunInterrupted: If nothing more is to be sent.
        """
        with self._changed:
            while not self._closed:
                now = self._clock()
                if now >= deadline:
                    return False
                paused = now < self._paused_until
                if not paused and self._in_flight < int(self.limit):
                    self._in_flight += 1
                    return True
                # At capacity, release() notifies us. Nothing notifies us when a pause ends, so wait
                # with a timeout.
                ends = min(self._paused_until if paused else float("inf"), deadline)
                self._wait(None if ends == float("inf") else ends - now)
        raise RunInterrupted("The run was interrupted")

    def _wait(self, seconds: Optional[float]) -> None:
        before = self._clock()
        paused_until = self._paused_until
        notified = self._changed.wait(seconds)
        frozen = self._clock() == before  # as a tool does that freezes time for tests
        if not notified and frozen and self._paused_until == paused_until:
            self._paused_until = before

    def close(self) -> None:
        """Let nothing more be sent."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def release(self, status: Optional[int], retry_after: float) -> None:
        """Report how a request ended.

        Args:
            status: HTTP status, None where no response was received.
            retry_after: Seconds for which a busy service asks to pause.
        """
        with self._changed:
            self._in_flight -= 1
            if status in THROTTLING_STATUSES:
                # Halve only once per burst of throttling responses.
                if self._clock() >= self._paused_until:
                    self.limit = max(1.0, self.limit / 2)
                self._paused_until = max(self._paused_until, self._clock() + retry_after)
            elif status is not None and status < 500 and status != 408:
                self.completed += 1
                self.limit = min(self._max_concurrency, self.limit + 1 / self.limit)
            self._changed.notify_all()


def throttled_client(client: C, workers: Any) -> tuple[C, AdaptiveThrottle]:
    """Return a copy of `client` with one throttle, which never retries non-idempotent requests.

    Raises:
        ScaleInvalidArgument: If `workers` is no valid number of threads.
    """
    whole = isinstance(workers, int) and not isinstance(workers, bool)
    if not (whole and 1 <= workers <= MAX_WORKERS):
        raise ScaleInvalidArgument(
            f"workers must be a whole number from 1 to {MAX_WORKERS}, got {workers!r}"
        )
    throttle = AdaptiveThrottle(workers, client._clock.monotonic)
    options = {"throttle": throttle, "retry_non_idempotent": False}
    return client._with_request_options(**options), throttle
