"""The published module of `WorkspaceContainerValue`; generated."""

from .._models.files import WorkspaceContainerValue as WorkspaceContainerValue
