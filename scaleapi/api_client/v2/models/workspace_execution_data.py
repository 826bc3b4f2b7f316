"""The published module of `WorkspaceExecutionData`; generated."""

from .._models.files import WorkspaceExecutionData as WorkspaceExecutionData
