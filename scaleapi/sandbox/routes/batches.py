"""Batches: create, list, get, status, finalize, metadata."""

from typing import List

from flask import Blueprint, Response, request

from ...batches import BatchStatus
from .. import lifecycle, times
from ..refusals import invalid
from ..store import BATCHES, PROJECTS, Filter, public
from ..wire import (
    account,
    answer,
    flag,
    object_body,
    query_choices,
    query_filters,
    query_flag,
    query_limit,
    query_offset,
    required,
    world,
)

routes = Blueprint("batches", __name__)

_STATUSES = [status.value for status in BatchStatus]


@routes.post("/batches")
def create() -> Response:
    body, here = object_body(), world()
    name, project = required(body, "name"), required(body, "project")
    metadata = body.get("metadata") or {}
    callback = body.get("callback") or ""
    if not isinstance(metadata, dict) or not isinstance(callback, str):
        raise invalid('"metadata" must be an object and "callback" a text')
    batch = {
        "project": project,
        "name": name,
        "status": (BatchStatus.Staging if here.live else BatchStatus.InProgress).value,
        "callback": callback,
        "created_at": times.stamp(times.now()),
        "metadata": metadata,
        "_id": lifecycle.new_id(),
        "_archived": "false",
        "_groups": [],
        "_calibration_batch": flag(body, "calibration_batch"),
        "_self_label_batch": flag(body, "self_label_batch"),
    }
    with here.store.transaction():
        lifecycle.named(here, PROJECTS, account(), project)
        here.store.insert(BATCHES, account(), batch)
    return answer(public(batch))


@routes.get("/batches")
def list_page() -> Response:
    limit, offset = query_limit(), query_offset()
    page = world().store.page(BATCHES, account(), _filters(), limit, offset)
    envelope = {
        "docs": [public(batch) for batch in page.docs],
        "totalDocs": page.total,
        "limit": limit,
        "offset": offset,
        "has_more": page.more,
    }
    return answer(envelope)


@routes.get("/batches/<name>")
def get(name: str) -> Response:
    return answer(public(lifecycle.find(world(), BATCHES, account(), name)))


@routes.get("/batches/<name>/status")
def status(name: str) -> Response:
    here = world()
    batch = lifecycle.find(here, BATCHES, account(), name)
    return answer({"status": batch["status"], **lifecycle.task_counts(here, account(), name)})


@routes.post("/batches/<name>/finalize")
def finalize(name: str) -> Response:
    return answer(public(lifecycle.finalize_batch(world(), account(), name)))


@routes.post("/batches/<name>/setMetadata")
def set_metadata(name: str) -> Response:
    metadata, here = object_body(), world()
    with here.store.transaction():
        batch = lifecycle.find(here, BATCHES, account(), name)
        batch["metadata"] = metadata
        here.store.update(BATCHES, account(), batch)
    return answer(public(batch))


def _filters() -> List[Filter]:
    found = query_filters(
        exact=[("project", "project")],
        since=[("start_time", "created_at")],
        until=[("end_time", "created_at")],
    )
    if "status" in request.args:
        found.append(Filter("status", "in", query_choices("status", _STATUSES)))
    if query_flag("exclude_archived"):
        found.append(Filter("_archived", "=", "false"))
    return found
