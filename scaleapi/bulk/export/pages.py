"""Read pages of tasks, keeping each task's JSON as the service sent it."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._raw_json import expect, iter_members, read_value, skip_separator
from ..._resource import ClientMixin
from ...exceptions import ScaleException
from ...pagination import Paginator

if TYPE_CHECKING:
    from ..._http.response import APIResult


class RawTask(NamedTuple):
    """A task's id, and its JSON as it was sent, in one line."""

    id: str
    line: str


class TaskPageReader:
    """Fetches pages of tasks, and counts the requests.

    Attributes:
        requests: Number of requests so far, retries included.
        served_at: The value of the header Date of the last response, "" if it had none.
    """

    def __init__(self, client: ClientMixin) -> None:
        self._client = client
        self._lock = Lock()
        self.requests = 0
        self.served_at = ""

    def page(self, query: Mapping[str, Any]) -> Paginator[RawTask]:
        """Return one page of tasks; the filters have their names in the query."""
        result = self._client._request("GET", "tasks", params=query)
        with self._lock:
            self.requests += len(result.attempts) or 1
            self.served_at = result.response.headers.get("Date", "")
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
        page = dict(iter_members(result.text, _parse_member))
    except (ValueError, RecursionError) as error:
        raise ScaleException(f"Expected a page of tasks: {error}") from None
    docs, total = page.get("docs"), page.get("total")
    if not isinstance(docs, list) or not isinstance(total, int):
        raise ScaleException("Expected a page of tasks, with docs and their total")
    limit, offset = page.get("limit"), page.get("offset")
    has_more, token = page.get("has_more"), page.get("next_token")
    return Paginator(docs, total, limit, offset, has_more, token)  # type: ignore[arg-type]


def _parse_member(name: str, text: str, at: int) -> tuple[Any, int]:
    return _parse_tasks(text, at) if name == "docs" else read_value(text, at)


def _parse_tasks(text: str, at: int) -> tuple[list[RawTask], int]:
    """Return the tasks of the array that begins at a position, and the position of its end."""
    tasks = []
    at = expect(text, at, "[")
    while text[at : at + 1] != "]":
        task, end = read_value(text, at)
        if not isinstance(task, dict) or not isinstance(task.get("task_id"), str):
            raise ValueError(f"expected a task with a task_id, got {text[at : at + 80]}")
        # Outside of strings a line break is white space, and inside it is escaped.
        line = text[at:end].replace("\n", " ").replace("\r", " ")
        tasks.append(RawTask(task["task_id"], line))
        at = skip_separator(text, end, "]")
    return tasks, at + 1
