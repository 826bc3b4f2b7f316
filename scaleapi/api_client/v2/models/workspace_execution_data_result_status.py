"""The published module of `WorkspaceExecutionDataResultStatus`; generated."""

from .._models.files import WorkspaceExecutionDataResultStatus as WorkspaceExecutionDataResultStatus
