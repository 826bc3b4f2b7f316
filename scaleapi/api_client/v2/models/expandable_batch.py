"""The published module of `ExpandableBatch`; generated."""

from .._models.projects import ExpandableBatch as ExpandableBatch
