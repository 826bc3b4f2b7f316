"""The published module of `Batch`; generated."""

from .._models.projects import Batch as Batch
