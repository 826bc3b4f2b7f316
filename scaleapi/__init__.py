"""The Python SDK for Scale AI's labeling API: start with `scaleapi.ScaleClient`.

Names are imported lazily, on first access (PEP 562), so that parts that only some programs use,
such as the models of the v2 API, add nothing to the import time of the others.
"""

# No `from __future__ import annotations`: it would hide the package of that name.
import importlib
from typing import TYPE_CHECKING, Any

from ._lazy import load_attribute
from ._version import __version__ as __version__

if TYPE_CHECKING:  # for editors and type checkers: the same names again
    from . import annotations as annotations
    from . import api_client as api_client
    from . import callbacks as callbacks
    from .api import Api as Api
    from .api_client.v2 import ApiClient as ApiClient
    from .api_client.v2 import Configuration as Configuration
    from .api_client.v2 import ExpandableEnumTask as ExpandableEnumTask
    from .api_client.v2 import Option as Option
    from .api_client.v2 import V2Api as V2Api
    from .api_client.v2 import V2Task as V2Task
    from .arrow import to_arrow as to_arrow
    from .batches import Batch as Batch
    from .batches import Batchlist as Batchlist
    from .batches import BatchStatus as BatchStatus
    from .bulk.failures import read_failures as read_failures
    from .client import ScaleClient as ScaleClient
    from .dataframes import label_counts as label_counts
    from .dataframes import to_dataframe as to_dataframe
    from .evaluation_tasks import EvaluationTask as EvaluationTask
    from .exceptions import Attempt as Attempt
    from .exceptions import ExceptionMap as ExceptionMap
    from .exceptions import ScaleConnectionError as ScaleConnectionError
    from .exceptions import ScaleConnectionTimeout as ScaleConnectionTimeout
    from .exceptions import ScaleDuplicateResource as ScaleDuplicateResource
    from .exceptions import ScaleException as ScaleException
    from .exceptions import ScaleInternalError as ScaleInternalError
    from .exceptions import ScaleInvalidArgument as ScaleInvalidArgument
    from .exceptions import ScaleInvalidRequest as ScaleInvalidRequest
    from .exceptions import ScaleNotEnabled as ScaleNotEnabled
    from .exceptions import ScaleResourceNotFound as ScaleResourceNotFound
    from .exceptions import ScaleServiceUnavailable as ScaleServiceUnavailable
    from .exceptions import ScaleTimeoutError as ScaleTimeoutError
    from .exceptions import ScaleTooManyRequests as ScaleTooManyRequests
    from .exceptions import ScaleUnauthorized as ScaleUnauthorized
    from .exceptions import ScaleWaitTimeout as ScaleWaitTimeout
    from .files import File as File
    from .galleries import gallery as gallery
    from .pagination import Paginator as Paginator
    from .projects import Project as Project
    from .projects import TaskTemplate as TaskTemplate
    from .quality_tasks import QualityTask as QualityTask
    from .retries import RetryPolicy as RetryPolicy
    from .studio import StudioBatch as StudioBatch
    from .studio import StudioBatchStatus as StudioBatchStatus
    from .studio import StudioLabelerAssignment as StudioLabelerAssignment
    from .studio import StudioProjectGroup as StudioProjectGroup
    from .studio import StudioWorker as StudioWorker
    from .tasks import Task as Task
    from .tasks import Tasklist as Tasklist
    from .tasks import TaskReviewStatus as TaskReviewStatus
    from .tasks import TaskStatus as TaskStatus
    from .tasks import TaskType as TaskType
    from .teams import Teammate as Teammate
    from .teams import TeammateRole as TeammateRole
    from .training_tasks import TrainingTask as TrainingTask

_NAMES = {
    "api": "Api",
    "api_client.v2": "ApiClient Configuration ExpandableEnumTask Option V2Api V2Task",
    "batches": "Batch BatchStatus Batchlist",
    "bulk.failures": "read_failures",
    "client": "ScaleClient",
    "arrow": "to_arrow",
    "dataframes": "label_counts to_dataframe",
    "evaluation_tasks": "EvaluationTask",
    "exceptions": (
        "Attempt ExceptionMap ScaleConnectionError ScaleConnectionTimeout ScaleDuplicateResource "
        "ScaleException ScaleInternalError ScaleInvalidArgument ScaleInvalidRequest "
        "ScaleNotEnabled ScaleResourceNotFound ScaleServiceUnavailable ScaleTimeoutError "
        "ScaleTooManyRequests ScaleUnauthorized ScaleWaitTimeout"
    ),
    "files": "File",
    "galleries": "gallery",
    "pagination": "Paginator",
    "projects": "Project TaskTemplate",
    "quality_tasks": "QualityTask",
    "retries": "RetryPolicy",
    "studio": (
        "StudioBatch StudioBatchStatus StudioLabelerAssignment StudioProjectGroup StudioWorker"
    ),
    "tasks": "Task TaskReviewStatus TaskStatus TaskType Tasklist",
    "teams": "Teammate TeammateRole",
    "training_tasks": "TrainingTask",
}
"""The public names of each module, separated by spaces."""

_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names.split()}
_SUBMODULES = {module.partition(".")[0] for module in _NAMES} | {"annotations", "callbacks"}

__all__ = sorted(["__version__", *_MODULE_OF])


if not TYPE_CHECKING:  # else type checkers would let any name pass

    def __getattr__(name: str) -> Any:
        if name in _SUBMODULES:
            return importlib.import_module(f".{name}", __name__)
        if name not in _MODULE_OF:
            from ._renamed import raise_missing_name  # here, since it is hardly ever needed

            raise_missing_name(__name__, name)
        return load_attribute(__name__, _MODULE_OF, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_SUBMODULES})
