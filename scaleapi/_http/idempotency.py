"""What is known about a request that is sent twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, NamedTuple, Optional

GetJson = Callable[..., Any]
"""Returns the JSON of a GET, of an endpoint and its query."""


class RequestData(NamedTuple):
    """What a recovery needs of a request whose outcome is not known.

    Attributes:
        endpoint: Its path below the instance address, with its segments still escaped.
        params: Its query.
        fields: Its JSON object or its form, empty where it has neither.
        headers: Those that it has beside the usual ones.
    """

    endpoint: str
    params: Mapping[str, Any] = {}
    fields: Mapping[str, Any] = {}
    headers: Mapping[str, str] = {}


class Recovery(NamedTuple):
    """How the result of a request that may have been processed is found.

    Attributes:
        find: Returns the objects that may be the result, none where there is none yet.
        matches: Whether one of them is.
        is_created: Whether it is created by the request, so that it cannot be older than the call.
        as_response: Makes of it what the response would have held.
    """

    find: Callable[[GetJson, RequestData], list[Any]]
    matches: Callable[[Any, RequestData], bool]
    is_created: bool = False
    as_response: Callable[[Any], Any] = lambda result: result


class IdempotencyRule(NamedTuple):
    """What is known about one kind of request.

    Attributes:
        resource_name: What it creates, in words; None where it creates nothing.
        idempotency_field: The field on which the service deduplicates it; empty where it needs
            none.
        duplicate_effect: What a second processing does, in words, where it creates nothing and yet
            is not idempotent.
        conflict_statuses: The statuses with which the service may reject a second processing.
        never_retry_if_ambiguous: Whether it is retried only where it cannot have been processed.
        recovery: How its result is found after an ambiguous failure; None where it cannot be.
    """

    resource_name: Optional[str] = None
    idempotency_field: str = ""
    duplicate_effect: str = ""
    conflict_statuses: tuple[int, ...] = (409,)
    never_retry_if_ambiguous: bool = False
    recovery: Optional[Recovery] = None

    def may_duplicate(self, fields: Mapping[str, Any]) -> bool:
        """Return whether a second processing has an effect of its own."""
        if self.resource_name is None:
            return bool(self.duplicate_effect)
        return not self.has_idempotency_key(fields)

    def lacks_idempotency_key(self, fields: Mapping[str, Any]) -> bool:
        """Return whether it creates something, without the field that makes it idempotent."""
        return self.resource_name is not None and not self.has_idempotency_key(fields)

    def has_idempotency_key(self, fields: Mapping[str, Any]) -> bool:
        """Return whether the request has the field on which the service deduplicates."""
        key = fields.get(self.idempotency_field)
        return not self.idempotency_field or bool(key and isinstance(key, str))

    def warning(self) -> str:
        """Say what a retry after an ambiguous failure risks."""
        if self.resource_name is None:
            return f"if the first request was processed, {self.duplicate_effect}"
        return (
            f"if the first request was processed, a duplicate {self.resource_name} will exist. "
            f"Pass {self.idempotency_field} to make this call idempotent"
        )


IDEMPOTENT = IdempotencyRule()
NOT_IDEMPOTENT = IdempotencyRule(duplicate_effect="it will have been processed twice")
