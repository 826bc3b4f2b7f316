"""v2 deliveries: list, the tasks of one, and the delivered responses."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ...backend.store import DELIVERIES, PROJECTS, TASKS, Doc, Filter, Table, equal
from ..http_io import current_account, current_store, json_response, query_filters
from .common import (
    fetch_page,
    find_by_id_or_name,
    missing_parameter,
    page_response,
    required_project,
    serializer,
)
from .tasks import task_filters

routes = Blueprint("v2_deliveries", __name__, url_prefix="/v2")


@routes.get("/deliveries")
def list_all() -> Response:
    """List the deliveries of a project."""
    view = serializer(("project",))
    docs = list_delivered(DELIVERIES, equal(project=required_project(request.args)["name"]))
    return json_response({"deliveries": [view.delivery(delivery) for delivery in docs]})


@routes.get("/delivery")
def get() -> Response:
    """Return a delivery and a page of its tasks."""
    view = serializer(("project", "batch", "delivery"), opts=True)
    project = find_by_id_or_name(PROJECTS, "project", request.args)
    if not request.args.get("delivery_id") and project is None:
        raise missing_parameter("delivery_id", "delivery_name with project_id or project_name")
    columns = {"project": project["name"]} if project else {}
    delivery = find_by_id_or_name(DELIVERIES, "delivery", request.args, **columns)
    if delivery is None:
        raise missing_parameter("delivery_id", "delivery_name with project_id or project_name")
    page = fetch_page(TASKS, equal(_delivery=delivery["_id"]))
    body = {
        "delivery": view.delivery_of(delivery),
        "tasks": [view.task(task) for task in page.docs],
    }
    return page_response(page, body)


@routes.get("/delivery/tasks")
def list_tasks() -> Response:
    """List a page of a project's delivered responses."""
    view = serializer()
    project = required_project(request.args)["name"]
    delivery = find_by_id_or_name(DELIVERIES, "delivery", request.args, project=project)
    filters = equal(project=project) + task_filters()
    if delivery is not None:
        filters += equal(_delivery=delivery["_id"])
    page = fetch_page(TASKS, filters)
    docs = [view.delivered_task(task) for task in page.docs]
    return page_response(page, {"docs": docs, "total": len(docs)})


def list_delivered(table: Table, filters: list[Filter]) -> list[Doc]:
    """Return the deliveries that match these filters and those of the query, newest first."""
    filters = filters + query_filters(
        since=[("delivered_after", "delivered_at")], until=[("delivered_before", "delivered_at")]
    )
    docs = current_store().all(table, current_account(), filters)[::-1]
    docs.sort(key=lambda doc: str(doc["delivered_at"]), reverse=True)
    return docs
