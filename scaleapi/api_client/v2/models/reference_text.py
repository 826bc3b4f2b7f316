"""The published module of `ReferenceText`; generated."""

from .._models.chat import ReferenceText as ReferenceText
