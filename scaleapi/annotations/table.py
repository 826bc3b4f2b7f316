"""Convert annotations to an Arrow table with one schema for all task types."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Optional

from .._geometry import (
    Answer,
    Box,
    Cuboid3D,
    Event,
    Link,
    Mask,
    Point,
    PointSegment,
    ResultFile,
    RotatedBox,
    TextSpan,
    Unknown,
    Vertex,
)
from .._lazy import OptionalPackage, import_extra
from .._raw_json import RawValue
from .._responses.reading import DownloadedFiles, Folder, read_task
from .._task_columns import whole_string
from ..arrow import SCHEMA_VERSION, Rows, make_table, task_line
from .outlines import extent_of
from .reading import Annotation, AnnotationSource, one_or_many

if TYPE_CHECKING:
    import pyarrow
else:
    pyarrow = OptionalPackage("pyarrow")

COLUMNS: Mapping[str, str] = {
    "task_id": "string",
    "index": "int64",
    "label": "enum",
    "type": "enum",
    "id": "string",
    "frame": "int64",
    "time": "float64",
    "sensor": "string",
    **dict.fromkeys(("left", "top", "width", "height", "rotation"), "float64"),
    "vertices": "vertices",
    "mask_index": "int64",
    "area": "int64",
    "start": "int64",
    "end": "int64",
    "start_time": "float64",
    "end_time": "float64",
    "text": "string",
    **dict.fromkeys(("x", "y", "z", "size_x", "size_y", "size_z"), "float64"),
    **dict.fromkeys(("yaw", "pitch", "roll"), "float64"),
    **dict.fromkeys(("source", "target", "url"), "string"),
    **dict.fromkeys(("geometry", "attributes", "json"), "string"),
}
"""The kind of each column."""

_NUMBER_OF = {name: number for number, name in enumerate(COLUMNS)}


def to_arrow(tasks: AnnotationSource, *, files: Folder = None) -> pyarrow.Table:
    """Return an Arrow table with one row per annotation, which needs the extra `arrow`.

    Args:
        tasks: See `iter_annotations`.
        files: See `iter_annotations`.

    Returns:
        A table. Its columns do not depend on the tasks; those that a geometry does not have are
        null. They are `task_id`, `index`, `label`, `type`, `id`, `frame`, `time` in seconds and
        `sensor`, as in `Annotation`; in pixels, `left`, `top`, `width` and `height` of the smallest
        upright rectangle around what is in an image, its `vertices` as a list of x and y, and the
        `rotation` of a box in radians; `mask_index` and `area` in pixels, of a mask; `start` and
        `end` of a span of text in characters, or of an event in frames; `start_time` and `end_time`
        of an event in seconds; `text` of a span or of what was found in a document; `x`, `y`, `z`
        of the center, `size_x`, `size_y`, `size_z` and, in radians, `yaw`, `pitch` and `roll` of a
        box in space; `source` and `target` of a link; `url` of a file that is not at hand; and as
        JSON, the `geometry`, the `attributes` and the `json` that the service sent, with numbers as
        Python reads them; the column `response` of `scaleapi.to_arrow` has all of their digits.

    Raises:
        ImportError: If pyarrow is not installed.
        ScaleInvalidArgument: If an argument or one of the tasks is invalid.
        OSError: If a file can't be read.
    """
    rows = AnnotationRows(files)
    return make_table(rows, map(task_line, one_or_many(tasks)))


class AnnotationRows(Rows):
    """A row for each annotation.

    Args:
        files: See `iter_annotations`.
    """

    def __init__(self, files: Folder = None) -> None:
        self.schema = make_annotation_schema()
        self._files = DownloadedFiles(files)

    def rows(self, task: Mapping[str, RawValue]) -> Iterable[list[Any]]:
        """See `Rows`."""
        fields = {name: member.value for name, member in task.items()}
        task_id = fields["task_id"]
        for index, item in enumerate(read_task(fields, self._files)):
            yield annotation_row(Annotation(task_id, index, *item))


def make_annotation_schema() -> pyarrow.Schema:
    """Return the schema of annotations."""
    arrow = import_extra("pyarrow", "arrow", "A table of annotations")
    vertex = arrow.struct([("x", arrow.float64()), ("y", arrow.float64())])
    types = {
        "string": arrow.string(),
        "enum": arrow.dictionary(arrow.int32(), arrow.string()),
        "int64": arrow.int64(),
        "float64": arrow.float64(),
        "vertices": arrow.list_(arrow.field("element", vertex)),  # as Parquet names it
    }
    required = ("task_id", "index", "type")
    fields = [
        arrow.field(name, types[kind], name not in required) for name, kind in COLUMNS.items()
    ]
    metadata = {"scaleapi.schema_version": str(SCHEMA_VERSION)}
    schema: pyarrow.Schema = arrow.schema(fields, metadata)
    return schema


def annotation_row(annotation: Annotation) -> list[Any]:
    """Return the cells of an annotation."""
    geometry, raw = annotation.geometry, annotation.json
    cells = _geometry_cells(geometry)
    cells["type"] = annotation.type
    cells["index"] = annotation.index
    cells["frame"] = _int64(annotation.frame)
    cells["time"] = annotation.time
    if "text" not in cells and isinstance(raw, dict) and isinstance(raw.get("text"), str):
        cells["text"] = whole_string(raw["text"])
    for name in ("task_id", "label", "id", "sensor"):
        value = getattr(annotation, name)
        cells[name] = None if value is None else whole_string(str(value))
    shown = {
        name: value._asdict() if isinstance(value, Box) else value
        for name, value in geometry._asdict().items()
    }
    cells["geometry"] = _dump({"type": annotation.type, **shown})
    cells["attributes"] = _dump(annotation.attributes)
    cells["json"] = _dump(raw)
    row: list[Any] = [None] * len(COLUMNS)
    for name, value in cells.items():
        row[_NUMBER_OF[name]] = value
    return row


def _dump(value: Any) -> str:
    """Return a value as JSON, which has no infinite numbers: they are written as strings."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value))


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, (list, tuple)) else value


