"""The published module of `Annotation`; generated."""

from .._models.annotations import Annotation as Annotation
