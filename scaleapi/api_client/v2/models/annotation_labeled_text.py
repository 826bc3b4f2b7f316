"""The published module of `AnnotationLabeledText`; generated."""

from .._models.annotations import AnnotationLabeledText as AnnotationLabeledText
