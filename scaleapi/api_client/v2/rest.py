"""What the `..._without_preload_content` form of an operation gives."""

from __future__ import annotations

from typing import Any, Mapping, Optional

import requests


class RESTResponse:
    """An answer whose body is not read yet.

    Attributes:
        response: the `requests.Response`.
        status: HTTP status, whatever it is.
        reason: what it is called.
        data: the body as bytes, None until `read`.
    """

    def __init__(self, response: requests.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.reason = response.reason
        self.data: Optional[bytes] = None

    def read(self) -> bytes:
        """The body; the first call reads it and frees the connection."""
        if self.data is None:
            self.data = self.response.content
        return self.data

    def close(self) -> None:
        """Let go of the connection without reading."""
        self.response.close()

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the answer."""
        return self.response.headers

    def getheaders(self) -> Mapping[str, str]:
        """The headers of the answer."""
        return self.response.headers

    def getheader(self, name: str, default: Any = None) -> Any:
        """One of them."""
        return self.response.headers.get(name, default)
