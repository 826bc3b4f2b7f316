"""When a call is retried, and after which delay."""

from __future__ import annotations

import time
from collections.abc import Iterable
from email.utils import mktime_tz, parsedate_tz
from typing import Any, NamedTuple, Optional, TypeVar

from ._validation import is_int, is_number
from .exceptions import ScaleInvalidArgument

T = TypeVar("T")

RETRIED_STATUSES = frozenset([408, 429, *range(500, 531)])
RETRIED_METHODS = frozenset(["GET", "POST", "PUT", "DELETE"])


class _Settings(NamedTuple):
    # Not a dataclass: that would add a twentieth to the time that importing the package takes.
    total: int
    backoff_factor: float
    backoff_max: float
    jitter: float
    retry_after_max: float
    deadline: Optional[float]
    statuses: frozenset[int]
    methods: frozenset[str]


class RetryPolicy(_Settings):
    """When a call is retried, and after which delay: an immutable value.

    Args:
        total: Retries at most; 0 sends everything once.
        backoff_factor: Scale of the delays in seconds; 2 gives 1, 2, 4, 8 ...
        backoff_max: The longest such delay in seconds.
        jitter: Share of each delay, 0 to 1, that is taken off at random, so that clients that
            failed together do not retry together.
        retry_after_max: The longest `Retry-After` in seconds that is obeyed; where the server asks
            for more, the call fails at once with the server's own error.
        deadline: Seconds that the whole call may take, delays included; None for no limit.
        statuses: HTTP statuses that are retried, any iterable; by default 408, 429 and 500 to 530.
        methods: HTTP methods that are retried, any iterable; by default GET, POST, PUT and DELETE.

    Raises:
        ScaleInvalidArgument: If a setting is invalid. It is a ValueError.
    """

    __slots__ = ()

    def __new__(
        cls,
        total: int = 3,
        backoff_factor: float = 2,
        backoff_max: float = 60,
        jitter: float = 0.25,
        retry_after_max: float = 60,
        deadline: Optional[float] = None,
        statuses: Iterable[int] = RETRIED_STATUSES,
        methods: Iterable[str] = RETRIED_METHODS,
    ) -> RetryPolicy:
        """Validate the settings, which the class describes."""
        delays = (backoff_factor, backoff_max, jitter, retry_after_max, deadline)
        upper = frozenset(method.upper() for method in _frozen("methods", methods, str))
        policy = super().__new__(cls, total, *delays, _frozen("statuses", statuses, int), upper)
        policy._check()
        return policy

    def replace(self, **changes: Any) -> RetryPolicy:
        """Return a copy with the given settings replaced."""
        return type(self)(**{**self._asdict(), **changes})

    def _check(self) -> None:
        if not is_int(self.total):
            raise ScaleInvalidArgument(f"total must be a whole number, got {self.total!r}")
        for name in ("total", "backoff_factor", "backoff_max", "retry_after_max"):
            if not is_number_at_least(0, getattr(self, name)):
                raise ScaleInvalidArgument(f"{name} must be 0 or more, got {getattr(self, name)!r}")
        if not (is_number_at_least(0, self.jitter) and self.jitter <= 1):
            raise ScaleInvalidArgument(f"jitter must be between 0 and 1, got {self.jitter!r}")
        if self.deadline is not None and not (
            is_number_at_least(0, self.deadline) and self.deadline
        ):
            raise ScaleInvalidArgument(
                f"deadline must be a number of seconds over 0, or None for no limit, "
                f"got {self.deadline!r}"
            )

    def backoff(self, retry: int) -> float:
        """Return the delay in seconds before retry number `retry` (1 is the first), unjittered."""
        return min(self.backoff_factor * 2.0 ** min(retry - 2, 60), self.backoff_max)

    def delay(
        self, retry: int, retry_after: Optional[float], jitter_sample: float
    ) -> Optional[float]:
        """Return the delay in seconds before retry number `retry`.

        Args:
            retry: 1 is the first.
            retry_after: Seconds that the response's `Retry-After` asks for; None where it has none
                that can be read.
            jitter_sample: A random number from 0 to 1: the share of `jitter` that is taken off.

        Returns:
            The delay, or None where the server asks for more than `retry_after_max`.
        """
        if retry_after is None:
            return self.backoff(retry) * (1 - self.jitter * jitter_sample)
        return retry_after if retry_after <= self.retry_after_max else None


def _frozen(name: str, values: Any, item_type: type[T]) -> frozenset[T]:
    """Return an iterable as a set; it may be a generator, which can be read only once."""
    if isinstance(values, Iterable) and not isinstance(values, str):
        items = list(values)
        if all(isinstance(item, item_type) for item in items):
            return frozenset(items)
    raise ScaleInvalidArgument(f"{name} must be a set of {item_type.__name__}, got {values!r}")


def is_number_at_least(minimum: float, value: Any) -> bool:
    """Return whether a value is a number, not a boolean, and at least `minimum`."""
    return is_number(value) and value >= minimum


def parse_retry_after(retry_after: Optional[str], date: Optional[str] = None) -> Optional[float]:
    """Return the seconds that a `Retry-After` header asks for (RFC 9110, section 10.2.3).

    Args:
        retry_after: The header: seconds, or a date; None where there is none.
        date: The response's `Date` header. A date is measured against it, since the local clock
            may be wrong.

    Returns:
        The seconds, 0 or more; None where the header is absent or unreadable.
    """
    value = (retry_after or "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value)
        return seconds if seconds < float("inf") else None
    retry_at = _parse_http_date(value)
    if retry_at is None:
        return None
    now = _parse_http_date(date or "")
    return max(retry_at - (time.time() if now is None else now), 0.0)


def _parse_http_date(value: str) -> Optional[float]:
    try:
        parsed = parsedate_tz(value)
        return None if parsed is None else float(mktime_tz(parsed))
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
