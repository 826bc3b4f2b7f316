"""Callbacks: the requests that Scale sends to your own web server.

Set `callback_url` on a task, and pass the request that arrives there to `parse`, which verifies
that it is from Scale and returns its task. A callback may be delivered twice, so process it by the
task's id.

Source: https://scale.com/docs/api-reference
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, Optional, Protocol, Union

from .client import ScaleClient
from .exceptions import ScaleException, ScaleInvalidArgument, ScaleInvalidRequest, ScaleUnauthorized
from .tasks import Task

AUTH_HEADER = "scale-callback-auth"


class Headers(Protocol):
    """Headers as web frameworks provide them: a mapping, or a message of the standard library."""

    def items(self) -> Iterable[tuple[Any, Any]]:
        """Return names and values."""


def parse(
    body: Union[bytes, str, Mapping[str, Any]],
    headers: Headers,
    auth_key: str,
    client: Optional[ScaleClient] = None,
) -> Task:
    """Return the task of a callback.

    The callback's key is verified first: a body that is not from Scale is not parsed.

    Args:
        body: The body of the request, raw or already parsed.
        headers: The headers of the request, their names in any case.
        auth_key: The callback auth key of your account; test and live mode have one each.
        client: The client that the task's own methods, such as `refresh`, use; without one they
            raise.

    Raises:
        ScaleUnauthorized: If the header `scale-callback-auth` is missing, or is not `auth_key`.
        ScaleInvalidRequest: If the body contains no task.
        ScaleInvalidArgument: If `auth_key` is empty.
    """
    if not isinstance(auth_key, str) or not auth_key.strip():
        # An invalid value may still contain a key, so it is not quoted.
        raise ScaleInvalidArgument("auth_key must be a non-empty string")
    sent = [value for name, value in headers.items() if _bytes(name).lower() == _AUTH_HEADER_BYTES]
    if not sent or not all(_constant_time_equal(value, auth_key) for value in sent):
        raise ScaleUnauthorized(f"The header {AUTH_HEADER} is {'wrong' if sent else 'missing'}")
    content = body if isinstance(body, Mapping) else _read(body)
    task = content.get("task") if isinstance(content, Mapping) else None
    if not isinstance(task, Mapping) or not isinstance(task.get("task_id"), str):
        raise ScaleInvalidRequest(
            'The body is not the callback of a task: its "task" has no "task_id"'
        )
    return Task(dict(task), _MissingClient() if client is None else client)


_AUTH_HEADER_BYTES = AUTH_HEADER.encode()


def _bytes(text: Any) -> bytes:
    return text if isinstance(text, bytes) else str(text).encode("utf-8", "surrogatepass")


def _constant_time_equal(sent: Any, auth_key: str) -> bool:
    # In constant time, so that the duration does not reveal how much of a guess is right.
    return hmac.compare_digest(_bytes(sent), _bytes(auth_key))


def _read(body: Union[bytes, str]) -> Any:
    try:
        return json.loads(body)
    except (ValueError, TypeError, RecursionError) as error:
        raise ScaleInvalidRequest(f"The body is not JSON: {error}") from None


class _MissingClient:
    """Placeholder for a task's client that raises an explanation on use."""

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # copy and pickle probe for special methods
            raise AttributeError(name)
        raise ScaleException(
            "This task has no client: pass one to scaleapi.callbacks.parse(..., client=client)"
        )
