"""What v2 calls raise: the published names, each also in the tree of `scaleapi.exceptions`.

An HTTP error is of two kinds: the published one for its status, and the one that a v1 call would
raise, so that either `except` catches it::

    OpenApiException
    ├── ApiTypeError, ApiValueError   refused before anything was sent; also ScaleInvalidArgument
    ├── ApiKeyError, ApiAttributeError
    └── ApiException                  also ScaleException; any other status
        ├── BadRequestException              400, also ScaleInvalidRequest
        ├── UnauthorizedException            401, also ScaleUnauthorized
        ├── ForbiddenException               403
        ├── NotFoundException                404, also ScaleResourceNotFound
        ├── ConflictException                409, also ScaleDuplicateResource
        ├── UnprocessableEntityException     422
        └── ServiceException                 5xx, also ScaleInternalError and its like

Source: https://scale.com/docs/api-reference/errors
"""

from __future__ import annotations

from functools import cache
from typing import Any, Callable, Dict, Optional, Sequence, Tuple, Type

import requests

from ...exceptions import ExceptionMap, ScaleException, ScaleInvalidArgument


class OpenApiException(Exception):
    """Root of what this package raises."""


class _WithPath(Exception):
    """What the published argument errors can say besides: where in the data it is."""

    path_to_item: Optional[Sequence[Any]]

    def __init__(self, msg: str, path_to_item: Optional[Sequence[Any]] = None) -> None:
        where = f" at {render_path(path_to_item)}" if path_to_item else ""
        super().__init__(f"{msg}{where}")
        self.path_to_item = path_to_item


class ApiTypeError(_WithPath, OpenApiException, ScaleInvalidArgument, TypeError):
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


class ApiValueError(_WithPath, OpenApiException, ScaleInvalidArgument):
    """An argument makes no sense; nothing was sent."""


class ApiKeyError(_WithPath, OpenApiException, KeyError):
    """A key is missing."""


class ApiAttributeError(_WithPath, OpenApiException, AttributeError):
    """An attribute is missing."""


def render_path(path_to_item: Sequence[Any]) -> str:
    """A path through data, such as `['a'][0]`."""
    return "".join(f"[{step!r}]" for step in path_to_item)


class ApiException(OpenApiException, ScaleException):
    """A call failed.

    Args:
        status: HTTP status, 0 or None where no answer came.
        reason: what the status is called, or what happened.
        http_resp: the answer, from which what is not given is taken.
        body: text of the answer.
        data: the model of the error, where one is declared for it.

    Attributes:
        status, code: HTTP status.
        reason, body, data, headers: see above; `headers` None where no answer came.
        message, method, url, response, attempts: as in `ScaleException`.
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

    def __reduce__(self) -> Tuple[Callable[..., ScaleException], Tuple[Any, ...]]:
        return _rebuild, (_published_kind(type(self)), self.status, self.args, self.__dict__)


class BadRequestException(ApiException):
    """400"""


class UnauthorizedException(ApiException):
    """401"""


class ForbiddenException(ApiException):
    """403"""


class NotFoundException(ApiException):
    """404"""


class ConflictException(ApiException):
    """409"""


class UnprocessableEntityException(ApiException):
    """422"""


class ServiceException(ApiException):
    """5xx"""


_KINDS: Dict[int, Any] = {
    400: BadRequestException,
    401: UnauthorizedException,
    403: ForbiddenException,
    404: NotFoundException,
    409: ConflictException,
    422: UnprocessableEntityException,
}


def from_scale(error: ScaleException, data: Any = None) -> ApiException:
    """The same failure as a v2 call tells of it: of both kinds, with all that is known.

    Args:
        error: one that has an answer.
        data: the model of its body, where one is declared.
    """
    response = error.response
    assert response is not None
    reason = error.message if response.ok else response.reason
    made: ApiException = _kind_of(error.code)(error.code, reason, body=error.body, data=data)
    made.message, made.headers = error.message, headers_of(response)
    made.method, made.url = error.method, error.url
    made.response, made.attempts = response, error.attempts
    return made


def headers_of(response: requests.Response) -> Any:
    """The headers as urllib3 holds them, repeated ones apart."""
    return getattr(response.raw, "headers", response.headers)


def _kind_of(status: Optional[int]) -> Any:
    """The class for a status: of the published kind, and of the one that v1 has for it."""
    usual: Any = ServiceException if (status or 0) >= 500 else ApiException
    return _both(_KINDS.get(status or 0, usual), _ours(status))


def _ours(status: Optional[int]) -> Any:
    return ExceptionMap.get(status or 0, ScaleException)


@cache
def _both(published: Any, ours: Any) -> Any:
    if issubclass(published, ours):
        return published
    return type(published.__name__, (published, ours), {"__doc__": published.__doc__})


def _published_kind(kind: Type[ApiException]) -> Any:
    """The importable class under one that `_kind_of` made."""
    return next(base for base in kind.__mro__ if globals().get(base.__name__) is base)


def _rebuild(
    kind: Any, status: Optional[int], args: Tuple[Any, ...], state: Dict[str, Any]
) -> ApiException:
    # A class of both kinds has no name by which it could be pickled.
    made: Any = _both(kind, _ours(status))
    error: ApiException = made.__new__(made)
    error.args = args
    error.__dict__.update(state)
    return error
