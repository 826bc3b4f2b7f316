"""The published module of `ExpandableAnnotation`; generated."""

from .._models.annotations import ExpandableAnnotation as ExpandableAnnotation
