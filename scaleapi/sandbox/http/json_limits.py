"""How deeply JSON may be nested: JSON is read and written by recursion, which Python bounds.

Where the bound lies depends on who asks. What is read with the last of the room could not be shown
or written again, so there is one for all, far below.
"""

from __future__ import annotations

import json
from typing import Any

MAX_DEPTH = 200  # of what a caller sends
MAX_STORED_DEPTH = MAX_DEPTH + 8  # of an object that holds it, somewhere below keys of our own


class NestingError(ValueError):
    """The JSON is nested more deeply than it may be."""

    def __init__(self) -> None:
        super().__init__(f"JSON may be nested {MAX_DEPTH} levels deep here, and this is deeper")


def loads(text: str | bytes, levels: int = MAX_DEPTH, **options: Any) -> Any:
    """What a JSON text holds; `options` are those of `json.loads`.

    Raises:
        NestingError: it is nested more than `levels` deep.
        ValueError: it is no JSON.
    """
    try:
        value = json.loads(text, **options)
    except RecursionError:
        raise NestingError from None
    _check(value, text, levels)
    return value


def dumps(value: Any, levels: int = MAX_STORED_DEPTH) -> str:
    """The JSON of a value.

    Raises:
        NestingError: it is nested more than `levels` deep.
    """
    try:
        text = json.dumps(value)
    except RecursionError:
        raise NestingError from None
    _check(value, text, levels)
    return text


def _check(value: Any, text: str | bytes, levels: int) -> None:
    if isinstance(text, str):
        brackets = text.count("[") + text.count("{")
    else:
        brackets = text.count(b"[") + text.count(b"{")
    if brackets > levels and _is_deeper(value, levels):  # counting is quick, and mostly enough
        raise NestingError


def _is_deeper(value: Any, levels: int) -> bool:
    level: list[Any] = [[value]]
    for _ in range(levels + 1):
        parts = (each.values() if isinstance(each, dict) else each for each in level)
        level = [part for each in parts for part in each if isinstance(part, (dict, list, tuple))]
    return bool(level)
