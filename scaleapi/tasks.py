"""Tasks: the units of work."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Mapping
from enum import Enum
from functools import partial
from typing import Any, Optional, TypedDict, Union

from . import drawing
from ._http.idempotency import IDEMPOTENT
from ._recovery import AUDIT_TASK, CANCEL_TASK, SET_UNIQUE_ID
from ._renamed import explains_old_keywords
from ._resource import ClientMixin, Resource, arguments_of, own_unless_replaced
from ._validation import (
    TimestampLike,
    Validator,
    boolean,
    enum_value,
    mapping,
    non_empty_str,
    page_limit,
    path_segment,
    reject_unknown_filters,
    str_list,
    str_or_str_list,
    timestamp,
    validate_filters,
)
from .exceptions import ScaleException, ScaleInvalidArgument, ScaleResourceNotFound
from .pagination import Paginator, iter_items, next_by_token

ID_LENGTH = 24  # of the service's own ids, in hex digits


class TaskType(Enum):
    """The kind of work of a task. A string is accepted in its place, also one of a newer type."""

    Annotation = "annotation"
    Categorization = "categorization"
    Comparison = "comparison"
    CuboidAnnotation = "cuboidannotation"
    DataCollection = "datacollection"
    DocumentModel = "documentmodel"
    DocumentTranscription = "documenttranscription"
    ImageAnnotation = "imageannotation"
    LaneAnnotation = "laneannotation"
    LidarAnnotation = "lidarannotation"
    LidarLinking = "lidarlinking"
    LidarSegmentation = "lidarsegmentation"
    LidarTopdown = "lidartopdown"
    LineAnnotation = "lineannotation"
    NamedEntityRecognition = "namedentityrecognition"
    PointAnnotation = "pointannotation"
    PolygonAnnotation = "polygonannotation"
    SegmentAnnotation = "segmentannotation"
    Transcription = "transcription"
    TextCollection = "textcollection"
    VideoAnnotation = "videoannotation"
    VideoBoxAnnotation = "videoboxannotation"
    VideoPlaybackAnnotation = "videoplaybackannotation"
    VideoCuboidAnnotation = "videocuboidannotation"
    SensorFusion = "sensorfusion"
    Chat = "chat"
    ChatExperimental = "chatexperimental"
    ChatLite = "chatlite"
    MultiChat = "multichat"
    MultiStage = "multistage"
    Federal2dVideoAnnotation = "federal2dvideoannotation"


class TaskStatus(Enum):
    """The state of a task."""

    Pending = "pending"
    Completed = "completed"
    Canceled = "canceled"
    Error = "error"


class TaskReviewStatus(Enum):
    """The result of the customer's audit."""

    Accepted = "accepted"
    Fixed = "fixed"
    Commented = "commented"
    Rejected = "rejected"
    Pending = "pending"


