"""What the `..._without_preload_content` form of an operation gives."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Optional

import requests

from ..._http.failures import NETWORK_ERRORS, classify_error, strip_tracebacks
from ...exceptions import ScaleConnectionError


class RESTResponse:
    """An answer whose body is not read yet; what is not named here is urllib3's.

    Attributes:
        response: the `requests.Response`.
        status: HTTP status, whatever it is.
        reason: what it is called.
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
        """The body; the first time it is read, which frees the connection.

        Raises:
            ScaleConnectionError: it broke off.
        """
        return self._read_or_raise(lambda: self.response.content)

    def read(self, amt: Optional[int] = None) -> bytes:
        """Return the body, or the next `amt` bytes of it; raises as `data`."""
        if amt is None:
            return self.data
        return self._read_or_raise(lambda: self.response.raw.read(amt, decode_content=True))

    def stream(self, amt: int = 65536) -> Iterator[bytes]:
        """Iterate over the body in chunks of at most `amt` bytes; raises as `data`."""
        blocks = self.response.iter_content(amt)
        while block := self._read_or_raise(lambda: next(blocks, b"")):
            yield block

    def json(self) -> Any:
        """Return the body as JSON; raises as `data`, and a ValueError where it is none."""
        return json.loads(self.data)

    def _read_or_raise(self, read: Any) -> bytes:
        try:
            block: bytes = read()
        except NETWORK_ERRORS as error:
            strip_tracebacks(error)
            message = f"Response incomplete: {classify_error(error).message}"
            raise ScaleConnectionError(message) from error
        return block

    def close(self) -> None:
        """Let go of the connection without reading."""
        self.response.close()

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the response."""
        return self.response.headers

    def getheaders(self) -> Mapping[str, str]:
        """Return the headers of the response."""
        return self.response.headers

    def getheader(self, name: str, default: Any = None) -> Any:
        """One of them."""
        return self.response.headers.get(name, default)
