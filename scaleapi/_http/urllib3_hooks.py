"""Everything that leans on private parts of urllib3 and http.client.

Connections: every wait on them is bounded by the request's own timeout and by the call's deadline,
none is reused stale or with bytes on it that belong to no request, and a response that is cut short
is never taken for a whole one.

Two things happen to a kept-alive connection while it is idle: a middlebox forgets it, after which a
request on it hangs, and the server closes it just as a request goes out. Against the first no
connection is reused after `MAX_IDLE_SECONDS`; against the second a GET that met it is sent again on
another connection, since no byte of a response came and a GET changes nothing.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import threading
from collections import OrderedDict
from functools import cache
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from urllib3 import connection as urllib3_connection
from urllib3._collections import HTTPHeaderDict
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)
from urllib3.util import Timeout

from .options import SYSTEM_CLOCK

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection, HTTPSConnection
else:
    # Where this is imported while vcrpy has put its own in their place, those name the originals.
    HTTPConnection = urllib3_connection.HTTPConnection
    HTTPConnection = getattr(HTTPConnection, "_baseclass", HTTPConnection)
    HTTPSConnection = urllib3_connection.HTTPSConnection
    HTTPSConnection = getattr(HTTPSConnection, "_baseclass", HTTPSConnection)

MAX_IDLE_SECONDS = 60.0
MAX_INTERIM_RESPONSES = 32
MAX_POOLS = 8  # of one adapter
MAX_HEADER_LINE = 65536  # bytes, as in http.client
MAX_HEADERS = 100
_HEX_DIGITS = b"0123456789abcdefABCDEF"


class IODeadline(NamedTuple):
    """How long the waits of one request may take.

    A socket's timeout bounds one wait only, so that a server which sends a byte now and then could
    hold a call forever. Where a call has a deadline, each read and each write gets the time left.

    Attributes:
        per_operation: Seconds for each part that is sent or received, None for no limit.
        deadline: When all must have ended, on the monotonic clock; None for no limit.
    """

    per_operation: Optional[float] = None
    deadline: Optional[float] = None

    @classmethod
    def from_timeout(cls, timeout: Timeout) -> IODeadline:
        """Return that of a request that starts now."""
        total: Any = timeout.total
        deadline = None if total is None else SYSTEM_CLOCK.monotonic() + total
        return cls(timeout.read_timeout, deadline)

    def remaining(self) -> Optional[float]:
        """Return the seconds that the next wait may take, None for no limit.

        Raises:
            socket.timeout: If the deadline has passed.
        """
        if self.deadline is None:
            return self.per_operation
        remaining = self.deadline - SYSTEM_CLOCK.monotonic()
        if remaining <= 0:
            raise socket.timeout("the deadline has passed")
        return remaining if self.per_operation is None else min(self.per_operation, remaining)


class _DeadlineReader(io.RawIOBase):
    """What a socket receives, within a deadline.

    Attributes:
        paused: Whether nothing more is read from the socket.
    """

    def __init__(self, raw: Any, sock: socket.socket, io_deadline: IODeadline) -> None:
        self._raw = raw
        self._sock = sock
        self._io_deadline = io_deadline
        self.paused = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Optional[int]:
        if self.paused:
            return None
        if self._io_deadline.deadline is not None:
            self._sock.settimeout(self._io_deadline.remaining())
        received: Optional[int] = self._raw.readinto(buffer)
        return received

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Head(http.client.HTTPMessage):
    """Headers of strings only, which email's policy would check one by one for surrogates."""

    def items(self) -> list[tuple[str, str]]:
        """Return names and values, in the order in which they arrived."""
        return list(self._headers)  # type: ignore[attr-defined]

    def get(self, name: str, failobj: Any = None) -> Any:
        """Return the first value of a name, `failobj` where there is none."""
        name = name.lower()
        for each, value in self._headers:  # type: ignore[attr-defined]
            if each.lower() == name:
                return value
        return failobj


