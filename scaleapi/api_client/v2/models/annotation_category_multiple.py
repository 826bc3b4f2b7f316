"""The published module of `AnnotationCategoryMultiple`; generated."""

from .._models.annotations import AnnotationCategoryMultiple as AnnotationCategoryMultiple
