"""The published module of `AnnotationLabeledTextProperties`; generated."""

from .._models.annotations import AnnotationLabeledTextProperties as AnnotationLabeledTextProperties
