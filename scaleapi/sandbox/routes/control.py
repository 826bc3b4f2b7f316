"""What tests in other processes do with the sandbox itself, as `Sandbox` does it in this one.

It reaches the data of every account without a key. So it answers callers on this machine only, and
no web page but its own: one that a browser here has open could send requests, too.
"""

import dataclasses
from typing import Any

from flask import Blueprint, Response, request

from ..backend import fixtures, lifecycle
from ..backend.store import Doc, public
from ..faults import read_faults
from ..http.access import refuse_strangers
from ..http.errors import Refused, invalid
from ..requests_log import RecordedRequest
from .http_io import answer, json_body, object_body, world

routes = Blueprint("control", __name__, url_prefix="/_sandbox")


def is_control() -> bool:
    """Whether this request is about the sandbox itself, known address or not."""
    return request.path.startswith("/_sandbox/")


def check_caller() -> None:
    """Refuse callers elsewhere, and browsers on behalf of other pages, with 403."""
    refuse_strangers()
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        raise Refused(403, "/_sandbox/ answers no pages of another origin")


@routes.post("/tasks/<task_id>/complete")
def complete(task_id: str) -> Response:
    body, owner = object_body(), lifecycle.owner(world(), task_id)
    if "response" not in body:
        raise invalid('Parameter is invalid, reason: "response" is required')
    try:
        return _shown(lifecycle.complete_task(world(), owner, task_id, body["response"]))
    except ValueError as problem:
        raise invalid(str(problem)) from None


@routes.post("/tasks/<task_id>/fail")
def fail(task_id: str) -> Response:
    error: Any = object_body().get("error")
    return _shown(lifecycle.fail_task(world(), lifecycle.owner(world(), task_id), task_id, error))


@routes.post("/tasks/<task_id>/recall")
def recall(task_id: str) -> Response:
    return _shown(lifecycle.recall_task(world(), lifecycle.owner(world(), task_id), task_id))


@routes.get("/faults")
def list_faults() -> Response:
    return answer({"faults": [fault.as_dict() for fault in world().faults.as_list()]})


@routes.post("/faults")
def add_faults() -> Response:
    """One fault, or a list of them: all or none."""
    body = json_body()
    try:
        faults = read_faults(body if isinstance(body, list) else [body])
    except ValueError as problem:
        raise invalid(str(problem)) from None
    added = {"faults": [fault.as_dict() for fault in faults]}
    world().faults.add(*faults)
    return answer(added)


@routes.delete("/faults")
def clear_faults() -> Response:
    world().faults.clear()
    return answer({"faults": []})


@routes.get("/requests")
def list_requests() -> Response:
    return answer({"requests": [_recorded(each) for each in world().requests.as_list()]})


@routes.get("/callbacks")
def list_callbacks() -> Response:
    all_of_them = world().callbacks.as_list()
    return answer({"callbacks": [dataclasses.asdict(callback) for callback in all_of_them]})


@routes.post("/reset")
def reset() -> Response:
    world().reset()
    return answer({"result": "ok"})


@routes.get("/export")
def export() -> Response:
    """Every object of every account, as JSON lines."""
    return Response("".join(fixtures.lines(world().store)), mimetype="application/x-ndjson")


def _shown(task: Doc) -> Response:
    return answer(public(task))


def _recorded(recorded: RecordedRequest) -> Doc:
    """A recorded request as JSON; a body that is not JSON, as text."""
    shown = {**dataclasses.asdict(recorded), "body": recorded.body}
    del shown["content"]
    if isinstance(recorded.body, bytes):
        shown["body"] = recorded.body.decode(errors="replace")
    return shown
