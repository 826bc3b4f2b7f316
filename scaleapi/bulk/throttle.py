"""One pace for all workers of a run.

When the service asks one worker to slow down, all of them do: half as many calls at a time, and
none before the pause that it asked for is over. Every success after that lets it go a little
faster again.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Optional, Tuple

from ..exceptions import ScaleException, ScaleInvalidArgument

if TYPE_CHECKING:
    from ..client import ScaleClient

SLOW_DOWN = (429, 503)


class BrokenOff(ScaleException):
    """A call of a run that was broken off: it is not sent, or not sent again."""


class Pace:
    """How many calls may be under way at once, and when the next may begin.

    Args:
        workers: how many at the most, and to begin with.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._most = float(workers)
        self._stopped = False
        self.allowed = float(workers)  # at once; the fraction counts towards one more
        self._under_way = 0
        self._not_before = 0.0
        self._changed = threading.Condition()

    def enter(self, until: float = float("inf")) -> bool:
        """Wait for one's turn; whether it came before `until` on the monotonic clock.

        Raises:
            BrokenOff: nothing more is to be sent.
        """
        with self._changed:
            while not self._stopped:
                now = time.monotonic()
                if now >= until:
                    return False
                if now >= self._not_before and self._under_way < int(self.allowed):
                    self._under_way += 1
                    return True
                # Full, it is told when a call ends; in a pause nobody tells it when that is over.
                paused = self._not_before if now < self._not_before else float("inf")
                wait = min(paused, until) - now
                self._changed.wait(wait if wait < float("inf") else None)
        raise BrokenOff("The run was broken off")

    def stop(self) -> None:
        """Let nothing more be sent."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def leave(self, status: Optional[int], pause: float) -> None:
        """Tell how a call ended.

        Args:
            status: HTTP status, None where no answer came.
            pause: seconds for which the service wants to be left alone, if it is busy.
        """
        with self._changed:
            self._under_way -= 1
            if status in SLOW_DOWN:
                if time.monotonic() >= self._not_before:  # else a wave of them would count as many
                    self.allowed = max(1.0, self.allowed / 2)
                self._not_before = max(self._not_before, time.monotonic() + pause)
            elif status is not None and status < 500 and status != 408:
                self.allowed = min(self._most, self.allowed + 1 / self.allowed)
            self._changed.notify_all()


def paced_client(client: ScaleClient, workers: Any) -> Tuple[ScaleClient, Pace]:
    """The same client at one pace for all workers; what has no key it does not send twice.

    Raises:
        ScaleInvalidArgument: `workers` is no number of threads that makes sense.
    """
    if isinstance(workers, bool) or not isinstance(workers, int) or not 1 <= workers <= 64:
        raise ScaleInvalidArgument(f"workers must be a whole number from 1 to 64, not {workers!r}")
    paced = client.with_options()
    paced.api.pace = pace = Pace(workers)
    paced.api.repeats_unprotected = False
    return paced, pace
