"""Projects, batches, and what the calls for them answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, List, Optional, Union

from ._convert import Id
from ._model import Model
from ._unions import OneOf
from .enums import BatchStatus


class Project(Model):
    """What tasks of one kind belong to."""

    id: str
    name: str
    created_at: datetime
    types: List[str]
    models: List[str]


class ExpandableProject(OneOf):
    """The id of a project, or the project."""

    actual_instance: Union[str, Project]
    _kinds = (Id, Project)


class GetProjectsResponse(Model):
    """All projects."""

    projects: List[Project]


class Batch(Model):
    """Tasks of a project that are worked on together."""

    id: str
    name: str
    project: Union[Id, Project]
    created_at: datetime
    completed_at: Optional[datetime]
    status: BatchStatus
    callback: Optional[str]
    metadata: Dict[str, Any]


class ExpandableBatch(OneOf):
    """The id of a batch, or the batch."""

    actual_instance: Union[str, Batch]
    _kinds = (Id, Batch)


class GetBatchesResponse(Model):
    """A page of batches."""

    batches: List[Batch]
    next_token: Optional[str]


class _BatchAnswer(Model):
    """The batch, which may take a little while to get there."""

    batch: Optional[Batch]
    message: Optional[str]


class PauseBatch200Response(_BatchAnswer):
    """The batch that is being paused."""


class ResumeBatch200Response(_BatchAnswer):
    """The batch that is being resumed."""


class CancelBatch200Response(_BatchAnswer):
    """The batch that is being cancelled."""
