"""The v2 (GenAI) API: `ScaleClient.v2`, its models and its errors.

Its names are loaded on first use (PEP 562). Eager imports could deadlock threads that import this
package and one of its modules at the same time, as unpickling does.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import V2Api as V2Api
    from .api_client import ApiClient as ApiClient
    from .api_response import ApiResponse as ApiResponse
    from .configuration import Configuration as Configuration
    from .exceptions import ApiAttributeError as ApiAttributeError
    from .exceptions import ApiException as ApiException
    from .exceptions import ApiKeyError as ApiKeyError
    from .exceptions import ApiTypeError as ApiTypeError
    from .exceptions import ApiValueError as ApiValueError
    from .exceptions import OpenApiException as OpenApiException
    from .models import *  # noqa: F403
    from .models import Task as Task

    V2Task = Task

_MODULE_OF = {
    "V2Api": "api",
    "ApiClient": "api_client",
    "ApiResponse": "api_response",
    "Configuration": "configuration",
    **dict.fromkeys(
        ("ApiAttributeError", "ApiException", "ApiKeyError", "ApiTypeError", "ApiValueError"),
        "exceptions",
    ),
    "OpenApiException": "exceptions",
}
_SUBMODULES = {*_MODULE_OF.values(), "models", "rest"}

__version__ = "1.0.0"
"""Version of the API description, as published."""


def _module(name: str) -> Any:
    return importlib.import_module(f".{name}", __name__)


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return _module(name)
    if name == "__all__":
        return [*_MODULE_OF, *_module("models").__all__]
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _module(_MODULE_OF.get(name, "models"))
    try:
        value = getattr(module, "Task" if name == "V2Task" else name)
    except AttributeError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    globals()[name] = value  # __getattr__ is not called again
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_SUBMODULES, *__getattr__("__all__")})
