"""How the sandbox says no: Scale's error body, with the status in it."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A request that is answered with an error status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class ConnectionDropped(Exception):
    """The connection shall end without an answer."""


def error_body(status: int, message: str) -> dict[str, Any]:
    """The body of every error."""
    return {"status_code": status, "error": message}


def bad_request(message: str) -> ApiError:
    """400: a parameter is wrong, or the state does not allow the action."""
    return ApiError(400, message)


def not_found(what: str, name: str) -> ApiError:
    """404: nothing has this id or name."""
    return ApiError(404, f"No {what} has the id or name {name!r}")