class _StrictResponse(HTTPResponse):
    """A response that ends where its framing says, and nowhere else.

    http.client takes the end of the stream for the end of the headers, an interim response for the
    final one, and much for a number that is none.
    """

    def __init__(self, sock: socket.socket, connection: _StrictConnection, **options: Any) -> None:
        super().__init__(sock, **options)
        file: Any = self.fp
        self._connection = connection
        self._reader = _DeadlineReader(file.detach(), sock, connection.io_deadline)
        self.fp = io.BufferedReader(self._reader)
        connection.is_tainted = False

    def begin(self) -> None:
        """Read the head of the final response."""
        if self.headers is not None:
            return
        version, status, reason = self._read_status()
        if not version.startswith("HTTP/1."):
            raise http.client.UnknownProtocol(version)
        self.version = 10 if version == "HTTP/1.0" else 11
        self.code = self.status = status
        self.reason = reason.strip()
        self.headers = self.msg = self._read_headers()
        self._read_framing()

    def _read_status(self) -> tuple[str, int, str]:
        """Read the status line of the final response: interim ones (1xx) are skipped."""
        for _ in range(MAX_INTERIM_RESPONSES):
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status == http.client.SWITCHING_PROTOCOLS:
                raise http.client.HTTPException("the server switched protocols, unasked")
            if not 100 <= status < 200:
                return version, status, reason
            self._read_headers()
        raise http.client.HTTPException(f"over {MAX_INTERIM_RESPONSES} interim responses")

    def _read_headers(self) -> http.client.HTTPMessage:
        """Read header lines up to the blank line; far quicker than email.parser, and stricter."""
        fields: list[tuple[str, str]] = []
        file: Any = self.fp
        while True:
            line: bytes = file.readline(MAX_HEADER_LINE + 1)
            if len(line) > MAX_HEADER_LINE:
                raise http.client.LineTooLong("header line")
            if not line.endswith(b"\n"):
                raise http.client.IncompleteRead(line)
            text = line.decode("latin-1").rstrip("\r\n")
            if not text:
                break
            if text[0] in " \t" and fields:  # folded, RFC 9112, section 5.2
                fields[-1] = (fields[-1][0], f"{fields[-1][1]} {text.strip()}")
                continue
            name, colon, value = text.partition(":")
            if not colon or not name.strip() or len(fields) >= MAX_HEADERS:
                raise http.client.HTTPException(f"invalid header line: {text[:80]!r}")
            fields.append((name.strip(), value.strip(" \t")))
        message = _Head()
        message._headers = fields  # type: ignore[attr-defined]
        return message

    def _read_framing(self) -> None:
        """Find out where the body ends (RFC 9112, section 6.3)."""
        codings = self.headers.get("Transfer-Encoding", "").strip().lower()
        if codings not in ("", "chunked"):
            raise http.client.HTTPException(f"unknown Transfer-Encoding: {codings[:80]!r}")
        self.chunked = codings == "chunked"
        self.chunk_left = None
        self.will_close = self._check_close()  # type: ignore[attr-defined]
        length = self._content_length()
        bodiless = self.status in (204, 304) or self._method == "HEAD"  # type: ignore[attr-defined]
        self.length = 0 if bodiless else None if self.chunked else length
        if not self.will_close and not self.chunked and self.length is None:
            self.will_close = True

    def _content_length(self) -> Optional[int]:
        lengths = self.headers.get_all("Content-Length") or ()
        if len(lengths) == 1 and _is_number(lengths[0]):
            return int(lengths[0])
        values = {value.strip() for length in lengths for value in length.split(",")}
        if len(values) > 1 or not all(map(_is_number, values)):
            raise http.client.HTTPException(f"invalid Content-Length: {', '.join(lengths)[:80]!r}")
        return int(values.pop()) if values else None

    def _read_next_chunk_size(self) -> int:
        file: Any = self.fp
        line: bytes = file.readline(MAX_HEADER_LINE + 1)
        size = line.partition(b";")[0].strip(b" \t\r\n")
        if not line.endswith(b"\n") or not size or size.strip(_HEX_DIGITS) or len(size) > 16:
            raise http.client.HTTPException(f"invalid chunk size: {line[:80]!r}")
        return int(size, 16)

    def _get_chunk_left(self) -> Optional[int]:
        """Return the bytes left of the chunk, None at the end of the body."""
        if not self.chunk_left:
            if self.chunk_left is not None and self._safe_read(2) != b"\r\n":  # type: ignore[attr-defined]
                raise http.client.HTTPException("no end of line after a chunk")
            self.chunk_left = self._read_next_chunk_size()
            if self.chunk_left == 0:
                self._read_headers()  # the trailer section
                self._close_conn()
                self.chunk_left = None
        return self.chunk_left

    def _close_conn(self) -> None:
        """End the response; what came after it belongs to no request."""
        file: Any = self.fp
        if file is not None and not file.closed:
            self._reader.paused = True
            if file.peek(1):
                self._connection.is_tainted = True
        super()._close_conn()  # type: ignore[misc]


