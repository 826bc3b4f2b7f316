"""The published module of `GetTasksResponse`; generated."""

from .._models.chat import GetTasksResponse as GetTasksResponse
