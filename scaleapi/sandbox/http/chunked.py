"""A request's body that comes in chunks.

cheroot's own reader takes a chunk into memory whole, however large, and leaves the end of the body
on the connection, where a thread then waits for a next request that may never come.
"""

from __future__ import annotations

import re
from typing import Any

_SIZE = re.compile(rb"[0-9a-f]{1,16}", re.IGNORECASE)
_MAX_LINE = 4096


class ChunkedReader:
    """Reads such a body from a connection.

    Attributes:
        ended: whether all of it was read, so that another request may follow.
    """

    def __init__(self, source: Any) -> None:
        self._source = source
        self._left = 0  # bytes of the chunk that has begun
        self.ended = False

    def read(self, size: int) -> bytes:
        """At most so many bytes of the body, and none only at its end.

        Raises:
            ValueError: this is no such body, or not all of it.
        """
        if not self._left and not self.ended:
            self._begin()
        size = min(size, self._left)
        data: bytes = self._source.read(size)
        if len(data) < size:
            raise ValueError("the body ends within a chunk")
        self._left -= size
        if size and not self._left and self._line():
            raise ValueError("a chunk is longer than its size says")
        return data

    def _begin(self) -> None:
        size = self._line().partition(b";")[0].strip()
        if not _SIZE.fullmatch(size):
            raise ValueError(f"a chunk has the size {size!r}")
        self._left = int(size, 16)
        if not self._left:
            while self._line():  # headers that follow the body; nobody asks for them
                pass
            self.ended = True

    def _line(self) -> bytes:
        line: bytes = self._source.readline(_MAX_LINE)
        if not line.endswith(b"\r\n"):
            raise ValueError("a line between the chunks has no end")
        return line[:-2]
