"""The package of `scaleapi.api_client.v2`, the client of the v2 API."""

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
