"""Validation of arguments, and their conversion to the form in which they are sent.

A validator takes an argument's name, for the error message, and its value. It returns the value in
the form in which it is sent, and raises ScaleInvalidArgument if the value is invalid.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Collection, Iterable, Mapping, Set
from enum import Enum
from typing import Any, Callable, Optional, Union
from urllib.parse import quote, unquote

from .exceptions import ScaleInvalidArgument

TimestampLike = Union[str, dt.date, dt.datetime]


def non_empty_str(name: str, value: Any) -> str:
    """Return a string that is not empty or blank, such as an id or a name."""
    if not isinstance(value, str) or not value.strip():
        raise ScaleInvalidArgument(f"{name} must be a non-empty string, got {value!r}")
    try:
        value.encode()
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise ScaleInvalidArgument(
            f"{name} must be a string of whole characters: {error}"
        ) from None
    return value


def path_segment(name: str, value: Any) -> str:
    """Return an id or a name, escaped as one segment of a path."""
    if non_empty_str(name, value) in (".", ".."):
        # Every layer below treats these as relative steps in the path, escaped or not.
        raise ScaleInvalidArgument(f"{name} must not be {value!r}, which no URL can contain")
    return quote(value, safe="")


def normalize_path(path: Any) -> str:
    """Return a path below the instance URL, or below its root if it begins with a version.

    Args:
        path: A path, or a list of segments that are escaped and joined.

    Raises:
        ScaleInvalidArgument: If the path is invalid.
    """
    if isinstance(path, str):
        non_empty_str("path", path)
        outside = has_dot_segments(fully_unquoted(path))
        if outside or re.search(r"://|^//|^/$|[?#\s\\]", path):
            raise ScaleInvalidArgument(
                f"path must be one such as 'teams', without a query, or a list of segments, "
                f"got {path!r}"
            )
        return path if re.match(r"/v\d+/", path) else path[path[0] == "/" :]
    segments = [path_segment("each of path", segment) for segment in str_list("path", path)]
    return non_empty_str("path", "/".join(segments))


def has_dot_segments(path: str) -> bool:
    """Return whether a path has a "." or ".." segment, which would lead elsewhere.

    Args:
        path: The path, separated by slashes or backslashes.
    """
    return any(segment in (".", "..") for segment in path.replace("\\", "/").split("/"))


def fully_unquoted(path: str) -> str:
    """Return a path as the last of several servers might read it.

    Args:
        path: The path, percent-encoded any number of times.
    """
    unquoted = unquote(path)
    while unquoted != path:
        path, unquoted = unquoted, unquote(unquoted)
    return path.translate({ord(sign): None for sign in "\t\r\n"})


def choice(name: str, value: Any, allowed: Collection[str]) -> str:
    """Return one of the allowed strings."""
    if not isinstance(value, str) or value not in allowed:
        raise ScaleInvalidArgument(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return value


def str_list(name: str, values: Any) -> list[str]:
    """Return a list of strings, from any iterable except a string itself."""
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise ScaleInvalidArgument(f"{name} must be a list of strings, got {values!r}")
    strings = [non_empty_str(f"each of {name}", value) for value in values]
    # The order of a set differs between processes, that of a request or a file must not.
    return sorted(strings) if isinstance(values, Set) else strings


def str_or_str_list(name: str, value: Any) -> Union[str, list[str]]:
    """Return one string, or several in a list."""
    return non_empty_str(name, value) if isinstance(value, str) else str_list(name, value)


def enum_value(name: str, value: Any, enum_class: type[Enum]) -> str:
    """Return the wire value of an enum's member; other strings pass, for values added later."""
    plain = value.value if isinstance(value, Enum) else value
    if not isinstance(plain, str) or not plain.strip():
        example = next(iter(enum_class))
        raise ScaleInvalidArgument(
            f"{name} must be a {enum_class.__name__} or a string, "
            f"such as {example} or {example.value!r}, got {value!r}"
        )
    return plain


