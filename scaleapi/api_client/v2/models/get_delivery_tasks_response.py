"""The published module of `GetDeliveryTasksResponse`; generated."""

from .._models.deliveries import GetDeliveryTasksResponse as GetDeliveryTasksResponse
