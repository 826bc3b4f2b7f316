"""Tasks: the units of work. Source: https://scale.com/docs/api-reference/tasks"""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import (
    Any,
    Dict,
    Generator,
    Iterable,
    Mapping,
    Optional,
    Tuple,
    TypedDict,
    Union,
)

from . import drawing
from ._http.idempotency import IDEMPOTENT
from ._recovery import AUDIT_TASK, CANCEL_TASK, CREATE_TASK, SET_UNIQUE_ID
from ._resource import ClientMixin, Resource
from ._validation import (
    TimestampLike,
    Validator,
    boolean,
    build_query,
    enum_value,
    mapping,
    non_empty_str,
    page_limit,
    path_segment,
    reject_unknown_filters,
    str_list,
    str_or_str_list,
    timestamp,
)
from .exceptions import ScaleException, ScaleInvalidArgument
from .pagination import Paginator, iter_items, next_by_token


class TaskType(Enum):
    """What is to be done. Wherever one is taken, its text or that of a newer type is too."""

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
    """How far a task is."""

    Pending = "pending"
    Completed = "completed"
    Canceled = "canceled"
    Error = "error"


class TaskReviewStatus(Enum):
    """What the customer's audit said."""

    Accepted = "accepted"
    Fixed = "fixed"
    Commented = "commented"
    Rejected = "rejected"
    Pending = "pending"


class Task(Resource):
    """A task.

    Every top-level key of its JSON is an attribute, and absent keys raise AttributeError (so
    `hasattr(task, "tags")` tells whether it has tags). What is specific to the task's type is in
    `task.params`, what the labelers made in `task.response`.

    Attributes:
        id, task_id: the task's id, 24 hex digits.
        type: text of a `TaskType`.
        status: text of a `TaskStatus`.
        params: what it was created with that is specific to its type.
        metadata: what its creator attached.
        created_at, updated_at, completed_at: ISO 8601 texts, UTC; the last once completed.
    """

    _id_key = "task_id"
    _required = ("task_id",)

    id: str
    task_id: str
    type: str
    status: str
    created_at: str
    params: Dict[str, Any]
    metadata: Dict[str, Any]
    _client: TaskMethods

    def __init__(self, json: Dict[str, Any], client: Any) -> None:
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
        """Get the task's present state from the service."""
        self._update_from(self._client.get_task(self.id))

    def cancel(self, clear_unique_id: bool = False) -> None:
        """Cancel the task; see `ScaleClient.cancel_task`."""
        self._update_from(self._client.cancel_task(self.id, clear_unique_id))

    def audit(self, accepted: bool, comments: Optional[str] = None) -> None:
        """Accept or reject the response; see `ScaleClient.audit_task`. Does not refresh."""
        self._client.audit_task(self.id, accepted, comments)

    def update_unique_id(self, unique_id: str) -> None:
        """Give the task another unique id; see `ScaleClient.update_task_unique_id`."""
        self._update_from(self._client.update_task_unique_id(self.id, unique_id))

    def clear_unique_id(self) -> None:
        """Take the task's unique id away; see `ScaleClient.clear_task_unique_id`."""
        self._update_from(self._client.clear_task_unique_id(self.id))

    def set_metadata(self, metadata: Dict[str, Any]) -> None:
        """Replace the task's metadata; see `ScaleClient.set_task_metadata`."""
        self._update_from(self._client.set_task_metadata(self.id, metadata))

    def set_tags(self, tags: Iterable[str]) -> None:
        """Replace the task's tags; see `ScaleClient.set_task_tags`."""
        self._update_from(self._client.set_task_tags(self.id, tags))

    def add_tags(self, tags: Iterable[str]) -> None:
        """Add tags to the task's; see `ScaleClient.add_task_tags`."""
        self._update_from(self._client.add_task_tags(self.id, tags))

    def delete_tags(self, tags: Iterable[str]) -> None:
        """Remove tags from the task's; see `ScaleClient.delete_task_tags`."""
        self._update_from(self._client.delete_task_tags(self.id, tags))

    def draw(
        self,
        image: Optional[drawing.Image] = None,
        size: Optional[Tuple[float, float]] = None,
    ) -> drawing.Drawing:
        """The annotations of an image task as a picture, which a notebook shows by itself.

        Boxes, polygons, lines, points, cuboids and ellipses are drawn over the attachment, in the
        same colour for the same label, in any task; two labels may be close. What can't be drawn,
        no response yet included, is told in a note below the picture. Nothing is asked of the
        service.

        Args:
            image: what to draw over in place of the attachment, where no browser can load that: the
                path of a picture, its bytes, or an address; "" for a blank ground.
            size: width and height in pixels of the picture that was labeled. Needed only where
                neither the attachment nor `image` tells it, to show all of it at any scale.

        Returns:
            A `Drawing`, with `svg`, `notes` and `save(path)`.

        Raises:
            ScaleInvalidArgument: the task is of another type, or `image` or `size` makes no sense.
            OSError: the file of `image` can't be read.
        """
        return drawing.draw(self._json, image, size)