def _geometry_cells(geometry: Any) -> dict[str, Any]:
    """Return the cells that a geometry has, by the name of their column."""
    if isinstance(geometry, Box):
        return geometry._asdict()
    if isinstance(geometry, Point):
        return _extent(((geometry.x, geometry.y),))
    if isinstance(geometry, RotatedBox):
        return {**_extent(geometry.vertices), "rotation": geometry.rotation}
    if isinstance(geometry, Mask):
        return {"mask_index": geometry.index, "area": geometry.area}
    if isinstance(geometry, TextSpan):
        span = {"start": geometry.start, "end": geometry.end}
        return {**span, "text": whole_string(geometry.text)}
    if isinstance(geometry, Event):
        frames = {"start": _int64(geometry.start), "end": _int64(geometry.end)}
        return {**frames, "start_time": geometry.start_time, "end_time": geometry.end_time}
    if isinstance(geometry, Cuboid3D):
        (x, y, z), (size_x, size_y, size_z), *angles = geometry
        center = {"x": x, "y": y, "z": z, "size_x": size_x, "size_y": size_y, "size_z": size_z}
        return {**center, **dict(zip(("yaw", "pitch", "roll"), angles))}
    if isinstance(geometry, Link):
        return {name: whole_string(value) for name, value in geometry._asdict().items()}
    if isinstance(geometry, ResultFile):
        return {"url": whole_string(geometry.url)}
    if isinstance(geometry, (Answer, PointSegment, Unknown)):
        return {}
    return _extent(geometry.vertices)


def _extent(vertices: Sequence[Vertex]) -> dict[str, Any]:
    extent = dict(zip(("left", "top", "width", "height"), extent_of(vertices)))
    return {**extent, "vertices": [{"x": x, "y": y} for x, y in vertices]}


def _int64(value: Optional[float]) -> Optional[int]:
    if value is None or value != int(value) or not -(2**63) <= value < 2**63:
        return None
    return int(value)
