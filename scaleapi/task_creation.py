"""Create tasks, with payloads that are checked and typed by task type."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, overload

from ._lazy import OptionalPackage
from ._payload_checks import PayloadCheckMode, PayloadChecks
from ._recovery import CREATE_TASK
from ._resource import ClientMixin
from ._typing import Unpack
from ._validation import enum_value, path_segment
from .tasks import Task, TaskType, TypeLike

if TYPE_CHECKING:
    from . import task_types
    from .task_types import payloads
else:
    task_types = OptionalPackage("scaleapi.task_types")  # loaded on first use

C = TypeVar("C", bound="TaskCreationMethods")

OpenTaskType = Literal[
    TaskType.VideoBoxAnnotation,
    TaskType.VideoCuboidAnnotation,
    TaskType.Federal2dVideoAnnotation,
    TaskType.LidarLinking,
    TaskType.LaneAnnotation,
    TaskType.MultiStage,
    TaskType.DocumentModel,
    TaskType.Chat,
    TaskType.ChatLite,
    TaskType.ChatExperimental,
    TaskType.MultiChat,
]
"""The task types whose payloads are not documented, or are the project's."""


class TaskCreationMethods(ClientMixin):
    """The client's methods for new tasks. See https://scale.com/docs/api-reference/tasks."""

    _payload_checks = PayloadChecks("off")  # ScaleClient.__init__ replaces it

    if TYPE_CHECKING:
        # One per task type. The last is for `**payload` of a type that is not known in advance:
        # only an unpacked mapping can give its argument, which no call has.
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.ImageAnnotation],
            **kwargs: Unpack[payloads.ImageAnnotationPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.SegmentAnnotation],
            **kwargs: Unpack[payloads.SegmentAnnotationPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.Annotation],
            **kwargs: Unpack[payloads.AnnotationPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.PolygonAnnotation],
            **kwargs: Unpack[payloads.PolygonAnnotationPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.LineAnnotation],
            **kwargs: Unpack[payloads.LineAnnotationPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.PointAnnotation],
            **kwargs: Unpack[payloads.PointAnnotationPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.CuboidAnnotation],
            **kwargs: Unpack[payloads.CuboidAnnotationPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.VideoAnnotation],
            **kwargs: Unpack[payloads.VideoAnnotationPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.VideoPlaybackAnnotation],
            **kwargs: Unpack[payloads.VideoPlaybackAnnotationPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.LidarAnnotation],
            **kwargs: Unpack[payloads.LidarAnnotationPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.LidarSegmentation],
            **kwargs: Unpack[payloads.LidarSegmentationPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.LidarTopdown],
            **kwargs: Unpack[payloads.LidarTopdownPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.SensorFusion],
            **kwargs: Unpack[payloads.SensorFusionPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.TextCollection],
            **kwargs: Unpack[payloads.TextCollectionPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.NamedEntityRecognition],
            **kwargs: Unpack[payloads.NamedEntityRecognitionPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.DocumentTranscription],
            **kwargs: Unpack[payloads.DocumentTranscriptionPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.Categorization],
            **kwargs: Unpack[payloads.CategorizationPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.Comparison],
            **kwargs: Unpack[payloads.ComparisonPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.Transcription],
            **kwargs: Unpack[payloads.TranscriptionPayload],
        ) -> Task: ...
        @overload
        def create_task(
            self,
            task_type: Literal[TaskType.DataCollection],
            **kwargs: Unpack[payloads.DataCollectionPayload],
        ) -> Task: ...
        @overload
        def create_task(self, task_type: Union[OpenTaskType, str], **kwargs: Any) -> Task: ...
        @overload
        def create_task(self, task_type: TypeLike, *, _unpacked: Any, **kwargs: Any) -> Task: ...

    def create_task(self, task_type: TypeLike, **kwargs: Any) -> Task:
        """Create a task.

        With a `unique_id` the call is idempotent: the task is created exactly once, despite
        retries. Without one, a request whose response does not arrive in time is not retried, since
        the task may already exist.

        Args:
            task_type: The type of the task.
            **kwargs: The keys of the task, as in the API reference: `project`, `batch`,
                `instruction`, `attachment`, `unique_id`, `metadata`, `tags` ... Sent unchanged.

        Returns:
            The created task.

        Raises:
            ScaleInvalidRequest: If a key is missing or wrong, or the project or batch is unknown.
            ScaleDuplicateResource: If another task has this `unique_id`.
            ScaleConnectionTimeout: If no response was received; without a `unique_id` the task may
                exist.

        Example:
            >>> task = client.create_task(
            ...     TaskType.Categorization, project="animals", attachment=url, unique_id="row-17"
            ... )
        """
        return self._post_task(task_type, kwargs)

    def check_task(self, task_type: TypeLike, **payload: Any) -> list[task_types.Finding]:
        """Return what is wrong with the payload of a task; nothing is sent.

        Args:
            task_type: The type of the task.
            **payload: The keys of the task, as in `create_task`.

        Returns:
            The findings, errors and warnings alike; none for a type about which nothing is known.
            A key that a project's parameters may give is an error only where the payload names
            neither project nor batch.

        Example:
            >>> for finding in client.check_task(TaskType.ImageAnnotation, attachment=url):
            ...     print(finding.severity, finding)
        """
        from .task_types.checks import find_problems

        return find_problems(enum_value("task_type", task_type, TaskType), payload)

    def _post_task(self, task_type: TypeLike, body: Mapping[str, Any]) -> Task:
        type_name = enum_value("task_type", task_type, TaskType)
        type_segment = path_segment("task_type", type_name)
        self._payload_checks.check(type_name, body)
        return self._request_object(
            Task, "POST", f"task/{type_segment}", body=body, idempotency=CREATE_TASK
        )

    def _with_payload_checks(self: C, mode: PayloadCheckMode) -> C:
        copied = copy.copy(self)
        copied._payload_checks = self._payload_checks.with_mode(mode)
        return copied
