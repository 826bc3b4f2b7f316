"""One connection: every wait on it is bounded, by its own limit and by the call's deadline.

A socket's timeout bounds one wait only, so that a server which sends a byte now and then could keep
a call for ever. Where a call has a deadline, each read and each write gets what is left of it.
"""

from __future__ import annotations

import io
import socket
import time
from http.client import HTTPResponse
from typing import Any, NamedTuple, Optional

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Timeout


class Limits(NamedTuple):
    """How long the waits of one request may take."""

    part: Optional[float] = None
    """Seconds for each part that is sent or received, None without limit."""
    until: Optional[float] = None
    """When all must be over, on the monotonic clock; None without limit."""

    @classmethod
    def of(cls, timeout: Timeout) -> Limits:
        """Those of a request that starts now."""
        total: Any = timeout.total
        until = None if total is None else time.monotonic() + total
        return cls(timeout.read_timeout, until)

    def left(self) -> Optional[float]:
        """Seconds that the next wait may take, None without limit.

        Raises:
            socket.timeout: the deadline has passed.
        """
        if self.until is None:
            return self.part
        left = self.until - time.monotonic()
        if left <= 0:
            raise socket.timeout("the deadline has passed")
        return left if self.part is None else min(self.part, left)


class _BoundedReader(io.RawIOBase):
    """What a socket receives, within limits."""

    def __init__(self, raw: Any, sock: socket.socket, limits: Limits) -> None:
        self._raw = raw
        self._sock = sock
        self._limits = limits

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Optional[int]:
        self._sock.settimeout(self._limits.left())
        received: Optional[int] = self._raw.readinto(buffer)
        return received

    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundedResponse(HTTPResponse):
    """An answer whose head and body are read within limits."""

    def __init__(self, sock: socket.socket, limits: Limits, **options: Any) -> None:
        super().__init__(sock, **options)
        reader: Any = self.fp
        self.fp = io.BufferedReader(_BoundedReader(reader.detach(), sock, limits))


class Connection(HTTPConnection):
    """A connection that keeps to the limits of the request it is used for."""

    debuglevel = 0  # http.client would print all headers, and the key with them
    limits = Limits()
    idle_since: Optional[float] = None

    _plain: Optional[socket.socket] = None  # what TLS goes over, if any

    def _new_conn(self) -> socket.socket:
        plain: socket.socket = super()._new_conn()
        self._plain = plain
        return plain

    def connect(self) -> None:
        """Open the connection, TLS and a proxy's tunnel included."""
        try:
            super().connect()
        except Exception as error:
            error.before_sending = True  # type: ignore[attr-defined]  # tells _faults so
            if self._plain is not None:
                self._plain.close()  # urllib3 1.26 forgets it where TLS fails
            raise

    def send(self, data: Any) -> None:
        """Send one part: urllib3 would allow it no more time than it takes to connect."""
        if self.sock is not None:
            self.sock.settimeout(self.limits.left())
        super().send(data)

    def response_class(self, sock: socket.socket, **options: Any) -> HTTPResponse:  # type: ignore[override]
        """Read an answer."""
        if self.limits.until is None:
            return HTTPResponse(sock, **options)
        return _BoundedResponse(sock, self.limits, **options)


class TLSConnection(Connection, HTTPSConnection):
    """The same over TLS."""
