"""Lines of text below a picture: its legend and its notes."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, NamedTuple

from .._html import escape_control_chars

FONT_SIZE = 13  # pixels on the screen
LINE_HEIGHT = 1.4  # in font sizes
_ALLOWED_CONTROL_CHARS = "\n\u200c\u200d"  # the joiners are needed to write some languages


class Line(NamedTuple):
    """A line of text.

    Attributes:
        text: The text.
        colour: That of a stroke before it; "" for none.
        dashes: The pattern of the stroke.
    """

    text: str
    colour: str = ""
    dashes: str = ""


def wrap(texts: Iterable[str], width: float, font_size: float) -> list[Line]:
    """Return the lines of paragraphs in a picture of a width."""
    characters = max(10, int(width / font_size / 0.6))
    return [Line(line) for text in texts for line in textwrap.wrap(text, characters)]


def height_of(lines: Sequence[Line], font_size: float) -> float:
    """Return how much space lines need."""
    return len(lines) * LINE_HEIGHT * font_size


def render(
    lines: Sequence[Line], left: float, top: float, width: float, font_size: float
) -> list[str]:
    """Return each line as SVG, on a white background."""
    return [
        _render_line(line, left, top + number * LINE_HEIGHT * font_size, width, font_size)
        for number, line in enumerate(lines)
    ]


def _render_line(line: Line, left: float, top: float, width: float, font_size: float) -> str:
    stroke, indent = "", 0.5
    if line.colour:
        indent = 3
        dashes = f' stroke-dasharray="{line.dashes}"' if line.dashes else ""
        stroke = (
            f'<path vector-effect="non-scaling-stroke" stroke="{line.colour}" stroke-width="4"'
            f'{dashes} d="M{fmt(left + font_size / 2)} {fmt(top + font_size * 0.7)}'
            f'h{fmt(font_size * 2)}"/>'
        )
    background = f"M{fmt(left)} {fmt(top)}h{fmt(width)}v{fmt(1.5 * font_size)}h-{fmt(width)}z"
    return (
        f'<path fill="#fff" d="{background}"/>{stroke}'
        f'<text x="{fmt(left + indent * font_size)}" y="{fmt(top + font_size)}" '
        f'font-size="{fmt(font_size)}" '
        f'font-family="system-ui,sans-serif" fill="#333">{escape_text(line.text)}</text>'
    )


def white_page(
    parts: Sequence[str],
    width: float,
    bottom: float,
    notes: Iterable[str],
    title: str,
) -> str:
    """Return an SVG document: parts on white, with notes below them.

    Args:
        parts: SVG, in pixels on the screen.
        width: The width of the page.
        bottom: Where the parts end.
        notes: Paragraphs of text.
        title: The accessible name.
    """
    lines = wrap(notes, width, FONT_SIZE)
    height = bottom + height_of(lines, FONT_SIZE)
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {fmt(width)} {fmt(height)}" '
            f'width="{fmt(width)}" height="{fmt(height)}" direction="ltr" fill="none" role="img" '
            f'aria-label="{escape_text(title)}">',
            f'<path fill="#fff" d="M0 0h{fmt(width)}v{fmt(height)}h-{fmt(width)}z"/>',
            *parts,
            *render(lines, 0, bottom, width, FONT_SIZE),
            "</svg>",
        ]
    )


def text_of(value: Any) -> str:
    """Return a string as it is, and another value as JSON."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "(nested too deeply)"


def fmt(number: float) -> str:
    """Format a number with at most two decimals, which are finer than anyone can see."""
    return f"{number:.2f}".rstrip("0").rstrip(".") if number else "0"


def escape_text(text: str) -> str:
    """Escape text for HTML and XML, including the characters that XML can't contain."""
    return escape(escape_control_chars(text, allowed=_ALLOWED_CONTROL_CHARS))
