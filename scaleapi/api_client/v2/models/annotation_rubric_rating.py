"""The published module of `AnnotationRubricRating`; generated."""

from .._models.annotations import AnnotationRubricRating as AnnotationRubricRating
