"""The life cycle of tasks and batches: create, complete, fail, cancel, audit, recall.

In test mode a task is completed when created, with a canned response. In live mode it is pending
until `Sandbox.complete_task`, `Sandbox.fail_task` or the automatic completion acts as the labeler.

Each function takes the sandbox's state and the account of the request, and returns the changed
object as stored. It raises an `ApiError` with 404 if the object does not exist, and with 400 if its
status does not allow the change.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Callable

from ...drawing import read_size
from ...tasks import TaskReviewStatus, TaskStatus, TaskType
from ..http import timestamps
from ..http.errors import ApiError, bad_request, not_found
from . import canned, chat, task_schema
from .state import SandboxState
from .store import BATCHES, PROJECTS, TASKS, Doc, Table, equal, public

WORK_TIME = timedelta(milliseconds=50)  # from creation to completion, as in Scale's test mode

# The statuses of batches; v1 has the first three only.
STAGING, IN_PROGRESS, COMPLETED = "staging", "in_progress", "completed"
PAUSED, CANCELLED = "paused", "cancelled"

# For each action on a batch: the statuses that allow it, and the status after it.
ACTIONS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "finalize": ((STAGING,), IN_PROGRESS),
    "pause": ((IN_PROGRESS,), PAUSED),
    "resume": ((PAUSED,), IN_PROGRESS),
    "cancel": ((STAGING, IN_PROGRESS, PAUSED), CANCELLED),
}


def new_id() -> str:
    """Return a random id of 24 hex digits, like those of tasks."""
    return secrets.token_hex(12)


def get_or_404(state: SandboxState, table: Table, account: str, name: str) -> Doc:
    """Return the object with this id or name.

    Raises:
        ApiError: With 404, if there is none.
    """
    doc = state.store.get(table, account, **{table.key: name})
    if doc is None:
        raise not_found(_SINGULAR[table.name], name)
    return doc


def account_of_task(state: SandboxState, task_id: str) -> str:
    """Return the account of the task with this id.

    Raises:
        ApiError: With 404, if there is none; with 400, if several accounts have one, which only
            `Sandbox.seed` can cause.
    """
    accounts = state.store.owners(TASKS, task_id)
    if not accounts:
        raise not_found("task", task_id)
    if len(accounts) > 1:
        raise bad_request(f"Tasks of several keys have the task_id {task_id!r}, which is ambiguous")
    return accounts[0]


_SINGULAR = {"tasks": "task", "batches": "batch", "projects": "project"}


def resolve_reference(
    state: SandboxState, table: Table, account: str, name: str | None
) -> Doc | None:
    """Return the object that a create call names; None if `name` is None.

    Raises:
        ApiError: With 400, if there is none of this name.
    """
    if name is None:
        return None
    doc = state.store.get(table, account, **{table.key: name})
    if doc is None:
        raise bad_request(f"No {_SINGULAR[table.name]} is called {name!r}")
    return doc


def create_task(state: SandboxState, account: str, kind: TaskType, body: Doc) -> Doc:
    """Create a task.

    Args:
        state: The sandbox's state.
        account: Account of the request.
        kind: Type of the task.
        body: JSON of the create call.

    Returns:
        The task, which in test mode is completed.

    Raises:
        ApiError: With 400, if a parameter is missing or invalid.
        UniqueViolationError: If another task has the `unique_id`.
    """
    body = task_schema.validate_common(body)
    with state.store.transaction():
        _require_unused(state, account, body.get("unique_id"))
        project = _resolve_placement(state, account, body)
        if project is not None and project["type"] != kind.value:
            raise bad_request(f"Project {project['name']!r} takes {project['type']} tasks only")
        params = task_schema.current_params(project) if project else {}
        top, params = task_schema.split_input(kind, body, params)
        task_schema.reject_invalid_payload(kind, {**params, **top})
        task = new_task(kind, top, params, live=state.live)
        size = _attachment_size(state, account, params)
        if size:
            task["_attachment_size"] = size
        if not state.live:
            _complete(task, canned.response(task, state.url))
        state.store.insert(TASKS, account, task)
    if not state.live:
        send_task_callback(state, account, task)
    return task


def _attachment_size(state: SandboxState, account: str, params: Doc) -> list[int] | None:
    """Return width and height in pixels of a task's image, if it was uploaded to the sandbox."""
    attachment = params.get("attachment")
    if not isinstance(attachment, str) or not attachment.startswith("scaledata://"):
        return None
    content = state.store.get_content(attachment.rpartition("/")[2])
    size = content and read_size(content)
    return [round(number) for number in size] if size else None


