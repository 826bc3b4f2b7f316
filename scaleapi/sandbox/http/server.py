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
from .errors import ConnectionDroppedError, error_body

log = logging.getLogger("scaleapi.sandbox")

IDLE_SECONDS = 75  # longer than the client keeps an idle connection
STOP_SECONDS = 1
MAX_HEAD = 64 * 1024  # bytes of a request before its body
DRAIN_SECONDS = 5  # per read after a request was rejected, for a client that is still sending
MAX_DRAIN_BYTES = 1024 * MAX_HEAD


class Server:
    """Serves a WSGI app until it is stopped.

    Args:
        app: The WSGI app.
        host: Address to listen on.
        port: TCP port; 0 for a free one.
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
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="sandbox server", daemon=True)

    def bind(self) -> tuple[str, int]:
        """Open the socket; connections wait in its queue until `serve`.

        Returns:
            The host and port that it is bound to.

        Raises:
            OSError: If the address is not available.
            OverflowError: If the port is out of range.
        """
        self._thread.start()
        self._bound.wait()
        if self._error is not None:
            self.stop()
            raise self._error
        host, port = self._http.bind_addr[:2]
        return host, port

    def serve(self) -> None:
        """Start to process requests."""
        self._serving.set()

    def stop(self) -> None:
        """Close the socket and all connections, and end the threads."""
        self._http.stop()
        self.serve()  # so that the thread ends, if it was never called
        self._thread.join()
        # cheroot registers each server here, which would leak it and its data.
        getattr(logging, "statistics", {}).pop(f"Cheroot HTTPServer {id(self._http)}", None)

    def _run(self) -> None:
        # Prepared in this thread: the worker threads inherit its daemon flag.
        try:
            self._http.prepare()
        except Exception as exc:
            self._error = exc
            return
        finally:
            self._bound.set()
        self._serving.wait()
        self._http.serve()


class _Request(HTTPRequest):
    """Rejects malformed or oversized requests with an API-style JSON error."""

    def parse_request(self) -> None:
        """Read the head; after an error response, drain and end the connection."""
        super().parse_request()
        if not self.ready:
            self._drain()

    def read_request_headers(self) -> bool:
        """Read the headers; return False if they were rejected."""
        if not super().read_request_headers():  # type: ignore[no-untyped-call]
            return False
        if not self.inheaders.get(b"Content-Length", b"0").isdigit():  # int() takes "-5", "1_0"
            self.simple_response("400 Bad Request", "Malformed Content-Length header")
            return False
        return True

    def simple_response(self, status: Any, msg: str = "") -> None:
        """Reject the request with a status, such as "400 Bad Request", and a message."""
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
        """Read on, up to a limit: a client that is still sending could not read the response."""
        with contextlib.suppress(OSError):
            self.conn.socket.shutdown(socket.SHUT_WR)
            self.conn.socket.settimeout(DRAIN_SECONDS)
            for _ in range(MAX_DRAIN_BYTES // MAX_HEAD):
                if not self.conn.socket.recv(MAX_HEAD):
                    return


class _Gateway(wsgi.Gateway_10):
    """Lets the app close the connection without a response, and decodes chunked bodies."""

    def __init__(self, req: Any) -> None:
        if req.chunked_read:
            req.rfile = ChunkedReader(req.conn.rfile)
        super().__init__(req)

    def respond(self) -> None:
        """Run the app and send its response, if there is one."""
        try:
            super().respond()
        except ConnectionDroppedError:
            self.req.sent_headers = True
            self.req.close_connection = True
        body = self.req.rfile
        if isinstance(body, ChunkedReader) and not body.ended:  # no next request can be read
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
        """Close the socket, and discard what a client that has gone away did not read."""
        super().close()
        with contextlib.suppress(OSError):  # else a warning when it is garbage-collected
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
        """Pass a connection to a thread, a new one only once bytes have arrived."""
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
        """Write to the sandbox's log, not to stderr."""
        log.log(level, msg, exc_info=traceback)

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: Any) -> socket.socket:
        """Bind the socket, and close it if that fails."""
        try:
            socket_.bind(bind_addr)
        except Exception:
            socket_.close()
            raise
        return socket_
