"""v2 projects: get, list."""

from flask import Blueprint, Response, request

from ...backend.store import PROJECTS
from ..http_io import account, answer, query_filters, world
from .common import project_of, view

routes = Blueprint("v2_projects", __name__, url_prefix="/v2")


@routes.get("/project")
def get() -> Response:
    return answer(view().project(project_of(request.args)))


@routes.get("/projects")
def list_all() -> Response:
    filters = query_filters(
        since=[("created_after", "created_at")], until=[("created_before", "created_at")]
    )
    projects = world().store.all(PROJECTS, account(), filters)
    return answer({"projects": [view().project(project) for project in reversed(projects)]})
