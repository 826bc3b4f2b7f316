"""Pages of tasks, each task as the text that the service sent."""

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
    """A task: its id, and its JSON as it was sent, in one line."""

    id: str
    line: str


class TaskPageReader:
    """Asks for pages of tasks, and counts what that takes.

    Attributes:
        requests: how many were sent, those that were sent again included.
    """

    def __init__(self, client: ClientMixin) -> None:
        self._client = client
        self._lock = Lock()
        self.requests = 0

    def page(self, query: Mapping[str, Any]) -> Paginator[RawTask]:
        """One page of the tasks that pass these filters, which go by their names on the wire."""
        answer = self._client._request("GET", "tasks", params=query)
        with self._lock:
            self.requests += len(answer.attempts) or 1
        return answer.parse_with(page_of, answer)

    def count(self, query: Mapping[str, Any]) -> int:
        """How many tasks pass these filters."""
        return self.page({**query, "limit": 1}).total


def page_of(answer: APIResult) -> Paginator[RawTask]:
    """Return the page in a response.

    Raises:
        ScaleException: it holds none.
    """
    try:
        page = dict(_iter_members(answer.text))
    except (ValueError, RecursionError) as error:
        raise ScaleException(f"Expected a page of tasks: {error}") from None
    docs, total = page.get("docs"), page.get("total")
    if not isinstance(docs, list) or not isinstance(total, int):
        raise ScaleException("Expected a page of tasks, with docs and their total")
    limit, offset = page.get("limit"), page.get("offset")
    has_more, token = page.get("has_more"), page.get("next_token")
    return Paginator(docs, total, limit, offset, has_more, token)  # type: ignore[arg-type]


def _iter_members(text: str) -> Iterator[tuple[str, Any]]:
    """Yield the members of a JSON object, in which "docs" are tasks.

    Raises:
        ValueError: it holds no object, or rows that are no tasks.
    """
    at = _expect(text, 0, "{")
    while text[at : at + 1] != "}":
        name, at = _read(text, at)
        at = _expect(text, at, ":")
        value, at = _parse_tasks(text, at) if name == "docs" else _read(text, at)
        yield name, value
        at = _skip_separator(text, at, "}")


def _parse_tasks(text: str, at: int) -> tuple[list[RawTask], int]:
    """Return the tasks of the array that begins here, and where it ends."""
    rows = []
    at = _expect(text, at, "[")
    while text[at : at + 1] != "]":
        task, end = _read(text, at)
        if not isinstance(task, dict) or not isinstance(task.get("task_id"), str):
            raise ValueError(f"no task, for want of a task_id: {text[at : at + 80]}")
        # Ends of line stand in JSON only where a space may.
        line = text[at:end].replace("\n", " ").replace("\r", " ")
        rows.append(RawTask(task["task_id"], line))
        at = _skip_separator(text, end, "]")
    return rows, at + 1


def _skip_separator(text: str, at: int, close: str) -> int:
    """Where the next member begins, or where the bracket stands that ends them."""
    at = _space.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing too
    if text[at : at + 1] == close:
        return at
    at = _expect(text, at, ",")
    if text[at : at + 1] == close:
        raise ValueError(f"a comma before {close!r} at character {at}")
    return at


def _expect(text: str, at: int, sign: str) -> int:
    """Where the first thing after a sign stands."""
    at = _space.match(text, at).end()  # type: ignore[union-attr]
    if text[at : at + 1] != sign:
        raise ValueError(f"no {sign!r} at character {at}")
    return _space.match(text, at + 1).end()  # type: ignore[union-attr]
