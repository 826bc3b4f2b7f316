"""What users write, as a strict type checker sees it: all that tests/contract/calls.py has not.

`mypy` and `pyright` read this (`tox run -e types`); it is never run. A function is about what its
arguments are; a test in tests/meta fails for whatever such a thing can do and nobody calls.
"""

import datetime as dt
import os
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, Callable, Optional

import pandas
import requests
from typing_extensions import assert_type

import scaleapi
from scaleapi import callbacks, sandbox, task_types
from scaleapi.annotations import Annotation, Box, ConversionReport
from scaleapi.api_client import v2
from scaleapi.api_client.v2.rest import RESTResponse
from scaleapi.bulk import (
    BulkRun,
    Difference,
    DownloadOutcome,
    ExportReport,
    ExportWindow,
    Failure,
    FileOutcome,
    SyncReport,
    TaskOutcome,
    TaskPlan,
)
from scaleapi.drawing import Drawing

MOMENT = dt.datetime(2025, 3, 4, tzinfo=dt.timezone.utc)
DAY = dt.date(2025, 3, 4)
PATHS: list[Path] = []


def settings(client: scaleapi.ScaleClient) -> None:
    scaleapi.ScaleClient()
    scaleapi.ScaleClient("test_key", "app", "https://example.org/v1", "ca.pem", {}, ("c", "k"))
    with scaleapi.ScaleClient(verify=False, timeout=None, retries=scaleapi.RetryPolicy(5)) as other:
        assert_type(other, scaleapi.ScaleClient)
    assert_type(client.with_options(timeout=(5, 60), retries=0), scaleapi.ScaleClient)
    assert_type(client.api, scaleapi.Api)
    assert_type(client.v2, v2.V2Api)
    client.close()


def on_tasks(client: scaleapi.ScaleClient) -> None:
    kind = scaleapi.TaskType.ImageAnnotation
    task = client.create_task(scaleapi.TaskType.ImageAnnotation, project="p", unique_id="u")
    assert_type(task, scaleapi.Task)
    assert_type(client.check_task("imageannotation", tags=[]), list[task_types.Finding])
    every = client.get_tasks(
        "p",
        task_type=kind,
        status=scaleapi.TaskStatus.Completed,
        review_status=[scaleapi.TaskReviewStatus.Accepted, "fixed"],
        unique_id=("a", "b"),
        completed_after=MOMENT,
        updated_before=DAY,
        created_after="2025-03-04",
        tags={"night"},
        limit=100,
    )
    assert_type(every, Generator[scaleapi.Task, None, None])
    page = client.tasks(project="p", next_token=None)
    assert_type(page, scaleapi.Tasklist)
    assert_type(page[0], scaleapi.Task)
    assert_type(page.docs, list[scaleapi.Task])
    assert_type(page.total, int)
    assert_type(page.has_more, bool)
    assert_type(page.next_token, Optional[str])
    assert_type(client.delete_task_tags("t", {"a"}), scaleapi.Task)
    assert_type(client.get_task_response_file("t", "u"), bytes)
    assert_type(client.download_response_url("https://example.org/a.png", "a.png"), Path)


