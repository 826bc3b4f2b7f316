"""The clients of single versions of the API: `scaleapi.api_client.v2`."""

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    if name == "v2":
        return importlib.import_module(".v2", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
