"""The HTTP server: cheroot, on a socket of this machine, in threads that end with the process."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
from typing import Any

from cheroot import wsgi
from cheroot.server import HTTPConnection, HTTPRequest

from .chunked import ChunkedReader
from .errors import ConnectionDropped, error_body

log = logging.getLogger("scaleapi.sandbox")

IDLE_SECONDS = 75  # longer than the client keeps an idle connection
STOP_SECONDS = 1
MAX_HEAD = 64 * 1024  # bytes of a request before its body
DRAIN_SECONDS = 5  # after a refusal, for a client that is still sending
MAX_DRAIN_BYTES = 1024 * MAX_HEAD


class Server:
    """Serves an app until it is stopped.

    Raises:
        OSError, OverflowError: from `bind`, when the address can't be had.
    """

    def __init__(self, app: Any, host: str, port: int) -> None:
        self._http = _Http(
            (host, port),
            app,
            request_queue_size=256,
            timeout=IDLE_SECONDS,
            shutdown_timeout=STOP_SECONDS,
        )
        self._bound, self._serving = threading.Event(), threading.Event()
        self._problem: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="sandbox server", daemon=True)

    def bind(self) -> tuple[str, int]:
        """Open the socket; returns its host and port. Who connects waits until `serve`."""
        self._thread.start()
        self._bound.wait()
        if self._problem is not None:
            self.stop()
            raise self._problem
        host, port = self._http.bind_addr[:2]
        return host, port

    def serve(self) -> None:
        """Answer requests."""
        self._serving.set()

    def stop(self) -> None:
        """Close the socket and all connections, and end the threads."""
        self._http.stop()
        self.serve()  # which ends at once
        self._thread.join()
        # cheroot registers each server here, which would keep it, and the data, for ever.
        getattr(logging, "statistics", {}).pop(f"Cheroot HTTPServer {id(self._http)}", None)

    def _run(self) -> None:
        # The worker threads are made in here because they become daemons in a daemon only.
        try:
            self._http.prepare()
        except Exception as exc:
            self._problem = exc
            return
        finally:
            self._bound.set()
        self._serving.wait()
        self._http.serve()


class _Request(HTTPRequest):
    """Refuses what is hardly HTTP, or too much of it, as the app refuses invalid requests."""

    def parse_request(self) -> None:
        """Read the head; what is wrong with it is answered here, and the connection ends."""
        super().parse_request()
        if not self.ready:
            self._drain()

    def read_request_headers(self) -> bool:
        """Read the headers; false when they have been refused."""
        if not super().read_request_headers():  # type: ignore[no-untyped-call]
            return False
        if not self.inheaders.get(b"Content-Length", b"0").isdigit():  # int() takes "-5", "1_0"
            self.simple_response("400 Bad Request", "Malformed Content-Length header")
            return False
        return True

    def simple_response(self, status: Any, msg: str = "") -> None:
        """Refuse the request; `status` is the number and its phrase."""
        number, _, phrase = status.partition(" ")
        body = json.dumps(error_body(int(number), msg or phrase))
        head = (
            f"{self.server.protocol} {status}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.close_connection = True
        with contextlib.suppress(OSError):  # the client has gone
            self.conn.wfile.write((head + body).encode("ascii"))

    def _drain(self) -> None:
        """Read on, within reason: a client that is still sending would not see the refusal."""
        with contextlib.suppress(OSError):
            self.conn.socket.shutdown(socket.SHUT_WR)
            self.conn.socket.settimeout(DRAIN_SECONDS)
            for _ in range(MAX_DRAIN_BYTES // MAX_HEAD):
                if not self.conn.socket.recv(MAX_HEAD):
                    return


class _Gateway(wsgi.Gateway_10):
    """Lets the app end the connection without an answer, and reads a body in chunks our way."""

    def __init__(self, req: Any) -> None:
        if req.chunked_read:
            req.rfile = ChunkedReader(req.conn.rfile)
        super().__init__(req)

    def respond(self) -> None:
        try:
            super().respond()
        except ConnectionDropped:
            self.req.sent_headers = True
            self.req.close_connection = True
        body = self.req.rfile
        if isinstance(body, ChunkedReader) and not body.ended:  # the next request can't be found
            self.req.close_connection = True


class _Connection(HTTPConnection):
    RequestHandlerClass = _Request

    def communicate(self) -> bool:
        """Handle a request, and report when this connection no longer occupies its thread."""
        try:
            keep_open: bool = super().communicate()  # type: ignore[no-untyped-call]
            return keep_open
        finally:
            self.server.release_thread()

    def close(self) -> None:
        """Close the socket, and give up what a client that has gone away did not read."""
        super().close()
        with contextlib.suppress(OSError):  # else raised again when it is garbage, as a warning
            self.wfile.close()


class _Http(wsgi.Server):
    """A server whose thread pool grows with the connections that occupy a thread.

    Incomplete requests and delayed responses occupy one each, idle connections none. cheroot does
    not grow its pool by itself, and its count of idle threads is inexact while one is taking work.
    """

    ConnectionClass = _Connection
    max_request_header_size = MAX_HEAD
    keep_alive_conn_limit = 1_000_000  # idle ones cost no thread
    expiration_interval = 0.1  # also the time that stopping takes at most

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.gateway = _Gateway
        self._lock = threading.Lock()
        self._occupied = 0  # threads, by connections queued or being handled

    def process_conn(self, conn: Any) -> None:
        """Give a connection to a thread once bytes have arrived on it, a new one included."""
        if conn.last_used is None:
            self.put_conn(conn)
            return
        with self._lock:
            self._occupied += 1
            if self._occupied > self.numthreads:
                self._double_threads()
        super().process_conn(conn)

    def release_thread(self) -> None:
        """Count the thread of a connection as free again."""
        with self._lock:
            self._occupied -= 1

    def _double_threads(self) -> None:
        # Not one by one: grow() may sleep for 0.1 seconds until the new threads are ready.
        try:
            self.requests.grow(self.numthreads)
        except RuntimeError as exc:  # the system's limit: the connection waits for a thread
            log.warning("the thread pool can't grow: %s", exc)
        else:
            self.numthreads *= 2

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """Into our own log, not to stderr."""
        log.log(level, msg, exc_info=traceback)

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: Any) -> socket.socket:
        """Bind, and don't leave the socket open where that fails."""
        try:
            socket_.bind(bind_addr)
        except Exception:
            socket_.close()
            raise
        return socket_
