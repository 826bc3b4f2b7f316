"""The published module of `GetDatasetTasksResponse`; generated."""

from .._models.deliveries import GetDatasetTasksResponse as GetDatasetTasksResponse
