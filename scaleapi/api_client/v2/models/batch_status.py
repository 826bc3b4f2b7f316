"""The published module of `BatchStatus`; generated."""

from .._models.enums import BatchStatus as BatchStatus
