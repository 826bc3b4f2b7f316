"""Calls of `Api.get_request` and its kin that the published client makes, method by method.

Recorded with the published client 2.18.4 after replacing the four methods by doubles; calls are the
same with and without autospec. Each method calls one of the four, and calls it once for each page.
"""

from typing import Any, NamedTuple

from scaleapi.batches import BatchStatus
from scaleapi.tasks import TaskReviewStatus, TaskStatus, TaskType
from scaleapi.teams import TeammateRole
from tests.factories import (
    ASSIGNMENTS,
    BATCH,
    BATCH_STATUS,
    FILE,
    GROUP,
    PROJECT,
    QUALITY_TASK,
    STUDIO_BATCH,
    TASK,
    TEAMMATE,
    TEMPLATE,
    page,
)

TASK_ID = TASK["task_id"]
TASK_PAGE = page(TASK)
BATCH_PAGE = page(BATCH, total_key="totalDocs")


class Call(NamedTuple):
    """A call of a method, and the call of `Api` that it makes.

    Attributes:
        method: a method of `ScaleClient`, or in OBJECT_CALLS class and method ("Task.cancel").
        api_method: `get_request`, `post_request`, `put_request` or `delete_request`.
        response: JSON that satisfies the method.
    """

    method: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    api_method: str
    api_args: tuple[Any, ...]
    api_kwargs: dict[str, Any]
    response: Any


