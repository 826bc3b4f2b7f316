"""The published module of `DatasetDeliveryMetadata`; generated."""

from .._models.deliveries import DatasetDeliveryMetadata as DatasetDeliveryMetadata
