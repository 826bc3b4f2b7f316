"""API error responses: Scale's error body, with the status in it."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A request is rejected.

    Args:
        status: HTTP status of the response.
        message: What is wrong; part of the body.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class ConnectionDroppedError(Exception):
    """A fault rule demands that the connection be closed without a response."""


def error_body(status: int, message: str) -> dict[str, Any]:
    """Return the JSON body of an error response."""
    return {"status_code": status, "error": message}


def bad_request(message: str) -> ApiError:
    """Return a 400: a parameter is invalid, or the state does not allow the action."""
    return ApiError(400, message)


def invalid_parameter(reason: str) -> ApiError:
    """Return a 400 in the words that Scale has for an invalid parameter."""
    return bad_request(f"Parameter is invalid, reason: {reason}")


def not_found(resource: str, name: str) -> ApiError:
    """Return a 404: no resource of this type has this id or name."""
    return ApiError(404, f"No {resource} has the id or name {name!r}")
