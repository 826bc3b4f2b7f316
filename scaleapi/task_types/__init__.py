"""What each task type takes and returns, and checks of payloads before they are sent.

`import scaleapi` loads nothing of it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._findings import Finding as Finding
from ._schema import TaskTypeDeclaration as TaskTypeDeclaration
from .declarations import COMMON as COMMON
from .declarations import DECLARATIONS as DECLARATIONS

if TYPE_CHECKING:
    from .payloads import *  # noqa: F403
    from .responses import *  # noqa: F403


if not TYPE_CHECKING:  # else type checkers would let any name pass

    def __getattr__(name: str) -> Any:
        for module in _typed_dicts():
            if name in module.__all__:
                return getattr(module, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *(name for module in _typed_dicts() for name in module.__all__)})


def _typed_dicts() -> list[Any]:
    return [importlib.import_module(f".{name}", __name__) for name in ("payloads", "responses")]
