"""The models of the v2 API: its objects, and what its operations take and answer.

`_models` says how they work. Besides, each is in a module of its own name, as it was published:
`from scaleapi.api_client.v2.models.task import Task`.
"""

from __future__ import annotations

import re
import sys
from datetime import datetime  # noqa: F401
from importlib.machinery import ModuleSpec
from types import ModuleType

# What annotations of the models name stands here too: their `__module__` is this package, so that
# `typing.get_type_hints` looks it up here.
from typing import Any, ClassVar, Dict, List, Mapping, Optional, Tuple, Type, Union  # noqa: F401

from .._models._convert import Id, Items
from .._models._model import Field, Model, Request, _open  # noqa: F401
from .._models.annotations import (
    Annotation,
    AnnotationBoolean,
    AnnotationBooleanProperties,
    AnnotationCategory,
    AnnotationCategoryMultiple,
    AnnotationCategoryMultipleProperties,
    AnnotationCategoryProperties,
    AnnotationFile,
    AnnotationFileProperties,
    AnnotationInteger,
    AnnotationIntegerProperties,
    AnnotationLabeledText,
    AnnotationLabeledTextProperties,
    AnnotationMetadata,
    AnnotationRankedChoices,
    AnnotationRankedChoicesProperties,
    AnnotationRankedGroups,
    AnnotationRankedGroupsProperties,
    AnnotationRubricCriteria,
    AnnotationRubricCriteriaProperties,
    AnnotationRubricRating,
    AnnotationRubricRatingProperties,
    AnnotationText,
    AnnotationTextProperties,
    AnnotationWorkspaceContainer,
    AnnotationWorkspaceContainerProperties,
    BaseAnnotation,
    ExpandableAnnotation,
    LabeledTextValue,
    RubricCriteriaValue,
    RubricRatingValue,
)
from .._models.chat import (
    BaseChunk,
    Chunk,
    ChunkText,
    ChunkTextProperties,
    CriterionDefinition,
    CriterionEvaluation,
    ErrorDetail,
    GetTasksResponse,
    Message,
    MessageContent,
    ModelParameters,
    Reasoning,
    ReferenceText,
    Rubric,
    RubricEvaluation,
    SensitiveContentReport,
    Submission,
    Task,
    Thread,
    Turn,
    V1TaskTaskIdGet200Response,
    V1TaskTaskIdGet200ResponseResponse,
)
from .._models.deliveries import (
    Dataset,
    DatasetDelivery,
    DatasetDeliveryDataset,
    DatasetDeliveryMetadata,
    DatasetTask,
    Delivery,
    ExpandableDataset,
    ExpandableDatasetDelivery,
    ExpandableDelivery,
    GetDatasetDeliveriesResponse,
    GetDatasetDeliveryResponse,
    GetDatasetsResponse,
    GetDatasetTasksResponse,
    GetDeliveredTasksResponse,
    GetDeliveriesResponse,
    GetDeliveryTasksResponse,
    GetDeliveryTasksResponseDocsInner,
)
from .._models.enums import (
    AnnotationType,
    BatchStatus,
    ErrorType,
    Expandable,
    ExpandableEnumBatch,
    ExpandableEnumDatasetsDeliveries,
    ExpandableEnumDatasetTask,
    ExpandableEnumDeliveries,
    ExpandableEnumDelivery,
    ExpandableEnumTask,
    GenAIProjectType,
    MessageRole,
    Option,
    TaskStatus,
)
from .._models.files import (
    AnnotationFilePropertiesValue,
    AudioFile,
    BasicFile,
    ContentAndUrl,
    DetailedFile,
    ImageFile,
    WorkspaceContainerConfig,
    WorkspaceContainerValue,
    WorkspaceExecutionData,
    WorkspaceExecutionDataResult,
    WorkspaceExecutionDataResultStatus,
    WorkspaceFile,
)
from .._models.projects import (
    Batch,
    CancelBatch200Response,
    ExpandableBatch,
    ExpandableProject,
    GetBatchesResponse,
    GetProjectsResponse,
    PauseBatch200Response,
    Project,
    ResumeBatch200Response,
)
from .._models.requests import (
    BatchOperationRequest,
    CreateBatchRequest,
    CreateBatchRequestProject,
    CreateChatTaskRequest,
    FinalizeBatchRequest,
    SetBatchMetadataRequest,
    SetTaskMetadataRequest,
)
from .._models.responses import (
    Error,
    GetBatch500Response,
    GetDatasetTaskResponseUrl404Response,
    GetSchema400Response,
    GetSchema404Response,
    GetSchemaResponse,
    GetSchemaResponseSchema,
    GetTask500Response,
)