class Task(Resource):
    """A task.

    Every top-level key of its JSON is an attribute, and absent keys raise AttributeError (so
    `hasattr(task, "tags")` is False if it has no tags). Values that are specific to the task's type
    are in `task.params`, the labelers' result is in `task.response`.

    Attributes:
        id, task_id: The task's id, 24 hex digits.
        type: The value of a `TaskType`, a string.
        status: The value of a `TaskStatus`, a string.
        params: The parameters that are specific to its type, as passed at creation.
        metadata: The metadata that its creator attached.
        created_at, updated_at, completed_at: ISO 8601 strings, UTC; the last once completed.
    """

    _id_key = "task_id"
    _required = ("task_id",)

    id: str
    task_id: str
    type: str
    status: str
    created_at: str
    params: dict[str, Any]
    metadata: dict[str, Any]
    _client: TaskMethods

    @explains_old_keywords(param_dict="json")
    def __init__(self, json: dict[str, Any], client: Any) -> None:
        super().__init__(json, client)
        self.id = json["task_id"]

    def _missing(self, name: str) -> str:
        params = self._fields().get("params")
        if isinstance(params, dict) and name in params:
            return f'{super()._missing(name)}; use task.params["{name}"]'
        return super()._missing(name)

    def _update_from(self, fresh: Task) -> None:
        self._json = fresh._json

    def refresh(self) -> None:
        """Fetch the task's current state from the service and update this object."""
        self._update_from(self._client.get_task(self.id))

    def cancel(self, clear_unique_id: bool = False) -> None:
        """Cancel the task and update this object.

        Args:
            clear_unique_id: See `ScaleClient.cancel_task`.
        """
        self._update_from(self._client.cancel_task(self.id, clear_unique_id))

    def audit(self, accepted: bool, comments: Optional[str] = None) -> None:
        """Accept or reject the task's response, without updating this object.

        Args:
            accepted: See `ScaleClient.audit_task`.
            comments: See `ScaleClient.audit_task`.
        """
        self._client.audit_task(self.id, accepted, comments)

    def update_unique_id(self, unique_id: str) -> None:
        """Replace the task's unique id and update this object.

        Args:
            unique_id: See `ScaleClient.update_task_unique_id`.
        """
        self._update_from(self._client.update_task_unique_id(self.id, unique_id))

    def clear_unique_id(self) -> None:
        """Remove the task's unique id; see `ScaleClient.clear_task_unique_id`."""
        self._update_from(self._client.clear_task_unique_id(self.id))

    def set_metadata(self, metadata: dict[str, Any]) -> None:
        """Replace the task's metadata and update this object.

        Args:
            metadata: See `ScaleClient.set_task_metadata`.
        """
        self._update_from(self._client.set_task_metadata(self.id, metadata))

    def set_tags(self, tags: Iterable[str]) -> None:
        """Replace the task's tags and update this object.

        Args:
            tags: See `ScaleClient.set_task_tags`.
        """
        self._update_from(self._client.set_task_tags(self.id, tags))

    def add_tags(self, tags: Iterable[str]) -> None:
        """Add tags to the task and update this object.

        Args:
            tags: See `ScaleClient.add_task_tags`.
        """
        self._update_from(self._client.add_task_tags(self.id, tags))

    def delete_tags(self, tags: Iterable[str]) -> None:
        """Remove tags from the task and update this object.

        Args:
            tags: See `ScaleClient.delete_task_tags`.
        """
        self._update_from(self._client.delete_task_tags(self.id, tags))

    def draw(
        self,
        image: Optional[drawing.Image] = None,
        size: Optional[tuple[float, float]] = None,
        *,
        files: Union[str, os.PathLike[str], None] = None,
    ) -> drawing.Drawing:
        """Draw the annotations of a task, as a picture that notebooks display.

        Shapes are drawn over the attachment, masks as colours; of videos and documents, up to 12
        frames or pages are drawn. Named entities are marked in their text, boxes of lidar are drawn
        from above, and answers are shown as text. A label has the same colour in every task; where
        the colours of two labels are similar, one has dashes. Whatever can't be drawn, including a
        missing response, is listed in a note below the picture. No request is sent.

        Args:
            image: The image to draw over in place of the attachment, where no browser can load
                that: the path of an image file, its bytes, or a URL; "" for a blank background.
            size: Width and height in pixels of the image that was labeled. Needed only where
                neither the attachment nor `image` provides it, to show all of it at any scale.
            files: The folder to which `download_results` wrote, for types whose results are files,
                such as masks, videos and lidar.

        Returns:
            A `Drawing`, with `svg`, `notes` and `save(path)`.

        Raises:
            ScaleInvalidArgument: If `image`, `size` or `files` is invalid.
            OSError: If the file of `image` or another one can't be read.
        """
        return drawing.draw(self._json, image, size, files=files)


class Tasklist(Paginator[Task]):
    """One page of tasks."""


