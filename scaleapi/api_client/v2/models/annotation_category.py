"""The published module of `AnnotationCategory`; generated."""

from .._models.annotations import AnnotationCategory as AnnotationCategory
