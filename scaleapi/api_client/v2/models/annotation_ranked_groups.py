"""The published module of `AnnotationRankedGroups`; generated."""

from .._models.annotations import AnnotationRankedGroups as AnnotationRankedGroups