def _require_unused(state: SandboxState, account: str, unique_id: str | None) -> None:
    """Reject a unique id that is in use, before its batch is looked at.

    A client that repeats a create call after its batch was finalized finds its task that way.
    """
    existing = unique_id and state.store.get(TASKS, account, unique_id=unique_id)
    if existing:
        raise ApiError(409, unique_id_in_use(existing))


def unique_id_in_use(existing: Doc) -> str:
    """Return the service's words for a unique id that another task has."""
    return (
        f'The unique_id ("{existing["unique_id"]}") is already used for a different task '
        f"({existing['task_id']})."
    )


def _resolve_placement(state: SandboxState, account: str, body: Doc) -> Doc | None:
    """Return the project of a new task; add the batch's to a body that names only the batch."""
    batch = resolve_reference(state, BATCHES, account, body.get("batch"))
    if batch is not None:
        if body.setdefault("project", batch["project"]) != batch["project"]:
            raise bad_request(f"Batch {batch['name']!r} is of project {batch['project']!r}")
        if batch["status"] not in ((STAGING,) if batch["_staged"] else (STAGING, IN_PROGRESS)):
            raise bad_request(
                f"Batch {batch['name']!r} is {batch['status']} and takes no more tasks"
            )
    return resolve_reference(state, PROJECTS, account, body.get("project"))


def new_task(kind: TaskType, top: Doc, params: Doc, live: bool) -> Doc:
    """Return a new pending task.

    Args:
        kind: Type of the task.
        top: The task's own keys.
        params: The task's params.
        live: Whether it is made in live mode.

    Returns:
        The task, which is not stored yet.
    """
    created = timestamps.current()
    return {
        "task_id": new_id(),
        "created_at": created,
        "updated_at": created,
        "type": kind.value,
        "status": TaskStatus.Pending.value,
        "instruction": "",
        "params": params,
        "is_test": not live,
        "urgency": "standard",
        "metadata": {},
        "processed_attachments": [],
        "_waiting_since": created,
        **top,
        **canned.top_level({"type": kind.value, "params": params}),
    }


def _complete(task: Doc, response: Any) -> None:
    earliest = timestamps.parse_timestamp(task["created_at"]) + WORK_TIME
    completed = timestamps.format_timestamp(max(timestamps.utc_now(), earliest))
    task.update(
        status=TaskStatus.Completed.value,
        response=response,
        completed_at=completed,
        updated_at=completed,
    )
    if task["type"] == TaskType.Chat.value:
        task["_annotations"] = chat.annotation_ids(response)


def change_task(
    state: SandboxState, account: str, task_id: str, change: Callable[[Doc], None]
) -> Doc:
    """Apply a function to a task, and store the result unless it raises."""
    with state.store.transaction():
        task = get_or_404(state, TASKS, account, task_id)
        change(task)
        task["updated_at"] = max(task["updated_at"], timestamps.current())
        state.store.update(TASKS, account, task)
    return task


def complete_task(state: SandboxState, account: str, task_id: str, response: Any) -> Doc:
    """Complete a pending task, as a labeler would.

    Raises:
        ValueError: If the threads of a chat task's response are invalid.
    """

    def change(task: Doc) -> None:
        _require(task, TaskStatus.Pending)
        is_chat = task["type"] == TaskType.Chat.value
        _complete(task, chat.fill_in(task, response) if is_chat else response)

    return _apply_and_notify(state, account, task_id, change)