CALLS = [
    Call("get_task", (TASK_ID,), {}, "get_request", (f"task/{TASK_ID}",), {}, TASK),
    Call(
        "create_task",
        (TaskType.ImageAnnotation,),
        {"instruction": "Box", "attachment": "https://example.org/a.png", "unique_id": "u1"},
        "post_request",
        ("task/imageannotation",),
        {
            "body": {
                "instruction": "Box",
                "attachment": "https://example.org/a.png",
                "unique_id": "u1",
            }
        },
        TASK,
    ),
    Call(
        "create_task",
        (TaskType.ImageAnnotation,),
        {},
        "post_request",
        ("task/imageannotation",),
        {"body": {}},
        TASK,
    ),
    Call("cancel_task", (TASK_ID,), {}, "post_request", (f"task/{TASK_ID}/cancel",), {}, TASK),
    Call(
        "cancel_task",
        (TASK_ID, True),
        {},
        "post_request",
        (f"task/{TASK_ID}/cancel?clear_unique_id=true",),
        {},
        TASK,
    ),
    Call(
        "audit_task",
        (TASK_ID, True),
        {},
        "post_request",
        (f"task/{TASK_ID}/audit",),
        {"body": {"accepted": True, "comments": None}},
        None,
    ),
    Call(
        "audit_task",
        (TASK_ID, False, "two boxes missing"),
        {},
        "post_request",
        (f"task/{TASK_ID}/audit",),
        {"body": {"accepted": False, "comments": "two boxes missing"}},
        None,
    ),
    Call(
        "update_task_unique_id",
        (TASK_ID, "u2"),
        {},
        "post_request",
        (f"task/{TASK_ID}/unique_id",),
        {"body": {"unique_id": "u2"}},
        TASK,
    ),
    Call(
        "clear_task_unique_id",
        (TASK_ID,),
        {},
        "delete_request",
        (f"task/{TASK_ID}/unique_id",),
        {},
        TASK,
    ),
    Call(
        "set_task_metadata",
        (TASK_ID, {"a": 1}),
        {},
        "post_request",
        (f"task/{TASK_ID}/setMetadata",),
        {"body": {"a": 1}},
        TASK,
    ),
    Call(
        "set_task_metadata",
        (TASK_ID, {}),
        {},
        "post_request",
        (f"task/{TASK_ID}/setMetadata",),
        {"body": {}},
        TASK,
    ),
    Call(
        "set_task_tags",
        (TASK_ID, ["a"]),
        {},
        "post_request",
        (f"task/{TASK_ID}/tags",),
        {"body": ["a"]},
        TASK,
    ),
    Call(
        "set_task_tags",
        (TASK_ID, []),
        {},
        "post_request",
        (f"task/{TASK_ID}/tags",),
        {"body": []},
        TASK,
    ),
    Call(
        "add_task_tags",
        (TASK_ID, ["a", "b"]),
        {},
        "put_request",
        (f"task/{TASK_ID}/tags",),
        {"body": ["a", "b"]},
        TASK,
    ),
    Call(
        "delete_task_tags",
        (TASK_ID, ["a"]),
        {},
        "delete_request",
        (f"task/{TASK_ID}/tags",),
        {"body": ["a"]},
        TASK,
    ),
    Call("tasks", (), {}, "get_request", ("tasks",), {"params": {}}, TASK_PAGE),
    Call(
        "tasks",
        (),
        {
            "project": "p",
            "limit": 2,
            "status": "completed",
            "tags": ["a", "b"],
            "include_attachment_url": False,
        },
        "get_request",
        ("tasks",),
        {
            "params": {
                "project": "p",
                "limit": 2,
                "status": "completed",
                "tags": ["a", "b"],
                "include_attachment_url": False,
            }
        },
        TASK_PAGE,
    ),
    Call(
        "get_tasks",
        ("p",),
        {},
        "get_request",
        ("tasks",),
        {
            "params": {
                "start_time": None,
                "end_time": None,
                "project": "p",
                "batch": None,
                "completed_before": None,
                "completed_after": None,
                "tags": None,
                "updated_before": None,
                "updated_after": None,
                "unique_id": None,
                "include_attachment_url": True,
                "next_token": None,
            }
        },
        TASK_PAGE,
    ),
    Call(
        "get_tasks",
        (
            "p",
            "b",
            TaskType.ImageAnnotation,
            TaskStatus.Completed,
            [TaskReviewStatus.Accepted, TaskReviewStatus.Fixed],
        ),
        {
            "unique_id": ["u1", "u2"],
            "tags": "x",
            "created_after": "2025-03-04",
            "completed_before": "2025-03-05",
            "updated_after": "2025-03-06",
            "include_attachment_url": False,
            "limited_response": True,
            "limit": 10,
        },
        "get_request",
        ("tasks",),
        {
            "params": {
                "start_time": "2025-03-04",
                "end_time": None,
                "project": "p",
                "batch": "b",
                "completed_before": "2025-03-05",
                "completed_after": None,
                "tags": "x",
                "updated_before": None,
                "updated_after": "2025-03-06",
                "unique_id": ["u1", "u2"],
                "include_attachment_url": False,
                "status": "completed",
                "limited_response": True,
                "type": "imageannotation",
                "customer_review_status": "accepted,fixed",
                "limit": 10,
                "next_token": None,
            }
        },
        TASK_PAGE,
    ),
    Call(
        "get_tasks",
        (),
        {"batch_name": "b", "review_status": TaskReviewStatus.Pending},
        "get_request",
        ("tasks",),
        {
            "params": {
                "start_time": None,
                "end_time": None,
                "project": None,
                "batch": "b",
                "completed_before": None,
                "completed_after": None,
                "tags": None,
                "updated_before": None,
                "updated_after": None,
                "unique_id": None,
                "include_attachment_url": True,
                "customer_review_status": "pending",
                "next_token": None,
            }
        },
        TASK_PAGE,
    ),
    Call(
        "get_tasks_count",
        ("p",),
        {},
        "get_request",
        ("tasks",),
        {
            "params": {
                "start_time": None,
                "end_time": None,
                "project": "p",
                "batch": None,
                "completed_before": None,
                "completed_after": None,
                "tags": None,
                "updated_before": None,
                "updated_after": None,
                "unique_id": None,
                "include_attachment_url": True,
                "limit": 1,
            }
        },
        TASK_PAGE,
    ),
    Call(
        "get_tasks_count",
        (),
        {"batch_name": "b", "status": TaskStatus.Pending},
        "get_request",
        ("tasks",),
        {
            "params": {
                "start_time": None,
                "end_time": None,
                "project": None,
                "batch": "b",
                "completed_before": None,
                "completed_after": None,
                "tags": None,
                "updated_before": None,
                "updated_after": None,
                "unique_id": None,
                "include_attachment_url": True,
                "status": "pending",
                "limit": 1,
            }
        },
        TASK_PAGE,
    ),
    Call(
        "create_batch",
        ("p", "b"),
        {},
        "post_request",
        ("batches",),
        {
            "body": {
                "project": "p",
                "name": "b",
                "calibration_batch": False,
                "self_label_batch": False,
                "callback": "",
                "metadata": {},
            }
        },
        BATCH,
    ),
    Call(
        "create_batch",
        ("p", "b", "https://example.org/hook", True, True, {"a": 1}),
        {},
        "post_request",
        ("batches",),
        {
            "body": {
                "project": "p",
                "name": "b",
                "calibration_batch": True,
                "self_label_batch": True,
                "callback": "https://example.org/hook",
                "metadata": {"a": 1},
            }
        },
        BATCH,
    ),
    Call(
        "finalize_batch",
        ("a b/1+é",),
        {},
        "post_request",
        ("batches/a%20b%2F1%2B%C3%A9/finalize",),
        {},
        BATCH,
    ),
    Call(
        "batch_status",
        ("a b/1+é",),
        {},
        "get_request",
        ("batches/a%20b%2F1%2B%C3%A9/status",),
        {},
        BATCH_STATUS,
    ),
    Call("get_batch", ("a b/1+é",), {}, "get_request", ("batches/a%20b%2F1%2B%C3%A9",), {}, BATCH),
    Call("batches", (), {}, "get_request", ("batches",), {"params": {}}, BATCH_PAGE),
    Call(
        "batches",
        (),
        {"project": "p", "limit": 2, "offset": 1, "status": "staging", "exclude_archived": True},
        "get_request",
        ("batches",),
        {
            "params": {
                "project": "p",
                "limit": 2,
                "offset": 1,
                "status": "staging",
                "exclude_archived": True,
            }
        },
        BATCH_PAGE,
    ),
    Call(
        "get_batches",
        (),
        {},
        "get_request",
        ("batches",),
        {
            "params": {
                "start_time": None,
                "end_time": None,
                "project": None,
                "offset": 0,
                "exclude_archived": False,
            }
        },
        BATCH_PAGE,
    ),
    Call(
        "get_batches",
        ("p", BatchStatus.InProgress, "2025-03-04", "2025-03-05", True),
        {},
        "get_request",
        ("batches",),
        {
            "params": {
                "start_time": "2025-03-04",
                "end_time": "2025-03-05",
                "project": "p",
                "offset": 0,
                "exclude_archived": True,
                "status": "in_progress",
            }
        },
        BATCH_PAGE,
    ),
    Call(
        "set_batch_metadata",
        ("a b/1+é", {"a": 1}),
        {},
        "post_request",
        ("batches/a%20b%2F1%2B%C3%A9/setMetadata",),
        {"body": {"a": 1}},
        BATCH,
    ),
    Call(
        "create_project",
        ("p", TaskType.ImageAnnotation),
        {},
        "post_request",
        ("projects",),
        {
            "body": {
                "type": "imageannotation",
                "name": "p",
                "params": None,
                "rapid": False,
                "studio": False,
                "datasetId": None,
            }
        },
        PROJECT,
    ),
    Call(
        "create_project",
        ("p", TaskType.ImageAnnotation, {"instruction": "Box"}, True, True, "d1"),
        {},
        "post_request",
        ("projects",),
        {
            "body": {
                "type": "imageannotation",
                "name": "p",
                "params": {"instruction": "Box"},
                "rapid": True,
                "studio": True,
                "datasetId": "d1",
            }
        },
        PROJECT,
    ),
    Call(
        "get_project",
        ("a b/1+é",),
        {},
        "get_request",
        ("projects/a%20b%2F1%2B%C3%A9",),
        {},
        PROJECT,
    ),
    Call("get_projects", (), {}, "get_request", ("projects",), {}, [PROJECT]),
    Call("projects", (), {}, "get_request", ("projects",), {}, [PROJECT]),
    Call(
        "update_project",
        ("a b/1+é",),
        {"instruction": "Box", "patch": True},
        "post_request",
        ("projects/a%20b%2F1%2B%C3%A9/setParams",),
        {"body": {"instruction": "Box", "patch": True}},
        PROJECT,
    ),
    Call(
        "get_project_template",
        ("a b/1+é",),
        {},
        "get_request",
        ("projects/a%20b%2F1%2B%C3%A9/taskTemplates",),
        {},
        TEMPLATE,
    ),
    Call(
        "upload_file",
        (b"abc",),
        {"project_name": "p", "reference_id": "r1"},
        "post_request",
        ("files/upload",),
        {"files": {"file": b"abc"}, "data": {"project_name": "p", "reference_id": "r1"}},
        FILE,
    ),
    Call(
        "upload_file",
        (b"abc",),
        {},
        "post_request",
        ("files/upload",),
        {"files": {"file": b"abc"}, "data": {}},
        FILE,
    ),
    Call(
        "import_file",
        ("https://example.org/a.png",),
        {"project_name": "p"},
        "post_request",
        ("files/import",),
        {"body": {"file_url": "https://example.org/a.png", "project_name": "p"}},
        FILE,
    ),
    Call(
        "create_evaluation_task",
        (TaskType.ImageAnnotation,),
        {"project": "p", "expected_response": {"a": 1}},
        "post_request",
        ("evaluation_tasks/imageannotation",),
        {"body": {"project": "p", "expected_response": {"a": 1}}},
        QUALITY_TASK,
    ),
    Call(
        "create_training_task",
        (TaskType.ImageAnnotation,),
        {"project": "p", "expected_response": {"a": 1}},
        "post_request",
        ("training_tasks/imageannotation",),
        {"body": {"project": "p", "expected_response": {"a": 1}}},
        QUALITY_TASK,
    ),
    Call("list_teammates", (), {}, "get_request", ("teams",), {}, [TEAMMATE]),
    Call(
        "invite_teammates",
        (["ana@example.org"], TeammateRole.Member),
        {},
        "post_request",
        ("teams/invite", {"emails": ["ana@example.org"], "team_role": "member"}),
        {},
        [TEAMMATE],
    ),
    Call(
        "update_teammates_role",
        (["ana@example.org"], TeammateRole.Manager),
        {},
        "post_request",
        ("teams/set_role", {"emails": ["ana@example.org"], "team_role": "manager"}),
        {},
        [TEAMMATE],
    ),
    Call(
        "list_studio_assignments", (), {}, "get_request", ("studio/assignments",), {}, ASSIGNMENTS
    ),
    Call(
        "add_studio_assignments",
        (["ana@example.org"], ["p"]),
        {},
        "post_request",
        ("studio/assignments/add", {"emails": ["ana@example.org"], "projects": ["p"]}),
        {},
        ASSIGNMENTS,
    ),
    Call(
        "remove_studio_assignments",
        (["ana@example.org"], ["p"]),
        {},
        "post_request",
        ("studio/assignments/remove", {"emails": ["ana@example.org"], "projects": ["p"]}),
        {},
        ASSIGNMENTS,
    ),
    Call(
        "list_project_groups",
        ("a b/1+é",),
        {},
        "get_request",
        ("studio/projects/a%20b%2F1%2B%C3%A9/groups",),
        {},
        [GROUP],
    ),
    Call(
        "create_project_group",
        ("a b/1+é", ["ana@example.org"], "night-shift"),
        {},
        "post_request",
        (
            "studio/projects/a%20b%2F1%2B%C3%A9/groups",
            {"emails": ["ana@example.org"], "name": "night-shift"},
        ),
        {},
        GROUP,
    ),
    Call(
        "update_project_group",
        ("a b/1+é", "g/1", ["ana@example.org"], ["bo@example.org"]),
        {},
        "put_request",
        (
            "studio/projects/a%20b%2F1%2B%C3%A9/groups/g%2F1",
            {"add_emails": ["ana@example.org"], "remove_emails": ["bo@example.org"]},
        ),
        {},
        GROUP,
    ),
    Call("list_studio_batches", (), {}, "get_request", ("studio/batches",), {}, [STUDIO_BATCH]),
    Call(
        "assign_studio_batches",
        ("a b/1+é", ["night-shift"]),
        {},
        "put_request",
        ("studio/batches/a%20b%2F1%2B%C3%A9", {"groups": ["night-shift"]}),
        {},
        STUDIO_BATCH,
    ),
    Call(
        "set_studio_batches_priorities",
        (["b1", "b2"],),
        {},
        "post_request",
        ("studio/batches/set_priorities", {"batches": [{"name": "b1"}, {"name": "b2"}]}),
        {},
        [STUDIO_BATCH],
    ),
    Call(
        "reset_studio_batches_priorities",
        (),
        {},
        "post_request",
        ("studio/batches/reset_priorities",),
        {},
        [STUDIO_BATCH],
    ),
]

