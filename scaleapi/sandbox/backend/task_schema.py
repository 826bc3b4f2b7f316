"""What a task is made of: the keys of a create call, those that a type needs, and the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ...tasks import TaskType
from ..http.errors import ApiError, bad_request
from .store import Doc

_ATTACHMENT = ("attachment", "attachments")
_OBJECTS = (_ATTACHMENT, ("objects_to_annotate",))

# Without one key of each group, Scale's test environment answers 400.
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

# What the server fills in where neither the task nor its project says.
DEFAULTS: Mapping[TaskType, Doc] = {
    TaskType.Annotation: {"min_width": 0, "min_height": 0, "with_labels": False},
    TaskType.PolygonAnnotation: {"with_labels": False},
    TaskType.LineAnnotation: {"with_labels": False},
    TaskType.Categorization: {"allow_multiple": False},
    TaskType.SegmentAnnotation: {"allow_unlabeled": False},
}

# Keys of a create call that stand at the top of the task; all others go into its params.
TOP_LEVEL: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "project": (lambda value: is_non_empty_string(value), "a project's name"),
    "batch": (lambda value: is_non_empty_string(value), "a batch's name"),
    "instruction": (lambda value: isinstance(value, str), "a string"),
    "callback_url": (lambda value: isinstance(value, str), "a URL or an e-mail address"),
    "unique_id": (lambda value: is_non_empty_string(value), "a string"),
    "metadata": (lambda value: isinstance(value, dict), "an object"),
    "tags": (lambda value: is_string_list(value), "a list of texts"),
    "urgency": (lambda value: isinstance(value, str), "a string"),
}


def is_non_empty_string(value: object) -> bool:
    """Whether this is a non-empty string."""
    return isinstance(value, str) and value != ""


def is_string_list(value: object) -> bool:
    """Whether this is a list of such texts."""
    return isinstance(value, list) and all(is_non_empty_string(item) for item in value)


def task_type(value: object) -> TaskType:
    """The task type with this name; an unknown one is refused with 404."""
    try:
        return TaskType(value)
    except ValueError:
        raise ApiError(404, f"No task type is called {value!r}") from None


def validate_common(body: Doc) -> Doc:
    """The body's keys that say something (null is taken as left out), after a look at each."""
    given = {key: value for key, value in body.items() if value is not None}
    for key, (is_right, wanted) in TOP_LEVEL.items():
        if key in given and not is_right(given[key]):
            raise bad_request(f'Parameter is invalid, reason: "{key}" must be {wanted}')
    return given


def split_input(kind: TaskType, given: Doc, project_params: Doc) -> tuple[Doc, Doc]:
    """Split a create call into the task's top-level keys and its params, with all defaults.

    The task's own value wins over the project's; only the instructions are joined.
    """
    top = {key: value for key, value in given.items() if key in TOP_LEVEL}
    params = {key: value for key, value in given.items() if key not in TOP_LEVEL}
    inherited = {
        key: value for key, value in project_params.items() if key not in ("version", "created_at")
    }
    instructions = [text for text in (top.get("instruction"), inherited.pop("instruction", None))]
    joined = "\n".join(text for text in instructions if text)
    if joined:
        top["instruction"] = joined
    return top, {**DEFAULTS.get(kind, {}), **inherited, **params}


def check_required(kind: TaskType, available: Mapping[str, Any]) -> None:
    """Refuse a task that lacks what its type needs."""
    for names in REQUIRED.get(kind, ()):
        if not any(available.get(name) for name in names):
            raise bad_request(f'Parameter is invalid, reason: "{names[0]}" is required')


def current_params(project: Doc) -> dict[str, Any]:
    """The parameters of a project's newest version, with `version` and `created_at`."""
    history = project["param_history"]
    return dict(history[-1]) if history else {}