def timestamp(name: str, value: Any) -> str:
    """Return a date or time in ISO 8601; a time without zone is UTC, strings pass unchanged."""
    if isinstance(value, dt.datetime):
        return (value if value.tzinfo else value.replace(tzinfo=dt.timezone.utc)).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str) and value.strip():
        return value
    raise ScaleInvalidArgument(
        f"{name} must be a date, a datetime or a string like '2025-03-04T10:15:00Z', got {value!r}"
    )


def mapping(name: str, value: Any) -> Mapping[str, Any]:
    """Return a dictionary, which may be empty."""
    if not isinstance(value, Mapping):
        raise ScaleInvalidArgument(f"{name} must be a dictionary, got {value!r}")
    return value


def is_int(value: Any) -> bool:
    """Return whether a value is an integer, and not a boolean."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Return whether a value is an integer or a float, and not a boolean."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def page_limit(name: str, value: Any) -> Union[int, str]:
    """Return a page size, as a number or a string of digits."""
    if isinstance(value, bool) or not str(value).strip().isdigit():
        raise ScaleInvalidArgument(f"{name} must be a whole number from 1 to 100, got {value!r}")
    number: Union[int, str] = value
    return number


def boolean(name: str, value: Any) -> Union[bool, str]:
    """Return a boolean, or a string that represents one."""
    if not isinstance(value, (bool, int, str)):
        raise ScaleInvalidArgument(f"{name} must be True or False, got {value!r}")
    return value if isinstance(value, str) else bool(value)


Validator = Callable[[str, Any], Any]


def validate_filters(
    filters: Mapping[str, Any],
    validators: Mapping[str, Validator],
    wire_names: Mapping[str, str] = {},
) -> dict[str, Any]:
    """Validate the filters of a listing and convert them to the form in which they are sent.

    Args:
        filters: Filters by the caller's names. None and an empty list filter nothing, nor do a page
            size of 0 and an empty token.
        validators: The function that validates and converts each filter, by the names in the query.
        wire_names: The names in the query of those filters whose caller's names differ.

    Returns:
        The filters by the caller's names, without those that filter nothing.

    Raises:
        ScaleInvalidArgument: If a filter is invalid.
    """
    plain = {}
    for name, value in filters.items():
        wire_name = wire_names.get(name, name)
        paging = wire_name in ("limit", "next_token")
        empty = value is None or (not value and (paging or isinstance(value, (list, tuple, set))))
        if not empty:
            plain[name] = validators[wire_name](name, value)
    return plain


def reject_unknown_filters(
    method: str, filters: Mapping[str, Any], allowed: Collection[str]
) -> None:
    """Raise if a filter is unknown to the service.

    Args:
        method: Name of the calling method, for the error message.
        filters: The filters, by name.
        allowed: The names of all filters.

    Raises:
        ScaleInvalidArgument: If a filter is unknown.
    """
    for name in filters:
        if name not in allowed:
            raise ScaleInvalidArgument(
                f"unknown filter {name!r} for {method}(); valid filters: "
                f"{', '.join(sorted(allowed))}"
            )


def dump_json(body: Any, name: Optional[str] = None) -> str:
    """Return a request body, or the part of it called `name`, as a JSON string.

    Args:
        body: The value to serialize.
        name: The argument's name, for the error message; None to find out which field is invalid.

    Raises:
        ScaleInvalidArgument: If the value can't be represented in JSON.
    """
    try:
        return json.dumps(body, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        field = name or _unserializable_field(body)
        raise ScaleInvalidArgument(f"{field} can't be sent as JSON: {error}") from None


def _unserializable_field(body: Any) -> str:
    """Return the name of the field of a body that can't be represented in JSON."""
    for name, value in body.items() if isinstance(body, Mapping) else ():
        if _json_error({name: value}) is not None:
            return str(name)
    return "the body"


def _json_error(value: Any) -> Optional[Exception]:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        return error
    return None
