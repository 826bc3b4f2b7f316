"""One file from an address: streamed, tried again, and there only when it is whole.

Addresses come out of answers: most are those of a store of files, some are Scale's own. The key
goes to the latter only.
"""

from __future__ import annotations

import io
import random
import time
from contextlib import nullcontext
from http import HTTPStatus
from pathlib import Path
from typing import (
    IO,
    TYPE_CHECKING,
    Callable,
    ContextManager,
    Dict,
    Iterator,
    List,
    Optional,
    Tuple,
)
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.exceptions

from .._atomic import whole_file
from ..api import MAX_REDIRECTS
from ..exceptions import (
    MAX_BODY_BYTES,
    Attempt,
    ScaleConnectionError,
    ScaleException,
    ScaleInvalidArgument,
)
from ..retries import for_the_rest
from .failures import Fault, fault_of, forget_frames
from .response import no_answer, refusal, tries

if TYPE_CHECKING:
    from ..api import Api
    from .retrying import Call

BLOCK = 256 * 1024
MAX_HOSTS = 100  # whose settings are kept
HEADERS = {"Accept-Encoding": "identity"}  # so that the length that is told is the file's

NO_KEY: Dict[str, str] = {}


class CutShort(Exception):
    """The connection broke in the middle of a file.

    Attributes:
        fault: how.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.words)
        self.fault = fault


class Downloads:
    """Fetches files, over the connections and with the settings of a client.

    Args:
        api: the client's transport.
    """

    def __init__(self, api: Api) -> None:
        self.api = api
        self._base = _prepared(api.base_api_url).rstrip("/") + "/"
        self._elsewhere: Dict[str, Api] = {}

    def save(self, address: str, path: Path) -> None:
        """Write what is at an address to a file, which takes its name when it is whole.

        Raises:
            ScaleInvalidArgument: this is no address of a file.
            ScaleException: it was refused, it redirects to where it must not, or no answer came.
            OSError: the file can't be written.
        """
        _Download(self, address).write(lambda: whole_file(path, path.parent))

    def read(self, address: str) -> bytes:
        """What is at an address; raises as `save` does."""
        found = io.BytesIO()

        def emptied() -> ContextManager[IO[bytes]]:
            found.seek(0)
            found.truncate()
            return nullcontext(found)

        _Download(self, address).write(emptied)
        return found.getvalue()

    def own_endpoint(self, url: str) -> Optional[str]:
        """Where an address is below the client's own, None where it is not."""
        endpoint = url[len(self._base) :]
        # One that begins with "/" would be taken for another version's.
        below = url.startswith(self._base) and not endpoint.startswith("/")
        return endpoint if below else None

    def api_of(self, origin: str) -> Api:
        """The transport to another host: its own proxy and certificates, and no key."""
        found = self._elsewhere.get(origin)
        if found is None:
            found = self.api.with_options()
            found.base_api_url, found.cert = origin, None
            found.credentials = lambda key: NO_KEY
            found.tells_query = False
            found._read_environment()
            if len(self._elsewhere) >= MAX_HOSTS:
                self._elsewhere.clear()
            self._elsewhere[origin] = found
        return found


