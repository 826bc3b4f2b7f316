"""The published module of `AnnotationType`; generated."""

from .._models.enums import AnnotationType as AnnotationType
