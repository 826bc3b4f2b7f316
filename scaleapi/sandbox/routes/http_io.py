"""Reading of parameters and writing of responses, shared by all routes.

What reads a parameter raises an `ApiError` with 400 if its value is invalid.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from flask import Response, current_app, g, request
from werkzeug.routing import BaseConverter

from ..backend import lifecycle, task_schema
from ..backend.state import SandboxState
from ..backend.store import Cursor, Doc, Filter, Store, Table, public
from ..http import json_limits, timestamps
from ..http.errors import bad_request, error_body, invalid_parameter

MAX_LIMIT = 100
MAX_OFFSET = 2**31


class PathSegment(BaseConverter):
    """A segment of the raw path, decoded after the split, so that a name may contain %2F."""

    def to_python(self, value: str) -> str:
        """Return the decoded segment."""
        return unquote(value)


def current_state() -> SandboxState:
    """Return the state of the sandbox that handles the request."""
    state: SandboxState = current_app.extensions["scaleapi"]
    return state


def current_account() -> str:
    """Return the account of the request."""
    account: str = g.account
    return account


def current_store() -> Store:
    """Return the store of the sandbox that handles the request."""
    return current_state().store


def get_or_404(table: Table, name: str) -> Doc:
    """Return the object of the request's account with this id or name.

    Raises:
        ApiError: With 404, if there is none.
    """
    return lifecycle.get_or_404(current_state(), table, current_account(), name)


def json_response(body: Any, status: int = 200) -> Response:
    """Return a response with a JSON body."""
    return Response(json.dumps(body), status, mimetype="application/json")


def public_response(doc: Doc) -> Response:
    """Return a response with an object as v1 shows it."""
    return json_response(public(doc))


def error_response(status: int, message: str) -> Response:
    """Return a response with Scale's error body."""
    return json_response(error_body(status, message), status)


def json_body() -> Any:
    """Return the request's body, parsed."""
    return parse_json(request.get_data(), "The body is not valid JSON")


def object_body() -> Doc:
    """Return the request's body, which must be a JSON object."""
    body = json_body()
    if not isinstance(body, dict):
        raise bad_request("The body must be a JSON object")
    return body


def parse_json(text: str | bytes, error_message: str) -> Any:
    """Parse JSON from the request.

    Args:
        text: The JSON text.
        error_message: The message of the response if it is not JSON.

    Returns:
        The parsed value.

    Raises:
        ApiError: With 400, if it is not JSON or nested too deeply.
    """
    try:
        return json_limits.loads(text, parse_constant=_reject_constant, parse_float=_finite)
    except json_limits.NestingError as exc:
        raise bad_request(str(exc)) from None
    except ValueError:
        raise bad_request(error_message) from None


def query_flag(name: str) -> bool:
    """Return a boolean of the query, in any letter case; False if omitted."""
    text = request.args.get(name, "false").lower()
    if text not in ("true", "false"):
        raise bad_request(f'"{name}" must be true or false, got {text!r}')
    return text == "true"


def query_int(name: str, default: int, lowest: int, highest: int) -> int:
    """Return an integer of the query.

    Args:
        name: Name of the parameter.
        default: The value if it is omitted.
        lowest: Lowest valid value.
        highest: Highest valid value.
    """
    text = request.args.get(name, str(default))
    digits = text[:20]
    if not (digits.isascii() and digits.isdigit() and lowest <= int(digits) <= highest):
        raise bad_request(f'"{name}" must be from {lowest} to {highest}, got {text!r}')
    return int(digits)


def query_filters(
    exact: Sequence[tuple[str, str]] = (),
    since: Sequence[tuple[str, str]] = (),
    until: Sequence[tuple[str, str]] = (),
) -> list[Filter]:
    """Return the filters of the query; each argument has pairs of parameter and column.

    Args:
        exact: Parameters that a column must equal.
        since: Times, inclusive, that a column must not be before.
        until: Times, inclusive, that a column must not be after.
    """
    filters = [
        Filter(column, "=", request.args[name]) for name, column in exact if name in request.args
    ]
    for pairs, operator, to_bound in (
        (since, ">=", timestamps.first_at_or_after),
        (until, "<=", timestamps.last_at_or_before),
    ):
        for name, column in pairs:
            if name in request.args:
                try:
                    filters.append(Filter(column, operator, to_bound(request.args[name])))
                except ValueError as exc:
                    raise bad_request(f'"{name}": {exc}') from None
    return filters


