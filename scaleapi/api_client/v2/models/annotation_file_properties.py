"""The published module of `AnnotationFileProperties`; generated."""

from .._models.annotations import AnnotationFileProperties as AnnotationFileProperties
