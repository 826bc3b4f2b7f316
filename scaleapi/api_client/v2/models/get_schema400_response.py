"""The published module of `GetSchema400Response`; generated."""

from .._models.responses import GetSchema400Response as GetSchema400Response
