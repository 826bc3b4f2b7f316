"""The published module of `AnnotationBoolean`; generated."""

from .._models.annotations import AnnotationBoolean as AnnotationBoolean
