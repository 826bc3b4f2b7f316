"""Every v1 call that returns parsed JSON: the request it sends, and what it makes of the response.

This table is the second of the two edits that a new endpoint needs. test_wire.py holds each call to
it, test_any_json.py feeds each call with responses that differ from the one here, and mypy and
pyright check the arguments and the declared type of the result, as of code that uses the package.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Generator, Iterable, Sequence
from typing import (
    Any,
    Callable,
    Generic,
    Protocol,
    TypeVar,
    Union,
)

import scaleapi
from scaleapi import (
    Batch,
    Batchlist,
    BatchStatus,
    EvaluationTask,
    File,
    Project,
    StudioBatch,
    StudioLabelerAssignment,
    StudioProjectGroup,
    Task,
    Tasklist,
    TaskReviewStatus,
    TaskStatus,
    TaskTemplate,
    TaskType,
    Teammate,
    TeammateRole,
    TrainingTask,
)
from tests import factories

T = TypeVar("T")
R = TypeVar("R", bound="Resource")
PageT = TypeVar("PageT", bound=Union[Tasklist, Batchlist])
NO_BODY = object()


class Resource(Protocol):
    def as_dict(self) -> dict[str, Any]: ...


@dataclasses.dataclass(frozen=True)
class Result(Generic[T]):
    """What a call returns.

    Attributes:
        annotation: The annotation of the return value, as `typing.get_type_hints` gives it.
        matches: Whether a result is the right one for the JSON of the response.
    """

    annotation: object
    matches: Callable[[T, Any], bool]


@dataclasses.dataclass(frozen=True)
class Call(Generic[T]):
    """One call of a client.

    Attributes:
        name: The method of the client.
        call: Makes the call.
        method: The HTTP method.
        path: The path of the request, below the instance address.
        result: What the call returns.
        response: The body of the response: bytes, or what is sent as JSON.
        body: The JSON of the request.
        query: The query of the request, as pairs in any order.
    """

    name: str
    call: Callable[[scaleapi.ScaleClient], T]
    method: str
    path: str
    result: Result[T]
    response: Any
    body: Any = NO_BODY
    query: Sequence[tuple[str, str]] = ()


def resource(cls: type[R]) -> Result[R]:
    """One resource, whose JSON is the response."""
    return Result(
        cls, lambda result, response: type(result) is cls and result.as_dict() == response
    )


def resources(cls: type[R]) -> Result[list[R]]:
    """A list of resources; the response is an array."""
    return Result(
        list[cls],  # type: ignore[valid-type]
        lambda result, response: hasattr(result, "_repr_html_") and _are(cls, result, response),
    )


def generator(cls: type[R]) -> Result[Generator[R, None, None]]:
    """A generator of resources; the response is the only page."""
    return Result(
        Generator[cls, None, None],  # type: ignore[valid-type]
        lambda result, response: _are(cls, list(result), response["docs"]),
    )


def page_of(cls: type[PageT], total: int) -> Result[PageT]:
    """A page of resources, and what its envelope holds."""

    def matches(result: PageT, response: Any) -> bool:
        rows = [item.as_dict() for item in result]
        return (
            type(result) is cls
            and rows == response["docs"]
            and (result.docs, result.total) == (list(result), total)
            and (result.limit, result.offset) == (response["limit"], response["offset"])
            and result.has_more == response["has_more"]
            and result.next_token == response.get("next_token")
        )

    return Result(cls, matches)


def assignments() -> Result[dict[str, StudioLabelerAssignment]]:
    """The assignments of each labeler, by email address."""

    def matches(result: dict[str, StudioLabelerAssignment], response: Any) -> bool:
        return (
            all(type(item) is StudioLabelerAssignment for item in result.values())
            and {email: item.as_dict() for email, item in result.items()} == response
            and [item.email for item in result.values()] == list(result)
        )

    return Result(dict[str, StudioLabelerAssignment], matches)


def equal(value: T, annotation: type[T]) -> Result[T]:
    """A plain value."""
    return Result(annotation, lambda result, response: result == value)


def untyped(value: Any) -> Result[Any]:
    """A value of a call whose type depends on the endpoint."""
    return Result(Any, lambda result, response: bool(result == value))


def nothing() -> Result[None]:
    """No value."""
    return Result(type(None), lambda result, response: result is None)


def _are(cls: type[R], items: Iterable[R], rows: list[Any]) -> bool:
    items = list(items)
    return all(type(item) is cls for item in items) and [item.as_dict() for item in items] == rows


NAME = "a b/1+é%?#"
QUOTED_NAME = "a%20b%2F1%2B%C3%A9%25%3F%23"
ID = "66f1c0de8a4b2f0012ab34cd"
EMAILS = ["ana@example.org", "bo@example.org"]
FULL_FILTERS: dict[str, Any] = {
    "project_name": "p q",
    "batch_name": "b",
    "task_type": TaskType.Chat,
    "status": TaskStatus.Error,
    "review_status": [TaskReviewStatus.Accepted, TaskReviewStatus.Fixed],
    "unique_id": ["u1", "u2"],
    "completed_after": "2025-03-04",
    "completed_before": dt.date(2025, 3, 5),
    "updated_after": dt.datetime(2025, 3, 6, 7, 8),
    "updated_before": dt.datetime(2025, 3, 7, tzinfo=dt.timezone(dt.timedelta(hours=-7))),
    "created_after": "2025-03-01 10:00:00.000000",
    "created_before": "2025-03-02T10:00:00-07:00",
    "tags": ["night", "rain"],
    "include_attachment_url": False,
}
FULL_QUERY = [
    ("project", "p q"),
    ("batch", "b"),
    ("type", "chat"),
    ("status", "error"),
    ("customer_review_status", "accepted,fixed"),
    ("unique_id", "u1"),
    ("unique_id", "u2"),
    ("completed_after", "2025-03-04"),
    ("completed_before", "2025-03-05"),
    ("updated_after", "2025-03-06T07:08:00+00:00"),
    ("updated_before", "2025-03-07T00:00:00-07:00"),
    ("start_time", "2025-03-01 10:00:00.000000"),
    ("end_time", "2025-03-02T10:00:00-07:00"),
    ("tags", "night"),
    ("tags", "rain"),
    ("include_attachment_url", "False"),
]

TASK, BATCH, PROJECT = factories.TASK, factories.BATCH, factories.PROJECT
TASK_PAGE = factories.page(TASK, total=7, limit=1, has_more=True, next_token="b3BhcXVl")
LAST_TASKS = factories.page(TASK, {**TASK, "task_id": "2"})
BATCH_PAGE = factories.page(BATCH, total=7, total_key="totalDocs", limit=1)

CALLS = [
    Call(
        "get_task", lambda c: c.get_task(NAME),
        "GET", f"task/{QUOTED_NAME}", resource(Task), TASK,
    ),
    Call(
        "create_task",
        lambda c: c.create_task(TaskType.ImageAnnotation, project="p", unique_id="u", tags=[]),
        "POST", "task/imageannotation", resource(Task), TASK,
        {"project": "p", "unique_id": "u", "tags": []},
    ),
    Call(
        "create_task", lambda c: c.create_task("brand/new", x=None),
        "POST", "task/brand%2Fnew", resource(Task), TASK, {"x": None},
    ),
    Call(
        "cancel_task", lambda c: c.cancel_task(ID),
        "POST", f"task/{ID}/cancel", resource(Task), TASK,
    ),
    Call(
        "cancel_task", lambda c: c.cancel_task(ID, True),
        "POST", f"task/{ID}/cancel", resource(Task), TASK, query=[("clear_unique_id", "true")],
    ),
    Call(
        "audit_task", lambda c: c.audit_task(ID, False, "two missing"),
        "POST", f"task/{ID}/audit", nothing(), TASK,
        {"accepted": False, "comments": "two missing"},
    ),
    Call(
        "audit_task", lambda c: c.audit_task(ID, True),
        "POST", f"task/{ID}/audit", nothing(), b"OK", {"accepted": True, "comments": None},
    ),
    Call(
        "update_task_unique_id", lambda c: c.update_task_unique_id(ID, "u/2"),
        "POST", f"task/{ID}/unique_id", resource(Task), TASK, {"unique_id": "u/2"},
    ),
    Call(
        "clear_task_unique_id", lambda c: c.clear_task_unique_id(ID),
        "DELETE", f"task/{ID}/unique_id", resource(Task), TASK,
    ),
    Call(
        "set_task_metadata", lambda c: c.set_task_metadata(ID, {"a": {"b": 1}}),
        "POST", f"task/{ID}/setMetadata", resource(Task), TASK, {"a": {"b": 1}},
    ),
    Call(
        "set_task_metadata", lambda c: c.set_task_metadata(ID, {}),
        "POST", f"task/{ID}/setMetadata", resource(Task), TASK, {},
    ),
    Call(
        "set_task_tags", lambda c: c.set_task_tags(ID, []),
        "POST", f"task/{ID}/tags", resource(Task), TASK, [],
    ),
    Call(
        "add_task_tags", lambda c: c.add_task_tags(ID, ("night", "rain")),
        "PUT", f"task/{ID}/tags", resource(Task), TASK, ["night", "rain"],
    ),
    Call(
        "delete_task_tags", lambda c: c.delete_task_tags(ID, ["night"]),
        "DELETE", f"task/{ID}/tags", resource(Task), TASK, ["night"],
    ),
    Call("tasks", lambda c: c.tasks(), "GET", "tasks", page_of(Tasklist, total=7), TASK_PAGE),
    Call(
        "tasks",
        lambda c: c.tasks(
            project="p", type=TaskType.Chat, customer_review_status="accepted,fixed", limit="5",
            start_time=dt.date(2025, 1, 1), tags="night", next_token="t=", limited_response=True,
            include_attachment_url="true", batch=None,
        ),
        "GET", "tasks", page_of(Tasklist, total=7), TASK_PAGE,
        query=[
            ("project", "p"), ("type", "chat"), ("customer_review_status", "accepted,fixed"),
            ("limit", "5"), ("start_time", "2025-01-01"), ("tags", "night"), ("next_token", "t="),
            ("limited_response", "True"), ("include_attachment_url", "true"),
        ],
    ),
    Call(
        "get_tasks",
        lambda c: c.get_tasks(**FULL_FILTERS, limited_response=True, limit=50),
        "GET", "tasks", generator(Task), LAST_TASKS,
        query=[*FULL_QUERY, ("limited_response", "True"), ("limit", "50")],
    ),
    Call(
        "get_tasks", lambda c: c.get_tasks("p", limited_response=False, limit=0),
        "GET", "tasks", generator(Task), LAST_TASKS,
        query=[("project", "p"), ("include_attachment_url", "True")],
    ),
    Call(
        "get_tasks",
        lambda c: c.get_tasks(None, "b", review_status="fixed", tags="x", unique_id="u"),
        "GET", "tasks", generator(Task), LAST_TASKS,
        query=[
            ("batch", "b"), ("customer_review_status", "fixed"), ("tags", "x"), ("unique_id", "u"),
            ("include_attachment_url", "True"),
        ],
    ),
    Call(
        "wait_for_tasks",
        lambda c: c.wait_for_tasks({"project_name": "p", "tags": ["x"]}, timeout=0, poll=(2, 60)),
        "GET", "tasks", generator(Task), LAST_TASKS,
        query=[("project", "p"), ("tags", "x"), ("include_attachment_url", "True")],
    ),
    Call(
        "get_tasks_count", lambda c: c.get_tasks_count(**FULL_FILTERS),
        "GET", "tasks", equal(7, int), TASK_PAGE, query=[*FULL_QUERY, ("limit", "1")],
    ),
    Call(
        "create_batch", lambda c: c.create_batch("p", "b"),
        "POST", "batches", resource(Batch), BATCH,
        {"project": "p", "name": "b", "callback": "", "calibration_batch": False,
         "self_label_batch": False, "metadata": {}},
    ),
    Call(
        "create_batch",
        lambda c: c.create_batch("p", NAME, "https://example.org/hook", True, True, {"o": 1}),
        "POST", "batches", resource(Batch), BATCH,
        {"project": "p", "name": NAME, "callback": "https://example.org/hook",
         "calibration_batch": True, "self_label_batch": True, "metadata": {"o": 1}},
    ),
    Call(
        "finalize_batch", lambda c: c.finalize_batch(NAME),
        "POST", f"batches/{QUOTED_NAME}/finalize", resource(Batch), BATCH,
    ),
    Call(
        "batch_status", lambda c: c.batch_status(NAME),
        "GET", f"batches/{QUOTED_NAME}/status",
        equal(factories.BATCH_STATUS, dict[str, Any]), factories.BATCH_STATUS,
    ),
    Call(
        "get_batch", lambda c: c.get_batch(NAME),
        "GET", f"batches/{QUOTED_NAME}", resource(Batch), BATCH,
    ),
    Call(
        "batches", lambda c: c.batches(), "GET", "batches", page_of(Batchlist, total=7), BATCH_PAGE,
    ),
    Call(
        "batches",
        lambda c: c.batches(
            project="p", status=BatchStatus.Staging, start_time="2025-03-04",
            end_time=dt.date(2025, 3, 5), exclude_archived=True, limit=3, offset=6,
        ),
        "GET", "batches", page_of(Batchlist, total=7), BATCH_PAGE,
        query=[
            ("project", "p"), ("status", "staging"), ("start_time", "2025-03-04"),
            ("end_time", "2025-03-05"), ("exclude_archived", "True"), ("limit", "3"),
            ("offset", "6"),
        ],
    ),
    Call(
        "get_batches", lambda c: c.get_batches(), "GET", "batches", generator(Batch), BATCH_PAGE,
        query=[("exclude_archived", "False"), ("offset", "0")],
    ),
    Call(
        "get_batches",
        lambda c: c.get_batches(
            "p", BatchStatus.InProgress, "2025-03-04", dt.date(2025, 3, 5), True
        ),
        "GET", "batches", generator(Batch), BATCH_PAGE,
        query=[
            ("project", "p"), ("status", "in_progress"), ("start_time", "2025-03-04"),
            ("end_time", "2025-03-05"), ("exclude_archived", "True"), ("offset", "0"),
        ],
    ),
    Call(
        "set_batch_metadata", lambda c: c.set_batch_metadata(NAME, {}),
        "POST", f"batches/{QUOTED_NAME}/setMetadata", resource(Batch), BATCH, {},
    ),
    Call(
        "get_batches",
        lambda c: c.get_batches(
                completed_after="2025-03-04", completed_before=dt.date(2025, 3, 5),
                audited_after="2025-03-06", audited_before="2025-03-07", detailed=True,
            ),
        "GET", "batches", generator(Batch), BATCH_PAGE,
        query=[
            ("exclude_archived", "False"), ("completed_after", "2025-03-04"),
            ("completed_before", "2025-03-05"), ("audited_after", "2025-03-06"),
            ("audited_before", "2025-03-07"), ("detailed", "True"), ("offset", "0"),
        ],
    ),
    Call(
        "set_batch_priority", lambda c: c.set_batch_priority(NAME, 25),
        "POST", f"batches/{QUOTED_NAME}/prioritize", nothing(), {"result": "success"},
        {"priority": 25},
    ),
    Call(
        "create_project", lambda c: c.create_project("p", TaskType.Chat),
        "POST", "projects", resource(Project), PROJECT,
        {"type": "chat", "name": "p", "params": None, "rapid": False, "studio": False,
         "datasetId": None},
    ),
    Call(
        "create_project",
        lambda c: c.create_project("p", "chat", {"instruction": "i"}, True, True, "d"),
        "POST", "projects", resource(Project), PROJECT,
        {"type": "chat", "name": "p", "params": {"instruction": "i"}, "rapid": True,
         "studio": True, "datasetId": "d"},
    ),
    Call(
        "get_project", lambda c: c.get_project(NAME),
        "GET", f"projects/{QUOTED_NAME}", resource(Project), PROJECT,
    ),
    Call("projects", lambda c: c.projects(), "GET", "projects", resources(Project), [PROJECT] * 2),
    Call("get_projects", lambda c: c.get_projects(), "GET", "projects", resources(Project), []),
    Call(
        "get_projects", lambda c: c.get_projects(archived=False),
        "GET", "projects", resources(Project), [], query=[("archived", "false")],
    ),
    Call(
        "projects", lambda c: c.projects(archived=True),
        "GET", "projects", resources(Project), [], query=[("archived", "true")],
    ),
    Call(
        "update_project", lambda c: c.update_project(NAME, patch=True, instruction="i"),
        "POST", f"projects/{QUOTED_NAME}/setParams", resource(Project), PROJECT,
        {"patch": True, "instruction": "i"},
    ),
    Call(
        "get_project_template", lambda c: c.get_project_template(NAME),
        "GET", f"projects/{QUOTED_NAME}/taskTemplates", resource(TaskTemplate), factories.TEMPLATE,
    ),
    Call(
        "get_files", lambda c: c.get_files("p q", {"a": 1}),
        "GET", "files", generator(File), {"docs": [factories.FILE], "has_more": False},
        query=[("project", "p q"), ("metadata", '{"a": 1}')],
    ),
    Call(
        "request", lambda c: c.request("put", ["audits", NAME], params={"a": [1, 2]}, body=[1]),
        "PUT", f"audits/{QUOTED_NAME}", untyped({"id": 1}), {"id": 1}, [1],
        query=[("a", "1"), ("a", "2")],
    ),
    Call("request", lambda c: c.request("GET", "/teams"), "GET", "teams", untyped([]), []),
    Call(
        "import_file", lambda c: c.import_file("https://example.org/a.jpg", project_name="p"),
        "POST", "files/import", resource(File), factories.FILE,
        {"file_url": "https://example.org/a.jpg", "project_name": "p"},
    ),
    Call(
        "create_evaluation_task",
        lambda c: c.create_evaluation_task(TaskType.TextCollection, expected_response={}),
        "POST", "evaluation_tasks/textcollection", resource(EvaluationTask), factories.QUALITY_TASK,
        {"expected_response": {}},
    ),
    Call(
        "create_training_task",
        lambda c: c.create_training_task("textcollection", expected_response={}),
        "POST", "training_tasks/textcollection", resource(TrainingTask), factories.QUALITY_TASK,
        {"expected_response": {}},
    ),
    Call(
        "list_teammates", lambda c: c.list_teammates(),
        "GET", "teams", resources(Teammate), [factories.TEAMMATE],
    ),
    Call(
        "invite_teammates", lambda c: c.invite_teammates(EMAILS, TeammateRole.Member),
        "POST", "teams/invite", resources(Teammate), [factories.TEAMMATE],
        {"emails": EMAILS, "team_role": "member"},
    ),
    Call(
        "update_teammates_role", lambda c: c.update_teammates_role(tuple(EMAILS), "manager"),
        "POST", "teams/set_role", resources(Teammate), [factories.TEAMMATE],
        {"emails": EMAILS, "team_role": "manager"},
    ),
    Call(
        "list_studio_assignments", lambda c: c.list_studio_assignments(),
        "GET", "studio/assignments", assignments(), factories.ASSIGNMENTS,
    ),
    Call(
        "add_studio_assignments", lambda c: c.add_studio_assignments(EMAILS, ["p"]),
        "POST", "studio/assignments/add", assignments(), factories.ASSIGNMENTS,
        {"emails": EMAILS, "projects": ["p"]},
    ),
    Call(
        "remove_studio_assignments", lambda c: c.remove_studio_assignments(EMAILS, ["p"]),
        "POST", "studio/assignments/remove", assignments(), factories.ASSIGNMENTS,
        {"emails": EMAILS, "projects": ["p"]},
    ),
    Call(
        "list_project_groups", lambda c: c.list_project_groups(NAME),
        "GET", f"studio/projects/{QUOTED_NAME}/groups",
        resources(StudioProjectGroup), [factories.GROUP],
    ),
    Call(
        "create_project_group", lambda c: c.create_project_group(NAME, EMAILS, "night/shift"),
        "POST", f"studio/projects/{QUOTED_NAME}/groups",
        resource(StudioProjectGroup), factories.GROUP, {"emails": EMAILS, "name": "night/shift"},
    ),
    Call(
        "update_project_group", lambda c: c.update_project_group("p", NAME, EMAILS, []),
        "PUT", f"studio/projects/p/groups/{QUOTED_NAME}",
        resource(StudioProjectGroup), factories.GROUP, {"add_emails": EMAILS, "remove_emails": []},
    ),
    Call(
        "list_studio_batches", lambda c: c.list_studio_batches(),
        "GET", "studio/batches", resources(StudioBatch), [factories.STUDIO_BATCH],
    ),
    Call(
        "assign_studio_batches", lambda c: c.assign_studio_batches(NAME, ["night-shift"]),
        "PUT", f"studio/batches/{QUOTED_NAME}",
        resource(StudioBatch), factories.STUDIO_BATCH, {"groups": ["night-shift"]},
    ),
    Call(
        "set_studio_batches_priorities", lambda c: c.set_studio_batches_priorities(["b1", "b2"]),
        "POST", "studio/batches/set_priorities", resources(StudioBatch), [factories.STUDIO_BATCH],
        {"batches": [{"name": "b1"}, {"name": "b2"}]},
    ),
    Call(
        "reset_studio_batches_priorities", lambda c: c.reset_studio_batches_priorities(),
        "POST", "studio/batches/reset_priorities", resources(StudioBatch), [factories.STUDIO_BATCH],
    ),
]  # fmt: skip
