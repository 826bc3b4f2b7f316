"""v2 annotations, and the schemas of responses."""

from __future__ import annotations

import json

from flask import Blueprint, Response

from ...backend import chat, task_schema
from ...backend.store import PROJECTS, TASKS, Filter
from ...backend.v2_view import SCHEMA_PREFIX
from ...http.errors import not_found
from ..http_io import current_account, current_store, json_response
from .common import required_argument

routes = Blueprint("v2_annotations", __name__, url_prefix="/v2")

_AUTHOR = "sandbox"


@routes.get("/annotation")
def get() -> Response:
    """Return an annotation."""
    annotation_id = required_argument("annotation_id")
    filters = [Filter("_annotations", "has", [annotation_id])]
    for task in reversed(current_store().all(TASKS, current_account(), filters)):
        for annotation in chat.iter_listed(task["response"], "annotations"):
            if annotation.get("id") == annotation_id:
                return json_response(annotation)
    raise not_found("annotation", annotation_id)


@routes.get("/schema")
def get_schema() -> Response:
    """Return the schema of a project's responses."""
    schema_id = required_argument("schema_id")
    project = current_store().get(PROJECTS, current_account(), _id=schema_id[len(SCHEMA_PREFIX) :])
    if project is None or not schema_id.startswith(SCHEMA_PREFIX):
        raise not_found("schema", schema_id)
    params = task_schema.current_params(project)
    schema = {
        "id": schema_id,
        "json": json.dumps(chat.schema(params)),
        "name": f"Responses of {project['name']}",
        "createdBy": _AUTHOR,
        "createdAt": project["created_at"],
        "updatedBy": _AUTHOR,
        "updatedAt": params.get("created_at", project["created_at"]),
    }
    return json_response({"schema": schema})
