"""The published module of `GetDatasetDeliveriesResponse`; generated."""

from .._models.deliveries import GetDatasetDeliveriesResponse as GetDatasetDeliveriesResponse
