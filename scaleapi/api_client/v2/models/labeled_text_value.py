"""The published module of `LabeledTextValue`; generated."""

from .._models.annotations import LabeledTextValue as LabeledTextValue
