"""The result of the `..._without_preload_content` form of an operation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Optional

import requests

from ..._http.failures import NETWORK_ERRORS, classify_error, strip_tracebacks
from ...exceptions import ScaleConnectionError


class RESTResponse:
    """A response whose body is not read yet; other attributes are those of urllib3's response.

    Attributes:
        response: The `requests.Response`.
        status: HTTP status, of an error too.
        reason: Reason phrase of the status.
    """

    def __init__(self, response: requests.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.reason = response.reason

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["response"].raw, name)

    def __enter__(self) -> RESTResponse:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def data(self) -> bytes:
        """The body. Reading it the first time returns the connection to the pool.

        Raises:
            ScaleConnectionError: If the body is incomplete.
        """
        return self._read_or_raise(lambda: self.response.content)

    def read(self, amt: Optional[int] = None) -> bytes:
        """Return the body, or at most the next `amt` bytes of it; raises as `data`."""
        if amt is None:
            return self.data
        return self._read_or_raise(lambda: self.response.raw.read(amt, decode_content=True))

    def stream(self, amt: int = 65536) -> Iterator[bytes]:
        """Iterate over the body in chunks of at most `amt` bytes; raises as `data`."""
        chunks = self.response.iter_content(amt)
        while chunk := self._read_or_raise(lambda: next(chunks, b"")):
            yield chunk

    def json(self) -> Any:
        """Return the body as JSON; raises as `data`, or a ValueError for invalid JSON."""
        return json.loads(self.data)

    def _read_or_raise(self, read: Any) -> bytes:
        try:
            data: bytes = read()
        except NETWORK_ERRORS as error:
            strip_tracebacks(error)
            message = f"Response incomplete: {classify_error(error).message}"
            raise ScaleConnectionError(message) from error
        return data

    def close(self) -> None:
        """Close the connection without reading the body."""
        self.response.close()

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the response."""
        return self.response.headers

    def getheaders(self) -> Mapping[str, str]:
        """Return the headers of the response."""
        return self.response.headers

    def getheader(self, name: str, default: Any = None) -> Any:
        """Return one header of the response."""
        return self.response.headers.get(name, default)
