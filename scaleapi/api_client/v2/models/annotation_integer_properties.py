"""The published module of `AnnotationIntegerProperties`; generated."""

from .._models.annotations import AnnotationIntegerProperties as AnnotationIntegerProperties
