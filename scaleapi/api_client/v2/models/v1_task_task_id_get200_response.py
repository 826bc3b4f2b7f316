"""The published module of `V1TaskTaskIdGet200Response`; generated."""

from .._models.chat import V1TaskTaskIdGet200Response as V1TaskTaskIdGet200Response
