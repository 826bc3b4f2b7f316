"""A page to look at: what the sandbox holds and what it was asked, as HTML without any script.

All that is shown is somebody else's text. It is escaped by the template, and characters that would
not be seen, or would turn the text around them, are spelled out.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple
from urllib.parse import urlencode

from flask import render_template_string

from ... import drawing
from ..._html import escape_control_chars
from ..backend.state import SandboxState
from ..backend.store import BATCHES, PROJECTS, TASKS, Doc, Filter, Table, equal, public
from ..requests_log import RecordedRequest

PAGE_SIZES = {"projects": 20, "batches": 20, "tasks": 50, "requests": 50}  # rows of one page
MAX_TEXT_CHARS = 20_000  # characters of one JSON; a task may have a hundred million
MAX_CELL_CHARS = 200
MAX_ANNOTATIONS = 200  # annotations of one task
MAX_IMAGE_CHARS = 500_000  # characters of a picture that is its own address
ACCOUNT_LABEL_LENGTH = 8  # hex digits of an account

_JSON = json.JSONEncoder(indent=2, ensure_ascii=False)

_STATUS_CLASSES = {
    "completed": "good", "pending": "waiting", "staging": "waiting", "in_progress": "waiting",
    "paused": "waiting", "error": "bad",
}  # fmt: skip


@dataclass(frozen=True)
class DashboardQuery:
    """What a visitor asked to see.

    Attributes:
        account: the label of an account; the one with the newest object when empty.
        project: a project's name, to see that project's only.
        batch: a batch's name, likewise.
        pages: the number of each section's page, from 1.
    """

    account: str
    project: str
    batch: str
    pages: Dict[str, int]


@dataclass(frozen=True)
class Row:
    """One object or request: its cells, what is folded below them, what it leads to."""

    cells: Sequence[str]
    folded: str
    link: Optional[Tuple[str, str]] = None  # text and address
    svg: str = ""  # its annotations


@dataclass(frozen=True)
class Section:
    """One page of a listing, and the ways to its other pages."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Row]
    start: int
    total: int
    newest: Optional[str]
    newer: Optional[str]
    older: Optional[str]


