"""Projects, batches, and the responses that hold them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Optional, Union

from ._convert import Id
from ._model import Model
from ._unions import OneOf
from .enums import BatchStatus


class Project(Model):
    """A group of tasks of one kind."""

    id: str
    name: str
    created_at: datetime
    types: list[str]
    models: list[str]


class ExpandableProject(OneOf):
    """The id of a project, or the project."""

    actual_instance: Union[str, Project]
    _members = (Id, Project)


class GetProjectsResponse(Model):
    """All projects."""

    projects: list[Project]


class Batch(Model):
    """Tasks of a project that are labeled together."""

    id: str
    name: str
    project: Union[Id, Project]
    created_at: datetime
    completed_at: Optional[datetime]
    status: BatchStatus
    callback: Optional[str]
    metadata: dict[str, Any]


class ExpandableBatch(OneOf):
    """The id of a batch, or the batch."""

    actual_instance: Union[str, Batch]
    _members = (Id, Batch)


class GetBatchesResponse(Model):
    """A page of batches."""

    batches: list[Batch]
    next_token: Optional[str]


class _BatchResponse(Model):
    """The batch, whose status may change only after a while."""

    batch: Optional[Batch]
    message: Optional[str]


class PauseBatch200Response(_BatchResponse):
    """The batch that is being paused."""


class ResumeBatch200Response(_BatchResponse):
    """The batch that is being resumed."""


class CancelBatch200Response(_BatchResponse):
    """The batch that is being cancelled."""
