"""Callbacks: what Scale would post to the caller's own server after an event."""

from __future__ import annotations

import ipaddress
import json
import logging
import queue
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

import requests
from urllib3.exceptions import LocationParseError
from urllib3.util import Timeout, parse_url

log = logging.getLogger("scaleapi.sandbox")

AUTH_HEADER = "scale-callback-auth"
AUTH_VALUE = "sandbox-callback-auth"
TIMEOUT: Any = Timeout(3, connect=1)  # seconds: 1 to connect, 3 for an attempt as a whole
RETRY_DELAYS = (0.1, 0.4)  # seconds; Scale makes up to 20 attempts in 24 hours
STOP_SECONDS = 4  # longer than an attempt
MAX_CALLBACKS, MAX_TOTAL_BYTES = 10_000, 256 * 1024 * 1024  # of those that are kept
MAX_RESPONSE_BYTES = 64 * 1024  # of a body that is read, and discarded

OnDelivered = Callable[[bool], None]
_Queue = queue.Queue[Optional[tuple["Callback", OnDelivered, threading.Event]]]


@dataclass
class Callback:
    """One callback.

    Attributes:
        url: URL to post to.
        body: JSON of the request.
        headers: Own headers of the request; the receiver compares `scale-callback-auth`.
        sent: Whether it is sent at all; by default only to loopback addresses.
        status: HTTP status of the response; None while pending, or without a response.
        error: Why the last attempt got no response.
        attempts: Number of attempts; another is made only if there was no 2xx.
    """

    url: str
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=lambda: {AUTH_HEADER: AUTH_VALUE})
    sent: bool = False
    status: Optional[int] = None
    error: Optional[str] = None
    attempts: int = 0


class Callbacks:
    """Sends callbacks from one thread, in order, and keeps the latest.

    Each is attempted until a 2xx, at most three times, before the next one, so that the events of
    a task are reported in their order.

    Args:
        scope: "loopback" to send to this machine only, "all" to send anywhere.

    Raises:
        ValueError: If `scope` is invalid.
    """

    def __init__(self, scope: str = "loopback") -> None:
        if scope not in ("loopback", "all"):
            raise ValueError(f"callbacks must be 'loopback' or 'all', got {scope!r}")
        self._scope = scope
        self._lock = threading.Lock()
        self._callbacks: deque[tuple[Callback, int]] = deque()
        self._total_size = 0
        self._queue: _Queue = queue.Queue()
        self._cancelled = threading.Event()  # set to discard what is queued
        self._thread: Optional[threading.Thread] = None

    def send(self, url: str, body: dict[str, Any], on_delivered: OnDelivered) -> None:
        """Queue a callback.

        Args:
            url: URL to post to; one that is not HTTP, or out of scope, is recorded only.
            body: JSON of the request.
            on_delivered: Called from the thread with whether there was a 2xx.
        """
        is_sent = is_http(url) and (self._scope == "all" or is_loopback(url))
        callback = Callback(url, body, sent=is_sent)
        size = len(json.dumps(body))
        with self._lock:
            self._callbacks.append((callback, size))
            self._total_size += size
            while len(self._callbacks) > 1 and (
                len(self._callbacks) > MAX_CALLBACKS or self._total_size > MAX_TOTAL_BYTES
            ):
                self._total_size -= self._callbacks.popleft()[1]
            if is_sent:
                self._queue.put((callback, on_delivered, self._cancelled))
                self._start()
        if not is_sent:
            log.info("callback to %r recorded, not sent", url)

    def as_list(self) -> list[Callback]:
        """Return the latest callbacks, oldest first."""
        with self._lock:
            return [callback for callback, _ in self._callbacks]

    def clear(self) -> None:
        """Forget all callbacks; pending ones are not sent."""
        with self._lock:
            self._callbacks.clear()
            self._total_size = 0
            self._discard_pending()

    def stop(self) -> None:
        """Send no more, and wait up to `STOP_SECONDS` for the attempt in progress."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._discard_pending()
            self._queue.put(None)
            self._queue = queue.Queue()  # for the next thread, as this one may still be busy
        if thread is not None and thread is not threading.current_thread():
            thread.join(STOP_SECONDS)

    def _discard_pending(self) -> None:
        self._cancelled.set()
        self._cancelled = threading.Event()
        try:
            while True:
                self._queue.get_nowait()
        except queue.Empty:
            pass

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(
                target=_run, args=(self._queue,), name="sandbox callbacks", daemon=True
            )
            self._thread.start()


def _run(pending: _Queue) -> None:
    with requests.Session() as session:
        session.trust_env = False
        while True:
            item = pending.get()
            if item is None:
                return
            callback, on_delivered, cancelled = item
            try:
                delivered = _deliver(session, callback, cancelled)
                if delivered or not cancelled.is_set():  # a discarded one has not failed
                    on_delivered(delivered)
            except Exception:
                log.exception("callback to %r failed", callback.url)


def is_http(url: str) -> bool:
    """Return whether this is an HTTP URL, not an e-mail address."""
    return url.lower().startswith(("http://", "https://"))


def is_loopback(url: str) -> bool:
    """Return whether the host of a URL is a loopback address or localhost."""
    try:
        host = (parse_url(url).host or "").strip("[]")  # as requests parses it when it connects
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except (ValueError, LocationParseError):
        return False


def _deliver(session: requests.Session, callback: Callback, cancelled: threading.Event) -> bool:
    """Return whether one of the attempts had a 2xx."""
    for delay in (0, *RETRY_DELAYS):
        if cancelled.wait(delay):
            break
        _attempt(session, callback)
        if callback.status is not None and 200 <= callback.status < 300:
            return True
    return False


def _attempt(session: requests.Session, callback: Callback) -> None:
    """Make one attempt, abandoned if the whole response takes longer than the timeout.

    The timeout of requests bounds each wait for bytes, not all of them together. So the attempt
    gets a thread of its own.
    """
    callback.attempts += 1
    callback.status = callback.error = None
    results: queue.Queue[tuple[Optional[int], Optional[str]]] = queue.Queue()
    threading.Thread(
        target=lambda: results.put(_post(session, callback)),
        name="sandbox callback attempt",
        daemon=True,
    ).start()
    try:
        callback.status, callback.error = results.get(timeout=TIMEOUT.total)
    except queue.Empty:
        callback.error = f"no complete response within {TIMEOUT.total} seconds"
    if callback.error is not None:
        log.warning("callback to %r got no response: %s", callback.url, callback.error)


def _post(session: requests.Session, callback: Callback) -> tuple[Optional[int], Optional[str]]:
    """Return the status of the response, or why there is none."""
    try:
        with session.post(
            callback.url,
            json=callback.body,
            headers=callback.headers,
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as response:
            response.raw.read(MAX_RESPONSE_BYTES)
            return response.status_code, None
    except Exception as exc:  # of requests, urllib3 or, for some addresses, Python itself
        return None, str(exc)