class Dashboard:
    """The page for one visitor."""

    def __init__(self, state: SandboxState, wanted: DashboardQuery, address: str) -> None:
        self._state = state
        self._recorded = state.requests.as_list()
        self._wanted = wanted
        self._address = address
        self._accounts = _accounts(state)
        labels = [
            account
            for account in self._accounts
            if account[:ACCOUNT_LABEL_LENGTH] == wanted.account
        ]
        self._account = (labels or ([] if wanted.account else self._accounts) or [""])[0]

    def html(self) -> str:
        """The whole document."""
        wanted = self._wanted
        return render_template_string(
            _TEMPLATE,
            style=_STYLE,
            live=self._state.live,
            address=self._address,
            accounts=[
                (
                    account[:ACCOUNT_LABEL_LENGTH],
                    _link(account=account[:ACCOUNT_LABEL_LENGTH]),
                    account == self._account,
                )
                for account in self._accounts
            ],
            filters=[
                (kind, format_cell(name))
                for kind, name in (("project", wanted.project), ("batch", wanted.batch))
                if name
            ],
            unfiltered=_link(account=wanted.account),
            sections=[self._projects(), self._batches(), self._tasks(), self._requests()],
            status_class=status_class,
        )

    def _projects(self) -> Section:
        filters = equal(name=self._wanted.project) if self._wanted.project else []
        docs, total = self._listed("projects", PROJECTS, filters)
        tasks = self._tasks_by("project", docs)
        rows = [
            Row(
                [
                    _short_timestamp(doc["created_at"]),
                    format_cell(doc["name"]),
                    format_cell(doc["type"]),
                ],
                format_json(public(doc)),
                self._to_tasks(tasks, "project", doc["name"]),
            )
            for doc in docs
        ]
        return self._section("projects", ("created", "name", "type"), rows, total)

    def _batches(self) -> Section:
        filters = self._filters("name")
        docs, total = self._listed("batches", BATCHES, filters)
        tasks = self._tasks_by("batch", docs)
        rows = [
            Row(
                [
                    _short_timestamp(doc["created_at"]),
                    format_cell(doc["name"]),
                    format_cell(doc["project"]),
                    format_cell(doc["status"]),
                ],
                format_json(public(doc)),
                self._to_tasks(tasks, "batch", doc["name"]),
            )
            for doc in docs
        ]
        return self._section("batches", ("created", "name", "project", "status"), rows, total)

    def _tasks(self) -> Section:
        docs, total = self._listed("tasks", TASKS, self._filters("batch"))
        keys = ("task_id", "type", "project", "batch", "status")
        rows = [
            Row(
                [_short_timestamp(doc["created_at"]), *(format_cell(doc.get(key)) for key in keys)],
                format_json(public(doc)),
                svg=render_annotations(doc),
            )
            for doc in docs
        ]
        return self._section("tasks", ("created", *keys), rows, total)

    def _requests(self) -> Section:
        start = self._start("requests")
        newest_first = self._recorded[::-1][start : start + PAGE_SIZES["requests"]]
        rows = [
            Row(
                [
                    _short_timestamp(request.received_at),
                    format_cell(request.method),
                    format_cell(request.path),
                    format_cell(request.status or "none"),
                ],
                format_request(request),
            )
            for request in newest_first
        ]
        columns = ("arrived", "method", "path", "status")
        return self._section("requests", columns, rows, len(self._recorded))

    def _filters(self, batch_column: str) -> List[Filter]:
        chosen = {"project": self._wanted.project, batch_column: self._wanted.batch}
        return equal(**{column: name for column, name in chosen.items() if name})

    def _listed(
        self, name: str, table: Table, filters: Sequence[Filter]
    ) -> Tuple[Sequence[Doc], int]:
        found = self._state.store.page(
            table, self._account, filters, PAGE_SIZES[name], self._start(name)
        )
        return found.docs, found.total

    def _start(self, name: str) -> int:
        return (self._wanted.pages[name] - 1) * PAGE_SIZES[name]

    def _tasks_by(self, column: str, docs: Sequence[Doc]) -> Dict[str, int]:
        among = Filter(column, "in", [doc["name"] for doc in docs])
        return self._state.store.count_by(TASKS, self._account, column, [among])

    def _to_tasks(self, counts: Dict[str, int], kind: str, name: str) -> Optional[Tuple[str, str]]:
        count = counts.get(name, 0)
        if len(name) > MAX_CELL_CHARS:  # too long for an address
            return None
        address = _link("tasks", account=self._account[:ACCOUNT_LABEL_LENGTH], **{kind: name})
        return f"{count:,} task{'' if count == 1 else 's'}", address

    def _section(
        self, name: str, columns: Sequence[str], rows: Sequence[Row], total: int
    ) -> Section:
        number, start = self._wanted.pages[name], self._start(name)
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

    def _page_link(self, name: str, number: int) -> str:
        wanted = self._wanted
        chosen = {"account": wanted.account, "project": wanted.project, "batch": wanted.batch}
        pages = {each: page for each, page in {**wanted.pages, name: number}.items() if page > 1}
        return _link(name, **chosen, **{each: str(page) for each, page in pages.items()})


def content_security_policy() -> str:
    """Nothing is loaded, run or framed; the one style sheet is known by its digest.

    The pictures stand in the page itself.
    """
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def format_cell(value: Any) -> str:
    """A value short enough for a row; all of it stands in the JSON."""
    text = "" if value is None else str(value)
    return escape_control_chars(
        (text if len(text) <= MAX_CELL_CHARS else text[:MAX_CELL_CHARS] + "…").strip()
    )


def _short_timestamp(stamp: Any) -> str:
    """A timestamp to the second."""
    return format_cell(stamp)[:19].replace("T", " ")


def format_json(value: Any) -> str:
    """A value as JSON to be read, cut where it gets very long."""
    text = ""
    # No further than is shown: with its indents, what is nested deeply would fill the memory.
    for piece in _JSON.iterencode(value):
        text += piece
        if len(text) > MAX_TEXT_CHARS:
            break
    return escape_control_chars(_cut(text))


