"""The 25 operations of the v2 (GenAI) API.

Each method builds its request and sends it; `_operations` has what all of them share. Besides its
arguments it takes `_request_timeout` (seconds, or a pair to connect and to read), `_request_auth`,
`_headers`, `_content_type` and `_host_index`.

Every operation may raise an `ApiException` (see `exceptions`; each is a `ScaleException` too) if
the service refuses, a `ScaleConnectionError` if no response is received, and an `ApiTypeError` or
an `ApiValueError` for invalid arguments, before anything is sent. GETs are retried as the client's
retry policy says; POSTs only if the service cannot have acted, except `create_batch`, whose name
keeps it from being created twice.

Source: https://scale.com/docs/api-reference, version 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional, TypeVar, Union

from ...._recovery import V2_CREATE_BATCH, V2_CREATE_CHAT_TASK
from ...._typing import Unpack
from ...._validation import TimestampLike
from ....tasks import TaskStatus as V1TaskStatus
from .._arguments import (
    batch_body,
    enum_value,
    enum_values,
    json_body,
    page,
    path_segments,
    required_strings,
    strings,
    times,
)
from .._operations import (
    CallOptions,
    Request,
    fetch_data,
    operation,
    with_http_info,
    without_preload_content,
)
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

T = TypeVar("T")


class V2Api:
    """The v2 API, over the transport of an `ApiClient`.

    Args:
        api_client: None takes `ApiClient.get_default()`.
    """

    def __init__(self, api_client: Optional[ApiClient] = None) -> None:
        self.api_client = api_client or ApiClient.get_default()

    def __repr__(self) -> str:
        return f"V2Api({self.api_client!r})"

    # Sends a request. The derived forms run a method on a copy that has another function here.
    _exchange: Callable[[ApiClient, Request[Any]], Any] = staticmethod(fetch_data)

    def _send(self, request: Request[T]) -> T:
        result: T = self._exchange(self.api_client, request)
        return result

    @operation
    def get_task(
        self,
        task_id: str,
        expand: Optional[Iterable[Union[ExpandableEnumTask, str]]] = None,
        opts: Optional[Iterable[Union[Option, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> Task:
        """Return the task with this id.

        Args:
            task_id: Id of the task.
            expand: What to include as a complete object rather than its id: "project", "batch".
            opts: Details to include, members or values of `Option`.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/tasks.
        """
        query = {
            **required_strings(task_id=task_id),
            **enum_values(ExpandableEnumTask, expand=expand),
            **enum_values(Option, opts=opts),
        }
        return self._send(Request("GET", "/v2/task", Task, options, query))

    get_task_with_http_info = with_http_info(get_task)
    get_task_without_preload_content = without_preload_content(get_task)

    @operation
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
        """Create a chat task in a project, and return it.

        Args:
            create_chat_task_request: The task as a whole, in the place of the other arguments.
            project_id: Id of the project; this or `project_name` is required.
            project_name: Name of the project.
            batch_id: Id of a batch of the project.
            batch_name: Name of a batch of the project.
            template_variables: Values of the variables in the template of the project.
            metadata: Metadata of the task.
            callback_url: URL or e-mail address that receives the task when it is completed.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/tasks.
        """
        body = json_body(
            CreateChatTaskRequest,
            "create_chat_task_request",
            create_chat_task_request,
            project_id=project_id,
            project_name=project_name,
            batch_id=batch_id,
            batch_name=batch_name,
            template_variables=template_variables,
            metadata=metadata,
            callback_url=callback_url,
        )
        return self._send(
            Request(
                "POST", "/v2/task/chat", Task, options, body=body, idempotency=V2_CREATE_CHAT_TASK
            )
        )

    create_chat_task_with_http_info = with_http_info(create_chat_task)
    create_chat_task_without_preload_content = without_preload_content(create_chat_task)

    @operation
    def get_tasks(
        self,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        status: Union[TaskStatus, V1TaskStatus, str, None] = None,
        completed_after: Optional[TimestampLike] = None,
        completed_before: Optional[TimestampLike] = None,
        limit: Optional[int] = None,
        next_token: Optional[str] = None,
        expand: Optional[Iterable[Union[ExpandableEnumTask, str]]] = None,
        opts: Optional[Iterable[Union[Option, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> GetTasksResponse:
        """Return one page of the tasks of a project or a batch, newest first.

        Args:
            project_id: Only tasks of the project with this id; this or one of the next three is
                required.
            project_name: Only tasks of the project with this name.
            batch_id: Only tasks of the batch with this id.
            batch_name: Only tasks of the batch with this name.
            status: Only tasks in this state.
            completed_after: Lower bound of the time of completion, as a string, date or datetime.
            completed_before: Upper bound of the time of completion.
            limit: Tasks in the page, 1 to 100.
            next_token: The `next_token` of the page before; None or empty for the first page.
            expand: What to include as a complete object rather than its id: "project", "batch".
            opts: Details to include, members or values of `Option`.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/tasks.
        """
        query = {
            **strings(
                project_id=project_id,
                project_name=project_name,
                batch_id=batch_id,
                batch_name=batch_name,
            ),
            **enum_value(TaskStatus, status=status),
            **times(completed_after=completed_after, completed_before=completed_before),
            **page(limit, next_token),
            **enum_values(ExpandableEnumTask, expand=expand),
            **enum_values(Option, opts=opts),
        }
        return self._send(Request("GET", "/v2/tasks", GetTasksResponse, options, query))

    get_tasks_with_http_info = with_http_info(get_tasks)
    get_tasks_without_preload_content = without_preload_content(get_tasks)

    @operation
    def set_task_metadata(
        self,
        set_task_metadata_request: Union[SetTaskMetadataRequest, Mapping[str, Any], None] = None,
        *,
        task_id: Optional[str] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        merge: Optional[bool] = None,
        **options: Unpack[CallOptions],
    ) -> Task:
        """Replace the metadata of a task, or merge them with `merge=True`, and return the task.

        Args:
            set_task_metadata_request: The change as a whole, in the place of the other arguments.
            task_id: Id of the task.
            metadata: The metadata.
            merge: Whether to merge it into the present metadata instead of replacing that.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/tasks.
        """
        body = json_body(
            SetTaskMetadataRequest,
            "set_task_metadata_request",
            set_task_metadata_request,
            task_id=task_id,
            metadata=metadata,
            merge=merge,
        )
        return self._send(Request("POST", "/v2/task/metadata", Task, options, body=body))

    set_task_metadata_with_http_info = with_http_info(set_task_metadata)
    set_task_metadata_without_preload_content = without_preload_content(set_task_metadata)

    @operation
    def get_batch(
        self,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        expand: Optional[Iterable[Union[ExpandableEnumBatch, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> Batch:
        """Return the batch with this id or name.

        Args:
            batch_id: Id of the batch; this or `batch_name` is required.
            batch_name: Name of the batch.
            expand: What to include as a complete object rather than its id: "project".
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/batches.
        """
        query = {
            **strings(batch_id=batch_id, batch_name=batch_name),
            **enum_values(ExpandableEnumBatch, expand=expand),
        }
        return self._send(Request("GET", "/v2/batch", Batch, options, query))

    get_batch_with_http_info = with_http_info(get_batch)
    get_batch_without_preload_content = without_preload_content(get_batch)

    @operation
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
        """Create a batch in a project, and return it; `project` is taken as `project_id`.

        Args:
            create_batch_request: The batch as a whole, in the place of the other arguments.
            name: Name of the batch, unique in its project.
            project: The same as `project_id`.
            project_id: Id of the project; this or `project_name` is required.
            project_name: Name of the project.
            callback: URL or e-mail address that is notified when the batch is completed.
            staging_batch: Whether labeling starts only after `finalize_batch`.
            metadata: Metadata of the batch.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/batches.
        """
        body = json_body(
            CreateBatchRequest,
            "create_batch_request",
            create_batch_request,
            name=name,
            project=project,
            project_id=project_id,
            project_name=project_name,
            callback=callback,
            staging_batch=staging_batch,
            metadata=metadata,
        )
        return self._send(
            Request("POST", "/v2/batch", Batch, options, body=body, idempotency=V2_CREATE_BATCH)
        )

    create_batch_with_http_info = with_http_info(create_batch)
    create_batch_without_preload_content = without_preload_content(create_batch)

    @operation
    def get_batches(
        self,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        status: Union[BatchStatus, str, None] = None,
        created_after: Optional[TimestampLike] = None,
        created_before: Optional[TimestampLike] = None,
        completed_after: Optional[TimestampLike] = None,
        completed_before: Optional[TimestampLike] = None,
        limit: Optional[int] = None,
        next_token: Optional[str] = None,
        expand: Optional[Iterable[Union[ExpandableEnumBatch, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> GetBatchesResponse:
        """Return one page of batches, newest first.

        Args:
            project_id: Only batches of the project with this id.
            project_name: Only batches of the project with this name.
            status: Only batches in this state.
            created_after: Lower bound of the time of creation, as a string, date or datetime.
            created_before: Upper bound of the time of creation.
            completed_after: Lower bound of the time of completion, as a string, date or datetime.
            completed_before: Upper bound of the time of completion.
            limit: Batches in the page, 1 to 100.
            next_token: The `next_token` of the page before; None or empty for the first page.
            expand: What to include as a complete object rather than its id: "project".
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/batches.
        """
        query = {
            **strings(project_id=project_id, project_name=project_name),
            **enum_value(BatchStatus, status=status),
            **times(
                created_after=created_after,
                created_before=created_before,
                completed_after=completed_after,
                completed_before=completed_before,
            ),
            **page(limit, next_token),
            **enum_values(ExpandableEnumBatch, expand=expand),
        }
        return self._send(Request("GET", "/v2/batches", GetBatchesResponse, options, query))

    get_batches_with_http_info = with_http_info(get_batches)
    get_batches_without_preload_content = without_preload_content(get_batches)

    @operation
    def finalize_batch(
        self,
        batch_operation_request: Union[BatchOperationRequest, Mapping[str, Any], str, None] = None,
        *,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        **options: Unpack[CallOptions],
    ) -> Batch:
        """Release a batch for labeling, and return it; a string is its id.

        Args:
            batch_operation_request: The batch as a whole, or its id, in the place of the other
                arguments.
            batch_id: Id of the batch; this or `batch_name` is required.
            batch_name: Name of the batch.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/batches.
        """
        body = batch_body(batch_operation_request, batch_id=batch_id, batch_name=batch_name)
        return self._send(Request("POST", "/v2/batch/finalize", Batch, options, body=body))

    finalize_batch_with_http_info = with_http_info(finalize_batch)
    finalize_batch_without_preload_content = without_preload_content(finalize_batch)

    @operation
    def pause_batch(
        self,
        batch_operation_request: Union[BatchOperationRequest, Mapping[str, Any], str, None] = None,
        *,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        **options: Unpack[CallOptions],
    ) -> PauseBatch200Response:
        """Pause a batch soon, and return it with a message; a string is its id.

        Args:
            batch_operation_request: The batch as a whole, or its id, in the place of the other
                arguments.
            batch_id: Id of the batch; this or `batch_name` is required.
            batch_name: Name of the batch.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/batches.
        """
        body = batch_body(batch_operation_request, batch_id=batch_id, batch_name=batch_name)
        return self._send(
            Request("POST", "/v2/batch/pause", PauseBatch200Response, options, body=body)
        )

    pause_batch_with_http_info = with_http_info(pause_batch)
    pause_batch_without_preload_content = without_preload_content(pause_batch)

    @operation
    def resume_batch(
        self,
        batch_operation_request: Union[BatchOperationRequest, Mapping[str, Any], str, None] = None,
        *,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        **options: Unpack[CallOptions],
    ) -> ResumeBatch200Response:
        """Resume a batch soon, and return it with a message; a string is its id.

        Args:
            batch_operation_request: The batch as a whole, or its id, in the place of the other
                arguments.
            batch_id: Id of the batch; this or `batch_name` is required.
            batch_name: Name of the batch.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/batches.
        """
        body = batch_body(batch_operation_request, batch_id=batch_id, batch_name=batch_name)
        return self._send(
            Request("POST", "/v2/batch/resume", ResumeBatch200Response, options, body=body)
        )

    resume_batch_with_http_info = with_http_info(resume_batch)
    resume_batch_without_preload_content = without_preload_content(resume_batch)

    @operation
    def cancel_batch(
        self,
        batch_operation_request: Union[BatchOperationRequest, Mapping[str, Any], str, None] = None,
        *,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        **options: Unpack[CallOptions],
    ) -> CancelBatch200Response:
        """Cancel a batch soon, and return it with a message; a string is its id.

        Args:
            batch_operation_request: The batch as a whole, or its id, in the place of the other
                arguments.
            batch_id: Id of the batch; this or `batch_name` is required.
            batch_name: Name of the batch.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/batches.
        """
        body = batch_body(batch_operation_request, batch_id=batch_id, batch_name=batch_name)
        return self._send(
            Request("POST", "/v2/batch/cancel", CancelBatch200Response, options, body=body)
        )

    cancel_batch_with_http_info = with_http_info(cancel_batch)
    cancel_batch_without_preload_content = without_preload_content(cancel_batch)

    @operation
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
        """Replace the metadata of a batch, or merge them with `merge=True`, and return it.

        Args:
            set_batch_metadata_request: The change as a whole, in the place of the other arguments.
            batch_id: Id of the batch; this or `batch_name` is required.
            batch_name: Name of the batch.
            metadata: The metadata.
            merge: Whether to merge it into the present metadata instead of replacing that.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/batches.
        """
        body = json_body(
            SetBatchMetadataRequest,
            "set_batch_metadata_request",
            set_batch_metadata_request,
            batch_id=batch_id,
            batch_name=batch_name,
            metadata=metadata,
            merge=merge,
        )
        return self._send(Request("POST", "/v2/batch/metadata", Batch, options, body=body))

    set_batch_metadata_with_http_info = with_http_info(set_batch_metadata)
    set_batch_metadata_without_preload_content = without_preload_content(set_batch_metadata)

    @operation
    def get_project(
        self,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        **options: Unpack[CallOptions],
    ) -> Project:
        """Return the project with this id or name.

        Args:
            project_id: Id of the project; this or `project_name` is required.
            project_name: Name of the project.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/projects.
        """
        query = strings(project_id=project_id, project_name=project_name)
        return self._send(Request("GET", "/v2/project", Project, options, query))

    get_project_with_http_info = with_http_info(get_project)
    get_project_without_preload_content = without_preload_content(get_project)

    @operation
    def get_projects(
        self,
        created_after: Optional[TimestampLike] = None,
        created_before: Optional[TimestampLike] = None,
        **options: Unpack[CallOptions],
    ) -> GetProjectsResponse:
        """Return every project.

        Args:
            created_after: Lower bound of the time of creation, as a string, date or datetime.
            created_before: Upper bound of the time of creation.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/projects.
        """
        query = times(created_after=created_after, created_before=created_before)
        return self._send(Request("GET", "/v2/projects", GetProjectsResponse, options, query))

    get_projects_with_http_info = with_http_info(get_projects)
    get_projects_without_preload_content = without_preload_content(get_projects)

    @operation
    def get_deliveries(
        self,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        delivered_after: Optional[TimestampLike] = None,
        delivered_before: Optional[TimestampLike] = None,
        expand: Optional[Iterable[Union[ExpandableEnumDeliveries, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> GetDeliveriesResponse:
        """Return every delivery of a project.

        Args:
            project_id: Id of the project; this or `project_name` is required.
            project_name: Name of the project.
            delivered_after: Lower bound of the time of delivery, as a string, date or datetime.
            delivered_before: Upper bound of the time of delivery.
            expand: What to include as a complete object rather than its id: "project".
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/deliveries.
        """
        query = {
            **strings(project_id=project_id, project_name=project_name),
            **times(delivered_after=delivered_after, delivered_before=delivered_before),
            **enum_values(ExpandableEnumDeliveries, expand=expand),
        }
        return self._send(Request("GET", "/v2/deliveries", GetDeliveriesResponse, options, query))

    get_deliveries_with_http_info = with_http_info(get_deliveries)
    get_deliveries_without_preload_content = without_preload_content(get_deliveries)

    @operation
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
        """Return one page of the tasks of a delivery.

        Args:
            delivery_id: Id of the delivery; this, or its name and its project, is required.
            delivery_name: Name of the delivery.
            project_id: Id of its project.
            project_name: Name of its project.
            limit: Tasks in the page, 1 to 100.
            next_token: The `next_token` of the page before; None or empty for the first page.
            expand: What to include as a complete object rather than its id: "project", "batch",
                "delivery".
            opts: Details to include, members or values of `Option`.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/deliveries.
        """
        query = {
            **strings(
                delivery_id=delivery_id,
                delivery_name=delivery_name,
                project_id=project_id,
                project_name=project_name,
            ),
            **page(limit, next_token),
            **enum_values(ExpandableEnumDelivery, expand=expand),
            **enum_values(Option, opts=opts),
        }
        return self._send(Request("GET", "/v2/delivery", GetDeliveredTasksResponse, options, query))

    get_delivery_with_http_info = with_http_info(get_delivery)
    get_delivery_without_preload_content = without_preload_content(get_delivery)

    @operation
    def get_delivery_tasks(
        self,
        delivery_id: Optional[str] = None,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        status: Union[TaskStatus, V1TaskStatus, str, None] = None,
        completed_after: Optional[TimestampLike] = None,
        completed_before: Optional[TimestampLike] = None,
        limit: Optional[int] = None,
        next_token: Optional[str] = None,
        **options: Unpack[CallOptions],
    ) -> GetDeliveryTasksResponse:
        """Return one page of a project's tasks with the responses that were delivered.

        Args:
            delivery_id: Only tasks of the delivery with this id.
            project_id: Id of the project; this or `project_name` is required.
            project_name: Name of the project.
            status: Only tasks in this state.
            completed_after: Lower bound of the time of completion, as a string, date or datetime.
            completed_before: Upper bound of the time of completion.
            limit: Tasks in the page, 1 to 100.
            next_token: The `next_token` of the page before; None or empty for the first page.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/deliveries.
        """
        query = {
            **strings(delivery_id=delivery_id, project_id=project_id, project_name=project_name),
            **enum_value(TaskStatus, status=status),
            **times(completed_after=completed_after, completed_before=completed_before),
            **page(limit, next_token),
        }
        return self._send(
            Request("GET", "/v2/delivery/tasks", GetDeliveryTasksResponse, options, query)
        )

    get_delivery_tasks_with_http_info = with_http_info(get_delivery_tasks)
    get_delivery_tasks_without_preload_content = without_preload_content(get_delivery_tasks)

    @operation
    def get_annotation(self, annotation_id: str, **options: Unpack[CallOptions]) -> Annotation:
        """Return the annotation with this id.

        Args:
            annotation_id: Id of the annotation.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/annotations.
        """
        query = required_strings(annotation_id=annotation_id)
        return self._send(Request("GET", "/v2/annotation", Annotation, options, query))

    get_annotation_with_http_info = with_http_info(get_annotation)
    get_annotation_without_preload_content = without_preload_content(get_annotation)

    @operation
    def get_schema(self, schema_id: str, **options: Unpack[CallOptions]) -> GetSchemaResponse:
        """Return the JSON Schema of delivered responses.

        Args:
            schema_id: Id of the schema, the `response_schema_id` of a task.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/deliveries.
        """
        query = required_strings(schema_id=schema_id)
        return self._send(
            Request(
                "GET",
                "/v2/schema",
                GetSchemaResponse,
                options,
                query,
                errors={400: GetSchema400Response, 404: GetSchema404Response},
            )
        )

    get_schema_with_http_info = with_http_info(get_schema)
    get_schema_without_preload_content = without_preload_content(get_schema)

    @operation
    def get_datasets(self, **options: Unpack[CallOptions]) -> GetDatasetsResponse:
        """Return every dataset.

        See https://scale.com/docs/api-reference/datasets.
        """
        return self._send(Request("GET", "/v2/datasets", GetDatasetsResponse, options))

    get_datasets_with_http_info = with_http_info(get_datasets)
    get_datasets_without_preload_content = without_preload_content(get_datasets)

    @operation
    def get_dataset_deliveries(
        self,
        dataset_id: Optional[str] = None,
        delivered_after: Optional[TimestampLike] = None,
        delivered_before: Optional[TimestampLike] = None,
        expand: Optional[Iterable[Union[ExpandableEnumDatasetsDeliveries, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> GetDatasetDeliveriesResponse:
        """Return every delivery of a dataset.

        Args:
            dataset_id: Only deliveries of the dataset with this id.
            delivered_after: Lower bound of the time of delivery, as a string, date or datetime.
            delivered_before: Upper bound of the time of delivery.
            expand: What to include as a complete object rather than its id: "dataset".
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/datasets.
        """
        query = {
            **strings(dataset_id=dataset_id),
            **times(delivered_after=delivered_after, delivered_before=delivered_before),
            **enum_values(ExpandableEnumDatasetsDeliveries, expand=expand),
        }
        return self._send(
            Request("GET", "/v2/datasets/deliveries", GetDatasetDeliveriesResponse, options, query)
        )

    get_dataset_deliveries_with_http_info = with_http_info(get_dataset_deliveries)
    get_dataset_deliveries_without_preload_content = without_preload_content(get_dataset_deliveries)

    @operation
    def get_dataset_delivery(
        self,
        delivery_id: Optional[str] = None,
        limit: Optional[int] = None,
        next_token: Optional[str] = None,
        expand: Optional[Iterable[Union[ExpandableEnumDatasetTask, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> GetDatasetDeliveryResponse:
        """Return one page of the tasks of a dataset's delivery.

        Args:
            delivery_id: Id of the delivery.
            limit: Tasks in the page, 1 to 100.
            next_token: The `next_token` of the page before; None or empty for the first page.
            expand: What to include as a complete object rather than its id: "dataset", "delivery".
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/datasets.
        """
        query = {
            **strings(delivery_id=delivery_id),
            **page(limit, next_token),
            **enum_values(ExpandableEnumDatasetTask, expand=expand),
        }
        return self._send(
            Request("GET", "/v2/datasets/delivery", GetDatasetDeliveryResponse, options, query)
        )

    get_dataset_delivery_with_http_info = with_http_info(get_dataset_delivery)
    get_dataset_delivery_without_preload_content = without_preload_content(get_dataset_delivery)

    @operation
    def get_dataset_task(
        self,
        task_id: str,
        expand: Optional[Iterable[Union[ExpandableEnumDatasetTask, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> DatasetTask:
        """Return the task of a dataset with this id.

        Args:
            task_id: Id of the task.
            expand: What to include as a complete object rather than its id: "dataset", "delivery".
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/datasets.
        """
        query = {
            **required_strings(task_id=task_id),
            **enum_values(ExpandableEnumDatasetTask, expand=expand),
        }
        return self._send(Request("GET", "/v2/datasets/task", DatasetTask, options, query))

    get_dataset_task_with_http_info = with_http_info(get_dataset_task)
    get_dataset_task_without_preload_content = without_preload_content(get_dataset_task)

    @operation
    def get_dataset_tasks(
        self,
        dataset_id: Optional[str] = None,
        delivery_id: Optional[str] = None,
        delivered_after: Optional[TimestampLike] = None,
        delivered_before: Optional[TimestampLike] = None,
        limit: Optional[int] = None,
        next_token: Optional[str] = None,
        expand: Optional[Iterable[Union[ExpandableEnumDatasetTask, str]]] = None,
        **options: Unpack[CallOptions],
    ) -> GetDatasetTasksResponse:
        """Return one page of the tasks of a dataset.

        Args:
            dataset_id: Only tasks of the dataset with this id; this or `delivery_id` is required.
            delivery_id: Only tasks of the delivery with this id.
            delivered_after: Lower bound of the time of delivery, as a string, date or datetime.
            delivered_before: Upper bound of the time of delivery.
            limit: Tasks in the page, 1 to 100.
            next_token: The `next_token` of the page before; None or empty for the first page.
            expand: What to include as a complete object rather than its id: "dataset", "delivery".
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/datasets.
        """
        query = {
            **strings(dataset_id=dataset_id, delivery_id=delivery_id),
            **times(delivered_after=delivered_after, delivered_before=delivered_before),
            **page(limit, next_token),
            **enum_values(ExpandableEnumDatasetTask, expand=expand),
        }
        return self._send(
            Request("GET", "/v2/datasets/tasks", GetDatasetTasksResponse, options, query)
        )

    get_dataset_tasks_with_http_info = with_http_info(get_dataset_tasks)
    get_dataset_tasks_without_preload_content = without_preload_content(get_dataset_tasks)

    @operation
    def get_dataset_task_response_url(
        self, task_id: str, attachment_id: str, **options: Unpack[CallOptions]
    ) -> str:
        """Return the URL of a response file, signed and valid for a while; it is not followed.

        Args:
            task_id: Id of the task.
            attachment_id: Id of the file in the response.
            **options: See `CallOptions`.

        See https://scale.com/docs/api-reference/datasets.
        """
        path = "/v2/datasets/task/{task_id}/response_url/{attachment_id}".format(
            **path_segments(task_id=task_id, attachment_id=attachment_id)
        )
        return self._send(
            Request(
                "GET",
                path,
                str,
                options,
                errors={404: GetDatasetTaskResponseUrl404Response},
                redirects=True,
            )
        )

    get_dataset_task_response_url_with_http_info = with_http_info(get_dataset_task_response_url)
    get_dataset_task_response_url_without_preload_content = without_preload_content(
        get_dataset_task_response_url
    )
