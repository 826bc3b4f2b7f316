"""The HTTP server: cheroot, on a socket of this machine, in threads that end with the process."""

import contextlib
import logging
import socket
import threading
from typing import Any, Optional, Tuple

from cheroot import wsgi
from cheroot.server import HTTPConnection

from .app import Dropped, SandboxApp

log = logging.getLogger("scaleapi.sandbox")

THREADS = 64
IDLE_SECONDS = 75  # longer than the client keeps an idle connection
STOP_SECONDS = 1


class Server:
    """Serves an app until it is stopped.

    Raises:
        OSError, OverflowError: from `start`, when the address can't be had.
    """

    def __init__(self, app: SandboxApp, host: str, port: int) -> None:
        self._http = _Http(
            (host, port),
            app,
            numthreads=THREADS,
            max=THREADS,
            request_queue_size=256,
            timeout=IDLE_SECONDS,
            shutdown_timeout=STOP_SECONDS,
        )
        self._bound = threading.Event()
        self._problem: Optional[Exception] = None
        self._thread = threading.Thread(target=self._run, name="sandbox server", daemon=True)

    def start(self) -> Tuple[str, int]:
        """Accept connections; returns the host and port of the socket, bound by then."""
        self._thread.start()
        self._bound.wait()
        if self._problem is not None:
            self.stop()
            raise self._problem
        host, port = self._http.bind_addr[:2]
        return host, port

    def stop(self) -> None:
        """Close the socket and all connections, and end the threads."""
        self._http.stop()
        self._thread.join()
        # cheroot registers each server here, which would keep it, and the data, for ever.
        getattr(logging, "statistics", {}).pop(f"Cheroot HTTPServer {id(self._http)}", None)

    def _run(self) -> None:
        # The worker threads are made in here because they become daemons in a daemon only.
        try:
            self._http.prepare()
        except Exception as problem:
            self._problem = problem
            return
        finally:
            self._bound.set()
        self._http.serve()


class _Gateway(wsgi.Gateway_10):
    """Lets the app end the connection without an answer."""

    def respond(self) -> None:
        try:
            super().respond()
        except Dropped:
            self.req.sent_headers = True
            self.req.close_connection = True


class _Connection(HTTPConnection):
    def close(self) -> None:
        """Close the socket, and give up what a client that has gone away did not read."""
        super().close()
        with contextlib.suppress(OSError):  # else raised again when it is garbage, as a warning
            self.wfile.close()


class _Http(wsgi.Server):
    ConnectionClass = _Connection
    keep_alive_conn_limit = 1_000_000  # idle ones cost no thread
    expiration_interval = 0.1  # also the time that stopping takes at most

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.gateway = _Gateway

    def process_conn(self, conn: Any) -> None:
        """Give a connection to a thread once it has something to say, a new one included."""
        if conn.last_used is None:
            self.put_conn(conn)
        else:
            super().process_conn(conn)

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
