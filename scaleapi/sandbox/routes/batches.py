"""Batches: create, list, get, status, finalize, metadata."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ...batches import BatchStatus
from ..backend import lifecycle
from ..backend.store import BATCHES, PROJECTS, TASKS, Doc, Filter, public
from ..http.errors import invalid_parameter
from .http_io import (
    boolean,
    current_account,
    current_state,
    current_store,
    get_or_404,
    json_response,
    object_body,
    query_choices,
    query_filters,
    query_flag,
    query_limit,
    query_offset,
    required_string,
)

routes = Blueprint("batches", __name__)

_STATUSES = [status.value for status in BatchStatus]

# What v1 shows instead of the statuses that were added with v2.
_V1_STATUSES = {
    lifecycle.PAUSED: BatchStatus.InProgress.value,
    lifecycle.CANCELLED: BatchStatus.Completed.value,
}


@routes.post("/batches")
def create() -> Response:
    """Create a batch."""
    body, state = object_body(), current_state()
    name, project = required_string(body, "name"), required_string(body, "project")
    batch = {
        **lifecycle.new_batch(name, project, body, staged=state.live),
        "_calibration_batch": boolean(body, "calibration_batch"),
        "_self_label_batch": boolean(body, "self_label_batch"),
    }
    with state.store.transaction():
        lifecycle.resolve_reference(state, PROJECTS, current_account(), project)
        state.store.insert(BATCHES, current_account(), batch)
    return _respond(batch)


@routes.get("/batches")
def list_page() -> Response:
    """List a page of batches."""
    limit, offset = query_limit(), query_offset()
    page = current_store().page(BATCHES, current_account(), _filters(), limit, offset)
    detailed = query_flag("detailed")
    envelope = {
        "docs": [_detailed(batch) if detailed else _serialize(batch) for batch in page.docs],
        "totalDocs": page.total,
        "limit": limit,
        "offset": offset,
        "has_more": page.more,
    }
    return json_response(envelope)


@routes.get("/batches/<name>")
def get(name: str) -> Response:
    """Return a batch."""
    return _respond(get_or_404(BATCHES, name))


@routes.get("/batches/<name>/status")
def status(name: str) -> Response:
    """Return a batch's status and its tasks by status."""
    state = current_state()
    batch = _serialize(get_or_404(BATCHES, name))
    return json_response(
        {"status": batch["status"], **lifecycle.task_counts(state, current_account(), name)}
    )


@routes.post("/batches/<name>/finalize")
def finalize(name: str) -> Response:
    """Finalize a batch."""
    return _respond(lifecycle.finalize_batch(current_state(), current_account(), name))


@routes.post("/batches/<name>/setMetadata")
def set_metadata(name: str) -> Response:
    """Replace a batch's metadata."""
    metadata, state = object_body(), current_state()
    with state.store.transaction():
        batch = get_or_404(BATCHES, name)
        batch["metadata"] = metadata
        state.store.update(BATCHES, current_account(), batch)
    return _respond(batch)


@routes.post("/batches/<name>/prioritize")
def prioritize(name: str) -> Response:
    """Set a batch's priority."""
    priority, state = object_body().get("priority"), current_state()
    if isinstance(priority, bool) or not isinstance(priority, int) or not 10 <= priority <= 30:
        raise invalid_parameter('"priority" must be from 10 to 30')
    with state.store.transaction():
        batch = get_or_404(BATCHES, name)
        batch["_api_priority"] = priority  # not the order in Studio
        state.store.update(BATCHES, current_account(), batch)
    return json_response({"result": "success"})


def _respond(batch: Doc) -> Response:
    return json_response(_serialize(batch))


def _serialize(batch: Doc) -> Doc:
    status = batch["status"]
    return {**public(batch), "status": _V1_STATUSES.get(status, status)}


def _audited(bounds: list[Filter]) -> list[str]:
    """Return the names of the batches whose last audit is within bounds."""
    last_audits: dict[str, str] = {}
    for task in current_store().all(TASKS, current_account()):
        for audit in task.get("audits", []):
            if "batch" in task:
                name, timestamp = task["batch"], audit["audited_at"]
                last_audits[name] = max(timestamp, last_audits.get(name, timestamp))
    return [
        name
        for name, timestamp in last_audits.items()
        if all(_is_within(timestamp, bound) for bound in bounds)
    ]


def _is_within(timestamp: str, bound: Filter) -> bool:
    value = str(bound.value)
    return timestamp >= value if bound.operator == ">=" else timestamp <= value


def _detailed(batch: Doc) -> Doc:
    return {
        **_serialize(batch),
        **lifecycle.task_counts(current_state(), current_account(), batch["name"]),
    }


def _filters() -> list[Filter]:
    filters = query_filters(
        exact=[("project", "project")],
        since=[("start_time", "created_at"), ("completed_after", "_completed_at")],
        until=[("end_time", "created_at"), ("completed_before", "_completed_at")],
    )
    audited = query_filters(since=[("audited_after", "")], until=[("audited_before", "")])
    if audited:
        filters.append(Filter("name", "in", _audited(audited)))
    if "status" in request.args:
        statuses = query_choices("status", _STATUSES)
        statuses += [status for status, shown_as in _V1_STATUSES.items() if shown_as in statuses]
        filters.append(Filter("status", "in", statuses))
    if query_flag("exclude_archived"):
        filters.append(Filter("_archived", "=", "false"))
    return filters
