"""Read what was annotated, whatever the task type, and write it in formats of other tools.

Attributes are imported on first use, so that type hints can name them without the import cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._lazy import load_attribute

if TYPE_CHECKING:
    from .coco import to_coco as to_coco
    from .geometries import Answer as Answer
    from .geometries import Box as Box
    from .geometries import Cuboid as Cuboid
    from .geometries import Cuboid3D as Cuboid3D
    from .geometries import Ellipse as Ellipse
    from .geometries import Event as Event
    from .geometries import Geometry as Geometry
    from .geometries import Line as Line
    from .geometries import Link as Link
    from .geometries import Mask as Mask
    from .geometries import Point as Point
    from .geometries import PointSegment as PointSegment
    from .geometries import Polygon as Polygon
    from .geometries import ResultFile as ResultFile
    from .geometries import RotatedBox as RotatedBox
    from .geometries import TextSpan as TextSpan
    from .geometries import Unknown as Unknown
    from .masks import to_masks as to_masks
    from .prelabels import from_coco as from_coco
    from .reading import Annotation as Annotation
    from .reading import iter_annotations as iter_annotations
    from .report import ConversionReport as ConversionReport
    from .table import to_arrow as to_arrow
    from .yolo import to_yolo as to_yolo

_NAMES = {
    "coco": "to_coco",
    "geometries": (
        "Answer Box Cuboid Cuboid3D Ellipse Event Geometry Line Link Mask Point PointSegment "
        "Polygon ResultFile RotatedBox TextSpan Unknown"
    ),
    "masks": "to_masks",
    "prelabels": "from_coco",
    "reading": "Annotation iter_annotations",
    "report": "ConversionReport",
    "table": "to_arrow",
    "yolo": "to_yolo",
}
"""The public names of each module, separated by spaces."""

_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = sorted(_MODULE_OF)

if not TYPE_CHECKING:  # else type checkers would let any name pass

    def __getattr__(name: str) -> Any:
        return load_attribute(__name__, _MODULE_OF, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
