"""Image annotations as a picture: SVG, without any script, over the task's attachment.

What stands here is loaded when it is first used, so that annotations can name it at no cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List

from .._lazy import load_attribute

if TYPE_CHECKING:
    from ._drawing import Drawing as Drawing
    from ._drawing import draw as draw
    from ._geometries import OF_TASKS as OF_TASKS
    from ._pictures import Image as Image
    from ._svg import label_colour as label_colour

_MODULE_OF = {
    "OF_TASKS": "_geometries",
    "Drawing": "_drawing",
    "Image": "_pictures",
    "draw": "_drawing",
    "label_colour": "_svg",
}

__all__ = ["OF_TASKS", "Drawing", "Image", "draw", "label_colour"]

if not TYPE_CHECKING:  # else type checkers would let any name pass

    def __getattr__(name: str) -> Any:
        return load_attribute(__name__, _MODULE_OF, name)


def __dir__() -> List[str]:
    return sorted({*globals(), *__all__})
