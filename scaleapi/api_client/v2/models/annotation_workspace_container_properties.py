"""The published module of `AnnotationWorkspaceContainerProperties`; generated."""

from .._models.annotations import (
    AnnotationWorkspaceContainerProperties as AnnotationWorkspaceContainerProperties,
)
