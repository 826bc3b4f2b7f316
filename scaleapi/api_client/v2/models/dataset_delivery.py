"""The published module of `DatasetDelivery`; generated."""

from .._models.deliveries import DatasetDelivery as DatasetDelivery
