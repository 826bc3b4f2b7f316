"""The published module of `AnnotationRubricCriteria`; generated."""

from .._models.annotations import AnnotationRubricCriteria as AnnotationRubricCriteria