TypeLike = Union[TaskType, str]
StatusLike = Union[TaskStatus, str]
ReviewLike = Union[TaskReviewStatus, str]


def _review_statuses(name: str, value: Any) -> str:
    members = value if isinstance(value, (list, tuple, set)) else [value]
    statuses = [enum_value(name, member, TaskReviewStatus) for member in members]
    return ",".join(sorted(statuses) if isinstance(value, set) else statuses)


_PARAM_VALIDATORS: Mapping[str, Validator] = {
    "project": non_empty_str,
    "batch": non_empty_str,
    "type": partial(enum_value, enum_class=TaskType),
    "status": partial(enum_value, enum_class=TaskStatus),
    "customer_review_status": _review_statuses,
    "unique_id": str_or_str_list,
    "tags": str_or_str_list,
    "start_time": timestamp,
    "end_time": timestamp,
    "completed_after": timestamp,
    "completed_before": timestamp,
    "updated_after": timestamp,
    "updated_before": timestamp,
    "include_attachment_url": boolean,
    "limited_response": boolean,
    "limit": page_limit,
    "next_token": non_empty_str,
}

_PARAM_NAMES = {
    "project_name": "project",
    "batch_name": "batch",
    "task_type": "type",
    "review_status": "customer_review_status",
    "created_after": "start_time",
    "created_before": "end_time",
}


class TaskFilters(TypedDict, total=False):
    """The filters of `get_tasks`, for methods that pass them on."""

    project_name: Optional[str]
    batch_name: Optional[str]
    task_type: Optional[TypeLike]
    status: Optional[StatusLike]
    review_status: Union[ReviewLike, Iterable[ReviewLike], None]
    unique_id: Union[str, Iterable[str], None]
    completed_after: Optional[TimestampLike]
    completed_before: Optional[TimestampLike]
    updated_after: Optional[TimestampLike]
    updated_before: Optional[TimestampLike]
    created_after: Optional[TimestampLike]
    created_before: Optional[TimestampLike]
    tags: Union[str, Iterable[str], None]
    include_attachment_url: Optional[bool]
    limited_response: Optional[bool]
    limit: Optional[int]


