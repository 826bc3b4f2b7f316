"""The published module of `AnnotationRubricCriteriaProperties`; generated."""

from .._models.annotations import (
    AnnotationRubricCriteriaProperties as AnnotationRubricCriteriaProperties,
)