# Of objects made of the samples in tests/factories.py.
OBJECT_CALLS = [
    Call("Task.refresh", (), {}, "get_request", (f"task/{TASK_ID}",), {}, TASK),
    Call("Task.cancel", (), {}, "post_request", (f"task/{TASK_ID}/cancel",), {}, TASK),
    Call(
        "Task.cancel",
        (True,),
        {},
        "post_request",
        (f"task/{TASK_ID}/cancel?clear_unique_id=true",),
        {},
        TASK,
    ),
    Call(
        "Task.audit",
        (True, "fine"),
        {},
        "post_request",
        (f"task/{TASK_ID}/audit",),
        {"body": {"accepted": True, "comments": "fine"}},
        None,
    ),
    Call(
        "Task.update_unique_id",
        ("u2",),
        {},
        "post_request",
        (f"task/{TASK_ID}/unique_id",),
        {"body": {"unique_id": "u2"}},
        TASK,
    ),
    Call(
        "Task.clear_unique_id", (), {}, "delete_request", (f"task/{TASK_ID}/unique_id",), {}, TASK
    ),
    Call(
        "Task.set_metadata",
        ({"a": 1},),
        {},
        "post_request",
        (f"task/{TASK_ID}/setMetadata",),
        {"body": {"a": 1}},
        TASK,
    ),
    Call(
        "Task.set_tags",
        (["a"],),
        {},
        "post_request",
        (f"task/{TASK_ID}/tags",),
        {"body": ["a"]},
        TASK,
    ),
    Call(
        "Task.add_tags",
        (["a"],),
        {},
        "put_request",
        (f"task/{TASK_ID}/tags",),
        {"body": ["a"]},
        TASK,
    ),
    Call(
        "Task.delete_tags",
        (["a"],),
        {},
        "delete_request",
        (f"task/{TASK_ID}/tags",),
        {"body": ["a"]},
        TASK,
    ),
    Call("Batch.finalize", (), {}, "post_request", ("batches/march-01/finalize",), {}, BATCH),
    Call("Batch.get_status", (), {}, "get_request", ("batches/march-01/status",), {}, BATCH_STATUS),
    Call(
        "Project.get_template",
        (),
        {},
        "get_request",
        ("projects/street-scenes/taskTemplates",),
        {},
        TEMPLATE,
    ),
    Call(
        "Teammate.update_teammate_role",
        (TeammateRole.Manager,),
        {},
        "post_request",
        ("teams/set_role", {"emails": ["ana@example.org"], "team_role": "manager"}),
        {},
        [TEAMMATE],
    ),
]

