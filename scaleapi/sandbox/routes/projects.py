"""Projects: create, list, get, parameters, task template."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from ...tasks import TaskType
from ..backend import lifecycle, task_schema
from ..backend.store import PROJECTS, Doc, equal, public
from ..http import timestamps
from ..http.errors import bad_request
from .http_io import (
    boolean,
    current_account,
    current_state,
    current_store,
    get_or_404,
    json_response,
    object_body,
    optional_object,
    public_response,
    query_flag,
    required_string,
)

routes = Blueprint("projects", __name__)

_WITH_TEMPLATE = (TaskType.Chat.value, TaskType.TextCollection.value)


@routes.post("/projects")
def create() -> Response:
    """Create a project."""
    body = object_body()
    kind, name = required_string(body, "type"), required_string(body, "name")
    if kind not in [task_type.value for task_type in TaskType]:
        raise bad_request(f"No task type is called {kind!r}")
    params = optional_object(body, "params")
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
    current_store().insert(PROJECTS, current_account(), project)
    return public_response(project)


@routes.get("/projects")
def list_all() -> Response:
    """List all projects, newest first."""
    filters = (
        equal(_archived=str(query_flag("archived")).lower()) if "archived" in request.args else []
    )
    projects = current_store().all(PROJECTS, current_account(), filters)
    return json_response([public(project) for project in reversed(projects)])


@routes.get("/projects/<name>")
def get(name: str) -> Response:
    """Return a project."""
    return public_response(get_or_404(PROJECTS, name))


@routes.post("/projects/<name>/setParams")
def set_params(name: str) -> Response:
    """Add a version of a project's parameters."""
    params, state = object_body(), current_state()
    is_patch = boolean(params, "patch")
    params.pop("patch", None)
    with state.store.transaction():
        project = get_or_404(PROJECTS, name)
        current = task_schema.current_params(project)
        number = current.get("version", -1) + 1
        new_params = {**(current if is_patch else {}), **params}
        project["param_history"].append(_version(number, timestamps.current(), new_params))
        state.store.update(PROJECTS, current_account(), project)
    return public_response(project)


@routes.get("/projects/<name>/taskTemplates")
def template(name: str) -> Response:
    """Return a project's task template."""
    project = get_or_404(PROJECTS, name)
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
