"""Schemas of answers, and bodies of errors."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from ._model import Model


class GetSchemaResponseSchema(Model):
    """A schema that answers follow; `var_json` is the JSON Schema as text."""

    _aliases = {"var_json": "json"}

    id: Optional[str]
    var_json: Optional[str]


class GetSchemaResponse(Model):
    """The schema that was asked for."""

    _aliases = {"var_schema": "schema"}

    var_schema: GetSchemaResponseSchema

    @classmethod
    def _accepted(cls, given: Mapping[str, Any]) -> Dict[str, Any]:
        # What model_dump gives may be given back, and that has attributes for keys at every level.
        data = super()._accepted(given)
        if isinstance(data.get("schema"), dict):
            data["schema"] = GetSchemaResponseSchema._accepted(data["schema"])
        return data


class Error(Model):
    """The body of an error."""

    status_code: Optional[int]
    error: Optional[str]


class _ErrorBody(Model):
    """The body of an error, as single operations declare it."""

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