def on_many_tasks(client: scaleapi.ScaleClient) -> None:
    payloads: list[dict[str, Any]] = [{"unique_id": "u"}]
    run = client.create_tasks("chat", payloads, workers=4, on_duplicate="skip", progress=True)
    plan = client.plan_tasks("chat", payloads, workers=4)
    assert_type(plan, TaskPlan)
    assert_type(plan[0].differences, tuple[Difference, ...])
    assert_type(plan.apply(), BulkRun[TaskOutcome])
    assert_type(run, BulkRun[TaskOutcome])
    client.create_tasks("chat", scaleapi.read_failures("failed.jsonl.gz"))
    for outcome in run:
        assert_type(outcome.index, int)
        assert_type(outcome.task, Optional[scaleapi.Task])
        assert_type(outcome.status, str)
        assert_type(outcome.error, Optional[Exception])
    canceled = client.cancel_tasks(client.get_tasks("p"), progress=print)
    assert_type(canceled.run(), dict[str, int])
    updated = client.update_tasks(["t"], add_tags=["a"], metadata={})
    assert_type(updated, BulkRun[TaskOutcome])
    uploads = client.upload_files(Path("images").glob("*"), reference_id=str, project_name="p")
    assert_type(uploads, BulkRun[FileOutcome])
    downloaded = client.download_results(client.get_tasks("p"), "folder")
    assert_type(downloaded, BulkRun[DownloadOutcome])
    for each in downloaded:
        assert_type(each.paths, list[Path])
    report = client.export_tasks(Path("p.jsonl"), project_name="p", created_after=DAY, resume=False)
    assert_type(report, ExportReport)
    assert_type(client.sync_tasks("p.jsonl.gz", batch_name="b", full=True), SyncReport)
    columns = {"metadata.camera": "int64"}
    client.export_tasks("p.parquet", project_name="p", columns=columns, annotations=True)
    client.sync_tasks("p.parquet", project_name="p", columns=columns, annotations=True)
    assert_type(report.path, Path)
    for window in client.export_windows(max_tasks=1000, project_name="p"):
        assert_type(window, ExportWindow)
        assert_type(client.get_tasks(**window.filters), Generator[scaleapi.Task, None, None])


def on_waiting(client: scaleapi.ScaleClient, error: scaleapi.ScaleWaitTimeout) -> None:
    every = client.wait_for_tasks(client.get_tasks("p"), timeout=60, poll=(1, 30), progress=True)
    assert_type(every, Generator[scaleapi.Task, None, None])
    filters: dict[str, Any] = {"batch_name": "b"}
    for task in client.wait_for_tasks(filters, until=lambda task: task.status == "completed"):
        assert_type(task, scaleapi.Task)
    assert_type(error.pending, tuple[Any, ...])


def on_batches(client: scaleapi.ScaleClient) -> None:
    every = client.get_batches("p", scaleapi.BatchStatus.Completed, MOMENT, detailed=True)
    assert_type(every, Generator[scaleapi.Batch, None, None])


def on_projects_and_files(client: scaleapi.ScaleClient, opened: Any) -> None:
    assert_type(client.upload_file("a.png", project_name="p"), scaleapi.File)
    with open("a.png", "rb") as file:
        client.upload_file(file, progress=print)
    client.upload_file(b"pixels")
    client.upload_file(("a.png", b"pixels", "image/png"))
    client.upload_file(Path("a.png"), metadata={"a": 1})


def on_people(client: scaleapi.ScaleClient) -> None:
    assigned = client.add_studio_assignments(["ana@example.org"], ["p"])
    assert_type(assigned["ana@example.org"].assigned_projects, list[str])
    group = client.update_project_group("p", "g", ["bo@example.org"], None)
    assert_type(group.workers, list[scaleapi.StudioWorker])


def on_v2(client: scaleapi.ScaleClient) -> None:
    every = client.v2_get_tasks("p", status="completed", expand=["project"], opts=["submissions"])
    assert_type(every, Generator[v2.Task, None, None])
    assert_type(client.v2_get_batches(project_name="p"), Generator[v2.Batch, None, None])
    assert_type(client.v2_get_delivery("d"), Generator[v2.Task, None, None])
    delivered = client.v2_get_delivery_tasks("d", completed_after=DAY)
    assert_type(delivered, Generator[v2.GetDeliveryTasksResponseDocsInner, None, None])
    assert_type(client.v2_get_dataset_delivery("d"), Generator[v2.DatasetTask, None, None])
    assert_type(client.v2_get_dataset_tasks("d"), Generator[v2.DatasetTask, None, None])


