"""Read the annotations that a response holds itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Callable, Optional

from .._geometry import (
    Answer,
    Geometry,
    Link,
    Mask,
    TextSpan,
    UnsupportedGeometry,
    read_geometry,
    read_number,
)
from .items import NO_ATTRIBUTES, Item, answers, read_item, unknown


def read_rows(rows: Any, read: Callable[[Any], Geometry], id_key: str = "uuid") -> Iterator[Item]:
    """Yield the annotations of a list, none where it is None."""
    if isinstance(rows, list):
        for row in rows:
            yield read_item(row, read, id_key=id_key)
    elif rows is not None:
        yield unknown(rows, f"annotations must be a list, got {rows!r:.40}")


def read_image(response: Mapping[str, Any], default: str) -> Iterator[Item]:
    """Yield the shapes in an image, then the global attributes and the links.

    Args:
        response: The response.
        default: See `read_geometry`.
    """
    yield from read_rows(response.get("annotations"), partial(read_geometry, default=default))
    yield from answers(response.get("global_attributes"))
    yield from read_rows(response.get("links"), _scene_link, "id")


def read_masks(response: Mapping[str, Any]) -> Iterator[Item]:
    """Yield the labels of a segmentation, and the instances of those that have some."""
    images, mapping = response.get("annotations"), response.get("labelMapping")
    if not isinstance(images, dict) or not isinstance(mapping, dict):
        if images or mapping:
            yield unknown(dict(response), "a segmentation must have annotations and labelMapping")
        return
    combined = images.get("combined")
    urls = {
        name: url
        for name, url in (combined.items() if isinstance(combined, dict) else ())
        if isinstance(url, str)
    }
    for label, entries in mapping.items():
        is_instance = isinstance(entries, list)
        read = partial(_mask, is_instance, urls)
        for entry in entries if isinstance(entries, list) else [entries]:
            yield read_item(entry, read)._replace(label=label)


def _mask(is_instance: bool, urls: Mapping[str, str], entry: Any) -> Mask:
    fields = _object(entry)
    color, area = fields.get("color"), fields.get("numPixels")
    if not isinstance(color, str):
        raise UnsupportedGeometry(f"color must be a string, got {color!r:.40}")
    area = None if area is None else _integer(fields, "numPixels")
    return Mask(_integer(fields, "index"), color, area, is_instance, urls)


def read_entities(response: Mapping[str, Any]) -> Iterator[Item]:
    """Yield named entities, then the relationships between them."""
    yield from read_rows(response.get("annotations"), _entity, "id")
    for item in read_rows(response.get("relationships"), _relationship, "id"):
        name = item.json.get("name") if isinstance(item.json, dict) else None
        yield item._replace(label=name) if isinstance(name, str) and name else item


def _entity(row: Any) -> TextSpan:
    fields = _object(row)
    text = fields.get("text")
    if not isinstance(text, str):
        raise UnsupportedGeometry(f"text must be a string, got {text!r:.40}")
    return TextSpan(_integer(fields, "start"), _integer(fields, "end"), text)


def _relationship(row: Any) -> Link:
    return read_link(row, "source_ref", "target_ref")


def _scene_link(row: Any) -> Link:
    return read_link(row, "from_id", "to_id")


def read_link(row: Any, source_key: str, target_key: str) -> Link:
    """Return the link of an object with two ids.

    Raises:
        UnsupportedGeometry: If it is no such object.
    """
    fields = _object(row)
    source, target = fields.get(source_key), fields.get(target_key)
    if not isinstance(source, str) or not isinstance(target, str):
        raise UnsupportedGeometry(f"a link must have {source_key} and {target_key}")
    return Link(source, target)


def read_document(response: Mapping[str, Any]) -> Iterator[Item]:
    """Yield what was found on the pages of a document, then the answers to its questions."""
    for item in read_rows(response.get("annotations"), _location):
        page = item.json.get("page") if isinstance(item.json, dict) else None
        yield item._replace(frame=page) if type(page) is int else item
    values = response.get("values")
    if isinstance(values, list):
        for value in values:
            key = value.get("field_id") if isinstance(value, dict) else None
            key = key if isinstance(key, str) else None
            yield Item(key, Answer(value), NO_ATTRIBUTES, json=value)
    else:
        yield from answers(values)


def _location(row: Any) -> Geometry:
    return read_geometry(_object(row).get("location"))


def read_answers(response: Mapping[str, Any]) -> Iterator[Item]:
    """Yield what was chosen or written."""
    for key in ("category", "category_id", "choice"):
        if response.get(key) is not None:
            value = response[key]
            yield Item(key, Answer(value), NO_ATTRIBUTES, json={key: value})
    for key in ("annotations", "taxonomies", "fields"):
        yield from answers(response.get(key))
    for key in ("repeatable_fields", "responses"):  # rows of a table, and respondents
        rows = response.get(key)
        for number, row in enumerate(rows if isinstance(rows, list) else [rows]):
            yield from answers(row, number)


def read_chat(response: Mapping[str, Any]) -> Iterator[Item]:
    """Yield the steps of a chat, and what was said about its messages, turns and threads."""
    for thread in _objects(response.get("threads")):
        for number, turn in enumerate(_objects(thread.get("turns"))):
            for message in _objects(turn.get("messages")):
                yield from _chat_answers(message, number)
            yield from _chat_answers(turn, number)
        yield from _chat_answers(thread, None)
    yield from read_rows(response.get("annotations"), lambda row: Answer(_object(row)))
    steps = response.get("responses")
    for step in steps if isinstance(steps, list) else []:
        kind = step.get("type") if isinstance(step, dict) else None
        if isinstance(kind, str) and "output" in step:
            yield Item(kind, Answer(step["output"]), NO_ATTRIBUTES, json=step)
        else:
            yield unknown(step, f"a step must have type and output, got {step!r:.40}")


def _chat_answers(part: Mapping[str, Any], turn: Optional[int]) -> Iterator[Item]:
    for row in _objects(part.get("annotations")):
        label, id_ = row.get("key"), row.get("id")
        yield Item(
            label if isinstance(label, str) else None,
            Answer(row.get("value")),
            NO_ATTRIBUTES,
            turn,
            id=id_ if isinstance(id_, str) else None,
            json=row,
        )


def _objects(rows: Any) -> list[dict[str, Any]]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _object(row: Any) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise UnsupportedGeometry(f"an annotation must be an object, got {row!r:.40}")
    return row


def _integer(row: Mapping[str, Any], key: str) -> int:
    number = read_number(row, key)
    if number != int(number):
        raise UnsupportedGeometry(f"{key} must be a whole number, got {number!r:.40}")
    return int(number)
