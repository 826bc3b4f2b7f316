"""Batches: tasks of a project that belong together.

Source: https://scale.com/docs/api-reference/batches
"""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import Any, Dict, Generator, Mapping, Optional, Union

from ._http.idempotency import IDEMPOTENT
from ._recovery import CREATE_BATCH, FINALIZE_BATCH
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
    timestamp,
)
from .exceptions import ScaleInvalidArgument
from .pagination import Paginator, iter_items, next_by_offset


class BatchStatus(Enum):
    """How far a batch is."""

    Staging = "staging"
    InProgress = "in_progress"
    Completed = "completed"


class Batch(Resource):
    """A batch.

    Attributes:
        name: unique in the account.
        project: name of its project.
        status: text of a `BatchStatus`.
        created_at: ISO 8601 text, UTC.
        metadata: what its creator attached, `{}` where there is none.
        tasks_pending, tasks_completed, tasks_error, tasks_canceled: how many tasks are in each
            state; None until `get_status` was called.
    """

    _id_key = _label = "name"
    _required = ("name", "project", "status", "created_at")
    _defaults = {"metadata": {}}

    name: str
    project: str
    status: str
    created_at: str
    metadata: Dict[str, Any]
    tasks_pending: Optional[int] = None
    tasks_completed: Optional[int] = None
    tasks_error: Optional[int] = None
    tasks_canceled: Optional[int] = None
    _client: BatchMethods

    def finalize(self) -> Batch:
        """Release the batch for labeling; see `ScaleClient.finalize_batch`."""
        fresh = self._client.finalize_batch(self.name)
        self._json = fresh._json
        return fresh

    def set_priority(self, priority: int) -> None:
        """Move the batch up or down among those that wait; see `ScaleClient.set_batch_priority`."""
        self._client.set_batch_priority(self.name, priority)

    def get_status(self) -> Dict[str, Any]:
        """Ask how far the batch is, and take its status and counts over into this object.

        Returns:
            A dictionary with the `status`, and how many tasks are `pending`, `completed`, `error`
            and `canceled`, in which the service leaves out counts that are 0.
        """
        answer = self._client.batch_status(self.name)
        self._json = {**self._json, "status": answer["status"]}
        for state in ("pending", "completed", "error", "canceled"):
            setattr(self, f"tasks_{state}", answer.get(state, 0))
        return answer


class Batchlist(Paginator[Batch]):
    """One page of batches."""


