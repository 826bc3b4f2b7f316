"""JSON with a limit on its nesting.

Python's parser is recursive, and its limit depends on the depth of the caller's stack. A value that
was parsed near that limit could not be written again, so there is a fixed one, far below.
"""

from __future__ import annotations

import json
from typing import Any

MAX_DEPTH = 200  # levels of what a caller sends
MAX_STORED_DEPTH = MAX_DEPTH + 8  # levels of a stored object, which has it below keys of its own


class NestingError(ValueError):
    """The JSON is nested too deeply."""

    def __init__(self) -> None:
        super().__init__(f"JSON must be nested at most {MAX_DEPTH} levels deep")


def loads(text: str | bytes, levels: int = MAX_DEPTH, **options: Any) -> Any:
    """Parse JSON.

    Args:
        text: The JSON text.
        levels: Maximum depth of nesting.
        **options: Passed to `json.loads`.

    Returns:
        The parsed value.

    Raises:
        NestingError: If it is nested more deeply.
        ValueError: If it is not JSON.
    """
    try:
        value = json.loads(text, **options)
    except RecursionError:
        raise NestingError from None
    _check(value, text, levels)
    return value


def dumps(value: Any, levels: int = MAX_STORED_DEPTH) -> str:
    """Write JSON.

    Args:
        value: What `json.dumps` takes.
        levels: Maximum depth of nesting.

    Returns:
        The JSON text.

    Raises:
        NestingError: If it is nested more deeply.
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
    if brackets > levels and _is_deeper(value, levels):  # counting is fast and mostly sufficient
        raise NestingError


def _is_deeper(value: Any, levels: int) -> bool:
    level: list[Any] = [[value]]
    for _ in range(levels + 1):
        children = (node.values() if isinstance(node, dict) else node for node in level)
        level = [
            child for nodes in children for child in nodes if isinstance(child, (dict, list, tuple))
        ]
    return bool(level)
