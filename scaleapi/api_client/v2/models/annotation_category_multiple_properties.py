"""The published module of `AnnotationCategoryMultipleProperties`; generated."""

from .._models.annotations import (
    AnnotationCategoryMultipleProperties as AnnotationCategoryMultipleProperties,
)
