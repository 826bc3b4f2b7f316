"""Batches: create, list, get, status, finalize, metadata."""

from typing import Dict, List

from flask import Blueprint, Response, request

from ...batches import BatchStatus
from ..backend import lifecycle
from ..backend.store import BATCHES, PROJECTS, TASKS, Doc, Filter, public
from ..http.errors import invalid
from .http_io import (
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

# What v1 shows in the place of the statuses that came with v2.
_V2_ONLY = {
    lifecycle.PAUSED: BatchStatus.InProgress.value,
    lifecycle.CANCELLED: BatchStatus.Completed.value,
}


@routes.post("/batches")
def create() -> Response:
    body, here = object_body(), world()
    name, project = required(body, "name"), required(body, "project")
    batch = {
        **lifecycle.new_batch(name, project, body, staged=here.live),
        "_calibration_batch": flag(body, "calibration_batch"),
        "_self_label_batch": flag(body, "self_label_batch"),
    }
    with here.store.transaction():
        lifecycle.named(here, PROJECTS, account(), project)
        here.store.insert(BATCHES, account(), batch)
    return _answer(batch)


@routes.get("/batches")
def list_page() -> Response:
    limit, offset = query_limit(), query_offset()
    page = world().store.page(BATCHES, account(), _filters(), limit, offset)
    detailed = query_flag("detailed")
    envelope = {
        "docs": [_detailed(batch) if detailed else _shown(batch) for batch in page.docs],
        "totalDocs": page.total,
        "limit": limit,
        "offset": offset,
        "has_more": page.more,
    }
    return answer(envelope)


@routes.get("/batches/<name>")
def get(name: str) -> Response:
    return _answer(lifecycle.find(world(), BATCHES, account(), name))


@routes.get("/batches/<name>/status")
def status(name: str) -> Response:
    here = world()
    batch = _shown(lifecycle.find(here, BATCHES, account(), name))
    return answer({"status": batch["status"], **lifecycle.task_counts(here, account(), name)})


@routes.post("/batches/<name>/finalize")
def finalize(name: str) -> Response:
    return _answer(lifecycle.finalize_batch(world(), account(), name))


@routes.post("/batches/<name>/setMetadata")
def set_metadata(name: str) -> Response:
    metadata, here = object_body(), world()
    with here.store.transaction():
        batch = lifecycle.find(here, BATCHES, account(), name)
        batch["metadata"] = metadata
        here.store.update(BATCHES, account(), batch)
    return _answer(batch)


@routes.post("/batches/<name>/prioritize")
def prioritize(name: str) -> Response:
    priority, here = object_body().get("priority"), world()
    if isinstance(priority, bool) or not isinstance(priority, int) or not 10 <= priority <= 30:
        raise invalid('Parameter is invalid, reason: "priority" must be from 10 to 30')
    with here.store.transaction():
        batch = lifecycle.find(here, BATCHES, account(), name)
        batch["_api_priority"] = priority  # not the place in Studio's queue
        here.store.update(BATCHES, account(), batch)
    return answer({"result": "success"})


def _answer(batch: Doc) -> Response:
    return answer(_shown(batch))


def _shown(batch: Doc) -> Doc:
    status = batch["status"]
    return {**public(batch), "status": _V2_ONLY.get(status, status)}


def _audited(bounds: List[Filter]) -> List[str]:
    """The batches whose last audit was within bounds."""
    last: Dict[str, str] = {}
    for task in world().store.all(TASKS, account()):
        for audit in task.get("audits", []):
            if "batch" in task:
                name, at = task["batch"], audit["audited_at"]
                last[name] = max(at, last.get(name, at))
    return [name for name, at in last.items() if all(_meets(at, bound) for bound in bounds)]


def _meets(at: str, bound: Filter) -> bool:
    return at >= bound.value if bound.operator == ">=" else at <= str(bound.value)


def _detailed(batch: Doc) -> Doc:
    return {**_shown(batch), **lifecycle.task_counts(world(), account(), batch["name"])}


def _filters() -> List[Filter]:
    found = query_filters(
        exact=[("project", "project")],
        since=[("start_time", "created_at"), ("completed_after", "_completed_at")],
        until=[("end_time", "created_at"), ("completed_before", "_completed_at")],
    )
    audited = query_filters(since=[("audited_after", "")], until=[("audited_before", "")])
    if audited:
        found.append(Filter("name", "in", _audited(audited)))
    if "status" in request.args:
        wanted = query_choices("status", _STATUSES)
        wanted += [status for status, shown in _V2_ONLY.items() if shown in wanted]
        found.append(Filter("status", "in", wanted))
    if query_flag("exclude_archived"):
        found.append(Filter("_archived", "=", "false"))
    return found
