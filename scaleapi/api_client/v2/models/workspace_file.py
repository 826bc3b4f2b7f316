"""The published module of `WorkspaceFile`; generated."""

from .._models.files import WorkspaceFile as WorkspaceFile
