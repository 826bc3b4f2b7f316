"""Callbacks: what Scale would post to the caller's own server when something has happened."""

from __future__ import annotations

import ipaddress
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
RETRY_DELAYS = (0.1, 0.4)  # between the tries; Scale tries up to 20 times in 24 hours
STOP_SECONDS = 4  # longer than a try
MAX_CALLBACKS = 10_000
MAX_RESPONSE_BYTES = 64 * 1024  # bytes of a body that are waited for; nobody reads them

OnDelivered = Callable[[bool], None]
_Waiting = queue.Queue[Optional[tuple["Callback", OnDelivered, threading.Event]]]


@dataclass
class Callback:
    """One callback.

    Attributes:
        url: where it belongs.
        body: the JSON of it.
        headers: its own headers; the receiver compares `scale-callback-auth`.
        sent: whether it goes out at all; only loopback addresses get any, unless told otherwise.
        status: what the receiver answered; None while under way or when no answer came.
        error: why no answer came to the last try.
        attempts: how often it was tried; again only when no 2xx came.
    """

    url: str
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=lambda: {AUTH_HEADER: AUTH_VALUE})
    sent: bool = False
    status: Optional[int] = None
    error: Optional[str] = None
    attempts: int = 0


class Callbacks:
    """Sends callbacks from a thread of its own, one after the other, and remembers the last.

    Each is tried until a 2xx comes, three times at most, and before the next one: whatever
    happens to a task is reported in the order in which it happened.

    Args:
        scope: "loopback" to send to this machine only, "all" to send anywhere.
    """

    def __init__(self, scope: str = "loopback") -> None:
        if scope not in ("loopback", "all"):
            raise ValueError(f"callbacks must be 'loopback' or 'all', not {scope!r}")
        self._scope = scope
        self._lock = threading.Lock()
        self._all: deque[Callback] = deque(maxlen=MAX_CALLBACKS)
        self._queue: _Waiting = queue.Queue()
        self._ended = threading.Event()  # set once what is queued shall be given up
        self._thread: Optional[threading.Thread] = None

    def send(self, url: str, body: dict[str, Any], on_delivered: OnDelivered) -> None:
        """Post `body` to `url` soon, and tell `on_delivered` whether that went well."""
        callback = Callback(url, body, sent=is_web(url) and (self._scope == "all" or is_local(url)))
        with self._lock:
            self._all.append(callback)
            if callback.sent:
                self._queue.put((callback, on_delivered, self._ended))
                self._start()
        if not callback.sent:
            log.info("callback to %s recorded, not sent", url)

    def as_list(self) -> list[Callback]:
        """Those that are kept, oldest first."""
        with self._lock:
            return list(self._all)

    def clear(self) -> None:
        """Forget them; those still waiting are not sent."""
        with self._lock:
            self._all.clear()
            self._discard_pending()

    def stop(self) -> None:
        """Send no more, and wait a little until the one under way has ended."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._discard_pending()
            self._queue.put(None)
            self._queue = queue.Queue()  # the next thread's own: this one may take its time
        if thread is not None and thread is not threading.current_thread():
            thread.join(STOP_SECONDS)

    def _discard_pending(self) -> None:
        self._ended.set()
        self._ended = threading.Event()
        _empty(self._queue)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(
                target=_run, args=(self._queue,), name="sandbox callbacks", daemon=True
            )
            self._thread.start()


def _run(waiting: _Waiting) -> None:
    with requests.Session() as session:
        session.trust_env = False
        while True:
            item = waiting.get()
            if item is None:
                return
            callback, on_delivered, ended = item
            try:
                delivered = _deliver(session, callback, ended)
                if delivered or not ended.is_set():  # what was given up has not failed
                    on_delivered(delivered)
            except Exception:
                log.exception("callback to %s failed", callback.url)


def is_web(url: str) -> bool:
    """Whether this is an address to post to, and no e-mail address."""
    return url.lower().startswith(("http://", "https://"))


def is_local(url: str) -> bool:
    """Whether the address is this machine's own."""
    try:
        host = (parse_url(url).host or "").strip("[]")  # as requests reads it when it connects
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except (ValueError, LocationParseError):
        return False


def _deliver(session: requests.Session, callback: Callback, ended: threading.Event) -> bool:
    """Whether one of the tries had a 2xx."""
    for pause in (0, *RETRY_DELAYS):
        if ended.wait(pause):
            break
        _post(session, callback)
        if callback.status is not None and 200 <= callback.status < 300:
            return True
    return False


def _post(session: requests.Session, callback: Callback) -> None:
    """Make one attempt, and give it up where the whole response takes longer than the timeout.

    The timeout of requests bounds each wait for bytes, not all of them together. So the attempt
    gets a thread of its own, which is abandoned when it takes too long.
    """
    callback.attempts += 1
    callback.status = callback.error = None
    results: queue.Queue[tuple[Optional[int], Optional[str]]] = queue.Queue()
    threading.Thread(
        target=lambda: results.put(_attempt(session, callback)),
        name="sandbox callback attempt",
        daemon=True,
    ).start()
    try:
        callback.status, callback.error = results.get(timeout=TIMEOUT.total)
    except queue.Empty:
        callback.error = f"no complete response within {TIMEOUT.total} seconds"
    if callback.error is not None:
        log.warning("callback to %s got no answer: %s", callback.url, callback.error)


def _attempt(session: requests.Session, callback: Callback) -> tuple[Optional[int], Optional[str]]:
    """The status of the response, or why there is none."""
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


def _empty(waiting: queue.Queue[Any]) -> None:
    try:
        while True:
            waiting.get_nowait()
    except queue.Empty:
        pass
