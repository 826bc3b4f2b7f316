"""v2 deliveries: list, the tasks of one, and the responses that were handed over."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ...backend.store import DELIVERIES, PROJECTS, TASKS, Doc, Filter, Table, equal
from ..http_io import current_account, current_state, json_response, query_filters
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
    shown = serializer(("project",))
    found = delivered(DELIVERIES, equal(project=required_project(request.args)["name"]))
    return json_response({"deliveries": [shown.delivery(delivery) for delivery in found]})


@routes.get("/delivery")
def get() -> Response:
    shown = serializer(("project", "batch", "delivery"), opts=True)
    project = find_by_id_or_name(PROJECTS, "project", request.args)
    if not request.args.get("delivery_id") and project is None:
        raise missing_parameter("delivery_id", "delivery_name with project_id or project_name")
    within = {"project": project["name"]} if project else {}
    delivery = find_by_id_or_name(DELIVERIES, "delivery", request.args, **within)
    if delivery is None:
        raise missing_parameter("delivery_id", "delivery_name with project_id or project_name")
    found = fetch_page(TASKS, equal(_delivery=delivery["_id"]))
    body = {
        "delivery": shown.delivery_of(delivery),
        "tasks": [shown.task(task) for task in found.docs],
    }
    return page_response(found, body)


@routes.get("/delivery/tasks")
def list_tasks() -> Response:
    shown = serializer()
    project = required_project(request.args)["name"]
    delivery = find_by_id_or_name(DELIVERIES, "delivery", request.args, project=project)
    filters = equal(project=project) + task_filters()
    if delivery is not None:
        filters += equal(_delivery=delivery["_id"])
    found = fetch_page(TASKS, filters)
    docs = [shown.delivered_task(task) for task in found.docs]
    return page_response(found, {"docs": docs, "total": len(docs)})


def delivered(table: Table, filters: list[Filter]) -> list[Doc]:
    """The deliveries that pass these filters and those of the query, newest first."""
    filters = filters + query_filters(
        since=[("delivered_after", "delivered_at")], until=[("delivered_before", "delivered_at")]
    )
    found = current_state().store.all(table, current_account(), filters)
    return sorted(reversed(found), key=lambda doc: str(doc["delivered_at"]), reverse=True)
