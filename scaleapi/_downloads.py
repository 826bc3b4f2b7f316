"""One file from an address: streamed, tried again, and there only when it is whole.

Addresses come out of answers: most are those of a store of files, some are Scale's own. The key
goes to the latter only.
"""

from __future__ import annotations

import io
import random
import time
from contextlib import nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Callable, ContextManager, Dict, Iterator, Tuple
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.exceptions

from ._answers import refusal
from ._faults import fault_of, forget_frames
from ._whole_files import whole_file
from .api import MAX_REDIRECTS
from .exceptions import Attempt, ScaleConnectionError, ScaleException, ScaleInvalidArgument

if TYPE_CHECKING:
    from .api import Api

BLOCK = 256 * 1024
MAX_HOSTS = 100  # whose settings are kept
HEADERS = {"Accept-Encoding": "identity"}  # so that the length that is told is the file's

NO_KEY: Dict[str, str] = {}


class CutShort(Exception):
    """The connection broke in the middle of a file."""


class Downloads:
    """Fetches files, over the connections and with the settings of a client.

    Args:
        api: the client's transport.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._elsewhere: Dict[str, Api] = {}

    def save(self, address: str, path: Path) -> None:
        """Write what is at an address to a file, which takes its name when it is whole.

        Raises:
            ScaleInvalidArgument: this is no address of a file.
            ScaleException: it was refused, it redirects to where it must not, or no answer came.
            OSError: the file can't be written.
        """
        self._fetch(address, lambda: whole_file(path, path.parent))

    def read(self, address: str) -> bytes:
        """What is at an address; raises as `save` does."""
        found = io.BytesIO()

        def emptied() -> ContextManager[IO[bytes]]:
            found.seek(0)
            found.truncate()
            return nullcontext(found)

        self._fetch(address, emptied)
        return found.getvalue()

    def _fetch(self, address: str, opened: Callable[[], ContextManager[IO[bytes]]]) -> None:
        """Write what is at an address to what is opened, anew for each try."""
        attempts: Tuple[Attempt, ...] = ()
        for retry in range(1, self._api.retries.total + 2):
            started = time.monotonic()
            response, attempts, shown = self._opened(address, attempts)
            try:
                with response, opened() as file:
                    for block in _blocks(response):
                        file.write(block)
                return
            except CutShort as cut:
                wait = self._api.retries.wait(retry, None, random.random()) or 0.0
                took = time.monotonic() - started
                attempts += (Attempt(response.status_code, str(cut), took, wait),)
                words = str(cut)
            if retry <= self._api.retries.total:
                time.sleep(wait)
        error = ScaleConnectionError(f"The file did not come whole in {retry} tries: {words}")
        error.method, error.url, error.attempts = "GET", shown, attempts
        raise error

    def _opened(
        self, address: str, attempts: Tuple[Attempt, ...]
    ) -> Tuple[requests.Response, Tuple[Attempt, ...], str]:
        """The unread answer with the file, after all redirects."""
        keyed = True
        for _ in range(MAX_REDIRECTS + 1):
            url = _prepared(address)
            keyed = keyed and self._is_own(url)  # once elsewhere, nobody gets the key any more
            call = self._call(url, keyed)
            response = call.response()
            attempts += tuple(call.attempts)
            if not response.is_redirect:
                break
            response.close()
            address = urljoin(url, response.headers["Location"])
            if urlsplit(url).scheme == "https" and urlsplit(address).scheme != "https":
                raise ScaleException(f"{call.shown_url} redirects to an address without TLS")
        if 200 <= response.status_code < 300:
            return response, attempts, call.shown_url
        error = refusal(response, attempts)
        error.url = call.shown_url
        raise error

    def _is_own(self, url: str) -> bool:
        return url.startswith(_prepared(self._api.base_api_url).rstrip("/") + "/")

    def _call(self, url: str, keyed: bool) -> Any:
        if keyed:
            base = _prepared(self._api.base_api_url).rstrip("/") + "/"
            return self._api._call_unread("GET", url[len(base) :], headers=HEADERS)
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        path = f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}"
        return self._api_of(origin)._call_unread("GET", path, headers=HEADERS)

    def _api_of(self, origin: str) -> Api:
        """The transport to another host: its own proxy and certificates, and no key."""
        found = self._elsewhere.get(origin)
        if found is None:
            found = self._api.with_options()
            found.base_api_url, found.cert = origin, None
            found.credentials = lambda key: NO_KEY
            found.tells_query = False
            if len(self._elsewhere) >= MAX_HOSTS:
                self._elsewhere.clear()
            self._elsewhere[origin] = found
        return found


def _prepared(address: str) -> str:
    """An address in the one form in which it is compared and sent.

    Raises:
        ScaleInvalidArgument: it is none of http or https.
    """
    probe = requests.PreparedRequest()
    try:
        probe.prepare_url(address, None)
        if urlsplit(probe.url).scheme in ("http", "https"):
            return str(probe.url)
    except ValueError:
        pass
    raise ScaleInvalidArgument(f"This is no address of a file: {address.partition('?')[0]!r}")


def _blocks(response: requests.Response) -> Iterator[bytes]:
    """The body, block by block.

    Raises:
        CutShort: it ends too early.
    """
    try:
        yield from response.iter_content(BLOCK)
    except (OSError, urllib3.exceptions.HTTPError) as error:
        forget_frames(error)
        raise CutShort(fault_of(error).words) from None
