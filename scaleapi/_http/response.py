"""What the service answered: its JSON where it is a success, else the right exception."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, TypeVar

import requests

from ..exceptions import (
    MAX_BODY_BYTES,
    Attempt,
    ExceptionMap,
    ScaleConnectionError,
    ScaleConnectionTimeout,
    ScaleException,
)

T = TypeVar("T")
_UNREAD = object()


class Answer:
    """A success.

    Attributes:
        response: the last answer.
        attempts: what each try met.
        took: seconds from the first try to this answer, all waits included.
        was_found: whether that answer was a refusal, and the object was looked up.
    """

    def __init__(
        self,
        response: requests.Response,
        attempts: Tuple[Attempt, ...],
        took: float = 0.0,
        found: Any = _UNREAD,
    ) -> None:
        """`found` stands for the body where the object was looked up inside another answer."""
        self.response = response
        self.attempts = attempts
        self.took = took
        self.was_found = found is not _UNREAD
        self._found = found

    @property
    def text(self) -> str:
        """The body as the service sent it."""
        content = self.response.content
        return content.decode(json.detect_encoding(content), "surrogatepass")

    @cached_property
    def json(self) -> Any:
        """What the body holds, None where it is empty or no JSON."""
        return self._found if self.was_found else json_or_none(self.response)

    def error(self, complaint: str) -> ScaleException:
        """The exception for an answer that is not what was promised."""
        return with_context(
            ScaleException(complaint, self.response.status_code), self.response, self.attempts
        )

    def object(self) -> Dict[str, Any]:
        """The JSON object that was promised."""
        if not isinstance(self.json, dict):
            raise self.error(f"The answer should be a JSON object, but is {_kind(self)}")
        return self.json

    def rows(self) -> List[Any]:
        """The JSON array that was promised."""
        if not isinstance(self.json, list):
            raise self.error(f"The answer should be a JSON array, but is {_kind(self)}")
        return self.json

    def page(self, keys: Sequence[str]) -> Dict[str, Any]:
        """The envelope of one page: an object with `keys`, of which "docs" is an array."""
        page = self.object()
        missing = [key for key in keys if key not in page]
        if missing:
            raise self.error(f"The answer should be a page, but lacks {', '.join(missing)}")
        if not isinstance(page["docs"], list):
            raise self.error("The answer should be a page, but its docs are no array")
        return page

    def build(self, make: Callable[..., T], *args: Any) -> T:
        """What `make` makes of the answer; its complaint is given the answer as context."""
        try:
            return make(*args)
        except ScaleException as error:
            raise self.error(error.message) from None


def json_or_none(response: requests.Response) -> Any:
    """The body as JSON, None where it is none."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def refusal(
    response: requests.Response, attempts: Tuple[Attempt, ...], risk: str = ""
) -> ScaleException:
    """The most specific exception for an answer that is no success; `risk` ends its message."""
    code = response.status_code
    kind = ExceptionMap.get(code, ScaleException)
    return with_context(kind(_server_sentence(response) + risk, code), response, attempts)


def no_answer(
    complaint: str, in_time: bool, method: Optional[str], url: str, attempts: Tuple[Attempt, ...]
) -> ScaleConnectionError:
    """The exception for a call without a whole answer; `in_time` is false where time ran out."""
    error = (ScaleConnectionError if in_time else ScaleConnectionTimeout)(complaint)
    error.method, error.url, error.attempts = method, url, attempts
    return error


def tries(number: int) -> str:
    """How many tries there were, in words."""
    return "1 try" if number == 1 else f"{number} tries"


def with_context(
    error: ScaleException, response: requests.Response, attempts: Tuple[Attempt, ...]
) -> ScaleException:
    """The same error, with all that is known about the call."""
    error.response = response
    error.headers = response.headers
    error.body = text_of(response)
    error.method = response.request.method
    error.url = response.request.url
    error.attempts = attempts
    return error


def text_of(response: requests.Response) -> str:
    """The body as text, at most `MAX_BODY_BYTES` of it."""
    content = response.content[:MAX_BODY_BYTES]
    named = "charset" in response.headers.get("Content-Type", "")
    try:
        return content.decode((named and response.encoding) or "utf-8", "replace")
    except (LookupError, ValueError):  # no charset, or none for text
        return content.decode("utf-8", "replace")


def _server_sentence(response: requests.Response) -> str:
    """What the server says: `error` of Scale's error body, else the text, else the reason."""
    body = json_or_none(response)
    sentence = body.get("error") if isinstance(body, dict) else None
    if sentence and not isinstance(sentence, str):
        sentence = json.dumps(sentence)
    said = (sentence or text_of(response))[:MAX_BODY_BYTES].strip()
    return said or response.reason or ""


def _kind(answer: Answer) -> str:
    names = {dict: "an object", list: "an array", str: "a text", type(None): "no JSON"}
    if answer.json is None and json_is_null(answer.response):
        return "null"
    return names.get(type(answer.json), repr(answer.json))


def json_is_null(response: requests.Response) -> bool:
    """Whether the body is the JSON text `null`."""
    return response.content.strip() == b"null"
