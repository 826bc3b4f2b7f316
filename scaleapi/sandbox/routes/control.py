"""What tests in other processes do with the sandbox itself, as `Sandbox` does it in this one.

It reaches the data of every account without a key. So it answers callers on this machine only, and
no web page but its own: one that a browser here has open could send requests, too.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from flask import Blueprint, Response, request

from ..backend import fixtures, lifecycle
from ..backend.store import Doc, public
from ..faults import parse_faults
from ..http.access import require_loopback
from ..http.errors import ApiError, bad_request, invalid_parameter
from ..requests_log import RecordedRequest
from .http_io import current_state, json_body, json_response, object_body

routes = Blueprint("control", __name__, url_prefix="/_sandbox")


def is_control() -> bool:
    """Whether this request is about the sandbox itself, known address or not."""
    return request.path.startswith("/_sandbox/")


def check_caller() -> None:
    """Refuse callers elsewhere, and browsers on behalf of other pages, with 403."""
    require_loopback()
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        raise ApiError(403, "/_sandbox/ answers no pages of another origin")


@routes.post("/tasks/<task_id>/complete")
def complete(task_id: str) -> Response:
    body, owner = object_body(), lifecycle.account_of_task(current_state(), task_id)
    if "response" not in body:
        raise invalid_parameter('"response" is required')
    try:
        return _serialize(
            lifecycle.complete_task(current_state(), owner, task_id, body["response"])
        )
    except ValueError as exc:
        raise bad_request(str(exc)) from None


@routes.post("/tasks/<task_id>/fail")
def fail(task_id: str) -> Response:
    error: Any = object_body().get("error")
    return _serialize(
        lifecycle.fail_task(
            current_state(), lifecycle.account_of_task(current_state(), task_id), task_id, error
        )
    )


@routes.post("/tasks/<task_id>/recall")
def recall(task_id: str) -> Response:
    return _serialize(
        lifecycle.recall_task(
            current_state(), lifecycle.account_of_task(current_state(), task_id), task_id
        )
    )


@routes.get("/faults")
def list_faults() -> Response:
    return json_response(
        {"faults": [fault.as_dict() for fault in current_state().faults.as_list()]}
    )


@routes.post("/faults")
def add_faults() -> Response:
    """One fault, or a list of them: all or none."""
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
    current_state().faults.clear()
    return json_response({"faults": []})


@routes.get("/requests")
def list_requests() -> Response:
    return json_response(
        {"requests": [_recorded(each) for each in current_state().requests.as_list()]}
    )


@routes.get("/callbacks")
def list_callbacks() -> Response:
    all_of_them = current_state().callbacks.as_list()
    return json_response({"callbacks": [dataclasses.asdict(callback) for callback in all_of_them]})


@routes.post("/reset")
def reset() -> Response:
    current_state().reset()
    return json_response({"result": "ok"})


@routes.get("/export")
def export() -> Response:
    """Every object of every account, as JSON lines."""
    return Response(
        "".join(fixtures.dump_lines(current_state().store)), mimetype="application/x-ndjson"
    )


def _serialize(task: Doc) -> Response:
    return json_response(public(task))


def _recorded(recorded: RecordedRequest) -> Doc:
    """A recorded request as JSON; a body that is not JSON, as text."""
    shown = {**dataclasses.asdict(recorded), "body": recorded.body}
    del shown["content"]
    if isinstance(recorded.body, bytes):
        shown["body"] = recorded.body.decode(errors="replace")
    return shown
