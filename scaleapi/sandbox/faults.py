"""Failures on request: the next calls that match go wrong in the way that was asked for."""

import json
import re
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Dict, List, Mapping, Optional
from urllib.parse import unquote

from .refusals import error_body


@dataclass
class Fault:
    """What goes wrong, for which calls, and how many times more.

    Attributes:
        method: an HTTP method, or `*` for any.
        path_glob: relative to the instance address, e.g. `/task/*`; `*` stands for any text.
        status: the status answered instead, or None for the true answer, only later.
        times: how many more calls this hits.
        headers: added to the failure's answer.
        delay: seconds to wait before answering.
        drop: close the connection instead of answering.
        after: do what was asked first, and fail then.
        body: the failure's body; Scale's error body without one.
        content_type: of that body.
    """

    method: str
    path_glob: str
    status: Optional[int] = 503
    times: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0
    drop: bool = False
    after: bool = False
    body: Optional[str] = None
    content_type: str = "application/json"

    def __post_init__(self) -> None:
        for argument, is_right, wanted in _checks(self):
            if not is_right:
                raise ValueError(f"{argument} must be {wanted}, not {getattr(self, argument)!r}")
        pattern = ".*".join(re.escape(part) for part in self.path_glob.split("*"))
        self._path = re.compile(pattern, re.DOTALL)

    def matches(self, method: str, path: str) -> bool:
        """Whether a call with this method and raw path is meant."""
        return self.method.upper() in ("*", method) and bool(
            self._path.fullmatch(unquote(relative(path)))
        )

    def text(self) -> str:
        """The body of the failure's answer."""
        if self.body is not None or self.status is None:
            return self.body or ""
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Unusual status"
        return json.dumps(error_body(self.status, f"{phrase} (asked for with fail_next)"))


class Faults:
    """The failures still to come, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: List[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let `fault` hit the next calls that match and that no earlier one hits."""
        with self._lock:
            self._waiting.append(fault)

    def take(self, method: str, path: str) -> Optional[Fault]:
        """The failure for this call, used up by one; None when the call shall go well."""
        with self._lock:
            for fault in self._waiting:
                if fault.matches(method, path):
                    fault.times -= 1
                    if not fault.times:
                        self._waiting.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._waiting.clear()


def relative(path: str) -> str:
    """A path as seen from the instance address: `/task/x` for `/v1/task/x`; others as they are."""
    return path[len("/v1") :] if path.startswith("/v1/") else path


def _checks(fault: Fault) -> List[Any]:
    """For each argument of `fail_next`: its name, whether it is right, and what would be."""
    does_something = fault.status is not None or fault.delay or fault.drop
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
        ("times", _is(int, fault.times) and fault.times >= 1, "1 or more"),
        ("headers", _are_texts(fault.headers), "a mapping of texts to texts"),
        ("delay", _is((int, float), fault.delay) and fault.delay >= 0, "0 or more seconds"),
        ("drop", _is(bool, fault.drop), "True or False"),
        ("after", _is(bool, fault.after), "True or False"),
        ("body", fault.body is None or _is(str, fault.body), "None or a text"),
        ("content_type", _is(str, fault.content_type) and fault.content_type, "a media type"),
        ("status", does_something, "given when there is neither a delay nor a drop"),
    ]


def _is(kind: Any, value: object) -> bool:
    """Like isinstance, but True and False are no numbers."""
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _are_texts(headers: object) -> bool:
    return isinstance(headers, Mapping) and all(
        isinstance(text, str) for pair in headers.items() for text in pair
    )


def headers_of(fault: Fault) -> Dict[str, str]:
    """The headers of the failure's answer."""
    return {"Content-Type": fault.content_type, **fault.headers}
