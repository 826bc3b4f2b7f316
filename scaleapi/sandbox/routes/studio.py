"""Studio: assignments, project groups, batches and their order.

Scale has these for live Studio projects only; the sandbox has them for all projects and batches, in
both modes.
"""

from __future__ import annotations

from flask import Blueprint, Response

from ...studio import StudioBatchStatus
from ...tasks import TaskStatus
from ..backend import lifecycle
from ..backend.store import ASSIGNMENTS, BATCHES, GROUPS, PROJECTS, Doc, equal
from ..http.errors import bad_request, invalid_parameter, not_found
from .http_io import (
    current_account,
    current_state,
    current_store,
    get_or_404,
    json_response,
    object_body,
    required_string,
    string_list,
)
from .teams import list_team

routes = Blueprint("studio", __name__)


@routes.get("/studio/assignments")
def list_assignments() -> Response:
    """List the projects of each teammate."""
    return json_response(_assignments())


@routes.post("/studio/assignments/add")
def add_assignments() -> Response:
    """Assign teammates to projects."""
    return _reassign(add=True)


@routes.post("/studio/assignments/remove")
def remove_assignments() -> Response:
    """Remove teammates from projects."""
    return _reassign(add=False)


@routes.get("/studio/projects/<project>/groups")
def list_groups(project: str) -> Response:
    """List a project's groups."""
    get_or_404(PROJECTS, project)
    groups = current_store().all(GROUPS, current_account(), equal(_project=project))
    return json_response([_serialize_group(group) for group in groups])


@routes.post("/studio/projects/<project>/groups")
def create_group(project: str) -> Response:
    """Create a project group."""
    body = object_body()
    emails = list(dict.fromkeys(string_list(body, "emails")))
    group = {
        "id": lifecycle.new_id(),
        "name": required_string(body, "name"),
        "_project": project,
        "_emails": emails,
    }
    with current_store().transaction():
        get_or_404(PROJECTS, project)
        _check_assigned(project, emails)
        current_store().insert(GROUPS, current_account(), group)
    return json_response(_serialize_group(group))


@routes.put("/studio/projects/<project>/groups/<name>")
def update_group(project: str, name: str) -> Response:
    """Add and remove members of a project group."""
    body = object_body()
    added, removed = string_list(body, "add_emails"), string_list(body, "remove_emails")
    with current_store().transaction():
        group = _group(project, name)
        _check_assigned(project, added)
        members = dict.fromkeys(group["_emails"] + added)
        group["_emails"] = [email for email in members if email not in removed]
        current_store().update(GROUPS, current_account(), group)
    return json_response(_serialize_group(group))


@routes.get("/studio/batches")
def list_batches() -> Response:
    """List the pending batches by priority."""
    return _serialize_batches()


@routes.put("/studio/batches/<name>")
def assign_groups(name: str) -> Response:
    """Assign project groups to a batch."""
    names = string_list(object_body(), "groups")
    with current_store().transaction():
        batch = get_or_404(BATCHES, name)
        for group in names:
            _group(batch["project"], group)
        batch["_groups"] = list(dict.fromkeys(names))
        current_store().update(BATCHES, current_account(), batch)
    return json_response(_serialize_batch(batch))


@routes.post("/studio/batches/set_priorities")
def set_priorities() -> Response:
    """Set the order of the pending batches."""
    batches = object_body().get("batches")
    if not isinstance(batches, list) or not all(isinstance(item, dict) for item in batches):
        raise invalid_parameter('"batches" must be a list of objects')
    names = [required_string(item, "name") for item in batches]
    with current_store().transaction():
        pending = {batch["name"]: batch for batch in _pending_batches()}
        for name in names:
            if name not in pending:
                get_or_404(BATCHES, name)
        if sorted(names) != sorted(pending):
            raise bad_request("All pending batches must be named, each once, and no others")
        for priority, name in enumerate(names, 1):
            _prioritize(pending[name], priority)
        return _serialize_batches()


@routes.post("/studio/batches/reset_priorities")
def reset_priorities() -> Response:
    """Order the pending batches by age."""
    with current_store().transaction():
        for batch in _pending_batches():
            batch.pop("_priority", None)
            current_store().update(BATCHES, current_account(), batch)
        return _serialize_batches()


def _assignments() -> dict[str, list[str]]:
    with current_store().transaction():
        assignments: dict[str, list[str]] = {mate["email"]: [] for mate in list_team()}
        for item in current_store().all(ASSIGNMENTS, current_account()):
            assignments.setdefault(item["email"], []).append(item["project"])
    return assignments


def _reassign(add: bool) -> Response:
    body = object_body()
    emails, projects = string_list(body, "emails"), string_list(body, "projects")
    with current_store().transaction():
        for project in projects:
            get_or_404(PROJECTS, project)
            for email in emails:
                current_store().delete(ASSIGNMENTS, current_account(), email=email, project=project)
                if add:
                    item = {"email": email, "project": project}
                    current_store().insert(ASSIGNMENTS, current_account(), item)
        return json_response(_assignments())


def _check_assigned(project: str, emails: list[str]) -> None:
    assignments = current_store().all(ASSIGNMENTS, current_account(), equal(project=project))
    assigned_emails = {item["email"] for item in assignments}
    for email in emails:
        if email not in assigned_emails:
            raise bad_request(f"{email!r} is not assigned to project {project!r}")


def _group(project: str, name: str) -> Doc:
    get_or_404(PROJECTS, project)
    group = current_store().get(GROUPS, current_account(), _project=project, name=name)
    if group is None:
        raise not_found("project group", name)
    return group


def _serialize_group(group: Doc) -> Doc:
    workers = [{"id": email, "email": email} for email in group["_emails"]]
    return {
        "id": group["id"],
        "name": group["name"],
        "numWorkers": len(workers),
        "isSingleton": False,
        "workers": workers,
    }


def _pending_batches() -> list[Doc]:
    """Return the pending batches in the order that was set, then those without one by age."""
    batches = [
        batch
        for batch in current_store().all(BATCHES, current_account())
        if batch["status"] not in (lifecycle.COMPLETED, lifecycle.CANCELLED)
    ]
    return sorted(batches, key=lambda batch: batch.get("_priority", len(batches) + 1))


def _prioritize(batch: Doc, priority: int) -> None:
    batch["_priority"] = priority
    current_store().update(BATCHES, current_account(), batch)


def _serialize_batches() -> Response:
    return json_response([_serialize_batch(batch) for batch in _pending_batches()])


def _serialize_batch(batch: Doc) -> Doc:
    counts = lifecycle.task_counts(current_state(), current_account(), batch["name"])
    project = get_or_404(PROJECTS, batch["project"])
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
