"""What the sandbox was asked."""

import json
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Deque, Dict, List, Optional

from . import times

KEPT_HITS = 10_000
KEPT_BYTES = 1024 * 1024


@dataclass
class Hit:
    """One request as it arrived, without its key.

    Attributes:
        method: the HTTP method.
        path: the raw path, `/v1` and escapes included.
        query: the decoded parameters, each a list of its values in order.
        headers: all of them but Authorization.
        content: the body, cut after 1 MiB; empty for an upload.
        form: of an upload, the fields, and for each file its name and size.
        status: what was answered; None until then, and for good when the connection was dropped.
        at: when it arrived, as a timestamp of the API.
    """

    method: str
    path: str
    query: Dict[str, List[str]]
    headers: Dict[str, str]
    content: bytes = field(default=b"", repr=False)
    form: Optional[Dict[str, Any]] = None
    status: Optional[int] = None
    at: str = field(default_factory=lambda: times.stamp(times.now()))

    @property
    def body(self) -> Any:
        """The JSON sent, or an upload's form; other bytes as they are; None without a body."""
        if self.form is not None or not self.content:
            return self.form
        try:
            return json.loads(self.content)
        except ValueError:
            return self.content


class HitLog:
    """The last requests, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hits: Deque[Hit] = deque(maxlen=KEPT_HITS)

    def add(self, hit: Hit) -> None:
        """Note a request."""
        with self._lock:
            self._hits.append(hit)

    def as_list(self) -> List[Hit]:
        """A copy."""
        with self._lock:
            return list(self._hits)

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._hits.clear()