def operations(api: v2.V2Api) -> None:
    assert_type(
        api.get_task(
            "t", expand=["project", v2.ExpandableEnumTask.BATCH], opts=[v2.Option.SUBMISSIONS]
        ),
        v2.Task,
    )
    assert_type(
        api.get_task_with_http_info(
            "t", expand=["project", v2.ExpandableEnumTask.BATCH], opts=[v2.Option.SUBMISSIONS]
        ),
        v2.ApiResponse[v2.Task],
    )
    assert_type(
        api.get_task_without_preload_content(
            "t", expand=["project", v2.ExpandableEnumTask.BATCH], opts=[v2.Option.SUBMISSIONS]
        ),
        RESTResponse,
    )
    assert_type(
        api.create_chat_task(v2.CreateChatTaskRequest(project_id="p"), _request_timeout=5), v2.Task
    )
    assert_type(
        api.create_chat_task_with_http_info(
            v2.CreateChatTaskRequest(project_id="p"), _request_timeout=5
        ),
        v2.ApiResponse[v2.Task],
    )
    assert_type(
        api.create_chat_task_without_preload_content(
            v2.CreateChatTaskRequest(project_id="p"), _request_timeout=5
        ),
        RESTResponse,
    )
    assert_type(
        api.get_tasks("p", status=v2.TaskStatus.COMPLETED, completed_after=MOMENT, limit=10),
        v2.GetTasksResponse,
    )
    assert_type(
        api.get_tasks_with_http_info(
            "p", status=v2.TaskStatus.COMPLETED, completed_after=MOMENT, limit=10
        ),
        v2.ApiResponse[v2.GetTasksResponse],
    )
    assert_type(
        api.get_tasks_without_preload_content(
            "p", status=v2.TaskStatus.COMPLETED, completed_after=MOMENT, limit=10
        ),
        RESTResponse,
    )
    assert_type(api.set_task_metadata(task_id="t", metadata={"a": 1}, merge=True), v2.Task)
    assert_type(
        api.set_task_metadata_with_http_info(task_id="t", metadata={"a": 1}, merge=True),
        v2.ApiResponse[v2.Task],
    )
    assert_type(
        api.set_task_metadata_without_preload_content(task_id="t", metadata={"a": 1}, merge=True),
        RESTResponse,
    )
    assert_type(api.get_batch(batch_name="b"), v2.Batch)
    assert_type(api.get_batch_with_http_info(batch_name="b"), v2.ApiResponse[v2.Batch])
    assert_type(api.get_batch_without_preload_content(batch_name="b"), RESTResponse)
    assert_type(api.create_batch({"name": "b", "project": "p"}), v2.Batch)
    assert_type(
        api.create_batch_with_http_info({"name": "b", "project": "p"}), v2.ApiResponse[v2.Batch]
    )
    assert_type(
        api.create_batch_without_preload_content({"name": "b", "project": "p"}), RESTResponse
    )
    assert_type(
        api.get_batches(project_name="p", status="in_progress", next_token="n"),
        v2.GetBatchesResponse,
    )
    assert_type(
        api.get_batches_with_http_info(project_name="p", status="in_progress", next_token="n"),
        v2.ApiResponse[v2.GetBatchesResponse],
    )
    assert_type(
        api.get_batches_without_preload_content(
            project_name="p", status="in_progress", next_token="n"
        ),
        RESTResponse,
    )
    assert_type(api.finalize_batch("b"), v2.Batch)
    assert_type(api.finalize_batch_with_http_info("b"), v2.ApiResponse[v2.Batch])
    assert_type(api.finalize_batch_without_preload_content("b"), RESTResponse)
    assert_type(api.pause_batch(batch_name="b"), v2.PauseBatch200Response)
    assert_type(
        api.pause_batch_with_http_info(batch_name="b"), v2.ApiResponse[v2.PauseBatch200Response]
    )
    assert_type(api.pause_batch_without_preload_content(batch_name="b"), RESTResponse)
    assert_type(api.resume_batch({"batch_id": "b"}), v2.ResumeBatch200Response)
    assert_type(
        api.resume_batch_with_http_info({"batch_id": "b"}),
        v2.ApiResponse[v2.ResumeBatch200Response],
    )
    assert_type(api.resume_batch_without_preload_content({"batch_id": "b"}), RESTResponse)
    assert_type(api.cancel_batch(v2.BatchOperationRequest(batch_id="b")), v2.CancelBatch200Response)
    assert_type(
        api.cancel_batch_with_http_info(v2.BatchOperationRequest(batch_id="b")),
        v2.ApiResponse[v2.CancelBatch200Response],
    )
    assert_type(
        api.cancel_batch_without_preload_content(v2.BatchOperationRequest(batch_id="b")),
        RESTResponse,
    )
    assert_type(api.set_batch_metadata(batch_id="b", metadata={}), v2.Batch)
    assert_type(
        api.set_batch_metadata_with_http_info(batch_id="b", metadata={}), v2.ApiResponse[v2.Batch]
    )
    assert_type(
        api.set_batch_metadata_without_preload_content(batch_id="b", metadata={}), RESTResponse
    )
    assert_type(api.get_project("p"), v2.Project)
    assert_type(api.get_project_with_http_info("p"), v2.ApiResponse[v2.Project])
    assert_type(api.get_project_without_preload_content("p"), RESTResponse)
    assert_type(api.get_projects(created_after=MOMENT), v2.GetProjectsResponse)
    assert_type(
        api.get_projects_with_http_info(created_after=MOMENT),
        v2.ApiResponse[v2.GetProjectsResponse],
    )
    assert_type(api.get_projects_without_preload_content(created_after=MOMENT), RESTResponse)
    assert_type(
        api.get_deliveries(project_id="p", delivered_before="2025-01-01"), v2.GetDeliveriesResponse
    )
    assert_type(
        api.get_deliveries_with_http_info(project_id="p", delivered_before="2025-01-01"),
        v2.ApiResponse[v2.GetDeliveriesResponse],
    )
    assert_type(
        api.get_deliveries_without_preload_content(project_id="p", delivered_before="2025-01-01"),
        RESTResponse,
    )
    assert_type(api.get_delivery("d", expand=["tasks"]), v2.GetDeliveredTasksResponse)
    assert_type(
        api.get_delivery_with_http_info("d", expand=["tasks"]),
        v2.ApiResponse[v2.GetDeliveredTasksResponse],
    )
    assert_type(api.get_delivery_without_preload_content("d", expand=["tasks"]), RESTResponse)
    assert_type(api.get_delivery_tasks("d", status="completed"), v2.GetDeliveryTasksResponse)
    assert_type(
        api.get_delivery_tasks_with_http_info("d", status="completed"),
        v2.ApiResponse[v2.GetDeliveryTasksResponse],
    )
    assert_type(
        api.get_delivery_tasks_without_preload_content("d", status="completed"), RESTResponse
    )
    assert_type(api.get_annotation("a"), v2.Annotation)
    assert_type(api.get_annotation_with_http_info("a"), v2.ApiResponse[v2.Annotation])
    assert_type(api.get_annotation_without_preload_content("a"), RESTResponse)
    assert_type(api.get_schema("s"), v2.GetSchemaResponse)
    assert_type(api.get_schema_with_http_info("s"), v2.ApiResponse[v2.GetSchemaResponse])
    assert_type(api.get_schema_without_preload_content("s"), RESTResponse)
    assert_type(api.get_datasets(_headers={"X-Trace": "1"}), v2.GetDatasetsResponse)
    assert_type(
        api.get_datasets_with_http_info(_headers={"X-Trace": "1"}),
        v2.ApiResponse[v2.GetDatasetsResponse],
    )
    assert_type(api.get_datasets_without_preload_content(_headers={"X-Trace": "1"}), RESTResponse)
    assert_type(api.get_dataset_deliveries("d"), v2.GetDatasetDeliveriesResponse)
    assert_type(
        api.get_dataset_deliveries_with_http_info("d"),
        v2.ApiResponse[v2.GetDatasetDeliveriesResponse],
    )
    assert_type(api.get_dataset_deliveries_without_preload_content("d"), RESTResponse)
    assert_type(api.get_dataset_delivery(delivery_id="d"), v2.GetDatasetDeliveryResponse)
    assert_type(
        api.get_dataset_delivery_with_http_info(delivery_id="d"),
        v2.ApiResponse[v2.GetDatasetDeliveryResponse],
    )
    assert_type(api.get_dataset_delivery_without_preload_content(delivery_id="d"), RESTResponse)
    assert_type(api.get_dataset_task("t"), v2.DatasetTask)
    assert_type(api.get_dataset_task_with_http_info("t"), v2.ApiResponse[v2.DatasetTask])
    assert_type(api.get_dataset_task_without_preload_content("t"), RESTResponse)
    assert_type(api.get_dataset_tasks("d", limit=5), v2.GetDatasetTasksResponse)
    assert_type(
        api.get_dataset_tasks_with_http_info("d", limit=5),
        v2.ApiResponse[v2.GetDatasetTasksResponse],
    )
    assert_type(api.get_dataset_tasks_without_preload_content("d", limit=5), RESTResponse)
    assert_type(api.get_dataset_task_response_url("t", "a"), str)
    assert_type(api.get_dataset_task_response_url_with_http_info("t", "a"), v2.ApiResponse[str])
    assert_type(api.get_dataset_task_response_url_without_preload_content("t", "a"), RESTResponse)


