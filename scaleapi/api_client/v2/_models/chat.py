"""Chat tasks: threads of turns of messages, and what the calls for tasks answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, List, Optional, Union

from ._convert import Id
from ._model import Model
from ._unions import Wrapper
from .annotations import Annotation
from .enums import ErrorType, MessageRole, TaskStatus
from .files import DetailedFile
from .projects import Batch, Project


class Reasoning(Model):
    """What a model thought before it answered."""

    content: Optional[str]


class ReferenceText(Model):
    """Text that a message refers to."""

    content: Optional[str]
    category: Optional[str]
    url: Optional[str]


class BaseChunk(Model):
    """What all chunks have."""

    type: str
    annotations: List[Annotation]


class Chunk(BaseChunk, Wrapper):
    """A piece of a message. JSON becomes the model that its `type` names, or one of this class."""

    text: Any


class ChunkTextProperties(Model):
    """A piece of text."""

    text: str


class ChunkText(ChunkTextProperties, Chunk, type="text"):
    """A part of a message that is text."""


class ModelParameters(Model):
    """Which model wrote a message, and how it was set."""

    model: Optional[str]
    temperature: Optional[float]
    max_completion_tokens: Optional[int]
    top_p: Optional[float]
    top_k: Optional[int]


class MessageContent(Model):
    """What a message says."""

    text: Optional[str]
    reference_texts: List[ReferenceText]
    attachments: List[DetailedFile]
    chunks: List[Chunk]
    reasoning: List[Reasoning]


class CriterionDefinition(Model):
    """One criterion of a rubric."""

    id: str
    criterion: str
    weight: Optional[float]
    annotations: List[Annotation]


class CriterionEvaluation(Model):
    """How well a message meets one criterion."""

    criterion_definition_id: Optional[str]
    score: Optional[float]
    annotations: List[Annotation]


class Rubric(Model):
    """The criteria by which the messages of a turn are evaluated."""

    criteria_definitions: List[CriterionDefinition]
    max_total_score: Optional[int]


class RubricEvaluation(Model):
    """How well a message meets a rubric."""

    criteria_evaluations: List[CriterionEvaluation]
    annotations: List[Annotation]
    total_score: Optional[float]
    percentage: Optional[float]


class Message(Model):
    """What one side said."""

    role: MessageRole
    content: MessageContent
    source_id: str
    model_parameters: Optional[ModelParameters]
    annotations: List[Annotation]
    rubric_evaluations: List[RubricEvaluation]


class Turn(Model):
    """A message, and those that answer it."""

    id: str
    messages: List[Message]
    annotations: List[Annotation]
    rubrics: List[Rubric]


class Submission(Model):
    """When somebody handed in their work."""

    submitted_at: Optional[datetime]
    contributor_id: Optional[str]


class Thread(Model):
    """A conversation."""

    id: str
    turns: List[Turn]
    submissions: List[Submission]
    annotations: List[Annotation]


class ErrorDetail(Model):
    """Why a task ended in an error."""

    type: Optional[ErrorType]
    message: Optional[str]


class SensitiveContentReport(Model):
    """Why a task's threads are not shown."""

    type: Optional[str]
    message: Optional[str]


class Task(Model):
    """A unit of labeling work; its threads are there once it is completed."""

    task_id: str
    project: Union[Id, Project]
    batch: Optional[Union[Id, Batch]]
    status: TaskStatus
    created_at: datetime
    completed_at: Optional[datetime]
    metadata: Optional[Dict[str, Any]]
    threads: List[Thread]
    errors: List[ErrorDetail]
    sensitive_content_reports: List[SensitiveContentReport]


class GetTasksResponse(Model):
    """A page of tasks."""

    tasks: List[Task]
    next_token: Optional[str]


class V1TaskTaskIdGet200ResponseResponse(Model):
    """What a task of v1 answers."""

    responses: List[Dict[str, Any]]


class V1TaskTaskIdGet200Response(Model):
    """A task of v1."""

    task_id: Optional[str]
    created_at: Optional[str]
    type: Optional[str]
    params: Optional[Dict[str, Any]]
    response: Optional[V1TaskTaskIdGet200ResponseResponse]
