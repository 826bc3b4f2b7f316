"""The published module of `FinalizeBatchRequest`; generated."""

from .._models.requests import FinalizeBatchRequest as FinalizeBatchRequest
