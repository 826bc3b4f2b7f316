"""The clients of single versions of the API: `scaleapi.api_client.v2`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import v2 as v2


if not TYPE_CHECKING:  # else type checkers would let any name pass

    def __getattr__(name: str) -> Any:
        if name == "v2":
            return importlib.import_module(".v2", __name__)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
