"""The published module of `PauseBatch200Response`; generated."""

from .._models.projects import PauseBatch200Response as PauseBatch200Response
