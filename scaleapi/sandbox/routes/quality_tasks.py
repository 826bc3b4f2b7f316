"""Evaluation and training tasks."""

from flask import Blueprint, Response

from ...tasks import TaskType
from ..backend import lifecycle, task_schema
from ..backend.store import PROJECTS, QUALITY_TASKS, public
from ..http import timestamps
from ..http.errors import invalid
from .http_io import account, answer, object_body, world

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
    return _create(kind)


@routes.post("/training_tasks/<kind>")
def create_training_task(kind: str) -> Response:
    return _create(kind)


def _create(kind: str) -> Response:
    task_type, here = task_schema.task_type(kind), world()
    given = task_schema.checked(object_body())
    if task_type not in TYPES:
        raise invalid(f"There are no such tasks of type {kind}")
    if "expected_response" not in given:
        raise invalid('Parameter is invalid, reason: "expected_response" is required')
    doc = {
        **given,
        "type": kind,
        "id": lifecycle.new_id(),
        "created_at": timestamps.stamp(timestamps.now()),
    }
    with here.store.transaction():
        project = lifecycle.named(here, PROJECTS, account(), given.get("project"))
        if project is not None and not project["_rapid"]:
            raise invalid(f"{project['name']} is not a Rapid project")
        here.store.insert(QUALITY_TASKS, account(), doc)
    return answer(public(doc))
