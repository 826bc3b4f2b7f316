"""The published module of `GetDeliveriesResponse`; generated."""

from .._models.deliveries import GetDeliveriesResponse as GetDeliveriesResponse
