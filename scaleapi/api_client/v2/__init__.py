"""The v2 (GenAI) API: `ScaleClient.v2`, its models and its errors."""

from . import models
from .api import V2Api
from .api_client import ApiClient
from .api_response import ApiResponse
from .configuration import Configuration
from .exceptions import (
    ApiAttributeError,
    ApiException,
    ApiKeyError,
    ApiTypeError,
    ApiValueError,
    OpenApiException,
)
from .models import *  # noqa: F403

V2Task = models.Task

__version__ = "1.0.0"
"""Of the API's description, as published."""

__all__ = [
    "ApiAttributeError",
    "ApiClient",
    "ApiException",
    "ApiKeyError",
    "ApiResponse",
    "ApiTypeError",
    "ApiValueError",
    "Configuration",
    "OpenApiException",
    "V2Api",
    *models.__all__,
]
