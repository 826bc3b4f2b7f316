"""The published module of `ExpandableEnumTask`; generated."""

from .._models.enums import ExpandableEnumTask as ExpandableEnumTask
