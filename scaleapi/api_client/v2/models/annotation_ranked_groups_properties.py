"""The published module of `AnnotationRankedGroupsProperties`; generated."""

from .._models.annotations import (
    AnnotationRankedGroupsProperties as AnnotationRankedGroupsProperties,
)
