"""Read pages of tasks, keeping each task's JSON as the service sent it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from json.decoder import JSONDecoder
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._resource import ClientMixin
from ...exceptions import ScaleException
from ...pagination import Paginator

if TYPE_CHECKING:
    from ..._http.response import APIResult

_read = JSONDecoder().raw_decode
_space = re.compile(r"[ \t\r\n]*")


class RawTask(NamedTuple):
    """A task's id, and its JSON as it was sent, in one line."""

    id: str
    line: str


class TaskPageReader:
    """Fetches pages of tasks, and counts the requests.

    Attributes:
        requests: Number of requests so far, retries included.
    """

    def __init__(self, client: ClientMixin) -> None:
        self._client = client
        self._lock = Lock()
        self.requests = 0

    def page(self, query: Mapping[str, Any]) -> Paginator[RawTask]:
        """Return one page of tasks; the filters have their names in the query."""
        result = self._client._request("GET", "tasks", params=query)
        with self._lock:
            self.requests += len(result.attempts) or 1
        return result.parse_with(page_of, result)

    def count(self, query: Mapping[str, Any]) -> int:
        """Return the number of tasks that match."""
        return self.page({**query, "limit": 1}).total


def page_of(result: APIResult) -> Paginator[RawTask]:
    """Return the page in a response.

    Raises:
        ScaleException: If it is not a page of tasks.
    """
    try:
        page = dict(_iter_members(result.text))
    except (ValueError, RecursionError) as error:
        raise ScaleException(f"Expected a page of tasks: {error}") from None
    docs, total = page.get("docs"), page.get("total")
    if not isinstance(docs, list) or not isinstance(total, int):
        raise ScaleException("Expected a page of tasks, with docs and their total")
    limit, offset = page.get("limit"), page.get("offset")
    has_more, token = page.get("has_more"), page.get("next_token")
    return Paginator(docs, total, limit, offset, has_more, token)  # type: ignore[arg-type]


def _iter_members(text: str) -> Iterator[tuple[str, Any]]:
    """Yield the members of a JSON object whose "docs" are tasks.

    Raises:
        ValueError: If it is not an object, or "docs" has items that are not tasks.
    """
    at = _expect(text, 0, "{")
    while text[at : at + 1] != "}":
        name, at = _read(text, at)
        at = _expect(text, at, ":")
        value, at = _parse_tasks(text, at) if name == "docs" else _read(text, at)
        yield name, value
        at = _skip_separator(text, at, "}")


def _parse_tasks(text: str, at: int) -> tuple[list[RawTask], int]:
    """Return the tasks of the array that begins at a position, and the position of its end."""
    tasks = []
    at = _expect(text, at, "[")
    while text[at : at + 1] != "]":
        task, end = _read(text, at)
        if not isinstance(task, dict) or not isinstance(task.get("task_id"), str):
            raise ValueError(f"expected a task with a task_id, got {text[at : at + 80]}")
        # Outside of strings a line break is white space, and inside it is escaped.
        line = text[at:end].replace("\n", " ").replace("\r", " ")
        tasks.append(RawTask(task["task_id"], line))
        at = _skip_separator(text, end, "]")
    return tasks, at + 1


def _skip_separator(text: str, at: int, close: str) -> int:
    """Return the position of the next item, or of the closing bracket."""
    at = _space.match(text, at).end()  # type: ignore[union-attr]  # it matches the empty string
    if text[at : at + 1] == close:
        return at
    at = _expect(text, at, ",")
    if text[at : at + 1] == close:
        raise ValueError(f"unexpected comma before {close!r} at character {at}")
    return at


def _expect(text: str, at: int, sign: str) -> int:
    """Return the position of the first token after `sign`, which must be next."""
    at = _space.match(text, at).end()  # type: ignore[union-attr]
    if text[at : at + 1] != sign:
        raise ValueError(f"expected {sign!r} at character {at}")
    return _space.match(text, at + 1).end()  # type: ignore[union-attr]
