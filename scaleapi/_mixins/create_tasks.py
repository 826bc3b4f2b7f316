"""The client's method for many new tasks, typed by task type; its code is loaded when called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Optional, TypedDict, cast, overload

from .. import bulk
from .._payload_checks import PayloadCheckMode
from .._resource import ClientMixin
from .._typing import Unpack
from ..task_creation import TaskCreationMethods
from ..tasks import TaskType, TypeLike

if TYPE_CHECKING:
    from ..task_types import payloads as payload_types


class CreateTasksOptions(TypedDict, total=False):
    """The options of `create_tasks`."""

    workers: int
    on_duplicate: str
    progress: bulk.ProgressOption
    check_payloads: Optional[PayloadCheckMode]


class BulkCreationMethods(ClientMixin):
    """The client's method for many new tasks. See https://scale.com/docs/api-reference/tasks."""

    if TYPE_CHECKING:
        # One per task type, so that editors complete payloads; the last is for any other mapping.
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.ImageAnnotation],
            payloads: Iterable[payload_types.ImageAnnotationPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.SegmentAnnotation],
            payloads: Iterable[payload_types.SegmentAnnotationPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.Annotation],
            payloads: Iterable[payload_types.AnnotationPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.PolygonAnnotation],
            payloads: Iterable[payload_types.PolygonAnnotationPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.LineAnnotation],
            payloads: Iterable[payload_types.LineAnnotationPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.PointAnnotation],
            payloads: Iterable[payload_types.PointAnnotationPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.CuboidAnnotation],
            payloads: Iterable[payload_types.CuboidAnnotationPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.VideoAnnotation],
            payloads: Iterable[payload_types.VideoAnnotationPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.VideoPlaybackAnnotation],
            payloads: Iterable[payload_types.VideoPlaybackAnnotationPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.LidarAnnotation],
            payloads: Iterable[payload_types.LidarAnnotationPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.LidarSegmentation],
            payloads: Iterable[payload_types.LidarSegmentationPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.LidarTopdown],
            payloads: Iterable[payload_types.LidarTopdownPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.SensorFusion],
            payloads: Iterable[payload_types.SensorFusionPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.TextCollection],
            payloads: Iterable[payload_types.TextCollectionPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.NamedEntityRecognition],
            payloads: Iterable[payload_types.NamedEntityRecognitionPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.DocumentTranscription],
            payloads: Iterable[payload_types.DocumentTranscriptionPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.Categorization],
            payloads: Iterable[payload_types.CategorizationPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.Comparison],
            payloads: Iterable[payload_types.ComparisonPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.Transcription],
            payloads: Iterable[payload_types.TranscriptionPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: Literal[TaskType.DataCollection],
            payloads: Iterable[payload_types.DataCollectionPayload],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...
        @overload
        def create_tasks(
            self,
            task_type: TypeLike,
            payloads: Iterable[Mapping[str, Any]],
            **options: Unpack[CreateTasksOptions],
        ) -> bulk.BulkRun[bulk.TaskOutcome]: ...

    def create_tasks(
        self,
        task_type: TypeLike,
        payloads: Iterable[Mapping[str, Any]],
        *,
        workers: int = 8,
        on_duplicate: str = "fetch",
        progress: bulk.ProgressOption = None,
        check_payloads: Optional[PayloadCheckMode] = None,
    ) -> bulk.BulkRun[bulk.TaskOutcome]:
        """Create many tasks, each with a `unique_id` exactly once.

        Nothing is sent before the run is iterated, or `.run()` is called. If the same call is
        repeated after a crash, it creates the missing tasks and finds the others. A payload without
        `unique_id` is not retried after an ambiguous failure; its outcome is "failed", and the
        error says that the task may exist.

        Args:
            task_type: The type of all tasks.
            payloads: The JSON of each task, from any iterable; read as they are sent, and not
                changed.
            workers: Maximum number of concurrent requests, 1 to 64; fewer while the service is
                busy.
            on_duplicate: What to do where a `unique_id` is taken: "fetch" the task that has it (if
                its type, project and batch are the same), "compare" it with the payload, "skip" it,
                or "fail". For the first two, the unique ids are looked up before, 100 with one
                request, for which up to 100 payloads are read ahead.
            progress: True for a progress bar (extra `progress`), or a callback that receives the
                number of finished items and the total number (None if it is not known).
            check_payloads: See `ScaleClient`; None for the client's own mode. With "error" a
                payload that the service is known to reject is not sent; its outcome is "failed".

        Returns:
            A run with one `TaskOutcome(index, payload, task, status, error)` per payload, in their
            order; or the counts from `.run()`. The statuses are "created", "existed" and "failed";
            with "compare", "same", "differs" (see `differences`) and "canceled" (by whoever: the
            unique id is not free) take the place of "existed".

        Raises:
            ScaleInvalidArgument: If an argument is invalid. Errors in one payload are reported in
                its outcome.
        """
        from ..bulk import creation

        client = cast(TaskCreationMethods, self)
        return creation.create(
            client, task_type, payloads, workers, on_duplicate, progress, check_payloads
        )

    def plan_tasks(
        self,
        task_type: TypeLike,
        payloads: Iterable[Mapping[str, Any]],
        *,
        workers: int = 8,
        progress: bulk.ProgressOption = None,
    ) -> bulk.TaskPlan:
        """Find out what `create_tasks` would do with payloads, without creating any task.

        The tasks that have their unique ids are looked up, 100 with one request. Defaults that the
        service fills in, text that a project appends to instructions, and signatures of URLs are no
        differences.

        Args:
            task_type: The type of all tasks.
            payloads: The JSON of each task; all are kept in memory.
            workers: Maximum number of concurrent requests, 1 to 64.
            progress: See `create_tasks`.

        Returns:
            A sequence of one `TaskOutcome` per payload, its status "create", "same", "differs" or
            "canceled"; with `counts`, `summary()` and `apply()`, which creates what is missing.

        Raises:
            ScaleInvalidArgument: If an argument is invalid, or a payload is no mapping.
            ScaleException: If the tasks can't be looked up.

        Example:
            >>> plan = client.plan_tasks(TaskType.ImageAnnotation, payloads)
            >>> print(plan.summary())
            >>> plan.apply().run()
        """
        from ..bulk import planning

        client = cast(TaskCreationMethods, self)
        return planning.plan(client, task_type, payloads, workers, progress)
