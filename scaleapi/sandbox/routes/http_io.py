"""Reading a request and writing an answer: what all routes share."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from flask import Response, current_app, g, request
from werkzeug.routing import BaseConverter

from ..backend import task_schema
from ..backend.state import SandboxState
from ..backend.store import Cursor, Doc, Filter
from ..http import json_limits, timestamps
from ..http.errors import bad_request, error_body

MAX_PAGE = 100
MAX_OFFSET = 2**31


class PathSegment(BaseConverter):
    """One segment of the raw path, decoded after the split, so that %2F stays inside a name."""

    def to_python(self, value: str) -> str:
        """The segment as it was meant."""
        return unquote(value)


def current_state() -> SandboxState:
    """What this sandbox works on."""
    found: SandboxState = current_app.extensions["scaleapi"]
    return found


def current_account() -> str:
    """Whose data this request is about."""
    found: str = g.account
    return found


def json_response(body: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(json.dumps(body), status, mimetype="application/json")


def error_response(status: int, message: str) -> Response:
    """An answer that says no."""
    return json_response(error_body(status, message), status)


def json_body() -> Any:
    """The JSON that was sent."""
    return parse_json(request.get_data(), "The body is not valid JSON")


def parse_json(text: str | bytes, otherwise: str) -> Any:
    """What JSON of the request holds; 400 that says `otherwise` when it is none."""
    try:
        return json_limits.loads(text, parse_constant=_reject_constant, parse_float=_finite)
    except json_limits.NestingError as exc:
        raise bad_request(str(exc)) from None
    except ValueError:
        raise bad_request(otherwise) from None


def object_body() -> Doc:
    """The JSON object that was sent."""
    body = json_body()
    if not isinstance(body, dict):
        raise bad_request("The body must be a JSON object")
    return body


def query_flag(name: str) -> bool:
    """A boolean of the query, in any letter case; false when left out."""
    text = request.args.get(name, "false").lower()
    if text not in ("true", "false"):
        raise bad_request(f'"{name}" must be true or false, not {text!r}')
    return text == "true"


def query_int(name: str, otherwise: int, lowest: int, highest: int) -> int:
    """A whole number of the query, within bounds."""
    text = request.args.get(name, str(otherwise))
    digits = text[:20]
    if not (digits.isascii() and digits.isdigit() and lowest <= int(digits) <= highest):
        raise bad_request(f'"{name}" must be from {lowest} to {highest}, not {text!r}')
    return int(digits)


def query_filters(
    exact: Sequence[tuple[str, str]] = (),
    since: Sequence[tuple[str, str]] = (),
    until: Sequence[tuple[str, str]] = (),
) -> list[Filter]:
    """Filters from the query: pairs of parameter and column, the bounds included."""
    found = [Filter(column, "=", request.args[name]) for name, column in exact if _has_param(name)]
    for pairs, operator, bound in (
        (since, ">=", timestamps.first_at_or_after),
        (until, "<=", timestamps.last_at_or_before),
    ):
        for name, column in pairs:
            if _has_param(name):
                try:
                    found.append(Filter(column, operator, bound(request.args[name])))
                except ValueError as exc:
                    raise bad_request(f'"{name}": {exc}') from None
    return found


def query_choices(name: str, allowed: Sequence[str] | None = None) -> list[str]:
    """The values of a parameter that may be repeated or joined with commas.

    Without a list of what is allowed, a value with commas also stands for itself.
    """
    whole = request.args.getlist(name)
    split = [part for value in whole for part in value.split(",")]
    if allowed is None:
        return list(dict.fromkeys(whole + split))
    for value in split:
        if value not in allowed:
            raise bad_request(_not_among(name, allowed, value))
    return split


def query_choice(name: str, allowed: Sequence[str]) -> str | None:
    """The value of a parameter that takes one; None when left out."""
    value = request.args.get(name)
    if value is not None and value not in allowed:
        raise bad_request(_not_among(name, allowed, value))
    return value


def query_names(name: str, allowed: Sequence[str]) -> list[str]:
    """The values of a parameter that may be repeated, and is never joined with commas."""
    values = request.args.getlist(name)
    for value in values:
        if value not in allowed:
            raise bad_request(_not_among(name, allowed, value))
    return values


def query_limit() -> int:
    """The page size asked for."""
    return query_int("limit", MAX_PAGE, 1, MAX_PAGE)


def query_offset() -> int:
    """The position asked for."""
    return query_int("offset", 0, 0, MAX_OFFSET)


def encode_page_token(place: Cursor, offset: int) -> str:
    """Where the next page starts, in a form that means nothing to the caller."""
    return base64.urlsafe_b64encode(json.dumps([*place, offset]).encode()).decode().rstrip("=")


def decode_page_token(token: str) -> tuple[Cursor, int]:
    """What `encode_page_token` wrote."""
    try:
        padded = token + "=" * (-len(token) % 4)
        created_at, row, offset = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        timestamps.parse_timestamp(created_at)
        return (created_at, _row(row)), _row(offset)
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise bad_request('"next_token" is none that a listing has given') from None


def query_cursor() -> Cursor | None:
    """Where the page asked for starts, in listings that know tokens only."""
    token = request.args.get("next_token")
    return decode_page_token(token)[0] if token else None


def _not_among(name: str, allowed: Sequence[str], value: str) -> str:
    return f'"{name}" must be one of {", ".join(allowed)}, not {value!r}'


def _row(number: Any) -> int:
    if not isinstance(number, int) or not 0 <= number < 2**62:
        raise ValueError(number)
    return number


def _has_param(name: str) -> bool:
    return name in request.args


def _reject_constant(name: str) -> None:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):  # 1e999, for which an answer has no JSON
        raise ValueError(text)
    return number


def required_string(body: dict[str, Any], key: str) -> str:
    """A string that a body must hold."""
    value: str = body.get(key, "")
    if not task_schema.is_non_empty_string(value):
        raise bad_request(f'Parameter is invalid, reason: "{key}" is required')
    return value


def boolean(body: dict[str, Any], key: str) -> bool:
    """A boolean of a body; false when left out or null."""
    value = body.get(key)
    if value is not None and not isinstance(value, bool):
        raise bad_request(f'Parameter is invalid, reason: "{key}" must be true or false')
    return bool(value)


def optional_object(body: dict[str, Any], key: str) -> Doc | None:
    """An object of a body; None when left out or null."""
    value = body.get(key)
    if not isinstance(value, (dict, type(None))):
        raise bad_request(f'Parameter is invalid, reason: "{key}" must be an object')
    return value


def string_list(body: dict[str, Any], key: str) -> list[str]:
    """A list of texts of a body; empty when left out or null."""
    value = body.get(key)
    value = [] if value is None else value
    if not task_schema.is_string_list(value):
        raise bad_request(f'Parameter is invalid, reason: "{key}" must be a list of texts')
    return value
