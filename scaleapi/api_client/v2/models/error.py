"""The published module of `Error`; generated."""

from .._models.responses import Error as Error
