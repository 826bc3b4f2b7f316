"""The published module of `AnnotationInteger`; generated."""

from .._models.annotations import AnnotationInteger as AnnotationInteger
