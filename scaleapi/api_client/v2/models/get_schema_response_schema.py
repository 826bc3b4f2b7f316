"""The published module of `GetSchemaResponseSchema`; generated."""

from .._models.responses import GetSchemaResponseSchema as GetSchemaResponseSchema