__all__ = [
    "Id",
    "Items",
    "Model",
    "Request",
    "Annotation",
    "AnnotationBoolean",
    "AnnotationBooleanProperties",
    "AnnotationCategory",
    "AnnotationCategoryMultiple",
    "AnnotationCategoryMultipleProperties",
    "AnnotationCategoryProperties",
    "AnnotationFile",
    "AnnotationFileProperties",
    "AnnotationFilePropertiesValue",
    "AnnotationInteger",
    "AnnotationIntegerProperties",
    "AnnotationLabeledText",
    "AnnotationLabeledTextProperties",
    "AnnotationMetadata",
    "AnnotationRankedChoices",
    "AnnotationRankedChoicesProperties",
    "AnnotationRankedGroups",
    "AnnotationRankedGroupsProperties",
    "AnnotationRubricCriteria",
    "AnnotationRubricCriteriaProperties",
    "AnnotationRubricRating",
    "AnnotationRubricRatingProperties",
    "AnnotationText",
    "AnnotationTextProperties",
    "AnnotationType",
    "AnnotationWorkspaceContainer",
    "AnnotationWorkspaceContainerProperties",
    "AudioFile",
    "BaseAnnotation",
    "BaseChunk",
    "BasicFile",
    "Batch",
    "BatchOperationRequest",
    "BatchStatus",
    "CancelBatch200Response",
    "Chunk",
    "ChunkText",
    "ChunkTextProperties",
    "ContentAndUrl",
    "CreateBatchRequest",
    "CreateBatchRequestProject",
    "CreateChatTaskRequest",
    "CriterionDefinition",
    "CriterionEvaluation",
    "Dataset",
    "DatasetDelivery",
    "DatasetDeliveryDataset",
    "DatasetDeliveryMetadata",
    "DatasetTask",
    "Delivery",
    "DetailedFile",
    "Error",
    "ErrorDetail",
    "ErrorType",
    "Expandable",
    "ExpandableAnnotation",
    "ExpandableBatch",
    "ExpandableDataset",
    "ExpandableDatasetDelivery",
    "ExpandableDelivery",
    "ExpandableEnumBatch",
    "ExpandableEnumDatasetTask",
    "ExpandableEnumDatasetsDeliveries",
    "ExpandableEnumDeliveries",
    "ExpandableEnumDelivery",
    "ExpandableEnumTask",
    "ExpandableProject",
    "FinalizeBatchRequest",
    "GenAIProjectType",
    "GetBatch500Response",
    "GetBatchesResponse",
    "GetDatasetDeliveriesResponse",
    "GetDatasetDeliveryResponse",
    "GetDatasetTaskResponseUrl404Response",
    "GetDatasetTasksResponse",
    "GetDatasetsResponse",
    "GetDeliveredTasksResponse",
    "GetDeliveriesResponse",
    "GetDeliveryTasksResponse",
    "GetDeliveryTasksResponseDocsInner",
    "GetProjectsResponse",
    "GetSchema400Response",
    "GetSchema404Response",
    "GetSchemaResponse",
    "GetSchemaResponseSchema",
    "GetTask500Response",
    "GetTasksResponse",
    "ImageFile",
    "LabeledTextValue",
    "Message",
    "MessageContent",
    "MessageRole",
    "ModelParameters",
    "Option",
    "PauseBatch200Response",
    "Project",
    "Reasoning",
    "ReferenceText",
    "ResumeBatch200Response",
    "Rubric",
    "RubricCriteriaValue",
    "RubricEvaluation",
    "RubricRatingValue",
    "SensitiveContentReport",
    "SetBatchMetadataRequest",
    "SetTaskMetadataRequest",
    "Submission",
    "Task",
    "TaskStatus",
    "Thread",
    "Turn",
    "V1TaskTaskIdGet200Response",
    "V1TaskTaskIdGet200ResponseResponse",
    "WorkspaceContainerConfig",
    "WorkspaceContainerValue",
    "WorkspaceExecutionData",
    "WorkspaceExecutionDataResult",
    "WorkspaceExecutionDataResultStatus",
    "WorkspaceFile",
]


_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def _publish(kind: type) -> None:
    # No file of its own: 119 of them would say nothing.
    short = _WORDS.sub("_", kind.__name__).lower()
    module = ModuleType(f"{__name__}.{short}", kind.__doc__)
    module.__spec__ = ModuleSpec(module.__name__, None)
    setattr(module, kind.__name__, kind)
    setattr(sys.modules[__name__], short, module)
    sys.modules[module.__name__] = module


for _name in __all__:
    if not globals()[_name].__module__.rpartition(".")[2].startswith("_"):
        _publish(globals()[_name])
    # Pickles name this package, so that unpickling in a thread loads it before its parts.
    globals()[_name].__module__ = __name__
_open.__module__ = __name__
