"""Exceptions of v2 calls: the published classes, each also in the tree of `scaleapi.exceptions`.

The exception for an HTTP status is an instance of both the published class and the class that a v1
call raises for that status, so that either `except` catches it::

    OpenApiException
    ├── ApiTypeError, ApiValueError   nothing was sent; also ScaleInvalidArgument
    ├── ApiKeyError, ApiAttributeError
    └── ApiException                  also ScaleException; any other status
        ├── BadRequestException              400, also ScaleInvalidRequest
        ├── UnauthorizedException            401, also ScaleUnauthorized
        ├── PaymentRequiredException         402, also ScaleNotEnabled
        ├── ForbiddenException               403
        ├── NotFoundException                404, also ScaleResourceNotFound
        ├── ConflictException                409, also ScaleDuplicateResource
        ├── UnprocessableEntityException     422
        ├── TooManyRequestsException         429, also ScaleTooManyRequests
        └── ServiceException                 5xx
            ├── InternalServerErrorException     500, also ScaleInternalError
            ├── ServiceUnavailableException      503, also ScaleServiceUnavailable
            └── GatewayTimeoutException          504, also ScaleTimeoutError

The published client has no classes for 402, 429, 500, 503 and 504: it raises `ApiException` or
`ServiceException`.

Source: https://scale.com/docs/api-reference/errors
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import requests

from ...exceptions import (
    ScaleDuplicateResource,
    ScaleException,
    ScaleInternalError,
    ScaleInvalidArgument,
    ScaleInvalidRequest,
    ScaleNotEnabled,
    ScaleResourceNotFound,
    ScaleServiceUnavailable,
    ScaleTimeoutError,
    ScaleTooManyRequests,
    ScaleUnauthorized,
)


class OpenApiException(Exception):
    """Root of the exceptions of the published v2 client."""


class _PathMixin(Exception):
    """The arguments that the published exceptions for invalid data have in common."""

    path_to_item: Optional[Sequence[Any]]

    def __init__(self, msg: str, path_to_item: Optional[Sequence[Any]] = None) -> None:
        where = f" at {render_path(path_to_item)}" if path_to_item else ""
        super().__init__(f"{msg}{where}")
        self.path_to_item = path_to_item


class ApiTypeError(_PathMixin, OpenApiException, ScaleInvalidArgument, TypeError):
    """An argument is of the wrong type; nothing was sent."""

    def __init__(
        self,
        msg: str,
        path_to_item: Optional[Sequence[Any]] = None,
        valid_classes: Any = None,
        key_type: Optional[bool] = None,
    ) -> None:
        super().__init__(msg, path_to_item)
        self.valid_classes, self.key_type = valid_classes, key_type


class ApiValueError(_PathMixin, OpenApiException, ScaleInvalidArgument):
    """An argument is invalid; nothing was sent."""


class ApiKeyError(_PathMixin, OpenApiException, KeyError):
    """A key is missing."""


class ApiAttributeError(_PathMixin, OpenApiException, AttributeError):
    """An attribute is missing."""


def render_path(path_to_item: Sequence[Any]) -> str:
    """Return a path through data as text, such as `['a'][0]`."""
    return "".join(f"[{step!r}]" for step in path_to_item)


class ApiException(OpenApiException, ScaleException):
    """A call failed.

    Args:
        status: HTTP status; 0 or None without a response.
        reason: Reason phrase of the status, or what happened.
        http_resp: The response, which provides what is not given.
        body: The response body as a string.
        data: The model of the response body, if one is declared.

    Attributes:
        status, code: HTTP status.
        reason, body, data: As given.
        headers: The response headers; None without a response.
        message, method, url, response, attempts: As in `ScaleException`.
    """

    def __init__(
        self,
        status: Optional[int] = None,
        reason: Optional[str] = None,
        http_resp: Any = None,
        *,
        body: Optional[str] = None,
        data: Any = None,
    ) -> None:
        if http_resp is not None:
            status = http_resp.status if status is None else status
            reason = http_resp.reason if reason is None else reason
            body = http_resp.data.decode("utf-8", "replace") if body is None else body
        super().__init__(reason, status)
        self.code = self.status = status
        self.reason = reason
        self.body = body
        self.data = data
        self.headers: Any = http_resp.getheaders() if http_resp is not None else None

    def __str__(self) -> str:
        lines = [f"({self.status})", f"Reason: {self.reason}"]
        if self.headers:
            lines.append(f"HTTP response headers: {self.headers}")
        if self.data or self.body:
            lines.append(f"HTTP response body: {self.data or self.body}")
        return "\n".join([*lines, ""])


class BadRequestException(ApiException, ScaleInvalidRequest):
    """The service responded with 400."""


class UnauthorizedException(ApiException, ScaleUnauthorized):
    """The service responded with 401."""


class PaymentRequiredException(ApiException, ScaleNotEnabled):
    """The service responded with 402."""


class ForbiddenException(ApiException):
    """The service responded with 403."""


class NotFoundException(ApiException, ScaleResourceNotFound):
    """The service responded with 404."""


class ConflictException(ApiException, ScaleDuplicateResource):
    """The service responded with 409."""


class UnprocessableEntityException(ApiException):
    """The service responded with 422."""


class TooManyRequestsException(ApiException, ScaleTooManyRequests):
    """The service responded with 429."""


class ServiceException(ApiException):
    """The service responded with 5xx."""


class InternalServerErrorException(ServiceException, ScaleInternalError):
    """The service responded with 500."""


class ServiceUnavailableException(ServiceException, ScaleServiceUnavailable):
    """The service responded with 503."""


class GatewayTimeoutException(ServiceException, ScaleTimeoutError):
    """The service responded with 504."""


_CLASS_BY_STATUS: dict[int, type[ApiException]] = {
    400: BadRequestException,
    401: UnauthorizedException,
    402: PaymentRequiredException,
    403: ForbiddenException,
    404: NotFoundException,
    409: ConflictException,
    422: UnprocessableEntityException,
    429: TooManyRequestsException,
    500: InternalServerErrorException,
    503: ServiceUnavailableException,
    504: GatewayTimeoutException,
}


def to_api_exception(error: ScaleException, data: Any = None) -> ApiException:
    """Return the exception that a v2 call raises for a failure, with all that is known of it.

    Args:
        error: A failure that has a response.
        data: The model of the response body, where one is declared.
    """
    response = error.response
    assert response is not None
    status = error.code or 0
    default = ServiceException if status >= 500 else ApiException
    reason = error.message if response.ok else response.reason
    exception = _CLASS_BY_STATUS.get(status, default)(
        error.code, reason, body=error.body, data=data
    )
    exception.message, exception.headers = error.message, headers_of(response)
    exception.method, exception.url = error.method, error.url
    exception.response, exception.attempts = response, error.attempts
    return exception


def headers_of(response: requests.Response) -> Any:
    """Return the headers as urllib3 holds them, repeated ones apart."""
    return getattr(response.raw, "headers", response.headers)
