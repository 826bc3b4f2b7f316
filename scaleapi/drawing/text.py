"""Text with marked parts, and conversations."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from .captions import FONT_SIZE, escape_text, fmt, white_page
from .labels import label_colour, shorten_label

COLUMNS = 96  # of characters
SIDE_COLUMNS = 44
MAX_CHARS = 50_000
CELL = FONT_SIZE * 0.6  # the width of a character, to which lines are fitted
MARGIN = 12
_FONT = 'font-family="ui-monospace,Menlo,Consolas,monospace"'


class Mark(NamedTuple):
    """A part of the text of a task.

    Attributes:
        start: Position of its first character.
        end: Position after its last character.
        label: Its label.
        tooltip: What is displayed when the pointer is over it.
    """

    start: int
    end: int
    label: str
    tooltip: str


class MarkedText:
    """Text with marked parts.

    Args:
        text: The text.
        marks: The parts.
        title: Accessible name of the SVG.

    Attributes:
        count: The number of marks.
    """

    def __init__(self, text: str, marks: Sequence[Mark], title: str) -> None:
        self.count = len(marks)
        self._text = text[:MAX_CHARS]
        self._marks = sorted(marks)
        self._title = title

    def svg(self, notes: Iterable[str] = (), background: bool = True) -> str:
        """See `Canvas.svg`."""
        parts: list[str] = []
        y = float(MARGIN)
        for start, end in break_lines(self._text, COLUMNS):
            marks = [mark for mark in self._marks if mark.start < end and mark.end > start]
            y += 2.6 * FONT_SIZE if marks else 1.5 * FONT_SIZE
            parts += self._line(start, end, marks, y)
        return white_page(parts, _width(COLUMNS), y + MARGIN, notes, self._title)

    def _line(self, start: int, end: int, marks: Sequence[Mark], y: float) -> Iterator[str]:
        free = 0.0  # where the last label ends
        for mark in marks:
            left = MARGIN + CELL * cells(self._text[start : max(mark.start, start)])
            width = CELL * cells(self._text[max(mark.start, start) : min(mark.end, end)])
            colour = label_colour(mark.label)
            yield (
                f'<path fill="{colour}" fill-opacity=".18" stroke="{colour}" d="M{fmt(left)} '
                f'{fmt(y - FONT_SIZE)}h{fmt(width)}v{fmt(1.35 * FONT_SIZE)}h-{fmt(width)}z">'
                f"<title>{escape_text(mark.tooltip)}</title></path>"
            )
            label = shorten_label(mark.label)
            if mark.start >= start and left >= free and label:
                free = left + 0.75 * CELL * cells(label) + CELL
                yield (
                    f'<text x="{fmt(left)}" y="{fmt(y - 1.15 * FONT_SIZE)}" fill="{colour}" '
                    f'font-size="{fmt(0.75 * FONT_SIZE)}" {_FONT}>{escape_text(label)}</text>'
                )
        yield text_line(self._text[start:end], MARGIN, y)


class Message(NamedTuple):
    """A message of a conversation, or what was said about a part of it.

    Attributes:
        role: Who said it, such as "user", "assistant" or "system".
        text: What was said.
        annotations: What was said about it, displayed beside it.
    """

    role: str
    text: str
    annotations: Sequence[str]


class Conversation:
    """Messages, with their annotations beside them.

    Args:
        messages: The messages.
        title: Accessible name of the SVG.

    Attributes:
        count: The number of annotations.
    """

    def __init__(self, messages: Sequence[Message], title: str) -> None:
        self.count = sum(len(message.annotations) for message in messages)
        self._messages = messages
        self._title = title

    def svg(self, notes: Iterable[str] = (), background: bool = True) -> str:
        """See `Canvas.svg`."""
        parts: list[str] = []
        y = float(MARGIN)
        for message in self._messages:
            y += 1.5 * FONT_SIZE
            bottom = self._message(message, y, parts)
            colour = label_colour(message.role)
            parts.append(
                f'<path stroke="{colour}" stroke-width="3" d="M{fmt(MARGIN / 2)} '
                f'{fmt(y - FONT_SIZE)}V{fmt(bottom)}"/>'
            )
            y = bottom + FONT_SIZE / 2
        return white_page(parts, _width(COLUMNS + SIDE_COLUMNS), y + MARGIN, notes, self._title)

    def _message(self, message: Message, top: float, parts: list[str]) -> float:
        """Append a message, and return where it ends."""
        role = f"{message.role}:" if message.role else ""
        parts.append(text_line(role, MARGIN, top, label_colour(message.role), 'font-weight="bold"'))
        y = top
        for start, end in break_lines(message.text, COLUMNS - 2):
            y += 1.4 * FONT_SIZE
            parts.append(text_line(message.text[start:end], MARGIN, y))
        side = top
        for annotation in message.annotations:
            for start, end in break_lines(annotation, SIDE_COLUMNS - 2):
                left = MARGIN + COLUMNS * CELL
                parts.append(text_line(annotation[start:end], left, side, "#555555"))
                side += 1.4 * FONT_SIZE
        return max(y, side) + FONT_SIZE / 2


def cells(text: str) -> int:
    """Return how many columns a line of text takes."""
    return sum(map(_cells_of, text))


def _cells_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def break_lines(text: str, columns: int) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each line of text, which is broken at spaces if possible."""
    start = 0
    while start < len(text):
        newline = text.find("\n", start)
        stop = len(text) if newline < 0 else newline
        end, used = start, 0
        while end < stop and used + _cells_of(text[end]) <= columns:
            used += _cells_of(text[end])
            end += 1
        if end < stop:
            space = text.rfind(" ", start, end + 1)
            end = space + 1 if space > start else max(end, start + 1)
        yield start, end
        start = end + (end == newline)


def text_line(text: str, x: float, y: float, colour: str = "#222222", more: str = "") -> str:
    """Return a line of text as SVG, in which each column has the same width in every font."""
    plain = "".join(" " if each in "\t\r\v\f" else each for each in text).rstrip()
    if not plain:
        return ""
    return (
        f'<text x="{fmt(x)}" y="{fmt(y)}" fill="{colour}" font-size="{FONT_SIZE}" {_FONT} '
        f'style="white-space:pre" textLength="{fmt(CELL * cells(plain))}" '
        f'lengthAdjust="spacingAndGlyphs" {more}>{escape_text(plain)}</text>'
    )


def _width(columns: int) -> float:
    return columns * CELL + 2 * MARGIN
