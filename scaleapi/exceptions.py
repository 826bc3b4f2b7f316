"""The exceptions of the client.

Every failure of a call is a ScaleException; a local file that can't be read or written raises
OSError, unchanged::

    ScaleException                  any other status, or an invalid response
    ├── ScaleInvalidRequest         400
    │   └── ScaleInvalidArgument    rejected before anything was sent; also a ValueError
    ├── ScaleUnauthorized           401
    ├── ScaleNotEnabled             402
    ├── ScaleResourceNotFound       404
    ├── ScaleDuplicateResource      409
    ├── ScaleTooManyRequests        429
    ├── ScaleInternalError          500
    ├── ScaleServiceUnavailable     503
    ├── ScaleTimeoutError           504
    ├── ScaleConnectionError        no response received; `code` is None
    │   └── ScaleConnectionTimeout  none received in time
    └── ScaleWaitTimeout            tasks are still pending; also a TimeoutError

Source: https://scale.com/docs/api-reference/errors
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

import requests

from ._renamed import raise_missing_name

MAX_BODY_BYTES = 64 * 1024
REQUEST_ID_HEADERS = ("X-Request-Id", "X-Amzn-RequestId", "X-Amzn-Trace-Id", "CF-Ray")
"""Headers in which services and gateways return a request's id; Scale documents none of them."""


class Attempt(NamedTuple):
    """One attempt of a call and its result.

    Attributes:
        method: HTTP method.
        url: Where it was sent, without passwords, and without the query where that may be a secret.
        status: HTTP status of the response, None where none was received.
        error: Description of the failure where no complete response was received, else None.
        seconds: Duration of the attempt.
        delay: Seconds before the next attempt, 0 after the last.
        number: 1 for the first attempt of the call.
    """

    method: str
    url: str
    status: Optional[int]
    error: Optional[str]
    seconds: float
    delay: float
    number: int


class ScaleException(Exception):
    """Any failure of a call.

    Args:
        message: Description of the failure, as sent by the server where it sent one.
        errcode: HTTP status, where there was a response.

    Attributes:
        code: HTTP status, or None.
        message: The message without the `<Response [...]>` prefix of `str(err)`.
        method: HTTP method of the call, None where nothing was to be sent.
        url: URL of the call, including its query.
        headers: Headers of the response; empty where none was received.
        body: Text of the response, at most 64 KiB of it; None where none was received.
        response: The `requests.Response`, its request without credentials; None where none was
            received.
        attempts: One `Attempt` for each attempt, including the last one.
    """

    code: Optional[int] = None

    def __init__(self, message: Any, errcode: Optional[int] = None) -> None:
        self.message: str = str(message) if message else type(self).__name__
        if errcode is not None:
            self.code = errcode
        self.method: Optional[str] = None
        self.url: Optional[str] = None
        self.headers: Mapping[str, str] = {}
        self.body: Optional[str] = None
        self.response: Optional[requests.Response] = None
        self.attempts: tuple[Attempt, ...] = ()
        super().__init__(self._text())

    @property
    def request_id(self) -> Optional[str]:
        """The id that the service or its gateway gave the last request; None if it gave none.

        Scale's support can find the request by it. It is the first of the headers X-Request-Id,
        X-Amzn-RequestId, X-Amzn-Trace-Id and CF-Ray that the response has; Scale documents none.
        """
        return find_request_id(self.headers)

    def _add_hint(self, hint: str) -> None:
        """Add advice to the message."""
        self.message = f"{self.message}; {hint}"
        self.args = (self._text(),)

    def _text(self) -> str:
        prefix = "<Response>" if self.code is None else f"<Response [{self.code}]>"
        return f"{prefix} {self.message}"

    def __reduce__(self) -> tuple[Callable[..., ScaleException], tuple[Any, ...]]:
        return _rebuild, (type(self), self.args, self._state())

    def _state(self) -> dict[str, Any]:
        """Return the attributes that are pickled."""
        return dict(self.__dict__)


