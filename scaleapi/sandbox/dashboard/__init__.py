"""The dashboard at `GET /`: an HTML page, without scripts, of what the sandbox holds and received.

All that it shows is untrusted text. The template escapes it for HTML; control characters, and those
that change the direction of text, are replaced by their JSON escapes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment

from ... import drawing
from ..backend.state import SandboxState
from ..backend.store import BATCHES, PROJECTS, TASKS, Doc, Filter, Table, equal, public
from ..requests_log import RecordedRequest

PAGE_SIZES = {"projects": 20, "batches": 20, "tasks": 50, "requests": 50}  # rows, by section
MAX_TEXT_CHARS = 20_000  # of one JSON text; a task may have a hundred million
MAX_CELL_CHARS = 200
MAX_ANNOTATIONS = 200  # drawn for one task
MAX_IMAGE_CHARS = 500_000  # of a data URL that is shown below the annotations
LABEL_LENGTH = 8  # hex digits of an account

_STYLE = resources.files(__name__).joinpath("style.css").read_text("utf-8")
_TEMPLATE = Environment(autoescape=True).from_string(
    resources.files(__name__).joinpath("template.html").read_text("utf-8")
)
_JSON = json.JSONEncoder(indent=2, ensure_ascii=False)
_STATUS_CLASSES = {
    "completed": "good", "pending": "waiting", "staging": "waiting", "in_progress": "waiting",
    "paused": "waiting", "error": "bad",
}  # fmt: skip
_TASK_COLUMNS = {"projects": "project", "batches": "batch"}  # by which a section links to tasks


@dataclass(frozen=True)
class DashboardQuery:
    """What to show.

    Attributes:
        account: Label of an account; empty for the one with the newest object.
        project: Name of the only project to show; empty for all.
        batch: Name of the only batch to show; empty for all.
        pages: Page number of each section, from 1.
    """

    account: str
    project: str
    batch: str
    pages: dict[str, int]


@dataclass(frozen=True)
class Row:
    """An object or a request: its cells, and what unfolds below them.

    Attributes:
        cells: One text per column of the section.
        details: The JSON or the request as text.
        link: Text and URL of a link; None without one.
        svg: The drawn annotations; empty without any.
    """

    cells: Sequence[str]
    details: str
    link: tuple[str, str] | None = None
    svg: str = ""


@dataclass(frozen=True)
class Section:
    """One page of a listing.

    Attributes:
        name: Name of the section.
        columns: Names of the columns.
        rows: The rows of the page, newest first.
        start: Number of rows on earlier pages.
        total: Number of rows on all pages.
        newest: URL of the first page; None where it is near.
        newer: URL of the page before; None without one.
        older: URL of the page after; None without one.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Row]
    start: int
    total: int
    newest: str | None
    newer: str | None
    older: str | None


class Dashboard:
    """The dashboard for one request.

    Args:
        state: The sandbox's state.
        query: What to show.
        url: Instance URL to display.
    """

    def __init__(self, state: SandboxState, query: DashboardQuery, url: str) -> None:
        self._state = state
        self._query = query
        self._url = url
        self._accounts = {account[:LABEL_LENGTH]: account for account in _accounts(state)}
        self._label = query.account or next(iter(self._accounts), "")

    def html(self) -> str:
        """Return the page as HTML."""
        query = self._query
        filters = (("project", query.project), ("batch", query.batch))
        return _TEMPLATE.render(
            style=_STYLE,
            live=self._state.live,
            url=self._url,
            accounts=[
                (label, _link(account=label), label == self._label) for label in self._accounts
            ],
            filters=[(kind, format_cell(name)) for kind, name in filters if name],
            unfiltered=_link(account=query.account),
            sections=[
                self._objects("projects", PROJECTS, ("name", "type"), name=query.project),
                self._objects(
                    "batches", BATCHES, ("name", "project", "status"),
                    project=query.project, name=query.batch,
                ),
                self._objects(
                    "tasks", TASKS, ("task_id", "type", "project", "batch", "status"),
                    project=query.project, batch=query.batch,
                ),
                self._requests(),
            ],
            status_class=_status_class,
        )  # fmt: skip

    def _objects(self, section: str, table: Table, keys: Sequence[str], **names: str) -> Section:
        account = self._accounts.get(self._label, "")
        filters = equal(**{column: name for column, name in names.items() if name})
        size, start = PAGE_SIZES[section], self._start(section)
        page = self._state.store.page(table, account, filters, size, start)
        column, counts = _TASK_COLUMNS.get(section), {}
        if column is not None:
            listed = Filter(column, "in", [doc["name"] for doc in page.docs])
            counts = self._state.store.count_by(TASKS, account, column, [listed])
        rows = [
            Row(
                [_short_timestamp(doc["created_at"]), *(format_cell(doc.get(key)) for key in keys)],
                format_json(public(doc)),
                self._link_to_tasks(column, doc["name"], counts) if column else None,
                _draw_annotations(doc) if table is TASKS else "",
            )
            for doc in page.docs
        ]
        return self._section(section, ("created", *keys), rows, page.total)

    def _requests(self) -> Section:
        requests = self._state.requests.as_list()[::-1]
        start = self._start("requests")
        rows = [
            Row(
                [
                    _short_timestamp(request.received_at),
                    format_cell(request.method),
                    format_cell(request.path),
                    format_cell(request.status or "none"),
                ],
                _format_request(request),
            )
            for request in requests[start : start + PAGE_SIZES["requests"]]
        ]
        columns = ("arrived", "method", "path", "status")
        return self._section("requests", columns, rows, len(requests))

    def _start(self, section: str) -> int:
        return (self._query.pages[section] - 1) * PAGE_SIZES[section]

    def _link_to_tasks(
        self, column: str, name: str, counts: dict[str, int]
    ) -> tuple[str, str] | None:
        if len(name) > MAX_CELL_CHARS:  # too long for a URL
            return None
        count = counts.get(name, 0)
        url = _link("tasks", account=self._label, **{column: name})
        return f"{count:,} task{'' if count == 1 else 's'}", url

    def _section(
        self, name: str, columns: Sequence[str], rows: Sequence[Row], total: int
    ) -> Section:
        number, start = self._query.pages[name], self._start(name)
        return Section(
            name,
            columns,
            rows,
            start,
            total,
            newest=self._page_link(name, 1) if number > 2 else None,
            newer=self._page_link(name, number - 1) if number > 1 else None,
            older=self._page_link(name, number + 1) if start + len(rows) < total and rows else None,
        )

    def _page_link(self, section: str, number: int) -> str:
        query = self._query
        pages = {**query.pages, section: number}
        return _link(
            section,
            account=query.account,
            project=query.project,
            batch=query.batch,
            **{name: str(page) for name, page in pages.items() if page > 1},
        )


