"""Tasks: create, get, list, cancel, audit, unique id, metadata, tags."""

from __future__ import annotations

from typing import Any, Callable

from flask import Blueprint, Response, request

from ...tasks import TaskReviewStatus, TaskStatus, TaskType
from ..backend import canned, lifecycle, task_schema
from ..backend.store import TASKS, Doc, Filter, UniqueViolationError, public
from ..http.errors import ApiError, bad_request, invalid_parameter, not_found
from .http_io import (
    current_account,
    current_state,
    current_store,
    decode_page_token,
    encode_page_token,
    get_or_404,
    json_body,
    json_response,
    object_body,
    public_response,
    query_choices,
    query_filters,
    query_flag,
    query_limit,
    query_offset,
    required_string,
)

routes = Blueprint("tasks", __name__)

LIMITED = ("task_id", "status", "metadata", "project", "otherVersion")

# Parameter, column, and the allowed values; None for any.
_CHOICES = (
    ("type", "type", [kind.value for kind in TaskType]),
    ("status", "status", [status.value for status in TaskStatus]),
    (
        "customer_review_status",
        "customer_review_status",
        [status.value for status in TaskReviewStatus],
    ),
    ("unique_id", "unique_id", None),
)


@routes.post("/task/<kind>")
def create(kind: str) -> Response:
    """Create a task."""
    task_type = task_schema.task_type(kind)
    is_form = request.mimetype == "application/x-www-form-urlencoded"
    body = task_schema.from_form(task_type, request.form.lists()) if is_form else object_body()
    task = lifecycle.create_task(current_state(), current_account(), task_type, body)
    return json_response({**public(task), "work_started": not current_state().live})


@routes.get("/task/<task_id>")
def get(task_id: str) -> Response:
    """Return a task, with the copies of its attachments, which listings do not show."""
    task = get_or_404(TASKS, task_id)
    copies = canned.stored_copies(task)
    shown = public(task)
    return json_response({**shown, "attachmentS3Downloads": copies} if copies else shown)


@routes.get("/task/<task_id>/response_url/<uuid>")
def get_response_file(task_id: str, uuid: str) -> Response:
    """Return a file of a task's response."""
    task = get_or_404(TASKS, task_id)
    file = canned.result_file(task, uuid) if "response" in task else None
    if file is None:
        raise not_found("result file", uuid)
    return Response(file.content, mimetype=file.mimetype)


@routes.get("/tasks")
def list_page() -> Response:
    """List a page of tasks."""
    limit, token = query_limit(), request.args.get("next_token")
    after, offset = decode_page_token(token) if token else (None, query_offset())
    query_flag("include_attachment_url")  # validated only: attachments are URLs in any case
    page = current_store().page(TASKS, current_account(), _filters(), limit, offset, after)
    serialize = _limited if query_flag("limited_response") else public
    envelope = {
        "docs": [serialize(task) for task in page.docs],
        "total": page.total,
        "limit": limit,
        "offset": offset,
        "has_more": page.more,
    }
    if page.more and page.end:
        envelope["next_token"] = encode_page_token(page.end, offset + limit)
    return json_response(envelope)


@routes.post("/task/<task_id>/cancel")
def cancel(task_id: str) -> Response:
    """Cancel a task."""
    clear = query_flag("clear_unique_id")
    return public_response(
        lifecycle.cancel_task(current_state(), current_account(), task_id, clear)
    )


@routes.post("/task/<task_id>/audit")
def audit(task_id: str) -> Response:
    """Audit a task."""
    body = object_body()
    accepted, comments = body.get("accepted"), body.get("comments")
    if not isinstance(accepted, bool):
        raise invalid_parameter('"accepted" must be true or false')
    if not isinstance(comments, (str, type(None))):
        raise invalid_parameter('"comments" must be a string')
    lifecycle.audit_task(current_state(), current_account(), task_id, accepted, comments)
    return Response("OK", mimetype="text/plain")


@routes.post("/task/<task_id>/unique_id")
def set_unique_id(task_id: str) -> Response:
    """Set a task's unique id."""
    unique_id = required_string(object_body(), "unique_id")
    try:
        return _change_task(task_id, lambda task: task.update(unique_id=unique_id))
    except UniqueViolationError:
        existing = current_state().store.get(TASKS, current_account(), unique_id=unique_id)
        if existing is None:
            raise
        raise ApiError(409, lifecycle.unique_id_in_use(existing)) from None


@routes.delete("/task/<task_id>/unique_id")
def clear_unique_id(task_id: str) -> Response:
    """Remove a task's unique id."""
    return _change_task(task_id, lambda task: task.pop("unique_id", None))


@routes.post("/task/<task_id>/setMetadata")
def set_metadata(task_id: str) -> Response:
    """Replace a task's metadata."""
    metadata = object_body()
    return _change_task(task_id, lambda task: task.update(metadata=metadata))


@routes.post("/task/<task_id>/tags")
def replace_tags(task_id: str) -> Response:
    """Replace a task's tags."""
    return _update_tags(task_id, lambda old, tags: tags)


@routes.put("/task/<task_id>/tags")
def add_tags(task_id: str) -> Response:
    """Add tags to a task."""
    return _update_tags(task_id, lambda old, tags: old + tags)


@routes.delete("/task/<task_id>/tags")
def delete_tags(task_id: str) -> Response:
    """Delete tags of a task."""
    return _update_tags(task_id, lambda old, tags: [tag for tag in old if tag not in tags])


def _change_task(task_id: str, change: Callable[[Doc], Any]) -> Response:
    return public_response(
        lifecycle.change_task(current_state(), current_account(), task_id, change)
    )


def _update_tags(task_id: str, merge: Callable[[list[str], list[str]], list[str]]) -> Response:
    tags = json_body()
    if not task_schema.is_string_list(tags):
        raise bad_request("The body must be a JSON array of tags")

    def change(task: Doc) -> None:
        task["tags"] = list(dict.fromkeys(merge(task.get("tags", []), tags)))

    return _change_task(task_id, change)


def _filters() -> list[Filter]:
    filters = query_filters(
        exact=[("project", "project"), ("batch", "batch")],
        since=[
            ("start_time", "created_at"),
            ("updated_after", "updated_at"),
            ("completed_after", "completed_at"),
        ],
        until=[
            ("end_time", "created_at"),
            ("updated_before", "updated_at"),
            ("completed_before", "completed_at"),
        ],
    )
    for name, column, allowed in _CHOICES:
        if name in request.args:
            filters.append(Filter(column, "in", query_choices(name, allowed)))
    if "tags" in request.args:
        filters.append(Filter("tags", "has", query_choices("tags")))
    return filters


def _limited(task: Doc) -> Doc:
    return {key: task[key] for key in LIMITED if key in task}
