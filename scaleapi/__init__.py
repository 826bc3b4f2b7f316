"""The Python SDK for Scale AI's labeling API: start with `scaleapi.ScaleClient`."""

from ._version import __version__
from .api import Api
from .batches import Batch, Batchlist, BatchStatus
from .client import ScaleClient
from .evaluation_tasks import EvaluationTask
from .exceptions import (
    Attempt,
    ExceptionMap,
    ScaleConnectionError,
    ScaleConnectionTimeout,
    ScaleDuplicateResource,
    ScaleException,
    ScaleInternalError,
    ScaleInvalidArgument,
    ScaleInvalidRequest,
    ScaleNotEnabled,
    ScaleResourceNotFound,
    ScaleServiceUnavailable,
    ScaleTimeoutError,
    ScaleTooManyRequests,
    ScaleUnauthorized,
)
from .files import File
from .pagination import Paginator
from .projects import Project, TaskTemplate
from .quality_tasks import QualityTask
from .retries import RetryPolicy
from .studio import (
    StudioBatch,
    StudioBatchStatus,
    StudioLabelerAssignment,
    StudioProjectGroup,
    StudioWorker,
)
from .tasks import Task, Tasklist, TaskReviewStatus, TaskStatus, TaskType
from .teams import Teammate, TeammateRole
from .training_tasks import TrainingTask

__all__ = [
    "Api",
    "Attempt",
    "Batch",
    "BatchStatus",
    "Batchlist",
    "EvaluationTask",
    "ExceptionMap",
    "File",
    "Paginator",
    "Project",
    "QualityTask",
    "RetryPolicy",
    "ScaleClient",
    "ScaleConnectionError",
    "ScaleConnectionTimeout",
    "ScaleDuplicateResource",
    "ScaleException",
    "ScaleInternalError",
    "ScaleInvalidArgument",
    "ScaleInvalidRequest",
    "ScaleNotEnabled",
    "ScaleResourceNotFound",
    "ScaleServiceUnavailable",
    "ScaleTimeoutError",
    "ScaleTooManyRequests",
    "ScaleUnauthorized",
    "StudioBatch",
    "StudioBatchStatus",
    "StudioLabelerAssignment",
    "StudioProjectGroup",
    "StudioWorker",
    "Task",
    "TaskReviewStatus",
    "TaskStatus",
    "TaskTemplate",
    "TaskType",
    "Tasklist",
    "Teammate",
    "TeammateRole",
    "TrainingTask",
    "__version__",
]
