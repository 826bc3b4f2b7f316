"""The published module of `GetSchema404Response`; generated."""

from .._models.responses import GetSchema404Response as GetSchema404Response
