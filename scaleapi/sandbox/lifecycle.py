"""What happens to tasks and batches: created, completed, canceled, audited.

In test mode a task is completed as it is created, with a canned response. In live mode it waits,
until `Sandbox.complete` plays the labeler.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Callable, Dict, Optional

from ..batches import BatchStatus
from ..tasks import TaskReviewStatus, TaskStatus, TaskType
from . import canned, inputs, times
from .callbacks import Callbacks
from .refusals import invalid, missing
from .store import BATCHES, PROJECTS, TASKS, Doc, Store, Table, equal

WORK_TIME = timedelta(milliseconds=50)  # as seen in Scale's test environment


@dataclass(frozen=True)
class World:
    """All that the routes work on."""

    store: Store
    callbacks: Callbacks
    live: bool


def new_id() -> str:
    """24 hex digits, as task ids are."""
    return secrets.token_hex(12)


def find(world: World, table: Table, account: str, name: str) -> Doc:
    """The object with this id or name; 404 without one."""
    doc = world.store.get(table, account, **{table.key: name})
    if doc is None:
        raise missing(_WORDS[table.name], name)
    return doc


_WORDS = {"tasks": "task", "batches": "batch", "projects": "project"}


def named(world: World, table: Table, account: str, name: Optional[str]) -> Optional[Doc]:
    """The object that a create call names, if it names one; 400 when there is none."""
    if name is None:
        return None
    doc = world.store.get(table, account, **{table.key: name})
    if doc is None:
        raise invalid(f"No {_WORDS[table.name]} is called {name!r}")
    return doc


def create_task(world: World, account: str, kind: TaskType, body: Doc) -> Doc:
    """Make a task from the body of a create call."""
    given = inputs.checked(body)
    with world.store.transaction():
        project = _placed(world, account, given)
        if project is not None and project["type"] != kind.value:
            raise invalid(f"Project {project['name']!r} takes {project['type']} tasks only")
        params = inputs.current_params(project) if project else {}
        top, params = inputs.complete_input(kind, given, params)
        inputs.check_needs(kind, {**params, **top})
        task = _new_task(kind, top, params, live=world.live)
        if not world.live:
            _complete(task, canned.response(task))
        world.store.insert(TASKS, account, task)
    if not world.live:
        announce_task(world, account, task)
    return task


def _placed(world: World, account: str, given: Doc) -> Optional[Doc]:
    """The project of a new task; a task that names only a batch gets the batch's, here."""
    batch = named(world, BATCHES, account, given.get("batch"))
    if batch is not None:
        if given.setdefault("project", batch["project"]) != batch["project"]:
            raise invalid(f"Batch {batch['name']!r} is of project {batch['project']!r}")
        if world.live and batch["status"] != BatchStatus.Staging.value:
            raise invalid(f"Batch {batch['name']!r} is finalized and takes no more tasks")
    return named(world, PROJECTS, account, given.get("project"))


def _new_task(kind: TaskType, top: Doc, params: Doc, live: bool) -> Doc:
    created = times.stamp(times.now())
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
        **top,
    }


def _complete(task: Doc, response: Any) -> None:
    soonest = times.parse(task["created_at"]) + WORK_TIME
    completed = times.stamp(max(times.now(), soonest))
    task.update(
        status=TaskStatus.Completed.value,
        response=response,
        completed_at=completed,
        updated_at=completed,
    )


def change_task(world: World, account: str, task_id: str, change: Callable[[Doc], None]) -> Doc:
    """Apply a change to a task and return the task; all or nothing."""
    with world.store.transaction():
        task = find(world, TASKS, account, task_id)
        change(task)
        task["updated_at"] = max(task["updated_at"], times.stamp(times.now()))
        world.store.update(TASKS, account, task)
    return task


def complete_task(world: World, account: str, task_id: str, response: Any) -> Doc:
    """Complete a pending task, as a labeler would."""

    def change(task: Doc) -> None:
        _require(task, TaskStatus.Pending)
        _complete(task, response)

    task = change_task(world, account, task_id, change)
    announce_task(world, account, task)
    settle_batch(world, account, task.get("batch"))
    return task


def cancel_task(world: World, account: str, task_id: str, clear_unique_id: bool) -> Doc:
    """Cancel a pending task, and free its unique id if asked to."""

    def change(task: Doc) -> None:
        _require(task, TaskStatus.Pending)
        task["status"] = TaskStatus.Canceled.value
        if clear_unique_id:
            task.pop("unique_id", None)

    task = change_task(world, account, task_id, change)
    settle_batch(world, account, task.get("batch"))
    return task


def audit_task(
    world: World, account: str, task_id: str, accepted: bool, comments: Optional[str]
) -> Doc:
    """Note a customer's verdict on a completed task."""
    verdict = (TaskReviewStatus.Accepted if accepted else TaskReviewStatus.Rejected).value

    def change(task: Doc) -> None:
        _require(task, TaskStatus.Completed)
        audit = {
            "audited_at": times.stamp(times.now()),
            "audit_result": verdict,
            "audit_source": "customer",
        }
        task["customer_review_status"] = verdict
        task.setdefault("audits", []).append(audit)
        task.setdefault("customer_review_comments", []).extend([comments] if comments else [])

    task = change_task(world, account, task_id, change)
    announce_task(world, account, task)
    return task


def _require(task: Doc, status: TaskStatus) -> None:
    if task["status"] != status.value:
        raise invalid(f"The task is {task['status']}; only a {status.value} task allows this")


def announce_task(world: World, account: str, task: Doc) -> None:
    """Send the callback that a task asks for, if it asks for one."""
    url = task.get("callback_url")
    if not url:
        return
    body = {
        "task_id": task["task_id"],
        "status": task["status"],
        "response": task.get("response"),
        "task": dict(task),
    }

    def note(succeeded: bool) -> None:
        with world.store.transaction():
            current = world.store.get(TASKS, account, task_id=task["task_id"])
            if current is not None:
                current["callback_succeeded"] = succeeded
                world.store.update(TASKS, account, current)

    world.callbacks.send(url, body, note)


def finalize_batch(world: World, account: str, name: str) -> Doc:
    """Release a staging batch; in test mode, where none is staging, this changes nothing."""
    with world.store.transaction():
        batch = find(world, BATCHES, account, name)
        if not world.live:
            return batch
        if batch["status"] != BatchStatus.Staging.value:
            raise invalid(f"Batch {name!r} is {batch['status']}, no longer staging")
        batch["status"] = BatchStatus.InProgress.value
        world.store.update(BATCHES, account, batch)
    settle_batch(world, account, name)
    return find(world, BATCHES, account, name)


def settle_batch(world: World, account: str, name: Optional[str]) -> None:
    """In live mode: complete a released batch whose tasks are all done, and announce it."""
    if not world.live or name is None:
        return
    with world.store.transaction():
        batch = find(world, BATCHES, account, name)
        counts = task_counts(world, account, name)
        released = batch["status"] == BatchStatus.InProgress.value
        if not released or not counts or TaskStatus.Pending.value in counts:
            return
        batch["status"] = BatchStatus.Completed.value
        world.store.update(BATCHES, account, batch)
    if batch["callback"]:
        body = {"batch": name, "project": batch["project"], "status": batch["status"]}
        world.callbacks.send(batch["callback"], body, lambda succeeded: None)


def task_counts(world: World, account: str, batch: str) -> Dict[str, int]:
    """How many tasks of a batch have each status; those without any are left out."""
    return world.store.count_by(TASKS, account, "status", equal(batch=batch))
