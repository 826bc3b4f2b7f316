"""The common parts of evaluation and training tasks, both of which exist on Rapid projects."""

from __future__ import annotations

from typing import Any, Optional, TypeVar

from ._http.idempotency import IdempotencyRule
from ._resource import ClientMixin, Resource
from ._validation import enum_value, path_segment
from .tasks import TaskType, TypeLike

Q = TypeVar("Q", bound="QualityTask")


class QualityTask(Resource):
    """A task whose correct response is known.

    Attributes:
        id: The task's id.
        expected_response: The correct response.
        initial_response: The response that a reviewer starts from, or None.
    """

    _id_key = "id"
    _required = ("id", "expected_response")
    _defaults = {"initial_response": None}

    id: str
    expected_response: dict[str, Any]
    initial_response: Optional[dict[str, Any]]


class QualityTaskMethods(ClientMixin):
    """The creation of both. See https://scale.com/docs/api-reference/tasks."""

    def _create_quality_task(
        self,
        resource_class: type[Q],
        endpoint: str,
        task_type: TypeLike,
        body: dict[str, Any],
        idempotency: IdempotencyRule,
    ) -> Q:
        task_type = path_segment("task_type", enum_value("task_type", task_type, TaskType))
        return self._request_object(
            resource_class, "POST", f"{endpoint}/{task_type}", body=body, idempotency=idempotency
        )