class _Download:
    """One file on its way: one record of its tries, one policy, one deadline.

    Args:
        downloads: which settings hold.
        address: where the file is.
    """

    def __init__(self, downloads: Downloads, address: str) -> None:
        self._downloads = downloads
        self._address = address
        self._policy = downloads.api.retries
        deadline = self._policy.deadline
        self._until = float("inf") if deadline is None else time.monotonic() + deadline
        self._attempts: List[Attempt] = []
        self._failures = 0

    def write(self, opened: Callable[[], ContextManager[IO[bytes]]]) -> None:
        """Write it to what is opened, anew for each try."""
        while True:
            started = time.monotonic()
            response, shown = self._response()
            try:
                with response, opened() as file:
                    for block in _blocks(response):
                        file.write(block)
                return
            except CutShort as cut:
                fault = cut.fault
            self._failures += 1
            wait = self._wait()
            took = time.monotonic() - started
            # In the place of the try that seemed to have succeeded.
            self._attempts[-1] = Attempt(response.status_code, fault.words, took, wait or 0.0)
            if wait is None:
                raise self._never_whole(fault, shown)
            time.sleep(wait)

    def _wait(self) -> Optional[float]:
        """Seconds before the next try, None where there is none."""
        if self._failures > self._policy.total:
            return None
        wait = self._policy.wait(self._failures, None, random.random())
        too_late = wait is None or time.monotonic() + wait >= self._until
        return None if too_late else wait

    def _never_whole(self, fault: Fault, shown: str) -> ScaleConnectionError:
        words = f"The file did not come whole in {tries(self._failures)}: {fault.words}"
        return no_answer(words, fault.in_time, "GET", shown, tuple(self._attempts))

    def _response(self) -> Tuple[requests.Response, str]:
        """The unread answer with the file, after all redirects, and its address as it is shown."""
        address, keyed = self._address, True
        for _ in range(MAX_REDIRECTS + 1):
            url = _prepared(address)
            endpoint = self._downloads.own_endpoint(url) if keyed else None
            keyed = endpoint is not None  # once elsewhere, nobody gets the key any more
            call = self._call(url, endpoint)
            response = self._answer(call)
            if not response.is_redirect:
                break
            response.close()
            address = _joined(url, response.headers["Location"])
            if urlsplit(url).scheme == "https" and urlsplit(address).scheme != "https":
                raise ScaleException(f"{call.shown_url} redirects to an address without TLS")
        if response.status_code == HTTPStatus.OK:  # a part, or a promise, is not the file
            return response, call.shown_url
        raise _refused(response, tuple(self._attempts), call.shown_url)

    def _call(self, url: str, endpoint: Optional[str]) -> Call:
        """The next request, for which what is left of tries and time holds."""
        parts = urlsplit(url)
        if endpoint is not None:
            api = self._downloads.api
        else:
            api = self._downloads.api_of(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
            endpoint = f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}"
        left = self._policy.replace(total=self._policy.total - self._failures)
        api = api.with_options(retries=for_the_rest(left, self._until))
        return api._call_unread("GET", endpoint, headers=HEADERS)

    def _answer(self, call: Call) -> requests.Response:
        try:
            return call.response()
        except ScaleConnectionError as error:
            error.attempts = (*self._attempts, *error.attempts)
            raise
        finally:
            self._attempts += call.attempts
            self._failures += max(0, len(call.attempts) - 1)


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


def _joined(url: str, location: str) -> str:
    """Where a redirect leads; what can't be read is left to be refused."""
    try:
        return urljoin(url, location)
    except ValueError:
        return location


def _refused(
    response: requests.Response, attempts: Tuple[Attempt, ...], shown: str
) -> ScaleException:
    """The exception for an answer that is no file; no more of it is read than is kept."""
    try:
        content = response.raw.read(MAX_BODY_BYTES, decode_content=True)
    except (OSError, urllib3.exceptions.HTTPError):
        content = b""  # what it means is known from its status
    response.close()
    response.raw = io.BytesIO(content)
    response.url = response.request.url = shown  # a signed address is a secret
    return refusal(response, attempts)


def _blocks(response: requests.Response) -> Iterator[bytes]:
    """The body, block by block.

    Raises:
        CutShort: it ends too early.
    """
    length = response.headers.get("Content-Length", "")
    try:
        yield from response.iter_content(BLOCK)
        # A pool that is not ours, as with SOCKS, may take half of it for all.
        if length.isdigit() and response.raw.tell() < int(length):
            raise urllib3.exceptions.ProtocolError(f"{response.raw.tell()} of {length} bytes came")
    except (OSError, urllib3.exceptions.HTTPError) as error:
        forget_frames(error)
        raise CutShort(fault_of(error)) from None
