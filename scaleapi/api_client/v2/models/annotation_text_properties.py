"""The published module of `AnnotationTextProperties`; generated."""

from .._models.annotations import AnnotationTextProperties as AnnotationTextProperties