_PARAM_VALIDATORS: Mapping[str, Validator] = {
    "project": non_empty_str,
    "status": partial(enum_value, kind=BatchStatus),
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
    """The client's calls on batches."""

    def create_batch(
        self,
        project: str,
        batch_name: str,
        callback: str = "",
        calibration_batch: bool = False,
        self_label_batch: bool = False,
        metadata: Optional[Dict[str, Any]] = None,
    ) -> Batch:
        """Create a batch.

        Args:
            project: name of its project.
            batch_name: its own name, unique in the account.
            callback: URL or e-mail address that is told when the batch is completed.
            calibration_batch: Rapid projects only.
            self_label_batch: Rapid projects only.
            metadata: anything to attach.

        Raises:
            ScaleDuplicateResource: the name is taken.
            ScaleInvalidRequest: an argument is wrong; or ScaleResourceNotFound: no such project.

        See https://scale.com/docs/api-reference/batches.
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
        """Release a staging batch for labeling, after which it takes no more tasks.

        Raises:
            ScaleInvalidRequest: the batch's state does not allow it.
            ScaleResourceNotFound: there is no such batch.

        See https://scale.com/docs/api-reference/batches.
        """
        endpoint = f"batches/{path_segment('batch_name', batch_name)}/finalize"
        return self._request_object(Batch, "POST", endpoint, idempotency=FINALIZE_BATCH)

    def batch_status(self, batch_name: str) -> Dict[str, Any]:
        """How far a batch is.

        Returns:
            A dictionary with the `status`, and how many tasks are `pending`, `completed`, `error`
            and `canceled`, in which the service leaves out counts that are 0.

        Raises:
            ScaleResourceNotFound: there is no such batch.

        See https://scale.com/docs/api-reference/batches.
        """
        result = self._request("GET", f"batches/{path_segment('batch_name', batch_name)}/status")
        status = result.json_object()
        if isinstance(status, dict) and "status" not in status:
            raise result.make_error("Expected a batch's status, got an object without it")
        return status

    def get_batch(self, batch_name: str) -> Batch:
        """The batch of this name.

        Raises:
            ScaleResourceNotFound: there is none.

        See https://scale.com/docs/api-reference/batches.
        """
        return self._request_object(
            Batch, "GET", f"batches/{path_segment('batch_name', batch_name)}"
        )

    def set_batch_priority(self, batch_name: str, priority: int) -> None:
        """Move a batch up or down among those that wait, best before it is finalized.

        Scale documents that this can be done; path, body and bounds are from two other clients that
        agree, and were not tried against the service.

        Args:
            batch_name: which batch.
            priority: from 10, which comes last, to 30.

        Raises:
            ScaleInvalidRequest: the service does not take this priority.
            ScaleResourceNotFound: there is no such batch.

        See https://scale.com/docs/api-reference/batches.
        """
        if isinstance(priority, bool) or not isinstance(priority, int):
            raise ScaleInvalidArgument(f"priority must be a whole number, got {priority!r}")
        endpoint = f"batches/{path_segment('batch_name', batch_name)}/prioritize"
        self._request("POST", endpoint, body={"priority": priority}, idempotency=IDEMPOTENT)

    def batches(self, **kwargs: Any) -> Batchlist:
        """One page of batches, newest first.

        Args:
            **kwargs: filters by their names on the wire: `project`, `status`, `start_time`,
                `end_time`, `completed_after`, `completed_before`, `audited_after`,
                `audited_before`, `exclude_archived`, `detailed`, `limit` (1 to 100), `offset`.

        Returns:
            A list that also has `total`, `limit`, `offset` and `has_more`.

        Raises:
            ScaleInvalidRequest: a filter is unknown or makes no sense.

        See https://scale.com/docs/api-reference/batches.
        """
        reject_unknown_filters("batches", kwargs, _PARAM_VALIDATORS)
        return self._request_page(
            Batchlist, Batch, "batches", build_query(kwargs, _PARAM_VALIDATORS, {}), "totalDocs"
        )

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
        """Every batch that matches, newest first; pages are asked for as they are needed.

        A generator: nothing is sent, and nothing refused, before the first `next`.

        Args:
            project_name: batches of this project.
            batch_status: batches in this state.
            created_after, created_before: bounds of the time of creation, as text, date or
                datetime; without a zone they are UTC.
            exclude_archived: leave archived batches out.
            completed_after, completed_before: bounds of the time of completion. (These and the
                next two are not in Scale's reference, but in its client for Node.)
            audited_after, audited_before: bounds of the time of the last audit.
            detailed: have each batch hold how far its tasks are, which saves a `get_status` for
                each. (From three other clients; under which keys is not known.)

        Raises:
            ScaleException: a page could not be had; what came before it has been given out.

        See https://scale.com/docs/api-reference/batches.
        """
        given = {
            "project_name": project_name,
            "batch_status": batch_status,
            "created_after": created_after,
            "created_before": created_before,
            "exclude_archived": exclude_archived,
            "completed_after": completed_after,
            "completed_before": completed_before,
            "audited_after": audited_after,
            "audited_before": audited_before,
            "detailed": detailed,
        }
        filters = build_query(given, _PARAM_VALIDATORS, _PARAM_NAMES)
        yield from iter_items(
            lambda step: self.batches(**filters, **step), next_by_offset, {"offset": 0}
        )

    def set_batch_metadata(self, batch_name: str, metadata: Dict[str, Any]) -> Batch:
        """Replace a batch's whole metadata, `{}` empties it; the changed batch comes back.

        Raises:
            ScaleResourceNotFound: there is no such batch.

        See https://scale.com/docs/api-reference/batches.
        """
        endpoint = f"batches/{path_segment('batch_name', batch_name)}/setMetadata"
        body = mapping("metadata", metadata)
        return self._request_object(Batch, "POST", endpoint, body=body, idempotency=IDEMPOTENT)
