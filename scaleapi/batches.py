"""Batches: groups of tasks within a project."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from enum import Enum
from functools import partial
from typing import Any, Optional, Union

from ._http.idempotency import IDEMPOTENT
from ._polling import (
    DEFAULT_POLL,
    Polling,
    PollOption,
    validate_poll,
    validate_wait_timeout,
)
from ._progress import ProgressOption, make_progress_callback, validate_progress
from ._recovery import CREATE_BATCH, FINALIZE_BATCH
from ._renamed import explains_old_keywords
from ._resource import ClientMixin, Resource, arguments_of, own_unless_replaced
from ._validation import (
    TimestampLike,
    Validator,
    boolean,
    enum_value,
    is_int,
    mapping,
    non_empty_str,
    page_limit,
    path_segment,
    reject_unknown_filters,
    timestamp,
    validate_filters,
)
from .exceptions import ScaleException, ScaleInvalidArgument
from .pagination import Paginator, iter_items, next_by_offset


class BatchStatus(Enum):
    """The state of a batch."""

    Staging = "staging"
    InProgress = "in_progress"
    Completed = "completed"


TASK_STATES = ("pending", "completed", "error", "canceled")


class Batch(Resource):
    """A batch.

    Attributes:
        name: The batch's name, unique in the account.
        project: Name of its project.
        status: The value of a `BatchStatus`, a string.
        created_at: ISO 8601 string, UTC.
        metadata: The metadata that its creator attached, `{}` where there is none.
        tasks_pending, tasks_completed, tasks_error, tasks_canceled: Number of tasks in each state;
            None until `get_status` was called.
    """

    _id_key = _label = "name"
    _required = ("name", "project", "status", "created_at")
    _defaults = {"metadata": {}}

    name: str
    project: str
    status: str
    created_at: str
    metadata: dict[str, Any]
    tasks_pending: Optional[int] = None
    tasks_completed: Optional[int] = None
    tasks_error: Optional[int] = None
    tasks_canceled: Optional[int] = None
    _client: BatchMethods

    def finalize(self) -> Batch:
        """Release the batch for labeling and update this object; see `ScaleClient.finalize_batch`.

        Returns:
            The finalized batch, as another object.
        """
        fresh = self._client.finalize_batch(self.name)
        self._json = fresh._json
        return fresh

    def set_priority(self, priority: int) -> None:
        """Change the batch's priority among the pending batches.

        Args:
            priority: See `ScaleClient.set_batch_priority`.
        """
        self._client.set_batch_priority(self.name, priority)

    def get_status(self) -> dict[str, Any]:
        """Fetch the batch's status and task counts and update this object with them.

        Returns:
            A dictionary with the `status`, and the number of tasks that are `pending`, `completed`,
            `error` and `canceled`, in which the service leaves out counts that are 0.
        """
        status = self._client.batch_status(self.name)
        self._json = {**self._json, "status": status["status"]}
        for state in TASK_STATES:
            setattr(self, f"tasks_{state}", status.get(state, 0))
        return status

    def wait(
        self,
        timeout: Optional[float] = None,
        *,
        poll: PollOption = DEFAULT_POLL,
        progress: ProgressOption = None,
    ) -> Batch:
        """Wait until no task of the batch is pending, and update this object.

        Each poll is one request, for the status and the counts. A batch without tasks is not waited
        for. In test mode the status stays "in_progress" when all tasks are completed, so the counts
        decide. For waits of days, a callback is better than polling.

        Args:
            timeout: Seconds to wait; 0 polls once, None waits without limit.
            poll: See `ScaleClient.wait_for_tasks`.
            progress: True for a progress bar (extra `progress`), or a callback that receives the
                number of finished tasks and the number of tasks, after each poll.

        Returns:
            This batch.

        Raises:
            ScaleInvalidArgument: If an argument is invalid, or the batch is staging: nobody works
                on it before it is finalized.
            ScaleWaitTimeout: If tasks are still pending after `timeout`; this object has the
                counts.
            ScaleException: If a request fails after all attempts.
        """
        validate_wait_timeout(timeout)
        validate_poll(poll)
        validate_progress(progress)
        polling = Polling(self._client._clock, poll, timeout)
        report = make_progress_callback(progress, f"batch {self.name}", None)
        try:
            while True:
                last = polling.expired
                pending, total = self._count_pending()
                report(total - pending, total)
                if not pending:
                    return self
                if last:
                    raise polling.timeout_error(pending, total)
                polling.sleep()
        finally:
            report(None)

    def _count_pending(self) -> tuple[int, int]:
        """Return how many tasks are pending, and how many there are."""
        status = self.get_status()
        if self.status == BatchStatus.Staging.value:
            raise ScaleInvalidArgument(
                f"batch {self.name!r} must be finalized before waiting for it, "
                f"got status {self.status!r}"
            )
        counts = [status.get(state, 0) for state in TASK_STATES]
        if not all(map(is_int, counts)):
            raise ScaleException(f"Expected the numbers of tasks, got {status!r}")
        return counts[0], sum(counts)


class Batchlist(Paginator[Batch]):
    """One page of batches."""


_PARAM_VALIDATORS: Mapping[str, Validator] = {
    "project": non_empty_str,
    "status": partial(enum_value, enum_class=BatchStatus),
    "start_time": timestamp,
    "end_time": timestamp,
    "completed_after": timestamp,
    "completed_before": timestamp,
    "audited_after": timestamp,
    "audited_before": timestamp,
    "exclude_archived": boolean,
    "detailed": boolean,
    "limit": page_limit,
    "offset": lambda name, value: value,
}

_PARAM_NAMES = {
    "project_name": "project",
    "batch_status": "status",
    "created_after": "start_time",
    "created_before": "end_time",
}


class BatchMethods(ClientMixin):
    """The client's methods for batches. See https://scale.com/docs/api-reference/batches."""

    def create_batch(
        self,
        project: str,
        batch_name: str,
        callback: str = "",
        calibration_batch: bool = False,
        self_label_batch: bool = False,
        metadata: Optional[dict[str, Any]] = None,
    ) -> Batch:
        """Create a batch.

        Args:
            project: Name of its project.
            batch_name: The batch's own name, unique in the account.
            callback: URL or e-mail address that is notified when the batch is completed.
            calibration_batch: Whether it is a calibration batch; Rapid projects only.
            self_label_batch: Whether it is a self-label batch; Rapid projects only.
            metadata: Metadata to attach.

        Returns:
            The created batch.

        Raises:
            ScaleDuplicateResource: If the name is taken.
            ScaleInvalidRequest: If an argument is invalid.
            ScaleResourceNotFound: If there is no such project.
        """
        body = {
            "project": non_empty_str("project", project),
            "name": non_empty_str("batch_name", batch_name),
            "calibration_batch": calibration_batch,
            "self_label_batch": self_label_batch,
            "callback": callback,
            "metadata": mapping("metadata", {} if metadata is None else metadata),
        }
        return self._request_object(Batch, "POST", "batches", body=body, idempotency=CREATE_BATCH)

    def finalize_batch(self, batch_name: str) -> Batch:
        """Release a staging batch for labeling, after which it accepts no more tasks.

        Args:
            batch_name: The name of the batch.

        Returns:
            The finalized batch.

        Raises:
            ScaleInvalidRequest: If the batch's state does not allow it.
            ScaleResourceNotFound: If there is no such batch.
        """
        endpoint = f"batches/{path_segment('batch_name', batch_name)}/finalize"
        return self._request_object(Batch, "POST", endpoint, idempotency=FINALIZE_BATCH)

    def batch_status(self, batch_name: str) -> dict[str, Any]:
        """Return a batch's status and task counts.

        Args:
            batch_name: The name of the batch.

        Returns:
            A dictionary with the `status`, and the number of tasks that are `pending`, `completed`,
            `error` and `canceled`, in which the service leaves out counts that are 0.

        Raises:
            ScaleResourceNotFound: If there is no such batch.
        """
        result = self._request("GET", f"batches/{path_segment('batch_name', batch_name)}/status")
        status = result.json_object()
        if isinstance(status, dict) and "status" not in status:
            raise result.make_error("Expected a batch's status, got an object without it")
        return status

    def get_batch(self, batch_name: str) -> Batch:
        """Return the batch with this name.

        Args:
            batch_name: The name of the batch.

        Raises:
            ScaleResourceNotFound: If there is no such batch.
        """
        return self._request_object(
            Batch, "GET", f"batches/{path_segment('batch_name', batch_name)}"
        )

    def set_batch_priority(self, batch_name: str, priority: int) -> None:
        """Change a batch's priority among the pending batches, best before it is finalized.

        Scale documents that this is possible; path, body and bounds are taken from two other
        clients that agree, and were not tested against the service.

        Args:
            batch_name: The name of the batch.
            priority: From 10, the lowest, to 30, the highest.

        Raises:
            ScaleInvalidRequest: If the service does not accept this priority.
            ScaleResourceNotFound: If there is no such batch.
        """
        if not is_int(priority):
            raise ScaleInvalidArgument(f"priority must be a whole number, got {priority!r}")
        endpoint = f"batches/{path_segment('batch_name', batch_name)}/prioritize"
        self._request("POST", endpoint, body={"priority": priority}, idempotency=IDEMPOTENT)

    def batches(self, **kwargs: Any) -> Batchlist:
        """Return one page of batches, newest first.

        Args:
            **kwargs: Filters by their names in the query: `project`, `status`, `start_time`,
                `end_time`, `completed_after`, `completed_before`, `audited_after`,
                `audited_before`, `exclude_archived`, `detailed`, `limit` (1 to 100), `offset`.

        Returns:
            A list that also has `total`, `limit`, `offset` and `has_more`.

        Raises:
            ScaleInvalidRequest: If a filter is unknown or invalid.
        """
        reject_unknown_filters("batches", kwargs, _PARAM_VALIDATORS)
        return self._batches_page(**validate_filters(kwargs, _PARAM_VALIDATORS))

    def _batches_page(self, **query: Any) -> Batchlist:
        """Return one page of batches, without validating the query again."""
        return self._request_page(Batchlist, Batch, "batches", query, "totalDocs")

    @explains_old_keywords(project="project_name", status="batch_status")
    def get_batches(
        self,
        project_name: Optional[str] = None,
        batch_status: Union[BatchStatus, str, None] = None,
        created_after: Optional[TimestampLike] = None,
        created_before: Optional[TimestampLike] = None,
        exclude_archived: bool = False,
        *,
        completed_after: Optional[TimestampLike] = None,
        completed_before: Optional[TimestampLike] = None,
        audited_after: Optional[TimestampLike] = None,
        audited_before: Optional[TimestampLike] = None,
        detailed: Optional[bool] = None,
    ) -> Generator[Batch, None, None]:
        """Yield every batch that matches, newest first, fetching pages as they are needed.

        A generator: nothing is validated or sent before the first `next`.

        Args:
            project_name: Only batches of this project.
            batch_status: Only batches in this state.
            created_after: Lower bound of the time of creation, as a string, date or datetime;
                without a time zone it is UTC. The other bounds likewise.
            created_before: Upper bound of the time of creation.
            exclude_archived: Whether to leave archived batches out.
            completed_after: Lower bound of the time of completion. (This and the next three are not
                in Scale's reference, but in its client for Node.)
            completed_before: Upper bound of the time of completion.
            audited_after: Lower bound of the time of the last audit.
            audited_before: Upper bound of the time of the last audit.
            detailed: Whether each batch contains the progress of its tasks, which saves a
                `get_status` for each. (From three other clients; the names of the keys are not
                known.)

        Yields:
            The batches of all pages.

        Raises:
            ScaleException: If a page can't be fetched; the batches before it have been yielded.
        """
        plain = validate_filters(arguments_of(locals()), _PARAM_VALIDATORS, _PARAM_NAMES)
        query = {_PARAM_NAMES.get(name, name): value for name, value in plain.items()}
        fetch = own_unless_replaced(self.batches, BatchMethods.batches, self._batches_page)
        yield from iter_items(lambda step: fetch(**query, **step), next_by_offset, {"offset": 0})

    def set_batch_metadata(self, batch_name: str, metadata: dict[str, Any]) -> Batch:
        """Replace all of a batch's metadata.

        Args:
            batch_name: The name of the batch.
            metadata: The new metadata; `{}` removes all of it.

        Returns:
            The changed batch.

        Raises:
            ScaleResourceNotFound: If there is no such batch.
        """
        endpoint = f"batches/{path_segment('batch_name', batch_name)}/setMetadata"
        body = mapping("metadata", metadata)
        return self._request_object(Batch, "POST", endpoint, body=body, idempotency=IDEMPOTENT)
