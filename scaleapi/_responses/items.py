"""What one annotation of a response holds, before it is numbered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Callable, NamedTuple, Optional, Union

from .._geometry import Answer, Geometry, Unknown, UnsupportedGeometry


class Item(NamedTuple):
    """The content of an annotation; see `Annotation` for the attributes."""

    label: Optional[str]
    geometry: Geometry
    attributes: Mapping[str, Any]
    frame: Optional[int] = None
    time: Optional[float] = None
    sensor: Union[str, int, None] = None
    id: Optional[str] = None
    json: Any = None


NO_ATTRIBUTES: Mapping[str, Any] = {}


def read_item(
    row: Any,
    read: Callable[[Any], Geometry],
    frame: Optional[int] = None,
    time: Optional[float] = None,
    sensor: Union[str, int, None] = None,
    id_key: str = "uuid",
) -> Item:
    """Return the item of an object that has `label` and `attributes`, unknown if it is odd.

    Args:
        row: The object.
        read: Returns its geometry, or raises UnsupportedGeometry.
        frame: See `Annotation`.
        time: See `Annotation`.
        sensor: See `Annotation`.
        id_key: The key of its id.
    """
    try:
        geometry = read(row)
        label, id_ = row.get("label"), row.get(id_key)
        if label is not None and not isinstance(label, str):
            raise UnsupportedGeometry(f"label must be a string, got {label!r:.40}")
        attributes = row.get("attributes") or NO_ATTRIBUTES
        if not isinstance(attributes, dict) and attributes is not NO_ATTRIBUTES:
            raise UnsupportedGeometry(f"attributes must be an object, got {attributes!r:.40}")
    except UnsupportedGeometry as reason:
        return unknown(row, str(reason), frame, time, sensor, id_key)
    id_ = id_ if isinstance(id_, str) else None
    return Item(label, geometry, attributes, frame, time, sensor, id_, row)


def unknown(
    json: Any,
    reason: str,
    frame: Optional[int] = None,
    time: Optional[float] = None,
    sensor: Union[str, int, None] = None,
    id_key: str = "uuid",
) -> Item:
    """Return the item of what could not be read, with as much of it as is valid."""
    fields = json if isinstance(json, dict) else {}
    label, attributes, id_ = fields.get("label"), fields.get("attributes"), fields.get(id_key)
    return Item(
        label if isinstance(label, str) else None,
        Unknown(reason),
        attributes if isinstance(attributes, dict) else NO_ATTRIBUTES,
        frame,
        time,
        sensor,
        id_ if isinstance(id_, str) else None,
        json,
    )


def answers(values: Any, frame: Optional[int] = None) -> Iterator[Item]:
    """Yield an item for each answer of an object that has them by key."""
    if isinstance(values, dict):
        for key, value in values.items():
            yield Item(key, Answer(value), NO_ATTRIBUTES, frame, json={key: value})
    elif values:  # an empty list stands for an empty object
        yield unknown(values, f"answers must be an object, got {values!r:.40}", frame)
