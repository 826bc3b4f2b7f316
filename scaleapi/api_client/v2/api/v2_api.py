# mypy: disable-error-code="empty-body"
"""The 25 operations of the v2 (GenAI) API.

Each method is its own declaration, see `_operations`. Besides its arguments it takes
`_request_timeout` (seconds, or a pair to connect and to read), `_request_auth`, `_headers`,
`_content_type` and `_host_index`.

Every operation may raise an `ApiException` (see `exceptions`; each is a `ScaleException` too) where
the service refuses, a `ScaleConnectionError` where no answer comes, and an `ApiTypeError` or an
`ApiValueError` for arguments that make no sense, before anything is sent. GETs are sent again as
the client's retry policy says; POSTs only where the service can't have acted, but for
`create_batch`, whose name keeps it from being made twice.

Source: https://scale.com/docs/api-reference, version 2.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Iterable, Mapping, Optional, Union

from ...._recovery import V2_CREATE_BATCH, V2_CREATE_CHAT_TASK
from ...._typing import Unpack
from ....tasks import TaskStatus as V1TaskStatus
from .._operations import CallOptions, operation, with_http_info, without_preload_content
from ..api_client import ApiClient
from ..models import (
    Annotation,
    Batch,
    BatchOperationRequest,
    BatchStatus,
    CancelBatch200Response,
    CreateBatchRequest,
    CreateChatTaskRequest,
    DatasetTask,
    ExpandableEnumBatch,
    ExpandableEnumDatasetsDeliveries,
    ExpandableEnumDatasetTask,
    ExpandableEnumDeliveries,
    ExpandableEnumDelivery,
    ExpandableEnumTask,
    GetBatchesResponse,
    GetDatasetDeliveriesResponse,
    GetDatasetDeliveryResponse,
    GetDatasetsResponse,
    GetDatasetTaskResponseUrl404Response,
    GetDatasetTasksResponse,
    GetDeliveredTasksResponse,
    GetDeliveriesResponse,
    GetDeliveryTasksResponse,
    GetProjectsResponse,
    GetSchema400Response,
    GetSchema404Response,
    GetSchemaResponse,
    GetTasksResponse,
    Option,
    PauseBatch200Response,
    Project,
    ResumeBatch200Response,
    SetBatchMetadataRequest,
    SetTaskMetadataRequest,
    Task,
    TaskStatus,
)

Moment = Union[dt.datetime, dt.date, str]


class V2Api:
    """The v2 API, over the transport of an `ApiClient`.

    Args:
        api_client: None takes `ApiClient.get_default()`.
    """

    def __init__(self, api_client: Optional[ApiClient] = None) -> None:
        self.api_client = api_client or ApiClient.get_default()

    def __repr__(self) -> str:
        return f"V2Api({self.api_client!r})"

    @operation("GET", "/v2/task")
    def get_task(
        self,
        task_id: str,
        expand: Optional[Iterable[Union[ExpandableEnumTask, str]]] = None,
        opts: Optional[Iterable[Union[Option, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> Task:
        """The task with this id.

        See https://scale.com/docs/api-reference/tasks.
        """

    get_task_with_http_info = with_http_info(get_task)
    get_task_without_preload_content = without_preload_content(get_task)

    @operation("POST", "/v2/task/chat", idempotency=V2_CREATE_CHAT_TASK)
    def create_chat_task(
        self,
        create_chat_task_request: Union[CreateChatTaskRequest, Mapping[str, Any], None] = None,
        *,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        template_variables: Optional[Mapping[str, Any]] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        callback_url: Optional[str] = None,
        **options: Unpack[CallOptions],
    ) -> Task:
        """The new chat task of a project.

        See https://scale.com/docs/api-reference/tasks.
        """

    create_chat_task_with_http_info = with_http_info(create_chat_task)
    create_chat_task_without_preload_content = without_preload_content(create_chat_task)

    @operation("GET", "/v2/tasks")
    def get_tasks(
        self,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        status: Union[TaskStatus, V1TaskStatus, str, None] = None,
        completed_after: Optional[Moment] = None,
        completed_before: Optional[Moment] = None,
        limit: Optional[int] = None,
        next_token: Optional[str] = None,
        expand: Optional[Iterable[Union[ExpandableEnumTask, str]]] = None,
        opts: Optional[Iterable[Union[Option, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> GetTasksResponse:
        """One page of the tasks of a project or a batch, newest first.

        See https://scale.com/docs/api-reference/tasks.
        """

    get_tasks_with_http_info = with_http_info(get_tasks)
    get_tasks_without_preload_content = without_preload_content(get_tasks)

    @operation("POST", "/v2/task/metadata")
    def set_task_metadata(
        self,
        set_task_metadata_request: Union[SetTaskMetadataRequest, Mapping[str, Any], None] = None,
        *,
        task_id: Optional[str] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        merge: Optional[bool] = None,
        **options: Unpack[CallOptions],
    ) -> Task:
        """The task, its metadata replaced, or merged with `merge=True`.

        See https://scale.com/docs/api-reference/tasks.
        """

    set_task_metadata_with_http_info = with_http_info(set_task_metadata)
    set_task_metadata_without_preload_content = without_preload_content(set_task_metadata)

    @operation("GET", "/v2/batch")
    def get_batch(
        self,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        expand: Optional[Iterable[Union[ExpandableEnumBatch, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> Batch:
        """The batch with this id or name.

        See https://scale.com/docs/api-reference/batches.
        """

    get_batch_with_http_info = with_http_info(get_batch)
    get_batch_without_preload_content = without_preload_content(get_batch)

    @operation("POST", "/v2/batch", idempotency=V2_CREATE_BATCH)
    def create_batch(
        self,
        create_batch_request: Union[CreateBatchRequest, Mapping[str, Any], None] = None,
        *,
        name: Optional[str] = None,
        project: Optional[str] = None,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        callback: Optional[str] = None,
        staging_batch: Optional[bool] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        **options: Unpack[CallOptions],
    ) -> Batch:
        """The new batch of a project; `project` is taken as `project_id`.

        See https://scale.com/docs/api-reference/batches.
        """

    create_batch_with_http_info = with_http_info(create_batch)
    create_batch_without_preload_content = without_preload_content(create_batch)

    @operation("GET", "/v2/batches")
    def get_batches(
        self,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        status: Union[BatchStatus, str, None] = None,
        created_after: Optional[Moment] = None,
        created_before: Optional[Moment] = None,
        completed_after: Optional[Moment] = None,
        completed_before: Optional[Moment] = None,
        limit: Optional[int] = None,
        next_token: Optional[str] = None,
        expand: Optional[Iterable[Union[ExpandableEnumBatch, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> GetBatchesResponse:
        """One page of batches, newest first.

        See https://scale.com/docs/api-reference/batches.
        """

    get_batches_with_http_info = with_http_info(get_batches)
    get_batches_without_preload_content = without_preload_content(get_batches)

    @operation("POST", "/v2/batch/finalize")
    def finalize_batch(
        self,
        batch_operation_request: Union[BatchOperationRequest, Mapping[str, Any], str, None] = None,
        *,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        **options: Unpack[CallOptions],
    ) -> Batch:
        """The batch, released for labeling; a text is its id.

        See https://scale.com/docs/api-reference/batches.
        """

    finalize_batch_with_http_info = with_http_info(finalize_batch)
    finalize_batch_without_preload_content = without_preload_content(finalize_batch)

    @operation("POST", "/v2/batch/pause")
    def pause_batch(
        self,
        batch_operation_request: Union[BatchOperationRequest, Mapping[str, Any], str, None] = None,
        *,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        **options: Unpack[CallOptions],
    ) -> PauseBatch200Response:
        """The batch, paused soon, and a message; a text is its id.

        See https://scale.com/docs/api-reference/batches.
        """

    pause_batch_with_http_info = with_http_info(pause_batch)
    pause_batch_without_preload_content = without_preload_content(pause_batch)

    @operation("POST", "/v2/batch/resume")
    def resume_batch(
        self,
        batch_operation_request: Union[BatchOperationRequest, Mapping[str, Any], str, None] = None,
        *,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        **options: Unpack[CallOptions],
    ) -> ResumeBatch200Response:
        """The batch, going on soon, and a message; a text is its id.

        See https://scale.com/docs/api-reference/batches.
        """

    resume_batch_with_http_info = with_http_info(resume_batch)
    resume_batch_without_preload_content = without_preload_content(resume_batch)

    @operation("POST", "/v2/batch/cancel")
    def cancel_batch(
        self,
        batch_operation_request: Union[BatchOperationRequest, Mapping[str, Any], str, None] = None,
        *,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        **options: Unpack[CallOptions],
    ) -> CancelBatch200Response:
        """The batch, cancelled soon, and a message; a text is its id.

        See https://scale.com/docs/api-reference/batches.
        """

    cancel_batch_with_http_info = with_http_info(cancel_batch)
    cancel_batch_without_preload_content = without_preload_content(cancel_batch)

    @operation("POST", "/v2/batch/metadata")
    def set_batch_metadata(
        self,
        set_batch_metadata_request: Union[SetBatchMetadataRequest, Mapping[str, Any], None] = None,
        *,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        merge: Optional[bool] = None,
        **options: Unpack[CallOptions],
    ) -> Batch:
        """The batch, its metadata replaced, or merged with `merge=True`.

        See https://scale.com/docs/api-reference/batches.
        """

    set_batch_metadata_with_http_info = with_http_info(set_batch_metadata)
    set_batch_metadata_without_preload_content = without_preload_content(set_batch_metadata)

    @operation("GET", "/v2/project")
    def get_project(
        self,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        **options: Unpack[CallOptions],
    ) -> Project:
        """The project with this id or name.

        See https://scale.com/docs/api-reference/projects.
        """

    get_project_with_http_info = with_http_info(get_project)
    get_project_without_preload_content = without_preload_content(get_project)

    @operation("GET", "/v2/projects")
    def get_projects(
        self,
        created_after: Optional[Moment] = None,
        created_before: Optional[Moment] = None,
        **options: Unpack[CallOptions],
    ) -> GetProjectsResponse:
        """Every project.

        See https://scale.com/docs/api-reference/projects.
        """

    get_projects_with_http_info = with_http_info(get_projects)
    get_projects_without_preload_content = without_preload_content(get_projects)

    @operation("GET", "/v2/deliveries")
    def get_deliveries(
        self,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        delivered_after: Optional[Moment] = None,
        delivered_before: Optional[Moment] = None,
        expand: Optional[Iterable[Union[ExpandableEnumDeliveries, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> GetDeliveriesResponse:
        """Every delivery of a project.

        See https://scale.com/docs/api-reference/deliveries.
        """

    get_deliveries_with_http_info = with_http_info(get_deliveries)
    get_deliveries_without_preload_content = without_preload_content(get_deliveries)

    @operation("GET", "/v2/delivery")
    def get_delivery(
        self,
        delivery_id: Optional[str] = None,
        delivery_name: Optional[str] = None,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        limit: Optional[int] = None,
        next_token: Optional[str] = None,
        expand: Optional[Iterable[Union[ExpandableEnumDelivery, str]]] = None,
        opts: Optional[Iterable[Union[Option, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> GetDeliveredTasksResponse:
        """One page of the tasks of a delivery.

        See https://scale.com/docs/api-reference/deliveries.
        """

    get_delivery_with_http_info = with_http_info(get_delivery)
    get_delivery_without_preload_content = without_preload_content(get_delivery)

    @operation("GET", "/v2/delivery/tasks")
    def get_delivery_tasks(
        self,
        delivery_id: Optional[str] = None,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        status: Union[TaskStatus, V1TaskStatus, str, None] = None,
        completed_after: Optional[Moment] = None,
        completed_before: Optional[Moment] = None,
        limit: Optional[int] = None,
        next_token: Optional[str] = None,
        **options: Unpack[CallOptions],
    ) -> GetDeliveryTasksResponse:
        """One page of a project's tasks with the responses that were delivered.

        See https://scale.com/docs/api-reference/deliveries.
        """

    get_delivery_tasks_with_http_info = with_http_info(get_delivery_tasks)
    get_delivery_tasks_without_preload_content = without_preload_content(get_delivery_tasks)

    @operation("GET", "/v2/annotation")
    def get_annotation(self, annotation_id: str, **options: Unpack[CallOptions]) -> Annotation:
        """The annotation with this id.

        See https://scale.com/docs/api-reference/annotations.
        """

    get_annotation_with_http_info = with_http_info(get_annotation)
    get_annotation_without_preload_content = without_preload_content(get_annotation)

    @operation("GET", "/v2/schema", errors={400: GetSchema400Response, 404: GetSchema404Response})
    def get_schema(self, schema_id: str, **options: Unpack[CallOptions]) -> GetSchemaResponse:
        """The JSON Schema of delivered responses.

        See https://scale.com/docs/api-reference/deliveries.
        """

    get_schema_with_http_info = with_http_info(get_schema)
    get_schema_without_preload_content = without_preload_content(get_schema)

    @operation("GET", "/v2/datasets")
    def get_datasets(self, **options: Unpack[CallOptions]) -> GetDatasetsResponse:
        """Every dataset.

        See https://scale.com/docs/api-reference/datasets.
        """

    get_datasets_with_http_info = with_http_info(get_datasets)
    get_datasets_without_preload_content = without_preload_content(get_datasets)

    @operation("GET", "/v2/datasets/deliveries")
    def get_dataset_deliveries(
        self,
        dataset_id: Optional[str] = None,
        delivered_after: Optional[Moment] = None,
        delivered_before: Optional[Moment] = None,
        expand: Optional[Iterable[Union[ExpandableEnumDatasetsDeliveries, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> GetDatasetDeliveriesResponse:
        """Every delivery of a dataset.

        See https://scale.com/docs/api-reference/datasets.
        """

    get_dataset_deliveries_with_http_info = with_http_info(get_dataset_deliveries)
    get_dataset_deliveries_without_preload_content = without_preload_content(get_dataset_deliveries)

    @operation("GET", "/v2/datasets/delivery")
    def get_dataset_delivery(
        self,
        delivery_id: Optional[str] = None,
        limit: Optional[int] = None,
        next_token: Optional[str] = None,
        expand: Optional[Iterable[Union[ExpandableEnumDatasetTask, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> GetDatasetDeliveryResponse:
        """One page of the tasks of a dataset's delivery.

        See https://scale.com/docs/api-reference/datasets.
        """

    get_dataset_delivery_with_http_info = with_http_info(get_dataset_delivery)
    get_dataset_delivery_without_preload_content = without_preload_content(get_dataset_delivery)

    @operation("GET", "/v2/datasets/task")
    def get_dataset_task(
        self,
        task_id: str,
        expand: Optional[Iterable[Union[ExpandableEnumDatasetTask, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> DatasetTask:
        """The task of a dataset with this id.

        See https://scale.com/docs/api-reference/datasets.
        """

    get_dataset_task_with_http_info = with_http_info(get_dataset_task)
    get_dataset_task_without_preload_content = without_preload_content(get_dataset_task)

    @operation("GET", "/v2/datasets/tasks")
    def get_dataset_tasks(
        self,
        dataset_id: Optional[str] = None,
        delivery_id: Optional[str] = None,
        delivered_after: Optional[Moment] = None,
        delivered_before: Optional[Moment] = None,
        limit: Optional[int] = None,
        next_token: Optional[str] = None,
        expand: Optional[Iterable[Union[ExpandableEnumDatasetTask, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> GetDatasetTasksResponse:
        """One page of the tasks of a dataset.

        See https://scale.com/docs/api-reference/datasets.
        """

    get_dataset_tasks_with_http_info = with_http_info(get_dataset_tasks)
    get_dataset_tasks_without_preload_content = without_preload_content(get_dataset_tasks)

    @operation(
        "GET",
        "/v2/datasets/task/{task_id}/response_url/{attachment_id}",
        errors={404: GetDatasetTaskResponseUrl404Response},
        redirects=True,
    )
    def get_dataset_task_response_url(
        self, task_id: str, attachment_id: str, **options: Unpack[CallOptions]
    ) -> str:
        """The address of a response file, signed and good for a while; it is not followed.

        See https://scale.com/docs/api-reference/datasets.
        """

    get_dataset_task_response_url_with_http_info = with_http_info(get_dataset_task_response_url)
    get_dataset_task_response_url_without_preload_content = without_preload_content(
        get_dataset_task_response_url
    )
