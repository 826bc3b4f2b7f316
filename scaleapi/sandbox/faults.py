"""Fault injection: rules that make matching requests fail."""

from __future__ import annotations

import dataclasses
import json
import random
import re
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Optional
from urllib.parse import unquote

from .http.errors import error_body


@dataclass
class FaultRule:
    """Which requests fail, when, and how.

    Attributes:
        method: HTTP method, or `*` for any.
        path_glob: Path relative to the instance URL, such as `/task/*`; `*` matches any text.
        status: HTTP status of the response; None for that of the true response.
        times: How many more requests fail; None for no limit.
        headers: Additional headers of the response.
        delay: Delay before the response, in seconds.
        drop: Close the connection instead of sending a response.
        after_processing: Process the request first, then fail.
        body: Body of the response; None for Scale's error body.
        content_type: Media type of that body.
        truncated: Send half of the response, true or not, and close the connection.
        rate: Share of the matching requests that fail, from 0 to 1.
        seed: Seed of the random numbers for `rate`; the same seed selects the same requests.
        per_second: Number of requests per second that succeed; the others get 429 with
            `Retry-After: 1`, or what the other fields say.

    Raises:
        ValueError: If a field is invalid; the message names it.
    """

    method: str = "*"
    path_glob: str = "*"
    status: Optional[int] = None
    times: Optional[int] = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0
    drop: bool = False
    after_processing: bool = False
    body: Optional[str] = None
    content_type: str = "application/json"
    truncated: bool = False
    rate: float = 1
    seed: int = 0
    per_second: Optional[int] = None

    def __post_init__(self) -> None:
        for name, (is_valid, constraint) in _CONSTRAINTS.items():
            value = getattr(self, name)
            if not is_valid(value):
                raise ValueError(f"{name} must be {constraint}, got {value!r}")
        is_limit = self.per_second is not None
        if self.status is None and not (self.delay or self.drop or self.truncated or is_limit):
            raise ValueError("status must be given without delay, drop, truncated and per_second")
        if is_limit and not (self.status or self.drop or self.truncated):
            self.status = 429
        pattern = ".*".join(re.escape(part) for part in self.path_glob.split("*"))
        self._path = re.compile(pattern, re.DOTALL)
        self._random = random.Random(self.seed)
        self._succeeded_at: deque[float] = deque()  # of the last second, monotonic

    def matches(self, method: str, path: str) -> bool:
        """Return whether a request with this method and raw path matches."""
        return self.method.upper() in ("*", method) and bool(
            self._path.fullmatch(unquote(_relative(path)))
        )

    def should_fire(self) -> bool:
        """Return whether the request that has just matched is to fail."""
        if self.per_second is not None:
            now = time.monotonic()
            while self._succeeded_at and self._succeeded_at[0] <= now - 1:
                self._succeeded_at.popleft()
            if len(self._succeeded_at) < self.per_second:
                self._succeeded_at.append(now)
                return False
        return self._random.random() < self.rate

    def body_text(self) -> str:
        """Return the body of the response."""
        if self.body is not None or self.status is None:
            return self.body or ""
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Unusual status"
        return json.dumps(error_body(self.status, f"{phrase} (asked for by a fault rule)"))

    def response_headers(self) -> dict[str, str]:
        """Return the headers of the response."""
        limit = {} if self.per_second is None else {"Retry-After": "1"}
        return {"Content-Type": self.content_type, **limit, **self.headers}

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON."""
        return {**dataclasses.asdict(self), "headers": dict(self.headers)}


class FaultRegistry:
    """The rules in force, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[FaultRule] = []

    def add(self, *faults: FaultRule) -> None:
        """Add rules after those in force."""
        with self._lock:
            self._faults.extend(faults)

    def match(self, method: str, path: str) -> FaultRule | None:
        """Return the first rule that fires for a request, and count it as used once.

        Args:
            method: HTTP method of the request.
            path: Raw path of the request.

        Returns:
            The rule, or None if the request is not to fail.
        """
        with self._lock:
            for index, fault in enumerate(self._faults):
                if fault.matches(method, path) and fault.should_fire():
                    if fault.times is not None:
                        fault.times -= 1
                        if not fault.times:
                            del self._faults[index]
                    return fault
        return None

    def as_list(self) -> list[FaultRule]:
        """Return the rules in force, oldest first."""
        with self._lock:
            return list(self._faults)

    def clear(self) -> None:
        """Remove all rules."""
        with self._lock:
            self._faults.clear()


def parse_faults(items: Any) -> list[FaultRule]:
    """Make rules of a JSON list.

    Args:
        items: A list of objects with the fields of `FaultRule`.

    Returns:
        A rule per object.

    Raises:
        ValueError: If the list or one of its rules is invalid; the message has its number.
    """
    if not isinstance(items, list):
        raise ValueError("the faults must be a JSON list of objects")
    return [_parse_fault(item, number) for number, item in enumerate(items, 1)]


def _parse_fault(item: Any, number: int) -> FaultRule:
    try:
        if not isinstance(item, dict):
            raise ValueError(f"must be an object, got {item!r}")
        for key in item:
            if key not in _CONSTRAINTS:
                raise ValueError(f"unknown key {key!r}; valid keys: {', '.join(_CONSTRAINTS)}")
        return FaultRule(**item)
    except ValueError as exc:
        raise ValueError(f"fault {number}: {exc}") from None


def _relative(path: str) -> str:
    """Return a path relative to the instance URL; one outside it, such as v2's, unchanged."""
    return path[len("/v1") :] if path.startswith("/v1/") else path


def _is_number(value: object, types: Any = (int, float)) -> bool:
    return isinstance(value, types) and not isinstance(value, bool)


def _is_header_text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and all(ord(char) < 256 for char in value)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


# For each field: whether a value is valid, and what a valid one is.
_CONSTRAINTS: dict[str, tuple[Any, str]] = {
    "method": (lambda value: isinstance(value, str) and value, "an HTTP method or '*'"),
    "path_glob": (
        lambda value: isinstance(value, str) and value.startswith(("/", "*")),
        "a path such as '/task/*'",
    ),
    "status": (
        lambda value: value is None or (_is_number(value, int) and 200 <= value <= 599),
        "None or from 200 to 599",
    ),
    "times": (
        lambda value: value is None or (_is_number(value, int) and value >= 1),
        "None or 1 or more",
    ),
    "headers": (
        lambda value: (
            isinstance(value, Mapping)
            and all(_is_header_text(text) for pair in value.items() for text in pair)
        ),
        "a mapping of strings to strings, each one line",
    ),
    "delay": (
        lambda value: _is_number(value) and 0 <= value <= threading.TIMEOUT_MAX,
        "0 or more seconds",
    ),
    "drop": (_is_bool, "True or False"),
    "after_processing": (_is_bool, "True or False"),
    "body": (lambda value: value is None or isinstance(value, str), "None or a string"),
    "content_type": (lambda value: _is_header_text(value) and value, "a media type"),
    "truncated": (_is_bool, "True or False"),
    "rate": (lambda value: _is_number(value) and 0 <= value <= 1, "from 0 to 1"),
    "seed": (lambda value: _is_number(value, int), "an integer"),
    "per_second": (
        lambda value: value is None or (_is_number(value, int) and value >= 1),
        "None or 1 or more",
    ),
}
