"""The published module of `AnnotationCategoryProperties`; generated."""

from .._models.annotations import AnnotationCategoryProperties as AnnotationCategoryProperties
