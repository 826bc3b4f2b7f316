"""The published module of `AnnotationText`; generated."""

from .._models.annotations import AnnotationText as AnnotationText
