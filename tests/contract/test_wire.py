"""Every call sends exactly what the wire wants, and gives what it promises."""

import base64
import datetime as dt
import json
import platform
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest

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
from scaleapi._mixins.bulk import BulkMethods
from scaleapi._mixins.result_files import ResultMethods
from tests.data import v1_shapes as shapes

NAME = "a b/1+é%?#"
NAME_ON_THE_WIRE = "a%20b%2F1%2B%C3%A9%25%3F%23"
ID = "66f1c0de8a4b2f0012ab34cd"
EMAILS = ["ana@example.org", "bo@example.org"]
NO_BODY = object()
FULL_FILTERS = {
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


class Row(NamedTuple):
    """One call: what it sends, and what it makes of the answer."""

    method_name: str
    call: object
    method: str
    path: str
    returns: object
    answer: object
    body: object = NO_BODY
    query: object = ()


def kind(expected):
    return lambda result, answer: type(result) is expected and result.as_dict() == answer


def kinds(expected):
    def check(result, answer):
        return type(result) is list and [type(each) for each in result] == [expected] * len(answer)

    return check


def page_of(expected, total):
    def check(result, answer):
        rows = [each.as_dict() for each in result]
        return (
            type(result) is expected
            and rows == answer["docs"]
            and (result.docs, result.total, result.limit) == (list(result), total, answer["limit"])
            and (result.offset, result.has_more) == (answer["offset"], answer["has_more"])
            and result.next_token == answer.get("next_token")
        )

    return check


def assignments(result, answer):
    return (
        all(type(each) is StudioLabelerAssignment for each in result.values())
        and {email: each.as_dict() for email, each in result.items()} == answer
        and [each.email for each in result.values()] == list(result)
    )


def listed(expected):
    return lambda result, answer: (
        [each.as_dict() for each in result] == answer["docs"]
        and all(type(each) is expected for each in result)
    )


def exactly(value):
    return lambda result, answer: result == value


TASK, BATCH, PROJECT = shapes.TASK, shapes.BATCH, shapes.PROJECT
TASK_PAGE = shapes.page(TASK, total=7, limit=1, has_more=True, next_token="b3BhcXVl")
LAST_TASKS = shapes.page(TASK, {**TASK, "task_id": "2"})
BATCH_PAGE = shapes.page(BATCH, total=7, total_key="totalDocs", limit=1)

ROWS = [
    Row(
        "get_task", lambda c: c.get_task(NAME),
        "GET", f"task/{NAME_ON_THE_WIRE}", kind(Task), TASK,
    ),
    Row(
        "create_task",
        lambda c: c.create_task(TaskType.ImageAnnotation, project="p", unique_id="u", tags=[]),
        "POST", "task/imageannotation", kind(Task), TASK,
        {"project": "p", "unique_id": "u", "tags": []},
    ),
    Row(
        "create_task", lambda c: c.create_task("brand/new", x=None),
        "POST", "task/brand%2Fnew", kind(Task), TASK, {"x": None},
    ),
    Row("cancel_task", lambda c: c.cancel_task(ID), "POST", f"task/{ID}/cancel", kind(Task), TASK),
    Row(
        "cancel_task", lambda c: c.cancel_task(ID, True),
        "POST", f"task/{ID}/cancel", kind(Task), TASK, query=[("clear_unique_id", "true")],
    ),
    Row(
        "audit_task", lambda c: c.audit_task(ID, False, "two missing"),
        "POST", f"task/{ID}/audit", exactly(None), TASK,
        {"accepted": False, "comments": "two missing"},
    ),
    Row(
        "audit_task", lambda c: c.audit_task(ID, True),
        "POST", f"task/{ID}/audit", exactly(None), b"OK", {"accepted": True, "comments": None},
    ),
    Row(
        "update_task_unique_id", lambda c: c.update_task_unique_id(ID, "u/2"),
        "POST", f"task/{ID}/unique_id", kind(Task), TASK, {"unique_id": "u/2"},
    ),
    Row(
        "clear_task_unique_id", lambda c: c.clear_task_unique_id(ID),
        "DELETE", f"task/{ID}/unique_id", kind(Task), TASK,
    ),
    Row(
        "set_task_metadata", lambda c: c.set_task_metadata(ID, {"a": {"b": 1}}),
        "POST", f"task/{ID}/setMetadata", kind(Task), TASK, {"a": {"b": 1}},
    ),
    Row(
        "set_task_metadata", lambda c: c.set_task_metadata(ID, {}),
        "POST", f"task/{ID}/setMetadata", kind(Task), TASK, {},
    ),
    Row(
        "set_task_tags", lambda c: c.set_task_tags(ID, []),
        "POST", f"task/{ID}/tags", kind(Task), TASK, [],
    ),
    Row(
        "add_task_tags", lambda c: c.add_task_tags(ID, ("night", "rain")),
        "PUT", f"task/{ID}/tags", kind(Task), TASK, ["night", "rain"],
    ),
    Row(
        "delete_task_tags", lambda c: c.delete_task_tags(ID, ["night"]),
        "DELETE", f"task/{ID}/tags", kind(Task), TASK, ["night"],
    ),
    Row("tasks", lambda c: c.tasks(), "GET", "tasks", page_of(Tasklist, 7), TASK_PAGE),
    Row(
        "tasks",
        lambda c: c.tasks(
            project="p", type=TaskType.Chat, customer_review_status="accepted,fixed", limit="5",
            start_time=dt.date(2025, 1, 1), tags="night", next_token="t=", limited_response=True,
            include_attachment_url="true", batch=None,
        ),
        "GET", "tasks", page_of(Tasklist, 7), TASK_PAGE,
        query=[
            ("project", "p"), ("type", "chat"), ("customer_review_status", "accepted,fixed"),
            ("limit", "5"), ("start_time", "2025-01-01"), ("tags", "night"), ("next_token", "t="),
            ("limited_response", "True"), ("include_attachment_url", "true"),
        ],
    ),
    Row(
        "get_tasks",
        lambda c: list(c.get_tasks(**FULL_FILTERS, limited_response=True, limit=50)),
        "GET", "tasks", listed(Task), LAST_TASKS,
        query=[*FULL_QUERY, ("limited_response", "True"), ("limit", "50")],
    ),
    Row(
        "get_tasks", lambda c: list(c.get_tasks("p", limited_response=False, limit=0)),
        "GET", "tasks", listed(Task), LAST_TASKS,
        query=[("project", "p"), ("include_attachment_url", "True")],
    ),
    Row(
        "get_tasks",
        lambda c: list(c.get_tasks(None, "b", review_status="fixed", tags="x", unique_id="u")),
        "GET", "tasks", listed(Task), LAST_TASKS,
        query=[
            ("batch", "b"), ("customer_review_status", "fixed"), ("tags", "x"), ("unique_id", "u"),
            ("include_attachment_url", "True"),
        ],
    ),
    Row(
        "get_tasks_count", lambda c: c.get_tasks_count(**FULL_FILTERS),
        "GET", "tasks", exactly(7), TASK_PAGE, query=[*FULL_QUERY, ("limit", "1")],
    ),
    Row(
        "create_batch", lambda c: c.create_batch("p", "b"), "POST", "batches", kind(Batch), BATCH,
        {"project": "p", "name": "b", "callback": "", "calibration_batch": False,
         "self_label_batch": False, "metadata": {}},
    ),
    Row(
        "create_batch",
        lambda c: c.create_batch("p", NAME, "https://example.org/hook", True, True, {"o": 1}),
        "POST", "batches", kind(Batch), BATCH,
        {"project": "p", "name": NAME, "callback": "https://example.org/hook",
         "calibration_batch": True, "self_label_batch": True, "metadata": {"o": 1}},
    ),
    Row(
        "finalize_batch", lambda c: c.finalize_batch(NAME),
        "POST", f"batches/{NAME_ON_THE_WIRE}/finalize", kind(Batch), BATCH,
    ),
    Row(
        "batch_status", lambda c: c.batch_status(NAME),
        "GET", f"batches/{NAME_ON_THE_WIRE}/status",
        exactly(shapes.BATCH_STATUS), shapes.BATCH_STATUS,
    ),
    Row(
        "get_batch", lambda c: c.get_batch(NAME),
        "GET", f"batches/{NAME_ON_THE_WIRE}", kind(Batch), BATCH,
    ),
    Row("batches", lambda c: c.batches(), "GET", "batches", page_of(Batchlist, 7), BATCH_PAGE),
    Row(
        "batches",
        lambda c: c.batches(
            project="p", status=BatchStatus.Staging, start_time="2025-03-04",
            end_time=dt.date(2025, 3, 5), exclude_archived=True, limit=3, offset=6,
        ),
        "GET", "batches", page_of(Batchlist, 7), BATCH_PAGE,
        query=[
            ("project", "p"), ("status", "staging"), ("start_time", "2025-03-04"),
            ("end_time", "2025-03-05"), ("exclude_archived", "True"), ("limit", "3"),
            ("offset", "6"),
        ],
    ),
    Row(
        "get_batches", lambda c: list(c.get_batches()), "GET", "batches", listed(Batch), BATCH_PAGE,
        query=[("exclude_archived", "False"), ("offset", "0")],
    ),
    Row(
        "get_batches",
        lambda c: list(
            c.get_batches("p", BatchStatus.InProgress, "2025-03-04", dt.date(2025, 3, 5), True)
        ),
        "GET", "batches", listed(Batch), BATCH_PAGE,
        query=[
            ("project", "p"), ("status", "in_progress"), ("start_time", "2025-03-04"),
            ("end_time", "2025-03-05"), ("exclude_archived", "True"), ("offset", "0"),
        ],
    ),
    Row(
        "set_batch_metadata", lambda c: c.set_batch_metadata(NAME, {}),
        "POST", f"batches/{NAME_ON_THE_WIRE}/setMetadata", kind(Batch), BATCH, {},
    ),
    Row(
        "get_batches",
        lambda c: list(
            c.get_batches(
                completed_after="2025-03-04", completed_before=dt.date(2025, 3, 5),
                audited_after="2025-03-06", audited_before="2025-03-07", detailed=True,
            )
        ),
        "GET", "batches", listed(Batch), BATCH_PAGE,
        query=[
            ("exclude_archived", "False"), ("completed_after", "2025-03-04"),
            ("completed_before", "2025-03-05"), ("audited_after", "2025-03-06"),
            ("audited_before", "2025-03-07"), ("detailed", "True"), ("offset", "0"),
        ],
    ),
    Row(
        "set_batch_priority", lambda c: c.set_batch_priority(NAME, 25),
        "POST", f"batches/{NAME_ON_THE_WIRE}/prioritize", exactly(None), {"result": "success"},
        {"priority": 25},
    ),
    Row(
        "create_project", lambda c: c.create_project("p", TaskType.Chat),
        "POST", "projects", kind(Project), PROJECT,
        {"type": "chat", "name": "p", "params": None, "rapid": False, "studio": False,
         "datasetId": None},
    ),
    Row(
        "create_project",
        lambda c: c.create_project("p", "chat", {"instruction": "i"}, True, True, "d"),
        "POST", "projects", kind(Project), PROJECT,
        {"type": "chat", "name": "p", "params": {"instruction": "i"}, "rapid": True,
         "studio": True, "datasetId": "d"},
    ),
    Row(
        "get_project", lambda c: c.get_project(NAME),
        "GET", f"projects/{NAME_ON_THE_WIRE}", kind(Project), PROJECT,
    ),
    Row("projects", lambda c: c.projects(), "GET", "projects", kinds(Project), [PROJECT] * 2),
    Row("get_projects", lambda c: c.get_projects(), "GET", "projects", kinds(Project), []),
    Row(
        "get_projects", lambda c: c.get_projects(archived=False),
        "GET", "projects", kinds(Project), [], query=[("archived", "false")],
    ),
    Row(
        "projects", lambda c: c.projects(archived=True),
        "GET", "projects", kinds(Project), [], query=[("archived", "true")],
    ),
    Row(
        "update_project", lambda c: c.update_project(NAME, patch=True, instruction="i"),
        "POST", f"projects/{NAME_ON_THE_WIRE}/setParams", kind(Project), PROJECT,
        {"patch": True, "instruction": "i"},
    ),
    Row(
        "get_project_template", lambda c: c.get_project_template(NAME),
        "GET", f"projects/{NAME_ON_THE_WIRE}/taskTemplates", kind(TaskTemplate), shapes.TEMPLATE,
    ),
    Row(
        "get_files", lambda c: list(c.get_files("p q", {"a": 1})),
        "GET", "files", listed(File), {"docs": [shapes.FILE], "has_more": False},
        query=[("project", "p q"), ("metadata", '{"a": 1}')],
    ),
    Row(
        "request", lambda c: c.request("put", ["audits", NAME], params={"a": [1, 2]}, body=[1]),
        "PUT", f"audits/{NAME_ON_THE_WIRE}", exactly({"id": 1}), {"id": 1}, [1],
        query=[("a", "1"), ("a", "2")],
    ),
    Row("request", lambda c: c.request("GET", "/teams"), "GET", "teams", exactly([]), []),
    Row(
        "import_file", lambda c: c.import_file("https://example.org/a.jpg", project_name="p"),
        "POST", "files/import", kind(File), shapes.FILE,
        {"file_url": "https://example.org/a.jpg", "project_name": "p"},
    ),
    Row(
        "create_evaluation_task",
        lambda c: c.create_evaluation_task(TaskType.TextCollection, expected_response={}),
        "POST", "evaluation_tasks/textcollection", kind(EvaluationTask), shapes.QUALITY_TASK,
        {"expected_response": {}},
    ),
    Row(
        "create_training_task",
        lambda c: c.create_training_task("textcollection", expected_response={}),
        "POST", "training_tasks/textcollection", kind(TrainingTask), shapes.QUALITY_TASK,
        {"expected_response": {}},
    ),
    Row(
        "list_teammates", lambda c: c.list_teammates(),
        "GET", "teams", kinds(Teammate), [shapes.TEAMMATE],
    ),
    Row(
        "invite_teammates", lambda c: c.invite_teammates(EMAILS, TeammateRole.Member),
        "POST", "teams/invite", kinds(Teammate), [shapes.TEAMMATE],
        {"emails": EMAILS, "team_role": "member"},
    ),
    Row(
        "update_teammates_role", lambda c: c.update_teammates_role(tuple(EMAILS), "manager"),
        "POST", "teams/set_role", kinds(Teammate), [shapes.TEAMMATE],
        {"emails": EMAILS, "team_role": "manager"},
    ),
    Row(
        "list_studio_assignments", lambda c: c.list_studio_assignments(),
        "GET", "studio/assignments", assignments, shapes.ASSIGNMENTS,
    ),
    Row(
        "add_studio_assignments", lambda c: c.add_studio_assignments(EMAILS, ["p"]),
        "POST", "studio/assignments/add", assignments, shapes.ASSIGNMENTS,
        {"emails": EMAILS, "projects": ["p"]},
    ),
    Row(
        "remove_studio_assignments", lambda c: c.remove_studio_assignments(EMAILS, ["p"]),
        "POST", "studio/assignments/remove", assignments, shapes.ASSIGNMENTS,
        {"emails": EMAILS, "projects": ["p"]},
    ),
    Row(
        "list_project_groups", lambda c: c.list_project_groups(NAME),
        "GET", f"studio/projects/{NAME_ON_THE_WIRE}/groups",
        kinds(StudioProjectGroup), [shapes.GROUP],
    ),
    Row(
        "create_project_group", lambda c: c.create_project_group(NAME, EMAILS, "night/shift"),
        "POST", f"studio/projects/{NAME_ON_THE_WIRE}/groups",
        kind(StudioProjectGroup), shapes.GROUP, {"emails": EMAILS, "name": "night/shift"},
    ),
    Row(
        "update_project_group", lambda c: c.update_project_group("p", NAME, EMAILS, []),
        "PUT", f"studio/projects/p/groups/{NAME_ON_THE_WIRE}",
        kind(StudioProjectGroup), shapes.GROUP, {"add_emails": EMAILS, "remove_emails": []},
    ),
    Row(
        "list_studio_batches", lambda c: c.list_studio_batches(),
        "GET", "studio/batches", kinds(StudioBatch), [shapes.STUDIO_BATCH],
    ),
    Row(
        "assign_studio_batches", lambda c: c.assign_studio_batches(NAME, ["night-shift"]),
        "PUT", f"studio/batches/{NAME_ON_THE_WIRE}",
        kind(StudioBatch), shapes.STUDIO_BATCH, {"groups": ["night-shift"]},
    ),
    Row(
        "set_studio_batches_priorities", lambda c: c.set_studio_batches_priorities(["b1", "b2"]),
        "POST", "studio/batches/set_priorities", kinds(StudioBatch), [shapes.STUDIO_BATCH],
        {"batches": [{"name": "b1"}, {"name": "b2"}]},
    ),
    Row(
        "reset_studio_batches_priorities", lambda c: c.reset_studio_batches_priorities(),
        "POST", "studio/batches/reset_priorities", kinds(StudioBatch), [shapes.STUDIO_BATCH],
    ),
]  # fmt: skip

USER_AGENT = (
    f"scaleapi/{scaleapi.__version__} Python/{platform.python_version()} "
    f"OS/{platform.platform()} my-app"
)


@pytest.mark.smoke
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.method_name)
def test_call_sends_what_the_wire_wants_and_returns_what_it_promises(row, client, wire):
    wire.answers_with(row.answer)
    result = row.call(client)
    assert row.returns(result, row.answer), result

    (sent,) = wire.sent
    url = urlsplit(sent.url)
    assert sent.method == row.method
    assert f"{url.scheme}://{url.netloc}" == "https://api.scale.com"
    assert url.path == f"/v1/{row.path}"
    assert sorted(parse_qsl(url.query, keep_blank_values=True)) == sorted(row.query)

    assert sent.headers["Authorization"] == "Basic " + base64.b64encode(b"test_key:").decode()
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.headers["User-Agent"] == USER_AGENT
    if row.body is NO_BODY:
        assert sent.body is None
        assert sent.headers.get("Content-Length") == (None if row.method == "GET" else "0")
    else:
        assert json.loads(sent.body) == row.body
        assert sent.headers["Content-Length"] == str(len(sent.body))


def test_lists_in_a_query_are_repeated_keys_and_reviews_one_key_with_commas(client, wire):
    wire.answers_with(LAST_TASKS)
    list(client.get_tasks("p q", unique_id=["a", "b"], review_status=["accepted", "fixed"]))
    query = urlsplit(wire.last.url).query
    assert "unique_id=a&unique_id=b" in query
    assert "customer_review_status=accepted%2Cfixed" in query
    assert "project=p+q" in query


def test_every_call_that_answers_json_has_a_row():
    """Uploads are multipart, v2 is another wire, bulk calls make others' calls: see their tests."""
    bases = scaleapi.ScaleClient.__mro__
    public = {name for base in bases for name in vars(base) if not name.startswith(("_", "v2"))}
    others = {
        "with_options",
        "close",
        "session",
        "api",
        "upload_file",
        *vars(BulkMethods),
        *vars(ResultMethods),
    }
    assert public - others == {row.method_name for row in ROWS}
