"""The published module of `GetDeliveredTasksResponse`; generated."""

from .._models.deliveries import GetDeliveredTasksResponse as GetDeliveredTasksResponse
