"""The connections: one pooled session a process, kept alive, none of them used stale.

Two things happen to a kept-alive connection while nobody looks: a middlebox forgets it, after which
a request on it hangs, and the server closes it just as a request goes out. Against the first no
connection is used again after `MAX_IDLE_SECONDS`; against the second a GET that met it goes out
again on another connection, since nothing was answered and a GET changes nothing.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from typing import Any, Dict, List, Optional, Tuple

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import MaxRetryError, ProtocolError, ReadTimeoutError

from .urllib3_hooks import Connection, Limits, TLSConnection

POOL_SIZE = 64
MAX_IDLE_SECONDS = 60.0


def _keep_alive_options() -> List[Any]:
    options: List[Any] = [*Connection.default_socket_options]
    options.append((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1))
    # Not every system has the finer settings; where they are missing the system's own hold.
    for name, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options


class _InHand(threading.local):
    """What a thread is sending: pools are shared, so it can't be kept on them."""

    limits = Limits()
    was_open = False


class _FreshConnections(HTTPConnectionPool):
    """A connection pool that hands out no connection that has been idle for long."""

    ConnectionCls = Connection

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_hand = _InHand()

    def _get_conn(self, timeout: Optional[float] = None) -> Any:
        connection: Any = super()._get_conn(timeout)
        idle_since = connection.idle_since
        if idle_since is not None and time.monotonic() - idle_since > MAX_IDLE_SECONDS:
            connection.close()  # urllib3 opens it again
        connection.limits = self._in_hand.limits
        self._in_hand.was_open = connection.sock is not None
        return connection

    def _put_conn(self, connection: Any) -> None:
        if connection is not None:
            connection.idle_since = time.monotonic()
            if self.pool is not None and self.pool.full():
                connection.close()  # urllib3 would do the same, and log a warning
                return
        super()._put_conn(connection)

    def _raise_timeout(self, err: Any, *args: Any, **kwargs: Any) -> None:
        try:
            super()._raise_timeout(err, *args, **kwargs)
        except ReadTimeoutError as error:
            raise error from err  # urllib3 1.26 doesn't say so, and _faults must know

    def urlopen(self, method: str, *args: Any, **kwargs: Any) -> Any:
        self._in_hand.limits = Limits.of(kwargs["timeout"])
        kwargs["enforce_content_length"] = True  # urllib3 1.26 takes half an answer for a whole one
        while True:
            try:
                return super().urlopen(method, *args, **kwargs)
            except (ProtocolError, MaxRetryError) as error:
                # Ends at the latest when the pool holds no open connection any more.
                if method != "GET" or not self._in_hand.was_open or not _gone(error):
                    raise


class _FreshTLSConnections(_FreshConnections, HTTPSConnectionPool):
    """The same over TLS."""

    ConnectionCls = TLSConnection


_GONE = (
    ConnectionResetError,  # also RemoteDisconnected, which tells of a clean end
    BrokenPipeError,
    ConnectionAbortedError,
    ssl.SSLEOFError,
    ssl.SSLZeroReturnError,
)


def _gone(error: Exception) -> bool:
    """Whether the connection was gone before an answer came."""
    reason = getattr(error, "reason", None) or error
    return any(isinstance(each, _GONE) for each in reason.args)


class _Adapter(HTTPAdapter):
    """requests' adapter over such pools, its own retries off."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, socket_options=_keep_alive_options())
        self._use_fresh_connections(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if proxy.lower().startswith("socks"):  # its pools are a kind of their own
            return super().proxy_manager_for(proxy, **kwargs)
        manager = super().proxy_manager_for(proxy, **kwargs, socket_options=_keep_alive_options())
        self._use_fresh_connections(manager)
        return manager

    @staticmethod
    def _use_fresh_connections(manager: Any) -> None:
        manager.pool_classes_by_scheme = {"http": _FreshConnections, "https": _FreshTLSConnections}


class _ByTrust(BaseAdapter):
    """An adapter for each way to verify and to be known.

    requests before 2.32 would use a connection again that was opened under another.
    """

    def __init__(self) -> None:
        super().__init__()
        self._adapters: Dict[str, _Adapter] = {}

    def send(self, *args: Any, **settings: Any) -> requests.Response:
        """The answer to a prepared request."""
        trust = repr((settings["verify"], settings["cert"]))
        adapter = self._adapters.get(trust) or self._adapters.setdefault(
            trust, _Adapter(pool_connections=8, pool_maxsize=POOL_SIZE)
        )
        return adapter.send(*args, **settings)

    def close(self) -> None:
        """Close all connections."""
        for adapter in self._adapters.values():
            adapter.close()


def new_session() -> requests.Session:
    """A session that reads nothing from the environment and keeps `POOL_SIZE` connections."""
    session = requests.Session()
    session.trust_env = False
    for prefix in ("http://", "https://"):
        session.mount(prefix, _ByTrust())
    return session


class SharedSession:
    """The session that a client and those derived from it share.

    A forked process must not talk over its parent's sockets, so each process gets its own; one that
    was unpickled or copied deeply starts without any.
    """

    def __init__(self) -> None:
        self._sessions: Dict[int, requests.Session] = {}

    def get(self) -> requests.Session:
        """The open session of this process."""
        pid = os.getpid()
        session = self._sessions.get(pid)
        # No lock, which a fork could leave taken for ever: setdefault is atomic, and a session that
        # lost the race has opened nothing yet.
        return session or self._sessions.setdefault(pid, new_session())

    def close(self) -> None:
        """Close the pooled connections; the next call opens new ones."""
        session = self._sessions.pop(os.getpid(), None)
        if session is not None:
            session.close()

    def __reduce__(self) -> Tuple[Any, Tuple[()]]:
        return SharedSession, ()
