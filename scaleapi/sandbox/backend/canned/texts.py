"""Responses of text types: values by field, and entities."""

from __future__ import annotations

import re
from typing import Any

from ..store import Doc
from .files import stable_uuid
from .labels import TEXT, as_dict, as_list, as_number, first_labels

MAX_DEPTH = 20  # of fields in fields


def collection(task: Doc, url: str) -> Doc:
    """Return the response of a textcollection task.

    With several responses the last labeler differs from the others, whose values are the consensus.
    """
    fields = task["params"].get("fields")
    count = int(as_number(task["params"].get("responses_required"), 1))
    values = _values(fields, 0)
    if count <= 1:
        return {"annotations": values}
    last = _values(fields, 1)
    return {"annotations": values, "responses": [*[values] * (min(count, 100) - 1), last]}


def _values(fields: Any, labeler: int, depth: int = 0) -> Doc:
    values: Doc = {}
    for field in as_list(fields):
        field = as_dict(field)
        if field.get("field_id") and depth < MAX_DEPTH:
            values[str(field["field_id"])] = _value(field, labeler, depth)
    return values


def _value(field: Doc, labeler: int, depth: int) -> Any:
    kind = field.get("type")
    if kind == "category":
        choices = list(_choices(field.get("choices")))
        if not choices:
            return []
        count = int(max(as_number(field.get("min_choices"), 1), 1))
        start = labeler % len(choices)
        return [*choices[start:], *choices[:start]][:count]
    if kind == "number":
        return f"{as_number(field.get('min'), 0):g}"
    if kind == "ranking_order":
        count = int(as_number(field.get("num_options") or field.get("num_items_to_rank"), 3))
        order = list(range(max(0, min(count, 100))))
        return order[::-1] if labeler else order
    if kind in ("field_set", "form"):
        return _values(field.get("fields"), labeler, depth + 1)
    if kind in ("date", "datetime"):
        return "2026-01-31"
    most = int(as_number(field.get("max_characters"), len(TEXT)))
    return TEXT[: max(0, most)]


def _choices(choices: Any) -> Any:
    """Iterate over the values that can be selected, as text: those without values below them."""
    for choice in as_list(choices):
        choice = as_dict(choice)
        below = as_list(choice.get("subchoices"))
        if below:
            yield from _choices(below)
        elif choice.get("value", choice.get("label")) is not None:
            yield str(choice.get("value", choice.get("label")))


def entities(task: Doc, url: str) -> Doc:
    """Return the response of a namedentityrecognition task: word by word, one per label."""
    text = task["params"].get("text")
    words = re.finditer(r"\w+", text) if isinstance(text, str) else ()
    labels = first_labels(task["params"].get("labels"))
    return {
        "annotations": [
            {
                "id": stable_uuid(task, f"entity {number}"),
                "start": word.start(),
                "end": word.end(),
                "text": word.group(),
                "label": label,
            }
            for number, (word, label) in enumerate(zip(words, labels))
        ],
        "relationships": [],
    }
