"""v2 datasets: list, their deliveries, their tasks, and what is attached to these."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request

from ...backend import deliveries
from ...backend.store import DATASET_DELIVERIES, DATASET_TASKS, DATASETS, Doc, equal
from ...http.errors import ApiError, not_found
from ..http_io import current_account, current_state, json_response, query_filters
from .common import (
    fetch_page,
    find_by_id_or_name,
    missing_parameter,
    page_response,
    required_argument,
    serializer,
)
from .deliveries import delivered

routes = Blueprint("v2_datasets", __name__, url_prefix="/v2")
signed_files = Blueprint("signed_files", __name__, url_prefix="/_files")

_EXPAND = ("dataset", "delivery")


@routes.get("/datasets")
def list_all() -> Response:
    found = reversed(current_state().store.all(DATASETS, current_account()))
    return json_response({"datasets": [serializer().dataset(dataset) for dataset in found]})


@routes.get("/datasets/deliveries")
def list_deliveries() -> Response:
    shown = serializer(("dataset",))
    dataset = find_by_id_or_name(DATASETS, "dataset", _ids())
    found = delivered(DATASET_DELIVERIES, equal(dataset=dataset["_id"]) if dataset else [])
    return json_response({"deliveries": [shown.dataset_delivery(delivery) for delivery in found]})


@routes.get("/datasets/delivery")
def get_delivery() -> Response:
    shown = serializer(_EXPAND)
    delivery = find_by_id_or_name(DATASET_DELIVERIES, "delivery", _ids())
    if delivery is None:
        raise missing_parameter("delivery_id")
    found = fetch_page(DATASET_TASKS, equal(delivery=delivery["_id"]))
    body = {
        "delivery": shown.dataset_delivery_of(delivery["_id"]),
        "tasks": [shown.dataset_task(task) for task in found.docs],
    }
    return page_response(found, body)


@routes.get("/datasets/task")
def get_task() -> Response:
    shown = serializer(_EXPAND)
    return json_response(shown.dataset_task(_find(current_account(), required_argument("task_id"))))


@routes.get("/datasets/tasks")
def list_tasks() -> Response:
    shown = serializer(_EXPAND)
    wanted = [
        ("dataset", find_by_id_or_name(DATASETS, "dataset", _ids())),
        ("delivery", find_by_id_or_name(DATASET_DELIVERIES, "delivery", _ids())),
    ]
    filters = equal(**{column: doc["_id"] for column, doc in wanted if doc is not None})
    if not filters:
        raise missing_parameter("dataset_id", "delivery_id")
    filters += query_filters(
        # They are made as they are delivered.
        since=[("delivered_after", "created_at")],
        until=[("delivered_before", "created_at")],
    )
    found = fetch_page(DATASET_TASKS, filters)
    return page_response(found, {"tasks": [shown.dataset_task(task) for task in found.docs]})


@routes.get("/datasets/task/<task_id>/response_url/<attachment_id>")
def get_response_url(task_id: str, attachment_id: str) -> Response:
    _attachment(current_account(), task_id, attachment_id)
    path = "/".join(quote(part, safe="") for part in (current_account(), task_id, attachment_id))
    signature = deliveries.signature(current_account(), task_id, attachment_id)
    place = f"{request.host_url}_files/{path}?signature={signature}"
    return Response(status=302, headers={"Location": place})


@signed_files.get("/<owner>/<task_id>/<attachment_id>")
def get_file(owner: str, task_id: str, attachment_id: str) -> Response:
    """No key is needed here: the signature shows that the caller was sent."""
    if request.args.get("signature") != deliveries.signature(owner, task_id, attachment_id):
        raise ApiError(403, "The signature is wrong")
    return json_response(_attachment(owner, task_id, attachment_id))


def _attachment(owner: str, task_id: str, attachment_id: str) -> Doc:
    found = deliveries.attachment(_find(owner, task_id), attachment_id)
    if found is None:
        raise not_found("attachment", attachment_id)
    return found


def _find(owner: str, task_id: str) -> Doc:
    task = current_state().store.get(DATASET_TASKS, owner, task_id=task_id)
    if task is None:
        raise not_found("dataset task", task_id)
    return task


def _ids() -> Doc:
    """The ids of the query; datasets and their deliveries are not looked up by name."""
    return {name: request.args.get(name) for name in ("dataset_id", "delivery_id")}
