"""The published module of `ExpandableEnumBatch`; generated."""

from .._models.enums import ExpandableEnumBatch as ExpandableEnumBatch
