"""The published module of `AnnotationFilePropertiesValue`; generated."""

from .._models.files import AnnotationFilePropertiesValue as AnnotationFilePropertiesValue
