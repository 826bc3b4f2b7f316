"""The shared requests.Session: one a process, and the adapters that it begins with."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, Callable, Optional

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.cookies import RequestsCookieJar

from ..exceptions import ScaleInvalidArgument
from .urllib3_hooks import PooledAdapter

POOL_SIZE = 64
MAX_TLS_CONFIGS = 16  # whose connections are kept

SessionFactory = Callable[[], requests.Session]


class PerTLSConfigAdapter(BaseAdapter):
    """Dispatch to one adapter per combination of `verify` and `cert`.

    requests before 2.32 would reuse a connection that was opened under another one.
    """

    def __init__(self) -> None:
        super().__init__()
        self._adapters: OrderedDict[str, PooledAdapter] = OrderedDict()
        self._lock = threading.Lock()

    def send(self, request: requests.PreparedRequest, **settings: Any) -> requests.Response:  # type: ignore[override]
        """Return the response to a prepared request, its body unread."""
        tls_key = repr((settings.get("verify"), settings.get("cert")))
        return self._adapter(tls_key).send(request, **settings)

    def _adapter(self, tls_key: str) -> PooledAdapter:
        with self._lock:
            adapter = self._adapters.get(tls_key)
            if adapter is None:
                adapter = PooledAdapter(pool_connections=8, pool_maxsize=POOL_SIZE)
                self._adapters[tls_key] = adapter
            self._adapters.move_to_end(tls_key)  # the least recently used goes first
            if len(self._adapters) > MAX_TLS_CONFIGS:
                _, oldest = self._adapters.popitem(last=False)
                oldest.close()  # requests in flight keep their connections until they end
        return adapter

    def close(self) -> None:
        """Close all connections."""
        for adapter in list(self._adapters.values()):
            adapter.close()


class _NoCookies(RequestsCookieJar):
    """A jar that keeps no cookie: none is ever sent back."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        pass


def new_session() -> requests.Session:
    """Return a session that reads nothing from the environment."""
    session = requests.Session()
    session.trust_env = False
    session.cookies = _NoCookies()
    # Session.send would prepare the request to which a response redirects, the key on it, even with
    # redirects off.
    session.resolve_redirects = _no_redirects  # type: ignore[method-assign]
    for prefix in ("http://", "https://"):
        session.mount(prefix, PerTLSConfigAdapter())
    return session


class ForkSafeSession:
    """The session that a client shares with those derived from it.

    A forked process must not use its parent's sockets, so each process has its own; one that was
    unpickled or copied deeply starts without any.

    Args:
        factory: Makes the session, once per process; None for the usual one.
    """

    def __init__(self, factory: Optional[SessionFactory] = None) -> None:
        if factory is not None and not callable(factory):
            raise ScaleInvalidArgument(
                f"session must be a function that makes a requests.Session, got {factory!r}"
            )
        self._factory = factory
        self._sessions: dict[int, requests.Session] = {}
        self._locks: dict[int, threading.Lock] = {}

    def get(self) -> requests.Session:
        """Return the open session of this process."""
        pid = os.getpid()
        session = self._sessions.get(pid)
        if session is None:
            # One lock per process: a fork could leave its parent's locked forever in the child.
            with self._locks.setdefault(pid, threading.Lock()):
                session = self._sessions.get(pid)
                if session is None:
                    session = self._sessions[pid] = self._make()
        return session

    def _make(self) -> requests.Session:
        if self._factory is None:
            return new_session()
        session = self._factory()
        if not hasattr(session, "send"):
            raise ScaleInvalidArgument(
                f"session must be a function that makes a requests.Session, but it made {session!r}"
            )
        for prefix in ("http://", "https://"):
            if _is_default(getattr(session, "adapters", {}).get(prefix)):
                session.mount(prefix, PerTLSConfigAdapter())
        return session

    def close(self) -> None:
        """Close the pooled connections; the next request opens new ones.

        The session stays, and with it the adapters and hooks that users have put on it.
        """
        session = self._sessions.get(os.getpid())
        if session is not None:
            session.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return ForkSafeSession, (self._factory,)


def _is_default(adapter: Any) -> bool:
    """Whether this is the adapter with which requests begins, and not one that a user mounted."""
    usual = vars(HTTPAdapter())
    settings = [name for name in usual if name.startswith("_pool_")]
    return (
        type(adapter) is HTTPAdapter
        and adapter.max_retries.total == usual["max_retries"].total
        and all(vars(adapter)[name] == usual[name] for name in settings)
    )


def _no_redirects(*args: Any, **kwargs: Any) -> Iterator[Any]:
    return iter(())
