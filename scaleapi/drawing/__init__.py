"""Image annotations as a picture: SVG, without any script, over the task's attachment."""

from ._drawing import Drawing, draw
from ._geometries import OF_TASKS
from ._pictures import Image
from ._svg import label_colour

__all__ = ["OF_TASKS", "Drawing", "Image", "draw", "label_colour"]
