"""The published module of `GetDatasetsResponse`; generated."""

from .._models.deliveries import GetDatasetsResponse as GetDatasetsResponse