def content_security_policy() -> str:
    """Return the policy that allows the page's style sheet, by its digest, and data URLs only."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def format_cell(value: Any) -> str:
    """Format a value for a row, which is cut after `MAX_CELL_CHARS`.

    Args:
        value: Any value; None is shown as nothing.

    Returns:
        Printable text, not escaped for HTML.
    """
    text = "" if value is None else str(value)
    cut = text if len(text) <= MAX_CELL_CHARS else f"{text[:MAX_CELL_CHARS]}…"
    return _escape_unprintable(cut.strip())


def format_json(value: Any) -> str:
    """Format a value as indented JSON, which is cut after `MAX_TEXT_CHARS`.

    Args:
        value: What `json.dumps` takes.

    Returns:
        Printable text, not escaped for HTML.
    """
    text = ""
    # Encoded only as far as shown: the indents of deeply nested JSON could fill the memory.
    for chunk in _JSON.iterencode(value):
        text += chunk
        if len(text) > MAX_TEXT_CHARS:
            break
    return _cut(text)


def _format_request(request: RecordedRequest) -> str:
    parts = [f"query: {format_json(request.query)}"] if request.query else []
    if request.form is not None:
        parts.append(f"form: {format_json(request.form)}")
    elif request.content:
        parts.append(f"body: {_format_body(request.content)}")
    return "\n".join(parts) or "(neither query nor body)"


def _format_body(content: bytes) -> str:
    if len(content) <= MAX_TEXT_CHARS:
        try:
            return format_json(json.loads(content))
        except (ValueError, RecursionError):
            pass  # shown as received
    return _cut(content.decode("utf-8", "replace"))


def _cut(text: str) -> str:
    cut = text if len(text) <= MAX_TEXT_CHARS else f"{text[:MAX_TEXT_CHARS]}\n… and more"
    return _escape_unprintable(cut)


def _escape_unprintable(text: str) -> str:
    return "".join(
        char
        if char == "\n" or char.isprintable() or unicodedata.category(char) == "Zs"  # spaces
        else json.dumps(char)[1:-1]
        for char in text
    )


def _short_timestamp(timestamp: str) -> str:
    return format_cell(timestamp)[:19].replace("T", " ")


def _draw_annotations(task: Doc) -> str:
    """Return the annotations of a completed image task as SVG, else an empty string.

    Attachments are never downloaded; one that is a data URL is shown below the annotations.
    """
    if task["type"] not in drawing.TASK_GEOMETRIES or not task.get("response"):
        return ""
    attachment = task["params"].get("attachment")
    is_data = isinstance(attachment, str) and attachment.startswith("data:image/")
    is_shown = is_data and len(attachment) <= MAX_IMAGE_CHARS
    return drawing.draw(task, None if is_shown else "", max_annotations=MAX_ANNOTATIONS).svg


def _status_class(status: str) -> str:
    """Return the CSS class for the status of an object or a response."""
    if status.isdigit():
        return "good" if status < "400" else "bad"
    return _STATUS_CLASSES.get(status, "")


def _accounts(state: SandboxState) -> list[str]:
    """Return all accounts, the one with the newest object first."""
    newest: dict[str, str] = {}
    for table in (PROJECTS, BATCHES, TASKS):
        for account, created_at in state.store.newest_by_account(table).items():
            newest[account] = max(created_at, newest.get(account, ""))
    return sorted(newest, key=lambda account: (newest[account], account), reverse=True)


def _link(anchor: str = "", **query: str) -> str:
    encoded = urlencode({name: value for name, value in query.items() if value})
    return f"/?{encoded}#{anchor}" if anchor else f"/?{encoded}"
