"""The published module of `ExpandableDataset`; generated."""

from .._models.deliveries import ExpandableDataset as ExpandableDataset
