"""Draw image annotations as SVG without scripts, over the task's attachment.

Attributes are imported on first use, so that type hints can name them without the import cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._lazy import load_attribute

if TYPE_CHECKING:
    from ._drawing import TASK_GEOMETRIES as TASK_GEOMETRIES
    from ._drawing import Drawing as Drawing
    from ._drawing import draw as draw
    from ._drawing import draw_conversation as draw_conversation
    from .images import Image as Image
    from .images import read_size as read_size
    from .labels import label_colour as label_colour

_MODULE_OF = {
    "TASK_GEOMETRIES": "_drawing",
    "Drawing": "_drawing",
    "Image": "images",
    "draw": "_drawing",
    "draw_conversation": "_drawing",
    "label_colour": "labels",
    "read_size": "images",
}

__all__ = sorted(_MODULE_OF)

if not TYPE_CHECKING:  # else type checkers would let any name pass

    def __getattr__(name: str) -> Any:
        return load_attribute(__name__, _MODULE_OF, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
