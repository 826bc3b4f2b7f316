"""v2 projects: get, list."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ...backend.store import PROJECTS
from ..http_io import current_account, current_store, json_response, query_filters
from .common import required_project, serializer

routes = Blueprint("v2_projects", __name__, url_prefix="/v2")


@routes.get("/project")
def get() -> Response:
    """Return a project."""
    return json_response(serializer().project(required_project(request.args)))


@routes.get("/projects")
def list_all() -> Response:
    """List the projects, newest first."""
    filters = query_filters(
        since=[("created_after", "created_at")], until=[("created_before", "created_at")]
    )
    projects = current_store().all(PROJECTS, current_account(), filters)
    return json_response(
        {"projects": [serializer().project(project) for project in reversed(projects)]}
    )
