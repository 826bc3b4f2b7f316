"""The published module of `WorkspaceContainerConfig`; generated."""

from .._models.files import WorkspaceContainerConfig as WorkspaceContainerConfig
