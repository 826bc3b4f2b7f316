"""Deliveries: of completed tasks of a project, and of the tasks of datasets.

No call of the API makes them, only `Sandbox.deliver` and `Sandbox.add_dataset`, whose arguments
these functions take. They raise ValueError if an argument is invalid; the message names it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from ...tasks import TaskStatus
from ..http import timestamps
from . import chat
from .lifecycle import new_id
from .state import SandboxState
from .store import (
    DATASET_DELIVERIES,
    DATASET_TASKS,
    DATASETS,
    DELIVERIES,
    PROJECTS,
    TASKS,
    Doc,
    Table,
    equal,
)


def deliver(
    state: SandboxState,
    account: str,
    project_name: str,
    task_ids: Sequence[str] | None,
    name: str | None,
    delivered_at: str | None,
) -> Doc:
    """Deliver completed tasks of a project, and return the delivery."""
    timestamp = _timestamp(delivered_at)
    with state.store.transaction():
        if state.store.get(PROJECTS, account, name=project_name) is None:
            raise ValueError(f"project_name: there is no project {project_name!r}")
        tasks = _tasks(state, account, project_name, task_ids)
        delivery = {
            "_id": new_id(),
            "name": _free_name(state, DELIVERIES, account, name, project=project_name),
            "project": project_name,
            "task_count": len(tasks),
            "delivered_at": timestamp,
        }
        state.store.insert(DELIVERIES, account, delivery)
        for task in tasks:
            task["_delivery"] = delivery["_id"]
            state.store.update(TASKS, account, task)
    return delivery


def _tasks(
    state: SandboxState, account: str, project_name: str, task_ids: Sequence[str] | None
) -> list[Doc]:
    completed = equal(project=project_name, status=TaskStatus.Completed.value)
    ready = {
        task["task_id"]: task
        for task in state.store.all(TASKS, account, completed)
        if not task.get("_delivery")
    }
    if task_ids is None:
        return list(ready.values())
    for task_id in task_ids:
        if task_id not in ready:
            raise ValueError(
                f"task_ids: {task_id!r} is not a completed task of {project_name!r}"
                " that is not yet delivered"
            )
    return [ready[task_id] for task_id in dict.fromkeys(task_ids)]


def add_dataset(
    state: SandboxState,
    account: str,
    name: str,
    tasks: int | Sequence[Doc],
    delivery: str | None,
    delivered_at: str | None,
) -> Doc:
    """Deliver tasks of a dataset, created if there is none, and return the delivery."""
    timestamp = _timestamp(delivered_at)
    if not isinstance(name, str) or not name:
        raise ValueError(f"name must be a string, got {name!r}")
    with state.store.transaction():
        dataset = state.store.get(DATASETS, account, name=name)
        if dataset is None:
            dataset = {"_id": _digest(account, name), "name": name}
            state.store.insert(DATASETS, account, dataset)
        title = _free_name(state, DATASET_DELIVERIES, account, delivery, dataset=dataset["_id"])
        delivery_id = _digest(dataset["_id"], title)
        responses = _responses(tasks, delivery_id, timestamp)
        doc = {
            "_id": delivery_id,
            "name": title,
            "dataset": dataset["_id"],
            "delivered_at": timestamp,
            "metadata": {
                "task_count": len(responses),
                "turn_count": sum(chat.turn_count(response) for response in responses),
            },
        }
        state.store.insert(DATASET_DELIVERIES, account, doc)
        for number, response in enumerate(responses):
            task = {
                "task_id": _digest(delivery_id, str(number)),
                "dataset": dataset["_id"],
                "delivery": delivery_id,
                "created_at": timestamp,
                "response": response,
            }
            state.store.insert(DATASET_TASKS, account, task)
    return doc


def _responses(tasks: int | Sequence[Doc], delivery_id: str, timestamp: str) -> list[Doc]:
    if isinstance(tasks, int) and tasks >= 0:
        return [_canned(_digest(delivery_id, str(number)), timestamp) for number in range(tasks)]
    if not isinstance(tasks, (list, tuple)) or not all(isinstance(item, dict) for item in tasks):
        raise ValueError(f"tasks must be a number or a list of responses, got {tasks!r}")
    return list(tasks)


def _canned(task_id: str, timestamp: str) -> Doc:
    response = chat.response({"task_id": task_id, "created_at": timestamp})
    attachment = {"id": "attachment_1", "name": "response.json", "mime_type": "application/json"}
    return {**response, "attachments": [attachment]}


def attachment(task: Doc, attachment_id: str) -> Doc | None:
    """Return the attachment of a dataset task with this id, or None."""
    attachments = chat.iter_listed(task["response"], "attachments")
    return next((item for item in attachments if item.get("id") == attachment_id), None)


def signature(account: str, task_id: str, attachment_id: str) -> str:
    """Return the signature of an attachment's URL."""
    return _digest("signature", account, task_id, attachment_id)


def _free_name(
    state: SandboxState, table: Table, account: str, name: str | None, **scope: str
) -> str:
    others = {doc["name"] for doc in state.store.all(table, account, equal(**scope))}
    if name is None:
        numbered = (f"Delivery {number}" for number in range(1, len(others) + 2))
        return next(title for title in numbered if title not in others)
    if not isinstance(name, str) or not name or name in others:
        raise ValueError(f"the delivery's name must be an unused string, got {name!r}")
    return name


def _timestamp(text: str | None) -> str:
    if text is None:
        return timestamps.current()
    try:
        return timestamps.format_timestamp(timestamps.parse_timestamp(text))
    except (ValueError, AttributeError, TypeError):
        raise ValueError(f"delivered_at must be an ISO 8601 string, got {text!r}") from None


def _digest(*parts: Any) -> str:
    """Return 24 hex digits that depend on the parts alone."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
