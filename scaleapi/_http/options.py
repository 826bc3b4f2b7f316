"""Options of a request: one immutable value, passed down from the client to each attempt."""

from __future__ import annotations

import os
import random
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional, Union

from .._validation import is_int, is_number
from ..exceptions import Attempt, ScaleInvalidArgument
from ..retries import RetryPolicy
from .auth import AuthHeaders

DEFAULT_TIMEOUT = (10.0, 120.0)
MAX_TIMEOUT = 2_000_000.0  # seconds; sockets count milliseconds in 31 bits
DEFAULT_MAX_RESPONSE_BYTES = 256 * 1024 * 1024

NOT_GIVEN: Any = object()

Timeout = Union[float, tuple[Optional[float], Optional[float]], None]
Retries = Union[RetryPolicy, int, None]
OnAttempt = Callable[[Attempt], object]
UploadProgress = Callable[[int, int], object]
"""Called with the bytes of the files that have been sent, and with their total."""


class Clock:
    """What the retry loop needs of time and chance; tests pass another.

    Args:
        monotonic: A monotonic clock, in seconds.
        max_delay: Seconds that a delay lasts at most, whatever was computed or asked for.
    """

    max_delay = float("inf")

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, max_delay: float = max_delay
    ) -> None:
        # Bound now, so that a tool that freezes `time` later stops no deadline.
        self.monotonic = monotonic
        self.max_delay = max_delay

    def __reduce__(self) -> tuple[Any, ...]:
        # A frozen clock cannot be pickled, and need not be.
        return partial(type(self), max_delay=self.max_delay), ()

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds, but no longer than the maximum."""
        # Looked up now: users patch `time.sleep` to make tests fast.
        time.sleep(min(seconds, self.max_delay))

    def random(self) -> float:
        """Return a random number from 0 to 1."""
        return random.random()


SYSTEM_CLOCK = Clock()


if TYPE_CHECKING:
    from typing import Protocol

    class Throttle(Protocol):
        """What limits how many requests are in flight at once, and when the next may begin."""

        limit: float
        """Requests that may be in flight."""

        @property
        def completed(self) -> int:
            """Number of responses that were neither throttling nor failures of the service."""

        def acquire(self, deadline: float) -> bool:
            """Block until a request may be sent; False if `deadline` passes first."""

        def release(self, status: Optional[int], retry_after: float) -> None:
            """Report how a request ended, and for how long a busy service asks to pause."""


class RequestOptions(NamedTuple):
    """How a request is sent.

    Attributes:
        timeout: Seconds to connect and to wait for the next part of a response.
        policy: When it is retried; None for the default policy, read at each call.
        auth: Makes the headers that carry the key; None for those of the endpoint's version.
        follow_redirects: Whether a GET that is redirected within the same origin is followed.
        redact_query: Whether logs and errors leave out the query, which may be a secret.
        retry_non_idempotent: Whether a create request without idempotency key is retried after an
            ambiguous failure.
        throttle: Acquired before each attempt.
        on_attempt: Called after each attempt.
        recorder: Called after each attempt with it, its response and the size of its body.
        max_response_bytes: How large a decoded response body may be.
        clock: Time and chance.
        on_secret: Called with each header that carries a key, which no message may show.
    """

    timeout: Timeout = DEFAULT_TIMEOUT
    policy: Optional[RetryPolicy] = None
    auth: Optional[AuthHeaders] = None
    follow_redirects: bool = True
    redact_query: bool = False
    retry_non_idempotent: bool = True
    throttle: Optional[Throttle] = None
    on_attempt: Optional[OnAttempt] = None
    recorder: Optional[Callable[[Attempt, Any, int], object]] = None
    max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES
    clock: Clock = SYSTEM_CLOCK
    on_secret: Callable[[str], object] = str


def clock_from_environment() -> Clock:
    """Return the system's clock, with the maximum delay of the environment's `SCALE_API_MAX_DELAY`.

    Raises:
        ScaleInvalidArgument: If that is not a number of seconds.
    """
    text = os.environ.get("SCALE_API_MAX_DELAY")
    if not text:
        return SYSTEM_CLOCK
    try:
        max_delay = float(text)
    except ValueError:
        max_delay = float("nan")
    if not max_delay >= 0:
        raise ScaleInvalidArgument(
            f"SCALE_API_MAX_DELAY must be a number of seconds (0 or more), got {text!r}"
        )
    return Clock(max_delay=max_delay)


def validate_timeout(timeout: Any) -> Timeout:
    """Return a valid timeout as it was given."""
    parts = timeout if isinstance(timeout, tuple) and len(timeout) == 2 else (timeout,)
    for part in parts:
        if part is not None and not (is_number(part) and 0 < part <= MAX_TIMEOUT):
            raise ScaleInvalidArgument(
                f"timeout must be a number of seconds over 0 (and up to {MAX_TIMEOUT:.0f}), "
                f"a pair of them (connect, read) or None for no limit, got {timeout!r}"
            )
    checked: Timeout = timeout
    return checked


def validate_on_attempt(on_attempt: Any) -> Optional[OnAttempt]:
    """Return a callback, or None for none."""
    if on_attempt is not None and not callable(on_attempt):
        raise ScaleInvalidArgument(
            f"on_attempt must be a function of one Attempt, or None, got {on_attempt!r}"
        )
    checked: Optional[OnAttempt] = on_attempt
    return checked


def validate_max_response_bytes(limit: Any) -> int:
    """Return a valid bound of response bodies."""
    if not is_int(limit) or limit < 1:
        raise ScaleInvalidArgument(
            f"max_response_bytes must be a whole number of bytes over 0, got {limit!r}"
        )
    checked: int = limit
    return checked