def by_hand() -> None:
    own = v2.Configuration(host="https://example.org", access_token="test_key")
    with v2.ApiClient(own) as api_client:
        assert_type(v2.V2Api(api_client), v2.V2Api)


def of_a_v2_task(task: v2.Task) -> None:
    assert_type(task.task_id, str)
    assert_type(task.created_at, dt.datetime)
    assert_type(task.completed_at, Optional[dt.datetime])
    assert_type(task.threads[0].turns[0].messages[0].content.text, Optional[str])
    assert_type(task.as_dict(), dict[str, Any])
    assert_type(task.to_dict(), dict[str, Any])
    assert_type(task.to_json(), str)
    assert_type(v2.Task.from_json("{}"), v2.Task)
    assert_type(v2.Task.from_dict({}), v2.Task)


def of_a_task(task: scaleapi.Task) -> None:
    assert_type(task.id, str)
    assert_type(task.status, str)
    assert_type(task.params, dict[str, Any])
    assert_type(task.response, Any)
    assert_type(task.as_dict(), dict[str, Any])
    task.refresh()
    drawing = task.draw("a.jpg", size=(640, 480))
    assert_type(drawing.svg, str)
    assert_type(drawing.notes, tuple[str, ...])
    drawing.save("a.svg")
    task.cancel(clear_unique_id=True)
    task.audit(True)
    task.update_unique_id("u")
    task.clear_unique_id()
    task.set_metadata({})
    task.set_tags(["a"])
    task.add_tags(["a"])
    task.delete_tags(["a"])


