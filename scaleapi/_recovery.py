"""Recover from ambiguous failures: find out whether a request without response was processed.

A request that got a 5xx, or whose connection broke or timed out, may have been processed. Retried,
it is then rejected: the name is taken, the task is canceled already. The rules below say, for each
request to which this can happen, what is created, on which field the service deduplicates it, and
how the caller's own object is found. ``RetryingCall._recover`` applies them; without an ambiguous
failure nothing is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from ._http.idempotency import (
    IDEMPOTENT,
    NOT_IDEMPOTENT,
    GetJson,
    IdempotencyRule,
    Recovery,
    RequestData,
)


def _parent(data: RequestData) -> str:
    """Return the path of the object on which a request acts: all but the last segment."""
    return data.endpoint.rpartition("/")[0]


def _last_segment(data: RequestData) -> str:
    return unquote(data.endpoint.rpartition("/")[2])


def _shows_fields(shown: Any, fields: Mapping[str, Any]) -> bool:
    """Return whether an object has each of these fields as it was sent, as far as it shows them."""
    from ._comparison import ABSENT, find_differences  # here, since recoveries are rare

    return isinstance(shown, Mapping) and all(
        difference.task is ABSENT and not difference.path.startswith("metadata.")
        for difference in find_differences(fields, shown)
    )


def _has(shown: Any, expected: Mapping[str, Any], *names: str) -> bool:
    """Return whether an object has the expected values of the named fields, None for any."""
    return isinstance(shown, Mapping) and all(
        shown.get(name) == expected[name] for name in names if expected.get(name) is not None
    )


# Tasks.


def find_tasks_by_unique_id(get_json: GetJson, unique_id: str) -> list[Any]:
    """Return the tasks that have a unique id: one, or none."""
    page = get_json("tasks", {"unique_id": unique_id})
    docs = page.get("docs") if isinstance(page, dict) else None
    return [doc for doc in docs if isinstance(doc, dict)] if isinstance(docs, list) else []


def is_task_like(task: Any, expected: Mapping[str, Any]) -> bool:
    """Return whether a task has the unique id, type, project and batch of a payload."""
    return _has(task, expected, "unique_id", "type", "project", "batch")


def _find_created_task(get_json: GetJson, data: RequestData) -> list[Any]:
    return find_tasks_by_unique_id(get_json, data.fields["unique_id"])


def _is_created_task(task: Any, data: RequestData) -> bool:
    expected = {**data.fields, "type": _last_segment(data)}
    return _has(task, expected, "unique_id", "type") and _shows_fields(task, expected)


def _get_parent(get_json: GetJson, data: RequestData) -> list[Any]:
    return [get_json(_parent(data))]


def _has_unique_id(task: Any, data: RequestData) -> bool:
    return _has(task, data.fields, "unique_id")


def _is_canceled(task: Any, data: RequestData) -> bool:
    if not _has(task, {"status": "canceled"}, "status"):
        return False
    freed = str(data.params.get("clear_unique_id")).lower() == "true"
    return not (freed and task.get("unique_id"))


# Batches and projects.


def _is_finalized(batch: Any, data: RequestData) -> bool:
    return isinstance(batch, Mapping) and batch.get("status") in ("in_progress", "completed")


def _get_by_name(get_json: GetJson, data: RequestData) -> list[Any]:
    return [get_json(f"{data.endpoint}/{quote(data.fields['name'], safe='')}")]


def _is_created_batch(batch: Any, data: RequestData) -> bool:
    return _has(batch, data.fields, "name", "project") and _shows_fields(batch, data.fields)


def _is_created_project(project: Any, data: RequestData) -> bool:
    if not (_has(project, data.fields, "name", "type") and isinstance(project, Mapping)):
        return False
    history = project.get("param_history")
    versions = history if isinstance(history, list) else []
    first = versions[0] if versions and isinstance(versions[0], Mapping) else {}
    params = data.fields.get("params")
    fields = {name: value for name, value in data.fields.items() if name != "params"}
    return _shows_fields(project, fields) and _shows_fields(first, params or {})


def _get_v2_batch(get_json: GetJson, data: RequestData) -> list[Any]:
    name = quote(data.fields["name"])
    batch = get_json(f"/v2/batch?batch_name={name}&expand=project")
    return [batch] if isinstance(batch, dict) else []


def _is_created_v2_batch(batch: Any, data: RequestData) -> bool:
    project = batch.get("project")
    if not isinstance(project, dict) or not _has(batch, data.fields, "name"):
        return False
    expected = {"id": data.fields.get("project_id"), "name": data.fields.get("project_name")}
    fields = {name: value for name, value in data.fields.items() if name != "project"}
    return _has(project, expected, "id", "name") and _shows_fields(batch, fields)


def _with_project_id(batch: Any) -> Any:
    project = batch.get("project")
    return {**batch, "project": project.get("id")} if isinstance(project, dict) else batch


# The rules. A listed task is not the evaluation or training task that was asked for, so that those
# cannot be recovered.

CREATE_TASK = IdempotencyRule(
    "task",
    "unique_id",
    conflict_statuses=(409, 400),  # the latter if its batch was finalized in between
    recovery=Recovery(_find_created_task, _is_created_task, is_created=True),
)
SET_UNIQUE_ID = IdempotencyRule(
    idempotency_field="unique_id", recovery=Recovery(_get_parent, _has_unique_id)
)
CANCEL_TASK = IdempotencyRule(
    conflict_statuses=(400,), recovery=Recovery(_get_parent, _is_canceled)
)
AUDIT_TASK = IdempotencyRule(duplicate_effect="the task will have been audited twice")
CREATE_EVALUATION_TASK = IdempotencyRule("evaluation task", "unique_id")
CREATE_TRAINING_TASK = IdempotencyRule("training task", "unique_id")
CREATE_BATCH = IdempotencyRule(
    "batch", "name", recovery=Recovery(_get_by_name, _is_created_batch, is_created=True)
)
FINALIZE_BATCH = IdempotencyRule(
    conflict_statuses=(400,), recovery=Recovery(_get_parent, _is_finalized)
)
CREATE_PROJECT = IdempotencyRule(
    "project", "name", recovery=Recovery(_get_by_name, _is_created_project, is_created=True)
)
UPDATE_PROJECT = IdempotencyRule(
    duplicate_effect="the project will have two equal versions of its parameters"
)
CREATE_FILE = IdempotencyRule("file", "reference_id")
CREATE_PROJECT_GROUP = IdempotencyRule("project group", "name")
INVITE_TEAMMATES = IdempotencyRule(duplicate_effect="the invitations will have been sent twice")
V2_CREATE_BATCH = IdempotencyRule(
    "batch", "name", recovery=Recovery(_get_v2_batch, _is_created_v2_batch, True, _with_project_id)
)
V2_CREATE_CHAT_TASK = IdempotencyRule("task", "", never_retry_if_ambiguous=True)
V2_POST = IdempotencyRule(never_retry_if_ambiguous=True)

_ID = "[^/]+"
_BY_ENDPOINT: tuple[tuple[str, IdempotencyRule], ...] = (
    (f"task/{_ID}", CREATE_TASK),
    (f"task/{_ID}/unique_id", SET_UNIQUE_ID),
    (f"task/{_ID}/cancel", CANCEL_TASK),
    (f"task/{_ID}/audit", AUDIT_TASK),
    (f"task/{_ID}/(setMetadata|tags)", IDEMPOTENT),
    (f"evaluation_tasks/{_ID}", CREATE_EVALUATION_TASK),
    (f"training_tasks/{_ID}", CREATE_TRAINING_TASK),
    ("batches", CREATE_BATCH),
    (f"batches/{_ID}/finalize", FINALIZE_BATCH),
    (f"batches/{_ID}/(prioritize|setMetadata)", IDEMPOTENT),
    ("projects", CREATE_PROJECT),
    (f"projects/{_ID}/setParams", UPDATE_PROJECT),
    ("files/(upload|import)", CREATE_FILE),
    ("teams/invite", INVITE_TEAMMATES),
    ("teams/set_role", IDEMPOTENT),
    ("studio/(assignments/(add|remove)|batches/(set|reset)_priorities)", IDEMPOTENT),
    (f"studio/projects/{_ID}/groups", CREATE_PROJECT_GROUP),
    ("/v2/batch", V2_CREATE_BATCH),
    ("/v2/task/chat", V2_CREATE_CHAT_TASK),
    ("/v2/.*", V2_POST),
)
"""The rules of `client.request` and `Api.post_request`, which know only the endpoint."""


def rule_for(method: str, endpoint: str) -> IdempotencyRule:
    """Return the rule for a request that was made by its endpoint."""
    if method not in ("POST", "PATCH"):
        return IDEMPOTENT
    path = endpoint.partition("?")[0]
    rules = (rule for pattern, rule in _BY_ENDPOINT if re.fullmatch(pattern, path))
    return next(rules, NOT_IDEMPOTENT)
