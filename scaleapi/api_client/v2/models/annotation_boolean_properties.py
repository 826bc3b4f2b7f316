"""The published module of `AnnotationBooleanProperties`; generated."""

from .._models.annotations import AnnotationBooleanProperties as AnnotationBooleanProperties
