"""The published module of `ExpandableDatasetDelivery`; generated."""

from .._models.deliveries import ExpandableDatasetDelivery as ExpandableDatasetDelivery
