"""The published module of `AnnotationRankedChoices`; generated."""

from .._models.annotations import AnnotationRankedChoices as AnnotationRankedChoices
