"""Projects: create, list, get, parameters, task template."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from ...tasks import TaskType
from ..backend import lifecycle, task_schema
from ..backend.store import PROJECTS, Doc, equal, public
from ..http import timestamps
from ..http.errors import bad_request, invalid_parameter
from .http_io import (
    boolean,
    current_account,
    current_state,
    json_response,
    object_body,
    query_flag,
    required_string,
)

routes = Blueprint("projects", __name__)

_WITH_TEMPLATE = (TaskType.Chat.value, TaskType.TextCollection.value)


@routes.post("/projects")
def create() -> Response:
    body = object_body()
    kind, name, params = (
        required_string(body, "type"),
        required_string(body, "name"),
        body.get("params"),
    )
    if kind not in [known.value for known in TaskType]:
        raise bad_request(f"No task type is called {kind!r}")
    if not isinstance(params, (dict, type(None))):
        raise invalid_parameter('"params" must be an object')
    created = timestamps.current()
    project = {
        "type": kind,
        "name": name,
        "param_history": [] if params is None else [_version(0, created, params)],
        "created_at": created,
        "_id": lifecycle.new_id(),
        "_archived": "false",
        "_rapid": boolean(body, "rapid"),
        "_studio": boolean(body, "studio"),
        "_dataset": body.get("datasetId"),
    }
    current_state().store.insert(PROJECTS, current_account(), project)
    return json_response(public(project))


@routes.get("/projects")
def list_all() -> Response:
    wanted = (
        equal(_archived=str(query_flag("archived")).lower()) if "archived" in request.args else []
    )
    projects = current_state().store.all(PROJECTS, current_account(), wanted)
    return json_response([public(project) for project in reversed(projects)])


@routes.get("/projects/<name>")
def get(name: str) -> Response:
    return json_response(
        public(lifecycle.get_or_404(current_state(), PROJECTS, current_account(), name))
    )


@routes.post("/projects/<name>/setParams")
def set_params(name: str) -> Response:
    params, state = object_body(), current_state()
    keep_others = boolean(params, "patch")
    params.pop("patch", None)
    with state.store.transaction():
        project = lifecycle.get_or_404(state, PROJECTS, current_account(), name)
        current = task_schema.current_params(project)
        number = current.get("version", -1) + 1
        changed = {**(current if keep_others else {}), **params}
        project["param_history"].append(_version(number, timestamps.current(), changed))
        state.store.update(PROJECTS, current_account(), project)
    return json_response(public(project))


@routes.get("/projects/<name>/taskTemplates")
def template(name: str) -> Response:
    project = lifecycle.get_or_404(current_state(), PROJECTS, current_account(), name)
    if project["type"] not in _WITH_TEMPLATE:
        raise bad_request(f"Only {' and '.join(_WITH_TEMPLATE)} projects have a task template")
    params = task_schema.current_params(project)
    return json_response(
        {
            "id": project["_id"],
            "version": params.get("version", 0),
            "created_at": project["created_at"],
            "updated_at": params.get("created_at", project["created_at"]),
            "template_variables": params.get("template_variables", {}),
            "response_schema": params.get("response_schema", {}),
            "auto_onboard_enabled": False,
        }
    )


def _version(number: int, created: str, params: dict[str, Any]) -> Doc:
    return {**params, "version": number, "created_at": created}
