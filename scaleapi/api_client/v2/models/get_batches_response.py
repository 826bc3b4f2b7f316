"""The published module of `GetBatchesResponse`; generated."""

from .._models.projects import GetBatchesResponse as GetBatchesResponse
