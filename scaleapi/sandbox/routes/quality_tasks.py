"""Evaluation and training tasks."""

from __future__ import annotations

from flask import Blueprint, Response

from ...tasks import TaskType
from ..backend import lifecycle, task_schema
from ..backend.store import PROJECTS, QUALITY_TASKS
from ..http import timestamps
from ..http.errors import bad_request, invalid_parameter
from .http_io import current_account, current_state, object_body, public_response

routes = Blueprint("quality_tasks", __name__)

TYPES = (
    TaskType.DocumentTranscription,
    TaskType.SegmentAnnotation,
    TaskType.VideoPlaybackAnnotation,
    TaskType.ImageAnnotation,
    TaskType.TextCollection,
    TaskType.NamedEntityRecognition,
)


@routes.post("/evaluation_tasks/<kind>")
def create_evaluation_task(kind: str) -> Response:
    """Create an evaluation task."""
    return _create(kind)


@routes.post("/training_tasks/<kind>")
def create_training_task(kind: str) -> Response:
    """Create a training task."""
    return _create(kind)


def _create(kind: str) -> Response:
    task_type, state = task_schema.task_type(kind), current_state()
    body = task_schema.validate_common(object_body())
    if task_type not in TYPES:
        raise bad_request(f"There are no such tasks of type {kind}")
    if "expected_response" not in body:
        raise invalid_parameter('"expected_response" is required')
    doc = {**body, "type": kind, "id": lifecycle.new_id(), "created_at": timestamps.current()}
    with state.store.transaction():
        project = lifecycle.resolve_reference(
            state, PROJECTS, current_account(), body.get("project")
        )
        if project is not None and not project["_rapid"]:
            raise bad_request(f"{project['name']} is not a Rapid project")
        state.store.insert(QUALITY_TASKS, current_account(), doc)
    return public_response(doc)
