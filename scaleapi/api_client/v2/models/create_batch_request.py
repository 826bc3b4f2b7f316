"""The published module of `CreateBatchRequest`; generated."""

from .._models.requests import CreateBatchRequest as CreateBatchRequest
