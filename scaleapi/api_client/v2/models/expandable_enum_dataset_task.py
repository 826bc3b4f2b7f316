"""The published module of `ExpandableEnumDatasetTask`; generated."""

from .._models.enums import ExpandableEnumDatasetTask as ExpandableEnumDatasetTask
