"""What happens to tasks and batches: created, completed, failed, canceled, audited, recalled.

In test mode a task is completed as it is created, with a canned response. In live mode it waits,
until `Sandbox.complete_task`, `Sandbox.fail_task` or the automatic completion plays the labeler.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Callable

from ...tasks import TaskReviewStatus, TaskStatus, TaskType
from ..http import timestamps
from ..http.errors import bad_request, not_found
from . import canned, chat, task_schema
from .state import SandboxState
from .store import BATCHES, PROJECTS, TASKS, Doc, Table, equal, public

WORK_TIME = timedelta(milliseconds=50)  # as seen in Scale's test environment

# The statuses of batches; v1 knows the first three only.
STAGING, IN_PROGRESS, COMPLETED = "staging", "in_progress", "completed"
PAUSED, CANCELLED = "paused", "cancelled"

# What can be done with a batch: from which statuses, and where it leads.
ACTIONS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "finalize": ((STAGING,), IN_PROGRESS),
    "pause": ((IN_PROGRESS,), PAUSED),
    "resume": ((PAUSED,), IN_PROGRESS),
    "cancel": ((STAGING, IN_PROGRESS, PAUSED), CANCELLED),
}


def new_id() -> str:
    """24 hex digits, as task ids are."""
    return secrets.token_hex(12)


def get_or_404(state: SandboxState, table: Table, account: str, name: str) -> Doc:
    """The object with this id or name; 404 without one."""
    doc = state.store.get(table, account, **{table.key: name})
    if doc is None:
        raise not_found(_SINGULAR[table.name], name)
    return doc


def account_of_task(state: SandboxState, task_id: str) -> str:
    """The account of the one task with this id; 404 without one, 400 when there are several.

    Ids are made up by the sandbox, but a seed may bring its own.
    """
    accounts = state.store.owners(TASKS, task_id)
    if not accounts:
        raise not_found("task", task_id)
    if len(accounts) > 1:
        raise bad_request(
            f"Tasks of several keys have the task_id {task_id!r}: which one is not said"
        )
    return accounts[0]


_SINGULAR = {"tasks": "task", "batches": "batch", "projects": "project"}


def resolve_reference(
    state: SandboxState, table: Table, account: str, name: str | None
) -> Doc | None:
    """The object that a create call names, if it names one; 400 when there is none."""
    if name is None:
        return None
    doc = state.store.get(table, account, **{table.key: name})
    if doc is None:
        raise bad_request(f"No {_SINGULAR[table.name]} is called {name!r}")
    return doc


def create_task(state: SandboxState, account: str, kind: TaskType, body: Doc) -> Doc:
    """Make a task from the body of a create call."""
    given = task_schema.validate_common(body)
    with state.store.transaction():
        project = _resolve_placement(state, account, given)
        if project is not None and project["type"] != kind.value:
            raise bad_request(f"Project {project['name']!r} takes {project['type']} tasks only")
        params = task_schema.current_params(project) if project else {}
        top, params = task_schema.split_input(kind, given, params)
        task_schema.check_required(kind, {**params, **top})
        task = new_task(kind, top, params, live=state.live)
        if not state.live:
            _complete(task, canned.response(task, state.url))
        state.store.insert(TASKS, account, task)
    if not state.live:
        send_task_callback(state, account, task)
    return task


def _resolve_placement(state: SandboxState, account: str, given: Doc) -> Doc | None:
    """The project of a new task; a task that names only a batch gets the batch's, here."""
    batch = resolve_reference(state, BATCHES, account, given.get("batch"))
    if batch is not None:
        if given.setdefault("project", batch["project"]) != batch["project"]:
            raise bad_request(f"Batch {batch['name']!r} is of project {batch['project']!r}")
        if batch["status"] not in ((STAGING,) if batch["_staged"] else (STAGING, IN_PROGRESS)):
            raise bad_request(
                f"Batch {batch['name']!r} is {batch['status']} and takes no more tasks"
            )
    return resolve_reference(state, PROJECTS, account, given.get("project"))


def new_task(kind: TaskType, top: Doc, params: Doc, live: bool) -> Doc:
    """A pending task to be stored."""
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
    }


def _complete(task: Doc, response: Any) -> None:
    soonest = timestamps.parse_timestamp(task["created_at"]) + WORK_TIME
    completed = timestamps.format_timestamp(max(timestamps.utc_now(), soonest))
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
    """Apply a change to a task and return the task; all or nothing."""
    with state.store.transaction():
        task = get_or_404(state, TASKS, account, task_id)
        change(task)
        task["updated_at"] = max(task["updated_at"], timestamps.current())
        state.store.update(TASKS, account, task)
    return task


