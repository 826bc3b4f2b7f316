"""The published module of `V1TaskTaskIdGet200ResponseResponse`; generated."""

from .._models.chat import V1TaskTaskIdGet200ResponseResponse as V1TaskTaskIdGet200ResponseResponse
