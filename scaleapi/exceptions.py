"""What can go wrong.

Everything that goes wrong in a call is a ScaleException; a file of yours that can't be read or
written stays an OSError::

    ScaleException                  any other code, or an answer that makes no sense
    ├── ScaleInvalidRequest         400
    │   └── ScaleInvalidArgument    refused before anything was sent; also a ValueError
    ├── ScaleUnauthorized           401
    ├── ScaleNotEnabled             402
    ├── ScaleResourceNotFound       404
    ├── ScaleDuplicateResource      409
    ├── ScaleTooManyRequests        429
    ├── ScaleInternalError          500
    ├── ScaleServiceUnavailable     503
    ├── ScaleTimeoutError           504
    └── ScaleConnectionError        no answer came; `code` is None
        └── ScaleConnectionTimeout  none came in time

Source: https://scale.com/docs/api-reference/errors
"""

from __future__ import annotations

import copy
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Tuple, Type

import requests

MAX_BODY_BYTES = 64 * 1024


class Attempt(NamedTuple):
    """One attempt of a call, as it ended.

    Attributes:
        method: HTTP method.
        url: Where it was sent, without passwords, and without the query where that may be a secret.
        status: HTTP status of the response, None where none was received.
        error: The failure in words where no complete response was received, else None.
        seconds: How long the attempt took.
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
        message: what happened, in the server's words where it gave some.
        errcode: HTTP status, where there was an answer.

    Attributes:
        code: HTTP status, or None.
        message: the text without the `<Response [...]>` decoration of `str(err)`.
        method: HTTP method of the call, None where nothing was to be sent.
        url: where the call went, its query included.
        headers: headers of the answer; empty where none came.
        body: text of the answer, at most 64 KiB of it; None where none came.
        response: the `requests.Response`, its request without credentials; None where none came.
        attempts: one `Attempt` for each, the last one included.
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
        self.attempts: Tuple[Attempt, ...] = ()
        super().__init__(self._text())

    def _text(self) -> str:
        prefix = "<Response>" if self.code is None else f"<Response [{self.code}]>"
        return f"{prefix} {self.message}"

    def __reduce__(self) -> Tuple[Callable[..., ScaleException], Tuple[Any, ...]]:
        return _rebuild, (type(self), self.args, self._state())

    def _state(self) -> Dict[str, Any]:
        """Return the attributes that are pickled."""
        return dict(self.__dict__)


def _rebuild(
    kind: Type[ScaleException], args: Tuple[Any, ...], state: Dict[str, Any]
) -> ScaleException:
    # Not through __init__: a subclass of a user's may take other arguments, and the prefix of the
    # text must not be put on twice.
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class ScaleInvalidRequest(ScaleException):
    """400: a parameter is missing or wrong, or the object's state does not allow the action."""

    code = 400


class ScaleInvalidArgument(ScaleInvalidRequest, ValueError):
    """Refused before anything was sent; the message names the argument and what would be right."""


class ScaleUnauthorized(ScaleException):
    """401: the API key is missing or wrong."""

    code = 401


class ScaleNotEnabled(ScaleException):
    """402: the account may not use this feature or task type."""

    code = 402


class ScaleResourceNotFound(ScaleException):
    """404: there is no such task, batch, project or the like."""

    code = 404


class ScaleDuplicateResource(ScaleException):
    """409: the name or the idempotency key is taken.

    Attributes:
        existing: The object that has it, where an earlier attempt of the call failed without a
            response, the object was looked up, and it is not what the call would have created: a
            `Task`, `Batch` or `Project`. Otherwise None.
    """

    code = 409
    existing: Any = None

    def _state(self) -> Dict[str, Any]:
        # A resource pickles with its client, and so with the API key, which no error may hold.
        state = super()._state()
        if hasattr(state.get("existing"), "_client"):
            state["existing"] = copy.copy(state["existing"])
            state["existing"]._client = None
        return state


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
    """No answer came: the service could not be reached, or the connection broke."""


class ScaleConnectionTimeout(ScaleConnectionError):
    """No answer came in the time that `timeout` or the policy's `deadline` allows."""


ExceptionMap: Dict[int, Type[ScaleException]] = {
    kind.code: kind
    for kind in (
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
    if kind.code is not None
}
"""The one table from HTTP status to exception; any other status is a plain ScaleException."""
