"""When a call is tried again, and how long is waited first."""

from __future__ import annotations

import time
from typing import Any, FrozenSet, Iterable, NamedTuple, Optional

from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from .exceptions import ScaleInvalidArgument

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
    statuses: FrozenSet[int]
    methods: FrozenSet[str]


class RetryPolicy(_Settings):
    """When a call is tried again, and how long is waited first.

    A value: it prints, compares and never changes; `replace` makes a variant.

    Args:
        total: how many times a call is sent again, at most; 0 sends everything once.
        backoff_factor: scale of the waits in seconds; 2 gives 1, 2, 4, 8 ...
        backoff_max: the longest such wait in seconds.
        jitter: share of each wait, 0 to 1, that chance may take off, so that many clients that
            failed together do not come back together.
        retry_after_max: the longest `Retry-After` in seconds that is obeyed; where the server asks
            for more, the call fails at once with the server's own error.
        deadline: seconds that the whole call may take, its waits included; None for no bound.
        statuses: HTTP statuses that are tried again; usually 408, 429 and 500 to 530.
        methods: HTTP methods that are tried again; usually GET, POST, PUT and DELETE.

    Raises:
        ScaleInvalidArgument: a setting makes no sense. It is a ValueError.
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
        waits = (backoff_factor, backoff_max, jitter, retry_after_max, deadline)
        for name, given, kind in (("statuses", statuses, int), ("methods", methods, str)):
            several = isinstance(given, Iterable) and not isinstance(given, str)
            if not several or not all(isinstance(each, kind) for each in given):
                raise ScaleInvalidArgument(
                    f"{name} must be a set of {kind.__name__}, not {given!r}"
                )
        upper = frozenset(method.upper() for method in methods)
        policy = super().__new__(cls, total, *waits, frozenset(statuses), upper)
        policy._check()
        return policy

    def replace(self, **changes: Any) -> RetryPolicy:
        """The same but for `changes`."""
        return type(self)(**{**self._asdict(), **changes})

    def _check(self) -> None:
        if isinstance(self.total, bool) or not isinstance(self.total, int):
            raise ScaleInvalidArgument(f"total must be a whole number, not {self.total!r}")
        for name in ("total", "backoff_factor", "backoff_max", "retry_after_max"):
            if not at_least(0, getattr(self, name)):
                raise ScaleInvalidArgument(f"{name} must be 0 or more, not {getattr(self, name)!r}")
        if not (at_least(0, self.jitter) and self.jitter <= 1):
            raise ScaleInvalidArgument(f"jitter must be between 0 and 1, not {self.jitter!r}")
        if self.deadline is not None and not (at_least(0, self.deadline) and self.deadline):
            raise ScaleInvalidArgument(
                f"deadline must be a number of seconds over 0, or None for none, "
                f"not {self.deadline!r}"
            )

    def pause(self, retry: int) -> float:
        """Seconds to wait before retry number `retry` (1 is the first), before any jitter."""
        return min(self.backoff_factor * 2.0 ** min(retry - 2, 60), self.backoff_max)

    def wait(self, retry: int, retry_after: Optional[str], chance: float) -> Optional[float]:
        """Seconds to wait before retry number `retry`.

        Args:
            retry: 1 is the first.
            retry_after: the `Retry-After` header of the answer, None where there is none. Obeyed
                as it stands; ignored where it cannot be read.
            chance: a random number from 0 to 1, which decides how much of `jitter` is taken off.

        Returns:
            The wait, or None where the server asks for more than `retry_after_max`.
        """
        asked = seconds_asked(retry_after)
        if asked is None:
            return self.pause(retry) * (1 - self.jitter * chance)
        return asked if asked <= self.retry_after_max else None


def for_the_rest(policy: RetryPolicy, until: float) -> RetryPolicy:
    """The same for what is still to be done of a call that ends at `until`, monotonic clock."""
    if policy.deadline is None:
        return policy
    left = max(until - time.monotonic(), 0.001)  # of nothing a policy can't be made
    return policy.replace(deadline=left)


def at_least(least: float, value: Any) -> bool:
    """Whether this is a number, and no smaller."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and value >= least


def seconds_asked(retry_after: Optional[str]) -> Optional[float]:
    """What a `Retry-After` header asks for, in seconds; None where it is absent or unreadable."""
    if retry_after is None:
        return None
    try:
        return Retry().parse_retry_after(retry_after)
    except (InvalidHeader, ValueError, OverflowError):
        return None
