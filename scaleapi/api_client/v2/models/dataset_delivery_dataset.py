"""The published module of `DatasetDeliveryDataset`; generated."""

from .._models.deliveries import DatasetDeliveryDataset as DatasetDeliveryDataset
