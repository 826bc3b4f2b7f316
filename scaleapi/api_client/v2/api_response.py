"""The result of the `..._with_http_info` form of an operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class ApiResponse(Generic[T]):
    """The result of an operation, with the response that has it.

    Attributes:
        status_code: HTTP status.
        headers: Headers of the response.
        data: What the plain form of the operation returns.
        raw_data: The body, as bytes.
    """

    def __init__(self, status_code: int, data: T, raw_data: bytes, headers: Any = None) -> None:
        self.status_code = status_code
        self.headers: Mapping[str, str] = headers
        self.data = data
        self.raw_data = raw_data

    def __repr__(self) -> str:
        return f"ApiResponse(status_code={self.status_code}, data={self.data!r})"
