"""What the service responded: the JSON of a success, else the right exception."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Callable, TypeVar

import requests

from ..exceptions import (
    MAX_BODY_BYTES,
    Attempt,
    ExceptionMap,
    ScaleConnectionError,
    ScaleConnectionTimeout,
    ScaleException,
)
from .auth import MASK, mask, mask_headers, without_password
from .urllib3_hooks import empty_response

T = TypeVar("T")
_UNREAD = object()


class APIResult:
    """The result of a successful call.

    Attributes:
        response: The last response.
        attempts: One `Attempt` for each, the last one included.
        elapsed: Seconds from the first attempt to this result, delays included.
        recovered: Whether the last response was an error, and the object was looked up.
    """

    def __init__(
        self,
        response: requests.Response,
        attempts: tuple[Attempt, ...] = (),
        elapsed: float = 0.0,
        found: Any = _UNREAD,
        secrets: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """Keep what is known about a call.

        Args:
            response: See above.
            attempts: See above.
            elapsed: See above.
            found: The JSON where it is not in the body of the response.
            secrets: Returns what no error may show.
        """
        self._secrets = secrets
        self.response = response
        self.attempts = attempts
        self.elapsed = elapsed
        self.recovered = found is not _UNREAD and not response.ok
        self._found = found

    @classmethod
    def from_double(cls, found: Any) -> APIResult:
        """Return the result of a test double that returns JSON."""
        response = requests.Response()
        response.status_code, response._content = 200, _dumped(found)
        response.request = requests.PreparedRequest()
        return cls(response, found=found)

    @property
    def content(self) -> bytes:
        """The body."""
        return self.response.content or b""

    @property
    def text(self) -> str:
        """The body as the service sent it."""
        return self.content.decode(json.detect_encoding(self.content), "surrogatepass")

    @property
    def json(self) -> Any:
        """The body's JSON, None where it is empty or no JSON."""
        if self._found is _UNREAD:
            self._found = json_or_none(self.content)
        return self._found

    def make_error(self, message: str) -> ScaleException:
        """Return the exception for a result that is not what was promised."""
        secrets = set(self._secrets())
        error = ScaleException(mask(message, secrets), self.response.status_code)
        mask_response(self.response, secrets)
        return attach_context(error, self.response, self.attempts)

    def json_object(self) -> dict[str, Any]:
        """Return the JSON object that was promised."""
        if not isinstance(self.json, dict) and not is_mock(self.json):
            raise self.make_error(f"Expected a JSON object, got {self._describe_json()}")
        json_object: dict[str, Any] = self.json
        return json_object

    def json_array(self) -> list[Any]:
        """Return the JSON array that was promised."""
        if is_mock(self.json):
            return [*self.json]
        if not isinstance(self.json, list):
            raise self.make_error(f"Expected a JSON array, got {self._describe_json()}")
        return self.json

    def page(self, keys: Sequence[str]) -> dict[str, Any]:
        """Return the envelope of one page: an object with `keys`, of which "docs" is an array."""
        page = self.json_object()
        if is_mock(page):
            return page
        missing = [key for key in keys if key not in page]
        if missing:
            raise self.make_error(f"Expected a page, got an object without {', '.join(missing)}")
        if not isinstance(page["docs"], list):
            raise self.make_error("Expected a page, got docs that are no array")
        return page

    def parse_with(self, parse: Callable[..., T], *args: Any) -> T:
        """Return what `parse` makes of the result; its error gets the response as context."""
        try:
            return parse(*args)
        except ScaleException as error:
            message = error.message
        del args  # which hold what the service has echoed
        raise self.make_error(message)

    def _describe_json(self) -> str:
        names = {dict: "an object", list: "an array", str: "a string", type(None): "no JSON"}
        if self.json is None and self.content.strip() == b"null":
            return "null"
        return names.get(type(self.json), repr(self.json))


def _dumped(value: Any) -> bytes:
    try:
        return json.dumps(value).encode()
    except (TypeError, ValueError):  # a mock
        return b""


def is_mock(value: Any) -> bool:
    """Return whether a value is a mock of a test, which can't be validated."""
    mock = sys.modules.get("unittest.mock")
    return mock is not None and isinstance(value, mock.NonCallableMock)


def json_or_none(content: bytes) -> Any:
    """Return a body as JSON, None where it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def error_from_response(
    response: requests.Response,
    attempts: tuple[Attempt, ...],
    note: str = "",
    secrets: Iterable[str] = (),
) -> ScaleException:
    """Return the most specific exception for a response that is no success.

    Args:
        response: Its body has been read.
        attempts: Those of the call.
        note: What to add to the message.
        secrets: What an error page may echo; replaced in the response.
    """
    mask_response(response, secrets)
    code = response.status_code
    error_class = ExceptionMap.get(code, ScaleException)
    error = error_class(_server_message(response) + note, code)
    return attach_context(error, response, attempts)


def mask_response(response: requests.Response, secrets: Iterable[str]) -> None:
    """Replace secrets that the service has echoed in a response whose body has been read."""
    secrets = list(secrets)
    content = response.content or b""
    for secret in secrets:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            content = content.replace(secret.encode(encoding), MASK.encode(encoding))
    masked_headers = mask_headers(response.headers, secrets)
    reason = mask(response.reason or "", secrets)
    if content == response.content and not masked_headers and reason == (response.reason or ""):
        return
    response._content = content
    response.headers.update(masked_headers)
    response.reason = reason
    response.cookies.clear()
    response.raw = empty_response(response.headers, response.status_code, reason)


def connection_error(
    message: str, timed_out: bool, method: str, url: str, attempts: tuple[Attempt, ...]
) -> ScaleConnectionError:
    """Return the exception for a call without a complete response."""
    error = (ScaleConnectionTimeout if timed_out else ScaleConnectionError)(message)
    error.method, error.url, error.attempts = method, url, attempts
    return error


def pluralize_attempts(number: int) -> str:
    """Return how many attempts there were, in words."""
    return "1 attempt" if number == 1 else f"{number} attempts"


def attach_context(
    error: ScaleException, response: requests.Response, attempts: tuple[Attempt, ...]
) -> ScaleException:
    """Return the same error, with all that is known about the call."""
    response.url = without_password(response.url or "")
    error.response = response
    error.headers = response.headers
    error.body = body_preview(response)
    error.method = response.request.method
    error.url = without_password(response.request.url or "")
    error.attempts = attempts
    return error


def body_preview(response: requests.Response) -> str:
    """Return the body as text, at most `MAX_BODY_BYTES` of it."""
    content = (response.content or b"")[:MAX_BODY_BYTES]
    named = "charset" in response.headers.get("Content-Type", "")
    try:
        return content.decode((named and response.encoding) or "utf-8", "replace")
    except (LookupError, ValueError):  # no charset, or none for text
        return content.decode("utf-8", "replace")


def _server_message(response: requests.Response) -> str:
    """Return what the server says: `error` of Scale's error body, else the text or the reason."""
    body = json_or_none(response.content or b"")
    message = body.get("error") if isinstance(body, dict) else None
    if message and not isinstance(message, str):
        message = json.dumps(message)
    return (message or body_preview(response))[:MAX_BODY_BYTES].strip() or response.reason or ""
