"""The published module of `BaseAnnotation`; generated."""

from .._models.annotations import BaseAnnotation as BaseAnnotation
