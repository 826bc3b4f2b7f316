"""The published module of `AnnotationRubricRatingProperties`; generated."""

from .._models.annotations import (
    AnnotationRubricRatingProperties as AnnotationRubricRatingProperties,
)
