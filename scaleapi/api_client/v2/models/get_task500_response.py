"""The published module of `GetTask500Response`; generated."""

from .._models.responses import GetTask500Response as GetTask500Response
