"""What a payload asks for: its labels, and the attributes of annotations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..store import Doc

MAX_LABELS = 10  # of each geometry
TEXT = "sample text"


def as_dict(value: Any) -> Doc:
    """Return an object as it is, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, an empty one for anything else."""
    return value if isinstance(value, list) else []


def as_number(value: Any, otherwise: float) -> float:
    """Return a number as it is, `otherwise` for anything else; numeric text is a number."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return otherwise
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number and abs(value) < 1e9 else otherwise


def leaves(labels: Any) -> Iterator[str]:
    """Iterate over labels; of those with subchoices, which are headings, only these count."""
    for label in as_list(labels):
        if isinstance(label, str):
            yield label
        elif isinstance(label, dict):
            below = label.get("subchoices")
            if isinstance(below, list) and below:
                yield from leaves(below)
            else:
                names = (label.get(key) for key in ("choice", "name", "value", "label"))
                yield from (str(name) for name in names if name not in (None, ""))


def first_labels(labels: Any) -> list[str]:
    """Return the first labels, each once."""
    return list(dict.fromkeys(leaves(labels)))[:MAX_LABELS]


def attribute_values(params: Doc, label: str | None, others: Doc) -> Doc:
    """Return values for the attributes that are asked for an annotation.

    Args:
        params: The task's parameters.
        label: The annotation's label; None for those of the whole task.
        others: The uuid of an annotation by label, for linked attributes.
    """
    values: Doc = {}
    definitions = dict(as_dict(params.get("annotation_attributes")))
    if label is None:
        definitions.update(as_dict(params.get("global_attributes")))
    for name, definition in definitions.items():
        definition = as_dict(definition)
        is_global = bool(definition.get("global")) or name in as_dict(
            params.get("global_attributes")
        )
        if is_global == (label is None) and _is_asked(definition, label, values):
            value = _attribute_value(definition, others)
            if value is not None:
                values[name] = value
    return values


def _is_asked(definition: Doc, label: str | None, values: Doc) -> bool:
    conditions = as_dict(definition.get("conditions"))
    wanted = as_dict(conditions.get("label_condition")).get("label")
    if wanted is not None and label not in (wanted if isinstance(wanted, list) else [wanted]):
        return False
    alternatives = [as_dict(each) for each in as_list(conditions.get("attribute_conditions"))]
    return not alternatives or any(
        all(values.get(name) == value for name, value in each.items()) for each in alternatives
    )


def _attribute_value(definition: Doc, others: Doc) -> Any:
    kind = definition.get("type") or "category"
    if kind == "category":
        choices = first_labels(definition.get("choices"))
        if not choices:
            return None
        return choices[:1] if definition.get("allow_multiple") else choices[0]
    if kind in ("number", "angle"):
        return as_number(definition.get("min"), 0)
    if kind in ("x_line", "y_line"):
        return 10
    if kind == "linked":
        allowed = as_list(definition.get("allowed_labels"))
        return next((others[label] for label in allowed if label in others), None)
    return TEXT
