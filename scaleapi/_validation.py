"""What callers pass in: checked, and put into the form in which it is sent.

Each function takes the argument's name first, so that its complaint can name it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from enum import Enum
from typing import (
    AbstractSet,
    Any,
    Callable,
    Collection,
    Dict,
    Iterable,
    List,
    Mapping,
    Optional,
    Type,
    Union,
)
from urllib.parse import quote, unquote

from .exceptions import ScaleInvalidArgument

TimestampLike = Union[str, dt.date, dt.datetime]


def non_empty_str(name: str, value: Any) -> str:
    """A text that says something, such as an id or a name."""
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
    """An id or a name as one segment of a path."""
    if non_empty_str(name, value) in (".", ".."):
        # Every layer below reads these as steps through the path, escaped or not.
        raise ScaleInvalidArgument(f"{name} must not be {value!r}: no address can hold it")
    return quote(value, safe="")


def normalize_path(path: Any) -> str:
    """A path below the instance address, or below its root where it begins with a version."""
    if isinstance(path, str):
        found = non_empty_str("path", path)
        outside = has_dot_segments(fully_unquoted(found))
        if outside or re.search(r"://|^//|^/$|[?#\s\\]", found):
            raise ScaleInvalidArgument(
                f"path must be one such as 'teams', or a list of segments, and the query stand in "
                f"params; got {path!r}"
            )
        return found if re.match(r"/v\d+/", found) else found[found[0] == "/" :]
    return non_empty_str(
        "path", "/".join(path_segment("each of path", each) for each in str_list("path", path))
    )


def has_dot_segments(path: str) -> bool:
    """Whether a path has a segment that leads elsewhere."""
    return any(segment in (".", "..") for segment in path.replace("\\", "/").split("/"))


def fully_unquoted(path: str) -> str:
    """Return a path as the last of several servers might read it."""
    unquoted = unquote(path)
    while unquoted != path:
        path, unquoted = unquoted, unquote(unquoted)
    return path.translate({ord(sign): None for sign in "\t\r\n"})


def choice(name: str, value: Any, allowed: Collection[str]) -> str:
    """Return one of some strings."""
    if not isinstance(value, str) or value not in allowed:
        raise ScaleInvalidArgument(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return value


def str_list(name: str, values: Any) -> List[str]:
    """Return a list of strings, from any iterable but a string itself."""
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise ScaleInvalidArgument(f"{name} must be a list of strings, got {values!r}")
    found = [non_empty_str(f"each of {name}", value) for value in values]
    # A set comes in another order in each process; what is sent, or kept, should not.
    return sorted(found) if isinstance(values, AbstractSet) else found


def str_or_str_list(name: str, value: Any) -> Union[str, List[str]]:
    """One text, or several in a list."""
    return non_empty_str(name, value) if isinstance(value, str) else str_list(name, value)


def enum_value(name: str, value: Any, kind: Type[Enum]) -> str:
    """The wire value of an enum's member; any text passes too, for values added later."""
    plain = value.value if isinstance(value, Enum) else value
    if not isinstance(plain, str) or not plain.strip():
        example = next(iter(kind))
        raise ScaleInvalidArgument(
            f"{name} must be a {kind.__name__} or its text, "
            f"such as {example} or {example.value!r}, got {value!r}"
        )
    return plain


def timestamp(name: str, value: Any) -> str:
    """A date or a time as ISO 8601; text passes as it is, a time without zone is taken as UTC."""
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
    """A dictionary, which may be empty."""
    if not isinstance(value, Mapping):
        raise ScaleInvalidArgument(f"{name} must be a dictionary, got {value!r}")
    return value


def page_limit(name: str, value: Any) -> Union[int, str]:
    """A page size, as a number or its text."""
    if isinstance(value, bool) or not str(value).strip().isdigit():
        raise ScaleInvalidArgument(f"{name} must be a whole number from 1 to 100, got {value!r}")
    number: Union[int, str] = value
    return number


def boolean(name: str, value: Any) -> Union[bool, str]:
    """Return a boolean, or a string that says one."""
    if not isinstance(value, (bool, int, str)):
        raise ScaleInvalidArgument(f"{name} must be True or False, got {value!r}")
    return value if isinstance(value, str) else bool(value)


Validator = Callable[[str, Any], Any]
"""Takes an argument's name and value, and gives what is sent."""


def build_query(
    given: Mapping[str, Any], checks: Mapping[str, Validator], wire_names: Mapping[str, str]
) -> Dict[str, Any]:
    """The query that a listing's filters make.

    Args:
        given: filters by the caller's names. None and an empty list filter nothing, nor do a page
            size of 0 and an empty token.
        checks: for each name on the wire, what checks and converts it.
        wire_names: the caller's names that differ from those on the wire.
    """
    wire = {}
    for name, value in given.items():
        wire_name = wire_names.get(name, name)
        paging = wire_name in ("limit", "next_token")
        empty = value is None or (not value and (paging or isinstance(value, (list, tuple, set))))
        if not empty:
            wire[wire_name] = checks[wire_name](name, value)
    return wire


def reject_unknown_filters(method: str, given: Mapping[str, Any], allowed: Collection[str]) -> None:
    """Refuse any filter that the service does not know."""
    for name in given:
        if name not in allowed:
            raise ScaleInvalidArgument(
                f"{name} is no filter of {method}(); these are: {', '.join(sorted(allowed))}"
            )


def dump_json(body: Any, name: Optional[str] = None) -> str:
    """A request body, or what is called `name` in it, as JSON text."""
    try:
        return json.dumps(body, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        culprit = name or _unserializable_field(body)
        raise ScaleInvalidArgument(f"{culprit} can't be sent as JSON: {error}") from None


def _unserializable_field(body: Any) -> str:
    """Which part of a body is no JSON."""
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
