"""Objects as v2 shows them.

In the store, tasks and batches have the names of their project and batch, which v1 shows. v2 shows
the ids instead, or the whole objects if `expand` selects them.
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
SCHEMA_PREFIX = "schema_"  # of the id of a response schema, before the project's id
TASK_STATUSES = (*(status.value for status in TaskStatus), "deleted")


class V2Serializer:
    """Converts stored objects for one response.

    Args:
        state: The sandbox's state.
        account: Account of the objects.
        expand: Which references to expand: "project", "batch", "delivery", "dataset".
        opts: The optional parts of responses to show, some of `chat.OPTIONS`.
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
        self._cache: dict[tuple[str, str], Doc] = {}

    def project(self, doc: Doc) -> Doc:
        """Return a Project."""
        models = {"models": list(chat.MODELS)} if doc["type"] == TaskType.Chat.value else {}
        return {
            "id": doc["_id"],
            "name": doc["name"],
            "created_at": doc["created_at"],
            "types": [doc["type"]],
            **models,
        }

    def batch(self, doc: Doc) -> Doc:
        """Return a Batch."""
        view = {
            "id": doc["_id"],
            "name": doc["name"],
            "project": self.project_of(doc),
            "created_at": doc["created_at"],
            "status": doc["status"],
            "metadata": doc["metadata"],
        }
        optional = {"completed_at": doc.get("_completed_at"), "callback": doc["callback"]}
        return {**view, **{key: value for key, value in optional.items() if value}}

    def task(self, doc: Doc) -> Doc:
        """Return a Task; one that is not completed has no threads, as it has no response."""
        view = {
            "task_id": doc["task_id"],
            "project": self.project_of(doc),
            "status": doc["status"],
            "created_at": doc["created_at"],
            "metadata": doc["metadata"],
            "threads": chat.select(doc.get("response"), self._opts),
        }
        if doc.get("batch"):
            view["batch"] = self._reference("batch", BATCHES, doc["batch"], self.batch)
        if doc.get("completed_at"):
            view["completed_at"] = doc["completed_at"]
        return view

    def delivery(self, doc: Doc) -> Doc:
        """Return a Delivery."""
        return {
            "id": doc["_id"],
            "name": doc["name"],
            "task_count": doc["task_count"],
            "delivered_at": doc["delivered_at"],
            "project": self.project_of(doc),
        }

    def delivery_of(self, doc: Doc) -> Any:
        """Return a delivery's id, or the Delivery if expanded."""
        return self.delivery(doc) if "delivery" in self._expand else doc["_id"]

    def delivered_task(self, doc: Doc) -> Doc:
        """Return an item of get_delivery_tasks: a task, with its response if it is delivered."""
        delivery = self._get(DELIVERIES, doc["_delivery"]) if doc.get("_delivery") else None
        response = doc.get("response")
        return {
            "task_id": doc["task_id"],
            "created_at": doc["created_at"],
            "delivery_id": delivery["_id"] if delivery else None,
            "delivered_at": delivery["delivered_at"] if delivery else None,
            "response_schema_id": SCHEMA_PREFIX + self._get(PROJECTS, doc["project"])["_id"],
            "response": response if delivery and isinstance(response, dict) else None,
        }

    def dataset(self, doc: Doc) -> Doc:
        """Return a Dataset."""
        return {"id": doc["_id"], "name": doc["name"]}

    def dataset_delivery(self, doc: Doc) -> Doc:
        """Return a DatasetDelivery."""
        return {
            "id": doc["_id"],
            "name": doc["name"],
            "delivered_at": doc["delivered_at"],
            "dataset": self._reference("dataset", DATASETS, doc["dataset"], self.dataset),
            "metadata": doc["metadata"],
        }

    def dataset_delivery_of(self, delivery_id: str) -> Any:
        """Return a dataset delivery's id, or the DatasetDelivery if expanded."""
        return self._reference("delivery", DATASET_DELIVERIES, delivery_id, self.dataset_delivery)

    def dataset_task(self, doc: Doc) -> Doc:
        """Return a DatasetTask."""
        return {
            "task_id": doc["task_id"],
            "dataset": self._reference("dataset", DATASETS, doc["dataset"], self.dataset),
            "delivery": self.dataset_delivery_of(doc["delivery"]),
            "response": doc["response"],
        }

    def project_of(self, doc: Doc) -> Any:
        """Return the id of an object's project, or the Project if expanded."""
        return self._reference("project", PROJECTS, doc["project"], self.project)

    def _reference(self, resource: str, table: Table, key: str, convert: Any) -> Any:
        doc = self._get(table, key)
        return convert(doc) if resource in self._expand else doc["_id"]

    def _get(self, table: Table, key: str) -> Doc:
        """Return an object that is known to exist, read once per response."""
        if (table.name, key) not in self._cache:
            docs = self._state.store.all(table, self._account, equal(**{table.key: key}))
            self._cache[table.name, key] = docs[0]
        return self._cache[table.name, key]
