"""Log of received requests."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Optional

from .http import json_limits, timestamps

MAX_REQUESTS = 10_000
MAX_STORED_BODY_BYTES = 1024 * 1024  # per request
MAX_TOTAL_BYTES = 256 * 1024 * 1024  # of all requests together


@dataclass
class RecordedRequest:
    """One request as received, without its key.

    Attributes:
        method: HTTP method.
        path: Raw path, with `/v1` and percent-encoded.
        query: Decoded parameters; each has a list of its values in order.
        headers: All headers but Authorization.
        content: The body, truncated to 1 MiB; empty for an upload, and until it is received.
        form: Fields of an upload; a file is an object of its name and size.
        status: HTTP status of the response; None until then, or if the connection was dropped.
        received_at: When the request was received, as a timestamp of the API.
    """

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    content: bytes = field(default=b"", repr=False)
    form: Optional[dict[str, Any]] = None
    status: Optional[int] = None
    received_at: str = field(default_factory=timestamps.current)

    @property
    def body(self) -> Any:
        """The parsed JSON or an upload's form; the bytes if not JSON; None without a body."""
        if self.form is not None or not self.content:
            return self.form
        try:
            return json_limits.loads(self.content)
        except ValueError:
            return self.content


class RequestLog:
    """The latest requests, oldest first, within limits of number and size.

    The last request is always kept.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: OrderedDict[int, RecordedRequest] = OrderedDict()
        self._sizes: dict[int, int] = {}
        self._total_size = 0

    def add(self, request: RecordedRequest) -> None:
        """Add a request, and evict the oldest if there are too many."""
        with self._lock:
            self._requests[id(request)] = request
            self._measure_and_evict(request)

    def update_size(self, request: RecordedRequest) -> None:
        """Measure a request again once its body is received; an evicted one is ignored."""
        with self._lock:
            if id(request) in self._requests:
                self._measure_and_evict(request)

    def as_list(self) -> list[RecordedRequest]:
        """Return the requests, oldest first."""
        with self._lock:
            return list(self._requests.values())

    def clear(self) -> None:
        """Remove all requests."""
        with self._lock:
            self._requests.clear()
            self._sizes.clear()
            self._total_size = 0

    def _measure_and_evict(self, request: RecordedRequest) -> None:
        size = _size_of(request)
        self._total_size += size - self._sizes.get(id(request), 0)
        self._sizes[id(request)] = size
        while len(self._requests) > 1 and (
            len(self._requests) > MAX_REQUESTS or self._total_size > MAX_TOTAL_BYTES
        ):
            oldest, _ = self._requests.popitem(last=False)
            self._total_size -= self._sizes.pop(oldest)


def _size_of(request: RecordedRequest) -> int:
    """Return the approximate size of a request in bytes."""
    mappings = (request.query, request.headers, request.form or {})
    texts = [str(text) for mapping in mappings for pair in mapping.items() for text in pair]
    return len(request.path) + len(request.content) + sum(map(len, texts))
