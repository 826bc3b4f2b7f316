"""The published module of `GetProjectsResponse`; generated."""

from .._models.projects import GetProjectsResponse as GetProjectsResponse