class _StrictConnection(HTTPConnection):
    """A connection that keeps to the deadline of the request it is used for.

    Attributes:
        io_deadline: That of the request in flight.
        idle_since: When it was last used, on the monotonic clock.
        is_tainted: Whether bytes have arrived on it that belong to no request.
    """

    debuglevel = 0  # http.client would print all headers, and the key with them
    io_deadline = IODeadline()
    idle_since: Optional[float] = None
    is_tainted = False

    _raw_socket: Optional[socket.socket] = None  # what TLS goes over, if any

    def _new_conn(self) -> socket.socket:
        self._raw_socket = self._open_socket()
        return self._raw_socket

    def _open_socket(self) -> socket.socket:
        return super()._new_conn()

    def connect(self) -> None:
        """Open the connection, TLS and a proxy's tunnel included."""
        try:
            super().connect()
        except BaseException as error:
            error.request_not_sent = True  # type: ignore[attr-defined]  # for classify_error
            if self._raw_socket is not None:
                self._raw_socket.close()  # urllib3 1.26 forgets it where TLS fails
            raise

    def send(self, data: Any) -> None:
        """Send one part: urllib3 would allow it no more time than it takes to connect."""
        if self.sock is not None:
            self.sock.settimeout(self.io_deadline.remaining())
        super().send(data)

    def response_class(self, sock: socket.socket, **options: Any) -> HTTPResponse:  # type: ignore[override]
        """Read a response."""
        return _StrictResponse(sock, self, **options)

    @property
    def is_reusable(self) -> bool:
        """Whether nothing has arrived since the last response, and it was not idle for long."""
        if self.is_tainted or self._pending():
            return False
        return (
            self.idle_since is None
            or SYSTEM_CLOCK.monotonic() - self.idle_since <= MAX_IDLE_SECONDS
        )

    def _pending(self) -> bool:
        """Whether TLS holds decrypted bytes, which `select` does not see."""
        pending = getattr(self.sock, "pending", None)
        try:
            return bool(pending and pending())
        except (OSError, ValueError):
            return True


class _StrictTLSConnection(_StrictConnection, HTTPSConnection):
    """The same over TLS."""


class _ThreadState(threading.local):
    """State of the current thread's request; pools are shared between threads."""

    io_deadline = IODeadline()
    reused_connection = False


