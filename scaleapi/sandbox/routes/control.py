"""Control of the sandbox from other processes: what `Sandbox` does in its own.

It has access to the data of all accounts without a key. So it is for callers on this machine only,
and rejects browsers that act for web pages of another origin.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from flask import Blueprint, Response, request

from ..backend import fixtures, lifecycle
from ..backend.store import Doc
from ..faults import parse_faults
from ..http.access import require_loopback
from ..http.errors import ApiError, bad_request, invalid_parameter
from ..requests_log import RecordedRequest
from .http_io import (
    current_state,
    current_store,
    json_body,
    json_response,
    object_body,
    public_response,
)

routes = Blueprint("control", __name__, url_prefix="/_sandbox")


def is_control() -> bool:
    """Return whether the request is for a path of the control API, with a route or without."""
    return request.path.startswith("/_sandbox/")


def check_caller() -> None:
    """Reject callers on other machines, and browsers that act for pages of another origin.

    Raises:
        ApiError: With 403.
    """
    require_loopback()
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        raise ApiError(403, "/_sandbox/ is not available to pages of another origin")


@routes.post("/tasks/<task_id>/complete")
def complete(task_id: str) -> Response:
    """Complete a task, as `Sandbox.complete_task` does."""
    body, state = object_body(), current_state()
    account = lifecycle.account_of_task(state, task_id)
    if "response" not in body:
        raise invalid_parameter('"response" is required')
    try:
        return public_response(lifecycle.complete_task(state, account, task_id, body["response"]))
    except ValueError as exc:
        raise bad_request(str(exc)) from None


@routes.post("/tasks/<task_id>/fail")
def fail(task_id: str) -> Response:
    """Fail a task, as `Sandbox.fail_task` does."""
    error: Any = object_body().get("error")
    state = current_state()
    account = lifecycle.account_of_task(state, task_id)
    return public_response(lifecycle.fail_task(state, account, task_id, error))


@routes.post("/tasks/<task_id>/recall")
def recall(task_id: str) -> Response:
    """Recall a task, as `Sandbox.recall_task` does."""
    state = current_state()
    account = lifecycle.account_of_task(state, task_id)
    return public_response(lifecycle.recall_task(state, account, task_id))


@routes.get("/faults")
def list_faults() -> Response:
    """List the fault rules."""
    return json_response(
        {"faults": [fault.as_dict() for fault in current_state().faults.as_list()]}
    )


@routes.post("/faults")
def add_faults() -> Response:
    """Add one fault rule or a list of them, all or none."""
    body = json_body()
    try:
        faults = parse_faults(body if isinstance(body, list) else [body])
    except ValueError as exc:
        raise bad_request(str(exc)) from None
    added = {"faults": [fault.as_dict() for fault in faults]}
    current_state().faults.add(*faults)
    return json_response(added)


@routes.delete("/faults")
def clear_faults() -> Response:
    """Remove all fault rules."""
    current_state().faults.clear()
    return json_response({"faults": []})


@routes.get("/requests")
def list_requests() -> Response:
    """List the recorded requests."""
    recorded = current_state().requests.as_list()
    return json_response({"requests": [_serialize(request) for request in recorded]})


@routes.get("/callbacks")
def list_callbacks() -> Response:
    """List the callbacks."""
    callbacks = current_state().callbacks.as_list()
    return json_response({"callbacks": [dataclasses.asdict(callback) for callback in callbacks]})


@routes.post("/reset")
def reset() -> Response:
    """Forget all data, requests, callbacks and faults."""
    current_state().reset()
    return json_response({"result": "ok"})


@routes.get("/export")
def export() -> Response:
    """Return all objects of all accounts as JSON lines."""
    return Response("".join(fixtures.dump_lines(current_store())), mimetype="application/x-ndjson")


def _serialize(recorded: RecordedRequest) -> Doc:
    """Return a recorded request as JSON, with a body that is not JSON as text."""
    doc = {**dataclasses.asdict(recorded), "body": recorded.body}
    del doc["content"]
    if isinstance(recorded.body, bytes):
        doc["body"] = recorded.body.decode(errors="replace")
    return doc
