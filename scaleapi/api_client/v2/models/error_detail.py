"""The published module of `ErrorDetail`; generated."""

from .._models.chat import ErrorDetail as ErrorDetail
