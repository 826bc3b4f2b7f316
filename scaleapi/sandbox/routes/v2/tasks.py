"""v2 tasks: create, get, list, metadata."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ....tasks import TaskType
from ...backend import lifecycle
from ...backend.store import BATCHES, PROJECTS, TASKS, Doc, Filter, equal
from ...backend.v2_view import TASK_STATUSES
from ...http.errors import not_found
from ..http_io import (
    current_account,
    current_state,
    get_or_404,
    json_response,
    object_body,
    optional_object,
    query_choice,
    query_filters,
    required_string,
)
from .common import (
    fetch_page,
    find_by_id_or_name,
    missing_parameter,
    page_response,
    required_argument,
    required_project,
    serializer,
    updated_metadata,
)

routes = Blueprint("v2_tasks", __name__, url_prefix="/v2")

_EXPAND = ("project", "batch")


@routes.post("/task/chat")
def create() -> Response:
    """Create a chat task."""
    body = object_body()
    project, batch = required_project(body), find_by_id_or_name(BATCHES, "batch", body)
    params = {
        "project": project["name"],
        "batch": batch and batch["name"],
        "template_variables": optional_object(body, "template_variables") or {},
        "metadata": optional_object(body, "metadata"),
        "callback_url": body.get("callback_url"),
    }
    task = lifecycle.create_task(current_state(), current_account(), TaskType.Chat, params)
    return json_response(serializer().task(task))


@routes.get("/task")
def get() -> Response:
    """Return a task."""
    view = serializer(_EXPAND, opts=True)
    return json_response(view.task(_get_task(required_argument("task_id"))))


@routes.get("/tasks")
def list_page() -> Response:
    """List a page of tasks."""
    view = serializer(_EXPAND, opts=True)
    project = find_by_id_or_name(PROJECTS, "project", request.args)
    batch = find_by_id_or_name(BATCHES, "batch", request.args)
    parents = [("project", project), ("batch", batch)]
    filters = equal(**{column: doc["name"] for column, doc in parents if doc is not None})
    if not filters:
        raise missing_parameter("project_id", "project_name", "batch_id", "batch_name")
    page = fetch_page(TASKS, filters + task_filters())
    return page_response(page, {"tasks": [view.task(task) for task in page.docs]})


@routes.post("/task/metadata")
def set_metadata() -> Response:
    """Replace or merge a task's metadata."""
    body = object_body()
    task_id = required_string(body, "task_id")

    def change(task: Doc) -> None:
        task["metadata"] = updated_metadata(task["metadata"], body)

    _get_task(task_id)
    return json_response(
        serializer().task(
            lifecycle.change_task(current_state(), current_account(), task_id, change)
        )
    )


def task_filters() -> list[Filter]:
    """Return the query's filters by status and time of completion."""
    status = query_choice("status", TASK_STATUSES)
    return (equal(status=status) if status else []) + query_filters(
        since=[("completed_after", "completed_at")], until=[("completed_before", "completed_at")]
    )


def _get_task(task_id: str) -> Doc:
    """Return a task; one without a project, which v1 allows, does not exist in v2."""
    task = get_or_404(TASKS, task_id)
    if not task.get("project"):
        raise not_found("task of a project", task_id)
    return task
