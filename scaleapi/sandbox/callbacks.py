"""Callbacks: what Scale would post to the caller's own server when something has happened."""

import ipaddress
import logging
import queue
import threading
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional, Tuple

import requests
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from .store import Doc

log = logging.getLogger("scaleapi.sandbox")

AUTH_HEADER = "scale-callback-auth"
AUTH_VALUE = "sandbox-callback-auth"
TIMEOUT = (1, 2)

Note = Callable[[bool], None]


@dataclass
class Callback:
    """One callback.

    Attributes:
        url: where it belongs.
        body: the JSON of it.
        headers: its own headers; the receiver compares `scale-callback-auth`.
        sent: whether it goes out at all; only loopback addresses get any, unless told otherwise.
        status: what the receiver answered; None while under way or when no answer came.
        error: why no answer came.
    """

    url: str
    body: Doc
    headers: Dict[str, str] = field(default_factory=lambda: {AUTH_HEADER: AUTH_VALUE})
    sent: bool = False
    status: Optional[int] = None
    error: Optional[str] = None


class Callbacks:
    """Sends callbacks from a thread of its own, one after the other, and remembers them all.

    Args:
        reach: "loopback" to send to this machine only, "all" to send anywhere.
    """

    def __init__(self, reach: str = "loopback") -> None:
        if reach not in ("loopback", "all"):
            raise ValueError(f"callbacks must be 'loopback' or 'all', not {reach!r}")
        self._reach = reach
        self._lock = threading.Lock()
        self._all: List[Callback] = []
        self._queue: queue.Queue[Optional[Tuple[Callback, Note]]] = queue.Queue()
        self._thread: Optional[threading.Thread] = None

    def send(self, url: str, body: Doc, note: Note) -> None:
        """Post `body` to `url` soon, and tell `note` whether that went well."""
        callback = Callback(url, body, sent=is_web(url) and (self._reach == "all" or is_local(url)))
        with self._lock:
            self._all.append(callback)
            if callback.sent:
                self._queue.put((callback, note))
                self._start()
        if not callback.sent:
            log.info("callback to %s recorded, not sent", url)

    def as_list(self) -> List[Callback]:
        """All of them, oldest first."""
        with self._lock:
            return list(self._all)

    def clear(self) -> None:
        """Forget them; those still waiting are not sent."""
        with self._lock:
            self._all.clear()
            _empty(self._queue)

    def stop(self) -> None:
        """Send no more, and wait until the one under way has ended."""
        with self._lock:
            thread, self._thread = self._thread, None
            _empty(self._queue)
            if thread is not None:
                self._queue.put(None)
        if thread is not None and thread is not threading.current_thread():
            thread.join(sum(TIMEOUT) + 1)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sandbox callbacks", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while True:
                item = self._queue.get()
                if item is None:
                    return
                callback, note = item
                try:
                    _post(session, callback)
                    note(callback.status is not None and 200 <= callback.status < 300)
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


def _post(session: requests.Session, callback: Callback) -> None:
    try:
        answer = session.post(
            callback.url,
            json=callback.body,
            headers=callback.headers,
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        callback.status = answer.status_code
    except (requests.RequestException, ValueError) as problem:
        callback.error = str(problem)
        log.warning("callback to %s got no answer: %s", callback.url, problem)


def _empty(waiting: "queue.Queue[Any]") -> None:
    try:
        while True:
            waiting.get_nowait()
    except queue.Empty:
        pass
