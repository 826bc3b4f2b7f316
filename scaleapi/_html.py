"""Render objects as short HTML tables for notebooks.

Names and values are untrusted input: all of them are escaped.
"""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ._timestamps import parse_iso8601

MAX_INLINE_CHARS = 120  # a longer value is collapsed into <details>
MAX_ROWS, MAX_COLUMNS = 100, 10
FIRST_COLUMNS = (
    "task_id", "id", "name", "unique_id", "type", "status", "project", "batch", "tags", "metadata",
    "created_at",
)  # fmt: skip
MAX_FOLDED_CHARS = 20_000  # of a collapsed value; limits the size of the notebook

# Keeps Jupyter's MathJax from typesetting text between two "$" as a formula, or a link.
MATHJAX_IGNORE = 'class="mathjax_ignore tex2jax_ignore"'
_TABLE = f"<table {MATHJAX_IGNORE}>"
_STYLE = 'style="text-align:left;vertical-align:top;max-width:60em;overflow-wrap:break-word"'
_TIME_STYLE = 'style="text-align:left;vertical-align:top;white-space:nowrap"'


def object_table(title: str, fields: Mapping[str, Any]) -> str:
    """Render one object as a table with a row per key.

    Args:
        title: Caption of the table.
        fields: The object's JSON.

    Returns:
        The table as HTML.
    """
    rows = [
        f"<tr><th {_STYLE}>{escape_html(str(name))}</th>"
        f"<td {_cell_style(name)}>{_format_cell(value, name)}</td></tr>"
        for name, value in fields.items()
    ]
    return f"{_TABLE}{_caption(title)}{''.join(rows)}</table>"


def list_table(title: str, items: Sequence[Mapping[str, Any]]) -> str:
    """Render objects as a table with a row per object and a column per key.

    Columns are those of `FIRST_COLUMNS` and of keys that have a scalar value in any object, as far
    as they are not empty.

    Args:
        title: Caption of the table.
        items: The objects' JSON.

    Returns:
        The table as HTML.
    """
    visible = items[:MAX_ROWS]
    names = _columns(visible)
    head = "".join(f"<th {_STYLE}>{escape_html(name)}</th>" for name in names)
    rows = [
        "".join(
            f"<td {_cell_style(name)}>{_format_cell(item[name], name) if name in item else ''}</td>"
            for name in names
        )
        for item in visible
    ]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    hidden_count = len(items) - len(visible)
    more = f"<p>and {hidden_count} more</p>" if hidden_count else ""
    return f"{_TABLE}{_caption(title)}<tr>{head}</tr>{body}</table>{more}"


def _caption(title: str) -> str:
    return f'<caption style="text-align:left">{escape_html(title)}</caption>'


def _columns(items: Sequence[Mapping[str, Any]]) -> list[str]:
    filled: set[str] = set()
    scalar: dict[str, None] = {}
    for item in items:
        for name, value in item.items():
            if value is not None and value != "" and value != [] and value != {}:
                filled.add(name)
            if not isinstance(value, (dict, list)):
                scalar[name] = None
    first = [name for name in FIRST_COLUMNS if name in filled]
    others = [name for name in scalar if name in filled and name not in FIRST_COLUMNS]
    return [*first, *others][:MAX_COLUMNS] or list(scalar)[:MAX_COLUMNS]


def _cell_style(name: str) -> str:
    return _TIME_STYLE if str(name).endswith("_at") else _STYLE


def _format_cell(value: Any, name: str = "") -> str:
    """Return a value as HTML: a long one collapsed, a timestamp in readable form."""
    if isinstance(value, str):
        text = format_timestamp(value) if name.endswith("_at") else value
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    if len(text) <= MAX_INLINE_CHARS:
        return escape_html(text)
    summary = text[:MAX_INLINE_CHARS]
    if not isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False, default=str, indent=1)
    content = escape_html(text[:MAX_FOLDED_CHARS])
    omitted = len(text) - MAX_FOLDED_CHARS
    ellipsis = f"\n... {omitted:,} characters more" if omitted > 0 else ""
    return (
        f"<details><summary>{escape_html(summary)}…</summary>"
        f'<pre style="white-space:pre-wrap">{content}{ellipsis}</pre></details>'
    )


def format_timestamp(text: str) -> str:
    """Format a timestamp for people.

    Args:
        text: An ISO 8601 date and time, or any other string.

    Returns:
        The date and time with its UTC offset; other strings unchanged.
    """
    timestamp = parse_iso8601(text) if text[:4].isdigit() and text[4:5] == "-" else text
    if not isinstance(timestamp, dt.datetime) or "T" not in text.upper():
        return text
    local = f"{timestamp:%Y-%m-%d %H:%M:%S}"
    is_utc = timestamp.utcoffset() == dt.timedelta()
    return f"{local} UTC" if is_utc else f"{local} {timestamp:%z}".strip()


def escape_control_chars(text: str, allowed: str = "\n") -> str:
    r"""Replace control and bidirectional formatting characters by escapes such as `\u202e`.

    Lone surrogates are replaced too, so that the result can be encoded.

    Args:
        text: The untrusted string.
        allowed: Characters to leave unchanged nevertheless.

    Returns:
        The string, with only printable characters, spaces and those of `allowed`.
    """
    if text.isprintable():
        return text
    return "".join(
        char
        if char in allowed or char.isprintable() or unicodedata.category(char) == "Zs"  # spaces
        else json.dumps(char)[1:-1]
        for char in text
    )


def escape_html(text: str) -> str:
    """Escape a string for HTML, including control characters and lone surrogates.

    Args:
        text: The untrusted string.

    Returns:
        The string as HTML text.
    """
    return escape(escape_control_chars(text, allowed="\n\t"))
