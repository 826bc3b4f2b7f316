"""v2 tasks: create, get, list, metadata."""

from typing import List

from flask import Blueprint, Response, request

from ....tasks import TaskType
from ...backend import lifecycle
from ...backend.store import BATCHES, PROJECTS, TASKS, Doc, Filter, equal
from ...backend.v2_view import TASK_STATUSES
from ...http.errors import missing
from ..http_io import (
    account,
    an_object,
    answer,
    object_body,
    query_choice,
    query_filters,
    required,
    world,
)
from .common import (
    changed_metadata,
    needed,
    page,
    page_answer,
    project_of,
    required_argument,
    sought,
    view,
)

routes = Blueprint("v2_tasks", __name__, url_prefix="/v2")

_EXPAND = ("project", "batch")


@routes.post("/task/chat")
def create() -> Response:
    body = object_body()
    project, batch = project_of(body), sought(BATCHES, "batch", body)
    given = {
        "project": project["name"],
        "batch": batch and batch["name"],
        "template_variables": an_object(body, "template_variables") or {},
        "metadata": an_object(body, "metadata"),
        "callback_url": body.get("callback_url"),
    }
    task = lifecycle.create_task(world(), account(), TaskType.Chat, given)
    return answer(view().task(task))


@routes.get("/task")
def get() -> Response:
    shown = view(_EXPAND, opts=True)
    return answer(shown.task(_find(required_argument("task_id"))))


@routes.get("/tasks")
def list_page() -> Response:
    shown = view(_EXPAND, opts=True)
    project = sought(PROJECTS, "project", request.args)
    batch = sought(BATCHES, "batch", request.args)
    wanted = [("project", project), ("batch", batch)]
    filters = equal(**{column: doc["name"] for column, doc in wanted if doc is not None})
    if not filters:
        raise needed("project_id", "project_name", "batch_id", "batch_name")
    found = page(TASKS, filters + task_filters())
    return page_answer(found, {"tasks": [shown.task(task) for task in found.docs]})


@routes.post("/task/metadata")
def set_metadata() -> Response:
    body = object_body()
    task_id = required(body, "task_id")

    def change(task: Doc) -> None:
        task["metadata"] = changed_metadata(task["metadata"], body)

    _find(task_id)
    return answer(view().task(lifecycle.change_task(world(), account(), task_id, change)))


def task_filters() -> List[Filter]:
    """Filters by status and time of completion."""
    status = query_choice("status", TASK_STATUSES)
    return (equal(status=status) if status else []) + query_filters(
        since=[("completed_after", "completed_at")],
        until=[("completed_before", "completed_at")],
    )


def _find(task_id: str) -> Doc:
    """A task of a project: v1 knows tasks without one, which have no place here."""
    task = lifecycle.find(world(), TASKS, account(), task_id)
    if not task.get("project"):
        raise missing("task of a project", task_id)
    return task
