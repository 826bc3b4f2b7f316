"""Projects: create, list, get, parameters, task template."""

from typing import Any, Dict

from flask import Blueprint, Response, request

from ...tasks import TaskType
from ..backend import lifecycle, task_schema
from ..backend.store import PROJECTS, Doc, equal, public
from ..http import timestamps
from ..http.errors import invalid
from .http_io import account, answer, flag, object_body, query_flag, required, world

routes = Blueprint("projects", __name__)

_WITH_TEMPLATE = (TaskType.Chat.value, TaskType.TextCollection.value)


@routes.post("/projects")
def create() -> Response:
    body = object_body()
    kind, name, params = required(body, "type"), required(body, "name"), body.get("params")
    if kind not in [known.value for known in TaskType]:
        raise invalid(f"No task type is called {kind!r}")
    if not isinstance(params, (dict, type(None))):
        raise invalid('Parameter is invalid, reason: "params" must be an object')
    created = timestamps.stamp(timestamps.now())
    project = {
        "type": kind,
        "name": name,
        "param_history": [] if params is None else [_version(0, created, params)],
        "created_at": created,
        "_id": lifecycle.new_id(),
        "_archived": "false",
        "_rapid": flag(body, "rapid"),
        "_studio": flag(body, "studio"),
        "_dataset": body.get("datasetId"),
    }
    world().store.insert(PROJECTS, account(), project)
    return answer(public(project))


@routes.get("/projects")
def list_all() -> Response:
    wanted = (
        equal(_archived=str(query_flag("archived")).lower()) if "archived" in request.args else []
    )
    projects = world().store.all(PROJECTS, account(), wanted)
    return answer([public(project) for project in reversed(projects)])


@routes.get("/projects/<name>")
def get(name: str) -> Response:
    return answer(public(lifecycle.find(world(), PROJECTS, account(), name)))


@routes.post("/projects/<name>/setParams")
def set_params(name: str) -> Response:
    params, here = object_body(), world()
    keep_others = flag(params, "patch")
    params.pop("patch", None)
    with here.store.transaction():
        project = lifecycle.find(here, PROJECTS, account(), name)
        current = task_schema.current_params(project)
        number = current.get("version", -1) + 1
        changed = {**(current if keep_others else {}), **params}
        project["param_history"].append(
            _version(number, timestamps.stamp(timestamps.now()), changed)
        )
        here.store.update(PROJECTS, account(), project)
    return answer(public(project))


@routes.get("/projects/<name>/taskTemplates")
def template(name: str) -> Response:
    project = lifecycle.find(world(), PROJECTS, account(), name)
    if project["type"] not in _WITH_TEMPLATE:
        raise invalid(f"Only {' and '.join(_WITH_TEMPLATE)} projects have a task template")
    params = task_schema.current_params(project)
    return answer(
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


def _version(number: int, created: str, params: Dict[str, Any]) -> Doc:
    return {**params, "version": number, "created_at": created}