def render_annotations(task: Doc) -> str:
    """The annotations of a completed image task as SVG; else nothing.

    No attachment is loaded, for the page asks nothing of other places: below the annotations is
    the picture only where it is its own address.
    """
    if task["type"] not in drawing.TASK_GEOMETRIES or not task.get("response"):
        return ""
    attachment = task["params"].get("attachment")
    itself = isinstance(attachment, str) and attachment.startswith("data:image/")
    small = itself and len(attachment) <= MAX_IMAGE_CHARS
    return drawing.draw(task, None if small else "", max_annotations=MAX_ANNOTATIONS).svg


def format_request(request: RecordedRequest) -> str:
    """What came with a request: its query, and its body or form."""
    parts = [f"query: {format_json(request.query)}"] if request.query else []
    if request.form is not None:
        parts.append(f"form: {format_json(request.form)}")
    elif request.content:
        parts.append(f"body: {_body(request.content)}")
    return "\n".join(parts) or "(neither query nor body)"


def status_class(status: str) -> str:
    """The style class of a status, of an object or of an answer; empty for a plain one."""
    if status.isdigit():
        return "good" if status < "400" else "bad"
    return _STATUS_CLASSES.get(status, "")


def _body(content: bytes) -> str:
    if len(content) <= MAX_TEXT_CHARS:
        try:
            return format_json(json.loads(content))
        except (ValueError, RecursionError):
            pass  # shown as it came
    return escape_control_chars(_cut(content.decode("utf-8", "replace")))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT_CHARS else f"{text[:MAX_TEXT_CHARS]}\n… and more"


def _accounts(state: SandboxState) -> List[str]:
    """All accounts, the one with the newest object first."""
    newest: Dict[str, str] = {}
    for table in (PROJECTS, BATCHES, TASKS):
        for account, created_at in state.store.newest_by_account(table).items():
            newest[account] = max(created_at, newest.get(account, ""))
    return sorted(newest, key=lambda account: (newest[account], account), reverse=True)


def _link(anchor: str = "", **query: str) -> str:
    chosen = urlencode({name: value for name, value in query.items() if value})
    return f"/?{chosen}#{anchor}" if anchor else f"/?{chosen}"


_STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --dim: #5b6570; --line: #dde1e6;
  --paper: #fff; --fold: #f5f6f8; --link: #0b57b7; --good: #14672f; --waiting: #7a5200;
  --bad: #a1232b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7eb; --dim: #9aa5b1; --line: #353c45;
  --paper: #15181c; --fold: #1e2328; --link: #7db4ff; --good: #6fce8b; --waiting: #e3b341;
  --bad: #ff8f8f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.25rem 1.5rem 4rem; max-width: 90rem; color: var(--ink);
  background: var(--paper); font: 0.875rem/1.5 system-ui, sans-serif; }
h1, h2, p, ul, pre { margin: 0; padding: 0; font-size: inherit; }
h1 { font-size: 1.375rem; }
h2 { font-size: 1.0625rem; }
h2, nav[aria-label=Sections] { text-transform: capitalize; }
header p { color: var(--dim); }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; }
nav.top { padding: 0.75rem 0; border-bottom: 1px solid var(--line); }
a { color: var(--link); }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
section { padding-top: 1.75rem; }
ul + nav { padding-top: 0.375rem; }
.title { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
.title p, .none { color: var(--dim); }
ul { list-style: none; border-top: 1px solid var(--line); margin-top: 0.375rem; }
li { border-bottom: 1px solid var(--line); }
:is(.projects, .batches) li { display: grid; grid-template-columns: minmax(0, 1fr) 7rem; }
li > a, summary, .head { padding: 0.25rem 0; }
li > a { text-align: right; }
summary, .head { display: grid; gap: 0 1rem; }
summary { cursor: pointer; }
summary:hover { background: var(--fold); }
.head { color: var(--dim); font-size: 0.8125rem; }
.head::before, summary::before { content: ""; }
summary::before { content: "\\25B8" / ""; color: var(--dim); }
[open] > summary::before { content: "\\25BE" / ""; }
.projects :is(summary, .head) { grid-template-columns: 0.75rem 10rem minmax(0, 2fr)
  minmax(0, 1fr); }
.batches :is(summary, .head) { grid-template-columns: 0.75rem 10rem minmax(0, 2fr)
  minmax(0, 1fr) 7rem; }
.tasks :is(summary, .head) { grid-template-columns: 0.75rem 10rem 14rem repeat(3, minmax(0, 1fr))
  7rem; }
.requests :is(summary, .head) { grid-template-columns: 0.75rem 10rem 4rem minmax(0, 1fr) 4rem; }
summary > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  unicode-bidi: isolate; }
.created, .arrived, .task_id, .method, .path, pre { font-family: ui-monospace, monospace;
  font-size: 0.8125rem; }
