"""The published module of `BatchOperationRequest`; generated."""

from .._models.requests import BatchOperationRequest as BatchOperationRequest
