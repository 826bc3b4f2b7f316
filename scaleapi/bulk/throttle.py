"""One throttle for all workers of a run: additive increase, multiplicative decrease (AIMD).

When the service throttles one request, all workers slow down: the limit of concurrent requests is
halved, and none starts before the pause that the service asked for is over. Every later success
raises the limit again, by one per round of requests.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Optional, TypeVar

from .._resource import ClientMixin
from .._validation import is_int
from ..exceptions import ScaleException, ScaleInvalidArgument
from .statistics import THROTTLING_STATUSES, AttemptRecorder

C = TypeVar("C", bound=ClientMixin)

MAX_WORKERS = 64


class RunInterrupted(ScaleException):
    """The run was interrupted, so the request was not sent, or not retried."""


class AdaptiveThrottle:
    """Limits how many requests are in flight at once, and when the next one may start.

    Args:
        workers: The initial and maximum limit.
        clock: A monotonic clock, in seconds.

    Attributes:
        limit: Maximum number of requests in flight; its whole part applies.
        completed: Number of responses that were neither throttling nor failures of the service.
        recorder: Counts the attempts of the run.
    """

    def __init__(self, workers: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.workers = workers
        self.limit = float(workers)
        self.completed = 0
        self.recorder = AttemptRecorder()
        self._max_concurrency = float(workers)
        self._clock = clock
        self._in_flight = 0
        self._paused_until = 0.0
        self._closed = False
        self._changed = threading.Condition()

    def acquire(self, deadline: float = float("inf")) -> bool:
        """Block until a slot is free.

        Args:
            deadline: When to give up, on the monotonic clock.

        Returns:
            False if the deadline passes first.

        Raises:
            RunInterrupted: If the throttle was closed.
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
                if paused:
                    self.recorder.add_throttled(self._clock() - now)
        raise RunInterrupted("The run was interrupted")

    def _wait(self, seconds: Optional[float]) -> None:
        before = self._clock()
        paused_until = self._paused_until
        notified = self._changed.wait(seconds)
        frozen = self._clock() == before  # as a tool does that freezes time for tests
        if not notified and frozen and self._paused_until == paused_until:
            self._paused_until = before

    def close(self) -> None:
        """Make all current and later calls of `acquire` raise."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def release(self, status: Optional[int], retry_after: float) -> None:
        """Free the slot of a request, and adapt the limit to its response.

        Args:
            status: HTTP status, None if no response was received.
            retry_after: Seconds for which a throttling response asks to pause.
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
    """Return a copy of `client` with one throttle.

    Its create requests without idempotency key are retried only if not processed for certain.

    Raises:
        ScaleInvalidArgument: If `workers` is not from 1 to 64.
    """
    if not (is_int(workers) and 1 <= workers <= MAX_WORKERS):
        raise ScaleInvalidArgument(
            f"workers must be a whole number from 1 to {MAX_WORKERS}, got {workers!r}"
        )
    throttle = AdaptiveThrottle(workers, client._clock.monotonic)
    options = {
        "throttle": throttle,
        "retry_non_idempotent": False,
        "recorder": throttle.recorder,
    }
    return client._with_request_options(**options), throttle
