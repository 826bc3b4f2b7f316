"""Chat tasks, made of threads, turns and messages, and the responses that hold them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Optional, Union

from .... import drawing
from ._convert import Id
from ._model import Model
from ._unions import DiscriminatedModel
from .annotations import Annotation
from .enums import ErrorType, MessageRole, TaskStatus
from .files import DetailedFile
from .projects import Batch, Project


class Reasoning(Model):
    """The reasoning of a model before its response."""

    content: Optional[str]


class ReferenceText(Model):
    """Text that a message refers to."""

    content: Optional[str]
    category: Optional[str]
    url: Optional[str]


class BaseChunk(Model):
    """The fields of all chunks."""

    type: str
    annotations: list[Annotation]


class Chunk(BaseChunk, DiscriminatedModel):
    """A part of a message. JSON becomes the model that its `type` names, or one of this class."""

    text: Any


class ChunkTextProperties(Model):
    """The text of a chunk."""

    text: str


class ChunkText(ChunkTextProperties, Chunk, type="text"):
    """A part of a message that is text."""


class ModelParameters(Model):
    """The model that wrote a message, and its sampling parameters."""

    model: Optional[str]
    temperature: Optional[float]
    max_completion_tokens: Optional[int]
    top_p: Optional[float]
    top_k: Optional[int]


class MessageContent(Model):
    """The content of a message."""

    text: Optional[str]
    reference_texts: list[ReferenceText]
    attachments: list[DetailedFile]
    chunks: list[Chunk]
    reasoning: list[Reasoning]


class CriterionDefinition(Model):
    """One criterion of a rubric."""

    id: str
    criterion: str
    weight: Optional[float]
    annotations: list[Annotation]


class CriterionEvaluation(Model):
    """The score of a message by one criterion."""

    criterion_definition_id: Optional[str]
    score: Optional[float]
    annotations: list[Annotation]


class Rubric(Model):
    """The criteria by which the messages of a turn are evaluated."""

    criteria_definitions: list[CriterionDefinition]
    max_total_score: Optional[int]


class RubricEvaluation(Model):
    """The score of a message by a rubric."""

    criteria_evaluations: list[CriterionEvaluation]
    annotations: list[Annotation]
    total_score: Optional[float]
    percentage: Optional[float]


class Message(Model):
    """A message of one role."""

    role: MessageRole
    content: MessageContent
    source_id: str
    model_parameters: Optional[ModelParameters]
    annotations: list[Annotation]
    rubric_evaluations: list[RubricEvaluation]


class Turn(Model):
    """A message, and the responses to it."""

    id: str
    messages: list[Message]
    annotations: list[Annotation]
    rubrics: list[Rubric]


class Submission(Model):
    """The time and the author of submitted work."""

    submitted_at: Optional[datetime]
    contributor_id: Optional[str]


class Thread(Model):
    """A conversation."""

    id: str
    turns: list[Turn]
    submissions: list[Submission]
    annotations: list[Annotation]


class ErrorDetail(Model):
    """The reason why a task ended in an error."""

    type: Optional[ErrorType]
    message: Optional[str]


class SensitiveContentReport(Model):
    """The reason why the threads of a task are withheld."""

    type: Optional[str]
    message: Optional[str]


class Task(Model):
    """A unit of labeling work; it has threads once it is completed."""

    task_id: str
    project: Union[Id, Project]
    batch: Optional[Union[Id, Batch]]
    status: TaskStatus
    created_at: datetime
    completed_at: Optional[datetime]
    metadata: Optional[dict[str, Any]]
    threads: list[Thread]
    errors: list[ErrorDetail]
    sensitive_content_reports: list[SensitiveContentReport]

    def draw(self) -> drawing.Drawing:
        """Draw the threads as a conversation with its annotations, which notebooks display.

        Returns:
            A `Drawing`, with `svg`, `notes` and `save(path)`.
        """
        return drawing.draw_conversation(self.as_dict())


class GetTasksResponse(Model):
    """A page of tasks."""

    tasks: list[Task]
    next_token: Optional[str]


class V1TaskTaskIdGet200ResponseResponse(Model):
    """The response of a v1 task."""

    responses: list[dict[str, Any]]


class V1TaskTaskIdGet200Response(Model):
    """A v1 task."""

    task_id: Optional[str]
    created_at: Optional[str]
    type: Optional[str]
    params: Optional[dict[str, Any]]
    response: Optional[V1TaskTaskIdGet200ResponseResponse]
