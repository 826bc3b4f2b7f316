"""Evaluation and training tasks."""

from flask import Blueprint, Response

from scaleapi.sandbox import inputs, lifecycle, times
from scaleapi.sandbox.refusals import invalid
from scaleapi.sandbox.store import PROJECTS, QUALITY_TASKS, public
from scaleapi.sandbox.wire import account, answer, object_body, world
from scaleapi.tasks import TaskType

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
    """Unlike the service, this takes any project, so that it can be tried with every one."""
    task_type, here = inputs.task_type(kind), world()
    given = inputs.checked(object_body())
    if task_type not in TYPES:
        raise invalid(f"There are no such tasks of type {kind}")
    if "expected_response" not in given:
        raise invalid('Parameter is invalid, reason: "expected_response" is required')
    doc = {**given, "type": kind, "id": lifecycle.new_id(), "created_at": times.stamp(times.now())}
    with here.store.transaction():
        lifecycle.named(here, PROJECTS, account(), given.get("project"))
        here.store.insert(QUALITY_TASKS, account(), doc)
    return answer(public(doc))
