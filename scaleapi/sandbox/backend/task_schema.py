"""The parameters of a task: those of a create call, those that its type requires, and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ...tasks import TaskType
from ..http.errors import ApiError, invalid_parameter
from .store import Doc

_ATTACHMENT = ("attachment", "attachments")
_OBJECTS = (_ATTACHMENT, ("objects_to_annotate",))

# Scale's test environment responds with 400 without at least one key of each group.
REQUIRED: Mapping[TaskType, tuple[tuple[str, ...], ...]] = {
    TaskType.ImageAnnotation: (_ATTACHMENT, ("geometries",)),
    TaskType.Annotation: _OBJECTS,
    TaskType.PolygonAnnotation: _OBJECTS,
    TaskType.LineAnnotation: _OBJECTS,
    TaskType.Categorization: (("instruction",), ("attachment_type",), _ATTACHMENT),
    TaskType.Transcription: (("instruction",), _ATTACHMENT, ("fields",)),
    TaskType.DataCollection: (("instruction",), _ATTACHMENT, ("fields",)),
    TaskType.DocumentTranscription: (_ATTACHMENT, ("features",)),
    TaskType.TextCollection: (_ATTACHMENT,),
    TaskType.SegmentAnnotation: (_ATTACHMENT, ("labels",)),
}

# What the server fills in if neither the task nor its project has it.
DEFAULTS: Mapping[TaskType, Doc] = {
    TaskType.Annotation: {"min_width": 0, "min_height": 0, "with_labels": False},
    TaskType.PolygonAnnotation: {"with_labels": False},
    TaskType.LineAnnotation: {"with_labels": False},
    TaskType.Categorization: {"allow_multiple": False},
    TaskType.SegmentAnnotation: {"allow_unlabeled": False},
}


def is_non_empty_string(value: object) -> bool:
    """Return whether a value is a non-empty string."""
    return isinstance(value, str) and value != ""


def is_string_list(value: object) -> bool:
    """Return whether a value is a list of non-empty strings."""
    return isinstance(value, list) and all(is_non_empty_string(item) for item in value)


def _is_string(value: object) -> bool:
    return isinstance(value, str)


# Keys of a create call that are keys of the task; all others are keys of its params.
TOP_LEVEL: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "project": (is_non_empty_string, "a project's name"),
    "batch": (is_non_empty_string, "a batch's name"),
    "instruction": (_is_string, "a string"),
    "callback_url": (_is_string, "a URL or an e-mail address"),
    "unique_id": (is_non_empty_string, "a string"),
    "metadata": (lambda value: isinstance(value, dict), "an object"),
    "tags": (is_string_list, "a list of strings"),
    "urgency": (_is_string, "a string"),
}


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
    for key, (is_valid, constraint) in TOP_LEVEL.items():
        if key in params and not is_valid(params[key]):
            raise invalid_parameter(f'"{key}" must be {constraint}')
    return params


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
    return top, {**DEFAULTS.get(kind, {}), **inherited, **params}


def check_required(kind: TaskType, params: Mapping[str, Any]) -> None:
    """Reject a task without the parameters that its type requires.

    Args:
        kind: Type of the task.
        params: All of its parameters.

    Raises:
        ApiError: With 400, if one is missing or empty.
    """
    for names in REQUIRED.get(kind, ()):
        if not any(params.get(name) for name in names):
            raise invalid_parameter(f'"{names[0]}" is required')


def current_params(project: Doc) -> dict[str, Any]:
    """Return the parameters of a project's latest version, with `version` and `created_at`."""
    history = project["param_history"]
    return dict(history[-1]) if history else {}