def of_a_batch(batch: scaleapi.Batch) -> None:
    assert_type(batch.name, str)
    assert_type(batch.tasks_completed, Optional[int])
    assert_type(batch.as_dict(), dict[str, Any])
    assert_type(batch.get_status(), dict[str, Any])
    assert_type(batch.wait(60, poll=5, progress=print), scaleapi.Batch)
    batch.finalize()
    batch.set_priority(30)


def of_a_project(project: scaleapi.Project) -> None:
    assert_type(project.name, str)
    assert_type(project.version, Optional[int])
    assert_type(project.get_template(), scaleapi.TaskTemplate)


def of_a_template(template: scaleapi.TaskTemplate) -> None:
    assert_type(template.get_template_variables(), dict[str, Any])
    assert_type(template.get_response_schema(), Optional[dict[str, Any]])
    assert_type(template.is_auto_onboardable(), bool)


def of_others(mate: scaleapi.Teammate) -> None:
    assert_type(mate.update_teammate_role("labeler"), list[scaleapi.Teammate])


def of_a_run(run: BulkRun[TaskOutcome]) -> None:
    assert_type(run.run(), dict[str, int])
    assert_type(run.counts["created"], int)
    assert_type(run.stats.requests, int)
    assert_type(run.write_failures("failed.jsonl.gz"), int)
    assert_type(run.failures[0], Failure)
    with run as same:
        assert_type(next(iter(same)).as_dict(), dict[str, Any])
    run.close()


def of_a_policy(policy: scaleapi.RetryPolicy) -> None:
    assert_type(policy.replace(total=1), scaleapi.RetryPolicy)
    assert_type(policy.backoff(1), float)
    assert_type(policy.delay(1, None, 0.5), Optional[float])


def of_the_transport(api: scaleapi.Api) -> None:
    assert_type(api.get_request("teams", {"a": 1}), Any)
    assert_type(api.post_request("x", {}, files={}, data={}), Any)
    assert_type(api.put_request("x", {}, params={}), Any)
    assert_type(api.delete_request("x", {}, {}), Any)
    assert_type(api.quote_string("a/b"), str)
    assert_type(api.request("GET", "x").response, requests.Response)
    assert_type(api.stream("GET", "x", headers={}), requests.Response)
    assert_type(api.with_options(retries=1), scaleapi.Api)
    assert_type(api.session, requests.Session)
    api.close()


