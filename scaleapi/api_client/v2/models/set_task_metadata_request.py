"""The published module of `SetTaskMetadataRequest`; generated."""

from .._models.requests import SetTaskMetadataRequest as SetTaskMetadataRequest
