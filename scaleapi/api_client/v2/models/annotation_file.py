"""The published module of `AnnotationFile`; generated."""

from .._models.annotations import AnnotationFile as AnnotationFile