class _StrictPool(HTTPConnectionPool):
    """A connection pool that hands out no connection that is stale or tainted."""

    _original: Any = HTTPConnectionPool
    _strict: Any = _StrictConnection

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._thread = _ThreadState()

    @property
    def ConnectionCls(self) -> Any:  # type: ignore[override]  # noqa: N802
        """The class of connections: ours, or what a tool has put in the place of urllib3's."""
        current = self._original.ConnectionCls
        replaced = not (isinstance(current, type) and issubclass(self._strict, current))
        return current if replaced else self._strict

    def _get_conn(self, timeout: Optional[float] = None) -> Any:
        connection: Any = super()._get_conn(timeout)
        self._thread.reused_connection = getattr(connection, "sock", None) is not None
        if isinstance(connection, _StrictConnection):
            if not connection.is_reusable:
                connection.close()  # urllib3 opens it again
            connection.io_deadline = self._thread.io_deadline
            self._thread.reused_connection = connection.sock is not None
        return connection

    def _put_conn(self, connection: Any) -> None:
        if isinstance(connection, _StrictConnection):
            connection.idle_since = SYSTEM_CLOCK.monotonic()
            is_full = self.pool is not None and self.pool.full()
            if connection.is_tainted or is_full:
                connection.close()
            if is_full:
                return  # urllib3 would close it too, and log a warning
        super()._put_conn(connection)

    def _raise_timeout(self, err: Any, *args: Any, **kwargs: Any) -> None:
        try:
            super()._raise_timeout(err, *args, **kwargs)
        except ReadTimeoutError as error:
            raise error from err  # urllib3 1.26 does not say so, and classify_error must know

    def urlopen(self, method: str, *args: Any, **kwargs: Any) -> Any:
        self._thread.io_deadline = IODeadline.from_timeout(kwargs["timeout"])
        kwargs["enforce_content_length"] = True  # urllib3 1.26 takes half a body for a whole one
        while True:
            try:
                return super().urlopen(method, *args, **kwargs)
            except (ProtocolError, MaxRetryError) as error:
                # Ends at the latest when the pool holds no open connection any more.
                if method != "GET" or not self._thread.reused_connection:
                    raise
                if not _is_stale_connection_error(error):
                    raise


class _StrictTLSPool(_StrictPool, HTTPSConnectionPool):  # type: ignore[override]
    """The same over TLS."""

    _original = HTTPSConnectionPool
    _strict = _StrictTLSConnection


_STALE_CONNECTION_ERRORS = (
    ConnectionResetError,  # also RemoteDisconnected, raised at a clean end
    BrokenPipeError,
    ConnectionAbortedError,
    ssl.SSLEOFError,
    ssl.SSLZeroReturnError,
)


def _is_stale_connection_error(error: Exception) -> bool:
    """Whether the connection was closed before a response came."""
    reason = getattr(error, "reason", None) or error
    return any(isinstance(arg, _STALE_CONNECTION_ERRORS) for arg in reason.args)


@cache
def _socks_pools() -> dict[str, type[Any]]:
    """Return the pools of connections through a SOCKS proxy; PySocks is optional."""
    from urllib3.contrib import socks

    from . import socks_proxy

    class _SOCKSConnection(_StrictConnection, socks.SOCKSConnection):
        """A connection through a SOCKS proxy, negotiated within the time to connect."""

        def _open_socket(self) -> socket.socket:
            try:
                return socks_proxy.connect(
                    (self.host.strip("[]"), self.port),
                    self._socks_options,
                    self.timeout,
                    self.socket_options or (),
                )
            except OSError as error:
                cause = getattr(error, "socket_err", None) or error
                if isinstance(cause, socket.timeout):
                    message = f"no connection within {self.timeout} s"
                    raise ConnectTimeoutError(self, message) from error
                raise NewConnectionError(self, f"no connection: {cause}") from error

    class _SOCKSTLSConnection(_SOCKSConnection, socks.SOCKSHTTPSConnection):
        """The same over TLS."""

    class _SOCKSPool(_StrictPool, socks.SOCKSHTTPConnectionPool):  # type: ignore[override]
        _original = socks.SOCKSHTTPConnectionPool
        _strict = _SOCKSConnection

    class _SOCKSTLSPool(_StrictPool, socks.SOCKSHTTPSConnectionPool):  # type: ignore[override]
        _original = socks.SOCKSHTTPSConnectionPool
        _strict = _SOCKSTLSConnection

    return {"http": _SOCKSPool, "https": _SOCKSTLSPool}


