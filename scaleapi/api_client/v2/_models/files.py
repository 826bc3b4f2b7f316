"""Files and workspaces: attachments, and values of annotations."""

from __future__ import annotations

from typing import Any, Optional, Union

from ._convert import ModelList
from ._model import Model
from ._unions import DiscriminatedModel, OneOf


class _File(Model):
    """The fields of all files."""

    mime_type: Optional[str]
    scale_url: Optional[str]
    url: Optional[str]


class BasicFile(_File):
    """A file of any kind; its content, if any, is base64."""

    content: Optional[str]
    name: Optional[str]


class ImageFile(_File):
    """An image."""

    name: Optional[str]
    file_size_in_bytes: Optional[int]


class AudioFile(_File):
    """A recording, and its transcript."""

    duration: Optional[float]
    transcript: Optional[str]
    transcript_url: Optional[str]
    transcript_start: Optional[float]
    transcript_end: Optional[float]


class DetailedFile(_File, DiscriminatedModel):
    """A file of any kind, with the fields of all, as the JSON does not name the kind."""

    _wraps = (BasicFile, ImageFile, AudioFile)

    content: Optional[str]
    name: Optional[str]
    file_size_in_bytes: Optional[int]
    duration: Optional[float]
    transcript: Optional[str]
    transcript_url: Optional[str]
    transcript_start: Optional[float]
    transcript_end: Optional[float]


class AnnotationFilePropertiesValue(OneOf):
    """A file, or a list of files."""

    actual_instance: Union[DetailedFile, list[BasicFile]]
    # A JSON object becomes the last model in the list.
    _members = (BasicFile, ImageFile, AudioFile, DetailedFile, ModelList[BasicFile])


class ContentAndUrl(Model):
    """Text, and the URLs at which it is stored."""

    content: Optional[str]
    url: Optional[str]
    scale_url: Optional[str]


class WorkspaceFile(Model):
    """A file in a workspace."""

    file_name: Optional[str]
    scale_url: str
    url: Optional[str]
    file_language: Optional[str]
    file_content: Optional[str]


class WorkspaceContainerConfig(Model):
    """The address of a workspace, and access to it."""

    workspace_id: str
    workspace_url: str
    workspace_token: str
    expires_at: str
    inactivity_freeze_time: int
    force_enable_workspace_access: Optional[bool]
    workspace_image_version: Optional[int]


class WorkspaceContainerValue(Model):
    """A workspace: its files, and the output of the last run."""

    workspace_id: Optional[str]
    workspace_config: Optional[WorkspaceContainerConfig]
    last_code_run_event: Optional[dict[str, Any]]
    output_files: list[WorkspaceFile]
    stdout_output: Optional[ContentAndUrl]
    stderr_output: Optional[ContentAndUrl]
    test_stdout_output: Optional[ContentAndUrl]
    test_stderr_output: Optional[ContentAndUrl]


class WorkspaceExecutionDataResultStatus(Model):
    """The final status of a run in a workspace."""

    code: Optional[float]
    name: Optional[str]


class WorkspaceExecutionDataResult(Model):
    """The result of a run in a workspace."""

    status: Optional[WorkspaceExecutionDataResultStatus]
    time: Optional[float]
    score: Optional[float]


class WorkspaceExecutionData(Model):
    """A run in a workspace."""

    id: Optional[str]
    result: Optional[WorkspaceExecutionDataResult]
