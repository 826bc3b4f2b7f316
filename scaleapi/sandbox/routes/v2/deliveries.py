"""v2 deliveries: list, the tasks of one, and the responses that were handed over."""

from typing import List

from flask import Blueprint, Response, request

from ...backend.store import DELIVERIES, PROJECTS, TASKS, Doc, Filter, Table, equal
from ..http_io import account, answer, query_filters, world
from .common import needed, page, page_answer, project_of, sought, view
from .tasks import task_filters

routes = Blueprint("v2_deliveries", __name__, url_prefix="/v2")


@routes.get("/deliveries")
def list_all() -> Response:
    shown = view(("project",))
    found = delivered(DELIVERIES, equal(project=project_of(request.args)["name"]))
    return answer({"deliveries": [shown.delivery(delivery) for delivery in found]})


@routes.get("/delivery")
def get() -> Response:
    shown = view(("project", "batch", "delivery"), opts=True)
    project = sought(PROJECTS, "project", request.args)
    if not request.args.get("delivery_id") and project is None:
        raise needed("delivery_id", "delivery_name with project_id or project_name")
    within = {"project": project["name"]} if project else {}
    delivery = sought(DELIVERIES, "delivery", request.args, **within)
    if delivery is None:
        raise needed("delivery_id", "delivery_name with project_id or project_name")
    found = page(TASKS, equal(_delivery=delivery["_id"]))
    body = {
        "delivery": shown.delivery_of(delivery),
        "tasks": [shown.task(task) for task in found.docs],
    }
    return page_answer(found, body)


@routes.get("/delivery/tasks")
def list_tasks() -> Response:
    shown = view()
    project = project_of(request.args)["name"]
    delivery = sought(DELIVERIES, "delivery", request.args, project=project)
    filters = equal(project=project) + task_filters()
    if delivery is not None:
        filters += equal(_delivery=delivery["_id"])
    found = page(TASKS, filters)
    docs = [shown.delivered_task(task) for task in found.docs]
    return page_answer(found, {"docs": docs, "total": len(docs)})


def delivered(table: Table, filters: List[Filter]) -> List[Doc]:
    """The deliveries that pass these filters and those of the query, newest first."""
    filters = filters + query_filters(
        since=[("delivered_after", "delivered_at")], until=[("delivered_before", "delivered_at")]
    )
    found = world().store.all(table, account(), filters)
    return sorted(reversed(found), key=lambda doc: str(doc["delivered_at"]), reverse=True)