def normalize_task_filters(method: str, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Validate filters of `get_tasks` and return them as plain values.

    Args:
        method: Name of the calling method, for error messages.
        filters: The filters, by the argument names of `get_tasks`.

    Returns:
        The filters under the same names, each value in the form in which it is sent.

    Raises:
        ScaleInvalidArgument: If a filter is unknown or invalid, or there is neither a project nor a
            batch.
    """
    reject_unknown_filters(method, filters, TaskFilters.__annotations__)
    if filters.get("project_name") is None and filters.get("batch_name") is None:
        raise ScaleInvalidArgument("At least one of project_name or batch_name must be given")
    plain = validate_filters(filters, _PARAM_VALIDATORS, _PARAM_NAMES)
    if "include_attachment_url" in filters:  # whose default is not None
        plain.setdefault("include_attachment_url", None)
    return plain


def task_query(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return the query of a listing of tasks.

    Args:
        plain: What `normalize_task_filters` returned.
    """
    filters = {**plain, "include_attachment_url": plain.get("include_attachment_url", True)}
    if not filters.get("limited_response"):
        filters.pop("limited_response", None)
    return {
        _PARAM_NAMES.get(name, name): value for name, value in filters.items() if value is not None
    }


class TaskMethods(ClientMixin):
    """The client's methods for tasks. See https://scale.com/docs/api-reference/tasks."""

    def get_task(self, task_id: str) -> Task:
        """Return the task with this id.

        Args:
            task_id: The id of the task. Whether the service finds a task by its unique id here is
                not documented: use `get_tasks(unique_id=...)`.

        Raises:
            ScaleResourceNotFound: If there is no such task.
        """
        endpoint = f"task/{path_segment('task_id', task_id)}"
        try:
            return self._request_object(Task, "GET", endpoint)
        except ScaleResourceNotFound as error:
            if len(task_id) > ID_LENGTH:
                error._add_hint("if this is a unique id, use get_tasks(unique_id=...)")
            raise

    def cancel_task(self, task_id: str, clear_unique_id: bool = False) -> Task:
        """Cancel a task on which no work has started.

        Args:
            task_id: The id of the task.
            clear_unique_id: Whether to free its unique id for another task as well.

        Returns:
            The canceled task.

        Raises:
            ScaleInvalidRequest: If it is completed, already canceled or being worked on.
            ScaleResourceNotFound: If there is no such task.
        """
        params = {"clear_unique_id": "true"} if clear_unique_id else None
        endpoint = f"task/{path_segment('task_id', task_id)}/cancel"
        return self._request_object(Task, "POST", endpoint, params=params, idempotency=CANCEL_TASK)

    def audit_task(self, task_id: str, accepted: bool, comments: Optional[str] = None) -> None:
        """Accept or reject a completed task's response.

        Args:
            task_id: The id of the task.
            accepted: True accepts, False rejects.
            comments: The reason, in free text.

        Raises:
            ScaleInvalidRequest: If the task is not completed.
            ScaleResourceNotFound: If there is no such task.
        """
        endpoint = f"task/{path_segment('task_id', task_id)}/audit"
        if not isinstance(accepted, bool):
            raise ScaleInvalidArgument(f"accepted must be True or False, got {accepted!r}")
        # The response may be plain text, and contains nothing that the caller does not know.
        body = {"accepted": accepted, "comments": comments}
        self._request("POST", endpoint, body=body, idempotency=AUDIT_TASK)

    def update_task_unique_id(self, task_id: str, unique_id: str) -> Task:
        """Replace a task's unique id.

        Args:
            task_id: The id of the task.
            unique_id: The new unique id.

        Returns:
            The changed task.

        Raises:
            ScaleDuplicateResource: If another task has this unique id.
            ScaleResourceNotFound: If there is no such task.
        """
        endpoint = f"task/{path_segment('task_id', task_id)}/unique_id"
        body = {"unique_id": non_empty_str("unique_id", unique_id)}
        return self._request_object(Task, "POST", endpoint, body=body, idempotency=SET_UNIQUE_ID)

    def clear_task_unique_id(self, task_id: str) -> Task:
        """Remove a task's unique id.

        Args:
            task_id: The id of the task.

        Returns:
            The changed task, without that key.

        Raises:
            ScaleResourceNotFound: If there is no such task.
        """
        return self._request_object(
            Task, "DELETE", f"task/{path_segment('task_id', task_id)}/unique_id"
        )

    def set_task_metadata(self, task_id: str, metadata: dict[str, Any]) -> Task:
        """Replace all of a task's metadata.

        Args:
            task_id: The id of the task.
            metadata: The new metadata; `{}` removes all of it.

        Returns:
            The changed task.

        Raises:
            ScaleResourceNotFound: If there is no such task.
        """
        endpoint = f"task/{path_segment('task_id', task_id)}/setMetadata"
        body = mapping("metadata", metadata)
        return self._request_object(Task, "POST", endpoint, body=body, idempotency=IDEMPOTENT)

    def set_task_tags(self, task_id: str, tags: Iterable[str]) -> Task:
        """Replace a task's tags.

        Args:
            task_id: The id of the task.
            tags: The new tags; `[]` removes all of them.

        Returns:
            The changed task.

        Raises:
            ScaleResourceNotFound: If there is no such task.
        """
        return self._tags("POST", task_id, tags)

    def add_task_tags(self, task_id: str, tags: Iterable[str]) -> Task:
        """Add tags to a task.

        Args:
            task_id: The id of the task.
            tags: The tags to add; those that the task already has are ignored.

        Returns:
            The changed task.

        Raises:
            ScaleResourceNotFound: If there is no such task.
        """
        return self._tags("PUT", task_id, tags)

    def delete_task_tags(self, task_id: str, tags: Iterable[str]) -> Task:
        """Remove tags from a task.

        Args:
            task_id: The id of the task.
            tags: The tags to remove; those that the task does not have are ignored.

        Returns:
            The changed task.

        Raises:
            ScaleResourceNotFound: If there is no such task.
        """
        return self._tags("DELETE", task_id, tags)

    def _tags(self, method: str, task_id: str, tags: Iterable[str]) -> Task:
        endpoint = f"task/{path_segment('task_id', task_id)}/tags"
        body = str_list("tags", tags)
        return self._request_object(Task, method, endpoint, body=body, idempotency=IDEMPOTENT)

    def tasks(self, **kwargs: Any) -> Tasklist:
        """Return one page of tasks, newest first.

        Args:
            **kwargs: Filters by their names in the query: `project`, `batch`, `type`, `status`,
                `customer_review_status`, `unique_id`, `tags`, `start_time`, `end_time`,
                `completed_after`, `completed_before`, `updated_after`, `updated_before`,
                `include_attachment_url`, `limited_response`, `limit` (1 to 100), `next_token`.

        Returns:
            A list that also has `total`, `limit`, `offset`, `has_more` and `next_token`.

        Raises:
            ScaleInvalidRequest: If a filter is unknown or invalid.
        """
        reject_unknown_filters("tasks", kwargs, _PARAM_VALIDATORS)
        return self._tasks_page(**validate_filters(kwargs, _PARAM_VALIDATORS))

    def _tasks_page(self, **query: Any) -> Tasklist:
        """Return one page of tasks, without validating the query again."""
        return self._request_page(Tasklist, Task, "tasks", query, "total")

    @explains_old_keywords(project="project_name", batch="batch_name", type="task_type")
    def get_tasks(
        self,
        project_name: Optional[str] = None,
        batch_name: Optional[str] = None,
        task_type: Optional[TypeLike] = None,
        status: Optional[StatusLike] = None,
        review_status: Union[ReviewLike, Iterable[ReviewLike], None] = None,
        unique_id: Union[str, Iterable[str], None] = None,
        completed_after: Optional[TimestampLike] = None,
        completed_before: Optional[TimestampLike] = None,
        updated_after: Optional[TimestampLike] = None,
        updated_before: Optional[TimestampLike] = None,
        created_after: Optional[TimestampLike] = None,
        created_before: Optional[TimestampLike] = None,
        tags: Union[str, Iterable[str], None] = None,
        include_attachment_url: Optional[bool] = True,
        limited_response: Optional[bool] = None,
        limit: Optional[int] = None,
    ) -> Generator[Task, None, None]:
        """Yield every task that matches, newest first, fetching pages as they are needed.

        A generator: nothing is validated or sent before the first `next`.

        Args:
            project_name: Only tasks of this project; this or `batch_name` is required.
            batch_name: Only tasks of this batch.
            task_type: Only tasks of this type.
            status: Only tasks in this state.
            review_status: Only tasks whose audit had this result, or one of these.
            unique_id: Only the task with this unique id, or those with these.
            completed_after: Lower bound of the time of completion, as a string, date or datetime;
                without a time zone it is UTC. The other bounds likewise.
            completed_before: Upper bound of the time of completion.
            updated_after: Lower bound of the time of the last change.
            updated_before: Upper bound of the time of the last change.
            created_after: Lower bound of the time of creation.
            created_before: Upper bound of the time of creation.
            tags: Only tasks with this tag, or with these.
            include_attachment_url: Whether the tasks contain the URLs of their attachments.
            limited_response: Whether to fetch only `task_id`, `status`, `metadata`, `project` and
                `otherVersion`.
            limit: Tasks per page, 1 to 100; the service uses 100 where it is left out.

        Yields:
            The tasks of all pages.

        Raises:
            ValueError: If neither `project_name` nor `batch_name` is given.
            ScaleException: If a page can't be fetched; the tasks before it have been yielded.

        Example:
            >>> for task in client.get_tasks("street-scenes", status=TaskStatus.Completed):
            ...     print(task.id, task.response)
        """
        query = task_query(normalize_task_filters("get_tasks", arguments_of(locals())))
        fetch = own_unless_replaced(self.tasks, TaskMethods.tasks, self._tasks_page)
        yield from iter_items(lambda step: fetch(**query, **step), next_by_token, start={})

    @explains_old_keywords(project="project_name", batch="batch_name", type="task_type")
    def get_tasks_count(
        self,
        project_name: Optional[str] = None,
        batch_name: Optional[str] = None,
        task_type: Optional[TypeLike] = None,
        status: Optional[StatusLike] = None,
        review_status: Union[ReviewLike, Iterable[ReviewLike], None] = None,
        unique_id: Union[str, Iterable[str], None] = None,
        completed_after: Optional[TimestampLike] = None,
        completed_before: Optional[TimestampLike] = None,
        updated_after: Optional[TimestampLike] = None,
        updated_before: Optional[TimestampLike] = None,
        created_after: Optional[TimestampLike] = None,
        created_before: Optional[TimestampLike] = None,
        tags: Union[str, Iterable[str], None] = None,
        include_attachment_url: Optional[bool] = True,
    ) -> int:
        """Return the number of tasks that match, with one request.

        Args:
            project_name: See `ScaleClient.get_tasks`; this or `batch_name` is required.
            batch_name: See `ScaleClient.get_tasks`.
            task_type: See `ScaleClient.get_tasks`.
            status: See `ScaleClient.get_tasks`.
            review_status: See `ScaleClient.get_tasks`.
            unique_id: See `ScaleClient.get_tasks`.
            completed_after: See `ScaleClient.get_tasks`.
            completed_before: See `ScaleClient.get_tasks`.
            updated_after: See `ScaleClient.get_tasks`.
            updated_before: See `ScaleClient.get_tasks`.
            created_after: See `ScaleClient.get_tasks`.
            created_before: See `ScaleClient.get_tasks`.
            tags: See `ScaleClient.get_tasks`.
            include_attachment_url: See `ScaleClient.get_tasks`.

        Raises:
            ValueError: If neither `project_name` nor `batch_name` is given.
        """
        query = task_query(normalize_task_filters("get_tasks_count", arguments_of(locals())))
        fetch = own_unless_replaced(self.tasks, TaskMethods.tasks, self._tasks_page)
        page = fetch(**query, limit=1)
        if not isinstance(page.total, int):
            raise ScaleException(f"Expected the number of tasks, got a total of {page.total!r}")
        return page.total

    @staticmethod
    def _process_tasks_endpoint_args(
        project_name: Optional[str] = None,
        batch_name: Optional[str] = None,
        task_type: Optional[TypeLike] = None,
        status: Optional[StatusLike] = None,
        review_status: Union[ReviewLike, Iterable[ReviewLike], None] = None,
        unique_id: Union[str, Iterable[str], None] = None,
        completed_after: Optional[TimestampLike] = None,
        completed_before: Optional[TimestampLike] = None,
        updated_after: Optional[TimestampLike] = None,
        updated_before: Optional[TimestampLike] = None,
        created_after: Optional[TimestampLike] = None,
        created_before: Optional[TimestampLike] = None,
        tags: Union[str, Iterable[str], None] = None,
        include_attachment_url: Optional[bool] = True,
        limited_response: Optional[bool] = None,
    ) -> dict[str, Any]:
        """Convert filters of `get_tasks` to those of `tasks`."""
        query = task_query(normalize_task_filters("get_tasks", locals()))
        return {"project": None, "batch": None, **query}
