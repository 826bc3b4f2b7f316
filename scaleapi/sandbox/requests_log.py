"""Log of received requests."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Optional

from .http import json_limits, timestamps

MAX_REQUESTS = 10_000
MAX_STORED_BODY_BYTES = 1024 * 1024  # of one body
MAX_TOTAL_BYTES = 256 * 1024 * 1024  # bytes of all requests together


@dataclass
class RecordedRequest:
    """One request as it arrived, without its key.

    Attributes:
        method: the HTTP method.
        path: the raw path, `/v1` and escapes included.
        query: the decoded parameters, each a list of its values in order.
        headers: all of them but Authorization.
        content: the body, cut after 1 MiB; empty for an upload, and until it has arrived.
        form: of an upload, the fields, and for each file its name and size.
        status: what was answered; None until then, and for good when the connection was dropped.
        received_at: when it arrived, as a timestamp of the API.
    """

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    content: bytes = field(default=b"", repr=False)
    form: Optional[dict[str, Any]] = None
    status: Optional[int] = None
    received_at: str = field(default_factory=lambda: timestamps.current())

    @property
    def body(self) -> Any:
        """The JSON sent, or an upload's form; other bytes as they are; None without a body."""
        if self.form is not None or not self.content:
            return self.form
        try:
            return json_limits.loads(self.content)
        except ValueError:
            return self.content


class RequestLog:
    """The last requests, oldest first, as many as there is room for; the last one always."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: OrderedDict[int, RecordedRequest] = OrderedDict()
        self._sizes: dict[int, int] = {}
        self._size = 0  # of all

    def add(self, request: RecordedRequest) -> None:
        """Note a request."""
        with self._lock:
            self._requests[id(request)] = request
            self._update_size_and_evict(request)

    def update_size(self, request: RecordedRequest) -> None:
        """Say that a request has got its body; nothing happens if it is no longer kept."""
        with self._lock:
            if id(request) in self._requests:
                self._update_size_and_evict(request)

    def as_list(self) -> list[RecordedRequest]:
        """A copy."""
        with self._lock:
            return list(self._requests.values())

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._requests.clear()
            self._sizes.clear()
            self._size = 0

    def _update_size_and_evict(self, request: RecordedRequest) -> None:
        size = _size_of(request)
        self._size += size - self._sizes.get(id(request), 0)
        self._sizes[id(request)] = size
        while len(self._requests) > 1 and (
            len(self._requests) > MAX_REQUESTS or self._size > MAX_TOTAL_BYTES
        ):
            oldest, _ = self._requests.popitem(last=False)
            self._size -= self._sizes.pop(oldest)


def _size_of(request: RecordedRequest) -> int:
    """About how many bytes a request takes."""
    parts = (request.query, request.headers, request.form or {})
    texts = [str(text) for part in parts for pair in part.items() for text in pair]
    return len(request.path) + len(request.content) + sum(map(len, texts))