def find_request_id(headers: Any) -> Optional[str]:
    """Return the request id in the headers of a response, None if there is none."""
    get = getattr(headers, "get", None)
    found = (get(name) for name in REQUEST_ID_HEADERS) if get else ()
    return next((value for value in found if isinstance(value, str) and value), None)


def _rebuild(
    error_class: type[ScaleException], args: tuple[Any, ...], state: dict[str, Any]
) -> ScaleException:
    # Not through __init__: a user's subclass may take other arguments, and the prefix of the
    # message must not be added twice.
    error = error_class.__new__(error_class)
    error.args = args
    error.__dict__.update(state)
    return error


class ScaleInvalidRequest(ScaleException):
    """400: a parameter is missing or wrong, or the object's state does not allow the action."""

    code = 400


class ScaleInvalidArgument(ScaleInvalidRequest, ValueError):
    """Client-side validation failed; no request was sent. The message names the argument.

    `str()` is the message alone, without the prefix of a response.
    """

    def _text(self) -> str:
        return self.message


class ScaleUnauthorized(ScaleException):
    """401: the API key is missing or wrong."""

    code = 401


class ScaleNotEnabled(ScaleException):
    """402: the account may not use this feature or task type."""

    code = 402


class ScaleResourceNotFound(ScaleException):
    """404: the task, batch, project or other resource does not exist."""

    code = 404


class ScaleDuplicateResource(ScaleException):
    """409: the name or the idempotency key is taken.

    Attributes:
        existing: The object that has it, where an earlier attempt of the call failed without a
            response, the recovery lookup found the object, and it is not what the call would have
            created: a `Task`, `Batch` or `Project`. Otherwise None.
    """

    code = 409
    existing: Any = None

    def _state(self) -> dict[str, Any]:
        # A resource is pickled with its client, and so with the API key, which an error must not
        # contain.
        return {**super()._state(), "existing": _without_client(self.existing)}


def _without_client(resource: Any) -> Any:
    """Return a copy of a resource that has no client, and anything else unchanged."""
    if not hasattr(resource, "_client"):
        return resource
    resource = copy.copy(resource)
    resource._client = None
    return resource


class ScaleTooManyRequests(ScaleException):
    """429: the account is being rate limited."""

    code = 429


class ScaleInternalError(ScaleException):
    """500: the service failed."""

    code = 500


class ScaleServiceUnavailable(ScaleException):
    """503: the request waited too long in the service's queue."""

    code = 503


class ScaleTimeoutError(ScaleException):
    """504: the service did not finish in time."""

    code = 504


class ScaleConnectionError(ScaleException):
    """No response received: the service could not be reached, or the connection was lost."""


class ScaleConnectionTimeout(ScaleConnectionError):
    """No response received within `timeout` or the retry policy's `deadline`."""


class ScaleWaitTimeout(ScaleException, TimeoutError):
    """The timeout of a wait has passed; in contrast to `ScaleTimeoutError`, the service's 504.

    `str()` is the message alone, without the prefix of a response.

    Attributes:
        pending: The tasks that are still pending, in the state in which they were last seen. Empty
            after `Batch.wait`, whose batch has the counts.
    """

    pending: tuple[Any, ...] = ()

    def _text(self) -> str:
        return self.message

    def _state(self) -> dict[str, Any]:
        # As for ScaleDuplicateResource: without the client, and so without the API key.
        return {**super()._state(), "pending": tuple(map(_without_client, self.pending))}


ExceptionMap: dict[int, type[ScaleException]] = {
    error_class.code: error_class
    for error_class in (
        ScaleInvalidRequest,
        ScaleUnauthorized,
        ScaleNotEnabled,
        ScaleResourceNotFound,
        ScaleDuplicateResource,
        ScaleTooManyRequests,
        ScaleInternalError,
        ScaleServiceUnavailable,
        ScaleTimeoutError,
    )
    if error_class.code is not None
}
"""The exception class of each HTTP status; any other status raises a plain ScaleException."""


if not TYPE_CHECKING:  # else type checkers would let any name pass

    def __getattr__(name: str) -> Any:
        raise_missing_name(__name__, name)
