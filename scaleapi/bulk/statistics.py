"""Count what the requests of a run cost."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any, Optional

from ..exceptions import Attempt, find_request_id
from .outcomes import Record

THROTTLING_STATUSES = (429, 503)


@dataclass(frozen=True)
class RunStats(Record):
    """The requests of a run so far.

    Attributes:
        requests: Number of attempts, look-ups and retries included.
        retries: Number of attempts that followed a failed one of the same call.
        throttled_seconds: Seconds that calls waited because the service was busy (429 or 503),
            summed over all workers.
        bytes_sent: Size of the request bodies, in bytes.
        bytes_received: Size of the response bodies as they were transferred, in bytes.
    """

    requests: int = 0
    retries: int = 0
    throttled_seconds: float = 0.0
    bytes_sent: int = 0
    bytes_received: int = 0


class AttemptRecorder:
    """Counts attempts, from any thread, and knows the last request id of each thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stats = RunStats()
        self._last = threading.local()

    def __call__(self, attempt: Attempt, response: Any, bytes_sent: int) -> None:
        """Count an attempt.

        Args:
            attempt: The attempt.
            response: Its `requests.Response`, None if none was received.
            bytes_sent: Size of its body.
        """
        self._last.request_id = None if response is None else find_request_id(response.headers)
        was_throttled = attempt.status in THROTTLING_STATUSES
        with self._lock:
            stats = self._stats
            self._stats = RunStats(
                stats.requests + 1,
                stats.retries + (attempt.number > 1),
                stats.throttled_seconds + (attempt.delay if was_throttled else 0.0),
                stats.bytes_sent + bytes_sent,
                stats.bytes_received + _received(response),
            )

    def add_throttled(self, seconds: float) -> None:
        """Count seconds for which a call waited since others were throttled."""
        with self._lock:
            total = self._stats.throttled_seconds + seconds
            self._stats = replace(self._stats, throttled_seconds=total)

    @property
    def stats(self) -> RunStats:
        """The counts so far."""
        return self._stats

    def forget_request_id(self) -> None:
        """Forget this thread's last request id: the next item begins."""
        self._last.request_id = None

    @property
    def request_id(self) -> Optional[str]:
        """The id that the service gave this thread's last request, None if it gave none."""
        return getattr(self._last, "request_id", None)


def _received(response: Any) -> int:
    try:
        return int(response.raw.tell())
    except (AttributeError, OSError, TypeError, ValueError):  # no response, or one of a double
        content = getattr(response, "_content", None)
        return len(content) if isinstance(content, bytes) else 0
