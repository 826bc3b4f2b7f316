"""The published module of `GetBatch500Response`; generated."""

from .._models.responses import GetBatch500Response as GetBatch500Response
