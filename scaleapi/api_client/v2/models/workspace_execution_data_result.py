"""The published module of `WorkspaceExecutionDataResult`; generated."""

from .._models.files import WorkspaceExecutionDataResult as WorkspaceExecutionDataResult
