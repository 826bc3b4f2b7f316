"""Failures on request: calls that match a fault go wrong in the way that it says."""

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
    """What goes wrong, for which calls, and when.

    Attributes:
        method: an HTTP method, or `*` for any.
        path_glob: relative to the instance address, e.g. `/task/*`; `*` stands for any text.
        status: the status answered instead, or None for the true answer.
        times: how many more calls this hits; None for ever.
        headers: added to the failure's answer.
        delay: seconds to wait before answering.
        drop: close the connection instead of answering.
        after_processing: do what was asked first, and fail then.
        body: the failure's body; Scale's error body without one.
        content_type: of that body.
        truncated: send half of the answer, true or not, and close the connection.
        rate: the part of the calls that this hits, from 0 to 1.
        seed: of the dice for `rate`; the same seed hits the same calls.
        per_second: let so many calls through in any second; the others get 429 with
            `Retry-After: 1`, or what the fault says instead.
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
        for argument, is_right, wanted in _checks(self):
            if not is_right:
                raise ValueError(f"{argument} must be {wanted}, not {getattr(self, argument)!r}")
        if self.per_second is not None and not (self.status or self.drop or self.truncated):
            self.status = 429
        pattern = ".*".join(re.escape(part) for part in self.path_glob.split("*"))
        self._path = re.compile(pattern, re.DOTALL)
        self._dice = random.Random(self.seed)
        self._passed: deque[float] = deque()

    def matches(self, method: str, path: str) -> bool:
        """Whether a call with this method and raw path is meant."""
        return self.method.upper() in ("*", method) and bool(
            self._path.fullmatch(unquote(relative(path)))
        )

    def should_fire(self) -> bool:
        """Whether the call that has just matched goes wrong."""
        if self.per_second is not None:
            now = time.monotonic()
            while self._passed and self._passed[0] <= now - 1:
                self._passed.popleft()
            if len(self._passed) < self.per_second:
                self._passed.append(now)
                return False
        return self._dice.random() < self.rate

    def body_text(self) -> str:
        """The body of the failure's answer."""
        if self.body is not None or self.status is None:
            return self.body or ""
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Unusual status"
        return json.dumps(error_body(self.status, f"{phrase} (asked for by a fault rule)"))

    def as_dict(self) -> dict[str, Any]:
        """The fault as JSON has it."""
        return {**dataclasses.asdict(self), "headers": dict(self.headers)}


class FaultRegistry:
    """The faults in force, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[FaultRule] = []

    def add(self, *faults: FaultRule) -> None:
        """Let each fault hit the calls that match and that no earlier one hits."""
        with self._lock:
            self._faults.extend(faults)

    def match(self, method: str, path: str) -> Optional[FaultRule]:
        """The fault that this call falls under, used up by one; None when it shall go well."""
        with self._lock:
            for number, fault in enumerate(self._faults):
                if fault.matches(method, path) and fault.should_fire():
                    if fault.times is not None:
                        fault.times -= 1
                        if not fault.times:
                            del self._faults[number]
                    return fault
        return None

    def as_list(self) -> list[FaultRule]:
        """A copy."""
        with self._lock:
            return list(self._faults)

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._faults.clear()


def read_faults(items: Any) -> list[FaultRule]:
    """The faults that a JSON list holds.

    Raises:
        ValueError: If the list or one of its faults is invalid; the message says which and why.
    """
    if not isinstance(items, list):
        raise ValueError("the faults must be a JSON list of objects")
    return [_read_fault(item, number) for number, item in enumerate(items, 1)]


def _read_fault(item: Any, number: int) -> FaultRule:
    known = [each.name for each in dataclasses.fields(FaultRule)]
    try:
        if not isinstance(item, dict):
            raise ValueError(f"it must be an object, not {item!r}")
        for key in item:
            if key not in known:
                raise ValueError(f"there is no key {key!r}; a fault may have {', '.join(known)}")
        return FaultRule(**item)
    except ValueError as exc:
        raise ValueError(f"fault {number}: {exc}") from None


def relative(path: str) -> str:
    """A path as seen from the instance address: `/task/x` for `/v1/task/x`; others as they are."""
    return path[len("/v1") :] if path.startswith("/v1/") else path


def _checks(fault: FaultRule) -> list[Any]:
    """For each argument of a fault: its name, whether it is right, and what would be."""
    number = (int, float)
    does_something = (
        fault.status is not None
        or fault.delay
        or fault.drop
        or fault.truncated
        or fault.per_second is not None
    )
    return [
        ("method", _is(str, fault.method) and fault.method, "an HTTP method or '*'"),
        (
            "path_glob",
            _is(str, fault.path_glob) and fault.path_glob[:1] in ("/", "*"),
            "a path such as '/task/*'",
        ),
        (
            "status",
            fault.status is None or _is(int, fault.status) and 200 <= fault.status <= 599,
            "None or from 200 to 599",
        ),
        (
            "times",
            fault.times is None or _is(int, fault.times) and fault.times >= 1,
            "None or 1 or more",
        ),
        ("headers", _are_header_lines(fault.headers), "a mapping of texts to texts, each one line"),
        (
            "delay",
            _is(number, fault.delay) and 0 <= fault.delay <= threading.TIMEOUT_MAX,
            "0 or more seconds",
        ),
        ("drop", _is(bool, fault.drop), "True or False"),
        ("after_processing", _is(bool, fault.after_processing), "True or False"),
        ("body", fault.body is None or _is(str, fault.body), "None or a string"),
        (
            "content_type",
            _is(str, fault.content_type) and fault.content_type and _is_line(fault.content_type),
            "a media type",
        ),
        ("truncated", _is(bool, fault.truncated), "True or False"),
        ("rate", _is(number, fault.rate) and 0 <= fault.rate <= 1, "from 0 to 1"),
        ("seed", _is(int, fault.seed), "a whole number"),
        (
            "per_second",
            fault.per_second is None or _is(int, fault.per_second) and fault.per_second >= 1,
            "None or 1 or more",
        ),
        (
            "status",
            does_something,
            "given when there is no delay, drop, truncated or per_second",
        ),
    ]


def _is(kind: Any, value: object) -> bool:
    """Like isinstance, but True and False are no numbers."""
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _are_header_lines(headers: object) -> bool:
    return isinstance(headers, Mapping) and all(
        isinstance(text, str) and _is_line(text) for pair in headers.items() for text in pair
    )


def _is_line(text: str) -> bool:
    """Whether a header can hold this."""
    return text.isprintable() and all(ord(sign) < 256 for sign in text)


def headers_of(fault: FaultRule) -> dict[str, str]:
    """The headers of the failure's answer."""
    limit = {} if fault.per_second is None else {"Retry-After": "1"}
    return {"Content-Type": fault.content_type, **limit, **fault.headers}