# `get_tasks("p", limit=1)` over two pages, as pairs of args and kwargs of `get_request`.
TASK_PAGES = [
    page(TASK, has_more=True, next_token="page-2", limit=1, total=2),
    page(TASK, limit=1, total=2),
]
TASK_PAGE_CALLS = [
    (
        ("tasks",),
        {
            "params": {
                "start_time": None,
                "end_time": None,
                "project": "p",
                "batch": None,
                "completed_before": None,
                "completed_after": None,
                "tags": None,
                "updated_before": None,
                "updated_after": None,
                "unique_id": None,
                "include_attachment_url": True,
                "limit": 1,
                "next_token": None,
            }
        },
    ),
    (
        ("tasks",),
        {
            "params": {
                "start_time": None,
                "end_time": None,
                "project": "p",
                "batch": None,
                "completed_before": None,
                "completed_after": None,
                "tags": None,
                "updated_before": None,
                "updated_after": None,
                "unique_id": None,
                "include_attachment_url": True,
                "limit": 1,
                "next_token": "page-2",
            }
        },
    ),
]

# `get_batches("p")` over two pages.
BATCH_PAGES = [
    page(BATCH, total_key="totalDocs", has_more=True, limit=1, total=2),
    page(BATCH, total_key="totalDocs", limit=1, offset=1, total=2),
]
BATCH_PAGE_CALLS = [
    (
        ("batches",),
        {
            "params": {
                "start_time": None,
                "end_time": None,
                "project": "p",
                "offset": 0,
                "exclude_archived": False,
            }
        },
    ),
    (
        ("batches",),
        {
            "params": {
                "start_time": None,
                "end_time": None,
                "project": "p",
                "offset": 1,
                "exclude_archived": False,
            }
        },
    ),
]
