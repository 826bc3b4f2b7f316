"""Studio: assignments, project groups, batches and their order.

Scale offers these for live Studio projects only. Here they work on every project and batch, in
both modes, so that they can be tried.
"""

from typing import Dict, List

from flask import Blueprint, Response

from ...studio import StudioBatchStatus
from ...tasks import TaskStatus
from ..backend import lifecycle
from ..backend.store import ASSIGNMENTS, BATCHES, GROUPS, PROJECTS, Doc, equal
from ..http.errors import invalid, missing
from .http_io import account, answer, object_body, required, texts, world
from .teams import team

routes = Blueprint("studio", __name__)


@routes.get("/studio/assignments")
def list_assignments() -> Response:
    return answer(_assignments())


@routes.post("/studio/assignments/add")
def add_assignments() -> Response:
    return _reassign(add=True)


@routes.post("/studio/assignments/remove")
def remove_assignments() -> Response:
    return _reassign(add=False)


@routes.get("/studio/projects/<project>/groups")
def list_groups(project: str) -> Response:
    lifecycle.find(world(), PROJECTS, account(), project)
    groups = world().store.all(GROUPS, account(), equal(_project=project))
    return answer([_shown_group(group) for group in groups])


@routes.post("/studio/projects/<project>/groups")
def create_group(project: str) -> Response:
    body = object_body()
    emails = list(dict.fromkeys(texts(body, "emails")))
    group = {
        "id": lifecycle.new_id(),
        "name": required(body, "name"),
        "_project": project,
        "_emails": emails,
    }
    with world().store.transaction():
        lifecycle.find(world(), PROJECTS, account(), project)
        _check_assigned(project, emails)
        world().store.insert(GROUPS, account(), group)
    return answer(_shown_group(group))


@routes.put("/studio/projects/<project>/groups/<name>")
def update_group(project: str, name: str) -> Response:
    body = object_body()
    added, removed = texts(body, "add_emails"), texts(body, "remove_emails")
    with world().store.transaction():
        group = _group(project, name)
        _check_assigned(project, added)
        members = dict.fromkeys(group["_emails"] + added)
        group["_emails"] = [email for email in members if email not in removed]
        world().store.update(GROUPS, account(), group)
    return answer(_shown_group(group))


@routes.get("/studio/batches")
def list_batches() -> Response:
    return _shown_batches()


@routes.put("/studio/batches/<name>")
def assign_groups(name: str) -> Response:
    names = texts(object_body(), "groups")
    with world().store.transaction():
        batch = lifecycle.find(world(), BATCHES, account(), name)
        for group in names:
            _group(batch["project"], group)
        batch["_groups"] = list(dict.fromkeys(names))
        world().store.update(BATCHES, account(), batch)
    return answer(_shown_batch(batch))


@routes.post("/studio/batches/set_priorities")
def set_priorities() -> Response:
    wanted = object_body().get("batches")
    if not isinstance(wanted, list) or not all(isinstance(item, dict) for item in wanted):
        raise invalid('Parameter is invalid, reason: "batches" must be a list of objects')
    names = [required(item, "name") for item in wanted]
    with world().store.transaction():
        pending = {batch["name"]: batch for batch in _pending_batches()}
        for name in names:
            if name not in pending:
                lifecycle.find(world(), BATCHES, account(), name)
        if sorted(names) != sorted(pending):
            raise invalid("All pending batches must be named, each once, and no others")
        for priority, name in enumerate(names, 1):
            _prioritize(pending[name], priority)
        return _shown_batches()


@routes.post("/studio/batches/reset_priorities")
def reset_priorities() -> Response:
    with world().store.transaction():
        for batch in _pending_batches():
            batch.pop("_priority", None)
            world().store.update(BATCHES, account(), batch)
        return _shown_batches()


def _assignments() -> Dict[str, List[str]]:
    with world().store.transaction():
        found: Dict[str, List[str]] = {mate["email"]: [] for mate in team()}
        for item in world().store.all(ASSIGNMENTS, account()):
            found.setdefault(item["email"], []).append(item["project"])
    return found


def _reassign(add: bool) -> Response:
    body = object_body()
    emails, projects = texts(body, "emails"), texts(body, "projects")
    with world().store.transaction():
        for project in projects:
            lifecycle.find(world(), PROJECTS, account(), project)
            for email in emails:
                world().store.delete(ASSIGNMENTS, account(), email=email, project=project)
                if add:
                    item = {"email": email, "project": project}
                    world().store.insert(ASSIGNMENTS, account(), item)
        return answer(_assignments())


def _check_assigned(project: str, emails: List[str]) -> None:
    assigned = world().store.all(ASSIGNMENTS, account(), equal(project=project))
    known = {item["email"] for item in assigned}
    for email in emails:
        if email not in known:
            raise invalid(f"{email!r} is not assigned to project {project!r}")


def _group(project: str, name: str) -> Doc:
    lifecycle.find(world(), PROJECTS, account(), project)
    group = world().store.get(GROUPS, account(), _project=project, name=name)
    if group is None:
        raise missing("project group", name)
    return group


def _shown_group(group: Doc) -> Doc:
    workers = [{"id": email, "email": email} for email in group["_emails"]]
    return {
        "id": group["id"],
        "name": group["name"],
        "numWorkers": len(workers),
        "isSingleton": False,
        "workers": workers,
    }


def _pending_batches() -> List[Doc]:
    """Those still to be done, in the order that was set; those without a place follow by age."""
    batches = [
        batch
        for batch in world().store.all(BATCHES, account())
        if batch["status"] not in (lifecycle.COMPLETED, lifecycle.CANCELLED)
    ]
    return sorted(batches, key=lambda batch: batch.get("_priority", len(batches) + 1))


def _prioritize(batch: Doc, priority: int) -> None:
    batch["_priority"] = priority
    world().store.update(BATCHES, account(), batch)


def _shown_batches() -> Response:
    return answer([_shown_batch(batch) for batch in _pending_batches()])


def _shown_batch(batch: Doc) -> Doc:
    counts = lifecycle.task_counts(world(), account(), batch["name"])
    project = lifecycle.find(world(), PROJECTS, account(), batch["project"])
    return {
        "id": batch["_id"],
        "name": batch["name"],
        "projectId": project["_id"],
        "projectName": project["name"],
        "batchType": StudioBatchStatus.Production.value,
        "studioPriority": batch.get("_priority"),
        "total": sum(counts.values()),
        "completed": counts.get(TaskStatus.Completed.value, 0),
        "groups": batch["_groups"],
    }
