"""Short tables for notebooks. Whatever a value holds is somebody else's input: all is escaped."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from html import escape
from typing import Any, Dict, Iterable, List, Mapping, Sequence

from ._timestamps import parse_iso8601

MAX_INLINE_CHARS = 120  # characters, beyond which a value is folded
MAX_ROWS, MAX_COLUMNS = 100, 8
MAX_FOLDED_CHARS = 20_000  # characters of a folded value that are shown; a page stays light

# Jupyter's MathJax would make formulas, and links, of what stands between two "$".
MATHJAX_IGNORE = 'class="mathjax_ignore tex2jax_ignore"'
_TABLE = f"<table {MATHJAX_IGNORE}>"
_STYLE = 'style="text-align:left;vertical-align:top;max-width:60em;overflow-wrap:break-word"'


def object_table(title: str, fields: Mapping[str, Any]) -> str:
    """One object: a row for each of its keys."""
    rows = [
        f"<tr><th {_STYLE}>{escape_html(str(name))}</th><td {_STYLE}>{cell(value, name)}</td></tr>"
        for name, value in fields.items()
    ]
    return f"{_TABLE}<caption>{escape_html(title)}</caption>{''.join(rows)}</table>"


def list_table(title: str, items: Sequence[Mapping[str, Any]], wanted: Iterable[str] = ()) -> str:
    """Several objects: a row for each, with the keys that are wanted and then the plainest.

    Args:
        title: what stands above the table.
        items: their JSON.
        wanted: keys that come first, where an item has them.
    """
    shown = items[:MAX_ROWS]
    names = _columns(shown, list(wanted))
    head = "".join(f"<th {_STYLE}>{escape_html(name)}</th>" for name in names)
    rows = [
        "".join(
            f"<td {_STYLE}>{cell(item[name], name) if name in item else ''}</td>" for name in names
        )
        for item in shown
    ]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    left = f"<p>and {len(items) - len(shown)} more</p>" if len(items) > len(shown) else ""
    return f"{_TABLE}<caption>{escape_html(title)}</caption><tr>{head}</tr>{body}</table>{left}"


def _columns(items: Sequence[Mapping[str, Any]], wanted: List[str]) -> List[str]:
    there: Dict[str, bool] = {}
    for item in items:
        for name, value in item.items():
            there[name] = there.get(name, False) or not isinstance(value, (dict, list))
    plain = [name for name, is_plain in there.items() if is_plain]
    return list(dict.fromkeys([name for name in [*wanted, *plain] if name in there]))[:MAX_COLUMNS]


def cell(value: Any, name: str = "") -> str:
    """What stands under a name, as HTML; a long value is folded, a time written as people do."""
    if isinstance(value, str):
        text = format_timestamp(value) if name.endswith("_at") else value
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    if len(text) <= MAX_INLINE_CHARS:
        return escape_html(text)
    summary = text[:MAX_INLINE_CHARS]
    if not isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False, default=str, indent=1)
    folded = escape_html(text[:MAX_FOLDED_CHARS])
    more = len(text) - MAX_FOLDED_CHARS
    cut = f"\n... {more:,} characters more" if more > 0 else ""
    return (
        f"<details><summary>{escape_html(summary)}…</summary>"
        f'<pre style="white-space:pre-wrap">{folded}{cut}</pre></details>'
    )


def format_timestamp(text: str) -> str:
    """A moment as people write it; any other text as it is."""
    found = parse_iso8601(text) if text[:4].isdigit() and text[4:5] == "-" else text
    if not isinstance(found, dt.datetime) or "T" not in text.upper():
        return text
    shown = f"{found:%Y-%m-%d %H:%M:%S}"
    return f"{shown} UTC" if found.utcoffset() == dt.timedelta() else f"{shown} {found:%z}".strip()


def escape_control_chars(text: str, kept: str = "\n") -> str:
    """The text with `\\u202e` and the like in place of characters that hide or turn others.

    Args:
        text: what others wrote.
        kept: such characters that are to stay.
    """
    if text.isprintable():
        return text
    return "".join(
        each
        if each in kept or each.isprintable() or unicodedata.category(each) == "Zs"  # spaces
        else json.dumps(each)[1:-1]
        for each in text
    )


def escape_html(text: str) -> str:
    """A text within HTML; half a character, and what hides or turns others, is spelled out."""
    return escape(escape_control_chars(text, kept="\n\t"))