def query_choices(name: str, allowed: Sequence[str] | None = None) -> list[str]:
    """Return the values of a parameter that may be repeated or joined with commas.

    Args:
        name: Name of the parameter.
        allowed: The valid values; None for any, of which one with commas also counts as a whole.
    """
    values = request.args.getlist(name)
    parts = [part for value in values for part in value.split(",")]
    if allowed is None:
        return list(dict.fromkeys(values + parts))
    for part in parts:
        _check_choice(name, allowed, part)
    return parts


def query_choice(name: str, allowed: Sequence[str]) -> str | None:
    """Return the value of a parameter that has one of the allowed values; None if omitted."""
    value = request.args.get(name)
    if value is not None:
        _check_choice(name, allowed, value)
    return value


def query_names(name: str, allowed: Sequence[str]) -> list[str]:
    """Return the values of a parameter that may be repeated, but not joined with commas."""
    values = request.args.getlist(name)
    for value in values:
        _check_choice(name, allowed, value)
    return values


def query_limit() -> int:
    """Return the requested page size."""
    return query_int("limit", MAX_LIMIT, 1, MAX_LIMIT)


def query_offset() -> int:
    """Return the requested offset."""
    return query_int("offset", 0, 0, MAX_OFFSET)


def encode_page_token(cursor: Cursor, offset: int) -> str:
    """Return an opaque token for the page after a cursor, whose first object has this offset."""
    return base64.urlsafe_b64encode(json.dumps([*cursor, offset]).encode()).decode().rstrip("=")


def decode_page_token(token: str) -> tuple[Cursor, int]:
    """Return the cursor and offset of a token."""
    try:
        padded = token + "=" * (-len(token) % 4)
        created_at, row, offset = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        timestamps.parse_timestamp(created_at)
        return (created_at, _row_number(row)), _row_number(offset)
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise bad_request('"next_token" must be a token of a listing') from None


def query_cursor() -> Cursor | None:
    """Return where the requested page starts, in listings without offsets; None for the first."""
    token = request.args.get("next_token")
    return decode_page_token(token)[0] if token else None


def required_string(body: dict[str, Any], key: str) -> str:
    """Return a string of a body, which must not be empty."""
    value: str = body.get(key, "")
    if not task_schema.is_non_empty_string(value):
        raise invalid_parameter(f'"{key}" is required')
    return value


def boolean(body: dict[str, Any], key: str) -> bool:
    """Return a boolean of a body; False if omitted or null."""
    value = body.get(key)
    if value is not None and not isinstance(value, bool):
        raise invalid_parameter(f'"{key}" must be true or false')
    return bool(value)


def optional_object(body: dict[str, Any], key: str) -> Doc | None:
    """Return an object of a body; None if omitted or null."""
    value = body.get(key)
    if not isinstance(value, (dict, type(None))):
        raise invalid_parameter(f'"{key}" must be an object')
    return value


def string_list(body: dict[str, Any], key: str) -> list[str]:
    """Return a list of strings of a body; empty if omitted or null."""
    value = body.get(key)
    value = [] if value is None else value
    if not task_schema.is_string_list(value):
        raise invalid_parameter(f'"{key}" must be a list of strings')
    return value


def _check_choice(name: str, allowed: Sequence[str], value: str) -> None:
    if value not in allowed:
        raise bad_request(f'"{name}" must be one of {", ".join(allowed)}, got {value!r}')


def _row_number(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value < 2**62:
        raise ValueError(value)
    return value


def _reject_constant(name: str) -> None:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):  # 1e999 has no JSON when it is written again
        raise ValueError(text)
    return number
