"""A model of what client and sandbox do together: see test_stateful.py.

A task or batch is kept as v1 shows it, without ids and times, which nobody can foretell. Keys that
start with `_` are the model's own; `_id` and `_times` are learned from the sandbox later.
"""

from typing import NamedTuple

FREE = {"instruction": "i", "metadata": {}, "processed_attachments": [], "urgency": "standard"}
PARAMS = {
    "attachment_type": "text",
    "attachment": "x",
    "categories": ["cat", "dog"],
    "attachments": [{"type": "text", "content": "x"}],
}
DEFAULTS = {"categorization": {"allow_multiple": False}, "textcollection": {}}
RESPONSES = {"categorization": {"category": "cat"}, "textcollection": {"annotations": {}}}
TRIES = 4  # of a call: RetryPolicy().total and the first


class RejectedError(Exception):
    """The service says no."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Fault(NamedTuple):
    """How one try of a call goes wrong."""

    options: dict  # for Sandbox.add_fault
    acts: bool = False  # what was asked for is done all the same
    lost: bool = True  # the caller can't know whether it was
    code: int = None  # what the caller gets when this was the last try


FAULTS = [
    Fault({"status": 503}, code=503),
    Fault({"status": 503, "after_processing": True}, acts=True, code=503),
    Fault({"drop": True}),
    Fault({"drop": True, "after_processing": True}, acts=True),
    Fault({"truncated": True}, acts=True),
    Fault({"status": 429}, lost=False, code=429),
]


def plain(doc):
    """An object of the model, or a task of v1's, without what can't be foretold."""
    hidden = ("task_id", "created_at", "updated_at", "completed_at")
    found = {key: doc[key] for key in doc if key not in hidden and not key.startswith("_")}
    if "audits" in found:
        found["audits"] = [audit["audit_result"] for audit in found["audits"]]
    return found


def agree(found, wanted, *keys):
    return all(found.get(key) == wanted[key] for key in keys if key in wanted)


class Model:
    """All that the sandbox holds, and what each call makes of it."""

    def __init__(self, live):
        self.live = live
        self.projects = {}  # name: type
        self.batches = {}  # name: batch
        self.tasks = []  # oldest first

    def create_project(self, name, kind):
        if name in self.projects:
            raise RejectedError(409)
        self.projects[name] = kind

    def create_batch(self, name, project, metadata):
        if project not in self.projects:
            raise RejectedError(400)
        if name in self.batches:
            raise RejectedError(409)
        status = "staging" if self.live else "in_progress"
        self.batches[name] = batch = {
            "name": name, "project": project, "status": status, "metadata": metadata, "callback": ""
        }  # fmt: skip
        return batch

    def finalize(self, name):
        batch = self.batches[name]
        if self.live and batch["status"] != "staging":
            raise RejectedError(400)
        if self.live:
            batch["status"] = "in_progress"
            self._settle(name)
        return batch

    def create_task(self, kind, body):
        task = {key: value for key, value in body.items() if key not in PARAMS}
        batch = self.batches.get(task.get("batch"))
        if ("batch" in task and batch is None) or (
            batch and batch["status"] != ("staging" if self.live else "in_progress")
        ):
            raise RejectedError(400)
        if batch and task.setdefault("project", batch["project"]) != batch["project"]:
            raise RejectedError(400)
        if "project" in task and self.projects.get(task["project"]) != kind:
            raise RejectedError(400)
        self._check_free(task.get("unique_id"), None)
        task = {
            **FREE, "type": kind, "status": "pending", "is_test": not self.live,
            "params": {**DEFAULTS[kind], **PARAMS}, **task,
        }  # fmt: skip
        if not self.live:
            task.update(status="completed", response=RESPONSES[kind])
        self.tasks.append(task)
        return task

    def task_like(self, kind, body):
        """The task that has the unique id, type, project and batch of a payload."""
        wanted = {**body, "type": kind}
        for task in self.tasks:
            if agree(task, wanted, "unique_id", "type", "project", "batch"):
                return task
        return None

    def own_task(self, kind, body):
        """The task that a recovery takes for the caller's own: it shows what was sent."""
        task = self.task_like(kind, body)
        shown = {name: (task or {}).get(name) for name in ("metadata", "tags")}
        same = all(
            body[name] == shown[name] or not (body[name] or shown[name])
            for name in shown
            if name in body
        )
        return task if same else None

    def set_unique_id(self, task, unique_id):
        self._check_free(unique_id, task)
        task["unique_id"] = unique_id

    def _check_free(self, unique_id, own):
        for task in self.tasks:
            if unique_id is not None and task is not own and task.get("unique_id") == unique_id:
                raise RejectedError(409)

    def cancel(self, task, clear):
        self._end(task, "canceled")
        if clear:
            task.pop("unique_id", None)

    def complete(self, task, response):
        self._end(task, "completed", response=response)

    def fail(self, task, error):
        self._end(task, "error", response={"error": error})

    def _end(self, task, status, **more):
        if task["status"] != "pending":
            raise RejectedError(400)
        task.update(status=status, **more)
        self._settle(task.get("batch"))

    def recall(self, task):
        if task["status"] != "completed":
            raise RejectedError(400)
        task["status"] = "pending"
        del task["response"]
        batch = self.batches.get(task.get("batch"), {})
        if batch.get("status") == "completed":
            batch["status"] = "in_progress"

    def audit(self, task, accepted, comments):
        if task["status"] != "completed":
            raise RejectedError(400)
        verdict = "accepted" if accepted else "rejected"
        task["customer_review_status"] = verdict
        task.setdefault("prior_responses", []).append(task["response"])
        task.setdefault("audits", []).append({"audit_result": verdict})
        task.setdefault("customer_review_comments", []).extend([comments] if comments else [])
        self._settle(task.get("batch"))

    def _settle(self, name):
        batch = self.batches.get(name, {})
        states = [task["status"] for task in self.tasks if task.get("batch") == name]
        if self.live and batch.get("status") == "in_progress" and states:
            batch["status"] = "in_progress" if "pending" in states else "completed"

    def matching(self, filters):
        """The tasks that pass filters of `get_tasks`, newest first."""
        found = [task for task in self.tasks if passes(task, filters)]
        return sorted(found[::-1], key=lambda task: task["_times"]["created"], reverse=True)


KEYS = {
    "project_name": "project", "batch_name": "batch", "task_type": "type", "status": "status",
    "review_status": "customer_review_status", "unique_id": "unique_id", "tags": "tags",
}  # fmt: skip


def passes(task, filters):
    for name, value in filters.items():
        if name in KEYS:
            wanted = value if isinstance(value, list) else [value]
            if name in ("unique_id", "tags"):  # on the wire, commas join several
                wanted = wanted + [part for each in wanted for part in each.split(",")]
            has = task.get(KEYS[name], [])
            if not set(wanted) & set(has if isinstance(has, list) else [has]) and wanted:
                return False
        else:
            which, bound = name.split("_")
            moment = task["_times"].get(which)
            if moment is None or (moment < value if bound == "after" else moment > value):
                return False
    return True
