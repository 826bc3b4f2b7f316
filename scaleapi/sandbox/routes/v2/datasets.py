"""v2 datasets: list, their deliveries, their tasks, and attachments of these."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request

from ...backend import deliveries
from ...backend.store import DATASET_DELIVERIES, DATASET_TASKS, DATASETS, Doc, equal
from ...http.errors import ApiError, not_found
from ..http_io import current_account, current_store, json_response, query_filters
from .common import (
    fetch_page,
    find_by_id_or_name,
    missing_parameter,
    page_response,
    required_argument,
    serializer,
)
from .deliveries import list_delivered

routes = Blueprint("v2_datasets", __name__, url_prefix="/v2")
signed_files = Blueprint("signed_files", __name__, url_prefix="/_files")

_EXPAND = ("dataset", "delivery")


@routes.get("/datasets")
def list_all() -> Response:
    """List the datasets, newest first."""
    datasets = reversed(current_store().all(DATASETS, current_account()))
    return json_response({"datasets": [serializer().dataset(dataset) for dataset in datasets]})


@routes.get("/datasets/deliveries")
def list_deliveries() -> Response:
    """List the deliveries of one or all datasets."""
    view = serializer(("dataset",))
    dataset = find_by_id_or_name(DATASETS, "dataset", _query_ids())
    docs = list_delivered(DATASET_DELIVERIES, equal(dataset=dataset["_id"]) if dataset else [])
    return json_response({"deliveries": [view.dataset_delivery(delivery) for delivery in docs]})


@routes.get("/datasets/delivery")
def get_delivery() -> Response:
    """Return a delivery and a page of its tasks."""
    view = serializer(_EXPAND)
    delivery = find_by_id_or_name(DATASET_DELIVERIES, "delivery", _query_ids())
    if delivery is None:
        raise missing_parameter("delivery_id")
    page = fetch_page(DATASET_TASKS, equal(delivery=delivery["_id"]))
    body = {
        "delivery": view.dataset_delivery_of(delivery["_id"]),
        "tasks": [view.dataset_task(task) for task in page.docs],
    }
    return page_response(page, body)


@routes.get("/datasets/task")
def get_task() -> Response:
    """Return a dataset task."""
    view = serializer(_EXPAND)
    return json_response(
        view.dataset_task(_get_task(current_account(), required_argument("task_id")))
    )


@routes.get("/datasets/tasks")
def list_tasks() -> Response:
    """List a page of dataset tasks."""
    view = serializer(_EXPAND)
    parents = [
        ("dataset", find_by_id_or_name(DATASETS, "dataset", _query_ids())),
        ("delivery", find_by_id_or_name(DATASET_DELIVERIES, "delivery", _query_ids())),
    ]
    filters = equal(**{column: doc["_id"] for column, doc in parents if doc is not None})
    if not filters:
        raise missing_parameter("dataset_id", "delivery_id")
    filters += query_filters(
        # A dataset task is created when it is delivered.
        since=[("delivered_after", "created_at")],
        until=[("delivered_before", "created_at")],
    )
    page = fetch_page(DATASET_TASKS, filters)
    return page_response(page, {"tasks": [view.dataset_task(task) for task in page.docs]})


@routes.get("/datasets/task/<task_id>/response_url/<attachment_id>")
def get_response_url(task_id: str, attachment_id: str) -> Response:
    """Redirect to the signed URL of an attachment."""
    _attachment(current_account(), task_id, attachment_id)
    path = "/".join(quote(part, safe="") for part in (current_account(), task_id, attachment_id))
    signature = deliveries.signature(current_account(), task_id, attachment_id)
    url = f"{request.host_url}_files/{path}?signature={signature}"
    return Response(status=302, headers={"Location": url})


@signed_files.get("/<owner>/<task_id>/<attachment_id>")
def get_file(owner: str, task_id: str, attachment_id: str) -> Response:
    """Return an attachment; the signature of the URL replaces the key."""
    if request.args.get("signature") != deliveries.signature(owner, task_id, attachment_id):
        raise ApiError(403, "The signature is wrong")
    return json_response(_attachment(owner, task_id, attachment_id))


def _attachment(owner: str, task_id: str, attachment_id: str) -> Doc:
    attachment = deliveries.attachment(_get_task(owner, task_id), attachment_id)
    if attachment is None:
        raise not_found("attachment", attachment_id)
    return attachment


def _get_task(owner: str, task_id: str) -> Doc:
    task = current_store().get(DATASET_TASKS, owner, task_id=task_id)
    if task is None:
        raise not_found("dataset task", task_id)
    return task


def _query_ids() -> Doc:
    """Return the ids of the query: datasets and their deliveries can't be found by name."""
    return {name: request.args.get(name) for name in ("dataset_id", "delivery_id")}
