"""Authentication: which API keys are accepted, and the account that each stands for."""

from __future__ import annotations

import hashlib

from flask import Request

from .errors import ApiError

_BASIC = "it is the user name of HTTP basic authentication"
_BEARER = f"it is the bearer token, or {_BASIC[len('it is ') :]}"


def account_of(key: str) -> str:
    """Return the account of a key, as a digest: keys themselves are never stored."""
    return hashlib.sha256(key.encode()).hexdigest()


def authenticate(request: Request, live: bool) -> str:
    """Return the account of a request.

    Args:
        request: The request; under `/v2/` the key may also be a bearer token.
        live: Whether live keys are accepted besides test keys.

    Raises:
        ApiError: With 401, if there is no key or it is not accepted.
    """
    is_v2 = request.path.startswith("/v2/")
    key = (is_v2 and _bearer_token(request)) or _basic_user(request)
    if not key:
        raise ApiError(401, f"No API key was sent: {_BEARER if is_v2 else _BASIC}")
    is_test = key.startswith("test_") or key.endswith("|test")
    if not (is_test or (live and key.startswith("live_"))):
        raise ApiError(401, "The sandbox accepts test keys only: 'test_...' or '...|test'")
    return account_of(key)


def _basic_user(request: Request) -> str | None:
    header = request.authorization
    return header.username if header is not None and header.type == "basic" else None


def _bearer_token(request: Request) -> str | None:
    # The oldest supported werkzeug does not parse bearer tokens.
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
