"""Columns of a table that are chosen by path, such as "metadata.camera", each with a type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple

from ._raw_json import read_object
from ._timestamps import parse_utc
from .exceptions import ScaleInvalidArgument

_SEPARATOR = re.compile(r"\\(.)|(\.)", re.DOTALL)
_HALF_PAIR = re.compile("[\ud800-\udfff]")
MISSING = object()


class Column(NamedTuple):
    """A column with the value at one path of each task.

    Attributes:
        name: The path as it was given, with dots.
        keys: The keys from the task to the value.
        type: The name of its type, a key of `COLUMN_TYPES`.
    """

    name: str
    keys: tuple[str, ...]
    type: str

    def value_of(self, task: Mapping[str, Any]) -> Any:
        """Return the value of a task, None where it has none.

        Raises:
            ScaleInvalidArgument: If it is not of the column's type.
        """
        value: Any = task
        for key in self.keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is None or self.type == "json":
            return value
        converted = COLUMN_TYPES[self.type](value)
        if converted is MISSING:
            raise ScaleInvalidArgument(
                f"columns[{self.name!r}] must be {self.type!r} in every task, got {value!r:.100} "
                f"""in task {task.get("task_id")}; "json" takes values of any type"""
            )
        return converted

    def text_of(self, text: str) -> Any:
        """Return the JSON text of the value below a top-level key, None where there is none.

        Args:
            text: The JSON text of the task's value of the first key.
        """
        for key in self.keys[1:]:
            member = read_object(text).get(key) if text.startswith("{") else None
            if member is None:
                return None
            text = member.text
        return text


def _integer(value: Any) -> Any:
    fits = isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
    return value if fits else MISSING


def _number(value: Any) -> Any:
    if isinstance(value, float):
        return value
    exact = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 2**53
    return float(value) if exact else MISSING


def _string(value: Any) -> Any:
    return value if isinstance(value, str) and is_encodable(value) else MISSING


def _timestamp(value: Any) -> Any:
    time = parse_utc(value)
    return MISSING if time is None else time


COLUMN_TYPES: Mapping[str, Callable[[Any], Any]] = {
    "bool": lambda value: value if isinstance(value, bool) else MISSING,
    "float64": _number,
    "int64": _integer,
    "json": lambda value: value,
    "string": _string,
    "timestamp": _timestamp,
}
"""A function for each type that converts a value, or returns MISSING where it is of another."""


def parse_columns(columns: Any, reserved: tuple[str, ...]) -> list[Column]:
    """Return the columns of an argument `columns`.

    Args:
        columns: Types by path, or None.
        reserved: The names of columns that the table has already.

    Raises:
        ScaleInvalidArgument: If it is invalid.
    """
    if columns is None:
        return []
    if not isinstance(columns, Mapping):
        raise ScaleInvalidArgument(
            f'columns must be a dictionary such as {{"metadata.camera": "int64"}}, got {columns!r}'
        )
    return [_column(path, type_, reserved) for path, type_ in columns.items()]


def _column(path: Any, type_: Any, reserved: tuple[str, ...]) -> Column:
    if not isinstance(path, str) or not path or not is_encodable(path):
        raise ScaleInvalidArgument(
            f'each path of columns must be one such as "metadata.camera", got {path!r}'
        )
    if path in reserved:
        raise ScaleInvalidArgument(f"columns must not name {path!r}: the table has this column")
    if not isinstance(type_, str) or type_ not in COLUMN_TYPES:
        raise ScaleInvalidArgument(
            f"columns[{path!r}] must be one of {sorted(COLUMN_TYPES)}, got {type_!r}"
        )
    return Column(path, split_path(path), type_)


def split_path(path: str) -> tuple[str, ...]:
    r"""Return the keys of a dotted path, in which "\." is a dot of a key."""
    keys, at = [""], 0
    for match in _SEPARATOR.finditer(path):
        keys[-1] += path[at : match.start()] + (match[1] or "")
        at = match.end()
        if match[2]:
            keys.append("")
    keys[-1] += path[at:]
    return tuple(keys)


def is_encodable(text: str) -> bool:
    """Return whether a string is one of whole characters, without half of a surrogate pair."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def whole_string(text: str) -> str:
    """Return a string with U+FFFD in place of each half of a surrogate pair."""
    return text if is_encodable(text) else _HALF_PAIR.sub("\ufffd", text)
