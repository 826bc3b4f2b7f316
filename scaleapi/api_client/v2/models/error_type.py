"""The published module of `ErrorType`; generated."""

from .._models.enums import ErrorType as ErrorType
