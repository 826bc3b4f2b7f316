"""v2 batches: create, get, list, finalize, pause, resume, cancel, metadata.

Scale pauses, resumes and cancels with a delay; the sandbox does so at once, and also for a batch
without tasks.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from ...backend import lifecycle, task_schema
from ...backend.store import BATCHES, PROJECTS, Doc, equal
from ...backend.v2_view import BATCH_STATUSES
from ...http.errors import not_found
from ..http_io import (
    boolean,
    current_account,
    current_state,
    current_store,
    json_response,
    object_body,
    query_choice,
    query_filters,
    required_string,
)
from .common import (
    fetch_page,
    find_by_id_or_name,
    page_response,
    required_batch,
    required_project,
    serializer,
    updated_metadata,
)

routes = Blueprint("v2_batches", __name__, url_prefix="/v2")

_EXPAND = ("project",)


@routes.post("/batch")
def create() -> Response:
    """Create a batch."""
    body, state = object_body(), current_state()
    name, staged = required_string(body, "name"), boolean(body, "staging_batch")
    batch = lifecycle.new_batch(name, _project_name(body), body, staged)
    state.store.insert(BATCHES, current_account(), batch)
    return json_response(serializer().batch(batch))


@routes.get("/batch")
def get() -> Response:
    """Return a batch."""
    return json_response(serializer(_EXPAND).batch(required_batch(request.args)))


@routes.get("/batches")
def list_page() -> Response:
    """List a page of batches."""
    view = serializer(_EXPAND)
    project = find_by_id_or_name(PROJECTS, "project", request.args)
    filters = equal(project=project["name"]) if project else []
    status = query_choice("status", BATCH_STATUSES)
    filters += equal(status=status) if status else []
    filters += query_filters(
        since=[("created_after", "created_at"), ("completed_after", "_completed_at")],
        until=[("created_before", "created_at"), ("completed_before", "_completed_at")],
    )
    page = fetch_page(BATCHES, filters)
    return page_response(page, {"batches": [view.batch(batch) for batch in page.docs]})


@routes.post("/batch/finalize")
def finalize() -> Response:
    """Finalize a batch."""
    name = required_batch(object_body())["name"]
    batch = lifecycle.transition_batch(current_state(), current_account(), name, "finalize")
    return json_response(serializer().batch(batch))


@routes.post("/batch/pause")
def pause() -> Response:
    """Pause a batch."""
    return _transition("pause", "The batch is paused")


@routes.post("/batch/resume")
def resume() -> Response:
    """Resume a batch."""
    return _transition("resume", "The batch is in progress again")


@routes.post("/batch/cancel")
def cancel() -> Response:
    """Cancel a batch."""
    return _transition("cancel", "The batch is cancelled")


@routes.post("/batch/metadata")
def set_metadata() -> Response:
    """Replace or merge a batch's metadata."""
    body, state = object_body(), current_state()
    with state.store.transaction():
        batch = required_batch(body)
        batch["metadata"] = updated_metadata(batch["metadata"], body)
        state.store.update(BATCHES, current_account(), batch)
    return json_response(serializer().batch(batch))


def _project_name(body: Doc) -> str:
    """Return the project's name of a new batch; `project` may be its id or its name."""
    id_or_name = body.get("project")
    if not task_schema.is_non_empty_string(id_or_name):
        return str(required_project(body)["name"])
    for column in ("_id", "name"):
        project = current_store().get(PROJECTS, current_account(), **{column: id_or_name})
        if project is not None:
            return str(project["name"])
    raise not_found("project", str(id_or_name))


def _transition(action: str, message: str) -> Response:
    name = required_batch(object_body())["name"]
    batch = lifecycle.transition_batch(current_state(), current_account(), name, action)
    return json_response({"batch": serializer().batch(batch), "message": message})