def fail_task(state: SandboxState, account: str, task_id: str, error: str | Doc) -> Doc:
    """End a pending task with an error: a message, or the whole response."""
    if not task_schema.is_non_empty_string(error) and not (isinstance(error, dict) and error):
        raise bad_request("The error must be a string or an object")

    def change(task: Doc) -> None:
        _require(task, TaskStatus.Pending)
        response = error if isinstance(error, dict) else canned.error_response(task, error)
        task.update(status=TaskStatus.Error.value, response=response)
        if task["params"].get("clear_unique_id_on_error"):
            task.pop("unique_id", None)

    return _apply_and_notify(state, account, task_id, change)


def recall_task(state: SandboxState, account: str, task_id: str) -> Doc:
    """Make a completed task pending again, and its batch in progress."""

    def change(task: Doc) -> None:
        _require(task, TaskStatus.Completed)
        for key in ("response", "completed_at", "_annotations"):
            task.pop(key, None)
        task.update(status=TaskStatus.Pending.value, _waiting_since=timestamps.current())
        batch = task.get("batch") and get_or_404(state, BATCHES, account, task["batch"])
        if batch and batch["status"] == COMPLETED:
            batch["status"] = IN_PROGRESS
            batch.pop("_completed_at", None)
            state.store.update(BATCHES, account, batch)

    return _apply_and_notify(state, account, task_id, change)


def _apply_and_notify(
    state: SandboxState, account: str, task_id: str, change: Callable[[Doc], None]
) -> Doc:
    """Apply a change to a task, send its callback, then complete its batch if it is done."""
    with state.store.exclusive():  # so that callbacks have the order of the changes
        task = change_task(state, account, task_id, change)
        send_task_callback(state, account, task)
        complete_batch_if_done(state, account, task.get("batch"))
    return task


def cancel_task(state: SandboxState, account: str, task_id: str, clear_unique_id: bool) -> Doc:
    """Cancel a pending task, and remove its unique id if `clear_unique_id`."""

    def change(task: Doc) -> None:
        _require(task, TaskStatus.Pending)
        task["status"] = TaskStatus.Canceled.value
        if clear_unique_id:
            task.pop("unique_id", None)

    task = change_task(state, account, task_id, change)
    complete_batch_if_done(state, account, task.get("batch"))
    return task


def audit_task(
    state: SandboxState, account: str, task_id: str, accepted: bool, comments: str | None
) -> Doc:
    """Add a customer's audit to a completed task."""
    verdict = (TaskReviewStatus.Accepted if accepted else TaskReviewStatus.Rejected).value

    def change(task: Doc) -> None:
        _require(task, TaskStatus.Completed)
        audit = {
            "audited_at": timestamps.current(),
            "audit_result": verdict,
            "audit_source": "customer",
        }
        task["customer_review_status"] = verdict
        task.setdefault("prior_responses", []).append(task["response"])
        task.setdefault("audits", []).append(audit)
        task.setdefault("customer_review_comments", []).extend([comments] if comments else [])

    return _apply_and_notify(state, account, task_id, change)


def _require(task: Doc, status: TaskStatus) -> None:
    if task["status"] != status.value:
        raise bad_request(f"The task is {task['status']}; only a {status.value} task allows this")


def send_task_callback(state: SandboxState, account: str, task: Doc) -> None:
    """Send the callback of a task, if it has a callback URL."""
    url = task.get("callback_url")
    if not url:
        return
    body = {
        "task_id": task["task_id"],
        "status": task["status"],
        "response": task.get("response"),
        "task": public(task),
    }

    def on_delivered(succeeded: bool) -> None:
        with state.store.transaction():
            current = state.store.get(TASKS, account, task_id=task["task_id"])
            if current is not None:
                current["callback_succeeded"] = succeeded
                state.store.update(TASKS, account, current)

    state.callbacks.send(url, body, on_delivered)


