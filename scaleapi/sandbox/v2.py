"""What the routes of v2 share: finding objects by id or name, and how objects look there.

In the store, tasks and batches name their project and batch, as v1 shows them. v2 shows ids in
their place, or the whole objects where `expand` asks for them.
"""

from typing import Any, Collection, Dict, List, Mapping, Optional, Tuple

from flask import Response, request

from ..tasks import TaskStatus, TaskType
from . import chat, inputs, wire
from .lifecycle import CANCELLED, COMPLETED, IN_PROGRESS, PAUSED, STAGING, World
from .refusals import invalid, missing
from .store import (
    BATCHES,
    DATASET_DELIVERIES,
    DATASETS,
    DELIVERIES,
    PROJECTS,
    Doc,
    Filter,
    Page,
    Table,
    equal,
)

BATCH_STATUSES = (STAGING, IN_PROGRESS, COMPLETED, PAUSED, CANCELLED)
SCHEMA = "schema_"  # and a project's id: the id of the schema of its responses
TASK_STATUSES = (*(status.value for status in TaskStatus), "deleted")


class View:
    """How objects look in one answer.

    Args:
        world: what the sandbox works on.
        account: whose objects they are.
        expand: what to show whole: "project", "batch", "delivery", "dataset".
        opts: what to show of responses besides the usual, of `chat.OPTIONS`.
    """

    def __init__(
        self, world: World, account: str, expand: Collection[str] = (), opts: Collection[str] = ()
    ) -> None:
        self._world = world
        self._account = account
        self._expand = expand
        self._opts = opts
        self._found: Dict[Tuple[str, str], Doc] = {}

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
            found = self._world.store.all(table, self._account, equal(**{table.key: key}))
            self._found[table.name, key] = found[0]
        return self._found[table.name, key]


def view(expand: Collection[str] = (), opts: bool = False) -> View:
    """The view that a request asks for, with what it may expand, and whether it takes `opts`."""
    return View(
        wire.world(),
        wire.account(),
        wire.query_names("expand", tuple(expand)),
        wire.query_names("opts", chat.OPTIONS) if opts else (),
    )


def sought(table: Table, what: str, given: Mapping[str, Any], **also: str) -> Optional[Doc]:
    """The object that `<what>_id` and `<what>_name` name; None when neither is given.

    Both fit it where both are given, and so does `also`; 404 when there is none.
    """
    wanted = {}
    for name, column in ((f"{what}_id", "_id"), (f"{what}_name", "name")):
        value = given.get(name)
        if value is None or value == "":
            continue
        if not inputs.is_text(value):
            raise invalid(f'Parameter is invalid, reason: "{name}" must be a string')
        wanted[column] = value
    if not wanted:
        return None
    doc = wire.world().store.get(table, wire.account(), **wanted, **also)
    if doc is None:
        raise missing(what, " / ".join(wanted.values()))
    return doc


def project_of(given: Mapping[str, Any]) -> Doc:
    """The project that a query or body names; it has to name one."""
    project = sought(PROJECTS, "project", given)
    if project is None:
        raise needed("project_id", "project_name")
    return project


def batch_of(given: Mapping[str, Any]) -> Doc:
    """The batch that a query or body names; it has to name one."""
    batch = sought(BATCHES, "batch", given)
    if batch is None:
        raise needed("batch_id", "batch_name")
    return batch


def needed(*names: str) -> Exception:
    """400: none of these parameters was given."""
    return invalid(f"Parameter is invalid, reason: needs one of {', '.join(names)}")


def required_argument(name: str) -> str:
    """A parameter of the query that has to be there."""
    value = request.args.get(name)
    if not value:
        raise needed(name)
    return value


def page(table: Table, filters: List[Filter]) -> Page:
    """The page asked for, newest first."""
    limit, after = wire.query_limit(), wire.query_place()
    return wire.world().store.page(table, wire.account(), filters, limit, after=after)


def page_answer(page: Page, body: Doc) -> Response:
    """An answer with the token of the next page, if there is one."""
    if page.more and page.end:
        body["next_token"] = wire.write_token(page.end, 0)
    return wire.answer(body)


def changed_metadata(old: Doc, body: Doc) -> Doc:
    """What the body of a metadata call makes of an object's metadata."""
    new = wire.an_object(body, "metadata")
    if new is None:
        raise invalid('Parameter is invalid, reason: "metadata" is required')
    return _merged(old, new) if wire.flag(body, "merge") else new


def _merged(old: Doc, new: Doc) -> Doc:
    merged = dict(old)
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged
