"""v2 batches: create, get, list, finalize, pause, resume, cancel, metadata.

Scale pauses, resumes and cancels a little later than it answers; here that is done at once, also
with a batch that has no tasks.
"""

from flask import Blueprint, Response, request

from ...backend import lifecycle, task_schema
from ...backend.store import BATCHES, PROJECTS, Doc, equal
from ...backend.v2_view import BATCH_STATUSES
from ...http.errors import missing
from ..http_io import (
    account,
    answer,
    flag,
    object_body,
    query_choice,
    query_filters,
    required,
    world,
)
from .common import batch_of, changed_metadata, page, page_answer, project_of, sought, view

routes = Blueprint("v2_batches", __name__, url_prefix="/v2")

_EXPAND = ("project",)


@routes.post("/batch")
def create() -> Response:
    body, here = object_body(), world()
    name, staged = required(body, "name"), flag(body, "staging_batch")
    batch = lifecycle.new_batch(name, _project_name(body), body, staged)
    here.store.insert(BATCHES, account(), batch)
    return answer(view().batch(batch))


@routes.get("/batch")
def get() -> Response:
    return answer(view(_EXPAND).batch(batch_of(request.args)))


@routes.get("/batches")
def list_page() -> Response:
    shown = view(_EXPAND)
    project = sought(PROJECTS, "project", request.args)
    filters = equal(project=project["name"]) if project else []
    status = query_choice("status", BATCH_STATUSES)
    filters += equal(status=status) if status else []
    filters += query_filters(
        since=[("created_after", "created_at"), ("completed_after", "_completed_at")],
        until=[("created_before", "created_at"), ("completed_before", "_completed_at")],
    )
    found = page(BATCHES, filters)
    return page_answer(found, {"batches": [shown.batch(batch) for batch in found.docs]})


@routes.post("/batch/finalize")
def finalize() -> Response:
    batch = batch_of(object_body())
    return answer(view().batch(lifecycle.move_batch(world(), account(), batch["name"], "finalize")))


@routes.post("/batch/pause")
def pause() -> Response:
    return _moved("pause", "The batch is paused")


@routes.post("/batch/resume")
def resume() -> Response:
    return _moved("resume", "The batch is in progress again")


@routes.post("/batch/cancel")
def cancel() -> Response:
    return _moved("cancel", "The batch is cancelled")


@routes.post("/batch/metadata")
def set_metadata() -> Response:
    body, here = object_body(), world()
    with here.store.transaction():
        batch = batch_of(body)
        batch["metadata"] = changed_metadata(batch["metadata"], body)
        here.store.update(BATCHES, account(), batch)
    return answer(view().batch(batch))


def _project_name(body: Doc) -> str:
    """The project of a new batch; `project`, its id or its name, is taken too."""
    either = body.get("project")
    if not task_schema.is_text(either):
        return str(project_of(body)["name"])
    for column in ("_id", "name"):
        project = world().store.get(PROJECTS, account(), **{column: either})
        if project is not None:
            return str(project["name"])
    raise missing("project", str(either))


def _moved(action: str, message: str) -> Response:
    name = batch_of(object_body())["name"]
    batch = lifecycle.move_batch(world(), account(), name, action)
    return answer({"batch": view().batch(batch), "message": message})