def new_batch(name: str, project: str, body: Doc, staged: bool) -> Doc:
    """Return a new batch.

    Args:
        name: Name of the batch.
        project: Name of its project.
        body: JSON that may have its `callback` and `metadata`.
        staged: Whether it must be finalized; any other is in progress, and still takes tasks.

    Returns:
        The batch, which is not stored yet.

    Raises:
        ApiError: With 400, if `callback` or `metadata` is invalid.
    """
    metadata, callback = body.get("metadata") or {}, body.get("callback") or ""
    if not isinstance(metadata, dict) or not isinstance(callback, str):
        raise bad_request('"metadata" must be an object and "callback" a string')
    created = timestamps.current()
    return {
        "project": project,
        "name": name,
        "status": STAGING if staged else IN_PROGRESS,
        "callback": callback,
        "created_at": created,
        "metadata": metadata,
        "_id": new_id(),
        "_archived": "false",
        "_groups": [],
        "_staged": staged,
        "_released_at": None if staged else created,
    }


def finalize_batch(state: SandboxState, account: str, name: str) -> Doc:
    """Finalize a batch as v1 does; in test mode one that is not staging is left unchanged."""
    batch = get_or_404(state, BATCHES, account, name)
    if not state.live and batch["status"] != STAGING:
        return batch
    return transition_batch(state, account, name, "finalize")


def transition_batch(state: SandboxState, account: str, name: str, action: str) -> Doc:
    """Apply one of `ACTIONS` to a batch, and cancel its pending tasks if it is cancelled."""
    allowed, target = ACTIONS[action]
    with state.store.transaction():
        batch = get_or_404(state, BATCHES, account, name)
        if batch["status"] not in allowed:
            raise bad_request(
                f"Batch {name!r} is {batch['status']}; to {action} it, it must be "
                + " or ".join(allowed)
            )
        batch["status"] = target
        if target == IN_PROGRESS:
            batch["_released_at"] = timestamps.current()
        state.store.update(BATCHES, account, batch)
        if target == CANCELLED:
            _cancel_tasks(state, account, name)
    complete_batch_if_done(state, account, name)
    return get_or_404(state, BATCHES, account, name)


def _cancel_tasks(state: SandboxState, account: str, batch: str) -> None:
    pending = equal(batch=batch, status=TaskStatus.Pending.value)
    for task in state.store.all(TASKS, account, pending):
        task.update(status=TaskStatus.Canceled.value, updated_at=timestamps.current())
        state.store.update(TASKS, account, task)


def complete_batch_if_done(state: SandboxState, account: str, name: str | None) -> None:
    """Complete a released batch if its tasks are all done, and send its callback.

    In test mode this applies to staged batches only: another would be complete with its first task.

    Args:
        state: The sandbox's state.
        account: Account of the batch.
        name: Name of the batch; None does nothing.
    """
    if name is None:
        return
    with state.store.transaction():
        batch = get_or_404(state, BATCHES, account, name)
        counts = task_counts(state, account, name)
        released = batch["status"] == IN_PROGRESS and (state.live or batch["_staged"])
        if not released or not counts or TaskStatus.Pending.value in counts:
            return
        batch.update(status=COMPLETED, _completed_at=timestamps.current())
        state.store.update(BATCHES, account, batch)
    if batch["callback"]:
        body = {"batch": name, "project": batch["project"], "status": batch["status"]}
        state.callbacks.send(batch["callback"], body, lambda succeeded: None)


def task_counts(state: SandboxState, account: str, batch: str) -> dict[str, int]:
    """Count the tasks of a batch by status, without the statuses that no task has."""
    return state.store.count_by(TASKS, account, "status", equal(batch=batch))
