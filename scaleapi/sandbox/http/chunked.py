"""A request's body in chunked transfer coding (RFC 9112, section 7.1).

cheroot's own reader holds a whole chunk in memory, however large, and does not read the end of the
body, so that a thread then waits for a next request that may never come.
"""

from __future__ import annotations

import re
from typing import Any

_SIZE = re.compile(rb"[0-9a-f]{1,16}", re.IGNORECASE)
_MAX_LINE = 4096  # bytes


class ChunkedReader:
    """Decodes a chunked body.

    Args:
        source: The connection's file object.

    Attributes:
        ended: Whether the whole body was read, so that another request may follow.
    """

    def __init__(self, source: Any) -> None:
        self._source = source
        self._remaining = 0  # bytes of the current chunk
        self.ended = False

    def read(self, size: int) -> bytes:
        """Read up to `size` bytes; none means the end of the body.

        Raises:
            ValueError: If the coding is invalid or the body is truncated.
        """
        if not self._remaining and not self.ended:
            self._start_chunk()
        size = min(size, self._remaining)
        data: bytes = self._source.read(size)
        if len(data) < size:
            raise ValueError("the body ends within a chunk")
        self._remaining -= size
        if size and not self._remaining and self._read_line():
            raise ValueError("a chunk is longer than its size")
        return data

    def _start_chunk(self) -> None:
        size = self._read_line().partition(b";")[0].strip()
        if not _SIZE.fullmatch(size):
            raise ValueError(f"the size of a chunk must be hexadecimal, got {size!r}")
        self._remaining = int(size, 16)
        if not self._remaining:
            while self._read_line():  # trailers are ignored
                pass
            self.ended = True

    def _read_line(self) -> bytes:
        line: bytes = self._source.readline(_MAX_LINE)
        if not line.endswith(b"\r\n"):
            raise ValueError("a line between the chunks has no end")
        return line[:-2]