class Tasklist(Paginator[Task]):
    """One page of tasks."""


TypeLike = Union[TaskType, str]
StatusLike = Union[TaskStatus, str]
ReviewLike = Union[TaskReviewStatus, str]


def _review_statuses(name: str, value: Any) -> str:
    several = value if isinstance(value, (list, tuple, set)) else [value]
    found = [enum_value(name, one, TaskReviewStatus) for one in several]
    return ",".join(sorted(found) if isinstance(value, set) else found)


_PARAM_VALIDATORS: Mapping[str, Validator] = {
    "project": non_empty_str,
    "batch": non_empty_str,
    "type": partial(enum_value, kind=TaskType),
    "status": partial(enum_value, kind=TaskStatus),
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
    """What `get_tasks` takes, for calls that hand it on."""

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


def normalize_task_filters(method: str, given: Mapping[str, Any]) -> Dict[str, Any]:
    """Filters of `get_tasks`, checked, and as plain as they are sent.

    Raises:
        ScaleInvalidArgument: one is unknown or makes no sense, or there is no project and no batch.
    """
    reject_unknown_filters(method, given, TaskFilters.__annotations__)
    plain = {}
    for name, value in given.items():
        sent = build_query({name: value}, _PARAM_VALIDATORS, _PARAM_NAMES)
        if sent or name == "include_attachment_url":  # which is not None where it is left out
            plain[name] = next(iter(sent.values()), None)
    task_query_params(plain)
    return plain


def task_query_params(filters: Mapping[str, Any]) -> Dict[str, Any]:
    """Filters of `get_tasks` as they go out."""
    others = {name: value for name, value in filters.items() if name != "limit"}
    wire = TaskMethods._process_tasks_endpoint_args(**others)
    return {**wire, "limit": filters.get("limit")}


class TaskMethods(ClientMixin):
    """The client's calls on tasks."""

    def get_task(self, task_id: str) -> Task:
        """The task with this id.

        Raises:
            ScaleResourceNotFound: there is none.

        See https://scale.com/docs/api-reference/tasks.
        """
        return self._request_object(Task, "GET", f"task/{path_segment('task_id', task_id)}")

    def create_task(self, task_type: TypeLike, **kwargs: Any) -> Task:
        """Create a task.

        With a `unique_id` the task is made exactly once, whatever the network does; without one, a
        task whose answer does not come in time is not sent again, since it may exist.

        Args:
            task_type: what is to be done.
            **kwargs: the task, key by key as the API reference has it: `project`, `batch`,
                `instruction`, `attachment`, `unique_id`, `metadata`, `tags` ... Sent as they are.

        Raises:
            ScaleInvalidRequest: a key is missing or wrong, or the project or batch unknown.
            ScaleDuplicateResource: another task has this `unique_id`.
            ScaleConnectionTimeout: no answer came, and without a `unique_id` the task may exist.

        Example:
            >>> task = client.create_task(
            ...     TaskType.Categorization, project="animals", attachment=url, unique_id="row-17"
            ... )

        See https://scale.com/docs/api-reference/tasks.
        """
        return self._post_task(task_type, kwargs)

    def _post_task(self, task_type: TypeLike, body: Mapping[str, Any]) -> Task:
        type_segment = path_segment("task_type", enum_value("task_type", task_type, TaskType))
        return self._request_object(
            Task, "POST", f"task/{type_segment}", body=body, idempotency=CREATE_TASK
        )

    def cancel_task(self, task_id: str, clear_unique_id: bool = False) -> Task:
        """Cancel a task on which no work has started; the canceled task comes back.

        Args:
            task_id: which task.
            clear_unique_id: also free its unique id for another task.

        Raises:
            ScaleInvalidRequest: it is completed, canceled already or being worked on.
            ScaleResourceNotFound: there is no such task.

        See https://scale.com/docs/api-reference/tasks.
        """
        params = {"clear_unique_id": "true"} if clear_unique_id else None
        endpoint = f"task/{path_segment('task_id', task_id)}/cancel"
        return self._request_object(Task, "POST", endpoint, params=params, idempotency=CANCEL_TASK)

    def audit_task(self, task_id: str, accepted: bool, comments: Optional[str] = None) -> None:
        """Accept or reject a completed task's response.

        Args:
            task_id: which task.
            accepted: True accepts, False rejects.
            comments: why.

        Raises:
            ScaleInvalidRequest: the task is not completed.
            ScaleResourceNotFound: there is no such task.

        See https://scale.com/docs/api-reference/tasks.
        """
        endpoint = f"task/{path_segment('task_id', task_id)}/audit"
        if not isinstance(accepted, bool):
            raise ScaleInvalidArgument(f"accepted must be True or False, got {accepted!r}")
        # The response may be text and says nothing that the caller does not know.
        body = {"accepted": accepted, "comments": comments}
        self._request("POST", endpoint, body=body, idempotency=AUDIT_TASK)

    def update_task_unique_id(self, task_id: str, unique_id: str) -> Task:
        """Give a task another unique id; the changed task comes back.

        Raises:
            ScaleDuplicateResource: another task has it.
            ScaleResourceNotFound: there is no such task.

        See https://scale.com/docs/api-reference/tasks.
        """
        endpoint = f"task/{path_segment('task_id', task_id)}/unique_id"
        body = {"unique_id": non_empty_str("unique_id", unique_id)}
        return self._request_object(Task, "POST", endpoint, body=body, idempotency=SET_UNIQUE_ID)

    def clear_task_unique_id(self, task_id: str) -> Task:
        """Take a task's unique id away; the changed task comes back, without that key.

        Raises:
            ScaleResourceNotFound: there is no such task.

        See https://scale.com/docs/api-reference/tasks.
        """
        return self._request_object(
            Task, "DELETE", f"task/{path_segment('task_id', task_id)}/unique_id"
        )

    def set_task_metadata(self, task_id: str, metadata: Dict[str, Any]) -> Task:
        """Replace a task's whole metadata, `{}` empties it; the changed task comes back.

        Raises:
            ScaleResourceNotFound: there is no such task.

        See https://scale.com/docs/api-reference/tasks.
        """
        endpoint = f"task/{path_segment('task_id', task_id)}/setMetadata"
        body = mapping("metadata", metadata)
        return self._request_object(Task, "POST", endpoint, body=body, idempotency=IDEMPOTENT)

    def set_task_tags(self, task_id: str, tags: Iterable[str]) -> Task:
        """Replace a task's tags, `[]` removes them all; the changed task comes back.

        Raises:
            ScaleResourceNotFound: there is no such task.

        See https://scale.com/docs/api-reference/tasks.
        """
        return self._tags("POST", task_id, tags)

    def add_task_tags(self, task_id: str, tags: Iterable[str]) -> Task:
        """Add tags to a task's, ignoring those it has; the changed task comes back.

        Raises:
            ScaleResourceNotFound: there is no such task.

        See https://scale.com/docs/api-reference/tasks.
        """
        return self._tags("PUT", task_id, tags)

    def delete_task_tags(self, task_id: str, tags: Iterable[str]) -> Task:
        """Remove tags from a task's, ignoring those it lacks; the changed task comes back.

        Raises:
            ScaleResourceNotFound: there is no such task.

        See https://scale.com/docs/api-reference/tasks.
        """
        return self._tags("DELETE", task_id, tags)

    def _tags(self, method: str, task_id: str, tags: Iterable[str]) -> Task:
        endpoint = f"task/{path_segment('task_id', task_id)}/tags"
        body = str_list("tags", tags)
        return self._request_object(Task, method, endpoint, body=body, idempotency=IDEMPOTENT)

    def tasks(self, **kwargs: Any) -> Tasklist:
        """One page of tasks, newest first.

        Args:
            **kwargs: filters by their names on the wire: `project`, `batch`, `type`, `status`,
                `customer_review_status`, `unique_id`, `tags`, `start_time`, `end_time`,
                `completed_after`, `completed_before`, `updated_after`, `updated_before`,
                `include_attachment_url`, `limited_response`, `limit` (1 to 100), `next_token`.

        Returns:
            A list that also has `total`, `limit`, `offset`, `has_more` and `next_token`.

        Raises:
            ScaleInvalidRequest: a filter is unknown or makes no sense.

        See https://scale.com/docs/api-reference/tasks.
        """
        reject_unknown_filters("tasks", kwargs, _PARAM_VALIDATORS)
        return self._request_page(
            Tasklist, Task, "tasks", build_query(kwargs, _PARAM_VALIDATORS, {}), "total"
        )

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
        """Every task that matches, newest first; pages are asked for as they are needed.

        A generator: nothing is sent, and nothing refused, before the first `next`.

        Args:
            project_name: tasks of this project; this or `batch_name` is needed.
            batch_name: tasks of this batch.
            task_type: tasks of this type.
            status: tasks in this state.
            review_status: tasks whose audit said this, or one of these.
            unique_id: the task with this unique id, or those with these.
            completed_after, completed_before: bounds of the time of completion, as text, date or
                datetime; without a zone they are UTC. The others likewise.
            updated_after, updated_before: bounds of the time of the last change.
            created_after, created_before: bounds of the time of creation.
            tags: tasks with this tag, or with these.
            include_attachment_url: whether the tasks hold the addresses of their attachments.
            limited_response: only `task_id`, `status`, `metadata`, `project`, `otherVersion`.
            limit: tasks per page, 1 to 100; the service takes 100 where it is left out.

        Raises:
            ValueError: neither `project_name` nor `batch_name` is given.
            ScaleException: a page could not be had; what came before it has been given out.

        Example:
            >>> for task in client.get_tasks("street-scenes", status=TaskStatus.Completed):
            ...     print(task.id, task.response)

        See https://scale.com/docs/api-reference/tasks.
        """
        filters = self._process_tasks_endpoint_args(
            project_name=project_name,
            batch_name=batch_name,
            task_type=task_type,
            status=status,
            review_status=review_status,
            unique_id=unique_id,
            completed_after=completed_after,
            completed_before=completed_before,
            updated_after=updated_after,
            updated_before=updated_before,
            created_after=created_after,
            created_before=created_before,
            tags=tags,
            include_attachment_url=include_attachment_url,
            limited_response=limited_response,
        )
        filters["limit"] = limit
        yield from iter_items(lambda step: self.tasks(**filters, **step), next_by_token, start={})

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
        """How many tasks match, for one request. The filters are those of `get_tasks`.

        Raises:
            ValueError: neither `project_name` nor `batch_name` is given.

        See https://scale.com/docs/api-reference/tasks.
        """
        filters = self._process_tasks_endpoint_args(
            project_name=project_name,
            batch_name=batch_name,
            task_type=task_type,
            status=status,
            review_status=review_status,
            unique_id=unique_id,
            completed_after=completed_after,
            completed_before=completed_before,
            updated_after=updated_after,
            updated_before=updated_before,
            created_after=created_after,
            created_before=created_before,
            tags=tags,
            include_attachment_url=include_attachment_url,
        )
        page = self.tasks(**filters, limit=1)
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
    ) -> Dict[str, Any]:
        """The filters of `get_tasks` as those of `tasks`."""
        given = locals()
        if project_name is None and batch_name is None:
            raise ScaleInvalidArgument("At least one of project_name or batch_name must be given")
        wire = build_query(given, _PARAM_VALIDATORS, _PARAM_NAMES)
        if not limited_response:
            wire.pop("limited_response", None)
        return {"project": None, "batch": None, **wire}