def on_a_sandbox(box: sandbox.Sandbox) -> None:
    with sandbox.Sandbox(port=8080, live=True, db="x.db", callbacks="all") as other:
        assert_type(other, sandbox.Sandbox)
    assert_type(box.start(), sandbox.Sandbox)
    assert_type(box.url, str)
    assert_type(box.requests[0].body, Any)
    assert_type(box.callbacks, list[sandbox.Callback])
    assert_type(box.client(retries=0), scaleapi.ScaleClient)
    box.fail_next("POST", "/task/*", status=503, times=2, headers={"Retry-After": "1"})
    assert_type(box.add_fault("GET", truncated=True, per_second=5), sandbox.FaultRule)
    assert_type(box.load_faults(Path("faults.json")), list[sandbox.FaultRule])
    assert_type(box.faults, list[sandbox.FaultRule])
    box.clear_faults()
    assert_type(box.complete_task("t", {"label": "cat"}), dict[str, Any])
    assert_type(box.fail_task("t", "no such picture"), dict[str, Any])
    assert_type(box.recall_task("t"), dict[str, Any])
    assert_type(box.deliver("p", ["t"], delivered_at="2025-03-04"), dict[str, Any])
    assert_type(box.add_dataset("d", 3), dict[str, Any])
    assert_type(box.seed([{"kind": "project"}]), dict[str, int])
    box.export("world.jsonl")
    box.reset()
    box.stop()


def of_a_fault(fault: sandbox.FaultRule) -> None:
    assert_type(fault.matches("GET", "/v1/tasks"), bool)
    assert_type(fault.should_fire(), bool)
    assert_type(fault.body_text(), str)
    assert_type(fault.response_headers(), dict[str, str])
    assert_type(fault.as_dict(), dict[str, Any])


def of_an_error(error: scaleapi.ScaleException) -> None:
    assert_type(error.code, Optional[int])
    assert_type(error.message, str)
    assert_type(error.attempts[0], scaleapi.Attempt)
    assert_type(error.response, Optional[requests.Response])


def functions(body: bytes, headers: Mapping[str, str], rows: list[scaleapi.Task]) -> None:
    assert_type(callbacks.parse(body, headers, "auth_key"), scaleapi.Task)
    callbacks.parse({}, requests.Response().headers, os.environ["AUTH_KEY"], scaleapi.ScaleClient())
    assert_type(scaleapi.to_dataframe(rows, flatten=["metadata"]), pandas.DataFrame)
    scaleapi.to_arrow(rows, {"metadata.camera": "int64"})
    assert_type(scaleapi.label_counts("tasks.jsonl"), pandas.DataFrame)
    shown = scaleapi.gallery(rows, columns=3, image=lambda task: task["unique_id"], size=(5, 5))
    assert_type(next(iter(shown)), Drawing)
    rows[0].draw("image.png", files="folder")


def on_annotations(task: scaleapi.Task) -> None:
    for annotation in scaleapi.annotations.iter_annotations(task, files="folder"):
        assert_type(annotation, Annotation)
        assert_type(annotation.label, Optional[str])
        assert_type(annotation.type, str)
        if isinstance(annotation.geometry, Box):
            assert_type(annotation.geometry.width, float)
    scaleapi.annotations.to_arrow("tasks.jsonl")
    report = scaleapi.annotations.to_coco([task], "coco.json", sizes={"id": (5, 5)}, labels=["a"])
    assert_type(report, ConversionReport)
    scaleapi.annotations.to_yolo("tasks.jsonl", Path("yolo"), task="segment", sizes=(5, 5))
    scaleapi.annotations.to_masks(iter([task]), "masks", files="folder")
    for payload in scaleapi.annotations.from_coco("coco.json", attachment=lambda image: "url"):
        assert_type(payload, dict[str, Any])


# What the published client's users wrote goes on.
make: Callable[[str], scaleapi.ScaleClient] = scaleapi.ScaleClient
