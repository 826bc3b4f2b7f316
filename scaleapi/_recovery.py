"""When an answer was lost: was it done, and by whom?

A request that got a 5xx, or whose connection broke or went silent, may have been carried out all
the same. Sent again, it is then refused: the name is taken, the task is canceled already. The rules
below say, for each request that this can happen to, what is created, which field names it, and
where to look for the caller's own object. Without a lost answer nothing is looked up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Callable, Mapping, NamedTuple, Optional
from urllib.parse import quote, unquote

from .exceptions import ScaleException

if TYPE_CHECKING:
    from .api import Api


class Sent(NamedTuple):
    """The request whose answer was lost."""

    params: Mapping[str, Any]
    fields: Mapping[str, Any]
    """Its JSON object or its form, empty where it has neither."""
    ids: tuple[str, ...]
    """The ids and names in its path, still escaped."""
    headers: Mapping[str, str] = {}
    """Those that it had beside the usual ones."""


Find = Callable[["Api", Sent], Optional[Any]]


class Rule(NamedTuple):
    """What is known about one kind of request."""

    endpoint: str
    """A pattern of the whole path below the instance address; its groups are ids and names."""
    creates: Optional[str] = None
    """What is made, in words; None where nothing is."""
    key: str = ""
    """The field under which the service does this only once; empty where it needs none."""
    refusal: int = 409
    """The status with which the service refuses to do it again."""
    once: bool = False
    """Whether it is sent again only where the service can't have acted."""
    find: Optional[Find] = None
    """Gives the JSON that the lost answer held, or None where it can't have been the caller's."""

    def unprotected(self, fields: Mapping[str, Any]) -> bool:
        """Whether sending the request twice may make two objects."""
        return self.creates is not None and not self.has_key(fields)

    def has_key(self, fields: Mapping[str, Any]) -> bool:
        """Whether the request has all that the service tells one from another by."""
        given = fields.get(self.key)
        return not self.key or bool(given and isinstance(given, str))


def rule_for(method: str, endpoint: str) -> Optional[Rule]:
    """The rule for a request, None where there is none."""
    if method != "POST":
        return None
    return next((rule for rule in RULES if re.fullmatch(rule.endpoint, endpoint)), None)


def find_done(api: Api, rule: Rule, endpoint: str, sent: Sent) -> Optional[Any]:
    """The JSON that the lost answer held, or None where nothing of the caller's is found."""
    match = re.fullmatch(rule.endpoint, endpoint)
    if rule.find is None or match is None or not rule.has_key(sent.fields):
        return None
    try:
        return rule.find(api, sent._replace(ids=match.groups()))
    except ScaleException:
        return None  # the refusal is the better answer


def _agree(found: Any, wanted: Mapping[str, Any], *fields: str) -> bool:
    """Whether an object has those of `fields` that were asked for."""
    return isinstance(found, dict) and all(
        found.get(name) == wanted[name] for name in fields if wanted.get(name) is not None
    )


def task_like(api: Api, wanted: Mapping[str, Any]) -> Optional[Any]:
    """The task that has the unique id of a creation, where it is of the same kind and place."""
    page = api.get_request("tasks", params={"unique_id": wanted["unique_id"]})
    docs = page.get("docs") if isinstance(page, dict) else None
    same = ("unique_id", "type", "project", "batch")
    found = (doc for doc in docs if _agree(doc, wanted, *same)) if isinstance(docs, list) else ()
    return next(iter(found), None)


def _task_with_unique_id(api: Api, sent: Sent) -> Optional[Any]:
    return task_like(api, {**sent.fields, "type": unquote(sent.ids[0])})


def _task_itself(api: Api, sent: Sent) -> Any:
    return api.get_request(f"task/{sent.ids[0]}")


def _task_that_has_it(api: Api, sent: Sent) -> Optional[Any]:
    task = _task_itself(api, sent)
    return task if _agree(task, sent.fields, "unique_id") else None


def _task_canceled(api: Api, sent: Sent) -> Optional[Any]:
    task = _task_itself(api, sent)
    if not _agree(task, {"status": "canceled"}, "status"):
        return None
    freed = str(sent.params.get("clear_unique_id")).lower() == "true"
    return None if freed and task.get("unique_id") else task


def _batch_finalized(api: Api, sent: Sent) -> Optional[Any]:
    batch = api.get_request(f"batches/{sent.ids[0]}")
    states = ("in_progress", "completed")
    return batch if any(_agree(batch, {"status": state}, "status") for state in states) else None


def _batch_in_project(api: Api, sent: Sent) -> Optional[Any]:
    batch = api.get_request(f"batches/{quote(sent.fields['name'], safe='')}")
    return batch if _agree(batch, sent.fields, "name", "project") else None


def _project_of_type(api: Api, sent: Sent) -> Optional[Any]:
    project = api.get_request(f"projects/{quote(sent.fields['name'], safe='')}")
    return project if _agree(project, sent.fields, "name", "type") else None


def _v2_batch_in_project(api: Api, sent: Sent) -> Optional[Any]:
    name = quote(sent.fields["name"])
    endpoint = f"/v2/batch?batch_name={name}&expand=project"
    batch = api.request("GET", endpoint, headers=sent.headers).json
    project = batch.get("project") if isinstance(batch, dict) else None
    if not isinstance(project, dict) or not _agree(batch, sent.fields, "name"):
        return None
    wanted = {"id": sent.fields.get("project_id"), "name": sent.fields.get("project_name")}
    # As the lost answer held it, with the project's id.
    return {**batch, "project": project["id"]} if _agree(project, wanted, "id", "name") else None


RULES = (
    Rule(r"task/([^/]+)", creates="task", key="unique_id", find=_task_with_unique_id),
    Rule(r"task/([^/]+)/unique_id", key="unique_id", find=_task_that_has_it),
    Rule(r"task/([^/]+)/cancel", refusal=400, find=_task_canceled),
    # A listed task is not the evaluation or training task that was asked for: nothing to look up.
    Rule(r"evaluation_tasks/[^/]+", creates="evaluation task", key="unique_id"),
    Rule(r"training_tasks/[^/]+", creates="training task", key="unique_id"),
    Rule(r"batches", creates="batch", key="name", find=_batch_in_project),
    Rule(r"batches/([^/]+)/finalize", refusal=400, find=_batch_finalized),
    Rule(r"projects", creates="project", key="name", find=_project_of_type),
    Rule(r"files/(?:upload|import)", creates="file", key="reference_id"),
    Rule(r"studio/projects/[^/]+/groups", creates="project group", key="name"),
    Rule(r"/v2/batch", creates="batch", key="name", find=_v2_batch_in_project),
    Rule(r"/v2/task/chat", creates="task", once=True),
    Rule(r"/v2/.*", once=True),
)
