"""What the routes of v2 share: finding objects by id or name, and how objects look there.

In the store, tasks and batches name their project and batch, as v1 shows them. v2 shows ids in
their place, or the whole objects where `expand` asks for them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ...tasks import TaskStatus, TaskType
from . import chat
from .lifecycle import CANCELLED, COMPLETED, IN_PROGRESS, PAUSED, STAGING
from .state import SandboxState
from .store import BATCHES, DATASET_DELIVERIES, DATASETS, DELIVERIES, PROJECTS, Doc, Table, equal

BATCH_STATUSES = (STAGING, IN_PROGRESS, COMPLETED, PAUSED, CANCELLED)
SCHEMA = "schema_"  # and a project's id: the id of the schema of its responses
TASK_STATUSES = (*(status.value for status in TaskStatus), "deleted")


class V2Serializer:
    """How objects look in one answer.

    Args:
        state: what the sandbox works on.
        account: whose objects they are.
        expand: what to show whole: "project", "batch", "delivery", "dataset".
        opts: what to show of responses besides the usual, of `chat.OPTIONS`.
    """

    def __init__(
        self,
        state: SandboxState,
        account: str,
        expand: Collection[str] = (),
        opts: Collection[str] = (),
    ) -> None:
        self._state = state
        self._account = account
        self._expand = expand
        self._opts = opts
        self._found: dict[tuple[str, str], Doc] = {}

    def project(self, doc: Doc) -> Doc:
        """Project."""
        models = {"models": list(chat.MODELS)} if doc["type"] == TaskType.Chat.value else {}
        return {
            "id": doc["_id"],
            "name": doc["name"],
            "created_at": doc["created_at"],
            "types": [doc["type"]],
            **models,
        }

    def batch(self, doc: Doc) -> Doc:
        """Batch."""
        shown = {
            "id": doc["_id"],
            "name": doc["name"],
            "project": self.project_of(doc),
            "created_at": doc["created_at"],
            "status": doc["status"],
            "metadata": doc["metadata"],
        }
        for key, value in (
            ("completed_at", doc.get("_completed_at")),
            ("callback", doc["callback"]),
        ):
            if value:
                shown[key] = value
        return shown

    def task(self, doc: Doc) -> Doc:
        """Task; one that is not completed has no threads, as it has no response."""
        shown = {
            "task_id": doc["task_id"],
            "project": self.project_of(doc),
            "status": doc["status"],
            "created_at": doc["created_at"],
            "metadata": doc["metadata"],
            "threads": chat.shown(doc.get("response"), self._opts),
        }
        if doc.get("batch"):
            shown["batch"] = self._linked("batch", BATCHES, doc["batch"], self.batch)
        if doc.get("completed_at"):
            shown["completed_at"] = doc["completed_at"]
        return shown

    def delivery(self, doc: Doc) -> Doc:
        """Delivery."""
        return {
            "id": doc["_id"],
            "name": doc["name"],
            "task_count": doc["task_count"],
            "delivered_at": doc["delivered_at"],
            "project": self.project_of(doc),
        }

    def delivery_of(self, doc: Doc) -> Any:
        """A delivery's id, or the delivery."""
        return self.delivery(doc) if "delivery" in self._expand else doc["_id"]

    def delivered_task(self, doc: Doc) -> Doc:
        """One of get_delivery_tasks: what a task's delivery handed over, if it has one."""
        delivery = self._get(DELIVERIES, doc["_delivery"]) if doc.get("_delivery") else None
        response = doc.get("response")
        return {
            "task_id": doc["task_id"],
            "created_at": doc["created_at"],
            "delivery_id": delivery["_id"] if delivery else None,
            "delivered_at": delivery["delivered_at"] if delivery else None,
            "response_schema_id": SCHEMA + self._get(PROJECTS, doc["project"])["_id"],
            "response": response if delivery and isinstance(response, dict) else None,
        }

    def dataset(self, doc: Doc) -> Doc:
        """Dataset."""
        return {"id": doc["_id"], "name": doc["name"]}

    def dataset_delivery(self, doc: Doc) -> Doc:
        """DatasetDelivery."""
        return {
            "id": doc["_id"],
            "name": doc["name"],
            "delivered_at": doc["delivered_at"],
            "dataset": self._linked("dataset", DATASETS, doc["dataset"], self.dataset),
            "metadata": doc["metadata"],
        }

    def dataset_delivery_of(self, delivery_id: str) -> Any:
        """A dataset delivery's id, or the delivery."""
        return self._linked("delivery", DATASET_DELIVERIES, delivery_id, self.dataset_delivery)

    def dataset_task(self, doc: Doc) -> Doc:
        """DatasetTask."""
        return {
            "task_id": doc["task_id"],
            "dataset": self._linked("dataset", DATASETS, doc["dataset"], self.dataset),
            "delivery": self.dataset_delivery_of(doc["delivery"]),
            "response": doc["response"],
        }

    def project_of(self, doc: Doc) -> Any:
        """The id of an object's project, or the project."""
        return self._linked("project", PROJECTS, doc["project"], self.project)

    def _linked(self, what: str, table: Table, key: str, show: Any) -> Any:
        doc = self._get(table, key)
        return show(doc) if what in self._expand else doc["_id"]

    def _get(self, table: Table, key: str) -> Doc:
        """An object that is there, looked up once for all that name it."""
        if (table.name, key) not in self._found:
            found = self._state.store.all(table, self._account, equal(**{table.key: key}))
            self._found[table.name, key] = found[0]
        return self._found[table.name, key]
