"""Download one file from an address: streamed, retried, and there only when complete.

Addresses are found in responses: most are those of a store of files, some are Scale's own. The key
is sent to the latter only.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import IO, TYPE_CHECKING, Callable, NamedTuple, Optional
from urllib.parse import urljoin, urlsplit

import requests
from requests.utils import default_headers

from .._atomic import atomic_write
from ..exceptions import ScaleException
from .auth import SentHeaders, no_auth_headers
from .body import close_response, iter_body, read_error_body
from .failures import NETWORK_ERRORS, IncompleteBody, LocalErrors, classify_error, strip_tracebacks
from .idempotency import IDEMPOTENT, RequestData
from .options import RequestOptions
from .retrying import RetryingCall, without_query
from .transport import Transport, follow_redirects, normalize_url, redirect_target

CHUNK_SIZE = 256 * 1024
MAX_CACHED_ORIGINS = 100
HEADERS = {"Accept-Encoding": "identity"}  # so that Content-Length is the file's length

if TYPE_CHECKING:
    from typing import Protocol

    class Writer(Protocol):
        """What a file is written to."""

        def write(self, data: bytes, /) -> object:
            """Write a part of it."""


OpenTarget = Callable[[Mapping[str, str]], "AbstractContextManager[Writer]"]
"""Opens what a file is written to, for the headers of its response."""


class SavedFile(NamedTuple):
    """A file that was downloaded.

    Attributes:
        path: Its path.
        size: Its size in bytes.
        content_type: Its media type, "" if the server sent none.
        sha256: Its SHA-256, as hex digits.
    """

    path: Path
    size: int
    content_type: str
    sha256: str


class _HashingWriter:
    """Writes to a file, and computes its size and hash."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = 0
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self.size += len(data)
        self.sha256.update(data)


class FileDownloader:
    """Downloads files over the connections and with the settings of a client.

    Args:
        transport: The client's.
        options: Those of its requests, the policy included.
    """

    def __init__(self, transport: Transport, options: RequestOptions) -> None:
        self._transport = transport
        self._options = options._replace(redact_query=True)
        self._transports_by_origin: dict[str, Transport] = {}

    def save(self, url: str, path_for: Callable[[str], Path]) -> SavedFile:
        """Write the file at an address to a path, under which it appears when complete.

        Args:
            url: The address.
            path_for: Returns the path for the file's media type, "" if the server sent none.

        Raises:
            ScaleInvalidArgument: If this is no address of a file.
            ScaleException: If it is rejected, redirects to where it must not, or is not received.
            OSError: If the file cannot be written.
        """
        saved: list[SavedFile] = []

        @contextmanager
        def hashed_file(headers: Mapping[str, str]) -> Iterator[_HashingWriter]:
            content_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
            path = path_for(content_type)
            with atomic_write(path, path.parent) as file:
                writer = _HashingWriter(file)
                yield writer
            saved.append(SavedFile(path, writer.size, content_type, writer.sha256.hexdigest()))

        self._download(url, hashed_file)
        return saved[-1]

    def read(self, url: str) -> bytes:
        """Return the content of the file at an address; raises as `save` does."""
        buffer = io.BytesIO()

        def truncated_buffer(headers: Mapping[str, str]) -> AbstractContextManager[Writer]:
            buffer.seek(0)
            buffer.truncate()
            return nullcontext(buffer)

        self._download(url, truncated_buffer)
        return buffer.getvalue()

    def _download(self, url: str, open_target: OpenTarget) -> None:
        request = self._prepare(normalize_url(url))
        sent_headers = SentHeaders()
        options = self._options._replace(on_secret=sent_headers.add)
        call = RetryingCall(
            partial(self._attempt, request, open_target, options),
            request,
            options,
            IDEMPOTENT,
            RequestData(url),
            lambda: self._transport.secrets() | sent_headers.secrets(),
        )
        response = call.execute_raw()
        if response.status_code != HTTPStatus.OK:  # 202 and 206 are no file either
            hide_query(response)
            raise call.make_error(response)

    def _attempt(
        self,
        request: requests.PreparedRequest,
        open_target: OpenTarget,
        options: RequestOptions,
        deadline: float,
    ) -> requests.Response:
        """Make one attempt: follow redirects, and write the body where it is the file."""
        keyless = False

        def send(request: requests.PreparedRequest) -> requests.Response:
            nonlocal keyless
            # Once another address was asked, the key is never sent again.
            keyless = keyless or not self._transport.is_own(str(request.url))
            transport = self._transport_for(str(request.url), keyless)
            auth = no_auth_headers if keyless else options.auth
            return transport.send(request, options._replace(auth=auth), deadline)

        response = follow_redirects(send, request, self._redirected)
        if response.status_code != HTTPStatus.OK:
            read_error_body(response)
            return response
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("identity", ""):
            close_response(response)
            raise ScaleException(
                f"{without_query(str(response.request.url))}: the file was sent with "
                f"Content-Encoding {encoding!r}, which was not asked for",
                response.status_code,
            )
        self._write(response, open_target)
        return response

    def _write(self, response: requests.Response, open_target: OpenTarget) -> None:
        with ExitStack() as stack, LocalErrors(), open_target(response.headers) as file:
            stack.callback(close_response, response)
            chunks = iter_body(response, CHUNK_SIZE)
            while True:
                try:
                    chunk = next(chunks, b"")
                except NETWORK_ERRORS as error:
                    strip_tracebacks(error)
                    raise IncompleteBody(response, classify_error(error)) from None
                if not chunk:
                    return
                file.write(chunk)

    def _prepare(self, url: str) -> requests.PreparedRequest:
        request = requests.PreparedRequest()
        request.method = "GET"
        own = self._transport.default_headers() if self._transport.is_own(url) else {}
        usual = {**default_headers(), "User-Agent": self._transport.user_agent}
        request.prepare_headers({**usual, **own, **HEADERS})
        request.prepare_url(url, None)
        return request

    def _redirected(self, response: requests.Response) -> Optional[requests.PreparedRequest]:
        """Return the request that a response redirects to, None where it is the last."""
        if not response.is_redirect:
            return None
        url = str(response.request.url)
        try:
            target = urljoin(url, redirect_target(response))
        except ValueError:
            target = response.headers["Location"]
        following = normalize_url(target)
        if urlsplit(url).scheme == "https" and urlsplit(following).scheme != "https":
            raise ScaleException(
                f"{without_query(url)} redirects to an address without TLS", response.status_code
            )
        return self._prepare(following)

    def _transport_for(self, url: str, keyless: bool) -> Transport:
        if not keyless:
            return self._transport
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        transport = self._transports_by_origin.get(origin)
        if transport is None:
            transport = self._transport.for_origin(origin)
            if len(self._transports_by_origin) >= MAX_CACHED_ORIGINS:
                self._transports_by_origin.clear()
            self._transports_by_origin[origin] = transport
        return transport


def hide_query(response: requests.Response) -> None:
    """Leave the query, which may be a signature, out of a response and its request."""
    shown = without_query(str(response.request.url))
    response.request = response.request.copy()
    response.url = response.request.url = shown