class PooledAdapter(HTTPAdapter):
    """requests' adapter over such pools, without retries of its own.

    All its requests have one `verify` and one `cert`, so that the pool of an origin is looked up
    and set up once; requests would do both for every request.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._pools: dict[tuple[str, ...], Any] = {}
        super().__init__(*args, **kwargs)

    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        find = super().get_connection_with_tls_context
        return self._pool(request.url, proxies, lambda: find(request, verify, proxies, cert))

    def get_connection(  # type: ignore[override]
        self, url: str, proxies: Any = None
    ) -> Any:  # before requests 2.32
        find = super().get_connection
        return self._pool(url, proxies, lambda: find(url, proxies))

    def _pool(self, url: str, proxies: Any, find: Callable[[], Any]) -> Any:
        key = (_origin(url), *(str(proxy) for pair in (proxies or {}).items() for proxy in pair))
        pool = self._pools.get(key)
        if pool is None or pool.pool is None:  # closed
            if len(self._pools) >= MAX_POOLS:
                self._pools.clear()
            self._pools[key] = pool = find()
        return pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        if not getattr(conn, "is_set_up", False):
            super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
            conn.is_set_up = True

    def request_url(self, request: Any, proxies: Any) -> str:
        if proxies:
            return super().request_url(request, proxies)
        target = request.url[len(_origin(request.url)) :].partition("#")[0]
        return f"/{target.lstrip('/')}"  # one that begins with "//" would be read as an address

    def close(self) -> None:
        self._pools.clear()
        super().close()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, socket_options=_keep_alive_options())
        self._use_strict_pools(self.poolmanager)

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        """Return requests' response; most have no cookie, for which requests looks twice."""
        if "Set-Cookie" in resp.headers:
            return super().build_response(req, resp)
        response = requests.Response()
        response.status_code, response.reason = resp.status, resp.reason
        response.headers = copy_headers(resp.headers)
        response.encoding = get_encoding_from_headers(response.headers)
        response.raw, response.url, response.request = resp, req.url, req
        response.connection = self
        return response

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        while proxy not in self.proxy_manager and len(self.proxy_manager) >= MAX_POOLS:
            self.proxy_manager.pop(next(iter(self.proxy_manager))).clear()
        manager = super().proxy_manager_for(proxy, **kwargs, socket_options=_keep_alive_options())
        if proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _socks_pools()
        else:
            self._use_strict_pools(manager)
        return manager

    @staticmethod
    def _use_strict_pools(manager: Any) -> None:
        manager.pool_classes_by_scheme = {"http": _StrictPool, "https": _StrictTLSPool}


def _is_number(text: str) -> bool:
    """Whether this is a number of bytes that can be counted."""
    return text.isascii() and text.isdigit() and len(text) <= 18


def _origin(url: str) -> str:
    """Return scheme, host and port of a prepared address."""
    end = url.find("/", url.find("://") + 3)
    return url if end < 0 else url[:end]


def _keep_alive_options() -> list[Any]:
    options: list[Any] = [*HTTPConnection.default_socket_options]
    options.append((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1))
    # Not every system has the finer settings; where they are missing the system's own hold.
    for name, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options


def empty_response(headers: Any, status: int, reason: str) -> urllib3.HTTPResponse:
    """Return a response without a body, in the place of one that holds a secret."""
    return urllib3.HTTPResponse(b"", HTTPHeaderDict(headers), status, reason=reason)


def is_decoded_whole(raw: Any) -> bool:
    """Whether a compressed body ended where its compression says; True where it is none."""
    decoder = getattr(raw, "_decoder", None)
    return all(_is_at_end(each) for each in getattr(decoder, "_decoders", [decoder]))


def _is_at_end(decoder: Any) -> bool:
    state = getattr(decoder, "_state", None)
    if state is not None and getattr(state, "name", state) in ("SWALLOW_DATA", 2):
        return True  # garbage after a whole member, which other clients accept as well
    decompressor: Any = getattr(decoder, "_obj", None)
    if hasattr(decompressor, "is_finished"):  # brotli
        return bool(decompressor.is_finished())
    return bool(getattr(decompressor, "eof", True))


def copy_headers(headers: Any) -> CaseInsensitiveDict[str]:
    """Return CaseInsensitiveDict(headers), which by itself puts in one header at a time."""
    if type(headers) is CaseInsensitiveDict:
        store = headers._store.copy()  # type: ignore[attr-defined]
    elif type(headers) is HTTPHeaderDict:
        store = OrderedDict(
            (lower, (name, ", ".join(values)))
            for lower, (name, *values) in headers._container.items()
        )
    else:
        return CaseInsensitiveDict(headers)
    copied: CaseInsensitiveDict[str] = CaseInsensitiveDict.__new__(CaseInsensitiveDict)
    copied._store = store  # type: ignore[attr-defined]
    return copied
