"""The published module of `AnnotationWorkspaceContainer`; generated."""

from .._models.annotations import AnnotationWorkspaceContainer as AnnotationWorkspaceContainer
