"""Schemas of task responses, and bodies of error responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from ._model import Model


class GetSchemaResponseSchema(Model):
    """A schema of task responses; `var_json` is the JSON Schema as a string."""

    _aliases = {"var_json": "json"}

    id: Optional[str]
    var_json: Optional[str]


class GetSchemaResponse(Model):
    """The requested schema."""

    _aliases = {"var_schema": "schema"}

    var_schema: GetSchemaResponseSchema

    @classmethod
    def _normalize_input(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        # Accept what model_dump returns, which has attribute names for keys at every level.
        data = super()._normalize_input(given)
        if isinstance(data.get("schema"), dict):
            data["schema"] = GetSchemaResponseSchema._normalize_input(data["schema"])
        return data


class Error(Model):
    """The body of an error response."""

    status_code: Optional[int]
    error: Optional[str]


class _ErrorBody(Model):
    """The body of an error response, as single operations declare it."""

    status_code: Optional[float]
    error: Optional[str]


class GetBatch500Response(_ErrorBody):
    """The service failed."""


class GetTask500Response(_ErrorBody):
    """The service failed."""


class GetSchema400Response(_ErrorBody):
    """The schema's id is invalid."""


class GetSchema404Response(_ErrorBody):
    """There is no such schema."""


class GetDatasetTaskResponseUrl404Response(_ErrorBody):
    """There is no such task or attachment."""
