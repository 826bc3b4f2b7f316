"""Read the members of a JSON object, with the text of each value as it was sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from json.decoder import JSONDecoder
from typing import Any, Callable, NamedTuple

_SPACE = r"[ \t\r\n]*"
_space = re.compile(_SPACE)
_plain_name = re.compile(rf'"([^"\\\x00-\x1f]*)"{_SPACE}:{_SPACE}')  # without escapes
_comma = re.compile(rf"{_SPACE},{_SPACE}(?=[^\]}} \t\r\n])")

ParseMember = Callable[[str, str, int], tuple[Any, int]]
"""Returns the value of a member, and the position after it, from its name, the text, and the
position at which its value begins."""

read_value: Callable[[str, int], tuple[Any, int]] = JSONDecoder().raw_decode


class RawValue(NamedTuple):
    """A JSON value, and its text."""

    value: Any
    text: str


def read_object(text: str) -> dict[str, RawValue]:
    """Return the members of a JSON object.

    Raises:
        ValueError: If the text is no JSON object.
        RecursionError: If it is nested too deeply.
    """
    return dict(iter_members(text, _raw_value))


def iter_members(text: str, parse: ParseMember) -> Iterator[tuple[str, Any]]:
    """Yield the names of the members of a JSON object, each with what `parse` makes of its value.

    Raises:
        ValueError: If the text is no JSON object.
    """
    at = expect(text, 0, "{")
    while text[at : at + 1] != "}":
        plain = _plain_name.match(text, at)
        name, at = (plain[1], plain.end()) if plain else _read_name(text, at)
        value, at = parse(name, text, at)
        yield name, value
        at = skip_separator(text, at, "}")
    if _skip_space(text, at + 1) < len(text):
        raise ValueError(f"unexpected data after the object at character {at + 1}")


def _read_name(text: str, at: int) -> tuple[str, int]:
    name, at = read_value(text, at)
    if not isinstance(name, str):
        raise ValueError(f"expected the name of a member, got {name!r:.40}")
    return name, expect(text, at, ":")


def _raw_value(name: str, text: str, at: int) -> tuple[RawValue, int]:
    value, end = read_value(text, at)
    return RawValue(value, text[at:end]), end


def skip_separator(text: str, at: int, close: str) -> int:
    """Return the position of the next item, or of the closing bracket."""
    comma = _comma.match(text, at)
    if comma:
        return comma.end()
    at = _skip_space(text, at)
    if text[at : at + 1] == close:
        return at
    at = expect(text, at, ",")
    if text[at : at + 1] == close:
        raise ValueError(f"unexpected comma before {close!r} at character {at}")
    return at


def expect(text: str, at: int, sign: str) -> int:
    """Return the position of the first token after `sign`, which must be next."""
    at = _skip_space(text, at)
    if text[at : at + 1] != sign:
        raise ValueError(f"expected {sign!r} at character {at}")
    return _skip_space(text, at + 1)


def _skip_space(text: str, at: int) -> int:
    return _space.match(text, at).end()  # type: ignore[union-attr]  # it matches the empty string
