"""API keys: which are taken, and whose data each stands for."""

from __future__ import annotations

import hashlib

from flask import Request

from .errors import ApiError

_WHERE = "it is the user name of HTTP basic authentication"
_WHERE_V2 = f"it is the bearer token, or {_WHERE[len('it is ') :]}"


def account_of(key: str) -> str:
    """The account behind a key, as a digest: the key itself is kept nowhere."""
    return hashlib.sha256(key.encode()).hexdigest()


def authenticate(request: Request, live: bool) -> str:
    """The account of a request; 401 without a key that the sandbox takes."""
    bearer_too = request.path.startswith("/v2/")
    key = (bearer_too and _bearer(request)) or _basic(request)
    if not key:
        raise ApiError(401, f"No API key was sent: {_WHERE_V2 if bearer_too else _WHERE}")
    is_test = key.startswith("test_") or key.endswith("|test")
    if not (is_test or live and key.startswith("live_")):
        raise ApiError(401, "The sandbox takes keys of test form: 'test_...' or '...|test'")
    return account_of(key)


def _basic(request: Request) -> str | None:
    sent = request.authorization
    return sent.username if sent is not None and sent.type == "basic" else None


def _bearer(request: Request) -> str | None:
    # By hand: the oldest werkzeug that we take knows no bearer tokens.
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