def complete_task(state: SandboxState, account: str, task_id: str, response: Any) -> Doc:
    """Complete a pending task, as a labeler would.

    Raises:
        ValueError: the response of a chat task has threads of the wrong shape.
    """

    def change(task: Doc) -> None:
        _require(task, TaskStatus.Pending)
        is_chat = task["type"] == TaskType.Chat.value
        _complete(task, chat.completed(task, response) if is_chat else response)

    return _apply_and_notify(state, account, task_id, change)


def fail_task(state: SandboxState, account: str, task_id: str, error: str | Doc) -> Doc:
    """End a pending task with an error, which stands in the place of its response."""
    if not task_schema.is_non_empty_string(error) and not (isinstance(error, dict) and error):
        raise bad_request("The error must be a string or an object")

    def change(task: Doc) -> None:
        _require(task, TaskStatus.Pending)
        response = error if isinstance(error, dict) else {"error": error}
        task.update(status=TaskStatus.Error.value, response=response)

    return _apply_and_notify(state, account, task_id, change)


def recall_task(state: SandboxState, account: str, task_id: str) -> Doc:
    """Take a completed task back: it is pending again, and its batch in progress."""

    def change(task: Doc) -> None:
        _require(task, TaskStatus.Completed)
        for key in ("response", "completed_at", "_annotations"):
            task.pop(key, None)
        task.update(
            status=TaskStatus.Pending.value,
            _waiting_since=timestamps.current(),
        )
        batch = task.get("batch") and get_or_404(state, BATCHES, account, task["batch"])
        if batch and batch["status"] == COMPLETED:
            batch["status"] = IN_PROGRESS
            batch.pop("_completed_at", None)
            state.store.update(BATCHES, account, batch)

    return _apply_and_notify(state, account, task_id, change)


def _apply_and_notify(
    state: SandboxState, account: str, task_id: str, change: Callable[[Doc], None]
) -> Doc:
    """Apply a change to a task, tell its callback, and then see to its batch."""
    with state.store.exclusive():  # else two changes could be told in the wrong order
        task = change_task(state, account, task_id, change)
        send_task_callback(state, account, task)
        complete_batch_if_done(state, account, task.get("batch"))
    return task


def cancel_task(state: SandboxState, account: str, task_id: str, clear_unique_id: bool) -> Doc:
    """Cancel a pending task, and free its unique id if asked to."""

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
    """Note a customer's verdict on a completed task."""
    verdict = (TaskReviewStatus.Accepted if accepted else TaskReviewStatus.Rejected).value

    def change(task: Doc) -> None:
        _require(task, TaskStatus.Completed)
        audit = {
            "audited_at": timestamps.current(),
            "audit_result": verdict,
            "audit_source": "customer",
        }
        task["customer_review_status"] = verdict
        task.setdefault("audits", []).append(audit)
        task.setdefault("customer_review_comments", []).extend([comments] if comments else [])

    return _apply_and_notify(state, account, task_id, change)


def _require(task: Doc, status: TaskStatus) -> None:
    if task["status"] != status.value:
        raise bad_request(f"The task is {task['status']}; only a {status.value} task allows this")


def send_task_callback(state: SandboxState, account: str, task: Doc) -> None:
    """Send the callback that a task asks for, if it asks for one."""
    url = task.get("callback_url")
    if not url:
        return
    body = {
        "task_id": task["task_id"],
        "status": task["status"],
        "response": task.get("response"),
        "task": public(task),
    }

    def note(succeeded: bool) -> None:
        with state.store.transaction():
            current = state.store.get(TASKS, account, task_id=task["task_id"])
            if current is not None:
                current["callback_succeeded"] = succeeded
                state.store.update(TASKS, account, current)

    state.callbacks.send(url, body, note)


def new_batch(name: str, project: str, given: Doc, staged: bool) -> Doc:
    """A batch to be stored; `given` may hold its callback and metadata.

    A staged batch takes tasks until it is finalized; another is in progress and takes them too.
    """
    metadata, callback = given.get("metadata") or {}, given.get("callback") or ""
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
    """Release a batch through v1; in test mode one that is not staging stays as it is."""
    batch = get_or_404(state, BATCHES, account, name)
    if not state.live and batch["status"] != STAGING:
        return batch
    return transition_batch(state, account, name, "finalize")


def transition_batch(state: SandboxState, account: str, name: str, action: str) -> Doc:
    """Do one of `ACTIONS`, at once; 400 when the batch's status does not allow it."""
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
    """Complete a released batch whose tasks are all done, and announce it.

    In test mode only one that was staged: any other would be completed by its first task.
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
    """How many tasks of a batch have each status; those without any are left out."""
    return state.store.count_by(TASKS, account, "status", equal(batch=batch))
