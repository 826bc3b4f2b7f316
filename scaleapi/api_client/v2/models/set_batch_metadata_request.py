"""The published module of `SetBatchMetadataRequest`; generated."""

from .._models.requests import SetBatchMetadataRequest as SetBatchMetadataRequest
