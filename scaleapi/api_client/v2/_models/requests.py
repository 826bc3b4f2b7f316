"""What the POST operations send."""

from __future__ import annotations

from typing import Any, Dict, Optional

from ._convert import Id
from ._model import Request
from ._unions import OneOf


class CreateBatchRequest(Request):
    """A new batch, in the project of this id or this name."""

    _also = {"project": "project_id"}

    name: str
    project_id: Optional[str]
    project_name: Optional[str]
    callback: Optional[str]
    staging_batch: Optional[bool] = False
    metadata: Optional[Dict[str, Any]]


class CreateBatchRequestProject(OneOf):
    """The id of a project."""

    actual_instance: str
    _kinds = (Id,)


class BatchOperationRequest(Request):
    """A batch, by its id or its name."""

    batch_id: Optional[str]
    batch_name: Optional[str]


class FinalizeBatchRequest(BatchOperationRequest):
    """The batch to finalize, by its id or its name."""


class SetBatchMetadataRequest(Request):
    """New metadata of a batch: in place of the old ones, or merged into them."""

    batch_id: Optional[str]
    batch_name: Optional[str]
    metadata: Dict[str, Any]
    merge: Optional[bool] = False


class CreateChatTaskRequest(Request):
    """A new task, in a project and a batch that are given by id or by name."""

    project_id: Optional[str]
    project_name: Optional[str]
    batch_id: Optional[str]
    batch_name: Optional[str]
    template_variables: Optional[Dict[str, Any]]
    metadata: Optional[Dict[str, Any]]
    callback_url: Optional[str]


class SetTaskMetadataRequest(Request):
    """New metadata of a task: in place of the old ones, or merged into them."""

    task_id: str
    metadata: Dict[str, Any]
    merge: Optional[bool] = False
