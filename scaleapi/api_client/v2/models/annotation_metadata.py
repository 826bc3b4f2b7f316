"""The published module of `AnnotationMetadata`; generated."""

from .._models.annotations import AnnotationMetadata as AnnotationMetadata
