"""Validation of the arguments of an operation, and their encoding as path, query or body.

The functions for a query take arguments by name and return those that are not None, encoded, so
that an operation merges the results.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Optional
from urllib.parse import quote

from ..._timestamps import parse_iso8601
from ..._validation import non_empty_str
from ...exceptions import ScaleInvalidArgument
from ._models._model import RequestModel
from .exceptions import ApiTypeError, ApiValueError
from .models import BatchOperationRequest

MAX_LIMIT = 100
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%f%z"


def json_body(model: type[RequestModel], name: str, given: Any, /, **fields: Any) -> dict[str, Any]:
    """Return the JSON of a request body.

    Args:
        model: Model of the body.
        name: Name of the argument that holds the body as a whole.
        given: The body as a whole: a `model`, a dictionary, or None for `fields` in its place.
        fields: Its fields one by one; None for one that is left out.
    """
    present = {field: value for field, value in fields.items() if value is not None}
    if given is not None and present:
        raise ApiValueError(f"{name} and {', '.join(present)} can't be given together")
    if given is None:
        given = model(**present)
    elif isinstance(given, Mapping):
        given = model(**given)
    if not isinstance(given, model):
        raise ApiTypeError(
            f"{name} must be a {model.__name__}, a dictionary, or left out for "
            f"{', '.join(fields)} in its place, got {given!r}"
        )
    json: dict[str, Any] = given.to_dict()
    return json


def batch_body(given: Any, **fields: Optional[str]) -> dict[str, Any]:
    """Return the body of an operation on a batch; a string is its id."""
    if isinstance(given, str):
        given = {"batch_id": given}
    return json_body(BatchOperationRequest, "batch_operation_request", given, **fields)


def path_segments(**values: Any) -> dict[str, str]:
    """Return non-empty strings, quoted as segments of a path."""
    return {name: quote(_string(name, value), safe="") for name, value in values.items()}


def required_strings(**values: Any) -> dict[str, str]:
    """Return non-empty strings, none of which may be missing."""
    return {name: _string(name, value) for name, value in values.items()}


def strings(**values: Any) -> dict[str, str]:
    """Return the non-empty strings that are given."""
    return required_strings(**_given(values))


def times(**values: Any) -> dict[str, str]:
    """Return the timestamps that are given, as the service parses them."""
    return {name: _timestamp(name, value) for name, value in _given(values).items()}


def enum_value(enum: type[Enum], /, **values: Any) -> dict[str, str]:
    """Return the values of an enum that are given; other strings pass too."""
    return {name: _enum_value(enum, name, value) for name, value in _given(values).items()}


def enum_values(enum: type[Enum], /, **values: Any) -> dict[str, list[str]]:
    """Return the lists of values of an enum that are given."""
    return {name: _enum_values(enum, name, value) for name, value in _given(values).items()}


def page(limit: Any, next_token: Any) -> dict[str, Any]:
    """Return the page to fetch: the first one for an empty token, which ends the last page."""
    query: dict[str, Any] = {} if limit is None else {"limit": _limit("limit", limit)}
    return query if next_token == "" else {**query, **strings(next_token=next_token)}


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _string(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ApiTypeError(f"{name} must be a string, got {value!r}")
    try:
        return non_empty_str(name, value)
    except ScaleInvalidArgument as error:
        raise ApiValueError(error.message) from None


def _limit(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ApiTypeError(f"{name} must be a whole number, got {value!r}")
    if not 1 <= value <= MAX_LIMIT:
        raise ApiValueError(f"{name} must be from 1 to {MAX_LIMIT}, got {value}")
    return value


def _timestamp(name: str, value: Any) -> str:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)
    if not isinstance(value, (str, dt.datetime)):
        raise ApiTypeError(f"{name} must be a datetime, date or ISO 8601 string, got {value!r}")
    time = parse_iso8601(value) if isinstance(value, str) else value
    if isinstance(time, str):
        raise ApiValueError(f"{name} must be an ISO 8601 time such as 2026-03-04, got {value!r}")
    return time.strftime(TIME_FORMAT)


def _enum_value(enum: type[Enum], name: str, value: Any) -> str:
    """Return a member's value; any string passes too, for values added later."""
    text = value.value if isinstance(value, Enum) else value
    if not isinstance(text, str) or not text.strip():
        raise ApiTypeError(f"{name} must be a {enum.__name__} or its value, got {value!r}")
    return text


def _enum_values(enum: type[Enum], name: str, values: Any) -> list[str]:
    if isinstance(values, (str, Enum)):
        values = [values]
    if not isinstance(values, Iterable):
        raise ApiTypeError(f"{name} must be a list of {enum.__name__}, got {values!r}")
    allowed = [member.value for member in enum]
    texts = [value.value if isinstance(value, Enum) else value for value in values]
    for value in texts:
        if value not in allowed:
            raise ApiValueError(
                f"each of {name} must be one of {', '.join(allowed)}, got {value!r}"
            )
    return texts
