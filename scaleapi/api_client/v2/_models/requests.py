"""The bodies of POST requests."""

from __future__ import annotations

from typing import Any, Optional

from ._convert import Id
from ._model import RequestModel
from ._unions import OneOf


class CreateBatchRequest(RequestModel):
    """A new batch, in a project given by id or name."""

    _argument_aliases = {"project": "project_id"}

    name: str
    project_id: Optional[str]
    project_name: Optional[str]
    callback: Optional[str]
    staging_batch: Optional[bool] = False
    metadata: Optional[dict[str, Any]]


class CreateBatchRequestProject(OneOf):
    """The id of a project."""

    actual_instance: str
    _members = (Id,)


class BatchOperationRequest(RequestModel):
    """A batch, given by id or name."""

    batch_id: Optional[str]
    batch_name: Optional[str]


class FinalizeBatchRequest(BatchOperationRequest):
    """The batch to finalize, given by id or name."""


class SetBatchMetadataRequest(RequestModel):
    """New metadata of a batch, which replace the present ones or are merged into them."""

    batch_id: Optional[str]
    batch_name: Optional[str]
    metadata: dict[str, Any]
    merge: Optional[bool] = False


class CreateChatTaskRequest(RequestModel):
    """A new task, in a project and a batch given by id or name."""

    project_id: Optional[str]
    project_name: Optional[str]
    batch_id: Optional[str]
    batch_name: Optional[str]
    template_variables: Optional[dict[str, Any]]
    metadata: Optional[dict[str, Any]]
    callback_url: Optional[str]


class SetTaskMetadataRequest(RequestModel):
    """New metadata of a task, which replace the present ones or are merged into them."""

    task_id: str
    metadata: dict[str, Any]
    merge: Optional[bool] = False
