"""The published module of `AnnotationRankedChoicesProperties`; generated."""

from .._models.annotations import (
    AnnotationRankedChoicesProperties as AnnotationRankedChoicesProperties,
)
