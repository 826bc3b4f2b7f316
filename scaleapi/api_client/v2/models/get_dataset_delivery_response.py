"""The published module of `GetDatasetDeliveryResponse`; generated."""

from .._models.deliveries import GetDatasetDeliveryResponse as GetDatasetDeliveryResponse
