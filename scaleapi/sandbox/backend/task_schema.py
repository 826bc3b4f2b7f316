"""The parameters of a task: those of a create call, checked, and the defaults.

What each type takes is declared in `scaleapi.task_types`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ...task_types import COMMON, DECLARATIONS, Finding
from ...tasks import TaskType
from ..http.errors import ApiError, bad_request, invalid_parameter
from .store import Doc

# Keys of a create call that are keys of the task; all others are keys of its params.
TOP_LEVEL = (
    "project",
    "batch",
    "instruction",
    "callback_url",
    "unique_id",
    "metadata",
    "tags",
    "urgency",
)
_ATTACHMENTS = ("attachment", "attachments")
NO_ATTACHMENT = "Please include an attachment or attachments parameter."


def is_non_empty_string(value: object) -> bool:
    """Return whether a value is a non-empty string."""
    return isinstance(value, str) and value != ""


def is_string_list(value: object) -> bool:
    """Return whether a value is a list of non-empty strings."""
    return isinstance(value, list) and all(is_non_empty_string(item) for item in value)


def task_type(value: object) -> TaskType:
    """Return the task type with this name.

    Raises:
        ApiError: With 404, if there is none.
    """
    try:
        return TaskType(value)
    except ValueError:
        raise ApiError(404, f"No task type is called {value!r}") from None


def validate_common(body: Doc) -> Doc:
    """Validate the keys that all task types share.

    Args:
        body: JSON of a create call.

    Returns:
        The body without the keys that are null, which count as omitted.

    Raises:
        ApiError: With 400, if a value is invalid.
    """
    params = {key: value for key, value in body.items() if value is not None}
    _reject(COMMON.find(params), params)
    return params


def from_form(kind: TaskType, fields: Iterable[tuple[str, list[str]]]) -> Doc:
    """Return the body of a create call that was sent as a form.

    Args:
        kind: Type of the task; its declaration says which values are lists or booleans.
        fields: The names and values; "fields[title]" is the key "title" of the object "fields".

    Raises:
        ApiError: With 400, if a name stands for a value and for an object.
    """
    declared = DECLARATIONS[kind.value].payload.all_fields
    body: Doc = {}
    for name, values in fields:
        key, *steps = re.findall(r"[^\[\]]+", name) or [name]
        form = declared[key].form if key in declared else None
        value: Any = values if len(values) > 1 or (form and form.accepts([])) else values[0]
        if form and form.accepts(True) and value in ("true", "false"):
            value = value == "true"
        place = body
        for step in (key, *steps)[:-1]:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise invalid_parameter(f'"{key}" must not be both a value and an object')
        place[(key, *steps)[-1]] = value
    return body


def split_input(kind: TaskType, body: Doc, project_params: Doc) -> tuple[Doc, Doc]:
    """Split a create call into the task's own keys and its params.

    Args:
        kind: Type of the task.
        body: The validated JSON of the call; its values override those of the project.
        project_params: Parameters of the project, whose instruction is appended to the task's.

    Returns:
        The task's own keys, and its params with all defaults.
    """
    top = {key: value for key, value in body.items() if key in TOP_LEVEL}
    params = {key: value for key, value in body.items() if key not in TOP_LEVEL}
    inherited = {
        key: value for key, value in project_params.items() if key not in ("version", "created_at")
    }
    instructions = (top.get("instruction"), inherited.pop("instruction", None))
    joined = "\n".join(text for text in instructions if text)
    if joined:
        top["instruction"] = joined
    return top, {**DECLARATIONS[kind.value].filled_in, **inherited, **params}


def reject_invalid_payload(kind: TaskType, payload: Mapping[str, Any]) -> None:
    """Reject a task that breaks a documented rule of its type.

    Args:
        kind: Type of the task.
        payload: All of its parameters, those of its project included.

    Raises:
        ApiError: With 400, if something is missing or invalid.
    """
    _reject(DECLARATIONS[kind.value].check(payload, has_project=False), payload)


def _reject(findings: list[Finding], payload: Mapping[str, Any]) -> None:
    first = next((finding for finding in findings if finding.trust != "low"), None)
    if first is None:
        return
    if first.path in _ATTACHMENTS and not any(payload.get(key) for key in _ATTACHMENTS):
        raise bad_request(NO_ATTACHMENT)
    raise invalid_parameter(f'"{first.path}" {first.problem}')


def current_params(project: Doc) -> dict[str, Any]:
    """Return the parameters of a project's latest version, with `version` and `created_at`."""
    history = project["param_history"]
    return dict(history[-1]) if history else {}