.created, .arrived { color: var(--dim); }
.status { font-weight: 600; }
.good { color: var(--good); }
.waiting { color: var(--waiting); }
.bad { color: var(--bad); }
pre { margin: 0 0 0.5rem 1.75rem; padding: 0.5rem 0.75rem;
  white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext;
  background: var(--fold); border-radius: 0.25rem; }
figure { margin: 0 0 0.75rem 1.75rem; }
figure svg { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); }
@media (max-width: 56rem) { .head { display: none; } summary { display: flex; flex-wrap: wrap; }
  summary > * { max-width: 100%; } :is(pre, figure) { margin-left: 0; } }
"""

_TEMPLATE = """\
{%- macro pages(section) %}
{% if section.newer or section.older %}
<nav aria-label="Pages of {{ section.name }}">
{% if section.newest %}<a href="{{ section.newest }}">newest</a>{% endif %}
{% if section.newer %}<a href="{{ section.newer }}" rel="prev">newer</a>{% endif %}
{% if section.older %}<a href="{{ section.older }}" rel="next">older</a>{% endif %}
</nav>
{% endif %}
{% endmacro -%}
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Scale sandbox</title>
<link rel="icon" href="data:,">
<style>{{ style|safe }}</style>
</head>
<body>
<header>
<h1>Scale sandbox</h1>
<p>{{ address }}, in {{ "live" if live else "test" }} mode.
Read-only, as of now: reload to see what is new.</p>
<nav class="top" aria-label="Sections">
{% for section in sections %}
<a href="#{{ section.name }}">{{ section.name }}: {{ "{:,}".format(section.total) }}</a>
{% endfor %}
</nav>
{% if accounts|length > 1 %}
<nav class="top" aria-label="Accounts">
<span>Each API key has its own data. An account is called by the first digits of its key's
SHA-256:</span>
{% for label, address, chosen in accounts %}
<a href="{{ address }}"{% if chosen %} aria-current="page"{% endif %}>{{ label }}</a>
{% endfor %}
</nav>
{% endif %}
{% if filters %}
<nav class="top" aria-label="Filter">
{% for kind, name in filters %}
<span>Only of {{ kind }} <b><bdi>{{ name }}</bdi></b></span>
{% endfor %}
<a href="{{ unfiltered }}">show all</a>
</nav>
{% endif %}
</header>
<main>
{% for section in sections %}
<section class="{{ section.name }}" id="{{ section.name }}" aria-labelledby="h-{{ section.name }}">
<div class="title">
<h2 id="h-{{ section.name }}">{{ section.name }}</h2>
{% if section.rows %}
<p>{{ "{:,}–{:,}".format(section.start + 1, section.start + section.rows|length) }}
of {{ "{:,}".format(section.total) }}, newest first</p>
{% endif %}
{{ pages(section) }}
</div>
{% if section.rows %}
<ul>
<li aria-hidden="true"><div class="head">
{% for column in section.columns %}<span>{{ column.replace("_", " ") }}</span>{% endfor %}
</div></li>
{% for row in section.rows %}
<li><details><summary>
{% for text in row.cells %}
{% set column = section.columns[loop.index0] %}
<span class="{{ column }}{% if column == 'status' %} {{ status_class(text) }}{% endif %}">{{ text }}</span>
{% endfor %}
</summary><pre>{{ row.folded }}</pre>
{% if row.svg %}<figure>{{ row.svg|safe }}</figure>{% endif %}
</details>
{% if row.link %}<a href="{{ row.link[1] }}">{{ row.link[0] }}</a>{% endif %}
</li>
{% endfor %}
</ul>
{{ pages(section) }}
{% else %}
<p class="none">None{{ " on this page" if section.total else " yet" }}.</p>
{% endif %}
</section>
{% endfor %}
</main>
</body>
</html>
"""
