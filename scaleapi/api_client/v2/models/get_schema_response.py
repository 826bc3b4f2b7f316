"""The published module of `GetSchemaResponse`; generated."""

from .._models.responses import GetSchemaResponse as GetSchemaResponse
